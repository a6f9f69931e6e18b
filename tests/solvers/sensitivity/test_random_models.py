"""Prices, ranges and cost ranges of random linear models against cold solves of their neighbours."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from quintet.solvers.arrays import LOWER_FIRST, Arrays
from quintet.solvers.diagnosis.limit import LimitKind
from quintet.solvers.options import Options
from quintet.solvers.sensitivity import CostRange, Price
from quintet.solvers.sensitivity.local import Local
from tests.solvers.sensitivity.random_models import Case, bounded, case, costing, optimum, shifted

STEP = 1e-4
FIRST = 12
"""Cases of which limits with room are looked at too, of the others only those that matter."""


@cache
def cases() -> list[tuple[Case, Local]]:
    found = [one for seed in range(225) if (one := case(seed)) is not None][:200]
    return [(one, local(one)) for one in found]


def local(one: Case) -> Local:
    return Local(one.model, one.arrays, one.x, Options(), 1000, frozenset(), lambda line: None)


def moving(one: Case, price: Price) -> Callable[[float], float]:
    """The optimum with the right-hand side of a limit moved by some amount."""
    low, high = float(price.sign != "<="), float(price.sign != ">=")
    if price.kind is LimitKind.CONSTRAINT:
        row = _row(one.arrays, price)
        return lambda by: optimum(shifted(one.arrays, row, low * by, high * by))
    column = one.model.variables[price.name].first_column + price.row
    return lambda by: optimum(bounded(one.arrays, column, low * by, high * by))


def _row(arrays: Arrays, price: Price) -> int:
    names = np.array(arrays.constraints)[arrays.row_constraint]
    ranged = arrays.row_link <= LOWER_FIRST
    mine = (names == price.name) & (ranged | (arrays.row_link == price.link))
    return int(np.flatnonzero(mine & (arrays.row_key == price.row))[0])


def test_there_are_two_hundred_of_which_many_are_degenerate() -> None:
    assert len(cases()) == 200
    prices = [price for _, known in cases() for price in known.prices(ranges=False)]
    assert sum(not p.single and np.isfinite([p.left or 0, p.right or 0]).all() for p in prices) > 50
    assert sum(np.isinf(p.left or 0) or np.isinf(p.right or 0) for p in prices) > 50
    assert {p.sign for p in prices} == {"<=", ">=", "=="}
    assert {p.link for p in prices} == {0, 1}


@pytest.mark.parametrize("part", range(4))
def test_prices_are_the_one_sided_differences(part: int) -> None:
    for one, known in cases()[part::4]:
        for price in known.prices(ranges=False):
            at = moving(one, price)
            right, left = (at(STEP) - one.objective) / STEP, (one.objective - at(-STEP)) / STEP
            assert price.right == pytest.approx(right, abs=1e-5), (price, right)
            assert price.left == pytest.approx(left, abs=1e-5), (price, left)


@pytest.mark.parametrize("part", range(4))
def test_prices_hold_to_the_end_of_their_range_and_no_further(part: int) -> None:
    for number, (one, known) in enumerate(cases()[part::4]):
        for price in known.prices():
            if not price.matters and number >= FIRST // 4:
                continue  # hundreds of limits with room
            ways = [(1, price.right, price.range_right, price.most)]
            ways += [(-1, price.left, price.range_left, price.least)]
            for way, slope, end, last in ways:
                _holds(one, price, way, slope or 0.0, end, last)


def _holds(one: Case, price: Price, way: int, slope: float, end: float | None, last: float | None) -> None:
    assert end is not None
    if np.isinf(slope):
        assert (end, last) == (price.value, price.value)
        return
    at, far = moving(one, price), abs(end - price.value)

    def expected(by: float) -> float:
        return one.objective + slope * way * by

    inside = 0.999 * min(far, 1000.0)
    assert at(way * inside) == pytest.approx(expected(inside), rel=1e-9, abs=1e-6), price
    if np.isfinite(far):
        outside = at(way * (far + 0.01))
        assert outside != pytest.approx(expected(far + 0.01), rel=1e-9, abs=1e-9), price
    if last is not None and np.isfinite(last):
        gone = abs(last - price.value)
        assert np.isinf(at(way * (gone + 1e-3))), price
        assert np.isfinite(at(way * (gone - 1e-5))), price


@pytest.mark.parametrize("part", range(2))
def test_the_plan_is_optimal_just_inside_its_cost_ranges_and_beaten_just_outside(part: int) -> None:
    for one, known in cases()[part::4]:
        for cost in known.costs():
            _stays(one, cost)


def _stays(one: Case, cost: CostRange) -> None:
    column = one.model.variables[cost.name].first_column + cost.row
    for end, way in ((cost.lower, -1), (cost.upper, 1)):
        assert end is not None
        far = abs(end - cost.cost)

        def plan(by: float, way: int = way) -> float:
            return one.objective + way * by * one.x[column]

        inside = 0.999 * min(far, 1000.0)
        best = optimum(costing(one.arrays, column, way * inside))
        assert best == pytest.approx(plan(inside), rel=1e-9, abs=1e-6), cost
        if np.isfinite(far):
            beaten = optimum(costing(one.arrays, column, way * (far + 0.01)))
            assert one.arrays.direction * (plan(far + 0.01) - beaten) > 1e-9, cost
