"""Multipliers that prove that no plan exists (J. Farkas, J. reine angew. Math. 124, 1902).

Rows l ≤ A·x ≤ u and bounds p ≤ x ≤ q have no solution if multipliers y with r = −Aᵀy make
Σ (y > 0 ? y·l : y·u) + Σ (r > 0 ? r·p : r·q) positive, for this sum is at most y·Ax + r·x = 0 at
every solution. The limits whose multiplier is not zero contradict each other by themselves. The value
over the sum of |multiplier| × size is the least relative violation that any point has (LP duality).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

import numpy as np

from quintet.formulation.model import Floats
from quintet.solvers.diagnosis.block import Block
from quintet.solvers.diagnosis.catalogue import Mask

NEGLIGIBLE = 1e-9
"""Relative size of a multiplier that is rounding."""
DENOMINATORS = (1, 1_000, 10**6)
LARGEST_WEIGHT, WHOLE = 20, 1e-6
"""Weights that a person can follow: up to this, and this near to whole numbers."""
WORK = 30_000
"""Most multiplications of fractions."""
Vector: TypeAlias = dict[int, Fraction]


@dataclass(frozen=True)
class Multipliers:
    """A contradiction between limits.

    Args:
        core: The limits that take part.
        margin: Least relative violation that any point has of one of them.
        rows: One multiplier a row of the block, positive where it presses on the lower side.
        columns: One multiplier a column, positive where its lower bound presses.
    """

    core: Mask = field(repr=False)
    margin: float
    rows: Floats = field(repr=False)
    columns: Floats = field(repr=False)


def contradiction(block: Block, kept: Mask, ray: Floats) -> Multipliers | None:
    """The contradiction that a solver's ray shows in floating point; None if it shows none."""
    for y in (ray, -ray):
        found = _judged(block, kept, y)
        if found is not None:
            return found
    return None


def _judged(block: Block, kept: Mask, y: Floats) -> Multipliers | None:
    low, high, column_low, column_high = block.sides(kept)
    row_side = np.where(y > 0, low, high)
    largest = np.max(np.abs(y), initial=0.0)
    y = np.where((np.abs(y) <= NEGLIGIBLE * largest) | ~np.isfinite(row_side), 0.0, y)
    matrix, columns = block.arrays.matrix, block.arrays.columns
    reduced = -matrix.transposed_times(y, columns)
    terms = np.bincount(matrix.columns, np.abs(matrix.values * y[matrix.row_of_entries()]), minlength=columns)
    reduced = np.where(np.abs(reduced) <= NEGLIGIBLE * terms, 0.0, reduced)
    column_side = np.where(reduced > 0, column_low, column_high)
    if not np.any(y) and not np.any(reduced) or np.any(~np.isfinite(column_side[reduced != 0])):
        return None
    row_side, column_side = np.where(y != 0, row_side, 0.0), np.where(reduced != 0, column_side, 0.0)
    value = float(np.dot(y, row_side) + np.dot(reduced, column_side))
    weight = np.dot(np.abs(y), _size(row_side)) + np.dot(np.abs(reduced), _size(column_side))
    return Multipliers(_support(block, y, reduced), value / float(weight), y, reduced) if value > 0 else None


def _size(side: Floats) -> Floats:
    return np.maximum(1.0, np.abs(side))


def _support(block: Block, y: Floats, reduced: Floats) -> Mask:
    core = np.zeros(block.catalogue.size, dtype=bool)
    core[block.row_number[y != 0]] = True
    core[block.lower_number[reduced > 0]] = True
    core[block.upper_number[reduced < 0]] = True
    return core & block.catalogue.real


# in exact fractions


def proves(block: Block, kept: Mask, multipliers: Floats, work: int = WORK) -> bool:
    """Whether multipliers near these prove in exact fractions that `kept` leaves no plan."""
    system = _System.of(block, kept, multipliers)
    return any(system.positive(y) for y in system.candidates(multipliers, work))


