"""Models made from a model: a constraint less or more, other bounds, another objective."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from quintet.formulation.families import scalar_family
from quintet.formulation.model import ConstraintData, Floats, Ids, Model, ObjectiveData
from quintet.formulation.schema import Kind, Sense
from quintet.formulation.tree import Node


def without(model: Model, constraints: Collection[str]) -> Model:
    """The model less some families of constraints."""
    kept = {name: entry for name, entry in model.constraints.items() if name not in constraints}
    return replace(model, constraints=kept)


def with_rows(model: Model, name: str, rows: Ids) -> Model:
    """The model with only some rows of one family of constraints."""
    entry = model.constraints[name]
    family = replace(entry.family, ids=entry.family.ids[rows])
    return replace(model, constraints={**model.constraints, name: replace(entry, family=family)})


def with_constraint(
    model: Model,
    stem: str,
    tree: Node,
    kind: Kind = Kind.DEFINITION,
    sources: tuple[str, ...] = (),
) -> Model:
    """The model with one more constraint.

    Args:
        model: The model.
        stem: Its name; `_` is added until it is free.
        tree: A comparison or logic, resolved, without indices.
        kind: Its kind.
        sources: The clauses it comes from.
    """
    name = fresh_name(model, stem)
    entry = ConstraintData(name, scalar_family(model.universe), tree, kind, sources)
    return replace(model, constraints={**model.constraints, name: entry})


def with_bounds(model: Model, name: str, rows: Ids, lower: Floats, upper: Floats) -> Model:
    """The model with other bounds on some rows of one family of variables."""
    entry = model.variables[name]
    lows, highs = entry.lower.copy(), entry.upper.copy()
    lows[rows], highs[rows] = lower, upper
    changed = replace(entry, lower=lows, upper=highs)
    return replace(model, variables={**model.variables, name: changed})


def with_objectives(model: Model, objectives: Sequence[ObjectiveData]) -> Model:
    """The model with other objectives; each is a level, the first first."""
    return replace(model, objectives=list(objectives))


def without_objective(model: Model) -> Model:
    """The model with nothing to optimise: any feasible point will do."""
    return with_objectives(model, [ObjectiveData("feasibility", Sense.SATISFY, None)])


def fresh_name(model: Model, stem: str) -> str:
    """`stem`, with `_` added until no constraint has that name."""
    while stem in model.constraints:
        stem += "_"
    return stem


def all_rows(model: Model, name: str) -> Ids:
    """Every row of a family of variables."""
    return np.arange(len(model.variables[name].family))
