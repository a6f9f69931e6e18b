"""Which expressions can only take whole values."""

from __future__ import annotations

import numpy as np

from quintet.formulation.model import Model
from quintet.formulation.tree import (
    Call,
    Comprehension,
    Conditional,
    Element,
    ExpressionRef,
    IndexRef,
    Integral,
    Negate,
    Node,
    Number,
    ParameterRef,
    Power,
    Product,
    Sum,
    VariableRef,
)


def is_integral(node: Node, model: Model) -> bool:
    """Whether `node` takes whole values only: whole data times integer variables, added up."""
    if isinstance(node, Number):
        return float(node.value).is_integer()
    if isinstance(node, IndexRef | Element):
        return True
    if isinstance(node, ParameterRef):
        values = model.parameters[node.name].values
        return bool(np.all(values == np.floor(values)))
    if isinstance(node, VariableRef):
        return model.variables[node.name].integral
    if isinstance(node, ExpressionRef):
        return is_integral(model.expressions[node.name].tree, model)
    return all(is_integral(part, model) for part in _whole_parts(node)) and bool(_whole_parts(node))


def _whole_parts(node: Node) -> tuple[Node, ...]:
    """The parts that must be whole for `node` to be whole; empty if it need not be even then."""
    if isinstance(node, Negate):
        return (node.operand,)
    if isinstance(node, Sum):
        return node.terms
    if isinstance(node, Product):
        return node.factors
    if isinstance(node, Integral):
        return (node.left, node.right)
    if isinstance(node, Conditional):
        return (node.then, node.otherwise)
    if isinstance(node, Comprehension):
        return (node.body,)
    if isinstance(node, Call) and node.function in ("sum", "prod", "min", "max", "abs", "floor", "ceil"):
        return (Number(0),) if node.function in ("floor", "ceil") else node.arguments
    return _power_parts(node)


def _power_parts(node: Node) -> tuple[Node, ...]:
    if not isinstance(node, Power) or not isinstance(node.exponent, Number):
        return ()
    exponent = node.exponent.value
    return (node.base,) if exponent >= 0 and float(exponent).is_integer() else ()
