"""Where a model stands: its optimum, if it has one, and the rows that say 'as good as that'."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from quintet.errors import SolverError
from quintet.formulation.binding import bind
from quintet.formulation.model import Model, ObjectiveData
from quintet.formulation.revision import with_constraint
from quintet.formulation.schema import Kind, Sense
from quintet.formulation.tolerances import OBJECTIVE
from quintet.formulation.tree import Compare, Number
from quintet.solvers.alternatives.plan import Plan
from quintet.solvers.ending import ENDINGS
from quintet.solvers.options import Options
from quintet.solvers.outcome import Outcome
from quintet.solvers.registry import solve
from quintet.solvers.solution import Solution

if TYPE_CHECKING:
    from quintet.formulation.document import Formulation

AS_GOOD = "as_good_as_now"
"""Name of the row that holds an objective; `_` is added until it is free."""
EXACTLY = 1e-9
"""Slack of a row that is to give nothing away: what rounding needs."""
SAID = {
    **ENDINGS,
    Outcome.INFEASIBLE: f"{ENDINGS[Outcome.INFEASIBLE]}, so there is none to compare with",
    Outcome.UNBOUNDED: "the objective can grow without limit, so there is no best plan to compare with",
    Outcome.FEASIBLE: "the solver stopped before it could prove its plan the best",
}
REMEDY = {
    Outcome.INFEASIBLE: "`quintet diagnose` says why",
    Outcome.UNBOUNDED: "`quintet diagnose` says what grows",
    Outcome.INFEASIBLE_OR_UNBOUNDED: "`quintet diagnose` says which",
    Outcome.LIMIT_NO_SOLUTION: "give it more time",
    Outcome.FEASIBLE: "give it more time",
}


@dataclass(frozen=True)
class Standing:
    """A model with its solution.

    Args:
        model: The model.
        solution: What the solver said.
        plan: The optimum, None if there is none that is proven (or a local one).
    """

    model: Model
    solution: Solution
    plan: Plan | None

    @property
    def outcome(self) -> Outcome:
        """How the solve ended."""
        return self.solution.outcome

    @property
    def message(self) -> str:
        """Why there is no optimum to compare with, one line; empty if there is one."""
        if self.plan is not None:
            return ""
        said = SAID.get(self.outcome, "")
        if self.outcome is Outcome.FEASIBLE and self.solution.stopped_by.endswith("limit"):
            said = f"the solver was stopped by its {self.solution.stopped_by}"
        return "; ".join(part for part in (said, REMEDY.get(self.outcome, "")) if part)


NONE_EXISTS = (Outcome.INFEASIBLE, Outcome.UNBOUNDED, Outcome.INFEASIBLE_OR_UNBOUNDED)


def no_best(outcome: Outcome | None, message: str) -> str:
    """That there is no best plan, or that none is proven to be it where the solver was stopped."""
    start = "There is no best plan" if outcome in NONE_EXISTS else "No plan is proven best"
    return f"{start}: {message}."


def bound(
    formulation: Formulation, data: Path | None = None, changes: Mapping[str, Any] | None = None
) -> Model:
    """The formulation with its data."""
    return bind(formulation, data, changes)


def stand(model: Model, solver: str | None, options: Options) -> Standing:
    """Solve, and keep the optimum if there is one."""
    solution = solve(model, solver, options)
    reached = solution.outcome in (Outcome.OPTIMAL, Outcome.LOCALLY_OPTIMAL)
    point = solution.point if reached else None
    return Standing(model, solution, None if point is None else Plan.at(model, point))


def holding(model: Model, plan: Plan, within: float = 0.0, slack: float = OBJECTIVE) -> Model:
    """The model with every objective held at the plan's value, or `within` of it worse.

    Args:
        model: The model.
        plan: The plan that is the measure.
        within: Share of the value that may be lost.
        slack: Share that may be lost at least: what counts as the same value. `EXACTLY` leaves
            decisions no room to trade it for.
    """
    for objective in model.objectives:
        if objective.tree is not None and objective.sense is not Sense.SATISFY:
            row = row_of(objective, plan.objectives[objective.name], within, slack)
            model = with_constraint(model, AS_GOOD, row, Kind.POLICY, objective.sources)
    return model


def row_of(objective: ObjectiveData, value: float, within: float, slack: float) -> Compare:
    """`objective <= value`, or `>=`, with what may be lost on the right."""
    assert objective.tree is not None
    end = limit_of(objective, value, within, slack)
    return Compare((objective.tree, Number(end)), ("<=" if objective.sense is Sense.MINIMIZE else ">=",))


def limit_of(objective: ObjectiveData, value: float, within: float, slack: float = OBJECTIVE) -> float:
    """The value that a plan may have which is `within` as good."""
    allowed = max(within * abs(value), slack * max(1.0, abs(value)))
    return value + allowed if objective.sense is Sense.MINIMIZE else value - allowed


def refuse_share(value: float, place: str) -> float:
    """A share from 0 on, as it is.

    Raises:
        SolverError: It is negative, infinite or no number.
    """
    if not 0 <= value < float("inf"):
        raise SolverError(
            f"{value!r} can't be used", place=place, remedy="give a share from 0 on, as 5% or 0.05"
        )
    return value


class Clock:
    """Shares one time limit among several solves.

    Args:
        options: Of every solve; a time limit is for all of them together.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._start = perf_counter()

    @property
    def seconds(self) -> float:
        """Wall time so far."""
        return perf_counter() - self._start

    @property
    def left(self) -> Options:
        """The options with the time that is left."""
        limit = self._options.time_limit
        if limit is None:
            return self._options
        return replace(self._options, time_limit=max(limit - self.seconds, 0.01))

    @property
    def over(self) -> bool:
        """Whether the time is used up."""
        limit = self._options.time_limit
        return limit is not None and self.seconds >= limit
