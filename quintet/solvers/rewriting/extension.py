"""A model with variables, parameters and constraints added; the names of the additions start with `_`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from quintet.formulation.model import (
    ConstraintData,
    Family,
    Floats,
    Key,
    Model,
    ParameterData,
    SetData,
    Universe,
    VariableData,
)
from quintet.formulation.schema import Domain, Kind
from quintet.formulation.tree import Compare, IndexRef, Node
from quintet.problem import Finding


class Extension:
    """Collects additions to a model.

    Args:
        model: The model; it is not changed.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._variables: dict[str, VariableData] = {}
        self._sets: dict[str, SetData] = {}
        self._parameters: dict[str, ParameterData] = {}
        self._constraints: dict[str, ConstraintData] = {}
        self._findings: list[Finding] = []
        self._columns = model.columns
        self._numbers = 0

    def name(self, stem: str) -> str:
        """`_stem_1`, `_stem_2` … the first that is free."""
        number = 1
        while any(f"{other}_".startswith(f"_{stem}_{number}_") for other in self._taken()):
            number += 1
        return f"_{stem}_{number}"

    def _taken(self) -> list[str]:
        model, added = self._model, (self._sets, self._variables, self._parameters, self._constraints)
        known = (model.sets, model.parameters, model.variables, model.expressions, model.constraints)
        return [name for names in (*known, *added) for name in names]

    def family(self, names: Sequence[str], keys: Sequence[Key]) -> Family:
        """A family over elements that the model knows."""
        universe = self._model.universe
        ids = [[universe.find(element) for element in key] for key in keys]
        return Family(tuple(names), np.array(ids, dtype=np.int64).reshape(len(keys), len(names)), universe)

    def numbers(self, most: int) -> None:
        """Make 1, 2 … `most` elements that the additions may use; the model's own universe stays as it is."""
        if most <= self._numbers:
            return
        universe = Universe()
        for element in (*self._model.universe.elements, *range(1, most + 1)):
            universe.add(element)
        self._model, self._numbers = replace(self._model, universe=universe), most

    def variable(
        self, name: str, family: Family, lower: Floats, upper: Floats, domain: Domain = Domain.CONTINUOUS
    ) -> None:
        """Add a family of variables."""
        self._variables[name] = VariableData(name, family, domain, lower, upper, self._columns)
        self._columns += len(family)

    def parameter(self, name: str, family: Family, values: Floats) -> None:
        """Add a parameter."""
        self._parameters[name] = ParameterData(name, family, values)

    def set(self, name: str, keys: Family) -> None:
        """Add a set of tuples."""
        self._sets[name] = SetData(name, keys.ids, keys.universe)

    def add(self, constraint: ConstraintData) -> None:
        """Add a family of constraints as it is."""
        self._constraints[constraint.name] = constraint

    def constraint(self, name: str, family: Family, left: Node, sign: str, right: Node) -> None:
        """Add a family of constraints, `left sign right`, if it has any row."""
        if len(family):
            tree = Compare((left, right), (sign,))
            self._constraints[name] = ConstraintData(name, family, tree, Kind.DEFINITION)

    def finding(self, finding: Finding) -> None:
        """Add something to be said about the model."""
        self._findings.append(finding)

    def model(self, trees: Mapping[str, ConstraintData]) -> Model:
        """The model with the additions, and with `trees` for its own constraints."""
        return replace(
            self._model,
            sets={**self._model.sets, **self._sets},
            variables={**self._model.variables, **self._variables},
            parameters={**self._model.parameters, **self._parameters},
            constraints={**trees, **self._constraints},
            findings=(*self._model.findings, *self._findings),
        )


def references(names: Sequence[str]) -> tuple[Node, ...]:
    """Subscripts that repeat index names."""
    return tuple(IndexRef(name) for name in names)
