"""Bounds in exact fractions: what row multipliers prove about a linear program, free of rounding.

For minimise c·x subject to l ≤ A·x ≤ u and p ≤ x ≤ q, any multipliers y give, by weak duality,
Σ (y_i > 0 ? y_i l_i : y_i u_i) + Σ (r_j > 0 ? r_j p_j : r_j q_j) with r = c − Aᵀy as a lower bound.
The sums are exact, so the bound is safe whatever the multipliers are worth (A. Neumaier and
O. Shcherbina, Safe bounds in linear and mixed-integer linear programming, Math. Program. 99, 2004).
With c = 0 a positive bound proves that nothing is feasible (Farkas). A column without a bound takes
the one that the rows imply, so that a reduced cost which is only nearly zero costs nearly nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import numpy as np

from quintet.formulation.model import Floats
from quintet.solvers.arrays import Arrays

DENOMINATORS = (1_000, 10**9)
PASSES = 2
"""Rounds of looking for column bounds that rows imply."""
SMALL = 1e-7
"""Multipliers and reduced costs below this are taken for zero when the exact basis is guessed."""
Vector: TypeAlias = dict[int, Fraction]


@dataclass(frozen=True)
class Rows:
    """The rows of a linear program as exact numbers.

    Args:
        terms: Per row, coefficient by column.
        lower: Per row, None for none.
        upper: Per row, None for none.
        column_lower: Per column, None for none.
        column_upper: Per column, None for none.
    """

    terms: list[Vector]
    lower: list[Fraction | None]
    upper: list[Fraction | None]
    column_lower: list[Fraction | None]
    column_upper: list[Fraction | None]

    @staticmethod
    def of(arrays: Arrays) -> Rows:
        """The rows of a matrix form."""
        matrix = arrays.matrix
        terms: list[Vector] = [{} for _ in range(matrix.rows)]
        entries = (matrix.row_of_entries().tolist(), matrix.columns.tolist(), matrix.values.tolist())
        for row, column, value in zip(*entries, strict=True):
            terms[row][column] = Fraction(value)
        sides = (arrays.row_lower, arrays.row_upper, arrays.column_lower, arrays.column_upper)
        rows = Rows(terms, *(_exact(side) for side in sides))
        for _ in range(PASSES):
            rows.imply()
        return rows

    def imply(self) -> None:
        """Fill in missing column bounds that a row and the other columns' bounds imply."""
        for row, terms in enumerate(self.terms):
            if self.upper[row] is not None:
                self._imply(terms, self.upper[row], 1)
            if self.lower[row] is not None:
                self._imply(terms, self.lower[row], -1)

    def _imply(self, terms: Vector, side: Fraction | None, sign: int) -> None:
        """From sign × terms·x ≤ sign × side."""
        least: dict[int, Fraction | None] = {}
        for column, value in terms.items():
            end = (self.column_lower if sign * value > 0 else self.column_upper)[column]
            least[column] = None if end is None else sign * value * end
        unknown = [column for column, value in least.items() if value is None]
        if side is None or len(unknown) > 1:
            return
        known = sum((value for value in least.values() if value is not None), Fraction(0))
        for column in unknown or terms:
            self._take(
                column,
                terms[column],
                (sign * side - known + (least[column] or 0)) / (sign * terms[column]),
                sign,
            )

    def _take(self, column: int, value: Fraction, end: Fraction, sign: int) -> None:
        """A row says that the column stays on one side of `end`; used where nothing else does."""
        bounds = self.column_upper if sign * value > 0 else self.column_lower
        if bounds[column] is None:
            bounds[column] = end


def _exact(values: Floats) -> list[Fraction | None]:
    return [Fraction(value) if np.isfinite(value) else None for value in values.tolist()]


def best_bound(rows: Rows, cost: Floats, multipliers: Floats, work: int) -> Fraction | None:
    """The best safe lower bound that multipliers near `multipliers` prove; None if they prove none.

    Args:
        rows: The constraints.
        cost: To be minimised, one entry a column.
        multipliers: One entry a row, as a solver gives them.
        work: Most multiplications for the exact basis.
    """
    exact = [Fraction(value) for value in cost.tolist()]
    bounds = (safe_bound(rows, exact, y) for y in _candidates(rows, cost, multipliers, work))
    return max((bound for bound in bounds if bound is not None), default=None)


