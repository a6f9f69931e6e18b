"""Fronts against enumeration: every efficient value of whole models, none that is weakly efficient."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from quintet.errors import DocumentError, QuintetError, SolverError
from quintet.formulation.binding import bind
from quintet.formulation.model import ObjectiveData
from quintet.formulation.schema import Sense
from quintet.solvers import Options, Outcome, Solution
from quintet.solvers.alternatives import front as front_module
from quintet.solvers.alternatives import pareto
from quintet.solvers.alternatives.efficient import Front
from quintet.solvers.alternatives.goals import Goal, goals_of, lattice
from tests.solvers.alternatives.cases import formulation, listed, random_document

SENSES = [("maximize", "minimize"), ("maximize", "maximize"), ("minimize", "maximize")]


def nondominated(values: set[tuple[float, ...]], senses: tuple[str, ...]) -> set[tuple[float, ...]]:
    """By comparing all with all."""
    signs = np.array([1.0 if sense == "minimize" else -1.0 for sense in senses])

    def beaten(one: tuple[float, ...]) -> bool:
        others = (np.array(other) * signs for other in values if other != one)
        return any(bool(np.all(other <= np.array(one) * signs)) for other in others)

    return {one for one in values if not beaten(one)}


def values_of(front: Front) -> set[tuple[float, ...]]:
    return {tuple(round(v, 4) for v in point.values) for point in front.points}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("senses", SENSES)
def test_two_objectives_of_whole_decisions_give_exactly_the_efficient_values(
    seed: int, senses: tuple[str, ...]
) -> None:
    document = random_document(seed, senses=senses)
    expected = nondominated({plan.values for plan in listed(document)}, senses)
    found = pareto(formulation(document))
    assert values_of(found) == expected
    assert len(found.points) == len(expected)
    assert found.complete
    assert all(point.proven for point in found.points)


@pytest.mark.parametrize("seed", range(4))
def test_three_objectives_on_a_grid_are_all_efficient(seed: int) -> None:
    senses = ("maximize", "minimize", "minimize")
    document = random_document(seed, senses=senses)
    expected = nondominated({plan.values for plan in listed(document)}, senses)
    found = pareto(formulation(document), points=6)
    assert values_of(found) <= expected
    assert len(found.points) >= min(3, len(expected))
    assert not found.complete
    for place, row in enumerate(found.payoff):
        best = [value[place] for value in expected]
        assert row[place] == pytest.approx(max(best) if place == 0 else min(best))


def test_the_objective_that_moves_in_steps_is_the_one_held() -> None:
    """Rents are whole, driving is not: the front is complete whichever of them is named first."""
    document: dict[str, Any] = {
        "sets": {"I": "1..3"},
        "parameters": {
            "rent": {"index": ["I"], "values": [3, 5, 4]},
            "rate": {"index": ["I"], "values": [2.5, 1.1, 1.9]},
        },
        "variables": {
            "open": {"index": ["I"], "domain": "binary"},
            "send": {"index": ["I"], "domain": "continuous", "lower": 0, "upper": 4},
        },
        "expressions": {
            "rents": "sum(rent[i] * open[i] for i in I)",
            "driving": {"expression": "sum(rate[i] * send[i] for i in I)", "unit": "km"},
        },
        "objective": {"sense": "minimize", "expression": "rents + driving"},
        "constraints": {
            "need": "sum(send[i] for i in I) == 6",
            "room": {"for": "i in I", "expression": "send[i] <= 4 * open[i]"},
        },
    }
    plans = {}
    for chosen in ((1, 2), (1, 3), (2, 3), (1, 2, 3)):
        rent, rate = {1: 3, 2: 5, 3: 4}, {1: 2.5, 2: 1.1, 3: 1.9}
        left, cost = 6.0, 0.0
        for i in sorted(chosen, key=lambda i: rate[i]):
            cost, left = cost + rate[i] * min(4.0, left), left - min(4.0, left)
        plans[chosen] = (float(sum(rent[i] for i in chosen)), round(cost, 4))
    expected = nondominated(set(plans.values()), ("minimize", "minimize"))
    for objectives in (["minimize rents", "min driving"], ["minimise driving", "minimize rents"]):
        found = pareto(formulation(document), objectives)
        ordered = values_of(found) if "rents" in objectives[0] else {(b, a) for a, b in values_of(found)}
        assert ordered == expected
        assert found.complete
    assert found.goals[0].unit == "km"


def test_a_linear_front_lies_on_the_line_and_reaches_both_ends() -> None:
    document = {
        "variables": {n: {"domain": "continuous", "lower": 0, "upper": 4} for n in ("x", "y")},
        "objective": {"sense": "maximize", "expression": "x"},
        "constraints": {"room": "x + y <= 5"},
    }
    found = pareto(formulation(document), ["maximize x", "maximize y"], points=4)
    assert [point.values for point in found.points] == [
        pytest.approx((4, 1)),
        pytest.approx((3, 2), abs=1e-4),
        pytest.approx((2, 3), abs=1e-4),
        pytest.approx((1, 4), abs=1e-4),
    ]
    assert not found.complete
    assert "More may lie in between" in found.to_text()


def test_a_weakly_efficient_plan_is_none() -> None:
    """x can be 3 with any y; only the y that is best then counts."""
    document = {
        "variables": {n: {"domain": "integer", "lower": 0, "upper": 3} for n in ("x", "y")},
        "objective": {"sense": "satisfy"},
    }
    found = pareto(formulation(document), ["maximize x", "maximize y"])
    assert [point.values for point in found.points] == [(3, 3)]
    assert "best in all of them" in found.to_text()


@pytest.mark.parametrize(
    ("expression", "step"),
    [("2 * x + 4 * y", 2), ("0.5 * x + 0.75 * y", 0.25), ("x * y", 1), ("x + z", None), ("3 * x", 3)],
)
def test_steps_between_values(expression: str, step: float | None) -> None:
    whole = {"domain": "integer", "lower": 0, "upper": 3}
    variables = {"x": whole, "y": whole, "z": {**whole, "domain": "continuous"}}
    document = {"variables": variables, "objective": {"sense": "minimize", "expression": expression}}
    model = bind(formulation(document))
    assert lattice(model, goals_of(model, [f"min {expression}", "max x - y"])[0]) == step


def test_names_of_the_document_s_objectives_can_be_chosen() -> None:
    document = random_document(2, senses=("maximize", "minimize", "maximize"))
    found = pareto(formulation(document), ["minimize f2", "maximize f1"])
    assert [goal.name for goal in found.goals] == ["f2", "f1"]
    expected = {(plan.values[1], plan.values[0]) for plan in listed(document)}
    assert values_of(found) == nondominated(expected, ("minimize", "maximize"))


def test_weighted_objectives_of_one_level_are_taken_apart() -> None:
    document = random_document(2, senses=("maximize", "minimize"))
    expected = nondominated({plan.values for plan in listed(document)}, ("maximize", "minimize"))
    for entry, weight in zip(document["objective"], (2, 1), strict=True):
        entry |= {"priority": 1, "weight": weight}
    assert values_of(pareto(formulation(document))) == expected


def test_too_many_steps_are_cut_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front_module, "EXACT", 2)
    document = random_document(0, senses=("maximize", "minimize"))
    found = pareto(formulation(document))
    assert not found.complete
    assert "Only 2 plans" in found.to_text()
    assert values_of(found) <= nondominated(
        {plan.values for plan in listed(document)}, ("maximize", "minimize")
    )


def test_a_solve_that_stops_early_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the payoff table the solver gives up."""
    real, calls = front_module.solve, []

    def tired(model: Any, solver: Any, options: Options) -> Solution:
        calls.append(model)
        found = real(model, solver, options)
        if len(calls) <= 2:
            return found
        return Solution(model, Outcome.LIMIT_NO_SOLUTION, "fake", "1", found.problem_class)

    monkeypatch.setattr(front_module, "solve", tired)
    found = pareto(formulation(random_document(0, senses=("maximize", "minimize"))))
    assert found.outcome is Outcome.LIMIT_NO_SOLUTION
    assert not found.complete
    assert len(found.points) == 2
    assert "the limit was reached" in found.to_text().lower()


