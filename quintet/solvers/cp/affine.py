"""Linear forms over a program's whole variables, with exact coefficients, and their scaling to integers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from quintet.solvers.cp.data import Exact, simplest

MOST_DENOMINATOR = 10**9
"""Largest common denominator of a row: nine decimals."""

WholeTerms: TypeAlias = tuple[tuple[int, int], ...]


@dataclass
class Affine:
    """`constant + sum(coefficient * variable)`; it is added to while it is built, then left alone.

    Args:
        terms: Coefficient by variable of the program.
        constant: What is left without variables.
    """

    terms: dict[int, Exact]
    constant: Exact = 0

    @staticmethod
    def of(constant: Exact = 0) -> Affine:
        """A number."""
        return Affine({}, constant)

    def add(self, other: Affine, factor: Exact = 1) -> None:
        """Add `factor` times another form to this one."""
        self.constant += factor * other.constant
        for variable, coefficient in other.terms.items():
            self.add_term(variable, factor * coefficient)

    def add_term(self, variable: int, coefficient: Exact) -> None:
        """Add one term."""
        total = self.terms.get(variable, 0) + coefficient
        if total:
            self.terms[variable] = total
        else:
            self.terms.pop(variable, None)

    def minus(self, other: Affine) -> Affine:
        """The difference, as a new form."""
        difference = Affine(dict(self.terms), self.constant)
        difference.add(other, -1)
        return difference

    @property
    def is_number(self) -> bool:
        """Whether no variable takes part."""
        return not self.terms


@dataclass(frozen=True)
class Whole:
    """A linear form with integers only.

    Args:
        terms: Pairs of variable and coefficient, by variable.
        constant: What is left without variables.
    """

    terms: WholeTerms
    constant: int = 0

    @property
    def divisor(self) -> int:
        """The greatest common divisor of the coefficients, 0 without any."""
        return math.gcd(*(coefficient for _, coefficient in self.terms))

    def negated(self) -> Whole:
        """The form with all signs changed."""
        return Whole(tuple((v, -c) for v, c in self.terms), -self.constant)


class Unscalable(ValueError):
    """A form that no small factor makes whole.

    Args:
        coefficient: The number that does it.
        variable: Whose coefficient it is, None for the constant.
    """

    def __init__(self, coefficient: Exact, variable: int | None) -> None:
        self.coefficient = coefficient
        self.variable = variable
        super().__init__(str(coefficient))


def denominator(forms: Iterable[Affine]) -> int:
    """The smallest factor that makes all forms whole.

    Raises:
        Unscalable: It is larger than `MOST_DENOMINATOR`.
    """
    common = 1
    for form in forms:
        for variable, value in _numbers(form):
            if isinstance(value, Fraction):
                common = math.lcm(common, value.denominator)
                if common > MOST_DENOMINATOR:
                    raise Unscalable(value, variable)
    return common


def _numbers(form: Affine) -> Iterable[tuple[int | None, Exact]]:
    yield from form.terms.items()
    yield None, form.constant


def scaled(form: Affine, factor: int) -> Whole:
    """`factor` times the form, where that is whole."""
    terms = tuple(sorted((v, int(c * factor)) for v, c in form.terms.items()))
    return Whole(terms, int(form.constant * factor))


def unscaled(terms: Mapping[int, int], factor: int) -> Affine:
    """The form whose `factor`-fold has these terms."""
    return Affine({v: simplest(Fraction(c, factor)) for v, c in terms.items()})
