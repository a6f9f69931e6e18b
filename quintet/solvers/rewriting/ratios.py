"""Constraints with a ratio in them, multiplied by its denominator where that has one sign.

`N / D <= r` becomes `N <= r * D` if D is positive and `N >= r * D` if it is negative, so that a
linear share (`a / (a + b) >= 0.3`) stays linear.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from quintet.formulation.model import ConstraintData, Model
from quintet.formulation.tree import (
    Compare,
    ExpressionRef,
    Negate,
    Node,
    Number,
    Product,
    Quotient,
    Sum,
)
from quintet.solvers.rows.scoping import substituted, varying

MIRRORED = {"<=": ">=", ">=": "<=", "==": "=="}
ROUNDS = 8
"""Most denominators of one constraint that are multiplied out."""

Scale = Callable[[Node, ConstraintData], float]
"""What the rows may be multiplied by besides the denominator; it has the denominator's sign, and is 0
if that is not the same at every row. It makes up for a denominator far below 1, beside which a solver's
tolerance would be large."""


def cleared(model: Model, constraint: ConstraintData, scale: Scale) -> ConstraintData:
    """The constraint without the ratios that stand in its sums and can be multiplied out.

    Args:
        model: The model it belongs to.
        constraint: A constraint; anything but a comparison is left as it is.
        scale: Finds sign and scale of a denominator.
    """
    tree = constraint.tree
    if not isinstance(tree, Compare) or not set(tree.operators) <= set(MIRRORED):
        return constraint
    for _ in range(ROUNDS):
        opened = Compare(tuple(_inlined(model, o) for o in tree.operands), tree.operators, at=tree.at)
        denominator = next(filter(None, (_denominator(model, o) for o in opened.operands)), None)
        factor = scale(denominator, constraint) if denominator is not None else 0.0
        if denominator is None or factor == 0:
            break
        tree = _multiplied(opened, denominator, factor)
    return replace(constraint, tree=tree)


def _multiplied(tree: Compare, denominator: Node, factor: float) -> Compare:
    operands = tuple(scaled(_times(operand, denominator), abs(factor)) for operand in tree.operands)
    signs = tree.operators if factor > 0 else tuple(MIRRORED[sign] for sign in tree.operators)
    return Compare(operands, signs, at=tree.at)


def scaled(node: Node, factor: float) -> Node:
    """`factor * node`."""
    return node if factor == 1 or node == Number(0) else Product((Number(factor), node))


def _denominator(model: Model, node: Node) -> Node | None:
    """The first denominator with variables that a product with it would cancel."""
    if isinstance(node, Quotient):
        if varying(model, node.denominator):
            return node.denominator
        return _denominator(model, node.numerator)
    if isinstance(node, Negate):
        return _denominator(model, node.operand)
    parts = node.terms if isinstance(node, Sum) else node.factors if isinstance(node, Product) else ()
    return next(filter(None, (_denominator(model, part) for part in parts)), None)


def _times(node: Node, denominator: Node) -> Node:
    """`node * denominator`, simplified where the denominator cancels."""
    if isinstance(node, Negate):
        return Negate(_times(node.operand, denominator), at=node.at)
    if isinstance(node, Sum):
        return Sum(tuple(_times(term, denominator) for term in node.terms), at=node.at)
    if isinstance(node, Quotient):
        if node.denominator == denominator:
            return node.numerator
        return Quotient(_times(node.numerator, denominator), node.denominator, at=node.at)
    if isinstance(node, Product):
        return _product_times(node, denominator)
    if isinstance(node, Number) and node.value == 0:
        return node
    return Product((node, denominator), at=node.at)


def _product_times(node: Product, denominator: Node) -> Product:
    for place, factor in enumerate(node.factors):
        if _cancels(factor, denominator):
            rest = (*node.factors[:place], _times(factor, denominator), *node.factors[place + 1 :])
            return Product(rest, at=node.at)
    return Product((*node.factors, denominator), at=node.at)


def _cancels(node: Node, denominator: Node) -> bool:
    if isinstance(node, Quotient):
        return node.denominator == denominator or _cancels(node.numerator, denominator)
    if isinstance(node, Negate):
        return _cancels(node.operand, denominator)
    parts = node.terms if isinstance(node, Sum) else node.factors if isinstance(node, Product) else ()
    return any(_cancels(part, denominator) for part in parts)


def _inlined(model: Model, node: Node) -> Node:
    """Named expressions opened where they are sums with a ratio in them."""
    if isinstance(node, ExpressionRef) and not model.expressions[node.name].data:
        data = model.expressions[node.name]
        tree = _inlined(model, data.tree)
        if _denominator(model, tree) is None:
            return node
        return substituted(tree, dict(zip(data.family.names, node.subscripts, strict=True)))
    if isinstance(node, Negate):
        return replace(node, operand=_inlined(model, node.operand))
    if isinstance(node, Sum):
        return replace(node, terms=tuple(_inlined(model, term) for term in node.terms))
    if isinstance(node, Product):
        return replace(node, factors=tuple(_inlined(model, factor) for factor in node.factors))
    return node
