"""A bound model at a point, as the scalar evaluator's environment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from quintet.formulation.addends import compile_addends, total
from quintet.formulation.environment import Indices, Members
from quintet.formulation.integrality import is_integral
from quintet.formulation.model import Family, Key, Model, ParameterData, Point, SetData, SetFamilyData
from quintet.formulation.scalar import compile_scalar
from quintet.formulation.tree import Node


class Memo(dict[Key, Any]):
    """Values by key, worked out when first asked for. A key outside the family is a KeyError.

    Args:
        family: The keys.
    """

    def __init__(self, family: Family) -> None:
        super().__init__()
        self.family = family
        self.run: Callable[[Indices], Any] = _unready

    def __missing__(self, key: Key) -> Any:
        own = self.family.keys[self.family.position[key]]
        value = self[own] = self.run(dict(zip(self.family.names, own, strict=True)))
        return value


def _unready(indices: Indices) -> Any:
    raise RecursionError("a named expression is evaluated while it is being compiled")


class ModelEnvironment:
    """Where the names of a bound model lead to. `move` takes it to another point.

    Args:
        model: The bound model.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self._members: dict[tuple[str, Key], Members] = {}
        self._parameters: dict[str, Mapping[Key, Any]] = {}
        self._variables: dict[str, dict[Key, float]] = {name: {} for name in model.variables}
        self._addends: dict[str, Memo] = {}
        self._expressions: dict[str, Memo] = {}

    def move(self, point: Point) -> None:
        """Take the values of `point`, one array a variable family, and forget what depended on the last."""
        for name, table in self._variables.items():
            values = np.asarray(point[name], dtype=np.float64).tolist()
            table.update(zip(self.model.variables[name].family.keys, values, strict=True))
        for memo in (*self._addends.values(), *self._expressions.values()):
            memo.clear()

    def members(self, name: str, key: Key = ()) -> Members:
        """The set, or one member of a set family."""
        found = self._members.get((name, key))
        if found is None:
            found = self._members[name, key] = Members(_set(self.model.sets[name], key).members)
        return found

    def parameter(self, name: str) -> Mapping[Key, Any]:
        """Values by key."""
        if name not in self._parameters:
            self._parameters[name] = _table(self.model.parameters[name])
        return self._parameters[name]

    def symbolic(self, name: str) -> bool:
        """Whether the parameter's values are elements."""
        return self.model.parameters[name].symbolic

    def variable(self, name: str) -> Mapping[Key, float]:
        """Values at the point."""
        return self._variables[name]

    def varying(self, name: str) -> bool:
        """Whether the named expression holds variables."""
        return not self.model.expressions[name].data

    def expression(self, name: str) -> Memo:
        """Values of a named expression at the point."""
        if name not in self._expressions:
            entry = self.model.expressions[name]
            memo = self._expressions[name] = Memo(entry.family)
            memo.run = self._sum_of(name) if self.varying(name) else compile_scalar(entry.tree, self)
        return self._expressions[name]

    def _sum_of(self, name: str) -> Callable[[Indices], float]:
        addends = self.addends(name)
        return lambda indices: total(addends[tuple(indices.values())])

    def addends(self, name: str) -> Memo:
        """The terms of a named expression at the point, by key."""
        if name not in self._addends:
            entry = self.model.expressions[name]
            memo = self._addends[name] = Memo(entry.family)
            memo.run = compile_addends(entry.tree, self)
        return self._addends[name]

    def integral(self, node: Node) -> bool:
        """Whether the expression takes whole values only."""
        return is_integral(node, self.model)


def _set(data: SetData | SetFamilyData, key: Key) -> SetData:
    return data if isinstance(data, SetData) else data.member(data.family.position[key])


def _table(parameter: ParameterData) -> Mapping[Key, Any]:
    values: list[Any] = parameter.values.tolist()
    if parameter.ids is not None:
        elements = parameter.family.universe.elements
        values = [elements[i] for i in parameter.ids.tolist()]
    return dict(zip(parameter.family.keys, values, strict=True))
