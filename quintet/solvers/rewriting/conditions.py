"""Conditions on decision variables, and how they combine.

A condition is a plain truth value or one of the classes here. None of them is negated: `truths`
pushes negations down to the comparisons, so that more truth of a part never makes the whole less
true, and a binary that stands for a part need only imply it (half reification; Feydy, Somogyi and
Stuckey, *Half reification and flattening*, CP 2011).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from quintet.formulation.tree import ElementValue, Node
from quintet.solvers.rewriting.intervals import Interval

Terms: TypeAlias = tuple[tuple[int, float], ...]
"""Columns with their coefficients, in the order of the columns."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A binary variable is 1, or 0 if not `positive`."""

    column: int
    positive: bool = True

    @property
    def opposite(self) -> Literal:
        """The same variable the other way round."""
        return Literal(self.column, not self.positive)


@dataclass(frozen=True, slots=True)
class Body:
    """`left - right` where that is not linear: trees, with the indices that they leave open.

    Args:
        left: Minuend.
        right: Subtrahend.
        indices: The element of every index name in force.
        range: Its range.
    """

    left: Node
    right: Node
    indices: tuple[tuple[str, ElementValue], ...]
    range: Interval = field(compare=False)

    @property
    def negated(self) -> Body:
        """`right - left`."""
        mirrored = Interval(-self.range.upper, -self.range.lower, self.range.whole)
        return Body(self.right, self.left, self.indices, mirrored)


@dataclass(frozen=True, slots=True)
class Row:
    """`terms + body sign right`.

    Args:
        terms: The linear part.
        sign: `<=` or `==`.
        right: A number.
        body: What is not linear.
        whole: Whether the left side takes whole values only.
        origin: The comparison it comes from, for messages.
    """

    terms: Terms
    sign: str
    right: float
    body: Body | None = None
    whole: bool = False
    origin: Node | None = field(default=None, compare=False)

    @property
    def halves(self) -> tuple[Row, ...]:
        """Itself, or the two inequalities that an equation is."""
        if self.sign == "<=":
            return (self,)
        below = Row(self.terms, "<=", self.right, self.body, self.whole, self.origin)
        return (below, below.mirrored(-self.right))

    def mirrored(self, right: float) -> Row:
        """`-terms - body <= right`."""
        terms = tuple((column, -factor) for column, factor in self.terms)
        body = self.body.negated if self.body is not None else None
        return Row(terms, "<=", right, body, self.whole, self.origin)


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Some part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """`count` of the parts hold, or more; a part counts as often as it is there."""

    count: int
    parts: tuple[Condition, ...]


Condition: TypeAlias = bool | Literal | Row | AllOf | AnyOf | AtLeast


def all_of(parts: Iterable[Condition]) -> Condition:
    """Every part holds; simplified."""
    found: dict[Condition, None] = {}
    for part in parts:
        if part is False:
            return False
        if isinstance(part, AllOf):
            found |= dict.fromkeys(part.parts)
        elif part is not True:
            found[part] = None
    if _contradicts(found):
        return False
    return next(iter(found), True) if len(found) < 2 else AllOf(tuple(found))


def any_of(parts: Iterable[Condition]) -> Condition:
    """Some part holds; simplified."""
    found: dict[Condition, None] = {}
    for part in parts:
        if part is True:
            return True
        if isinstance(part, AnyOf):
            found |= dict.fromkeys(part.parts)
        elif part is not False:
            found[part] = None
    if _contradicts(found):
        return True
    return next(iter(found), False) if len(found) < 2 else AnyOf(tuple(found))


def _contradicts(parts: Iterable[Condition]) -> bool:
    literals = {part for part in parts if isinstance(part, Literal)}
    return any(literal.opposite in literals for literal in literals)


def at_least(count: int, parts: Iterable[Condition]) -> Condition:
    """`count` of the parts hold, or more; simplified."""
    given = list(parts)
    count -= sum(part is True for part in given)
    left = tuple(part for part in given if not isinstance(part, bool))
    if count <= 0:
        return True
    if count > len(left):
        return False
    if count == len(left):
        return all_of(left)
    return any_of(left) if count == 1 else AtLeast(count, left)
