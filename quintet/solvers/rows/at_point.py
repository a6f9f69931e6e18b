"""Values at a point by the row-by-row route: the objective, and how far rows are from holding."""

from __future__ import annotations

import math
from typing import cast

from quintet.errors import DataError
from quintet.formulation.model import Model, Point
from quintet.solvers.rows.links import Link, links
from quintet.solvers.rows.walker import Algebra, Indices, Walker


class AtPoint:
    """A model at a point.

    Args:
        model: The bound model.
        point: Values of all its variables.
    """

    def __init__(self, model: Model, point: Point) -> None:
        self._model = model
        self._walker = Walker(model, cast(Algebra, _Numbers(point)))

    def objective(self) -> float:
        """Value of the only objective, 0 for `satisfy`.

        Raises:
            DataError: It has no value there.
        """
        trees = [data.tree for data in self._model.objectives if data.tree is not None]
        return float(self._walker.number(trees[0], {})) if trees else 0.0

    def violation(self) -> float:
        """The largest violation of a constraint, relative to its sides; infinite if one has no value."""
        try:
            return max((self._of(name) for name in self._model.constraints), default=0.0)
        except DataError:  # a division by 0 or a logarithm of 0: nothing worse can be said of a point
            return math.inf

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


class _Numbers:
    """Variables are numbers here, so that the walker needs no other arithmetic than its own."""

    def __init__(self, point: Point) -> None:
        self._values = {name: values.tolist() for name, values in point.items()}

    def variable(self, name: str, row: int) -> float:
        """The value."""
        return self._values[name][row]
