"""How much rounding the optimal basis of a small LP multiplies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from quintet.formulation.model import Floats
from quintet.solvers.arrays import Arrays, Products
from quintet.solvers.options import Options
from quintet.solvers.session import LARGEST_COEFFICIENT, Session

MOST_ROWS = 400
"""A dense matrix of this many rows takes a tenth of a second."""


def condition(arrays: Arrays, options: Options) -> float | None:
    """The condition number (2-norm) of the optimal basis of the linear relaxation, unscaled.

    Relative errors of the data may come out multiplied by as much (Golub and Van Loan, *Matrix
    Computations*, section 2.6). None where there are more than MOST_ROWS rows, or no optimal basis.
    """
    if not 0 < arrays.rows <= MOST_ROWS or not arrays.columns or _is_beyond(arrays):
        return None
    none = np.zeros(0, dtype=np.int64)
    relaxed = replace(
        arrays,
        integrality=np.zeros_like(arrays.integrality),
        products=Products(none, none, np.zeros(0)),
    )
    session = Session(relaxed, options, {"presolve": "off", "solver": "simplex"})
    if session.run().status != "kOptimal":
        return None
    return _of_basis(arrays, *session.basic())


def _is_beyond(arrays: Arrays) -> bool:
    return bool(np.max(np.abs(arrays.matrix.values), initial=0.0) >= LARGEST_COEFFICIENT)


def _of_basis(arrays: Arrays, columns: np.ndarray, rows: np.ndarray) -> float | None:
    if len(columns) + len(rows) != arrays.rows:
        return None
    return float(np.linalg.cond(np.hstack([_dense(arrays)[:, columns], np.eye(arrays.rows)[:, rows]])))


def _dense(arrays: Arrays) -> Floats:
    whole = np.zeros((arrays.rows, arrays.columns))
    whole[arrays.matrix.row_of_entries(), arrays.matrix.columns] = arrays.matrix.values
    return whole
