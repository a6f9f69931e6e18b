"""Staying close: the best plan is not always worth a new one; the least change within a tolerance.

Two levels: the optimum first, then the least change from the last plan among all plans whose
objectives are within the tolerance; among those with the least change the best is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from quintet.errors import QuintetError, SolverError
from quintet.formulation.evaluation import Violation
from quintet.formulation.evaluator import evaluate
from quintet.formulation.model import Floats, Model
from quintet.formulation.record import json_text
from quintet.formulation.revision import with_objectives
from quintet.solvers.alternatives.closeness import (
    Measure,
    closeness,
    distance_at,
    family_weights,
)
from quintet.solvers.alternatives.last_plan import LastPlan, laid_over, read_last
from quintet.solvers.alternatives.plan import Change, Plan, as_good, changes
from quintet.solvers.alternatives.standing import EXACTLY, Clock, Standing, bound, holding, refuse_share
from quintet.solvers.alternatives.warm import solve_from
from quintet.solvers.options import Options
from quintet.solvers.outcome import Outcome

if TYPE_CHECKING:
    from quintet.formulation.document import Formulation

REACHED = (Outcome.OPTIMAL, Outcome.LOCALLY_OPTIMAL)
BROKEN = 5
"""Broken limits of the last plan that are kept, the worst first."""


@dataclass(frozen=True)
class Replan:
    """The least-changed plan.

    Args:
        model: The model of now.
        outcome: How the solve for the optimum ended.
        within: Share of each objective that may be lost.
        measure: What counts as change.
        weights: What one unit of change counts, by variable family.
        last: The last plan, laid over the decisions of now.
        before: The last plan as a plan of now, if it has all decisions and still fits.
        broken: What the last plan breaks now, the worst first; empty if it fits or is not whole.
        best: The optimum.
        plan: The least-changed plan.
        distance: Its distance from the last plan.
        best_distance: The distance of the optimum that was found.
        proven: Whether the distance is proved to be the least.
        warm: Whether the solver was given the last plan to start from.
        message: One line, where something could not be found out.
        seconds: Wall time.
        valueless: Why the last plan has no value now, "" if it has one or is not whole.
    """

    model: Model = field(repr=False, compare=False)
    outcome: Outcome
    within: float
    measure: Measure
    weights: Mapping[str, float]
    last: LastPlan
    before: Plan | None = None
    broken: tuple[Violation, ...] = ()
    best: Plan | None = None
    plan: Plan | None = None
    distance: float = 0.0
    best_distance: float = 0.0
    proven: bool = True
    warm: bool = False
    message: str = ""
    seconds: float = 0.0
    valueless: str = ""

    @property
    def settled(self) -> bool:
        """Whether there is a plan."""
        return self.plan is not None

    @property
    def changes(self) -> list[Change]:
        """What differs from the last plan, where it has a value."""
        return [] if self.plan is None else changes(self.model, self.last.values, self.plan.point)

    @property
    def best_changes(self) -> int:
        """How many decisions the optimum that was found would change."""
        return 0 if self.best is None else len(changes(self.model, self.last.values, self.best.point))

    @property
    def new(self) -> dict[str, Floats]:
        """Per variable family, the values of decisions that the last plan does not have; NaN elsewhere."""
        if self.plan is None:
            return {}
        pairs = ((name, self.last.values[name], values) for name, values in self.plan.point.items())
        return {name: np.where(np.isnan(old), now, np.nan) for name, old, now in pairs}

    def to_text(self) -> str:
        """The answer for a person."""
        from quintet.solvers.alternatives.movement import tell_replan

        return tell_replan(self)

    def record(self) -> dict[str, object]:
        """Everything as one JSON-ready document."""
        from quintet.solvers.alternatives.recording import record_replan

        return record_replan(self)

    def to_json(self) -> str:
        """`record()` as text."""
        return json_text(self.record())


def replan(
    formulation: Formulation,
    last: Path | Mapping[str, Any],
    *,
    within: float = 0.01,
    measure: Measure | str = Measure.AMOUNT,
    weights: Mapping[str, float] | None = None,
    data: Path | None = None,
    solver: str | None = None,
    options: Options | None = None,
) -> Replan:
    """The plan that changes the last one least, among those within a share of the best.

    Args:
        formulation: The document of now.
        last: The last plan: a run's folder, its answer.json, a JSON of values by variable, or these
            values as a map.
        within: Share of each objective that may be lost to stay close, 0.01 for one per cent.
        measure: `amount`: by how much decisions move (switches by 1); `count`: how many move.
        weights: Factors by variable family; 0 leaves a family out of account.
        data: Folder of its tables; default: that of the document.
        solver: A solver's name; by default the one that fits.
        options: Limits; a time limit is for everything together.

    Raises:
        RunError: The last plan can't be read.
        DataError: A value of it is no number, or nothing of it is in this model.
        SolverError: A negative share or weight, an unknown measure or decision.
        QuintetError: As `bind` and `solve`.
    """
    return replan_of(
        bound(formulation, data),
        last,
        within=within,
        measure=measure,
        weights=weights,
        solver=solver,
        options=options,
    )


def replan_of(
    model: Model,
    last: Path | Mapping[str, Any],
    *,
    within: float = 0.01,
    measure: Measure | str = Measure.AMOUNT,
    weights: Mapping[str, float] | None = None,
    solver: str | None = None,
    options: Options | None = None,
) -> Replan:
    """As `replan`, of a bound model."""
    refuse_share(within, "within")
    measure = _measure(measure)
    plan = laid_over(model, read_last(last))
    counted = family_weights(model, plan, weights or {}, measure)
    return _Replanning(model, plan, within, measure, counted, solver, Clock(options or Options())).result()


def _measure(measure: Measure | str) -> Measure:
    if measure not in list(Measure):
        known = " or ".join(Measure)
        raise SolverError(f"{str(measure)!r} is no measure", place="measure", remedy=f"give {known}")
    return Measure(measure)


@dataclass(frozen=True)
class _Fit:
    """The last plan as a plan of now, what it breaks, or why it has no value; empty if not whole."""

    plan: Plan | None = None
    broken: tuple[Violation, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class _Replanning:
    model: Model
    last: LastPlan
    within: float
    measure: Measure
    weights: Mapping[str, float]
    solver: str | None
    clock: Clock

    def result(self) -> Replan:
        fit = self._before()
        found, warm = solve_from(self.model, self.last.filled(self.model), self.solver, self.clock.left)
        if found.outcome not in REACHED or found.point is None:
            message = Standing(self.model, found, None).message
            return self._said(found.outcome, fit, warm=warm, message=message)
        best = Plan.at(self.model, found.point)
        before = fit.plan
        if before is not None and as_good(self.model, best.objectives, before.objectives, self.within):
            return self._said(found.outcome, fit, best, before, warm=warm)
        return self._closest(found.outcome, fit, best, warm=warm)

    def _before(self) -> _Fit:
        """The last plan as a plan of now, or what it breaks."""
        if self.last.new:
            return _Fit()
        try:
            found = evaluate(self.model, self.last.values)
        except QuintetError as error:
            return _Fit(reason=str(error))
        if found.feasible():
            return _Fit(Plan.at(self.model, self.last.values))
        return _Fit(broken=tuple(found.violations()[:BROKEN]))

    def _closest(
        self,
        outcome: Outcome,
        fit: _Fit,
        best: Plan,
        *,
        warm: bool,
    ) -> Replan:
        held = holding(self.model, best, self.within, EXACTLY)
        close = closeness(held, self.last, self.weights, self.measure)
        levels = [close.distance, *(o for o in self.model.objectives if o.tree is not None)]
        start = close.start(best.point, self.last, self.measure)
        found, _ = solve_from(with_objectives(close.model, levels), start, self.solver, self.clock.left)
        solved = found.point is not None and found.outcome.solved
        plan = Plan.at(self.model, found.point) if solved and found.point is not None else best
        proven = found.outcome is Outcome.OPTIMAL
        message = "" if proven else f"the search for the least change ended early: {found.outcome.value}"
        return self._said(outcome, fit, best, plan, warm=warm, proven=proven, message=message)

    def _said(
        self,
        outcome: Outcome,
        fit: _Fit,
        best: Plan | None = None,
        plan: Plan | None = None,
        *,
        warm: bool,
        proven: bool = True,
        message: str = "",
    ) -> Replan:
        return Replan(
            self.model,
            outcome,
            self.within,
            self.measure,
            self.weights,
            self.last,
            fit.plan,
            fit.broken,
            best,
            plan,
            self._distance(plan),
            self._distance(best),
            proven,
            warm,
            message,
            self.clock.seconds,
            fit.reason,
        )

    def _distance(self, plan: Plan | None) -> float:
        return 0.0 if plan is None else distance_at(plan.point, self.last, self.weights, self.measure)
