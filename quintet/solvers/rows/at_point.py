"""Values at a point by the row-by-row route: the objective, and how far rows are from holding."""

from __future__ import annotations

import math
from typing import cast

import numpy as np

from quintet.errors import DataError
from quintet.formulation.evaluator import evaluate
from quintet.formulation.functions import FUNCTIONS
from quintet.formulation.model import Model, Point
from quintet.formulation.tree import Call, Compare, Node, walk
from quintet.solvers.rows.algebra import Algebra, Indices
from quintet.solvers.rows.links import Link, links
from quintet.solvers.rows.walker import Walker


class AtPoint:
    """A model at a point. One with logic or `piecewise` in it is left to the evaluator as a whole.

    Args:
        model: The bound model.
        point: Values of all its variables.
    """

    def __init__(self, model: Model, point: Point) -> None:
        self._model = model
        self._point = point
        self._walker = Walker(model, cast(Algebra, _Numbers(point)))
        self._judged = _is_beyond(model)

    def objective(self) -> float:
        """Value of the only objective, 0 for `satisfy`.

        Raises:
            DataError: It has no value there.
        """
        if self._judged:
            return evaluate(self._model, self._point).objectives[self._model.objectives[0].name]
        trees = [data.tree for data in self._model.objectives if data.tree is not None]
        return float(self._walker.number(trees[0], {})) if trees else 0.0

    def violation(self) -> float:
        """The largest violation of a constraint, relative to its sides; infinite if one has no value."""
        try:
            if self._judged:
                return self._worst()
            return max((self._of(name) for name in self._model.constraints), default=0.0)
        except DataError:  # a division by 0 or a logarithm of 0: nothing worse can be said of a point
            return math.inf

    def _worst(self) -> float:
        values = evaluate(self._model, self._point).constraints.values()
        return max((float(np.max(v.relative, initial=0.0)) for v in values), default=0.0)

    def _of(self, name: str) -> float:
        data, worst = self._model.constraints[name], 0.0
        for key in data.family.keys:
            indices = dict(zip(data.family.names, key, strict=True))
            for link in links(self._walker, data.tree, indices):
                worst = max(worst, self._excess(link, indices))
        return worst

    def _excess(self, link: Link, indices: Indices) -> float:
        left, right = self._walker.number(link.left, indices), self._walker.number(link.right, indices)
        difference = left - right
        distances = {"<": difference, "<=": difference, "==": abs(difference)}
        distance = distances.get(link.operator, -difference)
        return max(0.0, distance) / max(1.0, abs(left), abs(right))


def _is_beyond(model: Model) -> bool:
    """Whether a tree holds what the walker does not read: logic, `holds`, `piecewise`."""
    statements = [constraint.tree for constraint in model.constraints.values()]
    trees = [*statements, *(entry.tree for entry in model.expressions.values())]
    trees += [objective.tree for objective in model.objectives if objective.tree is not None]
    return any(not isinstance(tree, Compare) or "!=" in tree.operators for tree in statements) or any(
        _is_special(part) for tree in trees for part in walk(tree)
    )


def _is_special(node: Node) -> bool:
    return isinstance(node, Call) and FUNCTIONS[node.function].group in ("logic", "shape", "scheduling")


class _Numbers:
    """Variables are numbers here, so that the walker needs no other arithmetic than its own."""

    def __init__(self, point: Point) -> None:
        self._values = {name: values.tolist() for name, values in point.items()}

    def variable(self, name: str, row: int) -> float:
        """The value."""
        return self._values[name][row]
