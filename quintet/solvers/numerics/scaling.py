"""Units and factors that bring the numbers of a matrix closer together.

Geometric-mean equilibration (Fulkerson and Wolfe, SIAM Review 4, 1962; Tomlin, Math. Prog. Study 4,
1975): rows and columns are divided in turn by the geometric mean of their smallest and largest
entry. The factors are then taken together by family and rounded to powers of a thousand (of ten for
rows), because a person changes the unit of a family, not of a column. Whole variables keep their unit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from quintet.formulation.model import Floats, Ids, Model
from quintet.solvers.arrays import CONTINUOUS, Arrays
from quintet.solvers.numerics.places import Places
from quintet.solvers.numerics.switches import switch_entries

PASSES = 20
ENOUGH = 1e4
"""Coefficients whose range is no wider than this need no other units."""
WORTH = 10.0
"""A change of units is told if it brings the range of the coefficients down by this factor or more."""


@dataclass(frozen=True)
class Rescaling:
    """A family in other units.

    Args:
        variable: Whether it is a family of variables; else of constraints.
        name: The family.
        factor: For variables, how many old units make a new one, a power of a thousand; for constraints,
            what both sides are divided by, a power of ten.
        unit: The old unit of the variables, "" if there is none.
        before: Smallest and largest size of its coefficients now.
        after: The same with all changes made.
    """

    variable: bool
    name: str
    factor: float
    unit: str
    before: tuple[float, float]
    after: tuple[float, float]


@dataclass(frozen=True)
class Plan:
    """Changes of units.

    Args:
        rescalings: The changes; none if none is worth it.
        before: Largest size of a coefficient over the smallest, now.
        after: The same with all changes made.
    """

    rescalings: tuple[Rescaling, ...]
    before: float
    after: float


def plan(arrays: Arrays, model: Model, places: Places) -> Plan:
    """The fewest changes of units that bring the coefficients close together.

    Constants M are left aside: they follow the units, and bounds say how large they must be.

    Args:
        arrays: The matrix form.
        model: The model that was compiled.
        places: Names of its families.
    """
    counted = np.ones(arrays.nonzeros, dtype=bool)
    counted[switch_entries(arrays)] = False
    entries = _Entries(
        np.abs(arrays.matrix.values)[counted],
        arrays.matrix.row_of_entries()[counted],
        arrays.matrix.columns[counted],
    )
    if not len(entries.sizes) or entries.ratio() <= ENOUGH:
        return Plan((), entries.ratio(), entries.ratio())
    groups = _Groups(arrays, model)
    factors = _only_worth(entries, *_equilibrated(entries, groups), groups)
    before, after = entries.ratio(), entries.scaled(*factors).ratio()
    if before < WORTH * after:
        return Plan((), before, before)
    rescalings = (
        *_of_variables(groups, places, entries, factors),
        *_of_constraints(groups, places, entries, factors),
    )
    return Plan(rescalings, before, after)


@dataclass(frozen=True)
class _Entries:
    """Sizes of coefficients with their rows and columns."""

    sizes: Floats
    rows: Ids
    columns: Ids

    def ratio(self) -> float:
        return float(np.max(self.sizes) / np.min(self.sizes)) if len(self.sizes) else 1.0

    def scaled(self, up: Floats, across: Floats) -> _Entries:
        return replace(self, sizes=self.sizes * up[self.rows] * across[self.columns])


class _Groups:
    """Rows and columns by family."""

    def __init__(self, arrays: Arrays, model: Model) -> None:
        self.rows = arrays.row_constraint
        self.constraints = arrays.constraints
        families = list(model.variables.values())
        self.columns: Ids = np.repeat(np.arange(len(families)), [len(v.family) for v in families])
        self.variables = families
        own = model.formulation.variables
        fixed = [name.name not in own for name in families]
        self.fixed = (arrays.integrality != CONTINUOUS) | np.array(fixed, dtype=bool)[self.columns]


def _equilibrated(entries: _Entries, groups: _Groups) -> tuple[Floats, Floats]:
    """Factors of rows (powers of ten) and columns (of a thousand), one a family, 1 for whole variables."""
    logs = np.log10(entries.sizes)
    up, across = np.zeros(len(groups.rows)), np.zeros(len(groups.columns))
    for _ in range(PASSES):
        up -= _middle(logs + up[entries.rows] + across[entries.columns], entries.rows, groups.rows)
        shift = _middle(logs + up[entries.rows] + across[entries.columns], entries.columns, groups.columns)
        across -= np.where(groups.fixed, 0.0, shift)
    across = 3 * np.round(across / 3)
    across -= np.where(groups.fixed, 0.0, _usual(across, groups))
    up = -_middle(logs + across[entries.columns], entries.rows, groups.rows)
    return 10.0 ** np.round(up), 10.0**across


def _usual(across: Floats, groups: _Groups) -> float:
    """What most families would change by; all may change by less as well, unless whole ones stand by.

    The factors of all columns may be divided by a number that multiplies those of the rows.
    """
    if np.any(groups.fixed):
        return 0.0
    _, first = np.unique(groups.columns, return_index=True)
    values, counts = np.unique(across[first], return_counts=True)
    return float(values[np.argmax(counts)])


def _middle(logs: Floats, lines: Ids, family: Ids) -> Floats:
    """Half-way between the smallest and the largest of each family, given to each of its lines."""
    count = int(family.max()) + 1 if len(family) else 0
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(low, family[lines], logs)
    np.maximum.at(high, family[lines], logs)
    known = np.isfinite(low)
    middle = np.zeros(count)
    middle[known] = (low[known] + high[known]) / 2
    return middle[family]


def _only_worth(entries: _Entries, up: Floats, across: Floats, groups: _Groups) -> tuple[Floats, Floats]:
    """Without the changes that can be done without, tried family by family, the least first."""
    up, across = up.copy(), across.copy()
    good = max(ENOUGH, WORTH * entries.scaled(up, across).ratio())
    families = [(up, groups.rows == n) for n in np.unique(groups.rows)]
    families += [(across, groups.columns == n) for n in np.unique(groups.columns)]
    families.sort(key=lambda pair: float(np.max(np.abs(np.log10(pair[0][pair[1]])))))
    for factors, own in families:
        kept = factors[own].copy()
        factors[own] = 1.0
        if entries.scaled(up, across).ratio() > good:
            factors[own] = kept
    return up, across


def _of_variables(
    groups: _Groups, places: Places, entries: _Entries, factors: tuple[Floats, Floats]
) -> Iterator[Rescaling]:
    for number, variable in enumerate(groups.variables):
        free = (groups.columns == number) & ~groups.fixed
        factor = float(factors[1][free][0]) if np.any(free) else 1.0
        if factor != 1.0:
            ends = _ends(entries, factors, groups.columns[entries.columns] == number)
            yield Rescaling(True, places.family(variable.name), factor, variable.unit, *ends)


def _of_constraints(
    groups: _Groups, places: Places, entries: _Entries, factors: tuple[Floats, Floats]
) -> Iterator[Rescaling]:
    for number, name in enumerate(groups.constraints):
        own = groups.rows == number
        factor = float(factors[0][own][0]) if np.any(own) else 1.0
        if factor != 1.0:
            ends = _ends(entries, factors, groups.rows[entries.rows] == number)
            yield Rescaling(False, places.family(name), 1.0 / factor, "", *ends)


def _ends(
    entries: _Entries, factors: tuple[Floats, Floats], own: np.ndarray
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Smallest and largest size of some coefficients, before and after."""
    before, after = entries.sizes[own], entries.scaled(*factors).sizes[own]
    return (float(np.min(before)), float(np.max(before))), (float(np.min(after)), float(np.max(after)))
