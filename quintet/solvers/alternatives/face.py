"""The optimal plans of a linear program as a set, and how far each decision may move in it.

By complementary slackness, one dual solution fixes that set: every column with a reduced cost stays
at its bound and every row with a price holds with equality, in all optimal plans (Schrijver, *Theory
of Linear and Integer Programming*, 1986, §7.9). No row on the objective is needed, so no tolerance
on its value spreads to the decisions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from quintet.formulation.model import Floats, Model
from quintet.formulation.schema import Sense
from quintet.formulation.tolerances import INFINITE
from quintet.solvers.alternatives.plan import Plan
from quintet.solvers.alternatives.standing import EXACTLY, limit_of
from quintet.solvers.arrays import CONTINUOUS, Arrays, Sparse
from quintet.solvers.matrix import BeyondMatrix, compile
from quintet.solvers.options import Options
from quintet.solvers.rewrite import rewrite
from quintet.solvers.session import Session

PRICED = 1e-7
"""Relative size from which a reduced cost or a price is one."""


def linear_arrays(model: Model) -> list[Arrays] | None:
    """One matrix form a level of the objective; None if the model is not linear or does not fit one."""
    try:
        rewritten = rewrite(model)
        levels = [compile(replace(rewritten, objectives=[level])) for level in rewritten.objectives]
    except BeyondMatrix:
        return None
    return None if any(len(level.products) for level in levels) else levels


def is_continuous(levels: Sequence[Arrays]) -> bool:
    """Whether no column has to be whole."""
    return bool(np.all(levels[0].integrality == CONTINUOUS))


def optimal_face(levels: Sequence[Arrays], options: Options) -> tuple[Arrays, Floats] | None:
    """The plans that are optimal at every level, and a vertex of them; None if a solve failed.

    Args:
        levels: Matrix forms with the same rows, one a level, all columns continuous.
        options: Of the solves.
    """
    face, x = levels[0], np.zeros(0)
    for level in levels:
        face = replace(face, cost=level.cost, offset=level.offset, sense=level.sense)
        run = Session(face, options, {"solver": "simplex"}).run()
        if run.status != "kOptimal" or run.x is None or run.row_dual is None:
            return None
        x = run.x
        face = _restricted(face, x, run.row_dual)
    return face, x


def _restricted(arrays: Arrays, x: Floats, prices: Floats) -> Arrays:
    """Columns with a reduced cost and rows with a price held where they are."""
    reduced = arrays.direction * arrays.cost - arrays.matrix.transposed_times(prices, arrays.columns)
    size = max(1.0, float(np.abs(arrays.cost).max(initial=0.0)))
    activity = arrays.matrix.times(x)
    lower, upper = _held(arrays.column_lower, arrays.column_upper, x, np.abs(reduced) > PRICED * size)
    scale = size / np.maximum(1.0, _largest(arrays))
    low, high = _held(arrays.row_lower, arrays.row_upper, activity, np.abs(prices) > PRICED * scale)
    return replace(arrays, column_lower=lower, column_upper=upper, row_lower=low, row_upper=high)


def _largest(arrays: Arrays) -> Floats:
    """The largest coefficient of each row."""
    largest = np.zeros(arrays.rows)
    np.maximum.at(largest, arrays.matrix.row_of_entries(), np.abs(arrays.matrix.values))
    return largest


def _held(lower: Floats, upper: Floats, value: Floats, held: np.ndarray) -> tuple[Floats, Floats]:
    """Bounds with those that are held moved to the end at which the value is."""
    at_lower = np.abs(value - lower) <= np.abs(upper - value)
    end = np.where(at_lower, lower, upper)
    end = np.where(np.isfinite(end), end, value)
    return np.where(held, end, lower), np.where(held, end, upper)


def near_optimal(
    levels: Sequence[Arrays], model: Model, plan: Plan, within: float, slack: float = EXACTLY
) -> Arrays:
    """All plans whose objectives are within a share of a plan's, as rows on the objectives."""
    arrays = levels[0]
    for level, objective in zip(levels, model.objectives, strict=True):
        if objective.sense is not Sense.SATISFY:
            end = limit_of(objective, plan.objectives[objective.name], within, slack) - level.offset
            ends = (-np.inf, end) if objective.sense is Sense.MINIMIZE else (end, np.inf)
            arrays = with_row(arrays, level.cost, *ends)
    return arrays


def with_row(arrays: Arrays, coefficients: Floats, lower: float, upper: float) -> Arrays:
    """One more row, given with one coefficient a column; it belongs to no constraint."""
    columns = np.flatnonzero(coefficients)
    matrix = arrays.matrix
    return replace(
        arrays,
        matrix=Sparse(
            np.append(matrix.starts, len(matrix.columns) + len(columns)),
            np.append(matrix.columns, columns),
            np.append(matrix.values, coefficients[columns]),
        ),
        row_lower=np.append(arrays.row_lower, lower),
        row_upper=np.append(arrays.row_upper, upper),
    )


