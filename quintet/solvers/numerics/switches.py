"""Constants M: rows in which a binary has a coefficient far above the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from quintet.formulation.model import Floats, Ids
from quintet.solvers.arrays import INTEGRAL, Arrays
from quintet.solvers.numerics.places import Places
from quintet.solvers.numerics.ranges import Extreme

FAR = 10.0
"""A binary's coefficient this many times the others' largest makes it a constant M."""
TOLERANCE = 1e-6
"""How far from 0 a binary may be and still count as 0 (HiGHS: `mip_feasibility_tolerance`)."""


@dataclass(frozen=True)
class BigM:
    """The constants M of one family of constraints.

    Args:
        name: The family.
        rows: How many of its rows have one.
        most: The largest.
        enough: What the bounds of the other variables say would be enough in that row; None if they say
            nothing.
    """

    name: str
    rows: int
    most: Extreme
    enough: float | None

    @property
    def leak(self) -> float:
        """What a binary that is 0 but for the tolerance lets through, in units of the row."""
        return abs(self.most.value) * TOLERANCE

    @property
    def loose(self) -> bool:
        """Whether a constant of half the size or less would be enough."""
        return self.enough is not None and self.enough <= abs(self.most.value) / 2


def big_ms(arrays: Arrays, places: Places) -> Iterator[BigM]:
    """The constants M of every family that has any, in the order of the document."""
    entries = switch_entries(arrays)
    family = arrays.row_constraint[arrays.matrix.row_of_entries()[entries]]
    for number in np.unique(family).tolist():
        own = entries[family == number]
        largest = int(own[np.argmax(np.abs(arrays.matrix.values[own]))])
        value = float(arrays.matrix.values[largest])
        name = places.family(arrays.constraints[number])
        yield BigM(name, len(own), Extreme(value, places.entry(largest)), _enough(arrays, largest))


def switch_entries(arrays: Arrays) -> Ids:
    """Entries of binaries that stand above all others of their row, which has others."""
    rows, columns = arrays.matrix.row_of_entries(), arrays.matrix.columns
    sizes = np.abs(arrays.matrix.values)
    binary = (arrays.integrality == INTEGRAL) & (arrays.column_lower >= 0) & (arrays.column_upper <= 1)
    others = np.zeros(arrays.rows)
    np.maximum.at(others, rows[~binary[columns]], sizes[~binary[columns]])
    single = np.diff(arrays.matrix.starts)[rows] > 1
    return np.flatnonzero(binary[columns] & single & (others[rows] > 0) & (sizes >= FAR * others[rows]))


def _enough(arrays: Arrays, entry: int) -> float | None:
    """The least constant that cuts off nothing within the bounds.

    Coefficient reduction (Savelsbergh, ORSA J. Computing 6, 1994, section 1.2), for one of the two sides.
    """
    row = int(arrays.matrix.row_of_entries()[entry])
    part = slice(int(arrays.matrix.starts[row]), int(arrays.matrix.starts[row + 1]))
    columns, values = arrays.matrix.columns[part], arrays.matrix.values[part]
    own = columns == arrays.matrix.columns[entry]
    found = [
        _needed(sign * values, own, columns, arrays, sign * side)
        for sign, side in ((1, float(arrays.row_upper[row])), (-1, float(arrays.row_lower[row])))
        if np.isfinite(side)
    ]
    known = [value for value in found if value is not None]
    return known[0] if len(known) == 1 and len(found) == 1 else None


def _needed(values: Floats, own: np.ndarray, columns: Ids, arrays: Arrays, right: float) -> float | None:
    """Of `values·x <= right`: by how much the binary must loosen it."""
    ends = np.where(values > 0, arrays.column_upper[columns], arrays.column_lower[columns])
    rest = float(np.sum((values * ends)[~own]))
    switch = float(values[own][0])
    if not np.isfinite(rest):
        return None
    return max(0.0, rest - right) if switch < 0 else max(0.0, switch - max(0.0, right - rest))
