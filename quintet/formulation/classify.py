"""What kind of model it is, from the degrees of its expressions in the decision variables."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import singledispatch

import numpy as np

from quintet.formulation.model import Model, ProblemClass
from quintet.formulation.schema import Domain
from quintet.formulation.tree import (
    Call,
    Compare,
    Comprehension,
    Conditional,
    ExpressionRef,
    Negate,
    Node,
    Number,
    ParameterRef,
    Power,
    Product,
    Quotient,
    Sum,
    VariableRef,
    children,
)

NONLINEAR = 3
"""Degree of whatever is more than quadratic, or not a polynomial."""


def degree(node: Node, model: Model) -> int | None:
    """Degree of a resolved expression in the decision variables: 0, 1, 2, or None beyond.

    Filters, subscripts and conditions are data. `min`, `max`, `abs` and logic of variables count
    as nonlinear until they are rewritten. The degree is structural: `x * y` with a coefficient
    that is 0 is quadratic. Exponents may be data, also indexed; all their values count.

    Args:
        node: Resolved tree.
        model: The model it belongs to.
    """
    found = _degree(node, model)
    return found if found < NONLINEAR else None


def classify(model: Model) -> ProblemClass:
    """The class of a bound model; QP has a quadratic objective, QCQP quadratic rows."""
    objective = max((_degree(o.tree, model) for o in model.objectives if o.tree is not None), default=0)
    rows = max((_statement(c.tree, model) for c in model.constraints.values() if len(c.family)), default=0)
    return _CLASSES[_shape(objective, rows), _discrete(model)]


def _shape(objective: int, rows: int) -> str:
    if max(objective, rows) >= NONLINEAR:
        return "nonlinear"
    if rows == 2:
        return "quadratic rows"
    return "quadratic" if objective == 2 else "linear"


_CLASSES = {
    ("linear", False): ProblemClass.LP,
    ("linear", True): ProblemClass.MILP,
    ("quadratic", False): ProblemClass.QP,
    ("quadratic", True): ProblemClass.MIQP,
    ("quadratic rows", False): ProblemClass.QCQP,
    ("quadratic rows", True): ProblemClass.MIQCQP,
    ("nonlinear", False): ProblemClass.NLP,
    ("nonlinear", True): ProblemClass.MINLP,
}


def _discrete(model: Model) -> bool:
    return any(v.domain is not Domain.CONTINUOUS and len(v.family) for v in model.variables.values())


def _statement(node: Node, model: Model) -> int:
    """Degree of a constraint; logic that holds variables is nonlinear, as `!=` is."""
    if isinstance(node, Conditional):
        return max(_statement(node.then, model), _statement(node.otherwise, model))
    operands = max(_degree(part, model) for part in children(node))
    if operands and (not isinstance(node, Compare) or "!=" in node.operators):
        return NONLINEAR
    return operands


@singledispatch
def _degree(node: Node, model: Model) -> int:
    """Whatever is not named below: constant if all its parts are, nonlinear if one is not."""
    return NONLINEAR if _highest(children(node), model) else 0


def _highest(nodes: Iterable[Node], model: Model) -> int:
    return max((_degree(node, model) for node in nodes), default=0)


@_degree.register
def _(node: VariableRef, model: Model) -> int:
    return 1


@_degree.register
def _(node: ExpressionRef, model: Model) -> int:
    entry = model.expressions[node.name]
    return 0 if entry.data else _degree(entry.tree, model)


@_degree.register(Negate)
@_degree.register(Sum)
def _(node: Negate | Sum, model: Model) -> int:
    return _highest(children(node), model)


@_degree.register
def _(node: Comprehension, model: Model) -> int:
    return _degree(node.body, model)


@_degree.register
def _(node: Conditional, model: Model) -> int:
    return max(_degree(node.then, model), _degree(node.otherwise, model))


@_degree.register
def _(node: Product, model: Model) -> int:
    return min(NONLINEAR, sum(_degree(factor, model) for factor in node.factors))


@_degree.register
def _(node: Quotient, model: Model) -> int:
    return NONLINEAR if _degree(node.denominator, model) else _degree(node.numerator, model)


@_degree.register
def _(node: Power, model: Model) -> int:
    base = _degree(node.base, model)
    if _degree(node.exponent, model):
        return NONLINEAR
    exponents = _constants(node.exponent, model) if base else {0.0}
    if exponents is None or not exponents <= {0.0, 1.0, 2.0}:
        return NONLINEAR if base else 0
    return min(NONLINEAR, base * int(max(exponents, default=0.0)))


@_degree.register
def _(node: Call, model: Model) -> int:
    inner = _highest(node.arguments, model)
    if node.function == "sum":
        return inner
    return NONLINEAR if inner else 0


def _constants(node: Node, model: Model) -> set[float] | None:
    """Every value that a data expression can take; None if that is not plain to see."""
    if isinstance(node, Number):
        return {float(node.value)}
    if isinstance(node, ParameterRef):
        return set(np.unique(model.parameters[node.name].values).tolist())
    if isinstance(node, Conditional):
        return _united(_constants(node.then, model), _constants(node.otherwise, model))
    if isinstance(node, Negate):
        return _each(_constants(node.operand, model), lambda value: -value)
    return None


def _united(first: set[float] | None, second: set[float] | None) -> set[float] | None:
    return None if first is None or second is None else first | second


def _each(values: set[float] | None, change: Callable[[float], float]) -> set[float] | None:
    return None if values is None else {change(value) for value in values}