@pytest.mark.parametrize(
    ("objectives", "points", "said"),
    [
        (["maximize f1"], None, "one objective alone"),
        ((), None, "one objective alone"),
        (["maximize f1", "maximize f1"], None, "stands twice"),
        (["max f1", "min b[1]", "min b[2]", "min b[3]"], None, "4 objectives are more"),
        (["best f1", "min b[1]"], None, "which way"),
        (["minimize", "min b[1]"], None, "which way"),
        (["max ff1", "min b[1]"], None, "did you mean 'f1'"),
        (["max 3", "min b[1]"], None, "holds no decision"),
        (["max f1", "min b[1]"], 1, "1 points"),
        (["max f1", "min b[1]"], 10**6, "1000000 points"),
    ],
)
def test_what_it_refuses(objectives: list[str], points: int | None, said: str) -> None:
    with pytest.raises(QuintetError) as caught:
        pareto(formulation(random_document(0)), objectives, points=points)
    assert said in str(caught.value)


def test_soft_constraints_need_their_price_among_the_objectives() -> None:
    document = random_document(0)
    document["constraints"]["first"]["soft"] = {"penalty": 3}
    with pytest.raises(SolverError, match="soft constraint 'first'"):
        pareto(formulation(document), ["maximize b[1]", "minimize n[1]"])


@pytest.mark.parametrize(
    ("constraints", "said"),
    [({"a": "x >= 4", "b": "x <= 3"}, "no plan meets all the limits"), ({}, "can grow without limit")],
)
def test_without_a_front_it_says_so(constraints: dict[str, str], said: str) -> None:
    document = {
        "variables": {n: {"domain": "continuous", "lower": 0} for n in ("x", "y")},
        "objective": {"sense": "satisfy"},
        "constraints": constraints,
    }
    found = pareto(formulation(document), ["maximize x", "minimize y"])
    assert not found.settled
    assert said in found.to_text()
    assert json.loads(found.to_json())["points"] == []


@pytest.mark.parametrize("suffix", [".png", ".svg", ".html"])
@pytest.mark.parametrize("count", [2, 3])
def test_a_front_is_drawn(tmp_path: Path, suffix: str, count: int) -> None:
    senses = ("maximize", "minimize", "minimize")[:count]
    found = pareto(formulation(random_document(0, senses=senses)), points=4)
    found.plot(tmp_path / f"front{suffix}")
    content = (tmp_path / f"front{suffix}").read_bytes()
    assert content[:4] == b"\x89PNG" if suffix == ".png" else b"f1, to maximize" in content


def test_a_drawing_of_another_kind_is_refused(tmp_path: Path) -> None:
    found = pareto(formulation(random_document(0, senses=("maximize", "minimize"))))
    with pytest.raises(DocumentError, match=r"\.txt"):
        found.plot(tmp_path / "front.txt")
    assert Goal("f", Sense.MAXIMIZE, found.goals[0].tree).objective == ObjectiveData(
        "f", Sense.MAXIMIZE, found.goals[0].tree
    )
