"""Conditions on whole variables: comparisons of linear forms, and how they combine.

A condition is a plain truth value or one of the classes here. Nothing is negated inside: a walker
pushes negations down to the comparisons, and `opposite` does so where the exact opposite is meant.
So every part stands where more truth only helps, and a literal has to imply its condition, not to
equal it (half reification; Feydy, Somogyi and Stuckey, Half reification and flattening, CP 2011).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

from quintet.solvers.cp.affine import Whole, WholeTerms


@dataclass(frozen=True)
class Row:
    """`sum(coefficient * variable) sign right`, with sign `<=`, `==` or `!=`; coprime coefficients."""

    terms: WholeTerms
    sign: str
    right: int


@dataclass(frozen=True)
class AllOf:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class AnyOf:
    """Some part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class AtLeast:
    """`count` of the parts hold, or more."""

    count: int
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Different:
    """All forms have different values."""

    forms: tuple[Whole, ...]


Condition: TypeAlias = bool | Row | AllOf | AnyOf | AtLeast | Different


def row(form: Whole, sign: str) -> Condition:
    """`form sign 0`, sign one of `< <= == != >= >`; a truth value where that is settled."""
    if sign in (">", ">="):
        form, sign = form.negated(), {">": "<", ">=": "<="}[sign]
    right = -form.constant - (sign == "<")
    sign = "<=" if sign == "<" else sign
    divisor = form.divisor
    if not divisor:
        return {"<=": right >= 0, "==": right == 0, "!=": right != 0}[sign]
    if sign != "<=" and right % divisor:
        return sign == "!="
    terms = form.terms
    if sign != "<=" and terms[0][1] < 0:
        divisor = -divisor  # so that the same condition always looks the same
    return Row(tuple((v, c // divisor) for v, c in terms), sign, right // divisor)


def all_of(parts: Iterable[Condition]) -> Condition:
    """Every part holds; simplified."""
    found = _without(parts, AllOf, settled=True)
    if any(part is False for part in found):
        return False
    return _lone(found) if len(found) < 2 else AllOf(found)


def any_of(parts: Iterable[Condition]) -> Condition:
    """Some part holds; simplified."""
    found = _without(parts, AnyOf, settled=False)
    if any(part is True for part in found):
        return True
    return _lone(found, empty=False) if len(found) < 2 else AnyOf(found)


def _lone(parts: Sequence[Condition], *, empty: bool = True) -> Condition:
    return parts[0] if parts else empty


def _without(
    parts: Iterable[Condition], kind: type[AllOf] | type[AnyOf], *, settled: bool
) -> tuple[Condition, ...]:
    """The parts, those of the same kind opened, those that change nothing and repetitions left out."""
    found: dict[Condition, None] = {}
    for part in parts:
        if isinstance(part, kind):
            found |= dict.fromkeys(part.parts)
        elif part is not settled:
            found[part] = None
    return tuple(found)


def at_least(count: int, parts: Iterable[Condition]) -> Condition:
    """`count` of the parts hold, or more; simplified. A part counts as often as it is there."""
    found = list(parts)
    count -= sum(part is True for part in found)
    left = tuple(part for part in found if not isinstance(part, bool))
    if count <= 0:
        return True
    if count > len(left):
        return False
    if count == len(left):
        return all_of(left)
    return any_of(left) if count == 1 else AtLeast(count, left)


def different(forms: Sequence[Whole]) -> Condition:
    """All forms have different values."""
    return Different(tuple(forms)) if len(forms) > 1 else True


def pairs(condition: Different, sign: str) -> tuple[Condition, ...]:
    """`a sign b` for every two forms."""
    return tuple(row(_difference(a, b), sign) for a, b in combinations(condition.forms, 2))


def _difference(a: Whole, b: Whole) -> Whole:
    terms = dict(a.terms)
    for variable, coefficient in b.terms:
        terms[variable] = terms.get(variable, 0) - coefficient
    kept = tuple(sorted((v, c) for v, c in terms.items() if c))
    return Whole(kept, a.constant - b.constant)


def opposite(condition: Condition) -> Condition:
    """The condition that holds exactly where this one does not."""
    if isinstance(condition, bool):
        return not condition
    if isinstance(condition, Row):
        return _opposite_row(condition)
    if isinstance(condition, Different):
        return any_of(pairs(condition, "=="))
    parts = [opposite(part) for part in condition.parts]
    if isinstance(condition, AtLeast):
        return at_least(len(parts) - condition.count + 1, parts)
    return any_of(parts) if isinstance(condition, AllOf) else all_of(parts)


def _opposite_row(condition: Row) -> Row:
    if condition.sign != "<=":
        return Row(condition.terms, "!=" if condition.sign == "==" else "==", condition.right)
    return Row(tuple((v, -c) for v, c in condition.terms), "<=", -condition.right - 1)
