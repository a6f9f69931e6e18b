"""Marginal values around a solution, whole decisions held."""

from __future__ import annotations

from quintet.formulation.model import Model
from quintet.formulation.tree import Node, Quotient, walk
from quintet.solvers.arrays import Arrays
from quintet.solvers.convexity import is_convex
from quintet.solvers.matrix import BeyondMatrix, compile
from quintet.solvers.options import Options
from quintet.solvers.rewrite import rewrite
from quintet.solvers.rows.scoping import varying
from quintet.solvers.sensitivity.asked import LIMIT, Asked, silent
from quintet.solvers.sensitivity.cone import NotOptimal
from quintet.solvers.sensitivity.local import Local, completed, fixed
from quintet.solvers.sensitivity.result import (
    Price,
)
from quintet.solvers.solution import Solution


def local_at(model: Model, solution: Solution, arrays: Arrays, asked: Asked) -> Local | None:
    """What holds around a solution, whole decisions held; None if no linear program can tell.

    Args:
        model: The model.
        solution: Its solution, with a point.
        arrays: The matrix form of the model, or of what it was rewritten to.
        asked: Options and limits.
    """
    if len(arrays.products) and not is_convex(arrays.products, arrays.columns, arrays.direction):
        return None
    assert solution.point is not None, "a solved model has a point"
    foreign = frozenset(name for name, entry in model.constraints.items() if _is_ratio(model, entry.tree))
    try:
        x = completed(arrays, model.flat(solution.point), asked.options)
        return Local(
            model, fixed(arrays, x), x, asked.options, asked.limit, foreign, asked.tell, asked.patience
        )
    except NotOptimal:
        return None


def marginal_prices(model: Model, solution: Solution, limit: int = LIMIT) -> tuple[Price, ...]:
    """Prices of all limits at a solution, whole decisions held, without how far they hold.

    Args:
        model: A model of one objective.
        solution: Its solution, with a point.
        limit: Most limits with two prices that are worked out.

    Returns:
        Empty where no linear program can tell: nonlinear constraints, or a plan that is not optimal.
    """
    try:
        arrays = compile(rewrite(model))
    except BeyondMatrix:
        return ()
    asked = Asked(model, solution, Options(), (), None, limit, 0, silent)
    local = local_at(model, solution, arrays, asked)
    return () if local is None else local.prices(ranges=False)


def _is_ratio(model: Model, tree: Node) -> bool:
    parts = walk(tree)
    return any(isinstance(part, Quotient) and varying(model, part.denominator) for part in parts)
