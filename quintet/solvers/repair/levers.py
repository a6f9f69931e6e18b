"""Which parameter holds the side of a limit, and what value would make the side what it has to be."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from quintet.errors import QuintetError
from quintet.formulation.catalogue import ModelCatalogue
from quintet.formulation.environment import Indices
from quintet.formulation.model import Ids, Key, Model
from quintet.formulation.point import ModelEnvironment
from quintet.formulation.scalar import compile_scalar
from quintet.formulation.tolerances import agree
from quintet.formulation.tree import (
    Comprehension,
    ExpressionRef,
    Node,
    ParameterRef,
    Product,
    VariableRef,
    walk,
)
from quintet.solvers.diagnosis.limit import LimitKind
from quintet.solvers.repair.elastic import Give
from quintet.solvers.repair.relaxation import Setting
from quintet.solvers.repair.sides import Side

EXACT = 1e-12
"""Relative difference of a side computed with the new value from what was asked."""


@dataclass(frozen=True)
class Spots:
    """The values of one parameter that set the limits of a family.

    Args:
        parameter: Its name.
        sign: 1 if raising a value loosens the limit, else -1.
        subscripts: Of the parameter, over the family's index names.
        rows: Per limit, the row of the parameter.
    """

    parameter: str
    sign: int
    subscripts: tuple[Node, ...]
    rows: Ids = field(repr=False)


class Levers:
    """Finds parameters behind the sides of a model's limits.

    Args:
        model: The model.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._environment = ModelEnvironment(model)
        self._catalogue = ModelCatalogue(model)

    def setting(self, give: Give, row: int, side: Side, target: float) -> Setting | None:
        """The one value of one given parameter that makes the side `target`.

        None where the side is computed from several values, or from none.
        """
        tree, indices = self._tree(give, side), _indices(give, row)
        references = [part for part in walk(tree) if isinstance(part, ParameterRef)] if tree else []
        if tree is None or len(set(references)) != 1 or any(map(_is_wide, walk(tree))):
            return None
        name = references[0].name
        if not self._given(name):
            return None
        key = tuple(compile_scalar(part, self._environment)(indices) for part in references[0].subscripts)
        return self._solved(tree, indices, name, key, target)

    def spots(self, give: Give, stem: str) -> Spots | None:
        """The parameter that is itself the side of every limit of a family; None if there is none."""
        sides = give.sides[stem]
        trees = {self._tree(give, side) for side in sides}
        tree = trees.pop() if len(trees) == 1 else None
        signs = {side.sign for side in sides}
        if not isinstance(tree, ParameterRef) or not self._given(tree.name) or len(signs) != 1:
            return None
        runs = [compile_scalar(part, self._environment) for part in tree.subscripts]
        position = self._model.parameters[tree.name].family.position
        found = (_indices(give, row) for row in range(len(give)))
        rows = [position[tuple(run(indices) for run in runs)] for indices in found]
        return Spots(tree.name, signs.pop(), tree.subscripts, np.array(rows, dtype=np.int64))

    def _given(self, name: str) -> bool:
        declared = self._model.formulation.parameters.get(name)
        return declared is not None and declared.expression is None and declared.within is None

    def _tree(self, give: Give, side: Side) -> Node | None:
        """The side as the document has it; that of a bound is a text there."""
        if give.kind is LimitKind.CONSTRAINT:
            return side.tree
        declared = self._model.formulation.variables[give.name]
        text = declared.lower if give.kind is LimitKind.LOWER else declared.upper
        if not isinstance(text, str):
            return None
        indices = self._catalogue.rows(give.name)[1]
        return self._catalogue.tree(text, f"variables.{give.name}", indices)

    def _solved(self, tree: Node, indices: Indices, name: str, key: Key, target: float) -> Setting | None:
        """By the secant through the value now: exact where the side is affine in it, and checked."""
        parameter = self._model.parameters[name]
        before = float(parameter.values[parameter.family.position[key]])
        step = max(1.0, abs(before))
        here, there = (self._at(tree, indices, name, key, value) for value in (before, before + step))
        if here is None or there is None or here == there:
            return None
        after = before + (target - here) * step / (there - here)
        after = float(np.round(after, 9)) if agree(after, float(np.round(after, 9)), EXACT) else after
        reached = self._at(tree, indices, name, key, after)
        if reached is None or not agree(reached, target, EXACT):
            return None
        return Setting(name, key, before, after, parameter.unit)

    def _at(self, tree: Node, indices: Indices, name: str, key: Key, value: float) -> float | None:
        parameter = self._model.parameters[name]
        values = parameter.values.copy()
        values[parameter.family.position[key]] = value
        changed = {**self._model.parameters, name: replace(parameter, values=values)}
        environment = ModelEnvironment(replace(self._model, parameters=changed))
        try:
            return float(compile_scalar(tree, environment)(indices))
        except QuintetError:  # no value there: no lever either
            return None

    def unit(self, give: Give, row: int, side: Side) -> str:
        """The unit of a limit where it can be read off its data or its decisions."""
        if give.kind is not LimitKind.CONSTRAINT:
            return self._model.variables[give.name].unit
        if side.tree is not None:
            units = {
                self._model.parameters[p.name].unit for p in walk(side.tree) if isinstance(p, ParameterRef)
            }
            if len(units) == 1 and not any(isinstance(part, Product) for part in walk(side.tree)):
                return units.pop()
        parts = list(walk(give.entry.tree))
        units = {self._model.variables[part.name].unit for part in parts if isinstance(part, VariableRef)}
        plain = not any(isinstance(part, Product | ExpressionRef) for part in parts)
        return units.pop() if len(units) == 1 and plain else ""


def _indices(give: Give, row: int) -> Indices:
    family = give.entry.family
    return dict(zip(family.names, family.keys[row], strict=True))


def _is_wide(part: Node) -> bool:
    """Whether a part may read several values: a sum over an index, or a named expression."""
    return isinstance(part, Comprehension | ExpressionRef)
