"""Expression tree → closure over the current indices: plain Python arithmetic, one value at a time.

This is the evaluator that solvers' answers are judged by, so it shares nothing with the compilers
but the tree and the bound data. `bind` uses it for computed data.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import singledispatch
from typing import Any, TypeAlias

from quintet.errors import DataError
from quintet.formulation import arithmetic, generation, order, truth
from quintet.formulation.environment import Environment, Indices, Scalar
from quintet.formulation.functions import OF_SETS, ORDERED
from quintet.formulation.model import Key
from quintet.formulation.printer import to_text
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
    SetRef,
    Sum,
    Text,
    TupleOf,
    VariableRef,
    walk,
)

SHOWN = 60
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}
_ELEMENTS = (*ORDERED[:-1], "first", "last")
_References: TypeAlias = ParameterRef | VariableRef | ExpressionRef


def compile_scalar(node: Node, environment: Environment) -> Scalar:
    """Turn a resolved expression into a function of the current indices.

    Args:
        node: Resolved tree; conditions of data compare exactly, those with variables within tolerance.
        environment: Where names lead to; asked now for whole sets, parameters and variables.

    Returns:
        A function `indices → number, element, tuple or truth` that raises DataError (with the
        expression and its indices, without the place in the document) where no value exists.
    """
    return _build(node, environment)


def expand(
    generators: Sequence[Generator], environment: Environment
) -> Callable[[Indices], Iterator[Indices]]:
    """Turn `for … in … if …` into a function that runs through all rows.

    The function takes the indices of the outside and yields, for every row in order, *the same*
    dictionary with the targets set: read it before the next row, copy it to keep it.
    """
    return generation.rows(generators, environment, compile_scalar)


def collect(node: Comprehension, environment: Environment) -> Callable[[Indices], list[Any]]:
    """The values of the body, one a row, as numbers."""
    body, run = compile_number(node.body, environment), expand(node.generators, environment)

    def values(indices: Indices) -> list[Any]:
        return [body(indices) for _ in run(indices)]

    return values


def compile_number(node: Node, environment: Environment) -> Scalar:
    """As `compile_scalar`, where the value must be a number."""
    run = _build(node, environment)
    if not _elemental(node, environment):
        return run
    return _placed(node, lambda indices: arithmetic.number(run(indices)))


def _elemental(node: Node, environment: Environment) -> bool:
    if isinstance(node, ParameterRef):
        return environment.symbolic(node.name)
    if isinstance(node, Call):
        return node.function in _ELEMENTS
    return isinstance(node, IndexRef | Element | Text | Conditional | TupleOf)


def _placed(node: Node, run: Scalar) -> Scalar:
    names = tuple(dict.fromkeys(part.name for part in walk(node) if isinstance(part, IndexRef)))

    def placed(indices: Indices) -> Any:
        try:
            return run(indices)
        except arithmetic.Undefined as error:
            place = f"{_shown(node)}{_at(names, indices)}"
            raise DataError(f"{error.message} in {place}", remedy=error.remedy) from None

    return placed


def _shown(node: Node) -> str:
    text = to_text(node)
    return f"'{text}'" if len(text) <= SHOWN else f"'{text[: SHOWN - 1]}…'"


def _at(names: Sequence[str], indices: Indices) -> str:
    known = [f"{name} = {indices[name]}" for name in names if name in indices]
    return f" at {', '.join(known)}" if known else ""


@singledispatch
def _build(node: Node, environment: Environment) -> Scalar:
    raise TypeError(f"{type(node).__name__} has no value")


@_build.register
def _(node: Number, environment: Environment) -> Scalar:
    return _constant(node.value)


@_build.register
def _(node: Text, environment: Environment) -> Scalar:
    return _constant(node.value)


@_build.register
def _(node: Element, environment: Environment) -> Scalar:
    return _constant(node.value)


def _constant(value: Any) -> Scalar:
    return lambda indices: value


@_build.register
def _(node: IndexRef, environment: Environment) -> Scalar:
    return operator.itemgetter(node.name)


@_build.register
def _(node: ParameterRef, environment: Environment) -> Scalar:
    return _lookup(node, environment.parameter(node.name), environment)


@_build.register
def _(node: VariableRef, environment: Environment) -> Scalar:
    return _lookup(node, environment.variable(node.name), environment)


@_build.register
def _(node: ExpressionRef, environment: Environment) -> Scalar:
    return _lookup(node, environment.expression(node.name), environment)


def _lookup(node: _References, table: Mapping[Key, Any], environment: Environment) -> Scalar:
    key = compile_key(node.subscripts, environment)

    def value(indices: Indices) -> Any:
        try:
            return table[key(indices)]
        except KeyError:
            raise _missing(node, key(indices)) from None

    return value


def _missing(node: _References, key: Key) -> DataError:
    shown = ", ".join(map(str, key))
    return DataError(
        f"{_shown(node)} is {node.name}[{shown}], which is outside its index",
        remedy="exclude it by a filter or by 'a if condition else b'",
    )


def compile_key(subscripts: Sequence[Node], environment: Environment) -> Callable[[Indices], Key]:
    """Subscripts as a function that gives the key."""
    names = [node.name for node in subscripts if isinstance(node, IndexRef)]
    if not subscripts:
        return lambda indices: ()
    if len(names) < len(subscripts):
        parts = [compile_scalar(node, environment) for node in subscripts]
        return lambda indices: tuple([part(indices) for part in parts])
    if len(names) > 1:
        return operator.itemgetter(*names)
    name = names[0]
    return lambda indices: (indices[name],)


@_build.register(TupleOf)
@_build.register(ListOf)
def _(node: TupleOf | ListOf, environment: Environment) -> Scalar:
    parts = [compile_scalar(item, environment) for item in node.items]
    return lambda indices: tuple([part(indices) for part in parts])


@_build.register
def _(node: SetRef, environment: Environment) -> Scalar:
    return generation.domain(node, environment, compile_scalar)


# arithmetic


@_build.register
def _(node: Negate, environment: Environment) -> Scalar:
    operand = compile_number(node.operand, environment)
    return lambda indices: -operand(indices)


@_build.register
def _(node: Sum, environment: Environment) -> Scalar:
    terms = [compile_number(term, environment) for term in node.terms]
    if len(terms) == 2:
        first, second = terms
        return lambda indices: first(indices) + second(indices)
    return lambda indices: sum(term(indices) for term in terms)


@_build.register
def _(node: Product, environment: Environment) -> Scalar:
    factors = [compile_number(factor, environment) for factor in node.factors]
    if len(factors) == 2:
        first, second = factors
        return lambda indices: first(indices) * second(indices)
    return _placed(node, lambda indices: arithmetic.product([factor(indices) for factor in factors]))


@_build.register
def _(node: Quotient, environment: Environment) -> Scalar:
    return _binary(node, node.numerator, node.denominator, arithmetic.divide, environment)


@_build.register
def _(node: Integral, environment: Environment) -> Scalar:
    function = arithmetic.divide_whole if node.operator == "//" else arithmetic.remainder
    return _binary(node, node.left, node.right, function, environment)


@_build.register
def _(node: Power, environment: Environment) -> Scalar:
    return _binary(node, node.base, node.exponent, arithmetic.power, environment)


def _binary(
    node: Node, left: Node, right: Node, function: Callable[[Any, Any], Any], environment: Environment
) -> Scalar:
    first, second = compile_number(left, environment), compile_number(right, environment)
    return _placed(node, lambda indices: function(first(indices), second(indices)))


@_build.register
def _(node: Conditional, environment: Environment) -> Scalar:
    condition = compile_scalar(node.condition, environment)
    then, otherwise = compile_scalar(node.then, environment), compile_scalar(node.otherwise, environment)
    return lambda indices: then(indices) if condition(indices) else otherwise(indices)


# conditions


@_build.register
def _(node: Compare, environment: Environment) -> Scalar:
    if truth.varying(node, environment):
        return truth.holds(node, environment, compile_scalar)
    operands = [compile_scalar(operand, environment) for operand in node.operands]
    tests = [COMPARISONS[sign] for sign in node.operators]
    if len(tests) == 1:
        test, (left, right) = tests[0], operands
        return _placed(node, lambda indices: _compare(test, left(indices), right(indices)))
    return _placed(node, lambda indices: _chain(tests, [operand(indices) for operand in operands]))


def _compare(test: Callable[[Any, Any], bool], left: Any, right: Any) -> bool:
    try:
        return test(left, right)
    except TypeError:
        raise arithmetic.Undefined(f"{left!r} and {right!r} have no order") from None


def _chain(tests: Sequence[Callable[[Any, Any], bool]], values: Sequence[Any]) -> bool:
    return all(
        _compare(test, left, right) for test, left, right in zip(tests, values[:-1], values[1:], strict=True)
    )


@_build.register
def _(node: Member, environment: Environment) -> Scalar:
    item = compile_scalar(node.item, environment)
    domain = generation.domain(node.domain, environment, compile_scalar)
    wanted = not node.negated

    def inside(indices: Indices) -> bool:
        value = item(indices)
        key = value if isinstance(value, tuple) else (value,)
        return (key in domain(indices).position) == wanted

    return inside


@_build.register(And)
@_build.register(Or)
@_build.register(Not)
def _(node: And | Or | Not, environment: Environment) -> Scalar:
    return truth.holds(node, environment, compile_scalar)


# calls


@_build.register
def _(node: Call, environment: Environment) -> Scalar:
    name = node.function
    if name in _REDUCTIONS:
        return _reduction(node, environment)
    if name in arithmetic.UNARY:
        function, operand = arithmetic.UNARY[name], compile_number(node.arguments[0], environment)
        return _placed(node, lambda indices: function(operand(indices)))
    if name in ORDERED or name in OF_SETS:
        return _placed(node, order.build(node, environment, compile_scalar))
    if name == "piecewise":
        return _placed(node, _piecewise(node, environment))
    if name == "holds":
        test = truth.holds(node.arguments[0], environment, compile_scalar)
        return lambda indices: int(test(indices))
    return truth.holds(node, environment, compile_scalar)


_REDUCTIONS: dict[str, Callable[[Sequence[Any]], Any]] = {
    "sum": sum,
    "prod": arithmetic.product,
    "min": arithmetic.least,
    "max": arithmetic.largest,
}


def _reduction(node: Call, environment: Environment) -> Scalar:
    function, values = _REDUCTIONS[node.function], arguments(node.arguments, environment)
    if node.function == "sum":
        return lambda indices: sum(values(indices))
    return _placed(node, lambda indices: function(values(indices)))


def arguments(nodes: Sequence[Node], environment: Environment) -> Callable[[Indices], list[Any]]:
    """The numbers of an argument list, or of its one comprehension or list."""
    if len(nodes) == 1 and isinstance(nodes[0], Comprehension):
        return collect(nodes[0], environment)
    if len(nodes) == 1 and isinstance(nodes[0], ListOf):
        nodes = nodes[0].items
    parts = [compile_number(node, environment) for node in nodes]
    return lambda indices: [part(indices) for part in parts]


def _piecewise(node: Call, environment: Environment) -> Scalar:
    value, points = compile_number(node.arguments[0], environment), _points(node.arguments[1], environment)
    slopes = {name: compile_number(slope, environment) for name, slope in node.keywords}

    def interpolated(indices: Indices) -> float:
        ends = {name: slope(indices) for name, slope in slopes.items()}
        xs, ys = zip(*points(indices), strict=True)
        return arithmetic.interpolate(value(indices), xs, ys, ends.get("left"), ends.get("right"))

    return interpolated


def _points(node: Node, environment: Environment) -> Callable[[Indices], Sequence[tuple[float, float]]]:
    if not isinstance(node, Comprehension):
        return compile_scalar(node, environment)
    body, run = compile_scalar(node.body, environment), expand(node.generators, environment)
    return lambda indices: [body(indices) for _ in run(indices)]