def relaxed(arrays: Arrays) -> Arrays:
    """Without integrality; a semicontinuous column's range is stretched to hold 0."""
    return replace(
        arrays,
        integrality=np.full(arrays.columns, CONTINUOUS),
        column_lower=np.where(
            arrays.integrality > 1, np.minimum(0, arrays.column_lower), arrays.column_lower
        ),
        column_upper=np.where(
            arrays.integrality > 1, np.maximum(0, arrays.column_upper), arrays.column_upper
        ),
    )


def fixed(arrays: Arrays, columns: np.ndarray, values: Floats) -> Arrays:
    """With some columns held at values, and nothing whole any more."""
    lower, upper = arrays.column_lower.copy(), arrays.column_upper.copy()
    lower[columns] = upper[columns] = values
    continuous = np.full(arrays.columns, CONTINUOUS)
    return replace(arrays, column_lower=lower, column_upper=upper, integrality=continuous)


class Probe:
    """Asks one set of plans for its ends in many directions; each solve starts from the last basis.

    Args:
        arrays: The set, all columns continuous; its objective is left out.
        options: Of the solves.
    """

    def __init__(self, arrays: Arrays, options: Options) -> None:
        self._columns = np.arange(arrays.columns)
        blank = replace(arrays, cost=np.zeros(arrays.columns), offset=0.0, sense=Sense.MINIMIZE)
        self._session = Session(blank, options, {"solver": "simplex"})

    def furthest(self, direction: Floats) -> tuple[float, Floats | None]:
        """The most of `direction·x`, and where; inf if it has no limit, NaN if it was not found out."""
        self._session.change_costs(self._columns, -direction)
        run = self._session.run()
        if run.status == "kOptimal" and run.x is not None:
            return float(direction @ run.x), run.x
        return (np.inf, None) if run.status in ("kUnbounded", "kUnboundedOrInfeasible") else (np.nan, None)

    def end(self, column: int, sign: float) -> tuple[float, Floats | None]:
        """The most (sign 1) or least (-1) of one column, ±inf without limit, NaN if not found out."""
        direction = np.zeros(len(self._columns))
        direction[column] = sign
        value, x = self.furthest(direction)
        return (sign * value if x is None else float(x[column])), x


def another(face: Arrays, x: Floats, options: Options) -> tuple[bool | None, Floats | None]:
    """Whether a set of plans holds another point than its vertex `x`, and one if it was met.

    The point that leaves the most limits at which the vertex stands, as in Appa, *On the uniqueness
    of solutions to linear programs* (J. Oper. Res. Soc. 53, 2002); columns without bounds are asked
    one by one, because a vertex of HiGHS may leave one at 0.
    """
    probe = Probe(face, options)
    direction = _away(face, x)
    value, found = probe.furthest(direction)
    if np.isnan(value):
        return None, None
    if np.isinf(value):
        return True, None
    if value - float(direction @ x) > 1e-6 * max(1.0, float(np.abs(direction).max(initial=0.0))):
        return True, found
    return _another_free(face, x, probe)


def _away(face: Arrays, x: Floats) -> Floats:
    """The gradient of the summed distances from the limits at which `x` stands."""
    near = 1e-7 * np.maximum(1.0, np.abs(x))
    open_columns = face.column_lower < face.column_upper
    direction = np.where(open_columns & (x - face.column_lower <= near), 1.0, 0.0)
    direction -= np.where(open_columns & (face.column_upper - x <= near), 1.0, 0.0)
    activity = face.matrix.times(x)
    near = 1e-7 * np.maximum(1.0, np.abs(activity))
    open_rows = face.row_lower < face.row_upper
    push = np.where(open_rows & (activity - face.row_lower <= near), 1.0, 0.0)
    push -= np.where(open_rows & (face.row_upper - activity <= near), 1.0, 0.0)
    return direction + face.matrix.transposed_times(push, face.columns)


def _another_free(face: Arrays, x: Floats, probe: Probe) -> tuple[bool | None, Floats | None]:
    unbounded = (face.column_lower <= -INFINITE) & (face.column_upper >= INFINITE)
    for column in np.flatnonzero(unbounded).tolist():
        for sign in (1.0, -1.0):
            value, found = probe.end(column, sign)
            if np.isnan(value):
                return None, None
            if abs(value - x[column]) > 1e-6 * max(1.0, abs(x[column])):
                return True, found
    return False, None
