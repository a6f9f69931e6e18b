"""What several objectives cost one another: efficient plans, by the augmented ε-constraint method.

One objective is optimised while the others are held at ever stricter ends, from the worst to the
best value of a lexicographic payoff table (Mavrotas, Appl. Math. Comput. 213, 2009; AUGMECON2:
Mavrotas and Florios, Appl. Math. Comput. 219, 2013, §2, with its jumps over ends that a plan
already meets). The augmentation is done as a second level, which is its limit for a vanishing ε:
among the plans with the best first value the others' scaled sum is optimised. So every plan is
efficient, not only weakly, and no ε has to be tuned.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from quintet.errors import SolverError
from quintet.formulation.evaluator import evaluate
from quintet.formulation.model import Model, ObjectiveData, Point
from quintet.formulation.revision import with_constraint, with_objectives
from quintet.formulation.schema import Sense
from quintet.formulation.tolerances import OBJECTIVE, agree
from quintet.formulation.tree import Compare, Number, Product
from quintet.solvers.alternatives.efficient import Efficient, Front
from quintet.solvers.alternatives.goals import Goal, goals_of, lattice
from quintet.solvers.alternatives.linear import total
from quintet.solvers.alternatives.plan import Plan
from quintet.solvers.alternatives.standing import REMEDY, SAID, Clock, bound
from quintet.solvers.options import Options
from quintet.solvers.outcome import Outcome
from quintet.solvers.registry import solve
from quintet.solvers.solution import Solution

if TYPE_CHECKING:
    from quintet.formulation.document import Formulation

GRID = 11
"""Ends of each held objective, where nobody says how many."""
POINTS = 1_000
"""Most ends of a held objective that may be asked for."""
EXACT = 200
"""Most plans of a front that is traced plan by plan."""
FINE = 1e-4
"""A lattice finer than this share of the objective's size is left to the grid."""
HELD = "held"
"""Name of the rows that hold an objective; `_` is added until it is free."""


def pareto(
    formulation: Formulation,
    objectives: Sequence[str] = (),
    *,
    points: int | None = None,
    data: Path | None = None,
    solver: str | None = None,
    options: Options | None = None,
) -> Front:
    """The efficient plans of two or three objectives.

    Args:
        formulation: The document.
        objectives: `minimize cost`, over named expressions or any expression; empty for those of the
            document, whatever their priorities and weights.
        points: Ends of each held objective, a grid. None: every efficient value where the second of
            two objectives moves in steps that permit it, else 11.
        data: Folder of its tables; default: that of the document.
        solver: A solver's name; by default the one that fits.
        options: Limits; a time limit is for everything together.

    Raises:
        SolverError: Fewer than two objectives or more than three; fewer than two points.
        QuintetError: As `bind` and `solve`.
    """
    return pareto_of(bound(formulation, data), objectives, points=points, solver=solver, options=options)


def pareto_of(
    model: Model,
    objectives: Sequence[str] = (),
    *,
    points: int | None = None,
    solver: str | None = None,
    options: Options | None = None,
) -> Front:
    """As `pareto`, of a bound model."""
    if points is not None and not 2 <= points <= POINTS:
        raise SolverError(f"{points} points make no front", place="points", remedy=f"ask for 2 to {POINTS:,}")
    return _Tracing(model, goals_of(model, objectives), points, solver, Clock(options or Options())).result()


class _Stopped(Exception):
    """The search ended before its end.

    Args:
        outcome: How.
        message: Why, one line.
    """

    def __init__(self, outcome: Outcome, message: str) -> None:
        self.outcome, self.message = outcome, message
        super().__init__(message)


