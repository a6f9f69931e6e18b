"""What the row-by-row route calculates with: plain numbers here, what has decisions in it by the caller."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias

from quintet.errors import DataError
from quintet.formulation.tree import ElementValue

Indices: TypeAlias = dict[str, ElementValue]
"""Element of every index name in force; changed in place while a comprehension runs."""

REDUCTIONS = ("sum", "prod", "min", "max")
UNARY = ("abs", "sqrt", "exp", "log", "log10", "sin", "cos", "tanh")


class Algebra(Protocol):
    """Arithmetic with decision variables: at least one operand comes from it, the others may be numbers."""

    def variable(self, name: str, row: int) -> Any:
        """The variable at a row of its family."""
        ...

    def named(self, name: str, row: int, value: Any) -> Any:
        """What stands for a named expression whose tree has this value."""
        ...

    def total(self, terms: Sequence[Any]) -> Any:
        """The sum."""
        ...

    def product(self, factors: Sequence[Any]) -> Any:
        """The product."""
        ...

    def quotient(self, numerator: Any, denominator: Any) -> Any:
        """The quotient."""
        ...

    def power(self, base: Any, exponent: Any) -> Any:
        """The power."""
        ...

    def call(self, function: str, arguments: Sequence[Any]) -> Any:
        """A function of `UNARY` with one argument, or `min` or `max`."""
        ...


def is_number(value: Any) -> bool:
    """Whether no decision variable takes part."""
    return isinstance(value, int | float)


def as_element(value: Any) -> Any:
    """A value as an element of a set: a whole number is an integer."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def compared(sign: str, left: Any, right: Any) -> bool:
    """Whether a comparison of numbers or elements holds.

    Raises:
        DataError: They have no order.
    """
    test = _COMPARISONS[sign]
    try:
        return bool(test(left, right))
    except TypeError:
        raise DataError(f"{left!r} and {right!r} have no order") from None


def guarded(what: str, function: Callable[..., Any], *arguments: Any) -> Any:
    """A function of numbers.

    Raises:
        DataError: It is not defined there, or too large.
    """
    try:
        value = function(*arguments)
    except (ValueError, ZeroDivisionError):
        raise DataError(f"{what} is not defined") from None
    except OverflowError:
        raise DataError(f"{what} is too large") from None
    if isinstance(value, float) and not math.isfinite(value):
        raise DataError(f"{what} is too large")
    return value


_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}
