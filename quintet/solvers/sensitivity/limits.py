"""The matrix form with one side a row, so that every limit of the user's is one row of its own.

Chains (`2 <= x <= 5`) become two rows, and bounds of decisions that are limits become rows too. A
lower bound of 0 stays a bound: nobody asks what it is worth to make less than nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from quintet.formulation.model import Floats, Ids, Key, Model
from quintet.formulation.tolerances import INFINITE
from quintet.solvers.arrays import CONTINUOUS, LOWER_FIRST, Arrays, Sparse
from quintet.solvers.diagnosis.limit import LimitKind
from quintet.solvers.matrix.frame import ranges

LOWER, UPPER, BOTH = 1, -1, 0
"""Which side a row has: `>=`, `<=` or `==`."""
SIGNS = {LOWER: ">=", UPPER: "<=", BOTH: "=="}


@dataclass(frozen=True)
class Limits:
    """The limits of a model, one a matrix row.

    Args:
        model: Whose names they bear.
        arrays: The rows; every one has one finite side, or two equal ones.
        base: The matrix form they were made from.
        end: Per row LOWER, UPPER or BOTH.
        source: Per row its row in `base`, or -1 for the bound of a column.
        column: Per row the column whose bound it is, or -1.
        link: Per row which comparison of its chain it is, 0 for bounds.
    """

    model: Model = field(repr=False)
    arrays: Arrays = field(repr=False)
    base: Arrays = field(repr=False)
    end: Ids
    source: Ids
    column: Ids
    link: Ids

    def __len__(self) -> int:
        return len(self.end)

    @cached_property
    def value(self) -> Floats:
        """The right-hand side of each row."""
        return np.where(self.end == UPPER, self.arrays.row_upper, self.arrays.row_lower)

    @cached_property
    def split(self) -> np.ndarray:
        """Rows whose chain or bounds leave one value only: either side can only be loosened."""
        lone = self.end != BOTH
        of_rows = lone & (self.source >= 0)
        squeezed = np.zeros(len(self), dtype=bool)
        rows = self.source[of_rows]
        squeezed[of_rows] = self.base.row_lower[rows] == self.base.row_upper[rows]
        return squeezed

    def kind(self, row: int) -> LimitKind:
        """What a row is a limit of."""
        if self.source[row] >= 0:
            return LimitKind.CONSTRAINT
        return LimitKind.LOWER if self.end[row] == LOWER else LimitKind.UPPER

    def named(self, row: int) -> tuple[str, int]:
        """Family and the row in it: of constraints, or of variables for a bound."""
        if self.source[row] >= 0:
            at = self.source[row]
            return self.base.constraints[int(self.base.row_constraint[at])], int(self.base.row_key[at])
        return column_name(self.model, int(self.column[row]))

    def key(self, row: int) -> Key:
        """The key of a row."""
        name, at = self.named(row)
        home = self.model.constraints if self.source[row] >= 0 else self.model.variables
        return home[name].family.keys[at]

    @cached_property
    def own(self) -> np.ndarray:
        """Rows that are the user's: no additions of the rewriting."""
        names = self.base.constraints
        known = np.array([name in self.model.constraints for name in names], dtype=bool)
        whose = self.base.row_constraint[np.maximum(self.source, 0)] if len(self.base.row_constraint) else []
        of_rows = known[whose] if len(names) and len(whose) else np.zeros(len(self), dtype=bool)
        return np.where(self.source >= 0, of_rows, True)


def column_name(model: Model, column: int) -> tuple[str, int]:
    """The family of variables that a column belongs to, and its row there."""
    for name, variable in model.variables.items():
        if 0 <= column - variable.first_column < len(variable.family):
            return name, column - variable.first_column
    raise KeyError(column)


def limits_of(model: Model, arrays: Arrays) -> Limits:
    """The limits of a matrix form.

    Args:
        model: The user's model; the first columns are its variables.
        arrays: Compiled from it, or from what it was rewritten to. Integrality is not looked at,
            but bounds of whole decisions are no limits here.
    """
    source, end = _sides(arrays)
    column, bound_end = _bounds(arrays, model.columns)
    every = np.concatenate([end, bound_end])
    size = len(column)
    link = np.concatenate([_links(arrays, source, end), np.zeros(size, dtype=np.int64)])
    return Limits(
        model=model,
        arrays=_rows(arrays, source, end, column, bound_end),
        base=arrays,
        end=every,
        source=np.concatenate([source, np.full(size, -1)]),
        column=np.concatenate([np.full(len(source), -1), column]),
        link=link,
    )


def _sides(arrays: Arrays) -> tuple[Ids, Ids]:
    """Row of `arrays` and end of each side, in the order of the rows."""
    equation = (arrays.row_link >= 0) & (arrays.row_lower == arrays.row_upper)
    low = (arrays.row_lower > -INFINITE) & ~equation
    high = (arrays.row_upper < INFINITE) & ~equation
    parts = [(np.flatnonzero(mask), end) for mask, end in ((equation, BOTH), (low, LOWER), (high, UPPER))]
    rows = np.concatenate([rows for rows, _ in parts])
    ends = np.concatenate([np.full(len(rows), end) for rows, end in parts])
    order = np.argsort(rows, kind="stable")
    return rows[order], ends[order]


def _links(arrays: Arrays, source: Ids, end: Ids) -> Ids:
    own = arrays.row_link[source]
    first = np.where(own == LOWER_FIRST, LOWER, UPPER)
    return np.where(own >= 0, own, np.where(end == first, 0, 1))


def _bounds(arrays: Arrays, columns: int) -> tuple[Ids, Ids]:
    """Columns and ends of the bounds that are limits."""
    lower, upper = arrays.column_lower[:columns], arrays.column_upper[:columns]
    loose = (arrays.integrality[:columns] == CONTINUOUS) & (lower < upper)
    low = np.flatnonzero(loose & (lower > -INFINITE) & (lower != 0))
    high = np.flatnonzero(loose & (upper < INFINITE))
    column = np.concatenate([low, high])
    return column, np.concatenate([np.full(len(low), LOWER), np.full(len(high), UPPER)])


def _rows(arrays: Arrays, source: Ids, end: Ids, column: Ids, bound_end: Ids) -> Arrays:
    matrix, size = arrays.matrix, len(column)
    counts = np.diff(matrix.starts)[source]
    taken = ranges(matrix.starts[source], counts)
    every = np.concatenate([counts, np.ones(size, dtype=np.int64)])
    low = np.concatenate([arrays.row_lower[source], arrays.column_lower[column]])
    high = np.concatenate([arrays.row_upper[source], arrays.column_upper[column]])
    ends = np.concatenate([end, bound_end])
    column_lower, column_upper = arrays.column_lower.copy(), arrays.column_upper.copy()
    column_lower[column[bound_end == LOWER]] = -np.inf
    column_upper[column[bound_end == UPPER]] = np.inf
    return replace(
        arrays,
        matrix=Sparse(
            np.concatenate([[0], np.cumsum(every)]).astype(np.int64),
            np.concatenate([matrix.columns[taken], column]),
            np.concatenate([matrix.values[taken], np.ones(size)]),
        ),
        row_lower=np.where(ends == UPPER, -np.inf, low),
        row_upper=np.where(ends == LOWER, np.inf, high),
        column_lower=column_lower,
        column_upper=column_upper,
        integrality=np.zeros_like(arrays.integrality),
    )
