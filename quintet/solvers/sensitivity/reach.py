"""How far a right-hand side can go before its price changes, or before no plan is left."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from quintet.formulation.model import Floats
from quintet.formulation.schema import Sense
from quintet.solvers.arrays import Arrays, Sparse
from quintet.solvers.options import Options
from quintet.solvers.sensitivity.cone import NOTHING
from quintet.solvers.session import Session

FLAT = 1e-9
"""Relative size of a multiplier or a reduced cost that counts as 0."""
FAR = 1e15
"""From here on a way is endless."""
# the primal simplex: a new coefficient of the step leaves the last plan feasible, not the last prices
EXTRA = {"presolve": "off", "solver": "simplex", "simplex_strategy": 1}


class Reach:
    """One live solver that moves the right-hand side of one row after another as far as it goes.

    Args:
        arrays: The rows among which plans are looked for.
        options: Of the solver.
    """

    def __init__(self, arrays: Arrays, options: Options) -> None:
        self._step = arrays.columns
        self._row = 0
        quiet = Options(threads=options.threads, seed=options.seed)
        self._session = Session(_with_step(arrays), quiet, EXTRA)

    def far(self, row: int, way: int) -> float:
        """The largest step of a right-hand side for which a plan is left; infinite if it has no end.

        Args:
            row: The row.
            way: 1 for more, -1 for less.

        Returns:
            At least 0; NaN if the solver could not say.
        """
        self._aim(row, way)
        found = self._session.run()
        if found.status == "kUnknown":  # left over from an unbounded run before; the next one is clear
            found = self._session.run()
        if found.status in ("kUnbounded", "kUnboundedOrInfeasible"):
            return np.inf
        if found.status != "kOptimal" or found.x is None:
            return np.nan
        step = abs(float(found.x[self._step]))
        return np.inf if step >= FAR else step

    def _aim(self, row: int, way: int) -> None:
        rows, column = np.array([self._row, row]), np.array([self._step, self._step])
        self._session.change_coefficients(rows, column, np.array([0.0, -1.0]))
        self._row = row
        low, high = (0.0, np.inf) if way > 0 else (-np.inf, 0.0)
        self._session.change_columns(column[:1], np.array([low]), np.array([high]))
        self._session.change_costs(column[:1], np.array([-float(way)]))


def _with_step(arrays: Arrays) -> Arrays:
    """One more column, the step, with no coefficient yet; nothing else costs anything."""
    return replace(
        arrays,
        sense=Sense.MINIMIZE,
        cost=np.zeros(arrays.columns + 1),
        offset=0.0,
        products=NOTHING,
        matrix=Sparse(arrays.matrix.starts, arrays.matrix.columns, arrays.matrix.values),
        column_lower=np.append(arrays.column_lower, 0.0),
        column_upper=np.append(arrays.column_upper, 0.0),
        integrality=np.zeros(arrays.columns + 1, dtype=np.int64),
    )


def optimal_face(arrays: Arrays, end: np.ndarray, multipliers: Floats) -> Arrays:
    """The plans that go with some multipliers: what has a price is at its limit.

    Args:
        arrays: A linear program with one side a row.
        end: Per row which side it has.
        multipliers: Per row, minimising.
    """
    cost = arrays.direction * arrays.cost
    reduced = cost - arrays.matrix.transposed_times(multipliers, arrays.columns)
    sizes = Sparse(arrays.matrix.starts, arrays.matrix.columns, np.abs(arrays.matrix.values))
    flat = FLAT * (np.abs(cost) + sizes.transposed_times(np.abs(multipliers), arrays.columns))
    priced = np.abs(multipliers) > FLAT * float(np.abs(multipliers).max(initial=0.0))
    value = np.where(end < 0, arrays.row_upper, arrays.row_lower)
    low = np.where(
        (reduced < -flat) & np.isfinite(arrays.column_upper), arrays.column_upper, arrays.column_lower
    )
    high = np.where(
        (reduced > flat) & np.isfinite(arrays.column_lower), arrays.column_lower, arrays.column_upper
    )
    return replace(
        arrays,
        row_lower=np.where(priced, value, arrays.row_lower),
        row_upper=np.where(priced, value, arrays.row_upper),
        column_lower=low,
        column_upper=high,
    )
