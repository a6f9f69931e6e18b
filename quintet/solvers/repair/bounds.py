"""Bounds of decisions as limits that may give way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from quintet.formulation.model import ConstraintData, Ids, Model, VariableData
from quintet.formulation.revision import all_rows, with_bounds
from quintet.formulation.tree import Compare, ParameterRef, VariableRef
from quintet.solvers.diagnosis.limit import LimitKind, free_bounds
from quintet.solvers.repair.choice import AS_YOU_SAY, Standing
from quintet.solvers.rewriting.extension import Extension, references

Bounds: TypeAlias = Mapping[tuple[str, LimitKind], Ids]
"""The rows whose bound may give way, by variable and side."""


def soft_bounds(model: Model, soft: Sequence[Standing]) -> Bounds:
    """The bounds that may give way; a lower bound of 0 is a sign, and stays unless the user names it."""
    found: dict[tuple[str, LimitKind], Ids] = {}
    for standing in soft:
        if standing.kind is LimitKind.CONSTRAINT:
            continue
        variable = model.variables[standing.name]
        lows, highs = free_bounds(variable)
        named = standing.why == AS_YOU_SAY
        above = (variable.lower > lows) & (named | (variable.lower != 0))
        held = variable.upper < highs if standing.kind is LimitKind.UPPER else above
        found[standing.name, standing.kind] = np.flatnonzero(held)
    return found


def unbounded(model: Model, bounds: Bounds) -> Model:
    """The model without the bounds that may give way."""
    for (name, kind), rows in bounds.items():
        variable = model.variables[name]
        lower, upper = variable.lower.copy(), variable.upper.copy()
        if kind is LimitKind.LOWER:
            lower[rows] = -np.inf
        else:
            upper[rows] = np.inf
        model = with_bounds(model, name, all_rows(model, name), lower, upper)
    return model


def as_constraint(extension: Extension, variable: VariableData, kind: LimitKind, rows: Ids) -> ConstraintData:
    """A bound as a comparison with a parameter that holds its values."""
    upper = kind is LimitKind.UPPER
    family = replace(variable.family, ids=variable.family.ids[rows])
    limit = extension.name(f"{variable.name}_{'upper' if upper else 'lower'}")
    extension.parameter(limit, family, (variable.upper if upper else variable.lower)[rows])
    subscripts = references(family.names)
    sides = (VariableRef(variable.name, subscripts), ParameterRef(limit, subscripts))
    return ConstraintData(limit, family, Compare(sides, ("<=" if upper else ">=",)))
