"""Levels of objectives: what later ones take from earlier ones, and what is said where one stops."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from quintet.errors import SolverError
from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.evaluator import evaluate
from quintet.formulation.model import Model, ProblemClass
from quintet.formulation.tree import Compare, Number
from quintet.solvers import Options, Outcome, Solution, solve
from quintet.solvers.fake import FakeSolver

Entry = dict[str, Any]
ROUTES = [None, "highs", "scip", "cpsat"]


def bound(*objectives: Entry, **rooms: Any) -> Model:
    whole = {"domain": "integer", "lower": 0, "upper": 20}
    document = {
        "variables": {"x": whole, "y": whole},
        "objective": list(objectives),
        "constraints": {"room": "x + y <= 20"},
        **rooms,
    }
    return bind(Formulation.model_validate(document))


def most(expression: str, priority: int = 1, **more: Any) -> Entry:
    return {"sense": "maximize", "expression": expression, "priority": priority, **more}


def least(expression: str, priority: int = 1, **more: Any) -> Entry:
    return {"sense": "minimize", "expression": expression, "priority": priority, **more}


def point(solution: Solution) -> tuple[float, float]:
    return solution.value("x"), solution.value("y")


# with the real solvers


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        # 40 can be earned with x = 20; the second wants less of x
        (most("2 * x + y"), least("x", 2), (20, 0)),
        (most("2 * x + y", abs_tol=3), least("x", 2), (17, 3)),
        (most("2 * x + y", rel_tol=0.1), least("x", 2), (16, 4)),
        (most("2 * x + y", abs_tol=3, rel_tol=0.1), least("x", 2), (16, 4)),
        (most("2 * x + y", abs_tol=5, rel_tol=0.1), least("x", 2), (15, 5)),
        # -20 is the least
        (least("x - y", abs_tol=0), most("x", 2), (0, 20)),
        (least("x - y", abs_tol=4), most("x", 2), (2, 18)),
        (least("x - y", rel_tol=0.5), most("x", 2), (5, 15)),
        (least("y - x", rel_tol=0.25), most("y", 2), (17, 2)),
    ],
)
def test_a_level_gives_up_its_tolerance_and_no_more(
    route: str | None, first: Entry, second: Entry, expected: tuple[float, float]
) -> None:
    model = bound(first, second)
    solution = solve(model, route)
    assert solution.outcome is Outcome.OPTIMAL
    x, y = point(solution)
    assert solution.point is not None
    values = evaluate(model, solution.point).objectives
    assert solution.objective == pytest.approx(values["objective"])
    assert values["objective_2"] == pytest.approx(expected[0] if "x" in second["expression"] else expected[1])
    if "rel_tol" not in first or first["sense"] == "maximize":
        assert (x, y) == expected


def test_the_bound_of_the_first_level_shows_what_was_given_up() -> None:
    solution = solve(bound(most("2 * x + y", rel_tol=0.1), least("x", 2)))
    assert (solution.objective, solution.bound) == (pytest.approx(36), pytest.approx(40))


@pytest.mark.parametrize("route", ROUTES)
def test_three_levels_of_both_senses(route: str | None) -> None:
    # x + y = 20; then |x - 12| <= 2 is best at x = 12; then, 2 away at most, the most of y
    model = bound(most("x + y"), least("abs(x - 12)", 2, abs_tol=2), most("y - 3", 3))
    solution = solve(model, route)
    assert (solution.outcome, point(solution)) == (Outcome.OPTIMAL, (10, 10))


@pytest.mark.parametrize("route", ROUTES)
def test_a_weighted_level_is_held_as_a_whole(route: str | None) -> None:
    # 3x - y is 60 at (20, 0); 6 of it may go: 2 of x, or 1.5 of x and 1 of y and so on
    model = bound(most("x", weight=3, abs_tol=2), least("y"), most("y", 2))
    solution = solve(model, route)
    assert (solution.outcome, point(solution)) == (Outcome.OPTIMAL, (19, 1))
    assert solution.objective == pytest.approx(56)


def test_no_prices_are_given_for_several_levels() -> None:
    real = {"lower": 0, "upper": 20}
    model = bound(most("2 * x + y"), least("x", 2), variables={"x": real, "y": real})
    solution = solve(model)
    assert (solution.outcome, solution.duals, solution.reduced_costs) == (Outcome.OPTIMAL, None, None)
    assert solution.model is model


@pytest.mark.parametrize(("row", "outcome"), [("x <= -1", Outcome.INFEASIBLE), ("x >= 3", Outcome.UNBOUNDED)])
def test_a_first_level_without_an_optimum_is_the_answer(row: str, outcome: Outcome) -> None:
    free = {"lower": 0}
    model = bound(most("x"), least("y", 2), variables={"x": free, "y": free}, constraints={"c": row})
    solution = solve(model)
    assert (solution.outcome, solution.message) == (outcome, "")


def test_a_later_level_without_a_limit_is_named() -> None:
    free = {"lower": 0}
    model = bound(
        least("x"), most("y", 2), variables={"x": free, "y": free}, constraints={"c": "x >= 3", "d": "y >= x"}
    )
    solution = solve(model)
    assert solution.outcome is Outcome.UNBOUNDED
    assert solution.message == "It is objective 'objective_2' (level 2) that has no limit."


# with a fake


def answer(model: Model, outcome: Outcome, x: float, y: float, value: float, **more: Any) -> Solution:
    """What a solver would say of one level; the registry hands it a model of that level alone."""
    alone = replace(model, objectives=model.objectives[:1])
    found = {"x": np.array([x]), "y": np.array([y])}
    return Solution(
        alone, outcome, "fake", "0", ProblemClass.MILP, objective=value, bound=value, point=found, **more
    )


THREE = (most("x + y"), least("x", 2, abs_tol=2), most("y", 3))


def test_every_level_is_asked_with_those_before_it_held() -> None:
    model = bound(*THREE)
    fake = FakeSolver(
        [
            answer(model, Outcome.OPTIMAL, 5, 15, 20),
            answer(model, Outcome.OPTIMAL, 1, 19, 1),
            answer(model, Outcome.OPTIMAL, 3, 17, 17),
        ]
    )
    solution = solve(model, fake)
    assert (solution.outcome, solution.objective, point(solution)) == (Outcome.OPTIMAL, 20, (3, 17))
    assert [[o.name for o in asked.objectives] for asked, _ in fake.calls] == [
        ["objective"],
        ["objective_2"],
        ["objective_3"],
    ]
    held = [list(asked.constraints) for asked, _ in fake.calls]
    assert held == [["room"], ["room", "level_1"], ["room", "level_1", "level_2"]]
    first, second = (fake.calls[2][0].constraints[name].tree for name in ("level_1", "level_2"))
    assert isinstance(first, Compare)
    assert isinstance(second, Compare)
    assert (first.operators, second.operators) == ((">=",), ("<=",))
    ends = [tree.operands[1] for tree in (first, second)]
    assert all(isinstance(end, Number) for end in ends)
    # nothing but the solver's own tolerance, and what the level gives up
    assert [end.value for end in ends if isinstance(end, Number)] == pytest.approx([20, 3], abs=3e-6)


def test_a_constraint_called_level_1_is_kept() -> None:
    model = bound(most("x"), least("y", 2), constraints={"level_1": "x <= 7"})
    solution = solve(model)
    assert point(solution) == (7, 0)
    assert list(model.constraints) == ["level_1"]


@pytest.mark.parametrize("stopped", [Outcome.LIMIT_NO_SOLUTION, Outcome.CRASHED, Outcome.INFEASIBLE])
def test_a_level_that_brings_nothing_leaves_the_point_before_it(stopped: Outcome) -> None:
    model = bound(*THREE)
    fake = FakeSolver([answer(model, Outcome.OPTIMAL, 5, 15, 20), stopped])
    solution = solve(model, fake)
    assert (solution.outcome, point(solution), solution.objective) == (Outcome.FEASIBLE, (5, 15), 20)
    assert solution.message == (
        f"objective 'objective_2' (level 2) was not optimised to the end: {stopped.value}"
    )
    assert solution.stopped_by == stopped.value
    assert len(fake.calls) == 2


def test_a_level_that_a_limit_stops_gives_its_best_point() -> None:
    model = bound(*THREE)
    late = answer(model, Outcome.FEASIBLE, 4, 16, 4, stopped_by="time limit")
    solution = solve(model, FakeSolver([answer(model, Outcome.OPTIMAL, 5, 15, 20), late]))
    assert (solution.outcome, point(solution), solution.objective) == (Outcome.FEASIBLE, (4, 16), 20)
    assert solution.message == "objective 'objective_2' (level 2) was not optimised to the end: feasible"
    assert solution.stopped_by == "time limit"


def test_a_first_level_that_a_limit_stops_says_so() -> None:
    model = bound(*THREE)
    early = answer(model, Outcome.FEASIBLE, 4, 15, 19, stopped_by="time limit")
    fake = FakeSolver([replace(early, bound=20.0)])
    solution = solve(model, fake)
    assert (solution.outcome, solution.objective, solution.bound) == (Outcome.FEASIBLE, 19, 20)
    assert solution.message == "objective 'objective' (level 1) was not optimised to the end: feasible"
    assert len(fake.calls) == 1


@pytest.mark.parametrize("local", [0, 1, 2])
def test_one_local_optimum_makes_the_whole_local(local: int) -> None:
    model = bound(*THREE)
    outcomes = [Outcome.OPTIMAL] * 3
    outcomes[local] = Outcome.LOCALLY_OPTIMAL
    values = [(5, 15, 20), (1, 19, 1), (3, 17, 17)]
    fake = FakeSolver([answer(model, o, *v) for o, v in zip(outcomes, values, strict=True)])
    assert solve(model, fake).outcome is Outcome.LOCALLY_OPTIMAL


def test_errors_of_a_later_level_are_not_hidden() -> None:
    model = bound(*THREE)
    fake = FakeSolver([answer(model, Outcome.OPTIMAL, 5, 15, 20), SolverError("no such option")])
    with pytest.raises(SolverError, match="no such option"):
        solve(model, fake)


def test_the_time_limit_is_for_all_levels_together() -> None:
    model = bound(*THREE)
    values = [(5, 15, 20), (1, 19, 1), (3, 17, 17)]
    fake = FakeSolver([answer(model, Outcome.OPTIMAL, *v) for v in values])
    solve(model, fake, Options(time_limit=50, gap=0.25))
    limits = [options.time_limit or 0 for _, options in fake.calls]
    assert limits == sorted(limits, reverse=True)
    assert 50 >= limits[0] > limits[2] > 0
    assert [options.gap for _, options in fake.calls] == [0.25] * 3
