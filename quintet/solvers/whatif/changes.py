"""Changes of a formulation as data: what a person may ask 'what if' about.

Each change is one record; a list of them is what `apply` takes, what the JSON form holds, and what
`grammar` reads from a command line. `str(change)` is the option that would make it:
`--set 'capacity[top]=55'`.
"""

from __future__ import annotations

import json
import math
import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from quintet.errors import DocumentError
from quintet.formulation.files import read_text
from quintet.formulation.json_reader import read_json
from quintet.formulation.schema import Sense, shown
from quintet.solvers.whatif.keys import Pattern, part_text, target_text


def _parts(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        return value
    return tuple(str(p) if isinstance(p, int) and not isinstance(p, bool) else p for p in value)


def _one_or_more(value: Any) -> Any:
    return _parts(value if isinstance(value, list | tuple) else [value])


def _finite(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{shown(value)} is not a finite number")
    return value


def _value(value: Any) -> int | float | str:
    return value if isinstance(value, str) else _finite(value)


KeyPattern: TypeAlias = Annotated[Pattern | None, BeforeValidator(_parts)]
Element: TypeAlias = Annotated[tuple[str, ...], BeforeValidator(_one_or_more), Field(min_length=1)]
Number: TypeAlias = Annotated[int | float, BeforeValidator(_finite)]
Value: TypeAlias = Annotated[int | float | str, BeforeValidator(_value)]


class _Change(BaseModel):
    """Base of the changes: frozen, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    flag: ClassVar[str]

    @property
    def text(self) -> str:
        """What stands after the flag."""
        raise NotImplementedError

    @property
    def place(self) -> str:
        """Where messages say that the change stands."""
        return f"{self.flag} {shlex.quote(self.text)}"

    def __str__(self) -> str:
        return self.place


class SetParameter(_Change):
    """A parameter's value, at one key or at all that the pattern names."""

    flag = "--set"
    change: Literal["set"] = "set"
    parameter: str
    key: KeyPattern = None
    value: Value

    @property
    def text(self) -> str:
        """`capacity[top]=55`."""
        value = value_text(self.value) if isinstance(self.value, str) else repr(self.value)
        return f"{target_text(self.parameter, self.key)}={value}"


class ScaleParameter(_Change):
    """A parameter times a factor."""

    flag = "--set"
    change: Literal["scale"] = "scale"
    parameter: str
    key: KeyPattern = None
    factor: Number

    @property
    def text(self) -> str:
        """`cost[A, *]*=1.1`."""
        return f"{target_text(self.parameter, self.key)}*={self.factor!r}"


class ShiftParameter(_Change):
    """A parameter plus an amount in its own unit."""

    flag = "--set"
    change: Literal["shift"] = "shift"
    parameter: str
    key: KeyPattern = None
    amount: Number

    @property
    def text(self) -> str:
        """`capacity[A]+=20`."""
        sign = "-=" if self.amount < 0 else "+="
        return f"{target_text(self.parameter, self.key)}{sign}{abs(self.amount)!r}"


class FixDecision(_Change):
    """A decision held at a value."""

    flag = "--fix"
    change: Literal["fix"] = "fix"
    decision: str
    key: KeyPattern = None
    value: Number

    @property
    def text(self) -> str:
        """`ship[B, *, 3]=0`."""
        return f"{target_text(self.decision, self.key)}={self.value!r}"


class DropConstraint(_Change):
    """A family of constraints left out, or some rows of it."""

    flag = "--drop"
    change: Literal["drop"] = "drop"
    constraint: str
    key: KeyPattern = None

    @property
    def text(self) -> str:
        """`calm` or `room[A, 3]`."""
        return target_text(self.constraint, self.key)


class AddConstraint(_Change):
    """One more constraint, or a family of them."""

    flag = "--add"
    change: Literal["add"] = "add"
    expression: str = Field(min_length=1)
    each: str | None = Field(
        default=None, validation_alias=AliasChoices("for", "each"), serialization_alias="for"
    )
    name: str | None = None

    @property
    def text(self) -> str:
        """`cap for w in Week: make[A, w] <= 5`."""
        head = " ".join(part for part in (self.name, self.each and f"for {self.each}") if part)
        return f"{head}: {self.expression}" if head else self.expression


class AddElement(_Change):
    """One more element of a set; the data it needs are given by `SetParameter`."""

    flag = "--add-element"
    change: Literal["add_element"] = "add_element"
    set: str
    element: Element

    @property
    def text(self) -> str:
        """`Drink=tonic`."""
        return f"{self.set}={element_text(self.element)}"


class RemoveElement(_Change):
    """One element less of a set."""

    flag = "--remove-element"
    change: Literal["remove_element"] = "remove_element"
    set: str
    element: Element

    @property
    def text(self) -> str:
        """`Line=B`."""
        return f"{self.set}={element_text(self.element)}"


class UseData(_Change):
    """Another folder in which the tables are looked up."""

    flag = "--data"
    change: Literal["data"] = "data"
    folder: str = Field(min_length=1)

    @property
    def text(self) -> str:
        """The folder."""
        return self.folder


class UseTable(_Change):
    """Another file for one table."""

    flag = "--table"
    change: Literal["table"] = "table"
    table: str
    file: str = Field(min_length=1)
    sheet: str | None = None

    @property
    def text(self) -> str:
        """`costs=other.xlsx#Costs`."""
        return f"{self.table}={self.file}" + (f"#{self.sheet}" if self.sheet else "")


class SetObjective(_Change):
    """Another objective."""

    flag = "--objective"
    change: Literal["objective"] = "objective"
    sense: Sense
    expression: str | None = None

    @property
    def text(self) -> str:
        """`minimize production_cost`."""
        return f"{self.sense.value} {self.expression}" if self.expression else self.sense.value


Change: TypeAlias = (
    SetParameter
    | ScaleParameter
    | ShiftParameter
    | FixDecision
    | DropConstraint
    | AddConstraint
    | AddElement
    | RemoveElement
    | UseData
    | UseTable
    | SetObjective
)
ParameterChange: TypeAlias = SetParameter | ScaleParameter | ShiftParameter
_LIST: TypeAdapter[list[Change]] = TypeAdapter(list[Annotated[Change, Field(discriminator="change")]])


def value_text(value: str) -> str:
    """An element as a value; quoted where it could be taken for a number."""
    bare = part_text(value)
    return f'"{value}"' if bare == value and value[:1] in "+-.0123456789" else bare


def element_text(element: Sequence[str]) -> str:
    """`tonic`, or `(a, b)` for a tuple."""
    parts = ", ".join(map(part_text, element))
    return parts if len(element) == 1 else f"({parts})"


def command(changes: Iterable[Change]) -> str:
    """The options of a command line that make these changes."""
    return " ".join(map(str, changes))


def dump_changes(changes: Iterable[Change]) -> list[dict[str, Any]]:
    """The JSON form: a list of maps that `load_changes` takes."""
    return _LIST.dump_python(list(changes), mode="json", by_alias=True, exclude_none=True)


def load_changes(data: Any, place: str = "changes") -> tuple[Change, ...]:
    """Changes from plain data: a list of maps, each with the key `change` that says what it is.

    Raises:
        DocumentError: One of them is not a change; names it and its field.
    """
    if not isinstance(data, list):
        raise DocumentError(
            f"{shown(data)} is not a list", place=place, remedy='write [{"change": "set", …}]'
        )
    try:
        return tuple(_LIST.validate_python(data))
    except ValidationError as error:
        raise _refused(error, place) from None


def _refused(error: ValidationError, place: str) -> DocumentError:
    first = error.errors(include_url=False)[0]
    number, *path = first["loc"]
    field = ".".join(str(part) for part in path[1:])
    kinds = "set, scale, shift, fix, drop, add, add_element, remove_element, data, table, objective"
    wrong_kind = first["type"].startswith("union_tag")
    said = (
        f"the key 'change' must be one of {kinds}"
        if wrong_kind
        else first["msg"].removeprefix("Value error, ")
    )
    where = f"{place}, change {int(number) + 1}" + (f", {field}" if field else "")
    return DocumentError(said, place=where, remedy="correct it")


def read_changes(path: Path) -> tuple[Change, ...]:
    """Changes from a JSON file.

    Raises:
        DocumentError: The file can't be read, or holds something else.
    """
    return load_changes(read_json(read_text(path), path.name), path.name)


def changes_json(changes: Iterable[Change]) -> str:
    """The JSON form as text."""
    return json.dumps(dump_changes(changes), ensure_ascii=False, indent=2) + "\n"
