"""Soft constraints: optima worked by hand, what the evaluator counts, what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from quintet.errors import DocumentError
from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.evaluator import evaluate
from quintet.formulation.model import Model
from quintet.formulation.schema import Sense
from quintet.solvers import Outcome, Solution, solve

LEAST = {"sense": "minimize", "expression": "x"}
MOST = {"sense": "maximize", "expression": "x"}
NOTHING = {"sense": "satisfy"}
Entry = dict[str, Any]


def soft(expression: str, penalty: float | str = 3, each: str = "", **more: Any) -> Entry:
    entry: Entry = {"expression": expression, "soft": {"penalty": penalty, **more}}
    return {**entry, "for": each} if each else entry


def model(objective: Any, rows: dict[str, Any], **rooms: Any) -> Model:
    document = {
        "sets": {"I": ["a", "b"]},
        "parameters": {"p": {"index": ["I"], "values": {"a": 1, "b": 4}}},
        "variables": {
            "x": {"domain": "integer", "lower": 0, "upper": 9},
            "y": {"index": ["I"], "domain": "integer", "lower": 0, "upper": 5},
            "on": {"domain": "binary"},
        },
        "objective": objective,
        "constraints": rows,
    }
    return bind(Formulation.model_validate({**document, **rooms}))


def solved(objective: Any, rows: dict[str, Any], **rooms: Any) -> Solution:
    solution = solve(model(objective, rows, **rooms))
    assert solution.outcome is Outcome.OPTIMAL
    assert solution.point is not None
    found = evaluate(solution.model, solution.point)
    assert found.feasible(), found.worst
    assert solution.objective == pytest.approx(found.objectives[solution.model.objectives[0].name])
    return solution


# one constraint, x from 0 to 9: objective, x and deviations by hand


@pytest.mark.parametrize(
    ("objective", "row", "value", "x", "deviations"),
    [
        # a unit of x earns 1 and costs 3 beyond 4
        (MOST, soft("x <= 4"), 4, 4, {"wish_excess": 0}),
        (MOST, soft("x <= 4", 0.5), 6.5, 9, {"wish_excess": 5}),
        (LEAST, soft("x >= 4"), 4, 4, {"wish_shortfall": 0}),
        (LEAST, soft("x >= 4", 0.5), 2, 0, {"wish_shortfall": 4}),
        (LEAST, soft("4 <= x", 0.5), 2, 0, {"wish_excess": 4}),
        (MOST, soft("x < 4", 0.5), 6, 9, {"wish_excess": 6}),
        (LEAST, soft("x > 4", 0.5), 2.5, 0, {"wish_shortfall": 5}),
        (MOST, soft("x == 4", 0.5), 6.5, 9, {"wish_shortfall": 0, "wish_excess": 5}),
        (LEAST, soft("x == 4", 0.5), 2, 0, {"wish_shortfall": 4, "wish_excess": 0}),
        (MOST, soft("2 <= x <= 4", 0.5), 6.5, 9, {"wish_shortfall": 0, "wish_excess": 5}),
        (LEAST, soft("2 <= x <= 4", 0.5), 1, 0, {"wish_shortfall": 2, "wish_excess": 0}),
        (MOST, soft("4 >= x >= 2", 0.5), 6.5, 9, {"wish_excess": 5, "wish_shortfall": 0}),
        (LEAST, soft("4 >= x > 2", 0.5), 1.5, 0, {"wish_excess": 0, "wish_shortfall": 3}),
        # no more than the limit may be missed
        (MOST, soft("x <= 4", 0.5, limit=2), 5, 6, {"wish_excess": 2}),
        (LEAST, soft("2 <= x <= 4", 0.5, limit="p[a]"), 1.5, 1, {"wish_shortfall": 1, "wish_excess": 0}),
        (LEAST, soft("x >= 4", 0.5, limit=0), 4, 4, {"wish_shortfall": 0}),
    ],
)
def test_optima_by_hand(
    objective: Entry, row: Entry, value: float, x: float, deviations: dict[str, float]
) -> None:
    solution = solved(objective, {"wish": row})
    assert solution.objective == pytest.approx(value)
    assert solution.value("x") == x
    assert solution.point is not None
    assert {
        name: solution.value(name) for name in solution.point if name.startswith("wish")
    } == pytest.approx(deviations)


def test_a_limit_that_can_not_be_kept_is_infeasible() -> None:
    assert (
        solve(model(MOST, {"hard": "x >= 7", "wish": soft("x <= 4", limit=2)})).outcome is Outcome.INFEASIBLE
    )


def test_every_row_of_a_family_has_its_own_price_and_deviation() -> None:
    goal = {"sense": "maximize", "expression": "2 * sum(y[i] for i in I)"}
    solution = solved(goal, {"wish": soft("y[i] <= 3", "p[i]", each="i in I")})
    # a earns 2 and costs 1 beyond 3, b costs 4
    assert solution.values("y") == {("a",): 5, ("b",): 3}
    assert solution.values("wish_excess") == pytest.approx({("a",): 2, ("b",): 0})
    assert solution.objective == pytest.approx(14)


def test_a_filtered_family_pays_only_for_its_rows() -> None:
    goal = {"sense": "maximize", "expression": "sum(y[i] for i in I)"}
    solution = solved(goal, {"wish": soft("y[i] <= 1", "p[i] / 2", each="i in I if p[i] > 2")})
    assert solution.values("wish_excess") == pytest.approx({("b",): 0})
    assert solution.objective == pytest.approx(6)


def test_data_that_choose_the_comparison_choose_its_deviation() -> None:
    goal = {"sense": "maximize", "expression": "y[a] - y[b]"}
    row = soft("y[i] < 3 if p[i] < 2 else y[i] >= 2", 0.5, each="i in I", limit=2)
    solution = solved(goal, {"wish": row})
    # a: at most 2, and 2 more for 0.5 each; b: at least 2, and 2 less
    assert solution.values("y") == {("a",): 4, ("b",): 0}
    assert solution.values("wish_excess") == pytest.approx({("a",): 2, ("b",): 0})
    assert solution.values("wish_shortfall") == pytest.approx({("a",): 0, ("b",): 2})
    assert solution.objective == pytest.approx(2)


# logic


@pytest.mark.parametrize(
    ("row", "penalty", "value", "x"),
    [
        ("implies(x >= 5, on)", 3, 7, 9),  # on costs 2, the penalty would be 3
        ("implies(x >= 5, on)", 1, 8, 9),  # broken, for 1
        ("x != 9 and not on", 0.5, 8.5, 9),
        ("x != 9 and not on", 1.5, 8, 8),
    ],
)
def test_soft_logic_pays_once_for_not_holding(row: str, penalty: float, value: float, x: float) -> None:
    solution = solved({"sense": "maximize", "expression": "x - 2 * on"}, {"wish": soft(row, penalty)})
    assert (solution.objective, solution.value("x")) == (pytest.approx(value), x)
    assert "wish" not in solution.model.constraints


def test_soft_logic_pays_for_every_row() -> None:
    goal = {"sense": "maximize", "expression": "sum(y[i] for i in I)"}
    solution = solved(goal, {"wish": soft("either(y[i] <= 1, x == 3)", "p[i]", each="i in I"), "c": "x <= 2"})
    # a: 5 for a penalty of 1; b: 5 for 4 is as good as 1 for none
    assert solution.objective == pytest.approx(5)


# who pays


def test_a_priority_of_its_own_is_a_level_of_its_own() -> None:
    later = solved(MOST, {"wish": soft("x <= 4", 100, priority=2)})
    assert (later.value("x"), later.value("wish_excess")) == (9, 5)
    assert [(o.name, o.sense) for o in later.model.objectives] == [
        ("objective", Sense.MAXIMIZE),
        ("penalties", Sense.MINIMIZE),
    ]
    first = solved({**MOST, "priority": 2}, {"wish": soft("x <= 4", 1)})
    assert (first.objective, first.value("x"), first.value("wish_excess")) == pytest.approx(
        (0, 4, 0), abs=1e-6
    )


def test_the_levels_of_several_penalties_keep_their_order() -> None:
    rows = {"low": soft("x <= 2", 5, priority=3), "high": soft("x >= 6", 0.1, priority=2)}
    solution = solved({"sense": "minimize", "expression": "on"}, rows)
    assert [o.name for o in solution.model.objectives] == ["objective", "penalties_2", "penalties_3"]
    assert (solution.value("x"), solution.value("high_shortfall"), solution.value("low_excess")) == (6, 0, 4)


def test_without_an_objective_the_penalties_are_minimised() -> None:
    solution = solved(NOTHING, {"c": "x == 7", "wish": soft("x <= 4"), "other": soft("x >= 9", 2)})
    assert solution.objective == pytest.approx(3 * 3 + 2 * 2)
    assert [o.name for o in solution.model.objectives] == ["penalties"]


def test_a_weighted_level_pays_the_whole_penalty() -> None:
    solution = solved({**MOST, "weight": 2}, {"wish": soft("x <= 4", 1.5)})
    assert (solution.objective, solution.value("x")) == (pytest.approx(2 * 9 - 1.5 * 5), 9)
    goals = [{**MOST, "weight": 1}, {"sense": "minimize", "expression": "on", "weight": 1}]
    solution = solved(goals, {"wish": soft("x <= 4", 0.5)})
    assert (solution.objective, solution.value("x"), solution.value("on")) == (pytest.approx(6.5), 9, 0)


def test_the_evaluator_counts_penalties() -> None:
    bound = model(MOST, {"wish": soft("2 <= x <= 4", 3)})
    point = {name: np.zeros(len(v.family)) for name, v in bound.variables.items()}
    short = evaluate(bound, {**point, "wish_shortfall": np.array([2.0])})
    assert short.feasible()
    assert short.objectives == {"objective": -6}
    assert not evaluate(bound, {**point, "wish_shortfall": np.array([1.5])}).feasible()
    logic = model(LEAST, {"wish": soft("x >= 5 or on", 3)})
    assert evaluate(logic, {**point, "x": np.array([4.0])}).objectives == {"objective": 7}
    assert evaluate(logic, {**point, "x": np.array([5.0])}).objectives == {"objective": 5}


# names


def test_deviations_are_declared_beside_what_is_there() -> None:
    rooms = {
        "sets": {"I": ["a", "b"], "wish_excess": [1, 2]},
        "parameters": {"p": {"index": ["I"], "values": [1, 4]}, "wish_penalty": 7, "wish_excess_": 1},
        "expressions": {"wish_shortfall": "x - 1"},
    }
    bound = model(MOST, {"wish": soft("x == 4", 0.5)}, **rooms)
    assert list(bound.variables) == ["x", "y", "on", "wish_shortfall_", "wish_excess__"]
    assert {"wish_penalty", "wish_penalty_"} <= set(bound.parameters)
    firsts = [variable.first_column for variable in bound.variables.values()]
    assert firsts == [0, 1, 3, 4, 5]
    assert bound.columns == 6


def test_the_level_of_penalties_has_a_name_of_its_own() -> None:
    bound = model({**MOST, "name": "penalties"}, {"wish": soft("x <= 4", priority=2)})
    assert [objective.name for objective in bound.objectives] == ["penalties", "penalties_"]


# refused


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (soft("x != 4"), "constraints.wish.soft: '!=' can't be soft; write it as either(…, …)"),
        (soft("x <= 4", -1), "constraints.wish.soft: a penalty below 0; "),
        (soft("y[i] <= 4", "2 - p[i]", each="i in I"), "constraints.wish.soft: a penalty below 0; "),
        (soft("x <= 4", limit=-1), "constraints.wish.soft: a limit below 0; "),
        (soft("x >= 1 or on", limit=1), "constraints.wish.soft: logic holds or not, a limit has no meaning"),
        (soft("1 <= x <= y[a] <= 4"), "constraints.wish.soft: a chain of this kind can't be soft; split it"),
        (soft("x == y[a] == 4"), "constraints.wish.soft: a chain of this kind can't be soft; split it"),
        (soft("x <= 4", "q"), "constraints.wish.soft.penalty, column 1: unknown name 'q'"),
        (soft("x <= 4", "x"), "constraints.wish.soft.penalty, column 1: "),
        (soft("x <= 4", limit="p[i]"), "constraints.wish.soft.limit, column 3: "),
    ],
)
def test_what_can_not_be_soft_is_refused_in_one_line(row: Entry, said: str) -> None:
    with pytest.raises(DocumentError) as caught:
        model(MOST, {"wish": row})
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("wrong", [{}, {"penalty": None}, {"penalty": 1, "priority": 1.5}, {"price": 1}])
def test_softness_has_a_price_and_a_whole_priority(wrong: Entry) -> None:
    with pytest.raises(DocumentError, match=r"^constraints\.wish\.soft"):
        model(MOST, {"wish": {"expression": "x <= 4", "soft": wrong}})
