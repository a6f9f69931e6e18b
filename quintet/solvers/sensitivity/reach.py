"""How far a right-hand side can go before its price changes, or before no plan is left."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from quintet.formulation.model import Floats, Ids
from quintet.formulation.schema import Sense
from quintet.solvers.arrays import Arrays, Sparse
from quintet.solvers.options import Options
from quintet.solvers.sensitivity.cone import NOTHING
from quintet.solvers.session import Session

FLAT = 1e-9
"""Relative size of a multiplier or a reduced cost that counts as 0."""
FAR = 1e15
"""From here on a way is endless."""
# the primal simplex: another objective leaves the last plan feasible
EXTRA = {"presolve": "off", "solver": "simplex", "simplex_strategy": 4}


class Reach:
    """One live solver that moves the right-hand side of one row after another as far as it goes.

    The side of the row itself is taken away and its left side made as large, or as small, as the
    other rows let it be: how far that is, its right-hand side can go. (A column for the step would
    need other coefficients for every row, which a live HiGHS 1.13 has not survived.)

    Args:
        arrays: The rows among which plans are looked for, one side a row or an equation.
        value: The right-hand side of each row.
        options: Of the solver.
    """

    def __init__(self, arrays: Arrays, value: Floats, options: Options) -> None:
        self._arrays = replace(
            arrays, sense=Sense.MINIMIZE, cost=np.zeros(arrays.columns), offset=0.0, products=NOTHING
        )
        self._value = value
        self._session = Session(self._arrays, Options(threads=options.threads, seed=options.seed), EXTRA)

    def far(self, row: int, way: int) -> float:
        """The largest step of a right-hand side for which a plan is left; infinite if it has no end.

        Args:
            row: A row; an inequality without a price is only to be made tighter.
            way: 1 for more, -1 for less.

        Returns:
            At least 0; NaN if the solver could not say.
        """
        columns, coefficients = self._entries(row)
        end = float(self._value[row])
        low, high = (end, np.inf) if way > 0 else (-np.inf, end)
        self._side(row, low, high)
        self._session.change_costs(columns, -way * coefficients)
        try:
            return self._gone(columns, coefficients, end)
        finally:
            self._session.change_costs(columns, np.zeros(len(columns)))
            self._side(row, float(self._arrays.row_lower[row]), float(self._arrays.row_upper[row]))

    def _gone(self, columns: Ids, coefficients: Floats, end: float) -> float:
        found = self._session.run()
        if found.status == "kUnknown":  # left over from an unbounded run before; the next one is clear
            found = self._session.run()
        if found.status in ("kUnbounded", "kUnboundedOrInfeasible"):
            return np.inf
        if found.status != "kOptimal" or found.x is None:
            return np.nan
        step = abs(float(np.dot(coefficients, found.x[columns])) - end)
        return np.inf if step >= FAR else step

    def _entries(self, row: int) -> tuple[Ids, Floats]:
        matrix = self._arrays.matrix
        mine = slice(int(matrix.starts[row]), int(matrix.starts[row + 1]))
        return matrix.columns[mine], matrix.values[mine]

    def _side(self, row: int, low: float, high: float) -> None:
        self._session.change_rows(np.array([row]), np.array([low]), np.array([high]))


def optimal_face(arrays: Arrays, value: Floats, multipliers: Floats) -> Arrays:
    """The plans that go with some multipliers: what has a price is at its limit.

    Args:
        arrays: A linear program with one side a row.
        value: The right-hand side of each row.
        multipliers: Per row, minimising.
    """
    cost = arrays.direction * arrays.cost
    reduced = cost - arrays.matrix.transposed_times(multipliers, arrays.columns)
    sizes = Sparse(arrays.matrix.starts, arrays.matrix.columns, np.abs(arrays.matrix.values))
    flat = FLAT * (np.abs(cost) + sizes.transposed_times(np.abs(multipliers), arrays.columns))
    priced = np.abs(multipliers) > FLAT * float(np.abs(multipliers).max(initial=0.0))
    lower, upper = arrays.column_lower, arrays.column_upper
    return replace(
        arrays,
        row_lower=np.where(priced, value, arrays.row_lower),
        row_upper=np.where(priced, value, arrays.row_upper),
        column_lower=np.where((reduced < -flat) & np.isfinite(upper), upper, lower),
        column_upper=np.where((reduced > flat) & np.isfinite(lower), lower, upper),
    )
