"""Rows that say almost the same: a basis with both of them can hardly be solved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from quintet.formulation.model import Floats, Ids
from quintet.solvers.arrays import Arrays
from quintet.solvers.numerics.places import Places

SAME = 1e-12
"""Rows whose directions differ by no more than this are the same."""
NEAR = 1e-6
"""Rows whose directions differ by no more than this are nearly the same."""


@dataclass(frozen=True)
class Pair:
    """Two rows in almost one direction.

    Args:
        first: Place of the earlier row.
        second: Place of the later one.
        families: Names of their families.
        apart: The largest difference of their coefficients, each row scaled to a largest one of 1.
    """

    first: str
    second: str
    families: tuple[str, str]
    apart: float

    @property
    def same(self) -> bool:
        """Whether the directions are the same but for rounding."""
        return self.apart <= SAME


def pairs(arrays: Arrays, places: Places) -> Iterator[Pair]:
    """Rows with the same variables in almost one direction; each row with the one next to it in order."""
    for rows, vectors in _alike(arrays):
        order = np.lexsort(vectors.T[::-1])
        rows, vectors = rows[order], vectors[order]
        apart = np.max(np.abs(np.diff(vectors, axis=0)), axis=1, initial=0.0)
        for at in np.flatnonzero(apart <= NEAR).tolist():
            first, second = sorted((int(rows[at]), int(rows[at + 1])))
            families = places.family_of_row(first), places.family_of_row(second)
            yield Pair(places.row(first), places.row(second), families, float(apart[at]))


def _alike(arrays: Arrays) -> Iterator[tuple[Ids, Floats]]:
    """Groups of two or more rows over the same two or more columns, with their scaled coefficients."""
    groups: dict[bytes, list[int]] = {}
    starts, columns = arrays.matrix.starts, arrays.matrix.columns
    for row in np.flatnonzero(np.diff(starts) > 1).tolist():
        groups.setdefault(columns[starts[row] : starts[row + 1]].tobytes(), []).append(row)
    for rows in groups.values():
        if len(rows) > 1:
            yield np.array(rows, dtype=np.int64), np.array([_direction(arrays, row) for row in rows])


def _direction(arrays: Arrays, row: int) -> Floats:
    values = arrays.matrix.values[arrays.matrix.starts[row] : arrays.matrix.starts[row + 1]]
    return values / values[np.argmax(np.abs(values))]
