"""The count of the fewest limits, where its oracle does not help."""

from __future__ import annotations

import pytest

from quintet.solvers import Options
from quintet.solvers.repair.clock import Clock
from quintet.solvers.repair.fewest import Count
from quintet.solvers.repair.oracle import Test as Tested


class Stubborn:
    """Names the same contradiction whatever is freed."""

    def __init__(self) -> None:
        self.asked = 0

    def test(self, free: frozenset[int], most: float | None = None) -> Tested:
        self.asked += 1
        if self.asked > 100:
            raise AssertionError("it is asked for ever")
        return Tested(False, (frozenset({0}), frozenset({1})))

    def guess(self) -> tuple[frozenset[int], bool] | None:
        return None


@pytest.mark.parametrize("seconds", [None, 60.0])
def test_an_oracle_that_contradicts_itself_ends_the_search(seconds: float | None) -> None:
    found = Count(Stubborn(), 3, frozenset(range(3)), Clock(Options(time_limit=seconds))).run()
    assert not found.proven
    assert found.limits == frozenset(range(3))


def test_no_time_left_collects_nothing() -> None:
    oracle, clock = Stubborn(), Clock(Options(time_limit=1.0), started=-1e9)
    assert Count(oracle, 3, frozenset(range(3)), clock)._collect(frozenset()) is None
    assert not oracle.asked
