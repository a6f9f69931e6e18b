"""Neighbours of the incumbent: one decision changed a little, or two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from quintet.agent.checks.case import Case, error
from quintet.agent.checks.resolving import dense
from quintet.errors import DataError
from quintet.formulation.model import Floats, Ids
from quintet.formulation.tolerances import OBJECTIVE, STRICT
from quintet.problem import Finding
from quintet.solvers.arrays import INTEGRAL, Arrays

STEPS = (1e-2, 1e-4)
"""Relative steps of a continuous variable."""


@dataclass(frozen=True)
class Moves:
    """Moves of one or two whole variables.

    Args:
        first: Column that moves.
        second: Second column, the same as `first` if only one moves.
        by: Step of `first`.
        by_second: Step of `second`, 0 if only one moves.
    """

    first: Ids
    second: Ids
    by: Floats
    by_second: Floats

    def __len__(self) -> int:
        return len(self.first)

    def take(self, rows: Ids) -> Moves:
        """Some of the moves."""
        return Moves(self.first[rows], self.second[rows], self.by[rows], self.by_second[rows])

    def made(self, x: Floats, row: int) -> Floats:
        """`x` after one move."""
        moved = x.copy()
        moved[self.first[row]] += self.by[row]
        moved[self.second[row]] += self.by_second[row]
        return moved


def neighbours(case: Case) -> Iterator[Finding]:
    """Refute a claimed optimum by a better feasible neighbour: single and pair moves."""
    if (
        not case.optimal or len(case.model.objectives) > 1
    ):  # a later level may have given up some of the first
        return
    better = _whole_moves(case) if case.arrays is not None else _scalar_moves(case)
    if better is not None:
        yield error("better-neighbour", f"a feasible neighbour of the answer has the objective {better:g}")


def _whole_moves(case: Case) -> float | None:
    for x, value in islice(improving(case, ties=False), case.budget.evaluations):
        found = case.confirmed(x)
        if found is not None and case.better(found, case.objective):
            return value
    return None


def improving(case: Case, *, ties: bool) -> Iterator[tuple[Floats, float]]:
    """Feasible neighbours by the matrix form that are better (or, with `ties`, as good), best first."""
    arrays = case.arrays
    assert arrays is not None
    x = _rounded(arrays, case.x)
    moves = _moves(case, arrays)
    if not len(moves):
        return
    gains = _gains(arrays, x, moves)
    tolerance = OBJECTIVE * max(1.0, abs(case.objective))
    wanted = np.abs(gains) <= STRICT if ties else gains > tolerance
    chosen = np.flatnonzero(wanted & _inside(arrays, x, moves))
    chosen = chosen[np.argsort(-gains[chosen], kind="stable")][: case.budget.work // max(1, arrays.rows)]
    kept = moves.take(chosen)
    for row in np.flatnonzero(_allowed(arrays, x, kept)):
        yield kept.made(x, int(row)), case.objective - arrays.direction * float(gains[chosen[row]])


def _rounded(arrays: Arrays, x: Floats) -> Floats:
    return np.where(arrays.integrality == INTEGRAL, np.round(x), x)


def _moves(case: Case, arrays: Arrays) -> Moves:
    columns = np.flatnonzero(arrays.integrality == INTEGRAL)
    pairs = columns if 2 * len(columns) ** 2 <= case.budget.moves else columns[:0]
    singles = columns if 2 * len(columns) <= case.budget.moves else columns[:0]
    return _joined([_singles(singles), _pairs(pairs)])


def _joined(parts: list[Moves]) -> Moves:
    return Moves(
        np.concatenate([part.first for part in parts]),
        np.concatenate([part.second for part in parts]),
        np.concatenate([part.by for part in parts]),
        np.concatenate([part.by_second for part in parts]),
    )


def _singles(columns: Ids) -> Moves:
    both = np.concatenate([columns, columns])
    by = np.repeat([1.0, -1.0], len(columns))
    return Moves(both, both, by, np.zeros(len(both)))


def _pairs(columns: Ids) -> Moves:
    i, j = np.triu_indices(len(columns), 1)
    signs = [(1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)]
    return Moves(
        np.tile(columns[i], 4),
        np.tile(columns[j], 4),
        np.repeat([a for a, _ in signs], len(i)),
        np.repeat([b for _, b in signs], len(i)),
    )


def _gains(arrays: Arrays, x: Floats, moves: Moves) -> Floats:
    """By how much each move improves the objective."""
    slope = arrays.cost + arrays.products.gradient(x)
    change = slope[moves.first] * moves.by + slope[moves.second] * moves.by_second
    if len(arrays.products):
        change = change + _curvature(arrays, moves)
    return -arrays.direction * change


def _curvature(arrays: Arrays, moves: Moves) -> Floats:
    """The second-order part of a quadratic objective: exact, since it is quadratic."""
    n = arrays.columns
    hessian = np.zeros((n, n))
    np.add.at(hessian, (arrays.products.first, arrays.products.second), arrays.products.values)
    hessian = (hessian + hessian.T) / 2
    own = hessian[moves.first, moves.first] * moves.by**2
    other = hessian[moves.second, moves.second] * moves.by_second**2
    cross = 2 * hessian[moves.first, moves.second] * moves.by * moves.by_second
    return own + other + cross


def _inside(arrays: Arrays, x: Floats, moves: Moves) -> npt.NDArray[np.bool_]:
    """Which moves keep the bounds."""
    alone = moves.by_second == 0
    one, two = x[moves.first] + moves.by, x[moves.second] + np.where(alone, moves.by, moves.by_second)
    inside = (one >= arrays.column_lower[moves.first]) & (one <= arrays.column_upper[moves.first])
    return inside & (two >= arrays.column_lower[moves.second]) & (two <= arrays.column_upper[moves.second])


def _allowed(arrays: Arrays, x: Floats, moves: Moves) -> npt.NDArray[np.bool_]:
    """Which moves keep the rows, with less slack than any solver takes."""
    matrix = dense(arrays.matrix, arrays.columns).T
    activity = arrays.matrix.times(x) + matrix[moves.first] * moves.by[:, None]
    activity = activity + matrix[moves.second] * moves.by_second[:, None]
    slack = STRICT * np.maximum(1.0, np.abs(activity))
    rows = (activity >= arrays.row_lower - slack) & (activity <= arrays.row_upper + slack)
    return np.all(rows, axis=1)


# without a matrix form: the evaluator alone


def _scalar_moves(case: Case) -> float | None:
    steps = [(column, step) for column in range(len(case.x)) for step in _steps(case, column)]
    for column, step in steps[: case.budget.evaluations]:
        x = case.x.copy()
        x[column] += step
        value = _value(case, x)
        if value is not None and case.better(value, case.objective):
            return value
    return None


def _steps(case: Case, column: int) -> list[float]:
    whole = any(
        v.integral and v.first_column <= column < v.first_column + len(v.family)
        for v in case.model.variables.values()
    )
    sizes = (1.0,) if whole else tuple(step * max(1.0, abs(float(case.x[column]))) for step in STEPS)
    return [sign * size for size in sizes for sign in (1.0, -1.0)]


def _value(case: Case, x: Floats) -> float | None:
    try:
        return case.confirmed(x)
    except DataError:
        return None  # outside the domain of a function: no neighbour
