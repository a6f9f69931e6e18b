"""Results as JSON documents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from quintet.formulation.document import VERSION
from quintet.formulation.tolerances import clean
from quintet.solvers.alternatives.plan import Plan

if TYPE_CHECKING:
    from quintet.formulation.model import Model
    from quintet.solvers.alternatives.efficient import Front
    from quintet.solvers.alternatives.plans import Alternatives
    from quintet.solvers.alternatives.staying import Replan
    from quintet.solvers.alternatives.why import WhyNot


def head(model: Model, kind: str) -> dict[str, Any]:
    """What every document begins with."""
    objectives = [{"name": o.name, "sense": o.sense.value, "unit": o.unit} for o in model.objectives]
    return {"quintet": VERSION, "kind": kind, "title": model.formulation.title, "objectives": objectives}


def of_plan(plan: Plan | None, model: Model) -> dict[str, Any] | None:
    """A plan, or null."""
    return None if plan is None else plan.record(model)


def of_all(parts: Iterable[Any]) -> list[dict[str, Any]]:
    """The records of several parts."""
    return [part.record() for part in parts]


def record_whynot(found: WhyNot) -> dict[str, Any]:
    """`WhyNot` as a document."""
    return {
        **head(found.model, "whynot"),
        "forced": found.forced,
        "verdict": found.verdict.value,
        "prices": found.prices,
        "exact": found.exact,
        "reasons": found.reasons.record(),
        "terms": of_all(found.terms),
        "changes": of_all(found.changes),
        "now": of_plan(found.base, found.model),
        "plan": of_plan(found.plan, found.model),
        "message": found.message,
        "seconds": round(found.seconds, 4),
    }


def record_alternatives(found: Alternatives) -> dict[str, Any]:
    """`Alternatives` as a document."""
    return {
        **head(found.model, "alternatives"),
        "outcome": found.outcome.value,
        "uniqueness": found.uniqueness.value,
        "plans": [plan.record(found.model) for plan in found.plans],
        "complete": found.complete,
        "over": list(found.over),
        "within": found.within,
        "ranges": of_all(found.ranges),
        "tolerance": found.tolerance,
        "message": found.message,
        "seconds": round(found.seconds, 4),
    }


def record_front(found: Front) -> dict[str, Any]:
    """`Front` as a document."""
    goals = [{"name": goal.name, "sense": goal.sense.value, "unit": goal.unit} for goal in found.goals]
    names = [goal.name for goal in found.goals]
    return {
        **head(found.model, "pareto"),
        "objectives": goals,
        "outcome": found.outcome.value,
        "points": [
            {
                "values": dict(zip(names, map(clean, point.values), strict=True)),
                "proven": point.proven,
                "plan": point.plan.record(found.model),
            }
            for point in found.points
        ],
        "payoff": [dict(zip(names, map(clean, row), strict=True)) for row in found.payoff],
        "complete": found.complete,
        "message": found.message,
        "solves": found.solves,
        "seconds": round(found.seconds, 4),
    }


def record_replan(found: Replan) -> dict[str, Any]:
    """`Replan` as a document."""
    return {
        **head(found.model, "replan"),
        "outcome": found.outcome.value,
        "within": found.within,
        "measure": found.measure.value,
        "weights": dict(found.weights),
        "distance": clean(found.distance),
        "best_distance": clean(found.best_distance),
        "proven": found.proven,
        "changes": of_all(found.changes),
        "new": list(found.last.new),
        "gone": list(found.last.gone),
        "last_plan_fits": found.before is not None,
        "last_plan_valueless": found.valueless,
        "broken": [{"place": each.place, "what": each.what} for each in found.broken],
        "last": of_plan(found.before, found.model),
        "best": of_plan(found.best, found.model),
        "plan": of_plan(found.plan, found.model),
        "warm_start": found.warm,
        "message": found.message,
        "seconds": round(found.seconds, 4),
    }
