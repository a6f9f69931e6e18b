"""First-order change of the optimum: a linear program over the directions that a plan can move in.

For a convex model with linear constraints and an optimal plan x with gradient g, moving the
right-hand sides of the rows by e·r changes the optimum by e·v(r) + o(e) for small e > 0, where
v(r) is the least g·d over directions d whose active rows move by at least r; by duality this is the
largest r·y over all optimal multipliers y (Gauvin, Math. Prog. 12, 1977; for linear programs
Mills, in Ann. Math. Studies 38, 1956). So one-sided prices of degenerate plans need no small steps.
The plan stays optimal under costs c' exactly if no such direction has c'·d < 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np

from quintet.formulation.model import Floats, Ids
from quintet.formulation.schema import Sense
from quintet.solvers.arrays import Arrays, Products
from quintet.solvers.options import Options
from quintet.solvers.sensitivity.limits import BOTH, LOWER, UPPER, Limits
from quintet.solvers.session import Run, Session

ACTIVE = 1e-7
"""Relative distance from a side at which a row or a bound counts as active."""
ROUGH = 1e-5
"""Relative size of a reduced cost of the wrong sign that is put down to the solver's tolerance."""
EXTRA = {"presolve": "off", "solver": "simplex", "dual_feasibility_tolerance": 1e-9}
NOTHING = Products(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))


@dataclass(frozen=True)
class Face:
    """Where an optimal plan stands.

    Args:
        limits: The rows.
        x: The plan, one entry a column.
        gradient: Of the objective at it, minimising.
        active: Per row whether it is at its side.
        at_lower: Per column whether it is at its lower bound.
        at_upper: Per column whether it is at its upper bound.
    """

    limits: Limits = field(repr=False)
    x: Floats
    gradient: Floats
    active: np.ndarray
    at_lower: np.ndarray
    at_upper: np.ndarray

    @property
    def between(self) -> np.ndarray:
        """Columns that are at no bound."""
        return ~self.at_lower & ~self.at_upper


def face_of(limits: Limits, x: Floats) -> Face:
    """Where a plan stands; `x` has one entry a column of `limits.arrays`."""
    arrays = limits.arrays
    gradient = arrays.direction * (arrays.cost + arrays.products.gradient(x))
    activity = arrays.matrix.times(x)
    room = np.abs(activity - limits.value) / np.maximum(1.0, np.abs(limits.value))
    near = ACTIVE * np.maximum(1.0, np.abs(x))
    return Face(
        limits,
        x,
        gradient,
        (room <= ACTIVE) | (limits.end == BOTH),
        x - arrays.column_lower <= near,
        arrays.column_upper - x <= near,
    )


@dataclass(frozen=True)
class Change:
    """What moving right-hand sides does.

    Args:
        value: First-order change of the optimum, minimising; infinite if no plan is left.
        multipliers: Those optimal ones that make it so, where it is finite.
    """

    value: float
    multipliers: Floats = field(repr=False)


class NotOptimal(ArithmeticError):
    """The plan is not optimal within the tolerances, so nothing can be said about its neighbourhood."""


