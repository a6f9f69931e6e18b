"""The bound model: a formulation whose names are resolved and whose data are arrays.

`binding.bind` builds it; evaluator and compilers read it. An indexed family (of parameters,
variables, expressions or constraints) is a `Family`: its rows are the keys, in order, and data
or values of the family are arrays with one entry a row. A scalar is a family of one row and no
columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from quintet.formulation.schema import Domain, Kind, Sense
from quintet.formulation.tree import ElementValue, Node
from quintet.problem import Finding

if TYPE_CHECKING:
    from quintet.formulation.document import Formulation

Key: TypeAlias = tuple[ElementValue, ...]
Floats: TypeAlias = npt.NDArray[np.float64]
Ids: TypeAlias = npt.NDArray[np.int64]
Point: TypeAlias = Mapping[str, Floats]
"""Values of all variables: name → one value per row of its family."""


class Universe:
    """All elements of all sets, each with one id; ids index the arrays that describe elements."""

    def __init__(self) -> None:
        self.elements: list[ElementValue] = []
        self._ids: dict[ElementValue, int] = {}
        self._numbers: Floats | None = None

    def __len__(self) -> int:
        return len(self.elements)

    def add(self, element: ElementValue) -> int:
        """The id of `element`, which is entered if it is new."""
        known = self._ids.setdefault(element, len(self.elements))
        if known == len(self.elements):
            self.elements.append(element)
            self._numbers = None
        return known

    def find(self, element: object) -> int:
        """The id of `element`, or -1. A float that is a whole number finds the integer."""
        if isinstance(element, float) and element.is_integer():
            element = int(element)
        return self._ids.get(element, -1) if isinstance(element, int | str) else -1

    @property
    def numbers(self) -> Floats:
        """Per id, the number that an integer element is; NaN for text."""
        if self._numbers is None:
            values = [float(e) if isinstance(e, int) else np.nan for e in self.elements]
            self._numbers = np.array(values, dtype=np.float64)
        return self._numbers

    def ids_of(self, values: Floats) -> Ids:
        """Ids of whole numbers, -1 where a value is no element. Shape of `values`, one axis."""
        distinct, where = np.unique(values, return_inverse=True)
        found = [self.find(float(value)) for value in distinct]
        return np.array(found, dtype=np.int64)[where.reshape(values.shape)]


@dataclass(frozen=True)
class Family:
    """The keys of an indexed family.

    Args:
        names: One index name per component (`_1`, `_2` … where the declaration names none).
        ids: Element ids, shape (rows, components).
        universe: What the ids stand for.
    """

    names: tuple[str, ...]
    ids: Ids
    universe: Universe = field(repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def arity(self) -> int:
        """Number of components of a key; 0 for a scalar."""
        return self.ids.shape[1]

    @cached_property
    def keys(self) -> list[Key]:
        """The keys as tuples of elements, one a row."""
        elements = self.universe.elements
        return [tuple(elements[i] for i in row) for row in self.ids.tolist()]

    @cached_property
    def position(self) -> dict[Key, int]:
        """Row of each key."""
        return {key: row for row, key in enumerate(self.keys)}

    @cached_property
    def _ladder(self) -> Ladder:
        return Ladder.build(self.ids)

    def locate(self, ids: Ids) -> Ids:
        """Rows of the keys in `ids` (shape (n, components)), -1 where there is none."""
        if not self.arity:
            return np.zeros(len(ids), dtype=np.int64)
        if not len(self):
            return np.full(len(ids), -1, dtype=np.int64)
        return self._ladder.climb(ids)


@dataclass(frozen=True)
class Ladder:
    """Look-up of keys by one sorted search a component.

    Step c holds the sorted distinct values of (rank of the first c components) × width + id.
    Ranks stay below the number of rows, so nothing overflows however many components there are.
    """

    width: int
    steps: tuple[Ids, ...]
    rows: Ids

    @staticmethod
    def build(ids: Ids) -> Ladder:
        """From keys, shape (rows, components), at least one of each."""
        width = int(ids.max()) + 1
        rank = np.zeros(len(ids), dtype=np.int64)
        rows = rank
        steps: list[Ids] = []
        for component in range(ids.shape[1]):
            distinct, rows, rank = np.unique(
                rank * width + ids[:, component], return_index=True, return_inverse=True
            )
            rank = rank.reshape(-1)
            steps.append(distinct)
        return Ladder(width, tuple(steps), rows)

    def climb(self, ids: Ids) -> Ids:
        """Row of each key, -1 where there is none."""
        rank = np.zeros(len(ids), dtype=np.int64)
        known = np.ones(len(ids), dtype=bool)
        for component, distinct in enumerate(self.steps):
            inside = (ids[:, component] >= 0) & (ids[:, component] < self.width)
            pair = rank * self.width + np.where(inside, ids[:, component], 0)
            place = np.minimum(np.searchsorted(distinct, pair), len(distinct) - 1)
            known &= inside & (distinct[place] == pair)
            rank = np.where(known, place, 0)
        return np.where(known, self.rows[rank], -1)


@dataclass(frozen=True)
class SetData:
    """One set: its members in order. Shape of `ids`: (members, arity)."""

    name: str
    ids: Ids
    universe: Universe = field(repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def arity(self) -> int:
        """Components of a member: 1 for a plain set, 2 for pairs."""
        return self.ids.shape[1]

    @cached_property
    def family(self) -> Family:
        """The members as keys, for look-ups."""
        return Family(tuple(f"_{i + 1}" for i in range(self.arity)), self.ids, self.universe)

    @property
    def members(self) -> list[Key]:
        """The members as tuples, also for plain sets: `('A',)`."""
        return self.family.keys


@dataclass(frozen=True)
class SetFamilyData:
    """Sets indexed by a set: member `k` of `family` owns rows `starts[k]:starts[k+1]` of `ids`."""

    name: str
    family: Family
    starts: Ids
    ids: Ids

    @property
    def arity(self) -> int:
        """Components of the members."""
        return self.ids.shape[1]

    def member(self, row: int) -> SetData:
        """The set that belongs to row `row` of `family`."""
        part = self.ids[self.starts[row] : self.starts[row + 1]]
        return SetData(self.name, part, self.family.universe)


@dataclass(frozen=True)
class ParameterData:
    """A parameter's numbers, or element ids if it is symbolic; one entry a row of `family`.

    `defaulted` counts the rows that took the default, `ignored` the rows of its table that name
    no key of its index.
    """

    name: str
    family: Family
    values: Floats
    ids: Ids | None = None
    unit: str = ""
    defaulted: int = 0
    ignored: int = 0

    @property
    def symbolic(self) -> bool:
        """Whether the values are elements."""
        return self.ids is not None


@dataclass(frozen=True)
class VariableData:
    """A family of decision variables; `lower` and `upper` have one entry a row, ±inf for none.

    Column `first_column + row` is the variable's place in every flat vector of the model.
    """

    name: str
    family: Family
    domain: Domain
    lower: Floats
    upper: Floats
    first_column: int
    unit: str = ""

    @property
    def integral(self) -> bool:
        """Integer or binary."""
        return self.domain in (Domain.INTEGER, Domain.BINARY)


@dataclass(frozen=True)
class ExpressionData:
    """A named expression; `tree` is resolved over `family.names`. `data`: it holds no variable."""

    name: str
    family: Family
    tree: Node
    data: bool
    unit: str = ""


@dataclass(frozen=True)
class ConstraintData:
    """A family of constraints; `tree` (`Compare` or logic) is resolved over `family.names`."""

    name: str
    family: Family
    tree: Node
    kind: Kind | None = None
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class ObjectiveData:
    """One objective; `tree` is None for `satisfy`.

    In a model that is bound, each is a level: the first is optimised first, and may then lose
    `abs_tol` or `rel_tol` of its value, whichever is more, to the later ones.
    """

    name: str
    sense: Sense
    tree: Node | None
    unit: str = ""
    priority: int = 1
    weight: float = 1.0
    abs_tol: float = 0.0
    rel_tol: float = 0.0
    sources: tuple[str, ...] = ()


class ProblemClass(StrEnum):
    """What kind of model it is, after data; decides the solver."""

    LP = "LP"
    MILP = "MILP"
    QP = "QP"
    MIQP = "MIQP"
    QCQP = "QCQP"
    MIQCQP = "MIQCQP"
    NLP = "NLP"
    MINLP = "MINLP"


@dataclass(frozen=True)
class Model:
    """A formulation bound to its data. Dictionaries keep the order of the document."""

    formulation: Formulation
    universe: Universe
    sets: Mapping[str, SetData | SetFamilyData]
    parameters: Mapping[str, ParameterData]
    variables: Mapping[str, VariableData]
    expressions: Mapping[str, ExpressionData]
    objectives: Sequence[ObjectiveData]
    constraints: Mapping[str, ConstraintData]
    findings: tuple[Finding, ...] = ()

    @property
    def columns(self) -> int:
        """Number of decision variables, all families together."""
        return sum(len(variable.family) for variable in self.variables.values())

    def point(self, flat: Floats) -> dict[str, Floats]:
        """Cut a flat vector (one entry a column) into values per variable family."""
        return {
            name: flat[v.first_column : v.first_column + len(v.family)] for name, v in self.variables.items()
        }

    def flat(self, point: Point) -> Floats:
        """The inverse of `point`."""
        parts = [np.asarray(point[name], dtype=np.float64) for name in self.variables]
        return np.concatenate(parts) if parts else np.zeros(0)
