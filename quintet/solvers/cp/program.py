"""A CP-SAT model with exact bounds of every form, so that overflow is refused and not met."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import product
from typing import Any, TypeAlias

from quintet.errors import MissingDependency
from quintet.solvers.cp.affine import (
    MOST_DENOMINATOR,
    Affine,
    Unscalable,
    Whole,
    WholeTerms,
    denominator,
    scaled,
)
from quintet.solvers.cp.conditions import AllOf, AnyOf, AtLeast, Condition, Different, Row, all_of, pairs
from quintet.solvers.cp.data import Exact
from quintet.solvers.solver import Declined

INSTALL = "pip install 'quintet[cp]'"
LARGEST = 2**62 - 1
"""Sizes that CP-SAT takes for a bound, and for a sum of terms."""
NOISE = 1e-9
"""A constant this near to a whole number, relative to its size, may be one that floats have missed."""
ELSEWHERE = "leave the choice of the solver to Quintet, or scale the data it is made from"

Literal: TypeAlias = int
"""A 0-1 variable v, or its opposite as -v - 1."""


def load_cp_model() -> Any:
    """The module `ortools.sat.python.cp_model`.

    Raises:
        MissingDependency: OR-Tools is not installed.
    """
    try:
        from ortools.sat.python import cp_model
    except ImportError:
        raise MissingDependency("OR-Tools is not installed", remedy=f"run: {INSTALL}") from None
    return cp_model


class Program:
    """Builds a CP-SAT model; variables are numbered from 0 in the order in which they are added.

    Raises:
        MissingDependency: OR-Tools is not installed.
    """

    def __init__(self) -> None:
        self._cp_model = load_cp_model()
        self.model: Any = self._cp_model.CpModel()
        self.variables: list[Any] = []
        self.names: list[str] = []
        self._lower: list[int] = []
        self._upper: list[int] = []
        self._results: dict[Any, int] = {}
        self._literals: dict[Condition, Literal] = {}

    # variables and forms

    def integer(self, lower: int, upper: int, name: str) -> int:
        """A variable with whole values from `lower` to `upper`.

        Raises:
            Declined: A bound is too large.
        """
        if max(abs(lower), abs(upper)) > LARGEST:
            raise Declined(
                f"{name} goes up to {max(abs(lower), abs(upper)):.3g}, beyond what CP-SAT counts to",
                remedy=ELSEWHERE,
            )
        self.variables.append(self.model.new_int_var(lower, upper, name))
        self.names.append(name)
        self._lower.append(lower)
        self._upper.append(upper)
        return len(self.variables) - 1

    def range(self, form: Whole) -> tuple[int, int]:
        """Least and largest value of a form, by the bounds of its variables.

        Raises:
            Declined: Its terms can add up to more than CP-SAT counts to.
        """
        low = high = form.constant
        size = abs(form.constant)
        for variable, coefficient in form.terms:
            ends = coefficient * self._lower[variable], coefficient * self._upper[variable]
            low, high = low + min(ends), high + max(ends)
            size += max(map(abs, ends))
        if size > LARGEST:
            raise self._overflow(form, size)
        return low, high

    def _overflow(self, form: Whole, size: int) -> Declined:
        sizes = {v: abs(c) * max(abs(self._lower[v]), abs(self._upper[v])) for v, c in form.terms}
        if not sizes:
            return Declined(
                f"the number {form.constant:.3g} is beyond what CP-SAT counts to", remedy=ELSEWHERE
            )
        worst = max(sizes, key=lambda v: sizes[v])
        coefficient = dict(form.terms)[worst]
        return Declined(
            f"scaled to whole numbers, the coefficient of {self.names[worst]} is {coefficient:.3g}"
            f" and the terms reach {size:.3g}, beyond what CP-SAT counts to",
            remedy=ELSEWHERE,
        )

    def whole(self, forms: Sequence[Affine]) -> tuple[list[Whole], int]:
        """Forms times the smallest common factor that makes them whole, and that factor.

        Raises:
            Declined: No factor up to 10^9 does.
        """
        try:
            factor = denominator(forms)
        except Unscalable as error:
            raise self._unscalable(error.coefficient, error.variable) from None
        return [scaled(form, factor) for form in forms], factor

    def compared(self, form: Affine) -> Whole:
        """Integers that compare with 0 as a form does.

        A constant that is clearly between two whole numbers may stand anywhere between them, so one
        with many decimals (`1 / 3` of a table) is moved to the middle; one that misses a whole number
        by what may be a rounding is declined.

        Raises:
            Declined: As `whole`.
        """
        (coefficients,), factor = self.whole([Affine(form.terms)])
        constant = form.constant * factor
        if constant == int(constant):
            return Whole(coefficients.terms, int(constant))
        if abs(constant - round(constant)) <= NOISE * max(1, abs(constant)) and _is_long(form.constant):
            raise self._unscalable(form.constant, None)
        return Whole(tuple((v, 2 * c) for v, c in coefficients.terms), 2 * math.floor(constant) + 1)

    def _unscalable(self, coefficient: Exact, variable: int | None) -> Declined:
        where = "the constant" if variable is None else f"the coefficient of {self.names[variable]}"
        return Declined(
            f"{where}, {float(coefficient)!r}, can't be made whole together with the others"
            " by a factor up to 10^9, and CP-SAT rounds nothing",
            remedy="give it fewer decimals, or leave the choice of the solver to Quintet",
        )

    def expression(self, form: Whole) -> Any:
        """A form as CP-SAT's expression."""
        return self._sum(form.terms) + form.constant

    def _sum(self, terms: WholeTerms) -> Any:
        variables = [self.variables[v] for v, _ in terms]
        return self._cp_model.LinearExpr.weighted_sum(variables, [c for _, c in terms])

    # results of functions

    def largest(self, forms: Sequence[Whole]) -> int:
        """A variable that is the largest of some forms."""
        ranges = [self.range(form) for form in forms]
        low, high = max(low for low, _ in ranges), max(high for _, high in ranges)
        if len(forms) == 2 and forms[0] == forms[1].negated():
            low = max(low, 0)
        return self._result(("a maximum", *forms), (low, high), self.model.add_max_equality, forms)

    def size(self, form: Whole) -> int:
        """A variable that is the absolute value of a form."""
        return self.largest([form, form.negated()])

    def times(self, first: Whole, second: Whole) -> int:
        """A variable that is the product of two forms."""
        one, two = self._simple(first), self._simple(second)
        corners = [a * b for a, b in product(self.range(one), self.range(two))]
        low = 0 if one == two and min(corners) < 0 else min(corners)
        key = ("a product", *sorted((one, two), key=repr))
        return self._result(key, (low, max(corners)), self.model.add_multiplication_equality, (one, two))

    def _simple(self, form: Whole) -> Whole:
        """A form with one term at most: `x * (y + z)` is a product with a variable that is `y + z`."""
        if len(form.terms) < 2:
            return form
        return Whole(((self._result(("a sum", form), self.range(form), self._equal, (form,)), 1),))

    def _equal(self, target: Any, expressions: Sequence[Any]) -> None:
        self.model.add(target == expressions[0])

    def _result(
        self,
        key: tuple[Any, ...],
        ends: tuple[int, int],
        post: Callable[[Any, Sequence[Any]], Any],
        forms: Iterable[Whole],
    ) -> int:
        if key not in self._results:
            self._results[key] = self.integer(*ends, key[0])
            post(self.variables[self._results[key]], [self.expression(form) for form in forms])
        return self._results[key]

    # conditions

    def post(self, condition: Condition) -> bool:
        """Demand a condition; False if it can't hold, and the whole model with it."""
        condition = self._settled(condition)
        if isinstance(condition, bool):
            return condition
        if isinstance(condition, AllOf):
            return all(self.post(part) for part in condition.parts)
        if isinstance(condition, Different):
            self.model.add_all_different([self.expression(form) for form in condition.forms])
        else:
            self._add(condition)
        return True

    def literal(self, condition: Condition) -> Literal:
        """A literal that implies a condition."""
        condition = self._settled(condition)
        if condition not in self._literals:
            self._literals[condition] = self._new_literal(condition)
        return self._literals[condition]

    def truth(self, condition: Condition, opposite: Condition) -> Affine:
        """A form that is 1 where a condition holds and 0 where its opposite does."""
        condition = self._settled(condition)
        if isinstance(condition, bool):
            return Affine.of(int(condition))
        literal = self.literal(condition)
        other = self.literal(opposite)
        if other != -literal - 1:
            self.model.add_bool_or([self._posted(literal), self._posted(other)])
        return Affine({literal: 1}) if literal >= 0 else Affine({-literal - 1: -1}, 1)

    def _settled(self, condition: Condition) -> Condition:
        """A row that its variables' bounds settle, as a truth value; all sizes are checked here."""
        if not isinstance(condition, Row):
            return condition
        low, high = self.range(Whole(condition.terms))
        if condition.sign == "<=":
            return True if high <= condition.right else False if low > condition.right else condition
        if not low <= condition.right <= high:
            return condition.sign == "!="
        return (condition.sign == "==") if low == high else condition

    def _new_literal(self, condition: Condition) -> Literal:
        known = self._own_literal(condition)
        if known is not None:
            return known
        settled = condition if isinstance(condition, bool) else None
        literal = self.integer(int(settled is True), int(settled is not False), "a truth")
        if settled is None:
            self._add(condition, literal)
        return literal

    def _own_literal(self, condition: Condition) -> Literal | None:
        """A row that says no more than that a 0-1 variable is 0, or is 1."""
        if not isinstance(condition, Row) or len(condition.terms) != 1:
            return None
        variable = condition.terms[0][0]
        if (self._lower[variable], self._upper[variable]) != (0, 1):
            return None
        allowed = [value for value in (0, 1) if _allows(condition, value)]
        return variable if allowed == [1] else -variable - 1 if allowed == [0] else None

    def _add(self, condition: Condition, literal: Literal | None = None) -> None:
        """Post a condition, for the case that `literal` holds if one is given."""
        if isinstance(condition, Different):
            condition = all_of(pairs(condition, "!="))
        constraint = self._add_row(condition) if isinstance(condition, Row) else self._add_parts(condition)
        if literal is not None:
            constraint.only_enforce_if(self._posted(literal))

    def _add_row(self, condition: Row) -> Any:
        left, right = self._sum(condition.terms), condition.right
        if condition.sign == "<=":
            return self.model.add(left <= right)
        return self.model.add(left == right if condition.sign == "==" else left != right)

    def _add_parts(self, condition: Condition) -> Any:
        if not isinstance(condition, AllOf | AnyOf | AtLeast):
            return self.model.add_bool_or([self._posted(self.literal(condition))])
        literals = [self._posted(self.literal(part)) for part in condition.parts]
        if isinstance(condition, AllOf):
            return self.model.add_bool_and(literals)
        if isinstance(condition, AnyOf):
            return self.model.add_bool_or(literals)
        return self.model.add(sum(literals) >= condition.count)

    def _posted(self, literal: Literal) -> Any:
        return self.variables[literal] if literal >= 0 else self.variables[-literal - 1].negated()

    # the objective

    def minimise(self, form: Affine, direction: int) -> None:
        """Minimise a form, or maximise it if `direction` is -1; CP-SAT then speaks in its units."""
        (whole,), factor = self.whole([form])
        self.range(whole)
        self.model.minimize(direction * self._sum(whole.terms))
        objective = self.model.proto.objective
        objective.offset = float(direction * whole.constant)
        objective.scaling_factor = direction / factor


def _is_long(number: Exact) -> bool:
    """Whether a number has more decimals than a person writes."""
    return isinstance(number, Fraction) and number.denominator > MOST_DENOMINATOR


def _allows(condition: Row, value: int) -> bool:
    left = condition.terms[0][1] * value
    if condition.sign == "<=":
        return left <= condition.right
    return (left == condition.right) == (condition.sign == "==")
