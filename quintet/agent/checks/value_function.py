"""How the optimum follows a right-hand side: never better when a limit is tightened, and by its price."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from quintet.agent.checks.case import Case, error, warning
from quintet.agent.checks.resolving import Resolved
from quintet.formulation.model import Floats
from quintet.formulation.tolerances import FEASIBILITY, OBJECTIVE
from quintet.formulation.wording import place_of
from quintet.problem import Finding
from quintet.solvers.arrays import Arrays

STEP = 0.01
"""Relative change of the right-hand side."""


@dataclass(frozen=True)
class Limit:
    """A one-sided row that holds with equality at the answer.

    Args:
        row: Its matrix row.
        upper: Whether it is an upper limit.
        step: By how much its side is changed.
    """

    row: int
    upper: bool
    step: float

    def moved(self, arrays: Arrays, amount: float) -> Arrays:
        """The same model with the right-hand side changed by `amount`."""
        name = "row_upper" if self.upper else "row_lower"
        side = getattr(arrays, name).copy()
        side[self.row] += amount
        return replace(arrays, **{name: side})

    @property
    def loosening(self) -> float:
        """The change of the right-hand side that allows more."""
        return self.step if self.upper else -self.step


def value_function(case: Case) -> Iterator[Finding]:
    """Solve again with one binding limit a little looser and a little tighter."""
    if not case.optimal or case.linear is None:
        return
    limit = _binding(case, case.linear)
    if limit is None:
        return
    loose = case.resolve(limit.moved(case.linear, limit.loosening))
    tight = case.resolve(limit.moved(case.linear, -limit.loosening))
    place = _place(case, limit)
    if loose.optimal and case.better(case.objective, loose.objective):
        yield error("monotone", f"a looser limit makes the optimum worse: {loose.objective:g}", place)
    if tight.optimal and case.better(tight.objective, case.objective):
        yield error("monotone", f"a tighter limit makes the optimum better: {tight.objective:g}", place)
    if not case.discrete:
        yield from _slopes(case, limit, loose, tight, place)


def _binding(case: Case, arrays: Arrays) -> Limit | None:
    """The binding inequality that matters most: by price for an LP, else the first."""
    activity = arrays.matrix.times(case.x)
    slack = FEASIBILITY * np.maximum(1.0, np.abs(activity))
    one_sided = np.isfinite(arrays.row_lower) ^ np.isfinite(arrays.row_upper)
    distance = np.minimum(np.abs(activity - arrays.row_lower), np.abs(arrays.row_upper - activity))
    rows = np.flatnonzero(one_sided & (distance <= slack) & (arrays.row_constraint >= 0))
    if not len(rows):
        return None
    row = int(rows[np.argmax(np.abs(_multipliers(case)[rows]))])
    upper = bool(np.isfinite(arrays.row_upper[row]))
    side = arrays.row_upper[row] if upper else arrays.row_lower[row]
    return Limit(row, upper, STEP * max(1.0, abs(float(side))))


def _multipliers(case: Case) -> Floats:
    assert case.linear is not None
    if case.discrete or not case.relaxation.optimal:
        return np.zeros(case.linear.rows)
    return case.relaxation.multipliers


def _place(case: Case, limit: Limit) -> str:
    assert case.linear is not None
    name = case.linear.constraints[int(case.linear.row_constraint[limit.row])]
    key = case.model.constraints[name].family.keys[int(case.linear.row_key[limit.row])]
    return place_of(f"constraints.{name}", key)


def _slopes(case: Case, limit: Limit, loose: Resolved, tight: Resolved, place: str) -> Iterator[Finding]:
    """An LP's optimum is convex in a right-hand side, and the price lies between its two slopes."""
    gain = _improvement(case, loose.objective) / limit.step if loose.optimal else 0.0
    loss = -_improvement(case, tight.objective) / limit.step if tight.optimal else np.inf
    slack = 10 * OBJECTIVE * max(1.0, abs(case.objective)) / limit.step
    if gain > loss + slack:
        yield error(
            "convexity", f"loosening gains {gain:g} a unit, more than tightening costs: {loss:g}", place
        )
    price = _reported(case, limit)
    if price is not None and not gain - slack <= price <= loss + slack:
        message = (
            f"its price {price:g} is not between what looser and tighter limits cost: {gain:g} and {loss:g}"
        )
        yield warning("price", message, place)


def _improvement(case: Case, value: float) -> float:
    return case.direction * (case.objective - value)


def _reported(case: Case, limit: Limit) -> float | None:
    """The solution's own price of the limit, as the gain of one more unit of room."""
    assert case.linear is not None
    name = case.linear.constraints[int(case.linear.row_constraint[limit.row])]
    prices = (case.solution.duals or {}).get(name)
    if prices is None:
        return None
    own = np.atleast_1d(prices[int(case.linear.row_key[limit.row])])
    price = float(own[min(max(0, int(case.linear.row_link[limit.row])), len(own) - 1)])
    return -case.direction * price * (1.0 if limit.upper else -1.0)
