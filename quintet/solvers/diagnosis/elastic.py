"""The elastic program: the least by which rows have to give way (G. G. Brown and G. W. Graves, 1975).

It always has an optimum, which makes it the second way where a solver does not settle the program
itself: zero means a plan, and above zero the rows' prices are multipliers that prove there is none.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from quintet.formulation.schema import Sense
from quintet.solvers.arrays import CONTINUOUS, Arrays, Products, Sparse


def elastic(arrays: Arrays) -> Arrays:
    """Minimise how much the rows are broken: two more columns a row, both at a price of 1.

    Args:
        arrays: Its objective and integrality are left out. Bounds of columns do not give way.
    """
    rows, columns = arrays.rows, arrays.columns
    nothing = np.zeros(0, dtype=np.int64)
    more = np.zeros(2 * rows)
    return replace(
        arrays,
        sense=Sense.MINIMIZE,
        cost=np.append(np.zeros(columns), np.ones(2 * rows)),
        offset=0.0,
        products=Products(nothing, nothing, np.zeros(0)),
        matrix=_widened(arrays.matrix, columns),
        column_lower=np.append(arrays.column_lower, more),
        column_upper=np.append(arrays.column_upper, np.full(2 * rows, np.inf)),
        integrality=np.full(columns + 2 * rows, CONTINUOUS),
    )


def _widened(matrix: Sparse, columns: int) -> Sparse:
    """Each row with +1 in its first new column and -1 in its second."""
    rows = np.arange(matrix.rows)
    owner = np.concatenate([matrix.row_of_entries(), rows, rows])
    order = np.argsort(owner, kind="stable")
    places = np.concatenate([matrix.columns, columns + rows, columns + matrix.rows + rows])
    ones = np.ones(matrix.rows)
    values = np.concatenate([matrix.values, ones, -ones])
    return Sparse(matrix.starts + 2 * np.arange(matrix.rows + 1), places[order], values[order])
