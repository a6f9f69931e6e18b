"""Which models CP-SAT is asked for first; needs no OR-Tools to say so."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from quintet.formulation.functions import FUNCTIONS
from quintet.formulation.model import Model
from quintet.formulation.tolerances import INFINITE
from quintet.formulation.tree import And, Call, Compare, Node, Not, Or, walk
from quintet.solvers.cp.data import Data


def suits(model: Model) -> bool:
    """Whether all decisions are whole and bounded, and logic, `!=` or a shape of decisions occurs."""
    return _is_bounded(model) and _is_logical(model)


def _is_bounded(model: Model) -> bool:
    return all(
        variable.integral and bool(np.all(np.abs([variable.lower, variable.upper]) < INFINITE))
        for variable in model.variables.values()
        if len(variable.family)
    )


def _is_logical(model: Model) -> bool:
    data = Data(model)
    return any(_of_logic(node, data) for tree in _trees(model) for node in walk(tree))


def _trees(model: Model) -> Iterator[Node]:
    yield from (constraint.tree for constraint in model.constraints.values())
    yield from (expression.tree for expression in model.expressions.values() if not expression.data)
    yield from (objective.tree for objective in model.objectives if objective.tree is not None)


def _of_logic(node: Node, data: Data) -> bool:
    if isinstance(node, Compare):
        found = "!=" in node.operators
    elif isinstance(node, Call):
        found = FUNCTIONS[node.function].group in ("logic", "shape")
    else:
        found = isinstance(node, And | Or | Not)
    return found and data.varies(node)