def safe_bound(rows: Rows, cost: Sequence[Fraction], y: Vector) -> Fraction | None:
    """The lower bound on cost·x that the multipliers `y` prove; None if it is minus infinity."""
    total = Fraction(0)
    reduced = dict(enumerate(cost))
    for row, value in y.items():
        side = rows.lower[row] if value > 0 else rows.upper[row]
        if side is None or not value:
            continue  # a multiplier of the wrong sign is taken as 0
        total += value * side
        for column, coefficient in rows.terms[row].items():
            reduced[column] -= value * coefficient
    at_bounds = _at_bounds(rows, reduced)
    return None if at_bounds is None else total + at_bounds


def _at_bounds(rows: Rows, reduced: Mapping[int, Fraction]) -> Fraction | None:
    total = Fraction(0)
    for column, value in reduced.items():
        if value:
            side = rows.column_lower[column] if value > 0 else rows.column_upper[column]
            if side is None:
                return None
            total += value * side
    return total


def _candidates(rows: Rows, cost: Floats, multipliers: Floats, work: int) -> Iterator[Vector]:
    plain = {row: value for row, value in enumerate(multipliers.tolist()) if value}
    for denominator in DENOMINATORS:
        yield {row: Fraction(value).limit_denominator(denominator) for row, value in plain.items()}
    basis = _from_basis(rows, cost, plain, work)
    if basis is not None:
        yield basis
    yield {row: Fraction(value) for row, value in plain.items()}


def _from_basis(rows: Rows, cost: Floats, multipliers: Mapping[int, float], work: int) -> Vector | None:
    """The multipliers for which the reduced costs that look like zero are zero."""
    size = max(1.0, max(map(abs, multipliers.values()), default=0.0))
    used = [row for row, value in multipliers.items() if abs(value) > SMALL * size]
    reduced = cost.astype(float).copy()
    for row, value in multipliers.items():
        for column, coefficient in rows.terms[row].items():
            reduced[column] -= value * float(coefficient)
    tight = np.flatnonzero(np.abs(reduced) <= SMALL * max(1.0, float(np.abs(cost).max(initial=0)))).tolist()
    if len(used) ** 2 * len(tight) > work:
        return None
    system = [
        ({row: rows.terms[row][j] for row in used if j in rows.terms[row]}, Fraction(cost[j])) for j in tight
    ]
    start = {row: Fraction(multipliers[row]).limit_denominator(DENOMINATORS[-1]) for row in used}
    return solve_exactly(system, start)


def solve_exactly(system: Sequence[tuple[Vector, Fraction]], start: Vector) -> Vector | None:
    """A solution of linear equations by elimination in fractions; None if there is none.

    Args:
        system: Equations as (coefficient by unknown, right-hand side).
        start: All unknowns; those that the equations leave free keep these values.
    """
    pivots: list[tuple[int, Vector, Fraction]] = []
    for terms, right in system:
        reduced, value = _reduce(dict(terms), right, pivots)
        if reduced:
            unknown = next(iter(reduced))
            pivots.append((unknown, reduced, value))
        elif value:
            return None
    return _back(pivots, dict(start))


def _reduce(
    terms: Vector, right: Fraction, pivots: Sequence[tuple[int, Vector, Fraction]]
) -> tuple[Vector, Fraction]:
    for unknown, row, value in pivots:
        factor = terms.get(unknown)
        if factor:
            ratio = factor / row[unknown]
            for other, coefficient in row.items():
                terms[other] = terms.get(other, Fraction(0)) - ratio * coefficient
            right -= ratio * value
    return {unknown: value for unknown, value in terms.items() if value}, right


def _back(pivots: Sequence[tuple[int, Vector, Fraction]], solution: Vector) -> Vector:
    for unknown, row, value in reversed(pivots):
        rest = sum((c * solution[other] for other, c in row.items() if other != unknown), Fraction(0))
        solution[unknown] = (value - rest) / row[unknown]
    return solution
