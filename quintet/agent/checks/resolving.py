"""Solving a matrix form again, changed a little: relaxed, shifted, turned round."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np

from quintet.formulation.model import Floats
from quintet.solvers.arrays import CONTINUOUS, SEMICONTINUOUS, Arrays, Products, Sparse
from quintet.solvers.options import Options
from quintet.solvers.session import Session

SECONDS = 0.3
"""Safety stop; what normally ends a second solve is the node limit."""


class Ending(StrEnum):
    """How a second solve ended."""

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Resolved:
    """What a second solve gives.

    Args:
        ending: How it ended.
        objective: In the user's sense; NaN unless optimal.
        x: One value a column; empty unless optimal.
        multipliers: Of the rows, minimising; of an LP, else empty.
    """

    ending: Ending
    objective: float = math.nan
    x: Floats = field(default_factory=lambda: np.zeros(0))
    multipliers: Floats = field(default_factory=lambda: np.zeros(0))

    @property
    def optimal(self) -> bool:
        """Whether there is an optimum."""
        return self.ending is Ending.OPTIMAL


def resolve(arrays: Arrays, nodes: int = 200) -> Resolved:
    """Solve linear arrays with HiGHS, single thread, to a closed gap or not at all.

    Args:
        arrays: Without quadratic part.
        nodes: Most branch-and-bound nodes.
    """
    if arrays.columns == 0:
        return _without_columns(arrays)
    options = Options(
        time_limit=SECONDS, absolute_gap=1e-7, extra={"mip_max_nodes": nodes, "presolve": "off"}
    )
    run = Session(arrays, options, {}).run()
    ending = _ENDINGS.get(run.status, Ending.UNKNOWN)
    if ending is not Ending.OPTIMAL or run.x is None:
        return Resolved(Ending.UNKNOWN if ending is Ending.OPTIMAL else ending)
    multipliers = np.zeros(0) if run.row_dual is None else run.row_dual
    return Resolved(ending, arrays.objective(run.x), run.x, multipliers)


_ENDINGS = {
    "kOptimal": Ending.OPTIMAL,
    "kInfeasible": Ending.INFEASIBLE,
    "kUnbounded": Ending.UNBOUNDED,
}


def _without_columns(arrays: Arrays) -> Resolved:
    """The compiler keeps a row without variables only if it is false."""
    if arrays.rows:
        return Resolved(Ending.INFEASIBLE)
    return Resolved(Ending.OPTIMAL, arrays.offset)


# variations


def relaxed(arrays: Arrays) -> Arrays:
    """The linear relaxation; a semicontinuous column's range is stretched to hold 0."""
    loose = arrays.integrality == SEMICONTINUOUS
    return replace(
        arrays,
        integrality=np.full(arrays.columns, CONTINUOUS),
        column_lower=np.where(loose, np.minimum(arrays.column_lower, 0.0), arrays.column_lower),
        column_upper=np.where(loose, np.maximum(arrays.column_upper, 0.0), arrays.column_upper),
    )


def aimed(arrays: Arrays, cost: Floats) -> Arrays:
    """The same constraints with another linear objective and no constant."""
    nothing = np.zeros(0, dtype=np.int64)
    return replace(arrays, cost=cost, offset=0.0, products=Products(nothing, nothing, np.zeros(0)))


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


def dense(matrix: Sparse, columns: int) -> Floats:
    """The matrix with all its zeros, shape (rows, columns)."""
    whole = np.zeros((matrix.rows, columns))
    whole[matrix.row_of_entries(), matrix.columns] = matrix.values
    return whole
