"""Objectives one after another: each level is optimised without losing what the earlier ones reached.

The preemptive (lexicographic) method: solve for the first objective, hold its value within its
tolerance as a constraint, solve for the next. Every solve goes to whatever solver fits it then.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from quintet.formulation.evaluator import evaluate
from quintet.formulation.families import scalar_family
from quintet.formulation.model import ConstraintData, Model, ObjectiveData
from quintet.formulation.schema import Kind, Sense
from quintet.formulation.tolerances import OBJECTIVE
from quintet.formulation.tree import Compare, Number
from quintet.solvers.options import Options
from quintet.solvers.outcome import Outcome
from quintet.solvers.solution import Solution

Solve: TypeAlias = Callable[[Model, Options], Solution]
REACHED = (Outcome.OPTIMAL, Outcome.LOCALLY_OPTIMAL)
"""After these the next level is solved; a local solver ends with a local optimum of the last."""


def solve_levels(model: Model, options: Options, solve: Solve) -> Solution:
    """Solve a model with several levels of objectives.

    Args:
        model: The model; its objectives are its levels, the first first.
        options: Of every solve; a time limit is for all of them together.
        solve: Solves a model of one objective.

    Returns:
        The last level's point with the first level's objective and bound. A level that is not
        solved to an optimum ends the way there, and `message` says at which. Where a level's optimum
        is a local one, so is the outcome.
    """
    start, held, local = time.perf_counter(), model, False
    first: Solution | None = None
    last: Solution | None = None
    for number, objective in enumerate(model.objectives, 1):
        found = solve(replace(held, objectives=[objective]), _rest(options, start))
        last = _told(found, number, objective, last)
        first = first or found
        local = local or found.outcome is Outcome.LOCALLY_OPTIMAL
        if found.outcome not in REACHED or found.objective is None:
            break
        held = _holding(held, number, objective, found.objective)
    assert first is not None
    assert last is not None
    seconds = time.perf_counter() - start
    return replace(
        last,
        model=model,
        outcome=Outcome.LOCALLY_OPTIMAL if local and last.outcome is Outcome.OPTIMAL else last.outcome,
        objective=_first_value(first, last),
        bound=first.bound,
        duals=None,
        reduced_costs=None,
        seconds=seconds,
    )


def _rest(options: Options, start: float) -> Options:
    if options.time_limit is None:
        return options
    left = options.time_limit - (time.perf_counter() - start)
    return replace(options, time_limit=max(left, 0.01))


def _told(found: Solution, number: int, objective: ObjectiveData, before: Solution | None) -> Solution:
    """A later level that fails leaves the plan of the level before it, and says so."""
    if found.outcome in REACHED or (before is None and not found.outcome.solved):
        return found
    if found.outcome in (Outcome.UNBOUNDED, Outcome.INFEASIBLE_OR_UNBOUNDED):
        return replace(
            found, message=f"It is objective {objective.name!r} (level {number}) that has no limit."
        )
    said = (
        f"objective {objective.name!r} (level {number}) was not optimised to the end: {found.outcome.value}"
    )
    if before is None or found.outcome.solved:
        return replace(found, outcome=Outcome.FEASIBLE, message=said)
    return replace(
        before, outcome=Outcome.FEASIBLE, message=said, stopped_by=found.stopped_by or found.outcome.value
    )


def _first_value(first: Solution, last: Solution) -> float | None:
    """Value of the first objective at the last point."""
    if last.point is None or first.objective is None:
        return last.objective
    objective = first.model.objectives[0]
    return evaluate(first.model, last.point).objectives[objective.name]


def _holding(model: Model, number: int, objective: ObjectiveData, value: float) -> Model:
    """The model with a level's value held within its tolerance."""
    if objective.tree is None:
        return model
    allowed = max(objective.abs_tol, objective.rel_tol * abs(value), OBJECTIVE * max(1.0, abs(value)) / 10)
    end, sign = (value + allowed, "<=") if objective.sense is Sense.MINIMIZE else (value - allowed, ">=")
    name = f"level_{number}"
    while name in model.constraints:
        name += "_"
    held = ConstraintData(
        name, scalar_family(model.universe), Compare((objective.tree, Number(end)), (sign,)), Kind.DEFINITION
    )
    return replace(model, constraints={**model.constraints, name: held})