class _Tracing:
    def __init__(
        self, model: Model, goals: tuple[Goal, ...], points: int | None, solver: str | None, clock: Clock
    ) -> None:
        self._model, self._goals, self._points = model, goals, points
        self._solver, self._clock = solver, clock
        self._found: list[Efficient] = []
        self._payoff: list[Efficient] = []
        self._ranges: list[float] = []
        self._main, self._solves, self._cut = 0, 0, ""

    def result(self) -> Front:
        """The front, or as much of it as was found."""
        outcome, message, complete = Outcome.OPTIMAL, "", False
        try:
            self._payoff = [self._first(goal) for goal in self._goals]
            self._found = list(self._payoff)
            complete, message = self._trace(), self._cut
        except _Stopped as stopped:
            outcome, message = stopped.outcome, stopped.message
        points = self._kept()
        return Front(
            self._model,
            self._goals,
            outcome,
            points,
            tuple(row.values for row in self._payoff),
            complete and not message and all(point.proven for point in points),
            message,
            self._solves,
            self._clock.seconds,
        )

    # the payoff table

    def _first(self, goal: Goal) -> Efficient:
        """The plan that is best in one objective and then in the others: efficient."""
        levels = [goal.objective, *(other.objective for other in self._goals if other is not goal)]
        found = self._solve(self._model, levels)
        if found is None:
            raise _Stopped(Outcome.INFEASIBLE, _said(Outcome.INFEASIBLE))
        return found

    def _solve(self, model: Model, levels: Sequence[ObjectiveData]) -> Efficient | None:
        """None if there is no plan."""
        if self._clock.over:
            raise _Stopped(Outcome.FEASIBLE, "the time limit was reached: this is a part of the front")
        self._solves += len(levels)
        found = solve(with_objectives(model, levels), self._solver, self._clock.left)
        if found.outcome is Outcome.INFEASIBLE:
            return None
        if found.point is None or not found.outcome.solved:
            raise _Stopped(found.outcome, _why(found))
        return self._efficient(found.point, proven=found.outcome is Outcome.OPTIMAL)

    def _efficient(self, point: Point, *, proven: bool) -> Efficient:
        own = {name: point[name] for name in self._model.variables}
        judged = evaluate(with_objectives(self._model, [goal.objective for goal in self._goals]), own)
        values = tuple(judged.objectives[goal.name] for goal in self._goals)
        return Efficient(values, Plan.at(self._model, own), proven)

    # the ends of the held objectives

    def _trace(self) -> bool:
        """Walk over the ends; whether every efficient value was met."""
        self._ranges = [self._range(place) for place in range(len(self._goals))]
        if len(self._goals) == 2:
            return self._trace_two()
        for end in self._ends(2):
            self._walk(1, {2: end}, self._cell(1))
        return False

    def _trace_two(self) -> bool:
        """Hold the objective that moves in steps, if one does: the front is then traced plan by plan."""
        if any(spread <= self._noise(place) for place, spread in enumerate(self._ranges)):
            return True
        steps = [None, None] if self._points else [self._step(0), self._step(1)]
        held = 0 if steps[1] is None and steps[0] is not None else 1
        self._main = 1 - held
        return self._walk(held, {}, self._cell(held), steps[held])

    def _noise(self, place: int) -> float:
        return OBJECTIVE * max(1.0, *(abs(row.values[place]) for row in self._payoff))

    def _range(self, place: int) -> float:
        values = [row.values[place] for row in self._payoff]
        return max(values) - min(values)

    def _cell(self, place: int) -> float:
        return self._ranges[place] / ((self._points or GRID) - 1)

    def _step(self, place: int) -> float | None:
        """The lattice step of an objective, if it is coarse enough to go step by step."""
        step = lattice(self._model, self._goals[place])
        size = max(1.0, *(abs(row.values[place]) for row in self._payoff))
        return None if step is None or step < FINE * size else step

    def _worst_best(self, place: int) -> tuple[float, float]:
        sign = self._goals[place].sign
        values = [sign * row.values[place] for row in self._payoff]
        return max(values), min(values)

    def _ends(self, place: int) -> Iterator[float]:
        """A grid from the worst to the best value, both included, minimising."""
        worst, best = self._worst_best(place)
        count = (self._points or GRID) if worst > best else 1
        for number in range(count):
            yield worst - (worst - best) * number / max(1, count - 1)

    def _walk(self, place: int, held: dict[int, float], cell: float, step: float | None = None) -> bool:
        """Hold one objective ever stricter; whether every efficient value was met on the way.

        The next end lies half a lattice step, or the next cell of the grid, beyond the value that
        the last plan has: ends that it meets already are jumped over.
        """
        worst, best = self._worst_best(place)
        found = self._at({**held, place: worst}) if held else self._payoff[self._main]
        near = max((step or cell) / 4, self._noise(place))
        for _ in range(EXACT if step else (self._points or GRID) + 1):
            if found is None:
                return step is not None
            self._found.append(found)
            value = self._goals[place].sign * found.values[place]
            if value - best <= near:
                return step is not None
            end = value - step / 2 if step else max(best, self._next_cell(worst, value, cell))
            found = self._at({**held, place: end})
        if step:
            self._cut = (
                f"only {EXACT} plans were traced one by one; ask for a number of points to see all of it"
            )
        return False

    def _next_cell(self, worst: float, value: float, step: float) -> float:
        return worst - step * (int((worst - value) / step + 1e-6) + 1)

    def _at(self, held: dict[int, float]) -> Efficient | None:
        """The best first objective with the others held, and among those the best scaled sum of them."""
        model = self._model
        for place, end in held.items():
            goal = self._goals[place]
            slack = 1e-7 * max(1.0, abs(end))
            tree, sign = (goal.tree, "<=") if goal.sense is Sense.MINIMIZE else (goal.tree, ">=")
            limit = goal.sign * (end + slack)
            model = with_constraint(model, HELD, Compare((tree, Number(limit)), (sign,)))
        return self._solve(model, [self._goals[self._main].objective, self._rest()])

    def _rest(self) -> ObjectiveData:
        """The other objectives, each over its range: what the augmentation adds."""
        if len(self._goals) == 2:
            return self._goals[1 - self._main].objective
        rest = zip(self._goals[1:], self._ranges[1:], strict=True)
        parts = [Product((Number(goal.sign / (spread or 1.0)), goal.tree)) for goal, spread in rest]
        return ObjectiveData("the others", Sense.MINIMIZE, total(list(parts)))

    # what is kept

    def _kept(self) -> tuple[Efficient, ...]:
        """Each value once, none that another beats, by the first objective."""
        kept: list[Efficient] = []
        for point in self._found:
            if not any(self._covers(other, point) for other in kept):
                kept = [other for other in kept if not self._covers(point, other)]
                kept.append(point)
        sign = self._goals[0].sign
        return tuple(sorted(kept, key=lambda point: (sign * point.values[0], point.values[1:])))

    def _covers(self, one: Efficient, other: Efficient) -> bool:
        """Whether `one` is nowhere worse: then `other` is the same or dominated."""
        pairs = zip(self._goals, one.values, other.values, strict=True)
        return all(goal.sign * a <= goal.sign * b or agree(a, b) for goal, a, b in pairs)


def _said(outcome: Outcome) -> str:
    return "; ".join(part for part in (SAID.get(outcome, outcome.value), REMEDY.get(outcome, "")) if part)


def _why(found: Solution) -> str:
    if found.outcome in (Outcome.UNBOUNDED, Outcome.INFEASIBLE_OR_UNBOUNDED):
        name = found.model.objectives[0].name
        told = found.message if "level" in found.message else f"{name!r} alone can grow without limit"
        return f"{told.rstrip('.')}; a front needs an end to each objective"
    return _said(found.outcome)
