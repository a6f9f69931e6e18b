"""The fewest limits by a mixed-integer program: a binary a limit says whether it gives way.

`deviation <= M * binary` needs a constant M, which is taken from the bounds of the decisions or not at
all. A binary that is 0 but for the tolerance lets a little through, so the set that comes out is a
claim, for the caller to test; if it is enough, its size is right, because what the program allows too
much can only make it smaller.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from quintet.formulation.model import Floats, Ids
from quintet.formulation.schema import Sense
from quintet.solvers.arrays import INTEGRAL, Arrays, Sparse, totals
from quintet.solvers.highs import PRESOLVE_FROM
from quintet.solvers.options import Options
from quintet.solvers.repair.elastic import Elastic
from quintet.solvers.session import Session

LARGEST_M = 1e4
"""Beyond it too much passes a binary that is 1e-6."""
PASSES = 3


def fewest_by_binaries(
    elastic: Elastic, arrays: Arrays, options: Options
) -> tuple[frozenset[int], bool] | None:
    """Limits that may be the fewest, and whether the program was solved to the end.

    None where a limit can be broken by any amount, or no plan was found.

    Args:
        elastic: The elastic model; no two of its limits share a deviation.
        arrays: Its matrix form.
        options: With the time limit of this run.
    """
    most = _furthest(elastic, arrays)
    if most is None:
        return None
    program = _program(elastic, arrays, most)
    presolve = {"presolve": "off"} if program.columns < PRESOLVE_FROM else {}
    run = Session(program, replace(options, absolute_gap=0.99, gap=0.0), presolve).run()
    if run.x is None:
        return None
    chosen = np.flatnonzero(run.x[arrays.columns :] > 0.5)
    return frozenset(chosen.tolist()), run.status == "kOptimal"


def _furthest(elastic: Elastic, arrays: Arrays) -> Floats | None:
    """How far each deviation can have to go; None if there is no end, or one too large."""
    lower, upper = _tightened(elastic, arrays)
    lower[elastic.columns] = upper[elastic.columns] = 0.0
    low, high = _activities(arrays, lower, upper)
    rows, columns, values = arrays.matrix.row_of_entries(), arrays.matrix.columns, arrays.matrix.values
    with np.errstate(invalid="ignore"):  # inf - inf is no end, like inf
        gap = np.where(values > 0, arrays.row_lower[rows] - low[rows], high[rows] - arrays.row_upper[rows])
    most = np.zeros(arrays.columns)
    np.maximum.at(most, columns, np.where(np.isnan(gap), np.inf, gap) / np.abs(values))
    most = np.minimum(most, arrays.column_upper)[elastic.columns]
    return most if bool(np.all(most <= LARGEST_M)) else None


def _tightened(elastic: Elastic, arrays: Arrays) -> tuple[Floats, Floats]:
    """Bounds of the columns as the rows without deviations imply them, by interval arithmetic."""
    lower, upper = arrays.column_lower.copy(), arrays.column_upper.copy()
    rows, columns, values = arrays.matrix.row_of_entries(), arrays.matrix.columns, arrays.matrix.values
    soft = np.zeros(arrays.rows, dtype=bool)
    soft[rows[np.isin(columns, elastic.columns)]] = True
    hard = np.flatnonzero(~soft[rows])
    for _ in range(PASSES):
        _tighten(arrays, hard, rows[hard], columns[hard], values[hard], lower, upper)
    return lower, upper


def _tighten(
    arrays: Arrays, hard: Ids, rows: Ids, columns: Ids, values: Floats, lower: Floats, upper: Floats
) -> None:
    """One pass: what each row leaves for one column when the others are at their ends."""
    for side, sign in ((arrays.row_upper, 1.0), (arrays.row_lower, -1.0)):
        least = np.where(sign * values > 0, sign * values * lower[columns], sign * values * upper[columns])
        endless = totals(rows, np.isinf(least) * 1.0, arrays.rows)
        finite = totals(rows, np.where(np.isinf(least), 0.0, least), arrays.rows)
        others = finite[rows] - np.where(np.isinf(least), 0.0, least)
        alone = endless[rows] - np.isinf(least) == 0
        room = np.where(alone, sign * side[rows] - others, np.inf)
        ends = room / (sign * values)
        up = (sign * values > 0) & np.isfinite(ends)
        down = (sign * values < 0) & np.isfinite(ends)
        np.minimum.at(upper, columns[up], ends[up] + 1e-6 * np.maximum(1.0, np.abs(ends[up])))
        np.maximum.at(lower, columns[down], ends[down] - 1e-6 * np.maximum(1.0, np.abs(ends[down])))


def _activities(arrays: Arrays, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
    """The least and the most that each row's left side can be."""
    rows, columns, values = arrays.matrix.row_of_entries(), arrays.matrix.columns, arrays.matrix.values
    low = np.where(values > 0, values * lower[columns], values * upper[columns])
    high = np.where(values > 0, values * upper[columns], values * lower[columns])
    return totals(rows, low, arrays.rows), totals(rows, high, arrays.rows)


def _program(elastic: Elastic, arrays: Arrays, most: Floats) -> Arrays:
    """The elastic model with a binary a limit, and as few of them as can be."""
    first, count, links = arrays.columns, elastic.limits, len(elastic.columns)
    starts = arrays.matrix.starts[-1] + 2 * np.arange(1, links + 1)
    pairs = np.stack([elastic.columns, first + elastic.owner], axis=1).reshape(-1)
    values = np.stack([np.ones(links), -most], axis=1).reshape(-1)
    matrix = Sparse(
        np.concatenate([arrays.matrix.starts, starts]),
        np.concatenate([arrays.matrix.columns, pairs]),
        np.concatenate([arrays.matrix.values, values]),
    )
    upper = arrays.column_upper.copy()
    upper[elastic.columns] = np.minimum(upper[elastic.columns], most)
    return replace(
        arrays,
        sense=Sense.MINIMIZE,
        offset=0.0,
        cost=np.concatenate([np.zeros(first), np.ones(count)]),
        matrix=matrix,
        row_lower=np.concatenate([arrays.row_lower, np.full(links, -np.inf)]),
        row_upper=np.concatenate([arrays.row_upper, np.zeros(links)]),
        column_lower=np.concatenate([arrays.column_lower, np.zeros(count)]),
        column_upper=np.concatenate([upper, np.ones(count)]),
        integrality=np.concatenate([arrays.integrality, np.full(count, INTEGRAL)]),
    )
