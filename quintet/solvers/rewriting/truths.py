"""Logical constraint → condition, one row at a time, negations pushed down to the comparisons.

The opposite of a comparison of continuous values shares its border: of `x <= 5` it is `x >= 5`.
Both may be taken as true at 5, so that no point is cut off that the evaluator accepts; counts give
the border to whoever needs it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from quintet.formulation.tolerances import FEASIBILITY
from quintet.formulation.tree import (
    And,
    Call,
    Compare,
    Comprehension,
    Conditional,
    Element,
    ListOf,
    Node,
    Not,
    Number,
    Or,
)
from quintet.solvers.rewriting.comparisons import Comparisons
from quintet.solvers.rewriting.conditions import Condition, all_of, any_of, at_least
from quintet.solvers.rewriting.differences import Differences
from quintet.solvers.rewriting.encoding import Encoding
from quintet.solvers.rewriting.sos import special
from quintet.solvers.rows.algebra import Indices
from quintet.solvers.rows.scoping import substituted, varying
from quintet.solvers.rows.walker import Walker
from quintet.solvers.solver import Declined

OPPOSITE = {"<": ">=", "<=": ">", "==": "!=", "!=": "==", ">=": "<", ">": "<="}
Reading: TypeAlias = Callable[[Any, Indices, bool], Condition]


class Truths:
    """Reads conditions.

    Args:
        walker: Gives the values of data and the rows of comprehensions.
        comparisons: Reads the comparisons.
        differences: Reads `all_different`.
        encoding: Where binaries that choose go.
    """

    def __init__(
        self, walker: Walker, comparisons: Comparisons, differences: Differences, encoding: Encoding
    ) -> None:
        self._walker = walker
        self._comparisons = comparisons
        self._differences = differences
        self._encoding = encoding
        self._apart = False
        self._varying: dict[int, tuple[Node, bool]] = {}
        self._by_type: dict[type[Node], Reading] = {
            Not: lambda node, indices, negated: self._read(node.operand, indices, not negated),
            And: lambda node, indices, negated: self._joined(node.items, indices, negated, every=not negated),
            Or: lambda node, indices, negated: self._joined(node.items, indices, negated, every=negated),
            Conditional: self._conditional,
            Compare: self._compare,
            Call: self._call,
        }
        self._calls: dict[str, Reading] = {
            "implies": self._implies,
            "iff": self._iff,
            "either": self._either,
            "at_least": self._count,
            "at_most": self._count,
            "exactly": self._count,
            "all_different": self._different,
            "sos1": self._special,
            "sos2": self._special,
        }

    def condition(
        self, node: Node, indices: Indices, *, negated: bool = False, apart: bool = False
    ) -> Condition:
        """The condition that a tree is, or its opposite in the sense of the language.

        Args:
            node: A logical tree.
            indices: Element of every index name in force.
            negated: Ask for the opposite.
            apart: Keep continuous comparisons off their border by more than the tolerance.

        Raises:
            DataError: It has no value, or needs `!=` of continuous values.
            Declined: It is about scheduling.
        """
        self._apart = apart
        return self._read(node, indices, negated)

    def _read(self, node: Node, indices: Indices, negated: bool) -> Condition:
        reading = self._by_type.get(type(node))
        if not isinstance(node, Call | Not | And | Or | Conditional) and not self._varies(node):
            return self._walker.truth(node, indices) != negated
        if reading is None:
            return self._compare(Compare((node, Number(1)), ("==",), at=node.at), indices, negated)
        return reading(node, indices, negated)

    def _varies(self, node: Node) -> bool:
        known = self._varying.get(id(node))
        if known is None:
            known = self._varying[id(node)] = (node, varying(self._walker.model, node))
        return known[1]

    def _joined(self, nodes: Sequence[Node], indices: Indices, negated: bool, *, every: bool) -> Condition:
        return _join((self._read(node, indices, negated) for node in nodes), every=every)

    def _conditional(self, node: Conditional, indices: Indices, negated: bool) -> Condition:
        chosen = node.then if self._walker.truth(node.condition, indices) else node.otherwise
        return self._read(chosen, indices, negated)

    def _compare(self, node: Compare, indices: Indices, negated: bool) -> Condition:
        pairs = zip(node.operators, node.operands, node.operands[1:], strict=False)
        links = (
            self._link(OPPOSITE[sign] if negated else sign, left, right, indices)
            for sign, left, right in pairs
        )
        return _join(links, every=not negated)

    def _link(self, sign: str, left: Node, right: Node, indices: Indices) -> Condition:
        for call, other, way in ((left, right, sign), (right, left, _TURNED[sign])):
            if _is_holds(call) and not self._varies(other):
                return self._of_holds(call, way, self._walker.number(other, indices), indices)
        return self._comparisons.link(sign, left, right, indices, apart=self._apart)

    def _of_holds(self, node: Node, sign: str, right: float, indices: Indices) -> Condition:
        """`holds(c)` compared with a number: what `c` is where 1 or 0 fits."""
        assert isinstance(node, Call)
        at_one, at_zero = (_fits(value, sign, right) for value in (1, 0))
        if at_one == at_zero:
            return at_one
        return self._read(node.arguments[0], indices, at_zero)

    # logic

    def _call(self, node: Call, indices: Indices, negated: bool) -> Condition:
        if node.function == "holds":
            return self._read(node.arguments[0], indices, negated)
        reading = self._calls.get(node.function)
        if reading is None:
            raise Declined(
                f"{node.function}(…) is not rewritten for this solver",
                remedy="a constraint solver can take it (--solver cpsat)",
            )
        return reading(node, indices, negated)

    def _implies(self, node: Call, indices: Indices, negated: bool) -> Condition:
        condition, consequence = node.arguments
        parts = [self._read(condition, indices, not negated)]
        if parts[0] is not (not negated):  # what a false condition guards may have no value
            parts.append(self._read(consequence, indices, negated))
        return _join(parts, every=negated)

    def _iff(self, node: Call, indices: Indices, negated: bool) -> Condition:
        first, second = node.arguments
        forth = self._read(first, indices, True), self._read(second, indices, negated)
        back = self._read(first, indices, False), self._read(second, indices, not negated)
        return all_of([any_of(forth), any_of(back)])

    def _either(self, node: Call, indices: Indices, negated: bool) -> Condition:
        return _join(list(self._each(node.arguments, indices, negated)), every=negated)

    def _each(self, nodes: Sequence[Node], indices: Indices, negated: bool) -> Iterator[Condition]:
        for node in nodes:
            if isinstance(node, Comprehension):
                for inner in self._walker.rows(node.generators, indices):
                    yield self._read(node.body, inner, negated)
            else:
                yield self._read(node, indices, negated)

    def _count(self, node: Call, indices: Indices, negated: bool) -> Condition:
        """The border counts for both sides, so the opposites of the parts are counted apart."""
        bounds = {"at_least": (self._floor,), "at_most": (self._ceiling,)}
        asked = bounds.get(node.function, (self._floor, self._ceiling))
        return _join([bound(node, indices, negated) for bound in asked], every=not negated)

    def _floor(self, node: Call, indices: Indices, negated: bool) -> Condition:
        """The count is reached, or it is not."""
        count = self._walker.number(node.arguments[0], indices)
        parts = list(self._each(node.arguments[1:], indices, negated))
        if negated:
            return at_least(math.floor(len(parts) - count) + 1, parts)
        return at_least(math.ceil(count), parts)

    def _ceiling(self, node: Call, indices: Indices, negated: bool) -> Condition:
        """The count is not passed, or it is."""
        count = self._walker.number(node.arguments[0], indices)
        parts = list(self._each(node.arguments[1:], indices, not negated))
        if negated:
            return at_least(math.floor(count) + 1, parts)
        return at_least(math.ceil(len(parts) - count), parts)

    # values

    def _items(self, nodes: Sequence[Node], indices: Indices) -> Iterator[Node]:
        """Expressions with elements in place of the indices."""
        for node in nodes:
            if isinstance(node, ListOf):
                yield from self._items(node.items, indices)
            elif isinstance(node, Comprehension):
                for inner in self._walker.rows(node.generators, indices):
                    yield _grounded(node.body, inner)
            else:
                yield _grounded(node, indices)

    def _different(self, node: Call, indices: Indices, negated: bool) -> Condition:
        return self._differences.condition(list(self._items(node.arguments, indices)), negated=negated)

    def _special(self, node: Call, indices: Indices, negated: bool) -> Condition:
        items = list(self._items(node.arguments, indices))
        return special(node.function, items, self._comparisons, self._encoding, negated=negated)


_TURNED = {"<": ">", "<=": ">=", "==": "==", "!=": "!=", ">=": "<=", ">": "<"}


def _join(parts: Iterable[Condition], *, every: bool) -> Condition:
    return all_of(parts) if every else any_of(parts)


def _is_holds(node: Node) -> bool:
    return isinstance(node, Call) and node.function == "holds"


def _fits(value: int, sign: str, right: float) -> bool:
    """A truth compared with a number, which never count as whole both: `<` is `<=` there."""
    if sign in ("==", "!="):
        return (abs(value - right) <= FEASIBILITY) == (sign == "==")
    return value <= right + FEASIBILITY if sign in ("<", "<=") else value >= right - FEASIBILITY


def _grounded(node: Node, indices: Indices) -> Node:
    return substituted(node, {name: Element(element) for name, element in indices.items()})
