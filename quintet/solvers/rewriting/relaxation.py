"""The linear rows of a model as a linear program, to bound an expression where its box can't."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from quintet.errors import SolverError
from quintet.formulation.model import ConstraintData
from quintet.solvers.rewriting.intervals import Affine, Interval, Ranges, widened
from quintet.solvers.rows.links import Link, links
from quintet.solvers.rows.walker import Walker

Row = tuple[Affine, float, float]


class Relaxation:
    """Bounds from the linear constraints; integrality and all that is not linear are left out.

    Args:
        walker: A walker over `ranges`.
        ranges: The bounds of the variables.
    """

    def __init__(self, walker: Walker, ranges: Ranges) -> None:
        self._walker = walker
        self._ranges = ranges
        self._program: Any = None

    def tightened(self, form: Any, box: Interval) -> Interval:
        """`box`, cut to the least and greatest value that `form` has over the linear rows."""
        if not isinstance(form, Affine) or not form.coefficients:
            return box
        lower = self._least(form, 1.0) + form.rest.lower
        upper = -self._least(form, -1.0) + form.rest.upper
        cut = widened(Interval(lower, upper, box.whole))
        return Interval(max(box.lower, cut.lower), min(box.upper, cut.upper), box.whole)

    def _least(self, form: Affine, sign: float) -> float:
        """The least value of sign × the linear part, -inf if it is not bounded or not known."""
        import highspy

        program = self._linear_program()
        columns = np.array(list(form.coefficients), dtype=np.int32)
        costs = sign * np.array(list(form.coefficients.values()))
        program.changeColsCost(len(columns), columns, costs)
        program.run()
        status, value = program.getModelStatus(), program.getInfo().objective_function_value
        program.changeColsCost(len(columns), columns, np.zeros(len(columns)))
        return float(value) if status == highspy.HighsModelStatus.kOptimal else -math.inf

    def _linear_program(self) -> Any:
        if self._program is None:
            import highspy

            self._program = highspy.Highs()
            self._program.silent()
            self._program.passModel(self._arrays())
        return self._program

    def _arrays(self) -> Any:
        import highspy

        rows = list(self._rows())
        columns = [column for form, _, _ in rows for column in form.coefficients]
        values = [value for form, _, _ in rows for value in form.coefficients.values()]
        program: Any = highspy.HighsLp()
        program.num_col_, program.num_row_ = len(self._ranges.lower), len(rows)
        program.col_cost_ = np.zeros(program.num_col_)
        program.col_lower_, program.col_upper_ = self._ranges.lower, self._ranges.upper
        program.row_lower_ = np.array([lower for _, lower, _ in rows])
        program.row_upper_ = np.array([upper for _, _, upper in rows])
        program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        program.a_matrix_.start_ = np.cumsum([0, *(len(form.coefficients) for form, _, _ in rows)])
        program.a_matrix_.index_ = np.array(columns, dtype=np.int32)
        program.a_matrix_.value_ = np.array(values, dtype=np.float64)
        return program

    def _rows(self) -> Iterator[Row]:
        for constraint in self._walker.model.constraints.values():
            for row in range(len(constraint.family)):
                for link in self._links(constraint, row):
                    yield from self._row(constraint, row, link)

    def _links(self, constraint: ConstraintData, row: int) -> list[Link]:
        try:
            return list(links(self._walker, constraint.tree, _indices(constraint, row)))
        except SolverError:  # a logical constraint: a relaxation may leave rows out
            return []

    def _row(self, constraint: ConstraintData, row: int, link: Link) -> Iterator[Row]:
        try:
            left = self._walker.value(link.left, _indices(constraint, row))
            right = self._walker.value(link.right, _indices(constraint, row))
        except SolverError:  # a function that has no range here: a relaxation may leave rows out
            return
        negative = self._ranges.product([-1, right])
        form = self._ranges.total([left, negative])
        lower, upper = -form.rest.upper, -form.rest.lower
        if link.operator in ("<", "<="):
            yield form, -math.inf, upper
        elif link.operator in (">", ">="):
            yield form, lower, math.inf
        elif link.operator == "==":
            yield form, lower, upper


def _indices(constraint: ConstraintData, row: int) -> dict[str, Any]:
    family = constraint.family
    return dict(zip(family.names, family.keys[row], strict=True))
