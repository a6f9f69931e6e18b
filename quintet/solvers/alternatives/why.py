"""Why not? A decision is forced, and what then can't be as good as now is the reason.

The system is the model, the forced decision and 'at least as good as now' as a row for each
objective. If it has a plan, nothing speaks against the decision. If it has none, an irreducible
subset of it is the reason (Chinneck, *Feasibility and Infeasibility in Optimization*, 2008, ch. 6),
and the optimum with the decision forced is its price.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from quintet.formulation.evaluator import evaluate
from quintet.formulation.model import Model
from quintet.formulation.record import json_text
from quintet.formulation.revision import without_objective
from quintet.solvers.alternatives.costs import Term, terms
from quintet.solvers.alternatives.forcing import forcing
from quintet.solvers.alternatives.plan import Change, Plan, as_good, changes
from quintet.solvers.alternatives.reasons import Reasons, reasons
from quintet.solvers.alternatives.standing import Clock, Standing, bound, holding, stand
from quintet.solvers.options import Options
from quintet.solvers.outcome import Outcome
from quintet.solvers.registry import solve
from quintet.solvers.solution import Solution

if TYPE_CHECKING:
    from quintet.formulation.document import Formulation


SEARCH = 6.0
"""Seconds for leaving limits out one by one, where no time limit was given."""
SOLVES = 2.0
"""The same as a multiple of what the solves took, where that is more."""


class Verdict(StrEnum):
    """What comes of forcing a decision."""

    ALREADY = "already"
    FREE = "free"
    COSTS = "costs"
    IMPOSSIBLE = "impossible"
    UNSETTLED = "unsettled"
    NO_PLAN = "no_plan"


@dataclass(frozen=True)
class WhyNot:
    """Why a decision was not taken.

    Args:
        model: The model, without the decision.
        forced: The decision, as it was asked.
        verdict: What comes of it.
        base: The optimum; None if there is none.
        plan: The best plan with the decision; None if there is none or none was found.
        exact: Whether `plan` is proved to be the best with the decision.
        reasons: The limits that speak against it; empty if nothing does.
        changes: Decisions that differ between the two plans.
        terms: Addends of the objective at both plans.
        message: One line, where something could not be found out.
        seconds: Wall time.
        outcome: How the solve for the optimum ended, where it ended without one.
    """

    model: Model = field(repr=False, compare=False)
    forced: str
    verdict: Verdict
    base: Plan | None = None
    plan: Plan | None = None
    exact: bool = True
    reasons: Reasons = field(default_factory=Reasons)
    changes: tuple[Change, ...] = ()
    terms: tuple[Term, ...] = ()
    message: str = ""
    seconds: float = 0.0
    outcome: Outcome | None = None

    @property
    def settled(self) -> bool:
        """Whether the question was answered."""
        return self.verdict not in (Verdict.UNSETTLED, Verdict.NO_PLAN)

    @property
    def prices(self) -> dict[str, float]:
        """By objective, its value with the decision less its value now; empty without such a plan."""
        if self.base is None or self.plan is None:
            return {}
        return {name: self.plan.objectives[name] - value for name, value in self.base.objectives.items()}

    def to_text(self) -> str:
        """The answer for a person."""
        from quintet.solvers.alternatives.telling import tell_whynot

        return tell_whynot(self)

    def record(self) -> dict[str, object]:
        """Everything as one JSON-ready document."""
        from quintet.solvers.alternatives.recording import record_whynot

        return record_whynot(self)

    def to_json(self) -> str:
        """`record()` as text."""
        return json_text(self.record())


def whynot(
    formulation: Formulation,
    forced: str,
    *,
    data: Path | None = None,
    solver: str | None = None,
    options: Options | None = None,
) -> WhyNot:
    """Say what speaks against a decision, and what it would cost.

    Args:
        formulation: The document.
        forced: A comparison or logic over its decisions: `open[B] == 1`, `open[B]` for a binary,
            `ship[A, *] >= 10` for all that fit.
        data: Folder of its tables; default: that of the document.
        solver: A solver's name; by default the one that fits.
        options: Limits; a time limit is for everything together.

    Raises:
        ExpressionError: The forced decision can't be read.
        QuintetError: As `bind` and `solve`.
    """
    return whynot_of(bound(formulation, data), forced, solver=solver, options=options)


def whynot_of(
    model: Model, forced: str, *, solver: str | None = None, options: Options | None = None
) -> WhyNot:
    """As `whynot`, of a bound model."""
    clock = Clock(options or Options())
    with_it, name = forcing(model, forced)
    base = stand(model, solver, clock.left)
    if base.plan is None:
        return WhyNot(
            model,
            forced,
            Verdict.NO_PLAN,
            message=base.message,
            seconds=clock.seconds,
            outcome=base.outcome,
        )
    return _Question(base, base.plan, forced, with_it, name, solver, clock).answer()


@dataclass(frozen=True)
class _Question:
    base: Standing
    plan: Plan
    forced: str
    model: Model
    name: str
    solver: str | None
    clock: Clock

    def answer(self) -> WhyNot:
        if self._holds_now():
            return self._said(Verdict.ALREADY, self.plan)
        found = solve(self.model, self.solver, self.clock.left)
        best = _plan(found, self.base.model)
        if found.outcome is Outcome.INFEASIBLE:
            return self._impossible()
        if best is not None and as_good(self.base.model, self.plan.objectives, best.objectives):
            return self._said(Verdict.FREE, best)
        if found.outcome in (Outcome.OPTIMAL, Outcome.LOCALLY_OPTIMAL):
            return self._costs(best, exact=True)
        return self._unsettled(best)

    def _holds_now(self) -> bool:
        rows = evaluate(self.model, self.plan.point).constraints[self.name]
        return bool(np.all(rows.satisfied()))

    def _impossible(self) -> WhyNot:
        found = self._reasons(without_objective(self.model), {self.name})
        return self._said(Verdict.IMPOSSIBLE, None, reasons=found)

    def _costs(self, best: Plan | None, *, exact: bool) -> WhyNot:
        system = without_objective(self._as_good())
        found = self._reasons(system, self._background(system))
        return self._said(Verdict.COSTS, best, reasons=found, exact=exact)

    def _unsettled(self, best: Plan | None) -> WhyNot:
        """The best plan with the decision is not known: whether any is as good may be."""
        system = without_objective(self._as_good())
        found = solve(system, self.solver, self.clock.left)
        if found.outcome is Outcome.INFEASIBLE:
            return self._costs(best, exact=False)
        plan = _plan(found, self.base.model)
        if plan is not None:
            return self._said(Verdict.FREE, plan)
        message = "whether a plan with it can be as good was not found out; give it more time"
        return self._said(Verdict.UNSETTLED, best, exact=False, message=message)

    def _reasons(self, system: Model, background: set[str]) -> Reasons:
        return reasons(system, background, self.clock.left, max(SEARCH, SOLVES * self.clock.seconds))

    def _as_good(self) -> Model:
        return holding(self.model, self.plan)

    def _background(self, system: Model) -> set[str]:
        return set(system.constraints) - set(self.base.model.constraints)

    def _said(
        self,
        verdict: Verdict,
        plan: Plan | None,
        *,
        reasons: Reasons | None = None,
        exact: bool = True,
        message: str = "",
    ) -> WhyNot:
        differ = plan is not None and verdict is not Verdict.ALREADY
        before, after = self.plan.point, self.plan.point if plan is None else plan.point
        return WhyNot(
            self.base.model,
            self.forced,
            verdict,
            self.plan,
            plan,
            exact,
            reasons or Reasons(),
            tuple(changes(self.base.model, before, after)) if differ else (),
            terms(self.base.model, before, after) if differ else (),
            message,
            self.clock.seconds,
        )


def _plan(solution: Solution, model: Model) -> Plan | None:
    if solution.point is None or not solution.outcome.solved:
        return None
    return Plan.at(model, solution.point)
