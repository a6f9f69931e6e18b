"""The numbers of a model: ranges, constants M, parallel rows, condition, units."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import perf_counter

import numpy as np

from quintet.formulation.model import Floats, Ids, Model
from quintet.solvers.arrays import Arrays
from quintet.solvers.numerics.condition import condition
from quintet.solvers.numerics.judgement import findings_of
from quintet.solvers.numerics.matrix_part import matrix_part
from quintet.solvers.numerics.parallels import pairs
from quintet.solvers.numerics.places import Places
from quintet.solvers.numerics.ranges import Span, span
from quintet.solvers.numerics.report import ConstraintSpans, Numerics, VariableSpans
from quintet.solvers.numerics.scaling import plan
from quintet.solvers.numerics.switches import big_ms
from quintet.solvers.options import Options

SECONDS = 10.0
"""Time that the linear relaxation gets for its basis, where no limit is given."""


def examine(model: Model, options: Options | None = None) -> Numerics:
    """Look at the numbers of a model as a matrix solver gets them: logic and functions written as rows.

    Args:
        model: A bound model. Of one that is not linear, the linear constraints are looked at and the
            others named; of several objectives, the first.
        options: For the one linear program that is solved, for its basis.

    Raises:
        DataError: A coefficient or a key does not exist.
    """
    started = perf_counter()
    part = matrix_part(model)
    arrays, places = part.arrays, Places(part.model, model, part.arrays)
    whole = _Spans(arrays, part.model, places)
    found = Numerics(
        model=model,
        problem_class=arrays.problem_class,
        rows=arrays.rows,
        columns=arrays.columns,
        coefficients=whole.coefficients(),
        costs=whole.costs(),
        bounds=whole.bounds(),
        right_sides=whole.right_sides(),
        constraints=tuple(whole.by_constraint()),
        variables=tuple(whole.by_variable()),
        big_ms=tuple(big_ms(arrays, places)),
        pairs=tuple(pairs(arrays, places)),
        condition=condition(arrays, options or Options(time_limit=SECONDS)),
        plan=plan(arrays, part.model, places),
        left_out=tuple(places.family(name) for name in part.left_out),
        notes=part.notes,
    )
    return findings_of(found, arrays, places, perf_counter() - started)


class _Spans:
    """The spans of a matrix form."""

    def __init__(self, arrays: Arrays, model: Model, places: Places) -> None:
        self._arrays = arrays
        self._model = model
        self._places = places
        self._rows = arrays.matrix.row_of_entries()

    def coefficients(self, entries: Ids | None = None) -> Span:
        """Of all entries of the matrix, or some."""
        chosen = np.arange(self._arrays.nonzeros) if entries is None else entries
        return span(self._arrays.matrix.values[chosen], lambda at: self._places.entry(int(chosen[at])))

    def costs(self, columns: Ids | None = None) -> Span:
        """Of all columns, or some."""
        chosen = np.arange(self._arrays.columns) if columns is None else columns
        return span(self._arrays.cost[chosen], lambda at: self._places.column(int(chosen[at])))

    def bounds(self, columns: Ids | None = None) -> Span:
        """Lower and upper, of all columns or some."""
        chosen = np.arange(self._arrays.columns) if columns is None else columns
        return self._two(
            self._arrays.column_lower[chosen],
            self._arrays.column_upper[chosen],
            lambda at: self._places.column(int(chosen[at])),
        )

    def right_sides(self, rows: Ids | None = None) -> Span:
        """Of all rows, or some."""
        chosen = np.arange(self._arrays.rows) if rows is None else rows
        return self._two(
            self._arrays.row_lower[chosen],
            self._arrays.row_upper[chosen],
            lambda at: self._places.row(int(chosen[at])),
        )

    def _two(self, lower: Floats, upper: Floats, place: Callable[[int], str]) -> Span:
        size = len(lower)
        return span(np.concatenate([lower, upper]), lambda at: place(at % size))

    def by_constraint(self) -> Iterator[ConstraintSpans]:
        """One a family that has rows."""
        for number, name in enumerate(self._arrays.constraints):
            rows = np.flatnonzero(self._arrays.row_constraint == number)
            if len(rows):
                entries = np.flatnonzero(self._arrays.row_constraint[self._rows] == number)
                spans = self.coefficients(entries), self.right_sides(rows)
                yield ConstraintSpans(self._places.family(name), len(rows), *spans)

    def by_variable(self) -> Iterator[VariableSpans]:
        """One a family that has columns."""
        for name, entry in self._model.variables.items():
            first, size = entry.first_column, len(entry.family)
            if not size:
                continue
            columns = np.arange(first, first + size)
            entries = np.flatnonzero(np.isin(self._arrays.matrix.columns, columns))
            spans = self.coefficients(entries), self.costs(columns), self.bounds(columns)
            yield VariableSpans(self._places.family(name), size, entry.unit, *spans)
