"""What the numbers of the data are worth, at an optimal plan of a linear or convex quadratic model.

Where plan and prices are unique, the derivative of the optimum by a number is the derivative of the
Lagrangian at them (the envelope theorem; Fiacco, Introduction to Sensitivity and Stability Analysis,
1983, section 2.3). Where only the plan is, the number moves right-hand sides as a price would.
Otherwise the model is solved again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from quintet.errors import QuintetError
from quintet.formulation.model import Floats, Ids, Model
from quintet.solvers.matrix import compile
from quintet.solvers.options import Options
from quintet.solvers.rewrite import rewrite
from quintet.solvers.sensitivity.gradient import Gradients, Slopes
from quintet.solvers.sensitivity.limits import Limits, limits_of
from quintet.solvers.sensitivity.local import Local
from quintet.solvers.sensitivity.plans import Plans
from quintet.solvers.sensitivity.result import Method
from quintet.solvers.sensitivity.variation import Variation

NUDGE = 1e-5
"""Relative step of the central difference of the Lagrangian, halved once to see that it holds."""
STEADY = 1e-5
"""Relative difference at which the quotients of two steps are the same."""
HALVINGS = 8
FIRST = 1e-3
"""Relative size of the first step of those that are solved again."""


@dataclass(frozen=True)
class Effect:
    """What one number is worth, in the user's sense.

    Args:
        left: For a smaller number; infinite for no plan, None if not worked out.
        right: For a larger one.
        method: How it was found.
    """

    left: float | None
    right: float | None
    method: Method


@dataclass(frozen=True)
class Moves:
    """What a change of a parameter changes in the matrix form: a matrix of the same shape, or not."""

    coefficients: bool
    costs: bool
    sides: bool


class Effects:
    """Effects of the numbers of one parameter after another.

    Args:
        variation: Makes the changed models.
        local: What is known at the plan.
        optimum: Solves a model again; the objective in the user's sense, ±inf for no plan, NaN if
            the solver could not say.
        base: The optimum as it is.
        options: Of the solver.
        limit: Most numbers that are worked out one by one by small linear programs.
        solves: Most numbers for which the whole model is solved again.
        over: Whether the time is used up; then nothing more is worked out.
    """

    def __init__(
        self,
        variation: Variation,
        local: Local,
        optimum: Callable[[Model], float],
        base: float,
        options: Options,
        limit: int,
        solves: int,
        over: Callable[[], bool] = lambda: False,
    ) -> None:
        self._variation = variation
        self._local = local
        self._optimum = optimum
        self._base = base
        self._direction = local.limits.arrays.direction
        self._options = options
        self.limit = limit
        self.solves = solves
        self._over = over
        self._gradients: Gradients | None = None
        self._plans: Plans | None = None
        self.refusals: dict[str, str] = {}
        """By parameter, why a change of it could not be tried; it may have been worked out otherwise."""

    def of(self, name: str, entries: Sequence[int]) -> dict[int, Effect]:
        """The effects of some numbers of a parameter, by row; those for which nothing is left are missing."""
        moves = self._moves(name)
        slopes = self._slopes(name) if moves is not None else None
        if slopes is not None and moves is not None and self._by_plans(moves):
            return self._over_plans(name, slopes, entries)
        found: dict[int, Effect] = {}
        for entry in entries:
            if self._over():
                break
            effect = None if slopes is None or moves is None else self._quick(slopes, entry, moves)
            effect = effect or self._slow(name, entry, slopes, moves)
            if effect is not None:
                found[entry] = effect
        return found

    # costs of several optimal plans

    def _by_plans(self, moves: Moves) -> bool:
        local = self._local
        return (
            local.linear and not local.plan_unique and moves.costs and not (moves.coefficients or moves.sides)
        )

    def _over_plans(self, name: str, slopes: Slopes, entries: Sequence[int]) -> dict[int, Effect]:
        if self._plans is None:
            self._plans = Plans(self._local, self._options)

        def costs(weights: Floats) -> Floats:
            return self._costs_moved(name, weights)

        def worth(x: Floats) -> Floats:
            return Gradients(self._variation.model, self._local.limits, x).by(name).objective

        same = self._plans.alike(np.asarray(entries), costs, worth, self._local.face.x)
        found: dict[int, Effect] = {}
        for entry in entries:
            value = float(slopes.objective[entry]) + 0.0
            if same[entry]:
                found[entry] = Effect(value, value, Method.ENVELOPE)
            elif self.limit > 0 and not self._over():
                self.limit -= 1
                found[entry] = self._over_ends(costs(np.eye(1, len(same), entry)[0]))
        return found

    def _over_ends(self, costs: Floats) -> Effect:
        assert self._plans is not None
        least, most = (_number(end) for end in self._plans.ends(costs))
        ends = (most, least) if self._direction > 0 else (least, most)
        return Effect(*ends, Method.ONE_SIDED)

    def _costs_moved(self, name: str, weights: Floats) -> Floats:
        """Change of the costs per unit of a change of the numbers, in the user's sense."""
        values = self._variation.model.parameters[name].values
        up, down = (
            compile(rewrite(self._variation.with_values(name, values + sign * weights))).cost
            for sign in (0.5, -0.5)
        )
        return up - down

    # what moves

    def _moves(self, name: str) -> Moves | None:
        """What other numbers would change; None if they change which rows and bounds there are."""
        values = self._variation.model.parameters[name].values
        shift = np.random.default_rng(2).uniform(0.5, 1.0, len(values)) * NUDGE
        limits = self._limits_at(name, values + shift * np.maximum(1.0, np.abs(values)))
        if limits is None:
            return None
        own, theirs = self._local.limits.arrays, limits.arrays
        same = np.array_equal(own.matrix.columns, theirs.matrix.columns) and np.array_equal(
            own.matrix.values, theirs.matrix.values
        )
        same_costs = np.array_equal(own.cost, theirs.cost) and np.array_equal(
            own.products.values, theirs.products.values
        )
        return Moves(not same, not same_costs, not np.array_equal(self._local.limits.value, limits.value))

    def _limits_at(self, name: str, values: Floats) -> Limits | None:
        """The limits with other numbers; None if they are other limits or can't be made."""
        try:
            arrays = compile(rewrite(self._variation.with_values(name, values)))
        except QuintetError as error:
            self.refusals.setdefault(name, str(error))
            return None
        own = self._local.limits
        if arrays.columns != own.base.columns:
            return None
        found = limits_of(own.model, arrays)
        alike = [(own.end, found.end), (own.source, found.source), (own.column, found.column)]
        alike += [(own.arrays.column_lower, found.arrays.column_lower)]
        alike += [(own.arrays.column_upper, found.arrays.column_upper)]
        alike += [(own.base.row_key, found.base.row_key), (own.base.integrality, found.base.integrality)]
        return found if all(np.array_equal(a, b) for a, b in alike) else None

    def _slopes(self, name: str) -> Slopes | None:
        """All derivatives at once; None where the parameter does not lend itself to it."""
        if not self._variation.direct(name) or self._local.limits.base.columns != self._local.columns:
            return None
        try:
            if self._gradients is None:
                self._gradients = Gradients(self._variation.model, self._local.limits, self._local.face.x)
            return self._gradients.by(name)
        except QuintetError as error:
            self.refusals.setdefault(name, str(error))
            return None

    # one number

    def _quick(self, slopes: Slopes, entry: int, moves: Moves) -> Effect | None:
        rows, amounts = slopes.of(entry)
        if not self._certain(rows, moves):
            return None
        return self._envelope(float(slopes.objective[entry]), rows, amounts)

    def _certain(self, rows: Ids, moves: Moves) -> bool:
        """Whether the Lagrangian has the derivative of the optimum: what it depends on is unique."""
        local = self._local
        prices = bool(np.all(local.duals.unique[rows] | ~local.face.active[rows]))
        return prices and (local.plan_unique or not (moves.coefficients or moves.costs))

    def _envelope(self, objective: float, rows: Ids, amounts: Floats) -> Effect:
        local = self._local
        priced = np.where(local.face.active[rows], local.cone.multipliers[rows], 0.0)
        total = objective + self._direction * float(np.dot(priced, amounts))
        return Effect(total + 0.0, total + 0.0, Method.ENVELOPE)

    def _slow(self, name: str, entry: int, slopes: Slopes | None, moves: Moves | None) -> Effect | None:
        found = None if slopes is None else (float(slopes.objective[entry]), *slopes.of(entry))
        if moves is not None and self.limit > 0:
            self.limit -= 1
            effect = self._by_prices(found or self._difference(name, entry), moves)
            if effect is not None:
                return effect
        if self.solves <= 0:
            return None
        self.solves -= 1
        return self._stepped(name, entry)

    def _by_prices(self, found: tuple[float, Ids, Floats] | None, moves: Moves) -> Effect | None:
        """Without solving the whole model again, if the plan, or what depends on it, is unique."""
        if found is None:
            return None
        objective, rows, amounts = found
        if self._certain(rows, moves):
            return self._envelope(objective, rows, amounts)
        if self._local.plan_unique or not (moves.coefficients or moves.costs):
            return self._one_sided(objective, rows, amounts)
        return None

    def _one_sided(self, objective: float, rows: Ids, amounts: Floats) -> Effect:
        """One plan and several prices: the number moves right-hand sides, up and down."""
        up = self._local.cone.change(rows, amounts).value
        down = self._local.cone.change(rows, -amounts).value
        right, left = objective + self._direction * up, objective - self._direction * down
        return Effect(left + 0.0, right + 0.0, Method.ONE_SIDED)

    def _difference(self, name: str, entry: int) -> tuple[float, Ids, Floats] | None:
        """Derivatives of objective and rows at the plan by a central difference; None if unsteady."""
        values = self._variation.model.parameters[name].values
        step = NUDGE * max(1.0, abs(float(values[entry])))
        first, second = (self._central(name, entry, size) for size in (step, step / 2))
        if first is None or second is None:
            return None
        scale = STEADY * max(1e-6, float(np.abs(second).max(initial=0.0)))
        if np.any(np.abs(first - second) > scale):
            return None
        rows = np.flatnonzero(np.abs(second[1:]) > scale * 1e-3)
        return float(second[0]), rows, second[1:][rows]

    def _central(self, name: str, entry: int, step: float) -> Floats | None:
        ends = [self._at(name, entry, sign * step) for sign in (1.0, -1.0)]
        return None if ends[0] is None or ends[1] is None else (ends[0] - ends[1]) / (2 * step)

    def _at(self, name: str, entry: int, step: float) -> Floats | None:
        """Objective, then right-hand side less left of every row, at the plan with one number changed."""
        limits = self._limits_at(name, _moved(self._variation.model, name, entry, step))
        if limits is None:
            return None
        x = self._local.face.x
        return np.append(limits.arrays.objective(x), limits.value - limits.arrays.matrix.times(x))

    def _stepped(self, name: str, entry: int) -> Effect:
        left, right = (self._by_steps(name, entry, way) for way in (-1.0, 1.0))
        return Effect(left, right, Method.STEPS)

    def _by_steps(self, name: str, entry: int, way: float) -> float | None:
        """The quotient of ever smaller steps, extrapolated, once it holds; None if it never does."""
        value = abs(float(self._variation.model.parameters[name].values[entry]))
        step, before, guess = way * FIRST * max(1.0, value), None, None
        for _ in range(HALVINGS):
            slope = self._quotient(name, entry, step)
            if slope is None or np.isinf(slope):
                return slope if slope is None or self._stays_infinite(name, entry, step) else None
            better = slope if before is None else 2 * slope - before
            if guess is not None and abs(better - guess) <= STEADY * max(1e-3, abs(better)):
                return better + 0.0
            before, guess, step = slope, better if before is not None else None, step / 2
        return None

    def _stays_infinite(self, name: str, entry: int, step: float) -> bool:
        smaller = self._quotient(name, entry, step / 2**HALVINGS)
        return smaller is not None and bool(np.isinf(smaller))

    def _quotient(self, name: str, entry: int, step: float) -> float | None:
        try:
            changed = self._variation.with_values(name, _moved(self._variation.model, name, entry, step))
            value = self._optimum(changed)
        except QuintetError as error:
            self.refusals.setdefault(name, str(error))
            return None
        return None if np.isnan(value) else (value - self._base) / step


def _number(value: float) -> float | None:
    return None if np.isinf(value) else value + 0.0


def _moved(model: Model, name: str, entry: int, step: float) -> Floats:
    values = model.parameters[name].values.copy()
    values[entry] += step
    return values
