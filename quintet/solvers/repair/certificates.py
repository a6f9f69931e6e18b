"""Multipliers that prove a contradiction, taken apart into proofs of separate ones."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from quintet.formulation.model import Floats, Ids
from quintet.formulation.tolerances import FEASIBILITY
from quintet.solvers.arrays import Arrays, totals
from quintet.solvers.repair.elastic import Elastic

NONE = 1e-9
"""A multiplier this small, of the largest, plays no part."""


def contradictions(elastic: Elastic, arrays: Arrays, multipliers: Floats) -> list[frozenset[int]]:
    """Sets of limits that can't hold, with what is hard; no two have a limit in common.

    Rows whose multipliers share no column prove something by themselves: each part is checked as a
    Farkas certificate over the bounds (no part without one is returned).

    Args:
        elastic: The elastic model.
        arrays: Its matrix form.
        multipliers: Of the rows, from the elastic program, minimising.
    """
    rows = np.flatnonzero(np.abs(multipliers) > NONE * np.max(np.abs(multipliers), initial=0.0))
    soft = np.zeros(arrays.columns, dtype=bool)
    soft[elastic.columns] = True
    limits = _limits_of_rows(elastic, arrays, soft)
    found: list[frozenset[int]] = []
    for part in _parts(arrays, rows, soft):
        y = np.zeros(arrays.rows)
        y[part] = multipliers[part]
        if _proves(arrays, y, soft):
            found.append(frozenset(limit for row in part.tolist() for limit in limits.get(row, ())))
    return [core for core in found if core]


def _limits_of_rows(elastic: Elastic, arrays: Arrays, soft: np.ndarray) -> dict[int, list[int]]:
    owner = dict(zip(elastic.columns.tolist(), elastic.owner.tolist(), strict=True))
    entries = np.flatnonzero(soft[arrays.matrix.columns])
    rows = arrays.matrix.row_of_entries()[entries].tolist()
    found: dict[int, list[int]] = {}
    for row, column in zip(rows, arrays.matrix.columns[entries].tolist(), strict=True):
        found.setdefault(row, []).append(owner[column])
    return found


def _parts(arrays: Arrays, rows: Ids, soft: np.ndarray) -> Iterator[Ids]:
    """The rows in groups that share no column, deviations aside: union-find over columns."""
    home: dict[int, int] = {}
    parent = {row: row for row in rows.tolist()}

    def root(row: int) -> int:
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    starts, columns = arrays.matrix.starts, arrays.matrix.columns
    for row in parent:
        for column in columns[starts[row] : starts[row + 1]].tolist():
            if not soft[column]:
                parent[root(row)] = root(home.setdefault(column, row))
    groups: dict[int, list[int]] = {}
    for row in parent:
        groups.setdefault(root(row), []).append(row)
    for group in groups.values():
        yield np.array(group, dtype=np.int64)


def _proves(arrays: Arrays, y: Floats, soft: np.ndarray) -> bool:
    """Whether y·Ax is above what the bounds of x allow, whenever the rows hold with no deviation."""
    side = np.where(y > 0, arrays.row_lower, arrays.row_upper)
    used = y != 0
    if not np.all(np.isfinite(side[used])):
        return False
    slope = arrays.matrix.transposed_times(y, arrays.columns)
    size = totals(
        arrays.matrix.columns,
        np.abs(arrays.matrix.values * y[arrays.matrix.row_of_entries()]),
        arrays.columns,
    )
    slope = np.where(soft | (np.abs(slope) <= NONE * size), 0.0, slope)
    ends = np.where(slope > 0, arrays.column_upper, arrays.column_lower)
    there = slope != 0
    if not np.all(np.isfinite(ends[there])):
        return False
    terms = np.concatenate([y[used] * side[used], -slope[there] * ends[there]])
    return bool(np.sum(terms) > FEASIBILITY * np.max(np.abs(terms), initial=0.0))
