"""Why-not against enumeration: verdict, price, and reasons that fall apart when one is left out."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from quintet.formulation.binding import bind
from quintet.formulation.model import Model
from quintet.formulation.revision import with_bounds, with_rows, without, without_objective
from quintet.solvers import Options, Outcome, Solution, solve
from quintet.solvers.alternatives import alternatives, standing, whynot
from quintet.solvers.alternatives import why as why_module
from quintet.solvers.alternatives.forcing import forcing
from quintet.solvers.alternatives.standing import holding
from quintet.solvers.alternatives.why import Verdict, WhyNot
from quintet.solvers.diagnosis.limit import Limit, LimitKind, limits
from tests.solvers.alternatives.cases import BOX, all_plans, formulation, random_document

FORCED = ["b[1]", "not b[2]", "n[1] >= 3", "n[*] <= 0", "b[3] + b[4] == 1", "n[1] + n[2] >= 6", "b[*] == 1"]


def expected(document: dict[str, Any], forced: str) -> tuple[Verdict, float | None]:
    """Verdict and price by trying every plan."""
    model = bind(formulation(document))
    best = max(plan.values[0] for plan in all_plans(model, BOX))
    with_it = [plan.values[0] for plan in all_plans(forcing(model, forced)[0], BOX)]
    if not with_it:
        return Verdict.IMPOSSIBLE, None
    return (Verdict.FREE if max(with_it) == best else Verdict.COSTS), max(with_it) - best


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("forced", FORCED)
def test_verdict_and_price_are_those_of_enumeration(seed: int, forced: str) -> None:
    document = random_document(seed)
    verdict, price = expected(document, forced)
    found = whynot(formulation(document), forced)
    assert found.verdict is verdict or (found.verdict is Verdict.ALREADY and verdict is Verdict.FREE)
    if price is not None:
        assert found.prices["objective" if "objective" in found.prices else "f1"] == pytest.approx(price)
    if found.verdict in (Verdict.COSTS, Verdict.IMPOSSIBLE):
        check_reasons(found)
    assert forced in found.to_text()
    assert json.loads(found.to_json())["verdict"] == found.verdict.value


def check_reasons(found: WhyNot) -> None:
    """The system of the reasons alone is infeasible, and feasible when any one is left out."""
    assert found.reasons.found
    assert found.reasons.irreducible
    system, name = forcing(found.model, found.forced)
    background = {name}
    if found.verdict is Verdict.COSTS:
        assert found.base is not None
        system = holding(system, found.base)
        background |= set(system.constraints) - set(found.model.constraints)
    system = without_objective(system)
    kept = [member for reason in found.reasons.families for member in reason.members]
    assert solve(only(system, kept, background)).outcome is Outcome.INFEASIBLE
    for member in kept:
        rest = [other for other in kept if other != member]
        assert solve(only(system, rest, background)).outcome is Outcome.OPTIMAL


def only(model: Model, kept: list[Limit], background: set[str]) -> Model:
    """The model without every limit that is neither kept nor background."""
    for name in [name for name in model.constraints if name not in background]:
        rows = [member.row for member in kept if member.kind is LimitKind.CONSTRAINT and member.name == name]
        model = with_rows(model, name, np.array(sorted(rows))) if rows else without(model, [name])
    for limit in limits(model):
        granted = limit.kind is LimitKind.LOWER and limit.value == 0
        if limit.kind is not LimitKind.CONSTRAINT and limit not in kept and not granted:
            variable, row = model.variables[limit.name], np.array([limit.row])
            lower = [-np.inf] if limit.kind is LimitKind.LOWER else variable.lower[row]
            upper = [np.inf] if limit.kind is LimitKind.UPPER else variable.upper[row]
            model = with_bounds(model, limit.name, row, np.array(lower), np.array(upper))
    return model


LP: dict[str, Any] = {
    "variables": {n: {"domain": "continuous", "lower": 0, "upper": 10} for n in ("x", "y", "z")},
    "parameters": {"dear": 3},
    "expressions": {"x_cost": "2 * x", "y_cost": "dear * y"},
    "objective": {"sense": "minimize", "expression": "x_cost + y_cost", "unit": "EUR"},
    "constraints": {
        "need": {"expression": "x + y >= 4", "kind": "policy", "source": "at least 4"},
        "loose": {"expression": "z <= 9", "kind": "policy"},
    },
}


def test_price_terms_and_clauses_are_told() -> None:
    found = whynot(formulation(LP), "y >= 1")
    assert found.verdict is Verdict.COSTS
    assert found.prices == {"objective": pytest.approx(1)}
    assert [reason.name for reason in found.reasons.families] == ["need"]
    text = found.to_text()
    assert "9 EUR instead of 8 EUR (1 EUR more)" in text
    assert "need — “at least 4”" in text
    assert "y_cost  0  → 3  (+3)" in text
    assert "loose" not in text


def test_a_cost_that_no_limit_causes_names_the_term_that_drives_it() -> None:
    found = whynot(formulation({**LP, "constraints": {}}), "y >= 1 and x >= 2")
    assert found.verdict is Verdict.COSTS
    assert "the objective alone" in found.to_text()
    assert "What drives it is 2 * x: 0 → 4" in found.to_text() or "x_cost: 0 → 4" in found.to_text()


def test_nothing_speaks_against_what_costs_nothing() -> None:
    found = whynot(formulation(LP), "z >= 5")
    assert found.verdict in (Verdict.FREE, Verdict.ALREADY)
    assert found.plan is not None
    assert found.plan.point["z"][0] >= 5 - 1e-6
    assert found.prices == {"objective": pytest.approx(0)}


def test_a_difference_within_the_tolerance_of_objectives_is_none() -> None:
    document = {**LP, "parameters": {"dear": 2.0000001}}
    assert whynot(formulation(document), "y >= 1").verdict is Verdict.FREE
    assert whynot(formulation({**LP, "parameters": {"dear": 2.0001}}), "y >= 1").verdict is Verdict.COSTS


def test_what_the_domain_rules_out() -> None:
    found = whynot(formulation(random_document(0)), "b[1] >= 2")
    assert found.verdict is Verdict.IMPOSSIBLE
    assert not found.reasons.families
    assert "domain" in found.to_text()


def test_levels_are_compared_one_after_another() -> None:
    document = {
        "variables": {"x": {"domain": "integer", "lower": 0, "upper": 5}},
        "objective": [
            {"sense": "minimize", "name": "rough", "expression": "max(x, 3)", "priority": 1},
            {"sense": "maximize", "name": "fine", "expression": "x", "priority": 2},
        ],
        "constraints": {"some": "x >= 1"},
    }
    found = whynot(formulation(document), "x <= 2")
    assert found.verdict is Verdict.COSTS
    assert found.prices == {"rough": pytest.approx(0), "fine": pytest.approx(-1)}
    assert whynot(formulation(document), "x >= 3").verdict is Verdict.ALREADY


@pytest.mark.parametrize(
    ("constraints", "objective", "said"),
    [
        ({"a": "x >= 4", "b": "x <= 3"}, "minimize", "no plan meets all the limits"),
        ({"a": "x >= 4"}, "maximize", "can grow without limit"),
    ],
)
def test_without_an_optimum_it_says_so(constraints: dict[str, str], objective: str, said: str) -> None:
    document = {
        "variables": {"x": {"domain": "continuous", "lower": 0, "upper": None}},
        "objective": {"sense": objective, "expression": "x"},
        "constraints": constraints,
    }
    found = whynot(formulation(document), "x == 5")
    assert found.verdict is Verdict.NO_PLAN
    assert not found.settled
    assert said in found.to_text()
    assert json.loads(found.to_json())["now"] is None


def test_a_plan_that_only_has_to_fit() -> None:
    document = {
        "variables": {"x": {"domain": "integer", "lower": 0, "upper": 5}},
        "objective": {"sense": "satisfy"},
        "constraints": {"some": "x >= 3"},
    }
    assert whynot(formulation(document), "x == 5").verdict in (Verdict.FREE, Verdict.ALREADY)
    found = whynot(formulation(document), "x == 1", options=Options(time_limit=20))
    assert found.verdict is Verdict.IMPOSSIBLE
    assert [reason.name for reason in found.reasons.families] == ["some"]


def gives_up(after: int, ending: Outcome) -> Any:
    """A solver that ends early from some call on."""
    calls: list[Model] = []

    def tired(model: Model, solver: Any, options: Options) -> Solution:
        calls.append(model)
        found = solve(model, solver, options)
        return found if len(calls) <= after else Solution(model, ending, "fake", "1", found.problem_class)

    return tired


def test_a_price_that_is_not_known_leaves_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """The solve with the decision ends early; that none is as good is still proved."""
    real, calls = solve, []

    def tired(model: Model, solver: Any, options: Options) -> Solution:
        calls.append(model)
        found = real(model, solver, options)
        limit = Outcome.LIMIT_NO_SOLUTION
        return Solution(model, limit, "fake", "1", found.problem_class) if len(calls) == 1 else found

    monkeypatch.setattr(why_module, "solve", tired)
    found = whynot(formulation(LP), "y >= 1")
    assert found.verdict is Verdict.COSTS
    assert not found.exact
    assert found.plan is None
    assert [reason.name for reason in found.reasons.families] == ["need"]
    assert "was not found out" in found.to_text()


def test_what_is_not_known_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(why_module, "solve", gives_up(0, Outcome.LIMIT_NO_SOLUTION))
    found = whynot(formulation(LP), "y >= 1")
    assert found.verdict is Verdict.UNSETTLED
    assert not found.settled
    assert "not found out; give it more time" in found.to_text()


def test_a_search_that_is_cut_short_says_what_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    document = random_document(0)
    impossible = "n[1] >= 3 and n[2] >= 3 and b[1] == 1 and b[2] == 1 and b[3] == 1 and b[4] == 1"
    whole = whynot(formulation(document), impossible)
    assert whole.reasons.irreducible
    assert not whole.reasons.note
    monkeypatch.setattr(why_module, "SEARCH", 0.0)
    monkeypatch.setattr(why_module, "SOLVES", 0.0)
    cut = whynot(formulation(document), impossible)
    assert cut.verdict is whole.verdict
    assert cut.reasons.found
    assert not cut.reasons.irreducible
    assert cut.reasons.count >= whole.reasons.count
    assert f"0 of these {cut.reasons.count} are proven to be needed" in cut.to_text()
    assert "longer --time-limit" in cut.to_text()
    timed = whynot(formulation(document), impossible, options=Options(time_limit=60))
    assert timed.reasons.irreducible


@pytest.mark.parametrize("how", [Outcome.FEASIBLE, Outcome.LIMIT_NO_SOLUTION])
def test_a_stopped_solver_does_not_say_that_there_is_no_best_plan(
    how: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(model: Model, *_: Any) -> Solution:
        return replace(solve(model), outcome=how, stopped_by="time limit")

    monkeypatch.setattr(standing, "solve", stopped)
    found = (
        whynot(formulation(random_document(0)), "b[1]"),
        alternatives(formulation(random_document(0))),
    )
    for each in found:
        assert not each.settled
        assert "No plan is proven best: the" in each.to_text()
        assert "There is no best plan" not in each.to_text()
        if how is Outcome.FEASIBLE:
            assert "the solver was stopped by its time limit" in each.to_text()
