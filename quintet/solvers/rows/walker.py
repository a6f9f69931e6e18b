"""Reads a resolved tree row by row, in whatever arithmetic the caller brings.

Numbers, elements and truths are worked out here; as soon as a decision variable takes part, the
caller's `Algebra` decides what arithmetic means: Pyomo expressions, intervals, plain numbers at a
point. It shares nothing with the matrix route or with the evaluator but the tree and the data.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from quintet.errors import DataError, QuintetError, SolverError
from quintet.formulation.arithmetic import interpolate
from quintet.formulation.functions import FUNCTIONS
from quintet.formulation.model import Family, Key, Model
from quintet.formulation.tree import (
    And,
    Call,
    Compare,
    Comprehension,
    Conditional,
    Element,
    ExpressionRef,
    Generator,
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
)
from quintet.formulation.wording import place_of
from quintet.solvers.rows.algebra import (
    REDUCTIONS,
    UNARY,
    Algebra,
    Indices,
    as_element,
    compared,
    guarded,
    is_number,
)
from quintet.solvers.rows.breakpoints import breakpoints
from quintet.solvers.rows.members import Members, row_of
from quintet.solvers.rows.scoping import varying

STEPS = {"prev": (-1, False), "next": (1, False), "prevw": (-1, True), "nextw": (1, True)}


class Walker:
    """Values of trees at given indices.

    Args:
        model: The bound model whose data the trees refer to.
        algebra: What arithmetic with decision variables means.
    """

    def __init__(self, model: Model, algebra: Algebra) -> None:
        self.model = model
        self.algebra = algebra
        self._named: dict[tuple[str, int], Any] = {}
        self._parameters: dict[str, list[Any]] = {}
        self._members = Members(self)
        self._visit: dict[type[Node], Callable[[Any, Indices], Any]] = {
            Number: lambda node, _: node.value,
            Text: lambda node, _: node.value,
            Element: lambda node, _: node.value,
            IndexRef: lambda node, indices: indices[node.name],
            TupleOf: self._tuple,
            Negate: self._negate,
            Sum: self._sum,
            Product: self._product,
            Quotient: self._quotient,
            Integral: self._integral,
            Power: self._power,
            Compare: self._compare,
            Member: self._member,
            And: lambda node, indices: all(self.truth(item, indices) for item in node.items),
            Or: lambda node, indices: any(self.truth(item, indices) for item in node.items),
            Not: lambda node, indices: not self.truth(node.operand, indices),
            Conditional: self._conditional,
            Call: self._call,
            ParameterRef: self._parameter,
            VariableRef: self._variable,
            ExpressionRef: self._expression,
        }

    # entry points

    def value(self, node: Node, indices: Indices) -> Any:
        """Number, element, tuple, truth or value of the algebra."""
        try:
            visit = self._visit[type(node)]
        except KeyError:
            raise SolverError(f"{type(node).__name__} can't stand here") from None
        return visit(node, indices)

    def number(self, node: Node, indices: Indices) -> Any:
        """As `value`, where text, tuples and truths are errors."""
        value = self.value(node, indices)
        if isinstance(value, str | tuple | bool):
            raise DataError(f"{value!r} is not a number", remedy="only integer elements are numbers")
        return value

    def truth(self, node: Node, indices: Indices) -> bool:
        """A condition on data."""
        return bool(self.value(node, indices))

    def at(self, place: str, family: Family, row: int, node: Node) -> Any:
        """Value of a family's tree at one row; an error says which.

        Raises:
            DataError: No value exists there.
        """
        key = family.keys[row]
        try:
            return self.value(node, dict(zip(family.names, key, strict=True)))
        except QuintetError as error:
            raise located(error, place, key) from None

    def rows(self, generators: Sequence[Generator], indices: Indices) -> Iterator[Indices]:
        """Run through `for … in … if …`; yields `indices` itself, changed: read it before going on."""
        return self._members.rows(generators, indices)

    def key(self, subscripts: Sequence[Node], indices: Indices) -> Key:
        """Subscripts as elements."""
        return tuple(as_element(self.value(node, indices)) for node in subscripts)

    # references

    def _member(self, node: Member, indices: Indices) -> bool:
        value = self.value(node.item, indices)
        items = value if isinstance(value, tuple) else (value,)
        key = tuple(as_element(item) for item in items)
        return (key in self._members.selection(node.domain, indices).places) != node.negated

    def _parameter(self, node: ParameterRef, indices: Indices) -> Any:
        data = self.model.parameters[node.name]
        if node.name not in self._parameters:
            elements = data.family.universe.elements
            listed = data.values.tolist() if data.ids is None else [elements[i] for i in data.ids.tolist()]
            self._parameters[node.name] = listed
        return self._parameters[node.name][row_of(data.family, node.name, self.key(node.subscripts, indices))]

    def _variable(self, node: VariableRef, indices: Indices) -> Any:
        family = self.model.variables[node.name].family
        return self.algebra.variable(node.name, row_of(family, node.name, self.key(node.subscripts, indices)))

    def _expression(self, node: ExpressionRef, indices: Indices) -> Any:
        data = self.model.expressions[node.name]
        row = row_of(data.family, node.name, self.key(node.subscripts, indices))
        if (node.name, row) not in self._named:
            value = self.at(f"expressions.{node.name}", data.family, row, data.tree)
            plain = data.data or is_number(value)
            self._named[node.name, row] = value if plain else self.algebra.named(node.name, row, value)
        return self._named[node.name, row]

    # arithmetic

    def _tuple(self, node: TupleOf, indices: Indices) -> tuple[Any, ...]:
        return tuple(self.value(item, indices) for item in node.items)

    def _negate(self, node: Negate, indices: Indices) -> Any:
        value = self.number(node.operand, indices)
        return -value if is_number(value) else self.algebra.product([-1, value])

    def _sum(self, node: Sum, indices: Indices) -> Any:
        return self._total([self.number(term, indices) for term in node.terms])

    def _total(self, terms: list[Any]) -> Any:
        return sum(terms) if all(map(is_number, terms)) else self.algebra.total(terms)

    def _product(self, node: Product, indices: Indices) -> Any:
        return self._multiply([self.number(factor, indices) for factor in node.factors])

    def _multiply(self, factors: list[Any]) -> Any:
        if not all(map(is_number, factors)):
            return self.algebra.product(factors)
        return guarded("a product", math.prod, [float(f) if abs(f) > 2**53 else f for f in factors])

    def _quotient(self, node: Quotient, indices: Indices) -> Any:
        numerator, denominator = self.number(node.numerator, indices), self.number(node.denominator, indices)
        if is_number(denominator) and denominator == 0:
            raise DataError("division by 0")
        if is_number(numerator) and is_number(denominator):
            return guarded("a quotient", operator.truediv, numerator, denominator)
        return self.algebra.quotient(numerator, denominator)

    def _integral(self, node: Integral, indices: Indices) -> Any:
        left, right = self.number(node.left, indices), self.number(node.right, indices)
        if right == 0:
            raise DataError(f"division by 0 in {node.operator}")
        return left // right if node.operator == "//" else left % right

    def _power(self, node: Power, indices: Indices) -> Any:
        base, exponent = self.number(node.base, indices), self.number(node.exponent, indices)
        if not (is_number(base) and is_number(exponent)):
            return self.algebra.power(base, exponent)
        return guarded(f"{base:g} ** {exponent:g}", math.pow, float(base), float(exponent))

    def _conditional(self, node: Conditional, indices: Indices) -> Any:
        return self.value(node.then if self.truth(node.condition, indices) else node.otherwise, indices)

    def _compare(self, node: Compare, indices: Indices) -> bool:
        values = [self.value(operand, indices) for operand in node.operands]
        links = zip(node.operators, values, values[1:], strict=False)
        return all(compared(sign, left, right) for sign, left, right in links)

    # calls

    def _call(self, node: Call, indices: Indices) -> Any:
        name = node.function
        if name in REDUCTIONS:
            return self._reduction(name, self.arguments(node, indices))
        if name in STEPS or name in ("ord", "first", "last", "card"):
            return self._ordered(node, indices)
        if name in UNARY or name in ("floor", "ceil"):
            return self._function(name, self.number(node.arguments[0], indices))
        if name == "holds":
            return self._holds(node, indices)
        if name == "piecewise":
            return self._piecewise(node, indices)
        raise unsupported(name)

    def arguments(self, node: Call, indices: Indices) -> list[Any]:
        """The numbers of an argument list, or of its one comprehension."""
        found: list[Any] = []
        for argument in spread(node):
            if isinstance(argument, Comprehension):
                body = argument.body
                found += [self.number(body, inner) for inner in self.rows(argument.generators, indices)]
            else:
                found.append(self.number(argument, indices))
        return found

    def _reduction(self, name: str, values: list[Any]) -> Any:
        if name == "sum":
            return self._total(values)
        if name == "prod":
            return self._multiply(values)
        if not values:
            raise DataError(f"{name} of nothing", remedy="let its filter leave at least one element")
        if all(map(is_number, values)):
            return min(values) if name == "min" else max(values)
        return self.algebra.call(name, values)

    def _function(self, name: str, value: Any) -> Any:
        if not is_number(value):
            return self.algebra.call(name, [value])
        function = abs if name == "abs" else getattr(math, name)
        return guarded(f"{name}({value:g})", function, value)

    def _holds(self, node: Call, indices: Indices) -> Any:
        if varying(self.model, node):
            return self.algebra.call("holds", [])
        return int(self.truth(node.arguments[0], indices))

    def _piecewise(self, node: Call, indices: Indices) -> Any:
        value, (xs, ys) = self.number(node.arguments[0], indices), breakpoints(self, node, indices)
        ends = {name: self.number(slope, indices) for name, slope in node.keywords}
        left, right = ends.get("left"), ends.get("right")
        if is_number(value):
            return interpolate(value, xs, ys, left, right)
        return self.algebra.call("piecewise", [value, xs, ys, left, right])

    def _ordered(self, node: Call, indices: Indices) -> Any:
        members = self._members.selection(node.arguments[0], indices)
        if node.function == "card":
            return len(members.keys)
        if node.function in ("first", "last"):
            if not members.keys:
                raise DataError(f"{node.function} of an empty set")
            return _bare(members.keys[0 if node.function == "first" else -1])
        value = self.value(node.arguments[1], indices)
        key = value if isinstance(value, tuple) else (as_element(value),)
        if node.function == "ord":
            return members.place(key) + 1
        sign, circular = STEPS[node.function]
        distance = self.number(node.arguments[2], indices) if len(node.arguments) > 2 else 1
        if distance != int(distance):
            raise DataError(f"{distance:g} steps are not whole")
        return _bare(members.step(key, sign * int(distance), circular))


def spread(node: Call) -> Sequence[Node]:
    """The arguments of a reduction; those of one list are the arguments themselves."""
    first = node.arguments[0]
    return first.items if len(node.arguments) == 1 and isinstance(first, ListOf) else node.arguments


def unsupported(function: str) -> SolverError:
    """The error for a function that this route does not take."""
    group = FUNCTIONS[function].group if function in FUNCTIONS else "unknown"
    message = f"the nonlinear route does not take {function}(…) ({group})"
    return SolverError(message, remedy="write it with binaries")


def located(error: QuintetError, place: str, key: Key) -> QuintetError:
    """The error with the row it arose in; one that has its place already stays as it is."""
    if error.place:
        return error
    kind = type(error) if type(error) in (DataError, SolverError) else DataError
    return kind(error.message, place=place_of(place, key), remedy=error.remedy)


def _bare(key: Key) -> Any:
    return key[0] if len(key) == 1 else key
