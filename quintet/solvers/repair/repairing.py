"""The cheapest repair of a model that no plan fits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np

from quintet.errors import QuintetError
from quintet.formulation.model import Model, Point
from quintet.formulation.revision import without_objective
from quintet.solvers.diagnosis.limit import Limit, LimitKind
from quintet.solvers.options import Options
from quintet.solvers.outcome import Outcome
from quintet.solvers.registry import solve
from quintet.solvers.repair.application import with_changes
from quintet.solvers.repair.choice import Standing, Wishes, check_names, standings
from quintet.solvers.repair.clock import Clock
from quintet.solvers.repair.elastic import Elastic
from quintet.solvers.repair.extraction import broken, relaxations, shared_limits
from quintet.solvers.repair.fewest import Count
from quintet.solvers.repair.oracle import oracle_for
from quintet.solvers.repair.relaxation import Relaxation, Repair, Repairs, Weight
from quintet.solvers.repair.settings import settings_of, tried
from quintet.solvers.repair.stretching import elastic
from quintet.solvers.solution import Solution

WIDER = 2e-6
"""Added to amounts, of max(1, |side|), where a solver's tolerance leaves the exact ones no room."""
COUNTING = 60.0
"""Seconds that the count of limits takes at most where there is no time limit."""
Say = Callable[[str], None]


def repair(
    model: Model,
    options: Options | None = None,
    *,
    soft: Collection[str] = (),
    hard: Collection[str] = (),
    weights: Mapping[str, float] | None = None,
    progress: Say | None = None,
) -> Repairs:
    """Find the least that has to give way so that a plan exists, twice: in amount and in number.

    Args:
        model: A bound model of any class.
        options: Of every solve; a time limit is for all of them together.
        soft: Families that may give way besides policies: constraints, variables (their bounds), or one
            side of them (`make.upper`). They go over kinds.
        hard: Families that may not.
        weights: Price of one unit by family; default 1 / max(1, |right-hand side|) a row, and 1 for a row of
            logic, which is dropped as a whole.
        progress: Told what is being done.

    Returns:
        The repairs, each carried out and solved again. Bounds of decisions give way only if the user says
        so or constraints alone are not enough.

    Raises:
        SolverError: A name or a weight that can't be used, or a model that no solver takes.
        DataError: A coefficient does not exist, or logic needs a bound; the message names it.
    """
    weights = weights or {}
    check_names(model, soft, hard, weights)
    search = _Search(
        model, Wishes(frozenset(soft), frozenset(hard)), weights, Clock(options or Options()), progress
    )
    return replace(search.result(), seconds=search.clock.seconds)


