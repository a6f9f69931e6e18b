"""The matrix form of a model: what a matrix solver takes, and whose row is whose."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from quintet.formulation.model import Floats, Ids, ProblemClass
from quintet.formulation.schema import Sense

CONTINUOUS, INTEGRAL, SEMICONTINUOUS = 0, 1, 2
"""Values of `Arrays.integrality`."""
LOWER_FIRST, UPPER_FIRST = -1, -2
"""`row_link` of a row that holds both links of a chain: `2 <= x + y <= 5`, `5 >= x + y >= 2`."""


def totals(groups: Ids, values: Floats, size: int) -> Floats:
    """Values added up by group; shape (size,), 0 for a group without any."""
    return np.bincount(groups, values, minlength=size).astype(np.float64, copy=False)


def inner(one: Floats, other: Floats) -> float:
    """The inner product of two vectors.

    Not by `np.dot`: from 10,000 entries on BLAS starts threads for it, which wait for one another for
    milliseconds on a machine that is busy.
    """
    return float(np.sum(one * other))


@dataclass(frozen=True)
class Sparse:
    """A sparse matrix by rows (CSR): row r owns entries `starts[r]:starts[r+1]`.

    Args:
        starts: Shape (rows + 1,).
        columns: Column of each entry, rising within a row, no column twice.
        values: Value of each entry, no zeros.
    """

    starts: Ids
    columns: Ids
    values: Floats

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.starts) - 1

    def row_of_entries(self) -> Ids:
        """The row of each entry."""
        return np.repeat(np.arange(self.rows), np.diff(self.starts))

    def times(self, x: Floats) -> Floats:
        """The product with a vector of one entry a column."""
        return totals(self.row_of_entries(), self.values * x[self.columns], self.rows)

    def transposed_times(self, y: Floats, columns: int) -> Floats:
        """The product of the transpose with a vector of one entry a row; `columns` long."""
        return totals(self.columns, self.values * y[self.row_of_entries()], columns)


@dataclass(frozen=True)
class Products:
    """The quadratic part of the objective: the sum of `values * x[first] * x[second]`.

    Each pair occurs once, with `first <= second`, and no value is zero. The Hessian has
    `2 * value` on its diagonal and `value` beside it.
    """

    first: Ids
    second: Ids
    values: Floats

    def __len__(self) -> int:
        return len(self.values)

    def at(self, x: Floats) -> float:
        """The value at `x`."""
        return inner(self.values, x[self.first] * x[self.second])

    def gradient(self, x: Floats) -> Floats:
        """The derivative by each column at `x`."""
        columns = len(x)
        by_first = totals(self.first, self.values * x[self.second], columns)
        return by_first + totals(self.second, self.values * x[self.first], columns)


@dataclass(frozen=True)
class Arrays:
    """minimise or maximise `offset + cost·x + products(x)` subject to bounds on `matrix·x` and `x`.

    Args:
        sense: Direction, in the user's sense; SATISFY has a zero objective.
        cost: One entry a column.
        offset: Constant of the objective.
        products: Quadratic part of the objective.
        matrix: The constraints' coefficients.
        row_lower: One entry a row, -inf for none.
        row_upper: One entry a row, inf for none.
        column_lower: One entry a column.
        column_upper: One entry a column.
        integrality: One of CONTINUOUS, INTEGRAL, SEMICONTINUOUS a column.
        constraints: Names of the constraint families.
        links: Per constraint family, its comparisons: 1, or more for chains.
        sizes: Per constraint family, its rows in the formulation.
        row_constraint: Per matrix row, the place of its family in `constraints`.
        row_key: Per matrix row, its row in the family.
        row_link: Per matrix row, which comparison of the chain, or LOWER_FIRST or UPPER_FIRST.
    """

    sense: Sense
    cost: Floats = field(repr=False)
    offset: float
    products: Products = field(repr=False)
    matrix: Sparse = field(repr=False)
    row_lower: Floats = field(repr=False)
    row_upper: Floats = field(repr=False)
    column_lower: Floats = field(repr=False)
    column_upper: Floats = field(repr=False)
    integrality: Ids = field(repr=False)
    constraints: tuple[str, ...]
    links: tuple[int, ...]
    sizes: tuple[int, ...]
    row_constraint: Ids = field(repr=False)
    row_key: Ids = field(repr=False)
    row_link: Ids = field(repr=False)

    @property
    def rows(self) -> int:
        """Number of matrix rows."""
        return self.matrix.rows

    @property
    def columns(self) -> int:
        """Number of columns."""
        return len(self.cost)

    @property
    def nonzeros(self) -> int:
        """Number of coefficients."""
        return len(self.matrix.values)

    @property
    def direction(self) -> float:
        """1 to minimise, -1 to maximise."""
        return -1.0 if self.sense is Sense.MAXIMIZE else 1.0

    @property
    def problem_class(self) -> ProblemClass:
        """The class, after data."""
        discrete = bool(np.any(self.integrality != CONTINUOUS))
        if len(self.products):
            return ProblemClass.MIQP if discrete else ProblemClass.QP
        return ProblemClass.MILP if discrete else ProblemClass.LP

    def objective(self, x: Floats) -> float:
        """The objective at `x`, in the user's sense."""
        return self.offset + inner(self.cost, x) + self.products.at(x)

    def violation(self, x: Floats) -> Floats:
        """How far each row is from its bounds at `x`, 0 where it holds."""
        activity = self.matrix.times(x)
        return np.maximum(0.0, np.maximum(self.row_lower - activity, activity - self.row_upper))