class Cone:
    """The directions that an optimal plan can move in, with one live solver.

    Args:
        face: Where the plan stands.
        options: Of the solver.

    Raises:
        NotOptimal: Some direction improves the plan.
    """

    def __init__(self, face: Face, options: Options) -> None:
        self.face = face
        self._options = options
        self.gradient = face.gradient
        self._lower, self._upper = _sides(face)
        self._low, self._high = _box(face)
        self.solves = 0
        self._session = self._opened()
        found = self._run() or self._cleaned()
        self.multipliers = _signed(face, found)
        """Of the rows, minimising: one optimal set of them."""

    def _opened(self) -> Session:
        return Session(self._arrays(), _quiet(self._options), EXTRA)

    def _arrays(self) -> Arrays:
        return replace(
            self.face.limits.arrays,
            sense=Sense.MINIMIZE,
            cost=self.gradient,
            offset=0.0,
            products=NOTHING,
            row_lower=self._lower,
            row_upper=self._upper,
            column_lower=self._low,
            column_upper=self._high,
        )

    def _cleaned(self) -> Run:
        """Reduced costs of the wrong sign and the size of a tolerance are taken off the gradient."""
        boxed = replace(
            self._arrays(), column_lower=np.maximum(self._low, -1.0), column_upper=np.minimum(self._high, 1.0)
        )
        found = Session(boxed, _quiet(self._options), EXTRA).run()
        if found.status != "kOptimal" or found.row_dual is None:
            raise NotOptimal
        reduced = self.gradient - boxed.matrix.transposed_times(found.row_dual, boxed.columns)
        wrong = np.where(self._low < 0, np.maximum(reduced, 0.0), 0.0)
        wrong += np.where(self._high > 0, np.minimum(reduced, 0.0), 0.0)
        if np.any(np.abs(wrong) > ROUGH * max(1.0, float(np.abs(self.gradient).max(initial=0.0)))):
            raise NotOptimal
        self.gradient = self.gradient - wrong
        self._session = self._opened()
        again = self._run()
        if again is None:
            raise NotOptimal
        return again

    def _run(self) -> Run | None:
        """One solve; None if it has no finite optimum."""
        self.solves += 1
        found = self._session.run()
        return found if found.status == "kOptimal" and found.x is not None else None

    def _value(self, found: Run | None) -> float:
        return np.inf if found is None or found.x is None else float(np.dot(self.gradient, found.x))

    def change(self, rows: Ids, amounts: Floats) -> Change:
        """First-order change of the optimum when right-hand sides move by `amounts`.

        Rows that are not active have no say.
        """
        lower, upper = self._lower.copy(), self._upper.copy()
        active = self.face.active[rows]
        rows, amounts = rows[active], amounts[active]
        lower[rows] = np.where(np.isfinite(lower[rows]), amounts, -np.inf)
        upper[rows] = np.where(np.isfinite(upper[rows]), amounts, np.inf)
        self._session.change_rows(rows, lower[rows], upper[rows])
        try:
            found = self._run()
        finally:
            self._session.change_rows(rows, self._lower[rows], self._upper[rows])
        return Change(self._value(found), self.multipliers if found is None else _signed(self.face, found))

    def along(self, column: int, step: float) -> float:
        """The least change of the objective over directions in which one decision moves by `step`.

        Infinite if it can't move that way.
        """
        if not self._low[column] <= step <= self._high[column]:
            return np.inf
        with self._held(np.array([column]), np.array([step])):
            return self._value(self._run())

    @contextmanager
    def _held(self, columns: Ids, values: Floats) -> Iterator[None]:
        self._session.change_columns(columns, values, values)
        try:
            yield
        finally:
            self._session.change_columns(columns, self._low[columns], self._high[columns])

    def independent(self, seed: int = 0) -> bool:
        """Whether the active rows can all be moved at once, whichever way, by the decisions between.

        Then each multiplier follows from the equations at those decisions alone, so the multipliers
        are unique. One random way is tried: if it can be gone, so can all with probability 1.
        """
        between = self.face.between
        way = np.random.default_rng(seed).uniform(0.5, 1.5, len(self._lower))
        low, high = np.where(between, -np.inf, 0.0), np.where(between, np.inf, 0.0)
        active = self.face.active
        tried = replace(
            self._arrays(),
            cost=np.zeros(len(self.gradient)),
            row_lower=np.where(active, way, -np.inf),
            row_upper=np.where(active, way, np.inf),
            column_lower=low,
            column_upper=high,
        )
        self.solves += 1
        found = Session(tried, _quiet(self._options), EXTRA).run()
        return found.x is not None and float(np.abs(found.x).max(initial=0.0)) < 1e9


def _signed(face: Face, found: Run) -> Floats:
    """Multipliers without what tolerances leave: 0 at rows with room, of the right sign at the others."""
    given = np.zeros(len(face.active)) if found.row_dual is None else found.row_dual
    end = face.limits.end
    wrong = ~face.active | ((end == LOWER) & (given < 0)) | ((end == UPPER) & (given > 0))
    return np.where(wrong, 0.0, given)


def _sides(face: Face) -> tuple[Floats, Floats]:
    end = face.limits.end
    low = face.active & ((end == LOWER) | (end == BOTH))
    high = face.active & (end != LOWER)
    return np.where(low, 0.0, -np.inf), np.where(high, 0.0, np.inf)


def _box(face: Face) -> tuple[Floats, Floats]:
    return np.where(face.at_lower, 0.0, -np.inf), np.where(face.at_upper, 0.0, np.inf)


def _quiet(options: Options) -> Options:
    """Small follow-up solves: the user's options of his own solve do not fit them."""
    return Options(threads=options.threads, seed=options.seed)