@dataclass
class _Search:
    model: Model
    wishes: Wishes
    weights: Mapping[str, float]
    clock: Clock
    progress: Say | None

    def result(self) -> Repairs:
        self._say("looking for the smallest change")
        asked = self._attempt(bounds=False)
        if asked[2].outcome is not Outcome.INFEASIBLE:
            return self._told(*asked)
        self._say("constraints alone are not enough, bounds may give way too")
        wider = self._attempt(bounds=True)
        if wider[2].outcome is not Outcome.INFEASIBLE:
            return self._told(*wider)
        return self._stuck(wider[0])

    def _say(self, what: str) -> None:
        if self.progress is not None:
            self.progress(what)

    def _attempt(self, *, bounds: bool) -> tuple[list[Standing], Elastic, Solution]:
        found = standings(self.model, self.wishes, bounds=bounds)
        stretched = elastic(self.model, found, self.weights)
        return found, stretched, solve(stretched.model, options=self.clock.rest())

    def _told(self, found: list[Standing], stretched: Elastic, solution: Solution) -> Repairs:
        prices = _prices(stretched, found)
        known = Repairs(self.model, standings=tuple(found), weights=prices)
        if not solution.outcome.solved or solution.point is None:
            return replace(known, message=_unsettled(solution))
        proven = solution.outcome is Outcome.OPTIMAL
        if not broken(stretched, solution.point):
            return self._nothing(known, stretched, solution)
        smallest = self._repair(stretched, solution.point, proven=proven)
        self._say("counting limits")
        fewest = self._fewest(stretched, solution.point, smallest)
        made = replace(known, smallest=smallest, fewest=fewest, feasible=False if proven else None)
        return self._with_values(made, found)

    def _nothing(self, known: Repairs, stretched: Elastic, solution: Solution) -> Repairs:
        """Nothing has to give way: the model is feasible as it is, and is solved to say so."""
        whole = self._repair(stretched, _zeroed(stretched, solution.point or {}), proven=True)
        feasible = whole.outcome_after.solved or whole.outcome_after is Outcome.UNBOUNDED
        message = (
            "" if feasible else "nothing has to give way by more than the tolerance, yet no plan was found"
        )
        return replace(known, smallest=whole, fewest=whole, feasible=feasible or None, message=message)

    def _repair(self, stretched: Elastic, point: Point, *, proven: bool) -> Repair:
        changes = relaxations(stretched, point)
        after = self._solved(changes)
        if after.outcome in (Outcome.INFEASIBLE, Outcome.UNKNOWN) and changes:
            wider = relaxations(stretched, point, wider=WIDER)
            again = self._solved(wider)
            if again.outcome.solved or again.outcome is Outcome.UNBOUNDED:
                changes, after = wider, again
        total = sum(change.weight * change.amount for change in changes)
        count = len({change.limit for change in changes})
        return Repair(changes, total, count, proven, after.outcome, after.objective)

    def _solved(self, changes: tuple[Relaxation, ...]) -> Solution:
        return solve(with_changes(self.model, changes), options=self.clock.rest())

    def _with_values(self, made: Repairs, found: list[Standing]) -> Repairs:
        """Repairs with the values of parameters that they mean, and one where limits share values."""
        together = elastic(self.model, found, self.weights, shared=True)
        common = shared_limits(together)
        repairs = [self._with_settings(part, common) for part in (made.smallest, made.fewest) if part]
        smallest, fewest = repairs if len(repairs) == 2 else (made.smallest, made.fewest)
        made = replace(made, smallest=smallest, fewest=fewest)
        if not any(change.limit in common for part in repairs for change in part.changes):
            return made
        self._say("looking for the smallest change of values that several limits share")
        solution = solve(together.model, options=self.clock.rest())
        if not solution.outcome.solved or solution.point is None:
            return made
        shared = self._repair(together, solution.point, proven=solution.outcome is Outcome.OPTIMAL)
        shared = self._with_settings(shared, frozenset())
        moved = len(shared.settings) + sum(change.setting is None for change in shared.changes)
        total = (solution.objective or 0.0) * together.unit
        return replace(made, values=replace(shared, total=total, count=moved))

    def _with_settings(self, made: Repair, common: Collection[Limit]) -> Repair:
        """With the parameters to change, unless a value also sets limits that should stay as they are."""
        if any(change.limit in common for change in made.changes):
            return made
        settings = settings_of(made.changes)
        if not settings or any(change.setting is None for change in made.changes):
            return replace(made, settings=settings)
        again = tried(self.model, settings, self.clock)
        holds = None if again is None else again.outcome.solved or again.outcome is Outcome.UNBOUNDED
        objective = None if again is None else again.objective
        return replace(made, settings=settings, settings_hold=holds, objective_with_settings=objective)

    def _fewest(self, stretched: Elastic, point: Point, smallest: Repair) -> Repair | None:
        limit = self.clock.options.time_limit
        seconds = COUNTING if limit is None else max(0.0, self.clock.left)
        clock = Clock(replace(self.clock.options, time_limit=max(seconds, 0.01)))
        start = broken(stretched, point)
        oracle = oracle_for(stretched, clock)
        found = Count(oracle, stretched.limits, start, clock, self._say).run()
        if found.limits == start or len(found.limits) == smallest.count:
            return replace(smallest, proven=found.proven)
        again = solve(stretched.holding(found.limits), options=self.clock.rest())
        if not again.outcome.solved or again.point is None:
            return replace(smallest, proven=False)
        return self._repair(stretched, again.point, proven=found.proven)

    def _stuck(self, found: list[Standing]) -> Repairs:
        """What may not give way contradicts itself."""
        self._say("what may not give way contradicts itself; looking for where")
        kept = Repairs(self.model, standings=tuple(found), feasible=False, stuck=True)
        from quintet.solvers.diagnosis import irreducible_subset

        try:
            conflict = irreducible_subset(_hard_only(self.model, found), self.clock.rest())
        except QuintetError as error:
            return replace(kept, message=f"where it contradicts itself was not found out: {error}")
        return replace(kept, conflict=conflict)


def _prices(stretched: Elastic, found: list[Standing]) -> tuple[Weight, ...]:
    by_label = {(standing.kind, standing.name): standing for standing in found}
    return tuple(
        Weight(
            by_label[give.kind, give.name],
            float(np.min(give.weights)),
            float(np.max(give.weights)),
            give.set_by_user,
        )
        for give in stretched.gives
        if len(give)
    )


def _zeroed(stretched: Elastic, point: Point) -> Point:
    names = {d.variable for give in stretched.gives for d in give.deviations.values()}
    return {name: np.zeros_like(values) if name in names else values for name, values in point.items()}


def _unsettled(solution: Solution) -> str:
    why = solution.stopped_by or solution.message or solution.outcome.value
    return f"no repair was found before the solver stopped: {why}"


def _hard_only(model: Model, found: list[Standing]) -> Model:
    """The model less everything that may give way, and without objective."""
    soft = {standing.name for standing in found if standing.soft and standing.kind is LimitKind.CONSTRAINT}
    kept = {name: entry for name, entry in model.constraints.items() if name not in soft}
    stretched = elastic(
        replace(model, constraints=kept), [s for s in found if s.kind is not LimitKind.CONSTRAINT], {}
    )
    variables = {name: stretched.model.variables[name] for name in model.variables}
    return without_objective(replace(model, constraints=kept, variables=variables))
