"""Left and right prices of all limits of a linear or convex quadratic model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from quintet.formulation.model import Floats, Ids
from quintet.solvers.sensitivity.cone import Cone

SAME = 1e-7
"""Relative difference at which the left and the right price are one."""

ROUNDING = 1e-11
"""Size, relative to the largest price, of what is taken for 0."""
SEARCH = 60
"""Least number of linear programs by which rows with two prices are looked for."""


@dataclass(frozen=True)
class Duals:
    """Prices in the minimising sense, one entry a row.

    Args:
        left: Derivative for less on the right-hand side; -inf if less leaves no plan.
        right: Derivative for more; inf if more leaves no plan.
        unique: Rows with one price, proved.
        skipped: Rows that were not worked out, because the limit was reached: NaN in both.
    """

    left: Floats
    right: Floats
    unique: np.ndarray
    skipped: Ids


def duals(
    cone: Cone,
    limit: int,
    worth: Callable[[Ids], Floats],
    tell: Callable[[str], None],
    over: Callable[[], bool] = lambda: False,
) -> Duals:
    """The prices of all rows.

    One linear program shows whether the active rows are independent: then the solver's multipliers
    are the only ones. Otherwise groups of rows are tried: a random sum of their multipliers has one
    value over all optimal multipliers exactly if (with probability 1) each of them has. Where it has
    not, the multipliers at its ends show which rows have two prices; they are taken out.

    Args:
        cone: The directions at the plan.
        limit: Most rows of which left and right price are worked out one by one.
        worth: How much a row matters, the largest first where there are more than `limit`.
        tell: Told what is going on.
        over: Whether the time is used up; the rows that are left then are skipped.
    """
    face = cone.face
    prices = np.where(face.active, cone.multipliers, 0.0)
    split = face.limits.split & face.active
    asked = np.flatnonzero(face.active & ~split)
    search = _Search(cone, prices)
    if len(asked) and not cone.independent():
        tell("the plan is degenerate: looking for limits with two prices")
        search.settle(asked, max(SEARCH, 2 * limit), over)
    open_rows = np.concatenate([np.flatnonzero(split), np.array(search.open_rows, dtype=np.int64)])
    ordered = open_rows[np.argsort(-worth(open_rows), kind="stable")]
    left, right = prices.copy(), prices.copy()
    done = 0
    while done < min(limit, len(ordered)) and not over():
        left[ordered[done]], right[ordered[done]] = search.both(int(ordered[done]))
        done += 1
    left[ordered[done:]] = right[ordered[done:]] = np.nan
    return Duals(left, right, _same(left, right), ordered[done:])


def _same(left: Floats, right: Floats) -> np.ndarray:
    known = np.isfinite(left) & np.isfinite(right)
    gap = np.where(known, right, 0.0) - np.where(known, left, 0.0)
    size = np.maximum(1e-9, np.maximum(np.abs(np.nan_to_num(left)), np.abs(np.nan_to_num(right))))
    return known & (np.abs(gap) <= SAME * size)


class _Search:
    """Taking rows with two prices out of a group until each of the others has one."""

    def __init__(self, cone: Cone, prices: Floats) -> None:
        self._cone = cone
        self._prices = prices
        self._random = np.random.default_rng(0)
        self._size = SAME * max(1e-9, float(np.abs(prices).max(initial=0.0)))
        self.open_rows: list[int] = []

    def settle(self, rows: Ids, solves: int, over: Callable[[], bool] = lambda: False) -> None:
        """Find the rows with two prices; when `solves` or time are used up, the rest stay open."""
        waiting, start = [rows], self._cone.solves
        while waiting:
            group = waiting.pop()
            if len(group) == 1 or self._cone.solves - start > solves or over():
                self.open_rows += group.tolist()
                continue
            two = self._two_prices(group)
            if two is None:
                continue
            self.open_rows += group[two].tolist()
            rest, middle = group[~two], len(group) // 2
            waiting += [rest] if two.any() else [group[middle:], group[:middle]]

    def _two_prices(self, rows: Ids) -> np.ndarray | None:
        """Which rows of a group are seen to have two prices; None if it is proved that none has.

        All False where a sum of their prices differs, but no price alone.
        """
        weights = self._random.uniform(0.5, 1.5, len(rows)) * self._random.choice([-1.0, 1.0], len(rows))
        expected = float(np.dot(weights, self._prices[rows]))
        allowed = self._size * len(rows)
        two, one_each = np.zeros(len(rows), dtype=bool), True
        for sign in (1.0, -1.0):
            found = self._cone.change(rows, sign * weights)
            one_each &= abs(found.value - sign * expected) <= allowed
            two |= np.abs(found.multipliers[rows] - self._prices[rows]) > self._size
        return None if one_each else two

    def both(self, row: int) -> tuple[float, float]:
        """Left and right price of one row."""
        rows = np.array([row])
        less, more = (self._cone.change(rows, np.array([way])).value for way in (-1.0, 1.0))
        return self._clean(-less), self._clean(more)

    def _clean(self, price: float) -> float:
        """Without what rounding leaves of 0."""
        return price if abs(price) > ROUNDING / SAME * self._size else 0.0
