"""Semicontinuous variables, 0 or between their bounds, as continuous ones that a binary switches on.

No backend is asked to take them itself: HiGHS 1.13 fails on an upper bound above 100 000 and on
negative bounds.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from quintet.errors import DataError
from quintet.formulation.model import Floats, Ids, Model, VariableData
from quintet.formulation.schema import Domain
from quintet.formulation.tolerances import finite_bound
from quintet.formulation.tree import ParameterRef, Product, VariableRef
from quintet.formulation.wording import place_of
from quintet.solvers.rewriting.extension import Extension, references
from quintet.solvers.rewriting.intervals import Affine, Ranges
from quintet.solvers.rewriting.relaxation import Relaxation
from quintet.solvers.rows.walker import Walker


def without_semicontinuous(model: Model) -> Model:
    """The model with continuous variables in place of semicontinuous ones.

    Args:
        model: A bound model; if it has no such variable, it is returned itself.

    Raises:
        DataError: A variable has no bound on the side away from 0, and the constraints give none.
    """
    found = [v for v in model.variables.values() if v.domain is Domain.SEMICONTINUOUS]
    if not found:
        return model
    extension, variables = Extension(model), dict(model.variables)
    for variable in found:
        bounded = _bounded(variable, model)
        variables[variable.name] = replace(
            bounded,
            domain=Domain.CONTINUOUS,
            lower=np.minimum(bounded.lower, 0.0),
            upper=np.maximum(bounded.upper, 0.0),
        )
        _switch(bounded, extension)
    added = extension.model(model.constraints)
    return replace(added, variables={**added.variables, **variables})


def _apart(variable: VariableData) -> Ids:
    """The rows whose bounds leave 0 out."""
    return np.flatnonzero((variable.lower > 0) | (variable.upper < 0))


def _bounded(variable: VariableData, model: Model) -> VariableData:
    """The variable with both bounds finite wherever 0 lies outside them."""
    lower, upper = variable.lower.copy(), variable.upper.copy()
    for row in _apart(variable).tolist():
        if not (finite_bound(float(lower[row])) and finite_bound(float(upper[row]))):
            lower[row], upper[row] = _tightened(variable, row, model)
    return replace(variable, lower=lower, upper=upper)


def _tightened(variable: VariableData, row: int, model: Model) -> tuple[float, float]:
    ranges = Ranges(model)
    form = Affine({variable.first_column + row: 1.0})
    cut = Relaxation(Walker(model, ranges), ranges).tightened(form, ranges.range(form))
    lower, upper = max(float(variable.lower[row]), cut.lower), min(float(variable.upper[row]), cut.upper)
    if math.isinf(lower) or math.isinf(upper):
        key = variable.family.keys[row]
        missing = "upper" if math.isinf(upper) else "lower"
        raise DataError(
            f"a semicontinuous variable without '{missing}'",
            place=place_of(f"variables.{variable.name}", key),
            remedy="give it both bounds",
        )
    return lower, upper


def _switch(variable: VariableData, extension: Extension) -> None:
    """`lower * on <= x <= upper * on` where 0 lies outside the bounds."""
    rows = _apart(variable)
    if not len(rows):
        return
    name, names = extension.name("switch"), variable.family.names
    family = replace(variable.family, ids=variable.family.ids[rows])
    extension.variable(name, family, np.zeros(len(rows)), np.ones(len(rows)), Domain.BINARY)
    on, x = VariableRef(name, references(names)), VariableRef(variable.name, references(names))
    sides: list[tuple[str, str, Floats]] = [("least", ">=", variable.lower), ("most", "<=", variable.upper)]
    for label, sign, bounds in sides:
        extension.parameter(f"{name}_{label}", family, bounds[rows])
        limit = Product((ParameterRef(f"{name}_{label}", references(names)), on))
        extension.constraint(f"{name}_at_{label}", family, x, sign, limit)
