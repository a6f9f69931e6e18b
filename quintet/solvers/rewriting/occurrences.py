"""Where a model uses `abs`, `min`, `max`, ratios and functions with a restricted domain.

Every use is found at every row of its constraint and every step of the comprehensions around it,
together with what the model needs of it there: that its value is not understated (`OVER`: the
model prefers small values), not overstated (`UNDER`), or both.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntFlag
from typing import Any

from quintet.errors import QuintetError
from quintet.formulation.model import Key, Model
from quintet.formulation.schema import Sense
from quintet.formulation.tree import (
    And,
    Call,
    Compare,
    Comprehension,
    Conditional,
    ExpressionRef,
    Negate,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    children,
)
from quintet.solvers.rewriting.intervals import Interval, Ranges
from quintet.solvers.rows.algebra import Indices
from quintet.solvers.rows.scoping import free_names, varying
from quintet.solvers.rows.walker import Walker, located, spread


class Need(IntFlag):
    """Which errors a stand-in for an expression must not make."""

    NONE = 0
    OVER = 1
    UNDER = 2
    EXACT = 3


def flipped(need: Need) -> Need:
    """What a term needs if its negative has `need`."""
    swapped = {Need.OVER: Need.UNDER, Need.UNDER: Need.OVER}
    return swapped.get(need, need)


def through(need: Need, slope: Interval) -> Need:
    """What an argument needs if the value needs `need` and moves with it at this slope."""
    if slope.lower >= 0:
        return Need.NONE if slope.upper == 0 else need
    if slope.upper <= 0:
        return flipped(need)
    return Need.EXACT if need else Need.NONE


@dataclass
class Occurrence:
    """One expression that is to be replaced or guarded, with all places where it is used.

    Args:
        node: The expression; equal text over equal indices counts as one.
        names: Its open index names.
        needs: Per key over those names, what is needed of it there.
        place: Where it was found first.
    """

    node: Node
    names: tuple[str, ...]
    place: str
    needs: dict[Key, Need] = field(default_factory=dict)

    def indices(self, key: Key) -> Indices:
        """The indices that a key stands for."""
        return dict(zip(self.names, key, strict=True))


class Occurrences:
    """Searches a model, once.

    Args:
        model: The bound model.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self.ranges = Ranges(model)
        self.walker = Walker(model, self.ranges)
        self.found: dict[Node, Occurrence] = {}
        self._wanted: dict[tuple[str, int], Need] = {}
        self._waiting: deque[tuple[str, int]] = deque()
        self._interesting: dict[int, tuple[Node, bool]] = {}
        self._place = ""
        self._visit: dict[type[Node], Callable[[Any, Indices, Need], None]] = {
            Sum: self._sum,
            Negate: lambda node, indices, need: self._scan(node.operand, indices, flipped(need)),
            Product: self._product,
            Quotient: self._quotient,
            Power: self._power,
            Conditional: self._conditional,
            Compare: self._compare,
            And: self._and,
            Call: self._call,
            Comprehension: self._comprehension,
            ExpressionRef: self._expression,
        }

    def search(self) -> dict[Node, Occurrence]:
        """All occurrences, by expression, in the order in which they are met."""
        for name, constraint in self.model.constraints.items():
            self._family(f"constraints.{name}", constraint, Need.EXACT)
        for objective in self.model.objectives:
            if objective.tree is not None and self.interesting(objective.tree):
                need = Need.OVER if objective.sense is Sense.MINIMIZE else Need.UNDER
                self._at("objective", (), objective.tree, {}, need)
        while self._waiting:
            name, row = self._waiting.popleft()
            data = self.model.expressions[name]
            key = data.family.keys[row]
            indices = dict(zip(data.family.names, key, strict=True))
            self._at(f"expressions.{name}", key, data.tree, indices, self._wanted[name, row])
        return self.found

    def _family(self, place: str, data: Any, need: Need) -> None:
        if not self.interesting(data.tree):
            return
        for key in data.family.keys:
            self._at(place, key, data.tree, dict(zip(data.family.names, key, strict=True)), need)

    def _at(self, place: str, key: Key, tree: Node, indices: Indices, need: Need) -> None:
        self._place = place
        try:
            self._scan(tree, indices, need)
        except QuintetError as error:
            raise located(error, place, key) from None

    def interesting(self, node: Node) -> bool:
        """Whether something in `node`, or in an expression it names, is to be replaced or guarded."""
        known = self._interesting.get(id(node))
        if known is None:
            known = self._interesting[id(node)] = (node, self._is_interesting(node))
        return known[1]

    def _is_interesting(self, node: Node) -> bool:
        if isinstance(node, ExpressionRef):
            data = self.model.expressions[node.name]
            return not data.data and self.interesting(data.tree)
        return self._is_target(node) or any(self.interesting(child) for child in children(node))

    def _is_target(self, node: Node) -> bool:
        if isinstance(node, Call):
            replaced = node.function in ("abs", "min", "max", "piecewise", "sqrt", "log", "log10")
            return replaced and varying(self.model, node)
        if isinstance(node, Quotient):
            return varying(self.model, node.denominator)
        return isinstance(node, Power) and not _polynomial(node) and varying(self.model, node)

    # the walk

    def range(self, node: Node, indices: Indices) -> Interval:
        """Range of an expression at these indices, over the bounds of the variables."""
        return self.ranges.range(self.walker.number(node, indices))

    def _scan(self, node: Node, indices: Indices, need: Need) -> None:
        if not self.interesting(node):
            return
        visit = self._visit.get(type(node), self._anything)
        visit(node, indices, need)

    def _record(self, node: Node, indices: Indices, need: Need) -> None:
        occurrence = self.found.get(node)
        if occurrence is None:
            occurrence = self.found[node] = Occurrence(node, free_names(node), self._place)
        key = tuple(indices[name] for name in occurrence.names)
        occurrence.needs[key] = occurrence.needs.get(key, Need.NONE) | need

    def _anything(self, node: Node, indices: Indices, need: Need) -> None:
        """Logic: every part may be used either way."""
        for child in children(node):
            self._scan(child, indices, Need.EXACT)

    def _sum(self, node: Sum, indices: Indices, need: Need) -> None:
        for term in node.terms:
            self._scan(term, indices, need)

    def _product(self, node: Product, indices: Indices, need: Need) -> None:
        for place, factor in enumerate(node.factors):
            if self.interesting(factor):
                others = node.factors[:place] + node.factors[place + 1 :]
                self._scan(factor, indices, through(need, self.range(Product(others), indices)))

    def _quotient(self, node: Quotient, indices: Indices, need: Need) -> None:
        if varying(self.model, node.denominator):
            self._record(node, indices, need)
        self._scan(node.numerator, indices, through(need, self.range(node.denominator, indices)))
        if self.interesting(node.denominator):
            slope = self.range(Negate(node.numerator), indices)
            self._scan(node.denominator, indices, through(need, slope))

    def _power(self, node: Power, indices: Indices, need: Need) -> None:
        if self._is_target(node):
            self._record(node, indices, need)
        exponent = Need.EXACT if varying(self.model, node.exponent) else Need.NONE
        self._scan(node.exponent, indices, exponent)
        self._scan(node.base, indices, exponent or through(need, self._slope(node, indices)))

    def _slope(self, node: Power, indices: Indices) -> Interval:
        """Sign of exponent × base ** (exponent - 1), as a range."""
        exponent = self.walker.number(node.exponent, indices)
        if exponent % 2 == 1:
            return Interval(exponent, exponent)
        base = self.range(node.base, indices)
        return Interval(exponent * base.lower, exponent * base.upper) if exponent > 0 else Interval(-1, 1)

    def _conditional(self, node: Conditional, indices: Indices, need: Need) -> None:
        chosen = node.then if self.walker.truth(node.condition, indices) else node.otherwise
        self._scan(chosen, indices, need)

    def _and(self, node: And, indices: Indices, need: Need) -> None:
        for item in node.items:
            self._scan(item, indices, need)

    def _compare(self, node: Compare, indices: Indices, need: Need) -> None:
        sides = {"<": Need.OVER, "<=": Need.OVER, ">": Need.UNDER, ">=": Need.UNDER}
        for sign, left, right in zip(node.operators, node.operands, node.operands[1:], strict=False):
            side = sides.get(sign, Need.EXACT)
            self._scan(left, indices, side)
            self._scan(right, indices, flipped(side))

    def _comprehension(self, node: Comprehension, indices: Indices, need: Need) -> None:
        for inner in self.walker.rows(node.generators, indices):
            self._scan(node.body, inner, need)

    def _call(self, node: Call, indices: Indices, need: Need) -> None:
        if self._is_target(node):
            self._record(node, indices, need)
        inner = self._argument_need(node, indices, need)
        for argument in spread(node):
            self._scan(argument, indices, inner)

    def _argument_need(self, node: Call, indices: Indices, need: Need) -> Need:
        if node.function in ("sum", "min", "max", "exp", "log", "log10", "sqrt", "tanh"):
            return need
        if node.function == "abs":
            return through(need, self.range(node.arguments[0], indices))
        return Need.EXACT

    def _expression(self, node: ExpressionRef, indices: Indices, need: Need) -> None:
        row = self.model.expressions[node.name].family.position[self.walker.key(node.subscripts, indices)]
        known = self._wanted.get((node.name, row))
        wanted = need if known is None else known | need
        if wanted != known:
            self._wanted[node.name, row] = wanted
            self._waiting.append((node.name, row))


def _polynomial(node: Power) -> bool:
    exponent = node.exponent
    return isinstance(exponent, Number) and exponent.value >= 0 and float(exponent.value).is_integer()
