"""Affine and quadratic forms in the decision variables, one for every row of a frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from quintet.formulation.model import Floats, Ids
from quintet.solvers.arrays import totals
from quintet.solvers.matrix.frame import ranges


class TooNonlinear(ArithmeticError):
    """The result is neither affine nor quadratic; the walker says where."""


class TooMany(ArithmeticError):
    """The result would have more terms than the limit.

    Args:
        terms: How many.
    """

    def __init__(self, terms: int) -> None:
        self.terms = terms
        super().__init__(f"{terms:,} terms")


@dataclass(frozen=True)
class Linear:
    """Terms `values * x[columns]` that belong to `rows`; order and repetition do not matter."""

    rows: Ids
    columns: Ids
    values: Floats

    @staticmethod
    def joined(parts: Sequence[Linear]) -> Linear:
        """All terms of all parts."""
        if len(parts) == 1:
            return parts[0]
        return Linear(
            np.concatenate([NO_IDS, *(part.rows for part in parts)]),
            np.concatenate([NO_IDS, *(part.columns for part in parts)]),
            np.concatenate([NO_FLOATS, *(part.values for part in parts)]),
        )

    def __len__(self) -> int:
        return len(self.values)

    @cached_property
    def by_row(self) -> Linear:
        """Ordered by row."""
        if np.all(self.rows[1:] >= self.rows[:-1]):
            return self
        order = np.argsort(self.rows, kind="stable")
        return Linear(self.rows[order], self.columns[order], self.values[order])

    def gathered(self, rows: Ids, limit: int) -> Linear:
        """The terms of `rows[0]` as row 0, those of `rows[1]` as row 1, and so on."""
        source = self.by_row
        taken, owner = _matches(source.rows, rows, limit)
        return Linear(owner, source.columns[taken], source.values[taken])


@dataclass(frozen=True)
class Quadratic:
    """Terms `values * x[first] * x[second]` that belong to `rows`."""

    rows: Ids
    first: Ids
    second: Ids
    values: Floats

    @staticmethod
    def joined(parts: Sequence[Quadratic]) -> Quadratic:
        """All terms of all parts."""
        return Quadratic(
            np.concatenate([NO_IDS, *(part.rows for part in parts)]),
            np.concatenate([NO_IDS, *(part.first for part in parts)]),
            np.concatenate([NO_IDS, *(part.second for part in parts)]),
            np.concatenate([NO_FLOATS, *(part.values for part in parts)]),
        )

    def __len__(self) -> int:
        return len(self.values)

    def gathered(self, rows: Ids, limit: int) -> Quadratic:
        """As `Linear.gathered`."""
        order = np.argsort(self.rows, kind="stable")
        taken, owner = _matches(self.rows[order], rows, limit)
        taken = order[taken]
        return Quadratic(owner, self.first[taken], self.second[taken], self.values[taken])


NO_IDS = np.zeros(0, dtype=np.int64)
NO_FLOATS = np.zeros(0)
NO_LINEAR = Linear(NO_IDS, NO_IDS, NO_FLOATS)
NO_QUADRATIC = Quadratic(NO_IDS, NO_IDS, NO_IDS, NO_FLOATS)


def _matches(sorted_rows: Ids, wanted: Ids, limit: int) -> tuple[Ids, Ids]:
    """Places in `sorted_rows` of every wanted row, end to end, and which wanted row each is of."""
    left = np.searchsorted(sorted_rows, wanted, side="left")
    counts = np.searchsorted(sorted_rows, wanted, side="right") - left
    total = int(counts.sum())
    if total > limit:
        raise TooMany(total)
    return ranges(left, counts), np.repeat(np.arange(len(wanted)), counts)


@dataclass(frozen=True)
class Form:
    """constant + linear + quadratic terms, for every row of a frame.

    Args:
        constant: One entry a row.
        linear: The linear terms of all rows.
        quadratic: The quadratic terms of all rows.
    """

    constant: Floats
    linear: Linear = NO_LINEAR
    quadratic: Quadratic = NO_QUADRATIC

    def __len__(self) -> int:
        return len(self.constant)

    @property
    def varies(self) -> bool:
        """Whether there is any term with a decision variable."""
        return len(self.linear) + len(self.quadratic) > 0

    def scaled(self, factor: Floats) -> Form:
        """Every row multiplied by its entry of `factor`."""
        linear, quadratic = self.linear, self.quadratic
        return Form(
            self.constant * factor,
            replace(linear, values=linear.values * factor[linear.rows]),
            replace(quadratic, values=quadratic.values * factor[quadratic.rows]),
        )

    def negated(self) -> Form:
        """Every row times -1."""
        linear, quadratic = self.linear, self.quadratic
        return Form(
            -self.constant,
            replace(linear, values=-linear.values),
            replace(quadratic, values=-quadratic.values),
        )

    def moved(self, rows: Ids, size: int) -> Form:
        """Row r becomes row `rows[r]` of a form with `size` rows; what meets in a row is added."""
        linear, quadratic = self.linear, self.quadratic
        return Form(
            totals(rows, self.constant, size),
            replace(linear, rows=rows[linear.rows]),
            replace(quadratic, rows=rows[quadratic.rows]),
        )

    def gathered(self, rows: Ids, limit: int) -> Form:
        """Row `rows[k]` becomes row k; rows may repeat.

        Raises:
            TooMany: There would be more than `limit` terms.
        """
        return Form(
            self.constant[rows],
            self.linear.gathered(rows, limit) if len(self.linear) else NO_LINEAR,
            self.quadratic.gathered(rows, limit) if len(self.quadratic) else NO_QUADRATIC,
        )


def added(forms: Sequence[Form]) -> Form:
    """The sum, row by row; at least one form."""
    linear = [form.linear for form in forms if len(form.linear)]
    quadratic = [form.quadratic for form in forms if len(form.quadratic)]
    constant = forms[0].constant
    for form in forms[1:]:
        constant = constant + form.constant
    return Form(
        constant,
        Linear.joined(linear) if linear else NO_LINEAR,
        Quadratic.joined(quadratic) if quadratic else NO_QUADRATIC,
    )


def multiplied(left: Form, right: Form, limit: int) -> Form:
    """The product, row by row.

    Raises:
        TooNonlinear: Some row would be of degree three or four.
        TooMany: There would be more than `limit` terms.
    """
    _at_most_quadratic(left, right)
    _at_most_quadratic(right, left)
    scaled = Form(left.constant).scaled(right.constant)
    crossed = [Form(np.zeros(len(left)), form.linear, form.quadratic).scaled(other.constant)
               for form, other in ((left, right), (right, left))]  # fmt: skip
    joined = Form(np.zeros(len(left)), quadratic=_crossed(left.linear, right.linear, limit))
    return added([scaled, *crossed, joined])


def _at_most_quadratic(form: Form, other: Form) -> None:
    """Raise unless rows with quadratic terms in `form` are constant in `other`."""
    if not len(form.quadratic):
        return
    varying = np.zeros(len(form), dtype=bool)
    varying[other.linear.rows] = True
    varying[other.quadratic.rows] = True
    if np.any(varying[form.quadratic.rows]):
        raise TooNonlinear


def _crossed(left: Linear, right: Linear, limit: int) -> Quadratic:
    """Every term of `left` times every term of `right` in the same row."""
    if not len(left) or not len(right):
        return NO_QUADRATIC
    ordered = right.by_row
    taken, owner = _matches(ordered.rows, left.rows, limit)
    one, two = left.columns[owner], ordered.columns[taken]
    return Quadratic(
        left.rows[owner],
        np.minimum(one, two),
        np.maximum(one, two),
        left.values[owner] * ordered.values[taken],
    )


def summed_linear(terms: Linear, columns: int) -> Linear:
    """One term for each row and column that occurs, ordered, without zeros."""
    keys = terms.rows * np.int64(max(columns, 1)) + terms.columns
    keys, values = _summed(keys, terms.values)
    return Linear(keys // max(columns, 1), keys % max(columns, 1), values)


def summed_pairs(terms: Quadratic, columns: int) -> tuple[Ids, Ids, Floats]:
    """One (first, second, value) for each pair that occurs, whatever its row, without zeros."""
    keys, values = _summed(terms.first * np.int64(max(columns, 1)) + terms.second, terms.values)
    return keys // max(columns, 1), keys % max(columns, 1), values


def _summed(keys: Ids, values: Floats) -> tuple[Ids, Floats]:
    if len(keys) and not np.all(keys[1:] > keys[:-1]):
        order = np.argsort(keys, kind="stable")
        keys, values = keys[order], values[order]
        first = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
        keys, values = keys[first], np.add.reduceat(values, first)
    kept = values != 0
    return (keys, values) if kept.all() else (keys[kept], values[kept])
