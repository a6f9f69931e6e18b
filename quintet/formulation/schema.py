"""The formulation document: the five elements as typed records.

The records keep what the document says, short forms included, so that writing one back loses
nothing. What the entries mean together is found out by `binding.bind`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    model_serializer,
    model_validator,
)

from quintet.formulation.tree import ElementValue


class Domain(StrEnum):
    """What values a decision variable takes."""

    CONTINUOUS = "continuous"
    INTEGER = "integer"
    BINARY = "binary"
    SEMICONTINUOUS = "semicontinuous"


class Sense(StrEnum):
    """Direction of an objective."""

    MINIMIZE = "minimize"
    MAXIMIZE = "maximize"
    SATISFY = "satisfy"


class Kind(StrEnum):
    """Why a constraint holds: by definition, by physics, or because somebody decided so."""

    DEFINITION = "definition"
    PHYSICAL = "physical"
    POLICY = "policy"


VALUES_DEPTH = 12


class PlacedError(ValueError):
    """A value that can't be used, with the keys that lead to it from the field it stands in."""

    def __init__(self, message: str, path: tuple[int | str, ...] = ()) -> None:
        self.path = path
        super().__init__(message)


def _element(value: Any) -> ElementValue:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError(f"{shown(value)} can't be an element; quote it: elements are integers or strings")
    return value


def _member(value: Any) -> ElementValue | tuple[ElementValue, ...]:
    if isinstance(value, list | tuple):
        return tuple(_element(item) for item in value)
    return _element(value)


def _values(value: Any, depth: int = 0) -> Any:
    """Nested maps and lists of numbers and strings; keys become text, typed later by their set."""
    if depth > VALUES_DEPTH:
        raise PlacedError(f"values nest deeper than {VALUES_DEPTH} levels; write them flatter")
    if isinstance(value, Mapping):
        return _keyed(value, depth)
    if isinstance(value, list | tuple):
        return [_inside(number, item, depth) for number, item in enumerate(value)]
    return _leaf(value)


