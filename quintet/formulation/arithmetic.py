"""Arithmetic on two numbers or one, with every failure as an Undefined in one line."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from quintet.errors import DataError
from quintet.formulation.tolerances import slack_of


class Undefined(DataError):
    """A value does not exist. `scalar` adds the expression and the indices to the message."""


WHOLE_BITS = 1024
"""Whole powers up to this many bits are exact; beyond, floats (so that 9**9**9 costs nothing)."""


def number(value: Any) -> Any:
    """`value` if it is a number; an element that is text is none.

    Raises:
        Undefined: It is text, a tuple or a truth value.
    """
    if type(value) is float or type(value) is int:
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Undefined(f"{value!r} is not a number", remedy="only integer elements are numbers")
    return value


def divide(numerator: Any, denominator: Any) -> Any:
    """The quotient.

    Raises:
        Undefined: The denominator is 0.
    """
    try:
        return numerator / denominator
    except ZeroDivisionError:
        raise Undefined("division by 0") from None
    except OverflowError:
        raise Undefined("a quotient is too large") from None


def divide_whole(left: Any, right: Any) -> Any:
    """`left // right`.

    Raises:
        Undefined: `right` is 0.
    """
    try:
        return left // right
    except ZeroDivisionError:
        raise Undefined("division by 0 in //") from None


def remainder(left: Any, right: Any) -> Any:
    """`left % right`, with the sign of `right`.

    Raises:
        Undefined: `right` is 0.
    """
    try:
        return left % right
    except ZeroDivisionError:
        raise Undefined("division by 0 in %") from None


def power(base: Any, exponent: Any) -> Any:
    """`base ** exponent` over the reals.

    Raises:
        Undefined: It is not a real number, or too large.
    """
    try:
        value = _power(base, exponent)
    except ZeroDivisionError:
        raise Undefined(f"0 to the negative power {exponent:g}") from None
    except OverflowError:
        raise Undefined(f"{base:g} ** {exponent:g} is too large") from None
    if isinstance(value, complex):
        raise Undefined(f"{base:g} ** {exponent:g} is not a real number")
    return value


def _power(base: Any, exponent: Any) -> Any:
    whole = isinstance(base, int) and isinstance(exponent, int) and exponent >= 0
    if whole and base.bit_length() * exponent <= WHOLE_BITS:
        return base**exponent
    return float(base) ** float(exponent)


def _guarded(name: str, function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def guarded(value: Any) -> Any:
        try:
            return function(value)
        except ValueError:
            raise Undefined(f"{name}({value:g}) is not defined") from None
        except OverflowError:
            raise Undefined(f"{name}({value:g}) is too large") from None

    return guarded


UNARY: dict[str, Callable[[Any], Any]] = {
    "abs": abs,
    "tanh": math.tanh,
    **{
        name: _guarded(name, getattr(math, name))
        for name in ("sqrt", "exp", "log", "log10", "sin", "cos", "floor", "ceil")
    },
}
"""Functions of one number."""


def least(values: Sequence[Any]) -> Any:
    """The smallest value.

    Raises:
        Undefined: There is none.
    """
    if not values:
        raise Undefined("min of nothing", remedy="let its filter leave at least one element")
    return min(values)


def largest(values: Sequence[Any]) -> Any:
    """The largest value.

    Raises:
        Undefined: There is none.
    """
    if not values:
        raise Undefined("max of nothing", remedy="let its filter leave at least one element")
    return max(values)


def product(values: Sequence[Any]) -> Any:
    """All values multiplied; 1 if there is none. Whole products stay exact while they are short."""
    result: Any = 1
    for value in values:
        result *= value
        if isinstance(result, int) and result.bit_length() > WHOLE_BITS:
            result = _float(result)
    return result


def _float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        raise Undefined("a product is too large") from None


def check_breakpoints(xs: Sequence[float]) -> None:
    """Refuse places that do not define a piecewise linear function.

    Args:
        xs: From left to right; a place that stands twice is a jump.

    Raises:
        Undefined: They are not in order, one stands three times, or fewer than two are different.
    """
    for before, after in zip(xs, xs[1:], strict=False):
        if not before <= after:
            raise Undefined(
                f"the breakpoints go back from {before:g} to {after:g}", remedy="list them from left to right"
            )
    if any(first == third for first, third in zip(xs, xs[2:], strict=False)):
        raise Undefined("a breakpoint stands three times", remedy="a jump has two values, before and after")
    if len(set(xs)) < 2:
        raise Undefined("fewer than two breakpoints are different", remedy="list at least two places")


def interpolate(
    value: float, xs: Sequence[float], ys: Sequence[float], left: float | None, right: float | None
) -> float:
    """Piecewise linear function through the points (xs, ys) at `value`.

    A place that stands twice is a jump from its first value to its second; there, and within the
    tolerance of there, the function has the smaller of the two (it is lower semicontinuous).

    Args:
        value: Where.
        xs: Breakpoints from left to right, at least two different ones.
        ys: Values there.
        left: Slope before the first breakpoint, None for that of the first piece.
        right: Slope after the last one, None for that of the last piece.

    Raises:
        Undefined: The breakpoints are not in order, or there are too few.
    """
    check_breakpoints(xs)
    points = list(zip(xs, ys, strict=True))
    for (x, before), (again, after) in zip(points, points[1:], strict=False):
        if x == again and abs(value - x) <= slack_of(value, x):
            return min(before, after)
    pairs = ((p, q) for p, q in zip(points, points[1:], strict=False) if p[0] < q[0])
    pieces = [(p, q, (q[1] - p[1]) / (q[0] - p[0])) for p, q in pairs]
    if value < xs[0]:
        return ys[0] + (pieces[0][2] if left is None else left) * (value - xs[0])
    if value > xs[-1]:
        return ys[-1] + (pieces[-1][2] if right is None else right) * (value - xs[-1])
    (x, y), _, slope = next(piece for piece in pieces if value <= piece[1][0])
    return y + slope * (value - x)
