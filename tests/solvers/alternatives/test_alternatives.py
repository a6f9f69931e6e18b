"""Uniqueness, the best plans and ranges, against enumeration and independent solves."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from quintet.errors import SolverError
from quintet.formulation.binding import bind
from quintet.formulation.model import Model, ObjectiveData, ProblemClass
from quintet.formulation.revision import with_objectives
from quintet.formulation.schema import Sense
from quintet.formulation.tree import Element, VariableRef
from quintet.solvers import Options, Outcome, Solution, solve
from quintet.solvers.alternatives import alternatives
from quintet.solvers.alternatives import best as best_module
from quintet.solvers.alternatives.plan import Plan
from quintet.solvers.alternatives.plans import Uniqueness
from quintet.solvers.alternatives.standing import holding
from tests.solvers.alternatives.cases import flat, formulation, listed, random_document

# the best plans


@pytest.mark.parametrize("seed", range(10))
def test_the_best_plans_are_those_of_enumeration(seed: int) -> None:
    document = random_document(seed)
    values = sorted((plan.values[0] for plan in listed(document)), reverse=True)
    found = alternatives(formulation(document), k=8)
    assert [plan.objectives["f1"] for plan in found.plans] == pytest.approx(values[:8])
    points = [flat(found.model, plan.point) for plan in found.plans]
    assert len(set(points)) == 8
    unique = Uniqueness.UNIQUE if values[1] < values[0] else Uniqueness.OTHERS
    assert found.uniqueness is unique
    assert not found.complete


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("share", [0.0, 0.1])
def test_all_plans_within_a_share(seed: int, share: float) -> None:
    document = random_document(seed)
    plans = listed(document)
    best = max(plan.values[0] for plan in plans)
    near = {plan.x for plan in plans if plan.values[0] >= best - share * abs(best) - 1e-9}
    found = alternatives(formulation(document), k=len(near) + 5, within=share)
    assert {flat(found.model, plan.point) for plan in found.plans} == near
    assert found.complete
    assert "no other plan" in found.to_text()


def test_all_plans_of_a_small_model_and_no_more() -> None:
    document = random_document(3)
    document["constraints"]["few"] = "sum(b[i] for i in I) + n[1] + n[2] <= 1"
    found = alternatives(formulation(document), k=100)
    assert {flat(found.model, plan.point) for plan in found.plans} == {plan.x for plan in listed(document)}
    assert found.complete


def test_plans_told_apart_by_some_decisions_only() -> None:
    document = random_document(1)
    groups: dict[tuple[int, ...], float] = {}
    for plan in listed(document):
        groups[plan.x[:4]] = max(groups.get(plan.x[:4], -np.inf), plan.values[0])
    found = alternatives(formulation(document), k=5, over=["b"])
    values = [plan.objectives["f1"] for plan in found.plans]
    assert values == pytest.approx(sorted(groups.values(), reverse=True)[:5])
    assert len({flat(found.model, plan.point)[:4] for plan in found.plans}) == 5
    assert "told apart by b" in found.to_text()


def test_an_integer_without_an_end_gets_the_one_that_the_limits_leave() -> None:
    document = {
        "variables": {
            "x": {"domain": "integer", "lower": 0, "upper": None},
            "y": {"domain": "integer", "lower": None},
        },
        "objective": {"sense": "maximize", "expression": "x + 2 * y"},
        "constraints": {"room": "3 * x + 4 * y <= 12", "floor": "y >= -1"},
    }
    plans = sorted((x + 2 * y for x in range(9) for y in range(-1, 9) if 3 * x + 4 * y <= 12), reverse=True)
    found = alternatives(formulation(document), k=100)
    assert [plan.objectives["objective"] for plan in found.plans] == pytest.approx(plans)


def test_an_integer_that_nothing_limits_is_named() -> None:
    document = {
        "variables": {"x": {"domain": "integer", "lower": 0, "upper": None}, "y": {"domain": "binary"}},
        "objective": {"sense": "minimize", "expression": "y"},
    }
    with pytest.raises(SolverError, match=r"variables\.x: nothing limits it above"):
        alternatives(formulation(document))
    assert len(alternatives(formulation(document), over=["y"]).plans) == 2


@pytest.mark.parametrize(("within", "most"), [(None, 4), (0.5, 3), (2.0, 6)])
def test_an_integer_that_only_the_objective_limits(within: float | None, most: int) -> None:
    document = {
        "variables": {"x": {"domain": "integer", "lower": 0, "upper": None}},
        "objective": {"sense": "minimize", "expression": "x"},
        "constraints": {"some": "x >= 2"},
    }
    found = alternatives(formulation(document), within=within, k=9)
    assert [plan.objectives["objective"] for plan in found.plans] == list(range(2, most + 1))
    assert found.complete
    assert found.within == (within or 1.0)


def test_satisfaction_lists_plans_that_fit() -> None:
    document = {
        "variables": {"x": {"domain": "integer", "lower": 0, "upper": 5}, "b": {"domain": "binary"}},
        "objective": {"sense": "satisfy"},
        "constraints": {"logic": "implies(b == 1, x >= 4)", "some": "x >= 3"},
    }
    found = alternatives(formulation(document), k=50)
    assert {flat(found.model, p.point) for p in found.plans} == {(3, 0), (4, 0), (5, 0), (4, 1), (5, 1)}
    assert found.complete
    assert found.uniqueness is Uniqueness.OTHERS


# the only one?

AMOUNTS: dict[str, Any] = {
    "variables": {n: {"domain": "continuous", "lower": 0, "upper": 4} for n in ("x", "y")},
    "objective": {"sense": "maximize", "expression": "x + y"},
    "constraints": {"room": "x + y <= 5"},
}


def test_a_linear_program_with_one_optimum() -> None:
    document = {**AMOUNTS, "objective": {"sense": "maximize", "expression": "2 * x + y"}}
    found = alternatives(formulation(document))
    assert found.uniqueness is Uniqueness.UNIQUE
    assert found.complete
    assert not any(entry.moves for entry in found.ranges)
    assert "No decision can move" in found.to_text()


def test_a_linear_program_with_many() -> None:
    found = alternatives(formulation(AMOUNTS))
    assert found.uniqueness is Uniqueness.OTHERS
    assert [(e.lower, e.upper) for e in found.ranges] == [pytest.approx((1, 4))] * 2
    best, other = found.plans
    assert other.objectives["objective"] == pytest.approx(5)
    assert abs(best.point["x"][0] - other.point["x"][0]) > 0.1


def test_a_degenerate_optimum_is_still_the_only_one() -> None:
    document = {**AMOUNTS, "objective": {"sense": "maximize", "expression": "x + 2 * y"}}
    document["constraints"] = {
        "a": "x + y <= 4",
        "b": "x + 2 * y <= 8",
        "c": "y <= 4",
        "d": "x + 3 * y <= 12",
    }
    found = alternatives(formulation(document))
    # x + 2y <= 8 is the objective itself, but the other limits leave (0, 4) only
    assert found.uniqueness is Uniqueness.UNIQUE


def test_a_free_column_that_costs_nothing_is_another_optimum() -> None:
    variables = {**AMOUNTS["variables"], "free": {"domain": "continuous", "lower": None, "upper": None}}
    document = {
        **AMOUNTS,
        "variables": variables,
        "objective": {"sense": "maximize", "expression": "2 * x + y"},
    }
    found = alternatives(formulation(document))
    assert found.uniqueness is Uniqueness.OTHERS
    free = next(entry for entry in found.ranges if entry.variable == "free")
    assert (free.lower, free.upper) == (-np.inf, np.inf)
    assert json.loads(found.to_json())["ranges"][2]["upper"] is None
    assert "no limit" in found.to_text()


@pytest.mark.parametrize(("rate", "expected"), [(1, Uniqueness.OTHERS), (2, Uniqueness.UNIQUE)])
def test_amounts_beside_choices(rate: int, expected: Uniqueness) -> None:
    document = {
        "variables": {**AMOUNTS["variables"], "b": {"domain": "binary"}},
        "objective": {"sense": "maximize", "expression": f"{rate} * x + y - 3 * b"},
        "constraints": {"room": "x + y <= 5 + 2 * b"},
    }
    found = alternatives(formulation(document), k=5)
    assert found.uniqueness is expected
    assert len(found.plans) == 2


# ranges


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("tolerance", [0.0, 0.05])
def test_ranges_are_those_of_independent_solves(seed: int, tolerance: float) -> None:
    document = random_amounts(seed)
    found = alternatives(formulation(document), tolerance=tolerance, ranges=True)
    model = bind(formulation(document))
    held = holding(model, Plan.at(model, found.plans[0].point), tolerance)
    for entry in found.ranges:
        tree = VariableRef(entry.variable, tuple(Element(part) for part in entry.key))
        for sense, end in ((Sense.MINIMIZE, entry.lower), (Sense.MAXIMIZE, entry.upper)):
            solution = solve(with_objectives(held, [ObjectiveData("end", sense, tree)]), "scip")
            assert solution.outcome is Outcome.OPTIMAL
            assert end == pytest.approx(solution.objective, abs=1e-4)


def random_amounts(seed: int) -> dict[str, Any]:
    """A transport problem with costs out of three values, so that its optima are seldom unique."""
    random = np.random.default_rng(seed)
    return {
        "sets": {"S": "1..3", "T": "1..3"},
        "parameters": {
            "cost": {"index": ["S", "T"], "values": random.integers(1, 4, size=(3, 3)).tolist()},
            "need": {"index": ["T"], "values": random.integers(2, 6, size=3).tolist()},
        },
        "variables": {"send": {"index": ["S", "T"], "domain": "continuous", "lower": 0, "upper": 8}},
        "objective": {
            "sense": "minimize",
            "expression": "sum(cost[s, t] * send[s, t] for s in S for t in T)",
        },
        "constraints": {
            "needs": {"for": "t in T", "expression": "sum(send[s, t] for s in S) >= need[t]"},
            "has": {"for": "s in S", "expression": "sum(send[s, t] for t in T) <= 6"},
        },
    }


@pytest.mark.parametrize("seed", range(4))
def test_ranges_of_whole_numbers_are_those_of_enumeration(seed: int) -> None:
    document = random_document(seed)
    plans = listed(document)
    best = max(plan.values[0] for plan in plans)
    near = np.array([plan.x for plan in plans if plan.values[0] >= best - 0.1 * abs(best) - 1e-9])
    found = alternatives(formulation(document), ranges=True, tolerance=0.1)
    assert [entry.lower for entry in found.ranges] == pytest.approx(near.min(axis=0))
    assert [entry.upper for entry in found.ranges] == pytest.approx(near.max(axis=0))


def test_ranges_hold_every_level() -> None:
    document = {**AMOUNTS, "objective": [
        {"sense": "maximize", "name": "sum", "expression": "x + y", "priority": 1},
        {"sense": "minimize", "name": "gap", "expression": "abs(x - y)", "priority": 2},
    ]}  # fmt: skip
    found = alternatives(formulation(document), ranges=True)
    assert [(e.lower, e.upper) for e in found.ranges] == [pytest.approx((2.5, 2.5))] * 2


# what can't be asked


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"k": 0}, "0 plans can't be listed"),
        ({"within": -0.1}, "-0.1 can't be used"),
        ({"tolerance": float("nan")}, "nan can't be used"),
        ({"over": ["c"]}, "'c' is no decision; there are: b, n"),
    ],
)
def test_what_it_refuses(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(SolverError) as caught:
        alternatives(formulation(random_document(0)), **asked)
    assert said in str(caught.value)


def test_amounts_tell_no_plans_apart() -> None:
    with pytest.raises(SolverError, match="not of whole numbers"):
        alternatives(formulation(AMOUNTS), over=["x"])


@pytest.mark.parametrize(
    ("change", "outcome", "said"),
    [
        ({"constraints": {"a": "x >= 3", "b": "x <= 2"}}, Outcome.INFEASIBLE, "no plan meets all the limits"),
        (
            {"variables": {n: {"lower": 0} for n in "xy"}, "constraints": {}},
            Outcome.UNBOUNDED,
            "without limit",
        ),
    ],
)
def test_without_an_optimum_it_says_so(change: dict[str, Any], outcome: Outcome, said: str) -> None:
    found = alternatives(formulation({**AMOUNTS, **change}))
    assert found.outcome is outcome
    assert not found.settled
    assert said in found.to_text()
    assert json.loads(found.to_json())["plans"] == []


def test_a_search_that_ends_early_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def tired(model: Model, solver: Any, options: Options) -> Solution:
        return Solution(model, Outcome.LIMIT_NO_SOLUTION, "fake", "1", ProblemClass.MILP)

    monkeypatch.setattr(best_module, "solve", tired)
    found = alternatives(formulation(random_document(0)))
    assert found.uniqueness is Uniqueness.UNKNOWN
    assert len(found.plans) == 1
    assert not found.complete
    assert "ended early" in found.to_text()


def test_time_that_is_up_leaves_ranges_open() -> None:
    found = alternatives(formulation(AMOUNTS), ranges=True, options=Options(time_limit=1e-9))
    assert not found.settled or not all(entry.proven for entry in found.ranges)
