"""Ranges of expressions over the bounds of the variables: interval arithmetic on affine forms.

Linear parts are kept as coefficients, so that `x - x` is 0 and a linear expression can be
bounded again by a linear program; what is not linear is an interval (Moore, *Interval Analysis*,
1966). Rounding is not directed: callers that need a bound to be safe widen it (`widened`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from quintet.formulation.model import Model
from quintet.formulation.schema import Domain
from quintet.formulation.tolerances import INFINITE
from quintet.solvers.rewriting.pieces import pieces, span

INF = math.inf
SNAP, MARGIN = 1e-9, 1e-7
"""Relative to max(1, |end|): what is taken for a whole end, and how far any other end is moved out."""


@dataclass(frozen=True, slots=True)
class Interval:
    """All values from `lower` to `upper`; `whole` if only integers among them occur."""

    lower: float
    upper: float
    whole: bool = False

    @property
    def is_point(self) -> bool:
        """One value only."""
        return self.lower == self.upper

    def plus(self, other: Interval) -> Interval:
        """The sum."""
        return Interval(self.lower + other.lower, self.upper + other.upper, self.whole and other.whole)

    def times(self, other: Interval) -> Interval:
        """The product."""
        corners = [_times(a, b) for a in (self.lower, self.upper) for b in (other.lower, other.upper)]
        return Interval(min(corners), max(corners), self.whole and other.whole)

    def inverse(self) -> Interval:
        """1 over it; everything if 0 lies inside."""
        if self.lower < 0 < self.upper or self.lower == self.upper == 0:
            return EVERYTHING
        upper = INF if self.lower == 0 else 1 / self.lower
        lower = -INF if self.upper == 0 else 1 / self.upper
        return Interval(lower, upper)


EVERYTHING = Interval(-INF, INF)
ZERO = Interval(0.0, 0.0, True)


def _times(a: float, b: float) -> float:
    return 0.0 if a == 0 or b == 0 else a * b


def point(value: float) -> Interval:
    """One number."""
    return Interval(float(value), float(value), float(value).is_integer())


@dataclass(frozen=True, slots=True)
class Affine:
    """Σ coefficient × column + something in `rest`. Linear if `rest` is one number."""

    coefficients: Mapping[int, float] = field(default_factory=dict)
    rest: Interval = ZERO

    @property
    def linear(self) -> bool:
        """Whether it is known exactly."""
        return self.rest.is_point


class Ranges:
    """An `Algebra` whose values are affine forms.

    Args:
        model: Its variables' bounds are used; integer ones are rounded inwards.
    """

    def __init__(self, model: Model) -> None:
        size = model.columns
        self.lower, self.upper = np.full(size, -INF), np.full(size, INF)
        self.whole = np.zeros(size, dtype=bool)
        self._first = {name: variable.first_column for name, variable in model.variables.items()}
        for variable in model.variables.values():
            part = slice(variable.first_column, variable.first_column + len(variable.family))
            lower, upper = variable.lower, variable.upper
            if variable.integral:
                lower, upper = np.ceil(lower - 1e-9), np.floor(upper + 1e-9)
            if variable.domain is Domain.SEMICONTINUOUS:
                lower, upper = np.minimum(lower, 0), np.maximum(upper, 0)
            self.lower[part] = np.where(lower <= -INFINITE, -INF, lower)
            self.upper[part] = np.where(upper >= INFINITE, INF, upper)
            self.whole[part] = variable.integral

    def range(self, value: Any) -> Interval:
        """The interval of a number or an affine form."""
        if not isinstance(value, Affine):
            return point(value)
        lower, upper, whole = value.rest.lower, value.rest.upper, value.rest.whole
        for column, factor in value.coefficients.items():
            ends = _times(factor, float(self.lower[column])), _times(factor, float(self.upper[column]))
            lower, upper = lower + min(ends), upper + max(ends)
            whole = whole and bool(self.whole[column]) and float(factor).is_integer()
        return Interval(lower, upper, whole)

    # the algebra

    def variable(self, name: str, row: int) -> Affine:
        """One column with coefficient 1."""
        return Affine({self._first[name] + row: 1.0})

    def named(self, name: str, row: int, value: Any) -> Any:
        """The value itself."""
        return value

    def total(self, terms: Sequence[Any]) -> Affine:
        """The sum, like columns merged."""
        coefficients: dict[int, float] = {}
        rest = ZERO
        for term in terms:
            if isinstance(term, Affine):
                for column, factor in term.coefficients.items():
                    coefficients[column] = coefficients.get(column, 0.0) + factor
                rest = rest.plus(term.rest)
            else:
                rest = rest.plus(point(term))
        return Affine({c: f for c, f in coefficients.items() if f != 0}, rest)

    def product(self, factors: Sequence[Any]) -> Any:
        """Exact with one form that is not a number, else the interval product."""
        forms = [factor for factor in factors if isinstance(factor, Affine)]
        scale = math.prod(float(factor) for factor in factors if not isinstance(factor, Affine))
        if scale == 0:
            return 0
        if len(forms) == 1:
            return _scaled(forms[0], scale)
        result = point(scale)
        for form in forms:
            result = result.times(self.range(form))
        return self._unknown(result)

    def quotient(self, numerator: Any, denominator: Any) -> Any:
        """Exact over a number, else the interval quotient."""
        if not isinstance(denominator, Affine):
            return _scaled(numerator, 1 / float(denominator))
        inverse = self.range(denominator).inverse()
        return self._unknown(self.range(numerator).times(inverse))

    def power(self, base: Any, exponent: Any) -> Any:
        """The interval power."""
        if isinstance(exponent, Affine):
            return self._unknown(_exponential(self.range(base), self.range(exponent)))
        if exponent == 1:
            return base
        return self._unknown(_power(self.range(base), float(exponent)))

    def call(self, function: str, arguments: Sequence[Any]) -> Any:
        """The range of a function; of `holds`, which comes without arguments, 0 and 1."""
        if function == "holds":
            return self._unknown(Interval(0.0, 1.0, True))
        if function == "piecewise":
            value, xs, ys, left, right = arguments
            box = self.range(value)
            return self._unknown(Interval(*span(pieces(xs, ys, left, right, box.lower, box.upper))))
        ranges = [self.range(argument) for argument in arguments]
        if function in ("min", "max"):
            return self._unknown(_extreme(function, ranges))
        return self._unknown(FUNCTION_RANGES[function](ranges[0]))

    @staticmethod
    def _unknown(interval: Interval) -> Affine:
        return Affine({}, interval)


def _scaled(form: Affine, scale: float) -> Affine:
    coefficients = {column: factor * scale for column, factor in form.coefficients.items()}
    return Affine(coefficients, form.rest.times(point(scale)))


def _power(base: Interval, exponent: float) -> Interval:
    if exponent == 0:
        return point(1)
    if exponent < 0:
        return _power(base, -exponent).inverse()
    if not exponent.is_integer():
        base = Interval(max(0.0, base.lower), max(0.0, base.upper))
    ends = sorted((_raise(base.lower, exponent), _raise(base.upper, exponent)))
    if exponent % 2 == 0 and base.lower < 0 < base.upper:
        ends[0] = 0.0
    return Interval(ends[0], ends[1], base.whole and exponent.is_integer())


def _raise(base: float, exponent: float) -> float:
    try:
        return base**exponent
    except OverflowError:
        return INF if base > 0 or exponent % 2 == 0 else -INF


def _exponential(base: Interval, exponent: Interval) -> Interval:
    if base.lower <= 0:
        return Interval(0.0, INF) if base.lower == 0 else EVERYTHING
    return _exp(exponent.times(Interval(math.log(base.lower), _log(base.upper))))


def _log(value: float) -> float:
    return -INF if value <= 0 else INF if value == INF else math.log(value)


def _exp(argument: Interval) -> Interval:
    lower, upper = (math.exp(x) if x < 709 else INF for x in (argument.lower, argument.upper))
    return Interval(lower, upper)


def _extreme(function: str, ranges: Sequence[Interval]) -> Interval:
    choose = min if function == "min" else max
    lower, upper = choose(r.lower for r in ranges), choose(r.upper for r in ranges)
    return Interval(lower, upper, all(r.whole for r in ranges))


def _absolute(argument: Interval) -> Interval:
    ends = abs(argument.lower), abs(argument.upper)
    lower = 0.0 if argument.lower <= 0 <= argument.upper else min(ends)
    return Interval(lower, max(ends), argument.whole)


def _rising(function: Callable[[float], float]) -> Callable[[Interval], Interval]:
    return lambda argument: Interval(function(argument.lower), function(argument.upper))


def _wave(argument: Interval) -> Interval:
    return Interval(-1.0, 1.0)


FUNCTION_RANGES: dict[str, Callable[[Interval], Interval]] = {
    "abs": _absolute,
    "exp": _exp,
    "log": _rising(_log),
    "log10": _rising(lambda value: _log(value) / math.log(10)),
    "sqrt": _rising(lambda value: math.sqrt(max(0.0, value))),
    "tanh": _rising(math.tanh),
    "sin": _wave,
    "cos": _wave,
}


def widened(interval: Interval) -> Interval:
    """A little more on both sides, so that rounding can't have cut anything off; near whole ends are whole.

    A hair's breadth would not do: SCIP 10.0 has returned a wrong optimum for a variable whose bounds
    were 1e-9 wider than those that its rows imply, which is just what SCIP takes for equal.
    """
    return Interval(_moved(interval.lower, -1), _moved(interval.upper, 1), interval.whole)


def _moved(end: float, way: int) -> float:
    if math.isinf(end):
        return end
    size = max(1.0, abs(end))
    near = float(round(end))
    return near + 0.0 if abs(end - near) <= SNAP * size else end + way * MARGIN * size
