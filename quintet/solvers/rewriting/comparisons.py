"""One comparison of expressions as a condition: settled, a binary variable, or a row.

`a < b` leaves a distance of 1 between whole values and is `a <= b` between others, and so is the
opposite of `a >= b`, as everywhere in the language.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from quintet.errors import DataError
from quintet.formulation.printer import to_text
from quintet.formulation.tolerances import FEASIBILITY, slack_of
from quintet.formulation.tree import Compare, Node
from quintet.solvers.rewriting.conditions import Body, Condition, Literal, Row, any_of
from quintet.solvers.rewriting.intervals import Affine, Interval, Ranges
from quintet.solvers.rows.algebra import Indices
from quintet.solvers.rows.walker import Walker

RESIDUE = 1e-13
"""Coefficients this much smaller than the largest of their row are what rounding left of 0."""
FINEST = 10**6
"""Largest denominator of the grid on which a linear form of whole variables is looked for."""
MARGIN, REACH = 10 * FEASIBILITY, 4 * FEASIBILITY
"""How far a comparison that must not hold keeps away from its border, relative to the sizes of its
sides, and to its range: more than what a solver's tolerances of rows, and of binaries times M, can
bridge. With twice the tolerance HiGHS lost a branch, and SCIP gave a point where both sides held."""


class Comparisons:
    """Reads comparisons.

    Args:
        walker: A walker over `ranges`.
        ranges: The bounds of the variables.
        integral: Whether an expression counts as whole in the language.
        weakened: Told of every comparison whose border is left open.
    """

    def __init__(
        self,
        walker: Walker,
        ranges: Ranges,
        integral: Callable[[Node], bool],
        weakened: Callable[[Compare], None],
    ) -> None:
        self._walker = walker
        self._ranges = ranges
        self._integral = integral
        self._weakened = weakened
        self._whole: dict[int, tuple[Node, bool]] = {}

    def is_whole(self, node: Node) -> bool:
        """Whether `<` leaves a distance of 1 on this side."""
        known = self._whole.get(id(node))
        if known is None:
            known = self._whole[id(node)] = (node, self._integral(node))
        return known[1]

    def form(self, node: Node, indices: Indices) -> Affine:
        """An expression as an affine form."""
        return self._ranges.total([self._walker.number(node, indices)])

    def minus(self, left: Affine, right: Affine) -> Affine:
        """The difference, without what rounding left over."""
        form = self._ranges.total([left, self._ranges.product([-1, right])])
        least = RESIDUE * max((abs(factor) for factor in form.coefficients.values()), default=0.0)
        kept = {column: factor for column, factor in form.coefficients.items() if abs(factor) > least}
        return Affine(kept, form.rest)

    def link(self, sign: str, left: Node, right: Node, indices: Indices, *, apart: bool = False) -> Condition:
        """`left sign right`, sign one of `< <= == != >= >`.

        Args:
            sign: How they compare.
            left: Left side.
            right: Right side.
            indices: Element of every index name in force.
            apart: Keep a continuous comparison off its border by more than the tolerance.

        Raises:
            DataError: A side has no value, or `!=` of continuous values.
        """
        origin = Compare((left, right), (sign,))
        sides = self.form(left, indices), self.form(right, indices)
        form = self.minus(*sides)
        body = None if form.linear else _body(left, right, indices, self._ranges.range(form))
        whole = self.is_whole(left) and self.is_whole(right)
        if body is None and not form.coefficients:
            slack = slack_of(*self._sizes(*sides))
            return _settled(form.rest.lower, sign, -slack if apart and not whole else slack, whole)
        if sign in ("==", "!="):
            return self._equality(form, body, sign, sides, origin)
        return self._inequality(form, body, sign, self._step(sign, whole, apart, sides), origin, whole)

    def _equality(
        self, form: Affine, body: Body | None, sign: str, sides: tuple[Affine, Affine], origin: Compare
    ) -> Condition:
        if body is None:
            literal = self._binary(Row(tuple(form.coefficients.items()), sign, -form.rest.lower))
            if literal is not None:
                return literal
        if sign == "==":
            return self._row(form, body, "==", 0.0, origin)
        return self._are_apart(sides) or self.different(form, origin, body)

    def _sizes(self, left: Affine, right: Affine) -> tuple[float, float]:
        """The largest sizes of two sides."""
        boxes = self._ranges.range(left), self._ranges.range(right)
        first, second = (max(abs(box.lower), abs(box.upper)) for box in boxes)
        return first, second

    def _step(self, sign: str, whole: bool, apart: bool, sides: tuple[Affine, Affine]) -> float:
        """By how much two sides must differ at least."""
        if whole:
            return float(sign in ("<", ">"))
        if not apart:
            return 0.0
        form, size = self.minus(*sides), min(self._sizes(*sides))
        grid, box = self._grid(form), self._ranges.range(form)
        reaches = [MARGIN, MARGIN * size, REACH * (box.upper - box.lower)]
        margin = max(reach for reach in reaches if math.isfinite(reach))
        return min(margin, float(grid) / 2) if grid else margin

    def _inequality(
        self, form: Affine, body: Body | None, sign: str, step: float, origin: Compare, whole: bool
    ) -> Condition:
        if sign in (">", ">="):
            form = self._ranges.total([self._ranges.product([-1, form])])
            body = body.negated if body is not None else None
        condition = self._row(form, body, "<=", -step, origin)
        left_open = sign in ("<", ">") and not whole and step == 0
        if left_open and isinstance(condition, Row) and not condition.whole:
            self._weakened(origin)
        return condition

    def _row(self, form: Affine, body: Body | None, sign: str, right: float, origin: Compare) -> Condition:
        """`form sign right`, simplified by the ranges."""
        box = self._ranges.range(form)
        if body is not None:
            return settled(Row((), sign, right, body, box.whole, origin), box)
        constant = form.rest.lower
        free = Interval(box.lower - constant, box.upper - constant)
        terms = tuple(sorted(form.coefficients.items()))
        whole = self._ranges.range(Affine(form.coefficients)).whole
        row = Row(terms, sign, right - constant, None, whole, origin)
        return self._binary(row) or settled(_rounded(row), free)

    def _binary(self, row: Row) -> Literal | None:
        """The row as one binary variable, if that is what it is and it decides."""
        if len(row.terms) != 1:
            return None
        ((column, factor),) = row.terms
        box = self._ranges.range(Affine({column: 1.0}))
        if not box.whole or (box.lower, box.upper) != (0.0, 1.0):
            return None
        at_zero, at_one = (_holds(row, factor * value) for value in (0.0, 1.0))
        return None if at_zero == at_one else Literal(column, at_one)

    # differences

    def _are_apart(self, sides: tuple[Affine, Affine]) -> bool:
        """Whether one side takes whole values only, and the other is a number between two of them."""
        first, second = (self._ranges.range(side) for side in sides)
        return any(
            one.whole and other.is_point and not float(other.lower).is_integer()
            for one, other in ((first, second), (second, first))
        )

    def different(self, form: Affine, origin: Compare, body: Body | None = None) -> Condition:
        """`form != 0`: two sides, as far apart as the values of the form are.

        Raises:
            DataError: Its values may be as close as they like.
        """
        grid = Fraction(1) if body is not None and body.range.whole else self._grid(form)
        if grid is None:
            raise DataError(
                f"'{to_text(_unequal(origin))}' of continuous values is needed here, which may be as close "
                "as they like",
                remedy="name the gap: either(a <= b - gap, a >= b + gap)",
            )
        if body is None and _fraction(form.rest.lower) % grid:
            return True
        below = self._row(form, body, "<=", -float(grid), origin)
        mirrored = body.negated if body is not None else None
        above = self._row(
            self._ranges.total([self._ranges.product([-1, form])]), mirrored, "<=", -float(grid), origin
        )
        return any_of([below, above])

    def _grid(self, form: Affine) -> Fraction | None:
        """The distance between neighbouring values, None if there is no such thing."""
        if not form.linear or not all(self._ranges.whole[column] for column in form.coefficients):
            return None
        steps = {factor: _fraction(factor) for factor in form.coefficients.values()}
        if not steps or any(abs(float(step) - f) > 1e-12 * abs(f) for f, step in steps.items()):
            return None
        common = math.lcm(*(step.denominator for step in steps.values()))
        return Fraction(math.gcd(*(int(step * common) for step in steps.values())), common)


def _unequal(origin: Compare) -> Compare:
    return Compare(origin.operands, ("!=",))


def _fraction(value: float) -> Fraction:
    return Fraction(value).limit_denominator(FINEST)


def _body(left: Node, right: Node, indices: Indices, box: Interval) -> Body:
    return Body(left, right, tuple(indices.items()), box)


def _settled(difference: float, sign: str, slack: float, whole: bool) -> bool:
    """A comparison in which no decision is left, as the evaluator judges it.

    A negative slack asks for more than the tolerance between the sides.
    """
    if sign in ("==", "!="):
        return (abs(difference) <= abs(slack)) == (sign == "==")
    distance = difference if sign in ("<", "<=") else -difference
    distance += float(whole and sign in ("<", ">"))
    return distance <= slack if slack > 0 else distance < slack


def _holds(row: Row, value: float) -> bool:
    slack = slack_of(value, row.right)
    if row.sign == "<=":
        return value - row.right <= slack
    return (abs(value - row.right) <= slack) == (row.sign == "==")


def _rounded(row: Row) -> Row:
    """The right side of an inequality between whole values, rounded down."""
    if not row.whole or row.sign != "<=":
        return row
    return replace(row, right=float(math.floor(row.right + FEASIBILITY)))


def settled(row: Row, box: Interval) -> Condition:
    """The row, or its truth if the range of its left side decides it."""
    slack = slack_of(row.right, 0.0)
    below, above = box.upper <= row.right, box.lower > row.right + slack
    if row.sign == "<=":
        return True if below else False if above else row
    if row.whole and not float(row.right).is_integer() and abs(row.right - round(row.right)) > slack:
        return False
    if above or box.upper < row.right - slack:
        return False
    return True if below and box.lower >= row.right else row
