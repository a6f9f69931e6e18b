"""A plan, and what differs between two plans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from quintet.formulation.evaluation import Evaluation
from quintet.formulation.evaluator import evaluate
from quintet.formulation.model import Family, Floats, Key, Model, Point
from quintet.formulation.schema import Sense
from quintet.formulation.tolerances import INTEGRALITY, OBJECTIVE, clean
from quintet.formulation.wording import place_of

CHANGED = 1e-5
"""Relative difference from which a continuous decision counts as another: more than solvers' noise."""


@dataclass(frozen=True)
class Plan:
    """Values of all decisions, and what they are worth.

    Args:
        objectives: Value of every objective by name, in the user's sense.
        point: Values per variable family, one entry a row.
        expressions: Values of the named expressions, one entry a row.
    """

    objectives: Mapping[str, float]
    point: Mapping[str, Floats] = field(repr=False)
    expressions: Mapping[str, Floats] = field(repr=False)

    @staticmethod
    def at(model: Model, point: Point) -> Plan:
        """The plan of a point: evaluated by the judge, not by the solver.

        Args:
            model: The model, as the user wrote it.
            point: Values per variable family; families that the model does not have are left out.
        """
        own = {name: np.asarray(point[name], dtype=np.float64) for name in model.variables}
        found: Evaluation = evaluate(model, own)
        return Plan(dict(found.objectives), own, dict(found.expressions))

    def record(self, model: Model) -> dict[str, Any]:
        """JSON-ready: objectives, decisions and named quantities, shaped as in an answer."""
        variables = {n: nested(model.variables[n].family, v) for n, v in self.point.items()}
        quantities = {n: nested(model.expressions[n].family, v) for n, v in self.expressions.items()}
        return {
            "objectives": {name: clean(value) for name, value in self.objectives.items()},
            "variables": variables,
            "quantities": quantities,
        }


def nested(family: Family, values: Floats) -> Any:
    """A number, or nested maps by the text of each index."""
    if not family.arity:
        return clean(float(values[0]))
    whole: dict[str, Any] = {}
    for key, value in zip(family.keys, values.tolist(), strict=True):
        place = whole
        for part in key[:-1]:
            place = place.setdefault(str(part), {})
        place[str(key[-1])] = clean(value)
    return whole


@dataclass(frozen=True)
class Change:
    """A decision that differs between two plans.

    Args:
        variable: Its family.
        key: Its row.
        before: Value in the first plan.
        after: Value in the second.
        unit: Unit of both.
    """

    variable: str
    key: Key
    before: float
    after: float
    unit: str = ""

    @property
    def place(self) -> str:
        """`make[A, 3]`."""
        return place_of(self.variable, self.key)

    def record(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "variable": self.variable,
            "key": list(self.key),
            "before": clean(self.before),
            "after": clean(self.after),
            "unit": self.unit,
        }


def changes(model: Model, before: Point, after: Point) -> list[Change]:
    """The decisions that differ, in the order of the document."""
    return list(_changes(model, before, after))


def _changes(model: Model, before: Point, after: Point) -> Iterator[Change]:
    for name, variable in model.variables.items():
        one, other = before[name], after[name]
        tolerance = INTEGRALITY if variable.integral else CHANGED
        scale = np.maximum(1.0, np.maximum(np.abs(one), np.abs(other)))
        for row in np.flatnonzero(np.abs(one - other) > tolerance * scale).tolist():
            yield Change(name, variable.family.keys[row], float(one[row]), float(other[row]), variable.unit)


def as_good(model: Model, best: Mapping[str, float], other: Mapping[str, float], within: float = 0.0) -> bool:
    """Whether a plan is at most a share of the best worse than it, level by level; 0 for as good."""
    return shortfall(model, best, other, within) is None


def shortfall(
    model: Model, best: Mapping[str, float], other: Mapping[str, float], within: float
) -> str | None:
    """The first objective at which `other` is worse than `best` by more than `within` of it."""
    for objective in model.objectives:
        if objective.sense is Sense.SATISFY:
            continue
        value = best[objective.name]
        worse = _loss(objective.sense, value, other[objective.name])
        share = max(within, objective.rel_tol) * abs(value)
        allowed = max(share, objective.abs_tol, OBJECTIVE * max(1.0, abs(value)))
        if worse > allowed:
            return objective.name
        if worse < -allowed:
            return None
    return None


def _loss(sense: Sense, best: float, value: float) -> float:
    return best - value if sense is Sense.MAXIMIZE else value - best