@dataclass(frozen=True)
class _System:
    """The rows that take part, with exact numbers.

    Args:
        terms: Per row, coefficient by column.
        sides: Per row, the side that its multiplier presses on.
        lower: Per column, None for none.
        upper: Per column, None for none.
        slack: Columns whose multiplier has to be zero.
    """

    terms: dict[int, Vector]
    sides: dict[int, tuple[float, float]]
    lower: dict[int, float]
    upper: dict[int, float]
    slack: list[int]

    @staticmethod
    def of(block: Block, kept: Mask, y: Floats) -> _System:
        low, high, column_low, column_high = block.sides(kept)
        rows = np.flatnonzero(y)
        terms = {int(row): _terms(block, int(row)) for row in rows}
        touched = sorted({column for row in terms.values() for column in row})
        reduced = -block.arrays.matrix.transposed_times(y, block.arrays.columns)
        lower = {j: float(column_low[j]) for j in touched}
        upper = {j: float(column_high[j]) for j in touched}
        used = {j for j in touched if np.isfinite(lower[j] if reduced[j] > 0 else upper[j])}
        sides = {row: (float(low[row]), float(high[row])) for row in terms}
        small = NEGLIGIBLE * max(1.0, float(np.max(np.abs(y), initial=0.0)))
        slack = [j for j in touched if j not in used or abs(reduced[j]) <= small]
        return _System(terms, sides, lower, upper, slack)

    def candidates(self, y: Floats, work: int) -> Iterator[Vector]:
        sizes = np.abs(y[y != 0])
        seen: list[Vector] = []
        for scale in (sizes.max(initial=0.0), sizes.min(initial=np.inf), 1.0):
            for denominator in DENOMINATORS:
                rounded = {
                    row: Fraction(float(y[row] / scale)).limit_denominator(denominator) for row in self.terms
                }
                if rounded not in seen:
                    seen.append(rounded)
                    yield rounded
        start = {row: Fraction(float(y[row])).limit_denominator(10**9) for row in self.terms}
        solved = _solved(self, start, work)
        if solved is not None:
            yield solved

    def positive(self, y: Vector) -> bool:
        total = Fraction(0)
        reduced: Vector = {}
        for row, value in y.items():
            side = self.sides[row][0 if value > 0 else 1]
            if not value:
                continue
            if not np.isfinite(side):
                return False
            total += value * Fraction(side)
            for column, coefficient in self.terms[row].items():
                reduced[column] = reduced.get(column, Fraction(0)) - value * coefficient
        for column, value in reduced.items():
            side = (self.lower if value > 0 else self.upper)[column]
            if value and not np.isfinite(side):
                return False
            total += value * Fraction(side) if value else 0
        return total > 0


def _terms(block: Block, row: int) -> Vector:
    matrix = block.arrays.matrix
    entries = slice(int(matrix.starts[row]), int(matrix.starts[row + 1]))
    columns, values = matrix.columns[entries].tolist(), matrix.values[entries].tolist()
    return {column: Fraction(value) for column, value in zip(columns, values, strict=True)}


def _solved(system: _System, start: Vector, work: int) -> Vector | None:
    """Multipliers near `start` for which the slack columns' sums are zero; None if that takes long."""
    by_column: dict[int, Vector] = {column: {} for column in system.slack}
    for row, terms in system.terms.items():
        for column, value in terms.items():
            if column in by_column:
                by_column[column][row] = value
    pivots: dict[int, Vector] = {}
    for equation in sorted(by_column.values(), key=len):
        reduced, work = _eliminated(equation, pivots, work)
        if work < 0:
            return None
        if reduced:
            pivots[min(reduced, key=lambda row: (abs(start[row]), row))] = reduced
    return _back(pivots, dict(start))


def _eliminated(equation: Vector, pivots: dict[int, Vector], work: int) -> tuple[Vector, int]:
    """The equation free of every unknown that another one has been solved for."""
    left = dict(equation)
    for row, other in pivots.items():  # in the order they were made: each is free of the earlier ones
        factor = left.get(row)
        if factor:
            ratio = factor / other[row]
            work -= len(other)
            if work < 0:
                return {}, work
            for unknown, value in other.items():
                left[unknown] = left.get(unknown, Fraction(0)) - ratio * value
    return {row: value for row, value in left.items() if value}, work


def _back(pivots: dict[int, Vector], solution: Vector) -> Vector:
    for row, equation in reversed(pivots.items()):
        rest = sum(
            (value * solution[other] for other, value in equation.items() if other != row), Fraction(0)
        )
        solution[row] = -rest / equation[row]
    return solution


# for a person


@dataclass(frozen=True)
class Tally:
    """A contradiction added up.

    Args:
        weights: Per limit, how often it counts: positive for "at least", negative for "at most".
        asked: What the limits ask for at least, added up.
        allowed: What they allow at most, added up; less than `asked`.
    """

    weights: dict[int, int]
    asked: float
    allowed: float


def tally(block: Block, kept: Mask, found: Multipliers) -> Tally | None:
    """Multipliers as small whole weights, added up; None if they are none or a limit has several rows."""
    low, high, column_low, column_high = block.sides(kept)
    lower, upper = np.concatenate([low, column_low]), np.concatenate([high, column_high])
    values = np.concatenate([found.rows, found.columns])
    bounds = np.where(found.columns > 0, block.lower_number, block.upper_number)
    numbers = np.concatenate([block.row_number, bounds])
    used = np.flatnonzero(values)
    scaled = values[used] / np.min(np.abs(values[used]))
    whole = np.round(scaled)
    few = len(set(numbers[used].tolist())) == len(used) and np.max(np.abs(whole)) <= LARGEST_WEIGHT
    if not few or np.any(np.abs(scaled - whole) > WHOLE):
        return None
    up, down = whole > 0, whole < 0
    asked, allowed = np.dot(whole[up], lower[used][up]), -np.dot(whole[down], upper[used][down])
    return Tally(dict(zip(numbers[used].tolist(), whole.astype(int).tolist(), strict=True)), asked, allowed)
