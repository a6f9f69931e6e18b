"""The top-level terms of an expression: `a·x` for every a and x, as far as they can be told apart.

A row's violation is measured against its largest term, and a sum of its terms is exact (`fsum`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import singledispatch
from typing import Protocol, TypeAlias

from quintet.errors import DataError
from quintet.formulation.environment import Environment, Indices
from quintet.formulation.model import Key
from quintet.formulation.scalar import collect, compile_key, compile_number, compile_scalar, expand
from quintet.formulation.tree import (
    Call,
    Comprehension,
    Conditional,
    ExpressionRef,
    Negate,
    Node,
    Number,
    Product,
    Quotient,
    Sum,
    walk,
)
from quintet.formulation.truth import varying

Terms: TypeAlias = Callable[[Indices], list[float]]


class PointEnvironment(Environment, Protocol):
    """An environment that also gives the terms of named expressions."""

    def addends(self, name: str) -> Mapping[Key, list[float]]:
        """Terms by key."""
        ...


def total(terms: Sequence[float]) -> float:
    """The exact sum of `terms`, rounded once; NaN if infinities cancel.

    Raises:
        DataError: It is beyond the largest float.
    """
    try:
        return math.fsum(terms)
    except ValueError:
        return math.nan
    except OverflowError:
        raise DataError("a sum is too large") from None


def compile_addends(node: Node, environment: PointEnvironment) -> Terms:
    """Turn an expression into a function that gives its terms; data stay one term.

    Sums are opened, also under a sign, a data factor, a data divisor, a conditional and a name;
    anything else is one term.
    """
    if not _opens(node, environment):
        value = compile_number(node, environment)
        return lambda indices: [value(indices)]
    return _terms(node, environment)


def _opens(node: Node, environment: Environment) -> bool:
    return varying(node, environment) and any(isinstance(part, _OPEN) for part in walk(node))


_OPEN = (Sum, Call, ExpressionRef, Conditional)


@singledispatch
def _terms(node: Node, environment: PointEnvironment) -> Terms:
    value = compile_number(node, environment)
    return lambda indices: [value(indices)]


@_terms.register
def _(node: Sum, environment: PointEnvironment) -> Terms:
    parts = [compile_addends(term, environment) for term in node.terms]
    return lambda indices: [term for part in parts for term in part(indices)]


@_terms.register
def _(node: Negate, environment: PointEnvironment) -> Terms:
    terms = compile_addends(node.operand, environment)
    return lambda indices: [-term for term in terms(indices)]


@_terms.register
def _(node: Conditional, environment: PointEnvironment) -> Terms:
    condition = compile_scalar(node.condition, environment)
    then = compile_addends(node.then, environment)
    otherwise = compile_addends(node.otherwise, environment)
    return lambda indices: then(indices) if condition(indices) else otherwise(indices)


@_terms.register
def _(node: Product, environment: PointEnvironment) -> Terms:
    changing = [factor for factor in node.factors if varying(factor, environment)]
    if len(changing) != 1:
        return _single(node, environment)
    factors = [compile_number(f, environment) for f in node.factors if f is not changing[0]]
    terms = compile_addends(changing[0], environment)
    return lambda indices: _scaled(terms(indices), math.prod(factor(indices) for factor in factors))


def _single(node: Node, environment: PointEnvironment) -> Terms:
    value = compile_number(node, environment)
    return lambda indices: [value(indices)]


def _scaled(terms: Sequence[float], factor: float) -> list[float]:
    return [factor * term for term in terms]


@_terms.register
def _(node: Quotient, environment: PointEnvironment) -> Terms:
    if varying(node.denominator, environment):
        return _single(node, environment)
    reciprocal = compile_number(Quotient(Number(1), node.denominator), environment)
    terms = compile_addends(node.numerator, environment)
    return lambda indices: _scaled(terms(indices), reciprocal(indices))


@_terms.register
def _(node: ExpressionRef, environment: PointEnvironment) -> Terms:
    key, table = compile_key(node.subscripts, environment), environment.addends(node.name)
    value = compile_number(node, environment)

    def named(indices: Indices) -> list[float]:
        try:
            return table[key(indices)]
        except KeyError:
            return [value(indices)]  # raises: it knows the words for a key outside the index

    return named


@_terms.register
def _(node: Call, environment: PointEnvironment) -> Terms:
    body = node.arguments[0]
    if node.function != "sum" or not isinstance(body, Comprehension):
        return _single(node, environment)
    if not _opens(body.body, environment):
        return collect(body, environment)
    run, terms = expand(body.generators, environment), compile_addends(body.body, environment)
    return lambda indices: [term for _ in run(indices) for term in terms(indices)]
