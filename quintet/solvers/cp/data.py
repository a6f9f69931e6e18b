"""Data of a bound model as exact numbers: the floats of its tables are the decimals they are written as.

A coefficient is worked out in fractions, so that `0.1 * 3` is three tenths and `x / 3` a third of x.
What decides (conditions, subscripts, `//`, `%`, `floor`, `ceil`) is worked out in floats, because that
is what the language says there; a fraction might fall on the other side.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache, reduce
from typing import Any, TypeAlias

from quintet.errors import DataError
from quintet.formulation.functions import FUNCTIONS
from quintet.formulation.model import Key, Model
from quintet.formulation.printer import to_text
from quintet.formulation.tree import (
    And,
    Call,
    Compare,
    Comprehension,
    Conditional,
    Element,
    ElementValue,
    ExpressionRef,
    IndexRef,
    Integral,
    ListOf,
    Member,
    Negate,
    Node,
    Not,
    Number,
    Or,
    ParameterRef,
    Power,
    Product,
    Quotient,
    Sum,
    Text,
    TupleOf,
    VariableRef,
    walk,
)
from quintet.solvers.cp.domains import Domains
from quintet.solvers.solver import Declined

Exact: TypeAlias = int | Fraction
Indices: TypeAlias = dict[str, ElementValue]
Lift: TypeAlias = Callable[[float], Any]
"""What a float becomes: itself, or the fraction it is written as."""

MOST_BITS = 4096
"""Whole powers up to this size are exact; a larger one can't become a coefficient anyway."""
TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}
OTHERS = ("holds", "piecewise")
CURVES = ("sqrt", "exp", "log", "log10", "sin", "cos", "tanh", "floor", "ceil")


@lru_cache(maxsize=65536)
def exact(value: float) -> Exact:
    """The number that a float is written as: 0.1 is a tenth."""
    if isinstance(value, int | Fraction):
        return value
    if not math.isfinite(value):
        raise DataError(f"{value} is no number that a coefficient can have")
    return int(value) if value.is_integer() else Fraction(repr(value))


def simplest(value: Exact) -> Exact:
    """A whole fraction as an integer."""
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value


def as_is(value: float) -> float:
    """A float as it is."""
    return value


