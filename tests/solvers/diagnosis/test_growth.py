"""Objectives without limit: the direction is checked step by step by the evaluator."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.evaluator import evaluate
from quintet.formulation.model import Model
from quintet.formulation.revision import without_objective
from quintet.solvers.diagnosis import Diagnosis, diagnose
from quintet.solvers.options import Options
from quintet.solvers.outcome import Outcome
from quintet.solvers.registry import solve

FENCE = 10_000.0
PLUS: dict[str, Any] = {"lower": 0, "upper": None}
FREE: dict[str, Any] = {"lower": None, "upper": None}


def model(variables: dict[str, Any], objective: Any, constraints: dict[str, Any], **more: Any) -> Model:
    document = {"variables": variables, "objective": objective, "constraints": constraints, **more}
    return bind(Formulation.model_validate(document))


def maximum(expression: str, **more: Any) -> dict[str, Any]:
    return {"sense": "maximize", "expression": expression, **more}


def followed(asked: Model, found: Diagnosis) -> None:
    """From a plan, the direction leads to plans that are better by its gain each time."""
    assert found.outcome is Outcome.UNBOUNDED
    assert found.growth is not None
    start = solve(without_objective(asked))
    assert start.point is not None
    ray = {name: np.zeros_like(values) for name, values in start.point.items()}
    for step in found.growth.steps:
        ray[step.variable][asked.variables[step.variable].family.position[step.key]] = step.amount
    name = found.growth.objective
    sign = -1 if asked.objectives[0].sense.value == "minimize" else 1
    first = evaluate(asked, start.point).objectives[name]
    for distance in (1.0, 50.0):
        there = evaluate(asked, {v: start.point[v] + distance * ray[v] for v in ray})
        assert there.feasible()
        assert sign * (there.objectives[name] - first) == pytest.approx(distance * found.growth.gain)
    assert found.growth.gain > 0


def test_the_smallest_direction_is_told() -> None:
    asked = model(
        {"make": {"index": ["D"], **PLUS}, "spare": PLUS},
        maximum("sum(price[d] * make[d] for d in D) - spare", name="profit", unit="EUR"),
        {
            "line": "make[cola] - 2 * make[malt] <= 40",
            "lemons": "make[lemon] <= 7",
            "rest": "spare >= make[malt] / 4",
        },
        sets={"D": ["cola", "lemon", "malt"]},
        parameters={"price": {"index": ["D"], "values": [3, 9, 1]}},
    )
    found = diagnose(asked)
    followed(asked, found)
    assert found.growth is not None
    assert {step.variable + str(step.key) for step in found.growth.steps} <= {
        "make('cola',)",
        "make('malt',)",
        "spare()",
    }
    text = found.to_text()
    assert "make[malt]" in text
    assert "the objective profit improves by" in text
    assert "make[lemon]" not in text


@pytest.mark.parametrize(
    ("variables", "objective", "constraints"),
    [
        ({"x": PLUS}, maximum("x"), {"a": "x >= 3"}),
        ({"x": FREE}, {"sense": "minimize", "expression": "2 * x"}, {"a": "x <= 3"}),
        ({"x": FREE, "y": FREE}, maximum("x + y"), {"a": "x - y == 4"}),
        ({"x": {"domain": "integer", **PLUS}, "y": PLUS}, maximum("x"), {"a": "3 * x <= 2 * y"}),
        ({"x": {"domain": "integer", **PLUS}, "b": {"domain": "binary"}}, maximum("x + b"), {"a": "x >= b"}),
    ],
)
def test_directions_lead_from_plan_to_plan(variables: Any, objective: Any, constraints: Any) -> None:
    asked = model(variables, objective, constraints)
    followed(asked, diagnose(asked))


def test_a_later_level_without_limit() -> None:
    levels = [maximum("-x", name="first", priority=1), maximum("y", name="second", priority=2)]
    found = diagnose(model({"x": PLUS, "y": PLUS}, levels, {"a": "x >= 1"}))
    assert found.growth is not None
    assert (found.outcome, found.growth.objective) == (Outcome.UNBOUNDED, "second")
    assert [step.variable for step in found.growth.steps] == ["y"]


def test_a_limited_objective_is_no_growth() -> None:
    asked = model({"x": PLUS, "y": PLUS}, maximum("x + y"), {"a": "x + 2 * y <= 4"})
    assert diagnose(asked).outcome is Outcome.FEASIBLE


def test_infeasible_comes_before_unbounded() -> None:
    asked = model({"x": PLUS, "y": PLUS}, maximum("y"), {"a": "x >= 4", "b": "x <= 3"})
    assert diagnose(asked).outcome is Outcome.INFEASIBLE


def test_a_curved_objective_is_boxed() -> None:
    asked = model(
        {"x": FREE, "y": PLUS}, {"sense": "minimize", "expression": "x * x - y"}, {"a": "x + y >= 1"}
    )
    found = diagnose(asked, Options(time_limit=20))
    assert found.outcome is Outcome.UNBOUNDED
    assert found.growth is None or "y" in found.growth.at_edge


@given(st.lists(st.tuples(*[st.integers(-2, 2)] * 3, st.integers(0, 5)), min_size=1, max_size=3))
@settings(max_examples=25, deadline=None)
def test_random_cones_agree_with_another_solver(rows: list[tuple[int, int, int, int]]) -> None:
    """a·x <= b with b >= 0, x >= 0: zero is a plan; SciPy says whether x + y + z has a limit."""
    constraints = {
        f"r{n}": f"{a} * x + {b} * y + {c} * z <= {d}"
        for n, (a, b, c, d) in enumerate(rows)
        if any((a, b, c))
    }
    asked = model(dict.fromkeys("xyz", PLUS), maximum("x + y + z"), constraints)
    matrix = np.array([row[:3] for row in rows], dtype=float)
    # every vertex of such a system is near: what reaches the fence has no limit
    other = linprog(-np.ones(3), A_ub=matrix, b_ub=[row[3] for row in rows], bounds=(0, FENCE))
    found = diagnose(asked)
    assert found.outcome is (Outcome.UNBOUNDED if -other.fun >= FENCE else Outcome.FEASIBLE)
    if found.outcome is Outcome.UNBOUNDED:
        followed(asked, found)
