"""What limits, costs and data are worth, on models whose answers are known or solved again."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from quintet.errors import DataError, SolverError
from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.model import Model
from quintet.formulation.revision import without
from quintet.solvers import Options, Solution, registry, solve
from quintet.solvers.matrix import compile
from quintet.solvers.outcome import Outcome
from quintet.solvers.sensitivity import Method, ParameterPrice, Sensitivity, analysis, sensitivity
from quintet.solvers.sensitivity.local import Local
from quintet.solvers.sensitivity.parameters import Effects
from quintet.solvers.sensitivity.variation import Variation
from quintet.verbs.sensitivity import sensitivity as verb

EXAMPLES = Path(__file__).parents[3] / "quintet" / "examples"
PLUS = {"lower": 0, "upper": None}


def model(**rooms: Any) -> Model:
    return bind(Formulation.model_validate(rooms))


def example(name: str) -> Model:
    return bind(Formulation.load(EXAMPLES / name / "formulation.yaml"))


def agrees(found: Sensitivity, effect: ParameterPrice, step: float, tolerance: float = 1e-5) -> None:
    """Both sides of an effect against solving the changed model."""
    variation = Variation(found.model)
    assert found.objective is not None
    for way, side in ((-1.0, effect.left), (1.0, effect.right)):
        values = found.model.parameters[effect.name].values.copy()
        values[effect.row] += way * step
        again = solve(variation.with_values(effect.name, values))
        assert side is not None
        if again.objective is None:
            assert again.outcome is Outcome.INFEASIBLE
            assert math.isinf(side)
            continue
        slope = (again.objective - found.objective) / (way * step)
        assert side == pytest.approx(slope, rel=tolerance, abs=tolerance), effect


def test_a_redundant_limit_through_the_best_plan_splits_the_price() -> None:
    found = sensitivity(
        model(
            variables={"x": PLUS, "y": PLUS},
            objective={"sense": "maximize", "expression": "3 * x + 2 * y", "unit": "EUR"},
            constraints={"a": "x + y <= 4", "b": "x <= 4", "c": "2 * x + y <= 8"},
        )
    )
    price = found.price("a")
    assert (price.left, price.right) == (pytest.approx(3), pytest.approx(1))
    assert price.method is Method.ONE_SIDED
    assert (price.range_left, price.range_right) == (pytest.approx(0), pytest.approx(8))
    assert (price.least, price.most) == (pytest.approx(0), math.inf)


def test_equal_supply_and_demand_leaves_no_plan_for_more_or_less_alone() -> None:
    found = sensitivity(
        model(
            sets={"I": [1, 2], "J": [1, 2]},
            parameters={
                "supply": {"index": ["I"], "values": [5, 5]},
                "demand": {"index": ["J"], "values": [5, 5]},
                "cost": {"index": ["I", "J"], "values": [[1, 4], [3, 2]]},
            },
            variables={"send": {"index": ["I", "J"], **PLUS}},
            objective={
                "sense": "minimize",
                "expression": "sum(cost[i, j] * send[i, j] for i in I for j in J)",
            },
            constraints={
                "sent": {"for": "i in I", "expression": "sum(send[i, j] for j in J) <= supply[i]"},
                "got": {"for": "j in J", "expression": "sum(send[i, j] for i in I) >= demand[j]"},
            },
        )
    )
    less = found.price("sent", 1)
    assert less.left == -math.inf
    assert less.least == less.value == 5
    assert less.right == pytest.approx(0)
    more = found.price("got", 2)
    assert (more.right, more.most) == (math.inf, 5)
    assert more.left == pytest.approx(2)
    assert "no plan" in found.to_text()
    for effect in found.parameters:
        agrees(found, effect, 1e-3)


@pytest.mark.parametrize("sense", ["minimize", "maximize"])
def test_one_number_in_rows_and_objective_and_in_computed_numbers(sense: str) -> None:
    sign = "-1" if sense == "minimize" else "1"
    found = sensitivity(
        model(
            sets={"I": ["a", "b"]},
            parameters={
                "rate": 1.5,
                "base": {"index": ["I"], "values": {"a": 2, "b": 3}},
                "use": {"index": "i in I", "expression": "base[i] / rate + rate ** 2"},
                "most": 30,
                "widest": 9,
            },
            variables={"x": {"index": "i in I", "lower": 0, "upper": "widest / rate"}},
            objective={"sense": sense, "expression": f"{sign} * sum(rate * base[i] * x[i] for i in I)"},
            constraints={"room": "sum(use[i] * x[i] for i in I) + rate * x['b'] <= most"},
        )
    )
    by_name = {effect.name: effect for effect in found.parameters}
    assert by_name["rate"].method is Method.ENVELOPE
    assert by_name["most"].method is Method.ENVELOPE
    for effect in found.parameters:
        agrees(found, effect, 1e-5, 2e-3)


@pytest.mark.parametrize("name", ["diet", "blending", "min_cost_flow", "manhattan_location", "two_stage"])
def test_numbers_of_the_examples_against_solving_again(name: str) -> None:
    found = sensitivity(example(name))
    for effect in found.parameters[::8]:
        agrees(found, effect, 1e-4 * max(1.0, abs(effect.value)), 2e-3)


def test_costs_where_several_plans_are_best_differ_to_the_left_and_to_the_right() -> None:
    found = sensitivity(
        model(
            sets={"I": ["a", "b"]},
            parameters={"earns": {"index": ["I"], "values": {"a": 2, "b": 2}}},
            variables={"x": {"index": ["I"], **PLUS}},
            objective={"sense": "maximize", "expression": "sum(earns[i] * x[i] for i in I)"},
            constraints={"room": "x['a'] + x['b'] <= 7"},
        )
    )
    assert [(e.left, e.right) for e in found.parameters] == [(0, 7), (0, 7)]
    assert {effect.method for effect in found.parameters} == {Method.ONE_SIDED}


def test_convex_quadratic_prices_and_effects() -> None:
    found = sensitivity(example("portfolio"))
    for price in found.prices:
        assert price.range_left is None
    for effect in found.parameters[::3]:
        agrees(found, effect, 1e-4, 1e-2)
    assert "curved" in found.to_text()


def test_whole_decisions_are_solved_again_and_held_apart_from_that() -> None:
    found = sensitivity(example("facility_location"), parameters=["rate"], solves=8)
    elm = found.price("all_visits", "Elm Row")
    assert (elm.method, elm.step) == (Method.RESOLVED, 1)
    assert found.fixed_integers is not None
    held = {price.place: price for price in found.fixed_integers.prices}
    # one more visit may open another barn, unless all are held: then it costs at least as much
    for price in found.prices:
        if price.place in held and price.right is not None:
            assert (held[price.place].right or 0) >= price.right - 1e-6
    (rate,) = found.parameters
    assert rate.step == pytest.approx(0.009)
    agrees(found, rate, 0.009)
    assert "limits were left out: the model was solved again for 8." in found.to_text()


def test_steps_of_whole_numbers_by_brute_force() -> None:
    found = sensitivity(example("product_mix"))
    best = {
        (42 + more, hours): _luthier(42 + more, hours) for more in (-1, 0, 1) for hours in (109, 110, 111)
    }
    stringing, varnishing = found.price("hours", "stringing"), found.price("hours", "varnishing")
    assert stringing.right == best[43, 110] - best[42, 110]
    assert stringing.left == best[42, 110] - best[41, 110]
    assert varnishing.right == best[42, 111] - best[42, 110]
    assert varnishing.left == best[42, 110] - best[42, 109]
    assert found.fixed_integers is None  # all decisions are whole: nothing is left to move


def _luthier(stringing: int, varnishing: int) -> int:
    return max(
        80 * u + 130 * m + 440 * c
        for u in range(12, 60)
        for m in range(40)
        for c in range(5)
        if 3 * u + 5 * m + 19 * c <= 180
        and 2 * u + 5 * m + 8 * c <= varnishing
        and u + m + 5 * c <= stringing
    )


def test_a_ratio_is_solved_again_beside_prices_of_the_others() -> None:
    found = sensitivity(
        model(
            parameters={"share": 0.4},
            variables={"x": {"lower": 1, "upper": 9}, "y": {"lower": 1, "upper": 9}},
            objective={"sense": "maximize", "expression": "2 * x + y"},
            constraints={"mix": "x / (x + y) <= 0.4", "total": "x + y <= 10"},
        )
    )
    assert found.price("total").method is Method.DUALITY
    mix = found.price("mix")
    assert mix.method is Method.RESOLVED
    assert mix.step == pytest.approx(0.004)
    assert mix.right == pytest.approx(10)


def test_nonlinear_models_are_solved_again() -> None:
    found = sensitivity(example("tin_can"), parameters=["volume"])
    content = found.price("content")
    again = solve(Variation(found.model).with_values("volume", np.array([851.0])))
    assert again.objective is not None
    assert found.objective is not None
    assert content.right == pytest.approx(again.objective - found.objective, abs=1e-6)


def test_what_has_no_price_says_so() -> None:
    nothing = sensitivity(example("infeasible"))
    assert nothing.prices == ()
    assert "There is no plan to price" in nothing.to_text()
    puzzle = sensitivity(
        model(
            variables={"x": {"lower": 0, "upper": 3}},
            objective={"sense": "satisfy"},
            constraints={"a": "x >= 1"},
        )
    )
    assert "nothing has a price" in puzzle.to_text()
    levels = sensitivity(example("lexicographic"), parameters=())
    assert "the first alone" in levels.to_text()


def test_unknown_parameters_are_refused_with_a_near_name() -> None:
    with pytest.raises(DataError, match="did you mean 'price'"):
        sensitivity(example("diet"), parameters=["pric"])


def test_a_model_changed_after_binding_keeps_what_is_direct() -> None:
    found = sensitivity(without(example("diet"), ["fish"]))
    names = {effect.name for effect in found.parameters}
    assert {"price", "heaviest"} <= names
    for effect in found.parameters[::9]:
        agrees(found, effect, 1e-4, 1e-3)


def test_numbers_of_a_model_bound_with_changes_are_not_those_of_the_document() -> None:
    changed = bind(
        Formulation.load(EXAMPLES / "min_cost_flow" / "formulation.yaml"), changes={"gives": {"spring": 33}}
    )
    found = sensitivity(changed)
    for effect in found.parameters[::7]:
        agrees(found, effect, 1e-3, 1e-3)


def test_unique_prices_of_many_rows_take_a_handful_of_solves() -> None:
    random = np.random.default_rng(4)
    size = 1000
    rows = {str(i): float(v) for i, v in enumerate(random.uniform(1, 9, size))}
    big = model(
        sets={"I": f"0..{size - 1}"},
        parameters={"most": {"index": ["I"], "values": rows}, "shift": 0.1},
        variables={"x": {"index": ["I"], **PLUS}},
        objective={"sense": "maximize", "expression": "sum(x[i] for i in I)"},
        constraints={
            "own": {"for": "i in I", "expression": "x[i] + (shift * x[i-1] if i > 0 else 0) <= most[i]"},
        },
    )
    solution = solve(big)
    assert solution.point is not None
    known = Local(big, compile(big), big.flat(solution.point), Options(), 10, frozenset(), lambda line: None)
    prices = known.prices()
    assert known.cone.solves <= 3
    assert all(price.single for price in prices)
    assert len(known.costs()) == size
    assert [len(notes) > 0 for notes in known.notes] == [True, True]
    assert sum(price.range_left is not None for price in prices if price.binding) == 10


def test_text_and_json_say_the_same() -> None:
    found = sensitivity(example("diet"))
    record = json.loads(found.to_json())
    assert record["quintet"] == 1
    assert record["prices"][0]["place"] == "nutrition[energy_mj]"
    sled = next(price for price in record["prices"] if price["name"] == "sled")
    assert sled["unit"] == "EUR/kg"
    assert sled["range_left"] < 1.25 < sled["range_right"]
    assert not sled["no_plan_with_less"]
    lines = found.to_text().splitlines()
    assert any("sled" in line and "-0.369842" in line and "no plan below 1.10096" in line for line in lines)
    assert any("pack[beef fat]" in line and "3.58252 to 28.1561" in line for line in lines)


def test_the_verb() -> None:
    app = typer.Typer()
    app.command()(verb)
    run = CliRunner().invoke(app, [str(EXAMPLES / "diet" / "formulation.yaml"), "--parameter", "heaviest"])
    assert run.exit_code == 0
    assert "heaviest" in run.stdout
    assert "amount[" not in run.stdout
    run = CliRunner().invoke(app, [str(EXAMPLES / "infeasible" / "formulation.yaml"), "--json"])
    assert run.exit_code == 1
    assert json.loads(run.stdout)["status"] == "infeasible"


# time


def stopped(asked: Model, **_: Any) -> Solution:
    """A solution with a plan that was not proven best."""
    return replace(solve(asked), outcome=Outcome.FEASIBLE, stopped_by="time limit")


def test_a_plan_that_is_not_proven_best_has_no_prices(monkeypatch: pytest.MonkeyPatch) -> None:
    knapsack = example("knapsack")
    found = sensitivity(knapsack, stopped(knapsack))
    assert not found.settled
    assert found.objective is None
    assert "not proven best" in found.to_text()
    assert "Maximum" not in found.to_text()
    monkeypatch.setattr(registry, "solve", lambda model, **_: stopped(model))
    app = typer.Typer()
    app.command()(verb)
    result = CliRunner().invoke(app, [str(EXAMPLES / "knapsack" / "formulation.yaml")])
    assert result.exit_code == 1
    assert "not proven best" in result.stdout


@pytest.mark.parametrize("name", ["knapsack", "diet", "min_cost_flow"])
def test_what_the_time_is_too_short_for_is_said(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = example(name)
    solution = solve(asked)
    monkeypatch.setattr(analysis, "SECONDS", 0.0)
    found = sensitivity(asked, solution)
    assert found.settled
    assert any("seconds for it were used up (a longer --time-limit" in note for note in found.notes)
    enough = sensitivity(asked, solution, Options(time_limit=60))
    assert not any("used up" in note for note in enough.notes)


def test_why_a_number_has_no_worth_is_said() -> None:
    def refuse(changed: Model) -> float:
        raise SolverError("the solver does not take this one")

    diet = example("diet")
    solution = solve(diet)
    assert solution.point is not None
    local = Local(
        diet, compile(diet), diet.flat(solution.point), Options(), 0, frozenset(), lambda line: None
    )
    effects = Effects(Variation(diet), local, refuse, solution.objective or 0.0, Options(), 0, 1)
    assert effects._stepped("least", 0).left is None
    assert effects.refusals == {"least": "the solver does not take this one"}
