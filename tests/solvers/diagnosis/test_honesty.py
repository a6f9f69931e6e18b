"""What is stopped, nearly feasible or disputed is said to be so; nothing wrong is ever reported."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintet.errors import SolverError
from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.model import Model, ProblemClass
from quintet.solvers.diagnosis import diagnose, irreducible_subset, limits
from quintet.solvers.diagnosis.catalogue import Mask
from quintet.solvers.diagnosis.deletion import Filter
from quintet.solvers.diagnosis.oracle import Clock, Judgement, Verdict
from quintet.solvers.fake import FakeSolver
from quintet.solvers.options import Options
from quintet.solvers.outcome import Outcome
from quintet.solvers.solution import Solution

Silent: TypeAlias = Callable[[set[int]], bool]
FREE: dict[str, Any] = {"lower": None, "upper": None}


def model(variables: dict[str, Any], constraints: dict[str, Any], **more: Any) -> Model:
    document = {"variables": variables, "objective": {"sense": "satisfy"}, "constraints": constraints}
    return bind(Formulation.model_validate({**document, **more}))


class Sets:
    """An oracle that knows the minimal infeasible sets, and does not answer about some sets.

    Args:
        minimal: The minimal infeasible sets.
        silent: Says about which sets it knows nothing.
    """

    def __init__(self, minimal: Iterable[set[int]], silent: Silent = lambda _: False) -> None:
        self.minimal = list(minimal)
        self.silent = silent
        self.tests = 0

    def narrowed(self, kept: Mask) -> Sets:
        return self

    def test(self, kept: Mask) -> Judgement:
        self.tests += 1
        chosen = set(np.flatnonzero(kept).tolist())
        if self.silent(chosen):
            return Judgement(Verdict.UNKNOWN, reason="node or solution limit")
        infeasible = any(part <= chosen for part in self.minimal)
        return Judgement(Verdict.INFEASIBLE if infeasible else Verdict.FEASIBLE)


def shrink(oracle: Sets, size: int, clock: Clock | None = None) -> tuple[set[int], dict[int, str]]:
    units = [np.array([number]) for number in range(size)]
    fixed = np.zeros(size, dtype=bool)
    found = Filter(oracle, units, fixed, clock or Clock.unlimited()).shrink(np.ones(size, dtype=bool))
    assert set(np.flatnonzero(found.kept).tolist()) == set(found.units)
    return set(found.units), dict(zip(found.units, found.doubts, strict=True))


# the filter


@given(st.lists(st.sets(st.integers(0, 11), min_size=1), min_size=1, max_size=4))
def test_the_filter_leaves_a_minimal_set(minimal: list[set[int]]) -> None:
    left, doubts = shrink(Sets(minimal), 12)
    assert not any(doubts.values())
    assert any(part <= left for part in minimal)
    assert not any(part <= left - {unit} for part in minimal for unit in left)


@given(st.sets(st.integers(0, 11), min_size=1), st.sets(st.integers(0, 11)))
def test_what_the_oracle_does_not_say_stays_in_doubt(core: set[int], mute: set[int]) -> None:
    """It is silent whenever a muted limit is missing and the rest would still be infeasible or not."""
    oracle = Sets([core], lambda chosen: not mute <= chosen)
    left, doubts = shrink(oracle, 12)
    assert core <= left
    assert all(doubts[unit] == "node or solution limit" for unit in left & mute)
    assert not any(doubts[unit] for unit in left - mute)
    assert left == core | mute


def test_few_tests_find_a_small_set_among_many() -> None:
    oracle = Sets([{17, 400, 911}])
    assert shrink(oracle, 1_000)[0] == {17, 400, 911}
    assert oracle.tests <= 80


def test_no_time_leaves_everything_in_doubt() -> None:
    oracle = Sets([{1}])
    left, doubts = shrink(oracle, 4, Clock(0.0))
    assert (left, set(doubts.values()), oracle.tests) == ({0, 1, 2, 3}, {"time limit"}, 0)


# stopped solvers


def two_rows() -> Model:
    return model({"x": FREE}, {"a": "x >= 5", "b": "x <= 3"})


def answer(asked: Model, outcome: Outcome, x: float | None = None) -> Solution:
    point = None if x is None else {"x": np.array([x])}
    return Solution(asked, outcome, "fake", "0", ProblemClass.LP, point=point)


def test_a_member_whose_test_was_stopped_is_not_proven() -> None:
    asked = two_rows()
    stopped, plan = Outcome.LIMIT_NO_SOLUTION, answer(asked, Outcome.OPTIMAL, 3.0)
    # the whole; without family b, without a, b once more; the same for the rows; what the proof looks at
    filtered = [stopped, plan, stopped]
    fake = FakeSolver([Outcome.INFEASIBLE, *filtered, *filtered, Outcome.INFEASIBLE])
    found = diagnose(asked, solver=fake)
    assert found.outcome is Outcome.INFEASIBLE
    (subset,) = found.subsets
    assert not subset.irreducible
    assert {m.name: p for m, p in zip(subset.members, subset.proven, strict=True)} == {"a": True, "b": False}
    assert "not proven necessary" in found.to_text()


def test_a_stopped_first_test_says_so() -> None:
    found = diagnose(two_rows(), solver=FakeSolver([Outcome.LIMIT_NO_SOLUTION]))
    assert found.outcome in (Outcome.UNKNOWN, Outcome.LIMIT_NO_SOLUTION)
    assert not found.subsets
    assert "not known whether a plan exists" in found.to_text()


def test_a_point_that_breaks_a_limit_is_no_plan() -> None:
    fake = FakeSolver([answer(two_rows(), Outcome.OPTIMAL, 4.0)])
    assert diagnose(two_rows(), solver=fake).outcome is Outcome.UNKNOWN


def test_a_wrong_infeasible_is_refuted_by_another_solver() -> None:
    """The solver says infeasible to everything; the others find a plan, so nothing is reported."""
    feasible = model({"x": FREE}, {"a": "x >= 5", "b": "x <= 7"})
    found = diagnose(feasible, solver=FakeSolver([Outcome.INFEASIBLE] * 20))
    assert found.outcome is Outcome.UNKNOWN
    assert not found.subsets
    assert "found one that meets all limits" in found.message


def test_no_time_at_all() -> None:
    document = {f"r{n}": f"sum(x[i] for i in I if i % {n} == 0) >= {3 * n}" for n in range(2, 9)}
    rows = {**document, "all": "sum(x[i] for i in I) <= 1"}
    asked = model({"x": {"index": ["I"], "lower": 0, "upper": 1}}, rows, sets={"I": "1..90"})
    found = diagnose(asked, Options(time_limit=1e-9))
    assert found.outcome is Outcome.LIMIT_NO_SOLUTION
    assert "time limit" in found.message


# nearly feasible


@pytest.mark.parametrize("gap", [1e-9, 1e-8, 1e-7, 5e-7])
def test_a_gap_below_the_tolerance_is_no_clash(gap: float) -> None:
    found = diagnose(model({"x": FREE}, {"a": f"x >= {1 + gap!r}", "b": "x <= 1"}))
    assert found.outcome in (Outcome.FEASIBLE, Outcome.UNKNOWN)
    assert not found.subsets


@pytest.mark.parametrize("gap", [1e-5, 1e-3])
def test_a_gap_above_the_tolerance_is_one(gap: float) -> None:
    found = diagnose(model({"x": FREE}, {"a": f"x >= {1 + gap!r}", "b": "x <= 1", "c": "x <= 2"}))
    assert [[m.place for m in s.members] for s in found.subsets] == [["a", "b"]]


def test_a_near_clash_beside_a_true_one_is_left_out() -> None:
    """Without `far` what is left misses by less than the tolerance: it is no second subset."""
    constraints = {"near": "x >= 1.0000001", "one": "x <= 1", "far": "x >= 9"}
    found = diagnose(model({"x": FREE}, constraints), subsets=5)
    assert {frozenset(m.place for m in s.members) for s in found.subsets} == {frozenset({"one", "far"})}
    assert all(subset.irreducible for subset in found.subsets)


# among some limits only


def test_only_candidates_are_members() -> None:
    asked = model({"x": FREE}, {"a": "x >= 5", "b": "x <= 3", "c": "x <= 2"})
    some = [limit for limit in limits(asked) if limit.name in ("b", "c")]
    found = irreducible_subset(asked, candidates=some[:1])
    assert [member.name for member in found.members] == []
    some = [limit for limit in limits(asked) if limit.name == "a"]
    found = irreducible_subset(asked, candidates=some)
    assert [member.name for member in found.members] == ["a"]
    assert found.irreducible


def test_a_model_with_a_plan_has_no_clash() -> None:
    asked = model({"x": FREE}, {"a": "x >= 5"})
    assert diagnose(asked).outcome is Outcome.FEASIBLE
    assert diagnose(asked).to_text() == "A plan exists: nothing to diagnose."
    with pytest.raises(SolverError, match="a plan meets all limits"):
        irreducible_subset(asked)


@pytest.mark.parametrize("subsets", [0, -1, 1_001])
def test_a_wrong_number_of_subsets(subsets: int) -> None:
    with pytest.raises(SolverError, match="give a number from 1"):
        diagnose(two_rows(), subsets=subsets)
