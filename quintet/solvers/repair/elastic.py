"""The elastic form of a model: every soft limit may give way, and the objective pays for it.

The elastic program of Brown and Graves and of Chinneck (*Feasibility and Infeasibility in
Optimization*, 2008, section 6.1), in the language of the model, so that it is solved by whatever
solver its class needs. `stretching` makes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from quintet.formulation.model import ConstraintData, Floats, Ids, Model, Point
from quintet.formulation.revision import with_bounds
from quintet.formulation.tree import VariableRef
from quintet.solvers.diagnosis.limit import LimitKind
from quintet.solvers.repair.sides import Side

DROPPED = "dropped"
"""The deviation of logic: 1 where a row is dropped."""


@dataclass(frozen=True)
class Deviation:
    """By how much the limits of a family give way.

    Args:
        variable: The family of variables that says so.
        slack: The variable as it stands in the limits.
        spots: Per limit, the row of `variable`. Several limits may have one in common.
    """

    variable: str
    slack: VariableRef
    spots: Ids = field(repr=False)


@dataclass(frozen=True)
class Give:
    """How one family of limits may give way.

    Args:
        kind: What it is of.
        name: The family of constraints, or of variables for bounds.
        entry: The comparison or logic, one row a limit; for bounds one that says the same.
        rows: Per limit, its row in the family.
        deviations: By stem: `excess`, `shortfall` or `dropped`.
        sides: By stem, what it moves, one a limit; none for logic.
        weights: Price of one unit, one a limit.
        set_by_user: Whether the weights are the user's.
    """

    kind: LimitKind
    name: str
    entry: ConstraintData
    rows: Ids
    deviations: Mapping[str, Deviation]
    sides: Mapping[str, Sequence[Side]] = field(repr=False)
    weights: Floats = field(repr=False)
    set_by_user: bool = False

    def __len__(self) -> int:
        return len(self.rows)

    def amounts(self, point: Point) -> dict[str, Floats]:
        """By stem, how far each limit gives way at a point."""
        return {stem: point[d.variable][d.spots] for stem, d in self.deviations.items()}

    def scales(self, stem: str) -> Floats:
        """What the amounts are measured against, one a limit."""
        scales = [side.scale for side in self.sides[stem]] if self.sides else [1.0] * len(self)
        return np.array(scales, dtype=np.float64)


@dataclass(frozen=True)
class Elastic:
    """An elastic model.

    Args:
        original: The model that was made elastic.
        model: The elastic one. Its variables begin with those of `original`.
        gives: The families of limits that may give way, in the order of the document.
        unit: What the objective counts as one; totals are its value times this.
    """

    original: Model = field(repr=False)
    model: Model = field(repr=False)
    gives: tuple[Give, ...]
    unit: float = 1.0

    @cached_property
    def limits(self) -> int:
        """Number of limits that may give way."""
        return sum(len(give) for give in self.gives)

    @cached_property
    def columns(self) -> Ids:
        """The columns of all deviations, one a limit and stem."""
        first = {name: entry.first_column for name, entry in self.model.variables.items()}
        parts = [
            first[d.variable] + d.spots for _, give in self._numbered() for d in give.deviations.values()
        ]
        return np.concatenate([np.zeros(0, np.int64), *parts])

    @cached_property
    def owner(self) -> Ids:
        """The limit of each deviation, counted through `gives`; shape of `columns`."""
        parts = [first + np.arange(len(give)) for first, give in self._numbered() for _ in give.deviations]
        return np.concatenate([np.zeros(0, np.int64), *parts])

    @cached_property
    def scale(self) -> Floats:
        """What the amount of each deviation is measured against; shape of `columns`."""
        parts = [give.scales(stem) for _, give in self._numbered() for stem in give.deviations]
        return np.concatenate([np.zeros(0), *parts])

    def _numbered(self) -> Iterator[tuple[int, Give]]:
        first = 0
        for give in self.gives:
            yield first, give
            first += len(give)

    def holding(self, free: frozenset[int]) -> Model:
        """The model in which all limits but these hold. No two limits may share a deviation."""
        model = self.model
        for first, give in self._numbered():
            kept = np.array([row for row in range(len(give)) if first + row not in free], dtype=np.int64)
            zero = np.zeros(len(kept))
            for deviation in give.deviations.values():
                model = with_bounds(model, deviation.variable, deviation.spots[kept], zero, zero)
        return model
