"""The sides of comparisons, row by row: which is data, and what it is worth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from quintet.errors import DataError
from quintet.formulation.addends import compile_addends, total
from quintet.formulation.environment import Indices
from quintet.formulation.model import ConstraintData, Model
from quintet.formulation.point import ModelEnvironment
from quintet.formulation.scalar import compile_scalar
from quintet.formulation.softening import places
from quintet.formulation.tree import Compare, Conditional, Node
from quintet.solvers.rows.scoping import varying


@dataclass(frozen=True)
class Side:
    """What a deviation moves in one row.

    Args:
        tree: The side that is data; None if both hold decisions.
        value: What it is worth, or what is left of both sides where all decisions are 0; NaN where that has
            no value.
        sign: 1 if the deviation raises it, -1 if it lowers it.
        equation: Whether the comparison is an equation.
    """

    tree: Node | None
    value: float
    sign: int
    equation: bool

    @property
    def scale(self) -> float:
        """max(1, |value|): what an amount is measured against."""
        return max(1.0, abs(self.value)) if self.value == self.value else 1.0


class Sides:
    """Reads the sides of a model's comparisons.

    Args:
        model: The model.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._environment = ModelEnvironment(model)
        self._environment.move({name: np.zeros(len(v.family)) for name, v in model.variables.items()})
        self._runs: dict[Node, Callable[[Indices], float]] = {}

    def of(self, entry: ConstraintData, stem: str) -> list[Side]:
        """The sides that the deviation `stem` of a constraint moves, one a row."""
        keys = entry.family.keys
        return [self._of(entry, stem, dict(zip(entry.family.names, key, strict=True))) for key in keys]

    def _of(self, entry: ConstraintData, stem: str, indices: Indices) -> Side:
        tree = self._chosen(entry.tree, indices)
        found = {name: (place, down) for name, place, down in places(entry, tree)}
        if stem not in found:  # it belongs to the branch not taken
            return Side(None, np.nan, 1, False)
        place, down = found[stem]
        near, far = (tree.operands[0], tree.operands[1]) if place == 0 else tree.operands[:-3:-1]
        sign, equation = -1 if down else 1, "==" in tree.operators
        if not varying(self._model, near):
            return Side(near, self._value(near, indices), sign, equation)
        if not varying(self._model, far):
            return Side(far, self._value(far, indices), -sign, equation)
        left = self._value(far, indices) - self._value(near, indices)
        return Side(None, left, -sign, equation)

    def _chosen(self, tree: Node, indices: Indices) -> Compare:
        while isinstance(tree, Conditional):
            tree = tree.then if compile_scalar(tree.condition, self._environment)(indices) else tree.otherwise
        assert isinstance(tree, Compare)
        return tree

    def _value(self, node: Node, indices: Indices) -> float:
        if node not in self._runs:
            terms = compile_addends(node, self._environment)
            self._runs[node] = lambda at: total(terms(at))
        try:
            return float(self._runs[node](indices))
        except DataError:  # no value where all decisions are 0: a ratio, a logarithm
            return np.nan
