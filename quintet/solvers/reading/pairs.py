"""Rows as those meant them who wrote the file: two halves of a range as one, names without wrapping.

LP files have no ranges that every reader takes, so Quintet writes `cap.low` and `cap.high`, and Pyomo
`r_l_cap_` and `r_u_cap_`; Pyomo's other rows are `c_u_cap_`, `c_l_cap_` and `c_e_cap_`.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import numpy as np

from quintet.formulation.model import Ids
from quintet.formulation.tolerances import INFINITE
from quintet.solvers.reading.matrix_file import MatrixFile, Triples

_OWN = re.compile(r"(.+)\.(low|high)")
_PYOMO = re.compile(r"(?:c_[eul]|r_([lu]))_(.+?)(?:_|(?<=_ONE_VAR_CONSTANT))")
_HALVES = {"low": "low", "high": "high", "l": "low", "u": "high"}


def joined(matrix: MatrixFile) -> MatrixFile:
    """The matrix with pairs of rows joined to ranges where their coefficients are the same."""
    bases, halves = _bases(matrix.rows)
    upper_of = _pairs(matrix, bases, halves)
    dropped = set(upper_of.values())
    kept = [row for row in range(len(matrix.rows)) if row not in dropped]
    names = _names(matrix.rows, bases, halves, kept, upper_of)
    upper = matrix.row_upper.copy()
    for low, high in upper_of.items():
        upper[low] = matrix.row_upper[high]
    return replace(
        matrix,
        rows=names,
        row_lower=matrix.row_lower[kept],
        row_upper=upper[kept],
        entries=_without(matrix.entries, np.array(kept, dtype=np.int64), len(matrix.rows)),
    )


def _bases(rows: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Per row what its name is without wrapping, and which half of a range it is, "" for none."""
    wrapped = [_PYOMO.fullmatch(name) for name in rows]
    if rows and all(wrapped):
        found = [match for match in wrapped if match]
        return [match[2] for match in found], [_HALVES.get(match[1] or "", "") for match in found]
    own = [_OWN.fullmatch(name) for name in rows]
    bases = [match[1] if match else name for name, match in zip(rows, own, strict=True)]
    return bases, [match[2] if match else "" for match in own]


def _pairs(matrix: MatrixFile, bases: list[str], halves: list[str]) -> dict[int, int]:
    """Lower half → upper half."""
    places: dict[tuple[str, str], int] = {}
    for row, (base, half) in enumerate(zip(bases, halves, strict=True)):
        places[base, half] = row
    starts = np.searchsorted(matrix.entries.first, np.arange(len(bases) + 1))
    return {
        low: places[base, "high"]
        for (base, half), low in places.items()
        if half == "low" and (base, "high") in places and _alike(matrix, starts, low, places[base, "high"])
    }


def _alike(matrix: MatrixFile, starts: Ids, low: int, high: int) -> bool:
    """Whether one row is `>= l` and the other `<= u` of the same sum."""
    one, two = (slice(starts[row], starts[row + 1]) for row in (low, high))
    sides = matrix.row_upper[low] >= INFINITE and matrix.row_lower[high] <= -INFINITE
    same = np.array_equal(matrix.entries.second[one], matrix.entries.second[two])
    return bool(sides and same and np.array_equal(matrix.entries.values[one], matrix.entries.values[two]))


def _names(
    rows: tuple[str, ...],
    bases: list[str],
    halves: list[str],
    kept: list[int],
    upper_of: dict[int, int],
) -> tuple[str, ...]:
    """Without wrapping, unless two rows would then be called alike."""
    wanted = [rows[row] if halves[row] and row not in upper_of else bases[row] for row in kept]
    shared = {name for name, count in Counter(wanted).items() if count > 1}
    found = [rows[row] if name in shared else name for row, name in zip(kept, wanted, strict=True)]
    return tuple(found) if len(set(found)) == len(found) else tuple(rows[row] for row in kept)


def _without(entries: Triples, kept: Ids, rows: int) -> Triples:
    place = np.full(rows, -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    chosen = place[entries.first] >= 0
    return Triples(place[entries.first[chosen]], entries.second[chosen], entries.values[chosen])