def _keyed(value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, item in value.items():
        name = str(_element(key))
        if name in found:
            raise PlacedError(f"the key {name!r} stands twice, as a number and as a string; keep one")
        found[name] = _inside(name, item, depth)
    return found


def _inside(key: int | str, value: Any, depth: int) -> Any:
    try:
        return _values(value, depth + 1)
    except PlacedError as error:
        raise PlacedError(str(error), (key, *error.path)) from None


def _leaf(value: Any) -> int | float | str:
    if value is None:
        raise PlacedError("has no value; put a space after ':', and quote texts that hold commas")
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise PlacedError(f"{shown(value)} is not a number or a string; quote it if it is a name")
    if not isinstance(value, str) and not _finite(value):
        raise PlacedError(f"{shown(value)} is not a number that a model can use; it must be finite")
    return value


def _finite(value: int | float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value):
        raise ValueError(f"{shown(value)} is not a finite number; write digits without quotes")
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{shown(value)} is not a whole number; write digits without quotes")
    return value


def _expression(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"{shown(value)} is not an expression; put it in quotes")
    return value if isinstance(value, str) else repr(value)


def _texts(value: Any) -> str | list[str]:
    items = value if isinstance(value, list | tuple) else [value]
    for item in items:
        if not isinstance(item, str):
            raise ValueError(f"{shown(item)} is not a text; put it in quotes")
    return value if isinstance(value, str) else list(items)


def _optimum(value: Any) -> Any:
    return value if value in ("infeasible", "unbounded") else _number(value)


def shown(value: Any, limit: int = 60) -> str:
    """A value as a message shows it: in YAML's words where it has them, cut where it is long."""
    named = {None: "null", True: "true", False: "false"}
    simple = value is None or isinstance(value, bool)
    if isinstance(value, int) and not simple and value.bit_length() > 256:
        return f"a number of {value.bit_length() * 3 // 10} digits"
    text = named[value] if simple else repr(value)
    return text if len(text) <= limit else f"{text[:limit]}…"


def _shape(value: Any) -> str:
    return "several" if isinstance(value, list | tuple) else "one"


ElementOf: TypeAlias = Annotated[ElementValue, BeforeValidator(_element)]
MemberOf: TypeAlias = Annotated[ElementValue | tuple[ElementValue, ...], BeforeValidator(_member)]
Values: TypeAlias = Annotated[Any, BeforeValidator(_values)]
ExpressionText: TypeAlias = Annotated[str, BeforeValidator(_expression)]
Quantity: TypeAlias = Annotated[int | float | str, BeforeValidator(_leaf)]
NumberValue: TypeAlias = Annotated[float, BeforeValidator(_number)]
Whole: TypeAlias = Annotated[int, BeforeValidator(_whole)]
Sources: TypeAlias = Annotated[str | list[str], BeforeValidator(_texts)] | None
IndexText: TypeAlias = Annotated[str | list[str], BeforeValidator(_texts)]


class Record(BaseModel):
    """Base of the records: frozen, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False)


class Entry(Record):
    """What every named entry may carry."""

    source: Sources = None
    note: str | None = None

    @property
    def sources(self) -> tuple[str, ...]:
        """The quotes of the text this entry rests on, none, one or several."""
        if self.source is None:
            return ()
        return (self.source,) if isinstance(self.source, str) else tuple(self.source)


class Short(Entry):
    """An entry with a short form: one value that stands for the whole entry.

    `short` names the field and the types that the short form has.
    """

    @classmethod
    def short(cls) -> tuple[str, tuple[type, ...]]:
        """Field and accepted types of the short form."""
        raise NotImplementedError

    @model_validator(mode="before")
    @classmethod
    def _expand(cls, value: Any) -> Any:
        name, types = cls.short()
        taken = isinstance(value, types) and not isinstance(value, bool)
        return {name: value} if taken else value

    @model_serializer(mode="wrap")
    def _shrink(self, handler: Any) -> Any:
        whole = handler(self)
        name, types = self.short()
        lone = list(whole) == [name] and isinstance(whole[name], types)
        return whole[name] if lone else whole


class Table(Entry):
    """A file with rows and columns: CSV, XLSX, JSON (a list of objects) or Parquet.

    `keys` are the columns that name the elements; with `across`, the other columns are the
    elements of one more index (a crosstab).
    """

    anywhere: ClassVar[bool] = False
    """Whether the file may lie outside the folder of the data; no document can say so."""

    file: str
    sheet: str | None = None
    keys: list[str] = Field(default_factory=list)
    across: str | None = None
    separator: str | None = None
    decimal: Literal[".", ","] | None = None
    encoding: str | None = None


class SetEntry(Short):
    """A set: listed, a range, a column of a table, computed, or a subset of another.

    A set with `index` is a family of sets, one for each element of the index.
    """

    values: list[MemberOf] | None = None
    range: str | None = None
    table: str | None = None
    computed: ExpressionText | None = Field(default=None, alias="from")
    within: str | None = Field(default=None, alias="in")
    index: IndexText | None = None

    @classmethod
    def short(cls) -> tuple[str, tuple[type, ...]]:
        """A list of elements; a text is a range and is expanded by `_range`."""
        return "values", (list, tuple)

    @model_validator(mode="before")
    @classmethod
    def _range(cls, value: Any) -> Any:
        return {"range": value} if isinstance(value, str) else value

    @model_serializer(mode="wrap")
    def _shrink(self, handler: Any) -> Any:
        whole = handler(self)
        lone = list(whole) in (["range"], ["values"])
        return next(iter(whole.values())) if lone else whole


class ParameterEntry(Short):
    """A parameter: given (`values`, `table`) or computed (`expression`); `within` makes it symbolic."""

    index: IndexText | None = None
    values: Values = None
    table: str | None = None
    expression: ExpressionText | None = None
    default: Quantity | None = None
    within: str | None = Field(default=None, alias="in")
    unit: str | None = None

    @classmethod
    def short(cls) -> tuple[str, tuple[type, ...]]:
        """A number."""
        return "values", (int, float)


class VariableEntry(Entry):
    """A family of decision variables. Bounds are numbers or expressions over data; null is none."""

    index: IndexText | None = None
    domain: Domain = Domain.CONTINUOUS
    lower: Quantity | None = None
    upper: Quantity | None = None
    unit: str | None = None


class ExpressionEntry(Short):
    """A named quantity: computed from data or variables, printed as an equation, reported."""

    expression: ExpressionText
    index: IndexText | None = None
    unit: str | None = None

    @classmethod
    def short(cls) -> tuple[str, tuple[type, ...]]:
        """The expression."""
        return "expression", (str, int, float)


class Soft(Record):
    """A constraint that may be broken at a price."""

    penalty: Quantity
    priority: Whole = 1
    limit: Quantity | None = None


class ConstraintEntry(Short):
    """A family of constraints: one for every row of `each` (in the document: `for`)."""

    expression: ExpressionText
    each: str | None = Field(default=None, alias="for")
    kind: Kind | None = None
    soft: Soft | None = None

    @classmethod
    def short(cls) -> tuple[str, tuple[type, ...]]:
        """The expression."""
        return "expression", (str,)


class ObjectiveEntry(Entry):
    """What to minimise or maximise."""

    sense: Sense
    expression: ExpressionText | None = None
    name: str | None = None
    unit: str | None = None
    priority: Whole = 1
    weight: NumberValue = 1.0
    abs_tol: NumberValue | None = Field(default=None, ge=0)
    rel_tol: NumberValue | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _complete(self) -> ObjectiveEntry:
        if self.sense is Sense.SATISFY and self.expression is not None:
            raise ValueError("'satisfy' has no expression; leave it out, or say minimize or maximize")
        if self.sense is not Sense.SATISFY and self.expression is None:
            raise ValueError(f'the expression to {self.sense} is missing; add expression: "…"')
        return self


_One: TypeAlias = Annotated[ObjectiveEntry, Tag("one")]
_Several: TypeAlias = Annotated[list[ObjectiveEntry], Field(min_length=1), Tag("several")]
Objectives: TypeAlias = Annotated[_One | _Several, Discriminator(_shape)]


class Assumption(Entry):
    """A reading that was chosen, or something that the text leaves out."""

    text: str


class Scenario(Record):
    """Named changes of parameters with the outcome they should have."""

    set: dict[str, Values] = Field(default_factory=dict)
    expect: dict[str, Values] = Field(default_factory=dict)
    note: str | None = None


class Document(Record):
    """The whole document. `Formulation` adds loading and saving."""

    quintet: Whole = 1
    title: str | None = None
    text: str | None = None
    tables: dict[str, Table] = Field(default_factory=dict)
    sets: dict[str, SetEntry] = Field(default_factory=dict)
    parameters: dict[str, ParameterEntry] = Field(default_factory=dict)
    variables: dict[str, VariableEntry] = Field(default_factory=dict)
    expressions: dict[str, ExpressionEntry] = Field(default_factory=dict)
    objective: Objectives
    constraints: dict[str, ConstraintEntry] = Field(default_factory=dict)
    assumptions: list[Assumption] = Field(default_factory=list)
    scenarios: dict[str, Scenario] = Field(default_factory=dict)
    optimum: Annotated[int | float | Literal["infeasible", "unbounded"], BeforeValidator(_optimum)] | None = (
        None
    )
    note: str | None = None

    @property
    def objectives(self) -> list[ObjectiveEntry]:
        """The objectives as a list, also when there is one."""
        return self.objective if isinstance(self.objective, list) else [self.objective]
