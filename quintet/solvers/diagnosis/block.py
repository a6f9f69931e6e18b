"""The matrix form of a model with the number of the limit that each row and each bound is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from quintet.formulation.model import Floats, Ids
from quintet.formulation.revision import without_objective
from quintet.formulation.tolerances import FEASIBILITY, INTEGRALITY
from quintet.solvers.arrays import INTEGRAL, SEMICONTINUOUS, Arrays, Products, Sparse
from quintet.solvers.diagnosis.catalogue import Catalogue, Mask
from quintet.solvers.matrix import compile


@dataclass(frozen=True)
class Block:
    """Some rows and columns of a model, without objective.

    Args:
        catalogue: The numbers.
        arrays: The rows and columns.
        row_number: Per row, the number of its limit.
        column: Per column, its place in the model.
    """

    catalogue: Catalogue = field(repr=False)
    arrays: Arrays
    row_number: Ids = field(repr=False)
    column: Ids = field(repr=False)

    @staticmethod
    def of(catalogue: Catalogue) -> Block:
        """The whole model.

        Raises:
            BeyondMatrix: A constraint is not linear.
            DataError: A coefficient or a key does not exist.
        """
        arrays = compile(without_objective(catalogue.model))
        numbers = catalogue.starts[arrays.row_constraint] + arrays.row_key
        return Block(catalogue, arrays, numbers, np.arange(arrays.columns))

    @property
    def lower_number(self) -> Ids:
        """Per column, the number of its lower bound."""
        return self.catalogue.rows + self.column

    @property
    def upper_number(self) -> Ids:
        """Per column, the number of its upper bound."""
        return self.lower_number + self.catalogue.columns

    def sides(self, kept: Mask) -> tuple[Floats, Floats, Floats, Floats]:
        """Lower and upper sides of rows and columns where only `kept` is in force."""
        arrays, catalogue = self.arrays, self.catalogue
        kept = kept | ~catalogue.real
        rows, lows, highs = kept[self.row_number], kept[self.lower_number], kept[self.upper_number]
        return (
            np.where(rows, arrays.row_lower, -np.inf),
            np.where(rows, arrays.row_upper, np.inf),
            np.where(lows, arrays.column_lower, catalogue.free_lower[self.column]),
            np.where(highs, arrays.column_upper, catalogue.free_upper[self.column]),
        )

    def under(self, kept: Mask) -> Arrays:
        """The arrays where only `kept` is in force."""
        low, high, column_low, column_high = self.sides(kept)
        return replace(
            self.arrays, row_lower=low, row_upper=high, column_lower=column_low, column_upper=column_high
        )

    def narrowed(self, kept: Mask) -> Block:
        """Only the rows in `kept`, and the columns that they or bounds in `kept` touch."""
        rows = np.flatnonzero(kept[self.row_number])
        matrix = self.arrays.matrix
        inside = kept[self.row_number][matrix.row_of_entries()]
        real = self.catalogue.real
        touched = (kept & real)[self.lower_number] | (kept & real)[self.upper_number]
        touched |= self.arrays.column_lower > self.arrays.column_upper
        touched[matrix.columns[inside]] = True
        columns = np.flatnonzero(touched)
        place = np.cumsum(touched) - 1
        counts = np.diff(matrix.starts)[rows]
        smaller = Sparse(
            np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            place[matrix.columns[inside]],
            matrix.values[inside],
        )
        return Block(
            self.catalogue,
            _cut(self.arrays, smaller, rows, columns),
            self.row_number[rows],
            self.column[columns],
        )

    @property
    def discrete(self) -> bool:
        """Whether some columns are not continuous."""
        return bool(np.any(self.arrays.integrality != 0))

    def broken_alone(self, kept: Mask) -> Mask | None:
        """The limits of the first contradiction that needs no solver; None if there is none.

        A row without decisions that is false, or two bounds of one column that cross.
        """
        low, high, column_low, column_high = self.sides(kept)
        empty = np.diff(self.arrays.matrix.starts) == 0
        false = np.flatnonzero(empty & ((low > FEASIBILITY) | (high < -FEASIBILITY)))
        if len(false):
            return self._only(self.row_number[false[:1]])
        size = np.maximum(1.0, np.minimum(np.abs(column_low), np.abs(column_high)))
        with np.errstate(invalid="ignore"):
            crossed = np.flatnonzero(column_low - column_high > FEASIBILITY * size)
        if len(crossed):
            return self._only(np.array([self.lower_number[crossed[0]], self.upper_number[crossed[0]]]))
        return None

    def _only(self, numbers: Ids) -> Mask:
        mask = np.zeros(self.catalogue.size, dtype=bool)
        mask[numbers] = True
        return mask

    def holds(self, kept: Mask, x: Floats, *, relaxed: bool = False) -> bool:
        """Whether a point meets the limits in `kept` and, unless relaxed, is whole where it must be."""
        under = self.under(kept)
        activity = under.matrix.times(x)
        size = _size(under.row_lower, under.row_upper)
        np.maximum.at(
            size, under.matrix.row_of_entries(), np.abs(under.matrix.values * x[under.matrix.columns])
        )
        outside = np.maximum(under.row_lower - activity, activity - under.row_upper)
        beyond = np.maximum(under.column_lower - x, x - under.column_upper)
        if not relaxed:
            loose = under.integrality == SEMICONTINUOUS
            beyond = np.where(loose, np.minimum(beyond, np.abs(x)), beyond)
            whole = under.integrality == INTEGRAL
            if np.any(np.abs(x[whole] - np.round(x[whole])) > INTEGRALITY):
                return False
        within = bool(np.all(beyond <= FEASIBILITY * _size(under.column_lower, under.column_upper)))
        return within and bool(np.all(outside <= FEASIBILITY * size))


def _size(lower: Floats, upper: Floats) -> Floats:
    parts = [np.abs(np.where(np.isfinite(side), side, 0.0)) for side in (lower, upper)]
    return np.maximum(1.0, np.maximum(*parts))


def _cut(arrays: Arrays, matrix: Sparse, rows: Ids, columns: Ids) -> Arrays:
    nothing = np.zeros(0, dtype=np.int64)
    return replace(
        arrays,
        cost=np.zeros(len(columns)),
        offset=0.0,
        products=Products(nothing, nothing, np.zeros(0)),
        matrix=matrix,
        row_lower=arrays.row_lower[rows],
        row_upper=arrays.row_upper[rows],
        column_lower=arrays.column_lower[columns],
        column_upper=arrays.column_upper[columns],
        integrality=arrays.integrality[columns],
        row_constraint=arrays.row_constraint[rows],
        row_key=arrays.row_key[rows],
        row_link=arrays.row_link[rows],
    )
