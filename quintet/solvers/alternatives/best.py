"""Is the optimum the only one, what are the next best plans, how far may each decision move?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from quintet.errors import SolverError
from quintet.formulation.model import Model
from quintet.formulation.revision import with_bounds, with_objectives
from quintet.formulation.tolerances import INTEGRALITY, OBJECTIVE
from quintet.formulation.wording import place_of
from quintet.solvers.alternatives.distinct import apart, choices, unbounded_choices
from quintet.solvers.alternatives.face import (
    Probe,
    another,
    fixed,
    is_continuous,
    linear_arrays,
    near_optimal,
    optimal_face,
    relaxed,
)
from quintet.solvers.alternatives.plan import Plan, as_good, changes
from quintet.solvers.alternatives.plans import Alternatives, Uniqueness
from quintet.solvers.alternatives.ranges import Range, decision_ranges
from quintet.solvers.alternatives.standing import Clock, Standing, bound, refuse_share, stand
from quintet.solvers.arrays import Arrays
from quintet.solvers.options import Options
from quintet.solvers.outcome import Outcome
from quintet.solvers.registry import solve

if TYPE_CHECKING:
    from quintet.formulation.document import Formulation

WITHIN = 1.0
"""Share that a plan may lose where some integer has no limit but what the objective sets."""
RANGED = 2_000
"""Most decisions of a linear program whose ranges are worked out without being asked for."""


def alternatives(
    formulation: Formulation,
    *,
    k: int = 3,
    within: float | None = None,
    over: Sequence[str] = (),
    ranges: bool | None = None,
    tolerance: float = 0.0,
    data: Path | None = None,
    solver: str | None = None,
    options: Options | None = None,
) -> Alternatives:
    """The best plans, whether the best is the only one, and how far each decision may move.

    Args:
        formulation: The document.
        k: Plans to find, the best among them; plans differ in some whole-number decision.
        within: Share of each objective that a plan may lose, 0.05 for five per cent. None: any, or the
            value of the best once more, where only the objective keeps some integer from growing.
        over: Variable families by which plans are told apart; none for all of whole numbers.
        ranges: Whether to work out the range of every decision; None: for a linear program.
        tolerance: Share of each objective that may be lost in those ranges; 0 for the optimal plans.
        data: Folder of its tables; default: that of the document.
        solver: A solver's name; by default the one that fits.
        options: Limits; a time limit is for everything together.

    Raises:
        SolverError: `k` below 1, a negative share, a decision that plans can't be told apart by.
        QuintetError: As `bind` and `solve`.
    """
    asked = Asked(k, within, tuple(over), ranges, tolerance, solver)
    return alternatives_of(bound(formulation, data), asked, options)


@dataclass(frozen=True)
class Asked:
    """What is wanted of `alternatives`; the arguments are told there.

    Raises:
        SolverError: One of them can't be used.
    """

    k: int = 3
    within: float | None = None
    over: tuple[str, ...] = ()
    ranges: bool | None = None
    tolerance: float = 0.0
    solver: str | None = None

    def __post_init__(self) -> None:
        if self.k < 1:
            raise SolverError(f"{self.k} plans can't be listed", place="k", remedy="ask for 1 or more")
        if self.within is not None:
            refuse_share(self.within, "within")
        refuse_share(self.tolerance, "tolerance")


def alternatives_of(model: Model, asked: Asked, options: Options | None = None) -> Alternatives:
    """As `alternatives`, of a bound model."""
    clock = Clock(options or Options())
    names = choices(model, asked.over)
    base = stand(model, asked.solver, clock.left)
    if base.plan is None:
        return Alternatives(model, base.outcome, message=base.message, seconds=clock.seconds)
    return _Listing(base, base.plan, asked, names, clock).result()


class _Listing:
    """The plans, one after another.

    Args:
        base: The optimum.
        plan: Its plan.
        asked: What is wanted.
        names: The families by which plans are told apart.
        clock: Time that is left.
    """

    def __init__(
        self, base: Standing, plan: Plan, asked: Asked, names: tuple[str, ...], clock: Clock
    ) -> None:
        self._base, self._asked, self._names, self._clock = base, asked, names, clock
        self._model, self._plans = base.model, [plan]
        self._levels = linear_arrays(self._model)
        self._next: Plan | None = None
        self._within, self._complete, self._message = asked.within, False, ""

    def result(self) -> Alternatives:
        """All that was asked for."""
        if self._names:
            self._list()
        uniqueness = self._uniqueness()
        return Alternatives(
            self._model,
            self._base.outcome,
            uniqueness,
            tuple(self._plans),
            self._complete or (not self._names and uniqueness is Uniqueness.UNIQUE),
            self._names,
            self._within,
            tuple(self._ranges()),
            self._asked.tolerance,
            self._message,
            self._clock.seconds,
        )

    # plans

    def _list(self) -> None:
        """One solve a plan, and one more to say whether there is another."""
        model = self._bounded()
        while self._next is None and not self._complete and not self._message:
            model = apart(model, self._plans[-1].point, self._names)
            found = solve(model, self._asked.solver, self._clock.left)
            if found.outcome is Outcome.INFEASIBLE:
                self._complete = True
            elif found.outcome in (Outcome.OPTIMAL, Outcome.LOCALLY_OPTIMAL) and found.point is not None:
                self._take(Plan.at(self._model, found.point))
            else:
                self._message = f"the search for further plans ended early: {found.outcome.value}"

    def _take(self, plan: Plan) -> None:
        best, within = self._plans[0].objectives, self._within
        if within is not None and not as_good(self._model, best, plan.objectives, within):
            self._complete, self._next = True, plan
        elif len(self._plans) < self._asked.k:
            self._plans.append(plan)
        else:
            self._next = plan

    def _bounded(self) -> Model:
        """Ends for general integers that have none: what the relaxation leaves them."""
        open_ends = list(unbounded_choices(self._model, self._names))
        ends = self._ends(open_ends) if open_ends else []
        if any(not np.isfinite(end) for end in ends) and self._within is None:
            self._within = WITHIN
            ends = self._ends(open_ends)
        model = self._model
        for (name, row, sign), end in zip(open_ends, ends, strict=True):
            if not np.isfinite(end):
                raise _unbounded(name, model.variables[name].family.keys[row], sign)
            variable, whole = (
                model.variables[name],
                np.array([np.floor(end + INTEGRALITY) if sign > 0 else np.ceil(end - INTEGRALITY)]),
            )
            lower, upper = variable.lower[[row]], variable.upper[[row]]
            model = with_bounds(
                model, name, np.array([row]), *((lower, whole) if sign > 0 else (whole, upper))
            )
        return model

    def _ends(self, open_ends: Sequence[tuple[str, int, float]]) -> list[float]:
        """The furthest that the relaxation lets each go, with its objective within the share."""
        if self._levels is None:
            return [np.inf for _ in open_ends]
        arrays = relaxed(self._levels[0])
        if self._within is not None:
            first = with_objectives(self._model, self._model.objectives[:1])
            arrays = near_optimal([arrays], first, self._plans[0], self._within, 2 * OBJECTIVE)
        probe, variables = Probe(arrays, self._clock.left), self._model.variables
        return [probe.end(variables[name].first_column + row, sign)[0] for name, row, sign in open_ends]

    # the only one?

    def _uniqueness(self) -> Uniqueness:
        others = [*self._plans[1:], *([self._next] if self._next else [])]
        best = self._plans[0].objectives
        if any(as_good(self._model, best, other.objectives) for other in others):
            return Uniqueness.OTHERS
        if self._message:
            return Uniqueness.UNKNOWN
        if self._levels is None or self._has_tolerances():
            return self._unique_if_whole()
        return self._among_amounts(self._levels)

    def _unique_if_whole(self) -> Uniqueness:
        """The only one if all decisions are whole numbers, and all told plans apart."""
        whole = all(v.integral for v in self._model.variables.values())
        return self._settled_choices() if whole else Uniqueness.UNKNOWN

    def _has_tolerances(self) -> bool:
        return any(o.abs_tol > 0 or o.rel_tol > 0 for o in self._model.objectives)

    def _among_amounts(self, levels: list[Arrays]) -> Uniqueness:
        """The whole numbers held, are the amounts the only ones?"""
        held = self._held(levels)
        if held is None:
            return self._unique_if_whole()
        face = optimal_face(held, self._clock.left)
        if face is None:
            return Uniqueness.UNKNOWN
        found, x = another(*face, self._clock.left)
        if found is None:
            return Uniqueness.UNKNOWN
        return self._told(x) if found else self._settled_choices()

    def _held(self, levels: list[Arrays]) -> list[Arrays] | None:
        if is_continuous(levels):
            return levels
        if levels[0].columns != self._model.columns:
            return None
        flat = self._model.flat(self._plans[0].point)
        whole = np.flatnonzero(levels[0].integrality == 1)
        if np.any(levels[0].integrality > 1):
            return None
        return [fixed(level, whole, np.round(flat[whole])) for level in levels]

    def _settled_choices(self) -> Uniqueness:
        """No other plan was met: the only one, unless some choices were left out of account."""
        everything = set(self._names) == set(choices(self._model))
        return Uniqueness.UNIQUE if everything else Uniqueness.UNKNOWN

    def _told(self, x: np.ndarray | None) -> Uniqueness:
        """Another point of the face: another plan, unless only columns of the rewriting differ."""
        if x is None:
            return Uniqueness.OTHERS
        point = self._model.point(x[: self._model.columns])
        if not changes(self._model, self._plans[0].point, point):
            return Uniqueness.UNKNOWN
        if not self._names:
            self._plans.append(Plan.at(self._model, point))
        return Uniqueness.OTHERS

    # ranges

    def _ranges(self) -> list[Range]:
        asked = self._asked.ranges
        linear = self._levels is not None and is_continuous(self._levels)
        if asked is None:
            asked = linear and self._model.columns <= RANGED
        if not asked:
            return []
        best, tolerance = self._plans[0], self._asked.tolerance
        near = [
            plan
            for plan in self._plans[1:]
            if as_good(self._model, best.objectives, plan.objectives, tolerance)
        ]
        return decision_ranges(self._model, best, tolerance, self._levels, near, self._clock)


def _unbounded(name: str, key: tuple[int | str, ...], sign: float) -> SolverError:
    end = "upper" if sign > 0 else "lower"
    return SolverError(
        f"nothing limits it {'above' if sign > 0 else 'below'}, so plans can't be told apart by it",
        place=place_of(f"variables.{name}", key),
        remedy=f"give it {end}: a number, or tell plans apart by others (--over)",
    )
