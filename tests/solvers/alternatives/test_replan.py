"""Staying close against enumeration: the least distance within a share of the best."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from quintet.agent.answer import Answer
from quintet.agent.record import write_run
from quintet.errors import DataError, QuintetError, RunError
from quintet.solvers import Outcome
from quintet.solvers.alternatives import replan
from quintet.solvers.alternatives.staying import Replan
from tests.solvers.alternatives.cases import Document, Listed, flat, formulation, listed, random_document


def as_values(x: tuple[float, ...]) -> dict[str, Any]:
    return {
        "b": {str(n): v for n, v in enumerate(x[:4], 1)},
        "n": {str(n): v for n, v in enumerate(x[4:], 1)},
    }


def closest(plans: list[Listed], last: tuple[int, ...], within: float, measure: str) -> float:
    """By trying every plan."""
    best = max(plan.values[0] for plan in plans)
    near = [plan.x for plan in plans if plan.values[0] >= best - within * abs(best) - 1e-9]
    moved = np.abs(np.array(near) - np.array(last))
    return float((moved if measure == "amount" else moved > 0).sum(axis=1).min())


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("measure", ["amount", "count"])
@pytest.mark.parametrize("within", [0.0, 0.1, 0.4])
def test_the_distance_is_the_least_of_enumeration(seed: int, measure: str, within: float) -> None:
    document = random_document(seed)
    plans = listed(document)
    last = plans[np.random.default_rng(seed).integers(len(plans))].x
    found = replan(formulation(document), as_values(last), within=within, measure=measure)
    assert found.distance == pytest.approx(closest(plans, last, within, measure))
    assert found.proven
    assert found.plan is not None
    x = flat(found.model, found.plan.point)
    assert x in {plan.x for plan in plans}
    assert len(found.changes) == sum(a != b for a, b in zip(x, last, strict=True))
    json.loads(found.to_json())


def test_among_the_closest_plans_the_best_is_taken() -> None:
    document = random_document(4)
    plans = listed(document)
    best = max(plan.values[0] for plan in plans)
    for last in (plans[0].x, plans[len(plans) // 2].x):
        near = [plan for plan in plans if plan.values[0] >= best - 0.5 * abs(best) - 1e-9]
        far = {plan.x: sum(abs(a - b) for a, b in zip(plan.x, last, strict=True)) for plan in near}
        value = max(plan.values[0] for plan in near if far[plan.x] == min(far.values()))
        found = replan(formulation(document), as_values(last), within=0.5)
        assert found.plan is not None
        if min(far.values()) > 0:
            assert found.plan.objectives["f1"] == pytest.approx(value)


def test_weights_say_what_matters() -> None:
    document = random_document(2)
    plans = listed(document)
    last = min(plans, key=lambda plan: plan.values[0]).x
    best = max(plan.values[0] for plan in plans)
    near = [plan.x for plan in plans if plan.values[0] >= best - 0.3 * abs(best) - 1e-9]
    expected = min(sum(abs(a - b) for a, b in zip(x[:4], last[:4], strict=True)) for x in near)
    found = replan(formulation(document), as_values(last), within=0.3, weights={"n": 0})
    assert found.distance == pytest.approx(expected)
    assert "of n nothing" in found.to_text() or not found.changes


LP: Document = {
    "variables": {n: {"domain": "continuous", "lower": 0, "upper": 100, "unit": "kg"} for n in ("x", "y")},
    "parameters": {"need": 60},
    "objective": {"sense": "minimize", "expression": "2 * x + 3 * y", "unit": "EUR"},
    "constraints": {"needs": "x + y >= need", "room": "x <= 50"},
}


def test_amounts_move_as_little_as_the_share_permits() -> None:
    # the best is x = 50, y = 10 at 130 EUR; ten per cent more pays for x = 37, y = 23
    found = replan(formulation(LP), {"x": 20, "y": 40}, within=0.1)
    assert found.plan is not None
    assert (found.plan.point["x"][0], found.plan.point["y"][0]) == pytest.approx((37, 23), abs=1e-4)
    assert found.distance == pytest.approx(3.4, abs=1e-4)
    assert "143 EUR; the best is 130 EUR" in found.to_text()
    assert "counts 0.1" in found.to_text()


def test_without_a_share_nothing_is_given_away() -> None:
    found = replan(formulation(LP), {"x": 20, "y": 40}, within=0)
    assert found.plan is not None
    assert (found.plan.point["x"][0], found.plan.point["y"][0]) == pytest.approx((50, 10), abs=1e-6)
    assert "which is the best" in found.to_text()


def test_a_last_plan_that_is_good_enough_stays() -> None:
    found = replan(formulation(LP), {"x": 48, "y": 12}, within=0.05)
    assert found.distance == 0
    assert not found.changes
    assert "Nothing has to change" in found.to_text()
    assert "still fits" in found.to_text()


def test_a_last_plan_that_no_longer_fits_is_told_why() -> None:
    found = replan(formulation({**LP, "parameters": {"need": 80}}), {"x": 50, "y": 10}, within=0.01)
    assert found.before is None
    assert [violation.place for violation in found.broken] == ["constraints.needs"]
    assert found.plan is not None
    assert found.plan.point["y"][0] == pytest.approx(30)
    assert "no longer fits: it breaks needs" in found.to_text()


def test_new_and_gone_elements_are_said() -> None:
    document = random_document(0)
    last = as_values(listed(document)[0].x)
    del last["b"]["2"]
    last["b"]["9"] = 1
    last["old"] = {"a": 1, "b": 2}
    found = replan(formulation(document), last, within=0.1)
    assert found.last.new == ("b[2]",)
    assert set(found.last.gone) == {"b[9]", "old"}
    text = found.to_text()
    assert "1 decision is new" in text
    assert "b[9]" in text


def test_levels_are_all_held() -> None:
    document = {
        "variables": {n: {"domain": "integer", "lower": 0, "upper": 9} for n in ("x", "y")},
        "objective": [
            {"sense": "minimize", "name": "sum", "expression": "x + y", "priority": 1},
            {"sense": "maximize", "name": "more", "expression": "x", "priority": 2},
        ],
        "constraints": {"need": "x + y >= 8"},
    }
    found = replan(formulation(document), {"x": 4, "y": 4}, within=0.25)
    # x + y may be 10, x at least 6
    assert found.plan is not None
    assert found.plan.objectives == {"sum": 10, "more": 6}
    assert found.distance == 2


# where the last plan comes from


def run_folder(tmp_path: Path) -> Path:
    from quintet.agent.intake import read_problem
    from quintet.agent.solve import solve as solve_problem

    formulation(LP).save(tmp_path / "lp.yaml")
    answer = solve_problem(read_problem(str(tmp_path / "lp.yaml"), None))
    assert isinstance(answer, Answer)
    return write_run(answer, tmp_path / "run")


def test_a_run_its_answer_and_a_map_are_the_same_plan(tmp_path: Path) -> None:
    folder = run_folder(tmp_path)
    values = tmp_path / "values.json"
    values.write_text(json.dumps({"x": 50, "y": 10}), encoding="utf-8")
    found: list[Replan] = [replan(formulation(LP), path) for path in (folder, folder / "answer.json", values)]
    assert [each.distance for each in found] == [0, 0, 0]
    assert all(each.before is not None for each in found)


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        ("{", RunError, "is not JSON"),
        ("[1]", RunError, "no map of values"),
        ('{"quintet": 9, "variables": {"x": 1}}', RunError, "version 9"),
        ('{"quintet": 1, "status": "infeasible", "variables": {}}', RunError, "ended 'infeasible'"),
        ('{"z": 1}', DataError, "none of its decisions"),
        ('{"x": "much"}', DataError, "'much' is no number"),
        ('{"x": true}', DataError, "True is no number"),
        ('{"x": NaN}', DataError, "nan is no number"),
        ('{"x": {"a": 1}}', DataError, "more indices than now"),
    ],
)
def test_what_is_no_plan(tmp_path: Path, content: str, error: type[QuintetError], said: str) -> None:
    path = tmp_path / "last.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(error) as caught:
        replan(formulation(LP), path)
    assert said in str(caught.value)


def test_fewer_indices_than_now() -> None:
    with pytest.raises(DataError, match="0 of 1 indices"):
        replan(formulation(random_document(0)), {"b": 1})


@pytest.mark.parametrize("name", ["nothing", "."])
def test_a_path_without_a_plan(tmp_path: Path, name: str) -> None:
    with pytest.raises(RunError, match=r"answer\.json"):
        replan(formulation(LP), tmp_path / name)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"within": -0.01}, "-0.01 can't be used"),
        ({"measure": "metres"}, "'metres' is no measure"),
        ({"weights": {"z": 1}}, "'z' is no decision"),
        ({"weights": {"x": -1}}, "-1 can't be used"),
    ],
)
def test_what_it_refuses(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(QuintetError) as caught:
        replan(formulation(LP), {"x": 1, "y": 2}, **asked)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("change", "outcome", "said"),
    [
        ({"parameters": {"need": 400}}, Outcome.INFEASIBLE, "no plan meets all the limits"),
        (
            {"variables": {n: {"lower": None} for n in "xy"}, "constraints": {}, "parameters": {}},
            Outcome.UNBOUNDED,
            "without limit",
        ),
    ],
)
def test_without_an_optimum_it_says_so(change: Document, outcome: Outcome, said: str) -> None:
    found = replan(formulation({**LP, **change}), {"x": 20, "y": 40})
    assert found.outcome is outcome
    assert not found.settled
    assert said in found.to_text()
    assert json.loads(found.to_json())["plan"] is None


def test_the_solver_starts_from_the_last_plan() -> None:
    assert replan(formulation(random_document(0)), as_values((0, 0, 0, 1, 0, 0))).warm
    assert not replan(formulation(LP), {"x": 20, "y": 40}, solver="scip").warm


def test_a_last_plan_without_a_value_is_told_with_the_reason() -> None:
    document = {
        "variables": {"x": {"lower": 0, "upper": 4}},
        "objective": {"sense": "minimize", "expression": "x"},
        "constraints": {"rate": "8 / x <= 4"},
    }
    found = replan(formulation(document), {"x": 0.0}, solver="scip")
    assert found.before is None
    assert found.valueless
    assert f"can't be worked out: {found.valueless}." in found.to_text()
    assert found.record()["last_plan_valueless"] == found.valueless