class Data:
    """Works out expressions that hold no decision variable.

    Args:
        model: The bound model.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._varying: dict[int, bool] = {}
        self.domains = Domains(model, self)
        self._by_type: dict[type[Node], Callable[[Any, Indices, Lift], Any]] = {
            Number: lambda node, indices, lift: lift(node.value),
            Text: lambda node, indices, lift: node.value,
            Element: lambda node, indices, lift: node.value,
            IndexRef: lambda node, indices, lift: indices[node.name],
            TupleOf: self._items,
            ListOf: self._items,
            ParameterRef: self._parameter,
            ExpressionRef: self._expression,
            Negate: lambda node, indices, lift: -self.number(node.operand, indices, lift),
            Sum: lambda node, indices, lift: sum(self.number(t, indices, lift) for t in node.terms),
            Product: lambda node, indices, lift: _product(
                [self.number(f, indices, lift) for f in node.factors]
            ),
            Quotient: self._quotient,
            Integral: self._integral,
            Power: self._power,
            Conditional: self._conditional,
            Compare: self._compare,
            Member: self._member,
            And: lambda node, indices, lift: all(self.truth(i, indices) for i in node.items),
            Or: lambda node, indices, lift: any(self.truth(i, indices) for i in node.items),
            Not: lambda node, indices, lift: not self.truth(node.operand, indices),
            Call: self._call,
        }

    def varies(self, node: Node) -> bool:
        """Whether a tree holds a decision, or `holds` or `piecewise`, which are not worked out here."""
        known = self._varying.get(id(node))
        if known is None:
            known = self._varying[id(node)] = any(map(self._decides, walk(node)))
        return known

    def _decides(self, node: Node) -> bool:
        if isinstance(node, ExpressionRef):
            return not self._model.expressions[node.name].data
        return isinstance(node, VariableRef) or (isinstance(node, Call) and node.function in OTHERS)

    def exact(self, node: Node, indices: Indices) -> Exact:
        """The exact number that an expression is.

        Raises:
            DataError: It has no value, or is no number.
        """
        return simplest(self.number(node, indices, exact))

    def plain(self, node: Node, indices: Indices) -> Any:
        """The element, tuple or float that an expression is."""
        return self._value(node, indices, as_is)

    def truth(self, node: Node, indices: Indices) -> bool:
        """Whether a condition holds; a number holds if it is not 0."""
        return bool(self._value(node, indices, as_is))

    def key(self, subscripts: Sequence[Node], indices: Indices) -> Key:
        """Subscripts as a key."""
        return tuple([self._value(node, indices, as_is) for node in subscripts])

    def number(self, node: Node, indices: Indices, lift: Lift) -> Any:
        """A number in the arithmetic that `lift` chooses."""
        value = self._value(node, indices, lift)
        if isinstance(value, str | tuple):
            raise self._undefined(f"{value!r} is not a number", node)
        return value

    def _value(self, node: Node, indices: Indices, lift: Lift) -> Any:
        return self._by_type[type(node)](node, indices, lift)

    def _undefined(self, message: str, node: Node) -> DataError:
        return DataError(
            f"{message} in {to_text(node)!r}", remedy="exclude it by a filter or correct the data"
        )

    # references

    def _items(self, node: TupleOf | ListOf, indices: Indices, lift: Lift) -> tuple[Any, ...]:
        return tuple([self._value(item, indices, lift) for item in node.items])

    def _parameter(self, node: ParameterRef, indices: Indices, lift: Lift) -> Any:
        data = self._model.parameters[node.name]
        row = self.row(data.family.position, node, indices)
        if data.ids is not None:
            return self._model.universe.elements[int(data.ids[row])]
        return lift(float(data.values[row]))

    def row(self, position: Any, node: ParameterRef | VariableRef | ExpressionRef, indices: Indices) -> int:
        """The row of a family that a reference names.

        Raises:
            DataError: There is none.
        """
        key = self.key(node.subscripts, indices)
        row = position.get(key)
        if row is None:
            shown = ", ".join(map(str, key))
            raise DataError(
                f"{node.name}[{shown}] is outside the index of {node.name!r}",
                remedy="exclude it by a filter or by 'a if condition else b'",
            )
        return row

    def _expression(self, node: ExpressionRef, indices: Indices, lift: Lift) -> Any:
        data = self._model.expressions[node.name]
        key = data.family.keys[self.row(data.family.position, node, indices)]
        return self._value(data.tree, dict(zip(data.family.names, key, strict=True)), lift)

    # arithmetic

    def _quotient(self, node: Quotient, indices: Indices, lift: Lift) -> Any:
        above, below = (self.number(n, indices, lift) for n in (node.numerator, node.denominator))
        if below == 0:
            raise self._undefined("division by 0", node)
        if isinstance(above, float) or isinstance(below, float) or lift is as_is:
            return above / below
        return Fraction(above) / Fraction(below)

    def _integral(self, node: Integral, indices: Indices, lift: Lift) -> Any:
        left, right = (self.number(n, indices, as_is) for n in (node.left, node.right))
        if right == 0:
            raise self._undefined(f"division by 0 in {node.operator}", node)
        return lift(left // right if node.operator == "//" else left % right)

    def _power(self, node: Power, indices: Indices, lift: Lift) -> Any:
        base, exponent = (self.number(n, indices, lift) for n in (node.base, node.exponent))
        try:
            if _is_short(base, exponent):
                return Fraction(base) ** int(exponent) if lift is exact else base ** int(exponent)
            value = float(base) ** float(exponent)
        except ZeroDivisionError:
            raise self._undefined("0 to a negative power", node) from None
        except OverflowError:
            raise self._undefined("a power is too large", node) from None
        if isinstance(value, complex):
            raise self._undefined("a power that is not a real number", node)
        return lift(value)

    def _conditional(self, node: Conditional, indices: Indices, lift: Lift) -> Any:
        return self._value(
            node.then if self.truth(node.condition, indices) else node.otherwise, indices, lift
        )

    # truth

    def _compare(self, node: Compare, indices: Indices, lift: Lift) -> bool:
        values = [self._value(operand, indices, as_is) for operand in node.operands]
        try:
            return all(TESTS[s](a, b) for s, a, b in zip(node.operators, values, values[1:], strict=False))
        except TypeError:
            raise self._undefined("a number and a text have no order", node) from None

    def _member(self, node: Member, indices: Indices, lift: Lift) -> bool:
        item = self._value(node.item, indices, as_is)
        key = item if isinstance(item, tuple) else (item,)
        return (key in self.domains.members(node.domain, indices).places) != node.negated

    # calls

    def _call(self, node: Call, indices: Indices, lift: Lift) -> Any:
        name = node.function
        group = FUNCTIONS[name].group
        if group == "order":
            return self.domains.order(node, indices)
        if group == "reductions":
            return self._reduction(node, indices, lift)
        if name == "abs":
            return abs(self.number(node.arguments[0], indices, lift))
        if name in CURVES:
            return lift(self._curve(node, self.number(node.arguments[0], indices, as_is)))
        raise Declined(
            f"CP-SAT has no {name} where only data may stand, as in {to_text(node)!r}",
            remedy="write it with comparisons, 'and', 'or' and 'not'",
        )

    def _curve(self, node: Call, value: float) -> float:
        try:
            return getattr(math, node.function)(value)
        except (ValueError, OverflowError):
            raise self._undefined(f"{node.function}({value:g}) is not defined", node) from None

    def _reduction(self, node: Call, indices: Indices, lift: Lift) -> Any:
        values = self.each(node.arguments, indices, lambda n, inside: self.number(n, inside, lift))
        if node.function in ("min", "max") and not values:
            raise self._undefined(f"{node.function} of nothing", node)
        return REDUCTIONS[node.function](values)

    def each(
        self, nodes: Sequence[Node], indices: Indices, take: Callable[[Node, Indices], Any]
    ) -> list[Any]:
        """What `take` makes of each argument, of each row of a comprehension or of each item of a list."""
        if len(nodes) == 1 and isinstance(nodes[0], Comprehension):
            body = nodes[0].body
            return [take(body, inside) for inside in self.domains.rows(nodes[0].generators, indices)]
        if len(nodes) == 1 and isinstance(nodes[0], ListOf):
            nodes = nodes[0].items
        return [take(node, indices) for node in nodes]


def _product(values: Sequence[Any]) -> Any:
    return reduce(operator.mul, values, 1)


REDUCTIONS: dict[str, Callable[[Sequence[Any]], Any]] = {
    "sum": sum,
    "prod": _product,
    "min": min,
    "max": max,
}


def _is_short(base: Any, exponent: Any) -> bool:
    """Whether a power is whole in its exponent and small enough to be exact."""
    if isinstance(base, float) or isinstance(exponent, float) or exponent != int(exponent):
        return False
    size = max(Fraction(base).numerator.bit_length(), Fraction(base).denominator.bit_length())
    return size * abs(int(exponent)) <= MOST_BITS
