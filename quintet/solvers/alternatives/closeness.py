"""How far a plan is from the last one, as variables and rows of a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np

from quintet.errors import SolverError
from quintet.formulation.model import (
    ConstraintData,
    Family,
    Floats,
    Model,
    ObjectiveData,
    Point,
    VariableData,
)
from quintet.formulation.schema import Domain, Kind, Sense
from quintet.formulation.tolerances import INTEGRALITY, rounded
from quintet.formulation.tree import Call, Compare, Negate, Node, Number, ParameterRef, Sum, VariableRef
from quintet.solvers.alternatives.last_plan import LastPlan
from quintet.solvers.alternatives.linear import total, weighted
from quintet.solvers.alternatives.plan import CHANGED
from quintet.solvers.rewriting.extension import Extension, references


class Measure(StrEnum):
    """What counts as change."""

    AMOUNT = "amount"
    COUNT = "count"


@dataclass(frozen=True)
class Closeness:
    """A model with the distance from the last plan as something to minimise.

    Args:
        model: The model with the distance's variables and rows.
        distance: The objective.
        weights: What one unit of change counts, by variable family.
        companions: By variable family, the family that holds its change, where there is one.
    """

    model: Model = field(repr=False)
    distance: ObjectiveData = field(repr=False)
    weights: Mapping[str, float]
    companions: Mapping[str, str]

    def start(self, point: Point, last: LastPlan, measure: Measure) -> dict[str, Floats]:
        """A plan of the model extended by its change, as a point of this one."""
        whole = dict(point)
        for name, companion in self.companions.items():
            moved = np.nan_to_num(np.abs(point[name] - last.values[name]))
            whole[companion] = moved if measure is Measure.AMOUNT else (moved > 0).astype(np.float64)
        return {name: whole[name] for name in self.model.variables}


def family_weights(
    model: Model, last: LastPlan, given: Mapping[str, float], measure: Measure
) -> dict[str, float]:
    """What one unit of change counts: 1 for a switch, and a power of ten under the size of amounts.

    Args:
        model: The model.
        last: The last plan, whose largest value in a family is the size of its amounts.
        given: Factors by family that the user gives.
        measure: What counts as change; counted changes count 1 each.

    Raises:
        SolverError: A factor of no decision, or one below 0.
    """
    for name, factor in given.items():
        if name not in model.variables:
            known = ", ".join(model.variables)
            raise SolverError(f"{name!r} is no decision", place="weight", remedy=f"there are: {known}")
        if not 0 <= factor < float("inf"):
            raise SolverError(f"{factor!r} can't be used", place=f"weight of {name}", remedy="give 0 or more")
    return {
        name: given.get(name, 1.0) * (_unit(v, last.values[name]) if measure is Measure.AMOUNT else 1.0)
        for name, v in model.variables.items()
    }


def _unit(variable: VariableData, values: Floats) -> float:
    size = float(np.nanmax(np.abs(values), initial=0.0))
    if variable.domain is Domain.BINARY or size < 10:
        return 1.0
    return 10.0 ** -int(np.floor(np.log10(size)))


def distance_at(point: Point, last: LastPlan, weights: Mapping[str, float], measure: Measure) -> float:
    """The distance of a plan from the last one."""
    whole = 0.0
    for name, weight in weights.items():
        moved = np.nan_to_num(np.abs(point[name] - last.values[name]))
        if measure is Measure.COUNT:
            size = np.maximum(1.0, np.nan_to_num(np.abs(last.values[name])))
            moved = (moved > CHANGED * size).astype(np.float64)
        whole += weight * float(moved.sum())
    return whole


def closeness(model: Model, last: LastPlan, weights: Mapping[str, float], measure: Measure) -> Closeness:
    """Add the distance to a model.

    Switches by their Hamming distance; amounts by |x - last| as a variable over two rows, or, if
    changes are counted, by a binary without which x is its last value.
    """
    switches: dict[str, Floats] = {}
    constant, companions, parts = 0.0, {}, {}
    for name, weight in weights.items():
        values = last.values[name]
        if weight == 0 or np.isnan(values).all():
            continue
        if _is_switch(model.variables[name], values):
            known = ~np.isnan(values)
            ones = np.where(known, rounded(np.nan_to_num(values)), 0.0)
            switches[name] = weight * np.where(known, 1.0 - 2.0 * ones, 0.0)
            constant += weight * float(ones.sum())
        else:
            model, companions[name] = _companion(model, name, values, measure)
            parts[companions[name]] = np.where(np.isnan(values), 0.0, weight)
    model, tree = weighted(model, {**switches, **parts}, "weight")
    whole = total([tree, Number(constant)]) if constant else tree
    distance = ObjectiveData("change", Sense.MINIMIZE, whole)
    return Closeness(model, distance, weights, companions)


def _is_switch(variable: VariableData, values: Floats) -> bool:
    """A binary whose last values are 0 or 1."""
    known = values[~np.isnan(values)]
    near = np.minimum(np.abs(known), np.abs(known - 1.0))
    return variable.domain is Domain.BINARY and bool(np.all(near <= INTEGRALITY))


def _companion(model: Model, name: str, values: Floats, measure: Measure) -> tuple[Model, str]:
    extension, variable = Extension(model), model.variables[name]
    last, change = extension.name("last"), extension.name("change")
    extension.parameter(last, variable.family, np.nan_to_num(values))
    rows = np.flatnonzero(~np.isnan(values))
    keys = replace(variable.family, ids=variable.family.ids[rows])
    _change_variable(extension, change, variable, values, measure)
    subscripts = references(variable.family.names)
    x, before, moved = (
        VariableRef(name, subscripts),
        ParameterRef(last, subscripts),
        VariableRef(change, subscripts),
    )
    if measure is Measure.COUNT:
        unchanged = Compare((moved, Number(0)), ("==",))
        tree = Call("implies", (unchanged, Compare((x, before), ("==",))))
        extension.add(ConstraintData(extension.name("kept"), keys, tree, Kind.DEFINITION))
    else:
        _amount_rows(extension, keys, x, before, moved)
    return extension.model(model.constraints), change


def _change_variable(
    extension: Extension, name: str, variable: VariableData, values: Floats, measure: Measure
) -> None:
    size = len(variable.family)
    if measure is Measure.COUNT:
        extension.variable(name, variable.family, np.zeros(size), np.ones(size), Domain.BINARY)
        return
    whole = variable.integral and bool(np.all(values[~np.isnan(values)] % 1 == 0))
    known = np.nan_to_num(values)
    most = np.maximum(np.abs(variable.upper - known), np.abs(known - variable.lower))
    domain = Domain.INTEGER if whole else Domain.CONTINUOUS
    extension.variable(
        name, variable.family, np.zeros(size), np.where(np.isfinite(most), most, np.inf), domain
    )


def _amount_rows(extension: Extension, keys: Family, x: Node, before: Node, moved: Node) -> None:
    extension.constraint(extension.name("risen"), keys, Sum((x, Negate(before))), "<=", moved)
    extension.constraint(extension.name("fallen"), keys, Sum((before, Negate(x))), "<=", moved)
