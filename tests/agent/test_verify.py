from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from quintet.agent.checks.case import Budget
from quintet.agent.verify import Verification, verify
from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.model import Model
from quintet.problem import Severity, Verdict
from quintet.solvers.options import Options
from quintet.solvers.outcome import Outcome
from quintet.solvers.registry import solve
from quintet.solvers.solution import Solution

SHOP: dict[str, Any] = {
    "variables": {
        "pens": {"domain": "integer", "lower": 0, "upper": 40},
        "inks": {"domain": "integer", "lower": 0, "upper": 40},
    },
    "objective": {"sense": "maximize", "expression": "7 * pens + 5 * inks"},
    "constraints": {"hours": "3 * pens + 2 * inks <= 61", "shelf": "pens + inks <= 25"},
    "assumptions": [{"text": "pens and inks are counted"}],
}
BLEND: dict[str, Any] = {
    "variables": {"a": {"lower": 0, "upper": None}, "b": {"lower": 0, "upper": None}},
    "objective": {"sense": "minimize", "expression": "3 * a + 2 * b"},
    "constraints": {"need": "a + b >= 10", "lead": "a - b >= 0"},
    "assumptions": [{"text": "amounts can be split"}],
}


def bound(document: dict[str, Any], **changes: Any) -> Model:
    return bind(Formulation.model_validate({**document, **changes}))


def answered(document: dict[str, Any], **changes: Any) -> tuple[Model, Solution]:
    model = bound(document, **changes)
    return model, solve(model)


def codes(verification: Verification, severity: Severity | None = None) -> set[str]:
    return {f.code for f in verification.findings if severity in (None, f.severity)}


def moved(solution: Solution, **values: float) -> Solution:
    point = {**(solution.point or {}), **{name: np.array([value]) for name, value in values.items()}}
    return replace(solution, point=point)


def test_a_proven_optimum_is_checked_and_says_what_verified_needs() -> None:
    found = verify(*answered(SHOP))
    assert found.verdict is Verdict.CHECKED
    assert found.label == "checked"
    assert found.scope == "this data"
    assert not codes(found, Severity.ERROR)
    assert {"residuals", "enumerated"} <= codes(found)
    assert any("in words" in line for line in found.missing)
    assert any("blind reading" in line for line in found.missing)


def test_the_reader_alone_is_checked_at_most() -> None:
    found = verify(*answered(SHOP), reader=True)
    assert found.verdict is Verdict.CHECKED
    assert any("read alone" in line for line in found.missing)


def test_findings_come_worst_first_and_once() -> None:
    model, solution = answered(SHOP)
    found = verify(model, moved(solution, pens=39.5)).findings
    order = [list(Severity).index(finding.severity) for finding in found]
    assert order == sorted(order)
    assert len(set(found)) == len(found)


# tampered answers


@pytest.mark.parametrize(
    ("values", "code", "place"),
    [
        ({"pens": 40.0, "inks": 40.0}, "residual", "constraints.hours"),
        ({"pens": 3.5}, "residual", "variables.pens"),
        ({"pens": -1.0}, "residual", "variables.pens"),
        ({"pens": 0.0}, "objective", "objective"),
        ({"pens": float("nan")}, "residual", "constraints.hours"),
    ],
)
def test_a_tampered_point_is_unsolved(values: dict[str, float], code: str, place: str) -> None:
    model, solution = answered(SHOP)
    found = verify(model, moved(solution, **values))
    assert found.verdict is Verdict.UNSOLVED
    assert found.scope == ""
    assert (code, place) in {(f.code, f.place) for f in found.findings if f.severity is Severity.ERROR}
    assert found.missing[0].startswith("an answer that passes the checks")


@pytest.mark.parametrize("change", [1e-3, -1e-3])
def test_a_tampered_objective_is_unsolved(change: float) -> None:
    model, solution = answered(BLEND)
    assert solution.objective is not None
    found = verify(model, replace(solution, objective=solution.objective * (1 + change)))
    assert found.verdict is Verdict.UNSOLVED
    assert "objective" in codes(found, Severity.ERROR)


def test_rounding_of_the_objective_is_no_tampering() -> None:
    model, solution = answered(BLEND)
    assert solution.objective is not None
    found = verify(model, replace(solution, objective=solution.objective * (1 + 1e-8)))
    assert found.verdict is Verdict.CHECKED


def test_an_answer_better_than_its_own_bound_is_unsolved() -> None:
    model, solution = answered(SHOP)
    found = verify(model, replace(solution, bound=10.0))
    assert "bound-crossed" in codes(found, Severity.ERROR)
    assert found.verdict is Verdict.UNSOLVED


@pytest.mark.parametrize("document", [SHOP, BLEND], ids=["integer", "continuous"])
def test_a_feasible_point_that_is_not_the_best_is_unsolved(document: dict[str, Any]) -> None:
    model, solution = answered(document)
    name = next(iter(model.variables))
    point = {
        name: values + (1 if document is BLEND else -1) for name, values in (solution.point or {}).items()
    }
    worse = replace(solution, point=point, objective=None, bound=None)
    found = verify(model, worse)
    assert found.verdict is Verdict.UNSOLVED, name
    assert codes(found, Severity.ERROR)


def test_a_model_that_was_compiled_wrongly_is_unsolved() -> None:
    # the solver answers another model: `hours` is read as 3 pens + 1 ink
    wrong = bound(SHOP, constraints={**SHOP["constraints"], "hours": "3 * pens + inks <= 61"})
    found = verify(bound(SHOP), solve(wrong))
    assert found.verdict is Verdict.UNSOLVED


def test_a_wrong_optimum_of_a_mixed_integer_model_is_unsolved() -> None:
    # HiGHS 1.14.0 (presolve on) calls (0, 7) optimal for models like this one
    document = {
        "variables": {"x": {"lower": 0, "upper": 9}, "z": {"domain": "integer", "lower": 0, "upper": 9}},
        "objective": {"sense": "minimize", "expression": "4 * x + 5 * z"},
        "constraints": {"need": "x + z >= 6.5"},
    }
    model = bound(document)
    true = solve(model, options=Options(extra={"presolve": "off"}))
    assert true.objective == pytest.approx(26)
    assert verify(model, true).verdict is Verdict.CHECKED
    lie = replace(moved(true, x=0.0, z=7.0), objective=35.0, bound=35.0)
    assert "invariance" in codes(verify(model, lie), Severity.ERROR)


# what limits a verdict


def test_a_gap_limits_the_verdict() -> None:
    model, solution = answered(SHOP)
    assert solution.objective is not None
    open_gap = replace(
        solution, outcome=Outcome.FEASIBLE, bound=solution.objective * 1.02, stopped_by="time limit"
    )
    found = verify(model, open_gap)
    assert (found.verdict, found.label) == (Verdict.CHECKED, "checked, within 2 %")
    assert any("time limit" in line for line in found.missing)


@pytest.mark.parametrize("bound_", [None, float("inf")])
def test_a_stopped_solver_without_bound(bound_: float | None) -> None:
    model, solution = answered(SHOP)
    found = verify(model, replace(solution, outcome=Outcome.FEASIBLE, bound=bound_))
    assert found.label == "checked, without a bound"


def test_a_wide_gap_is_told_as_a_range() -> None:
    model, solution = answered(SHOP)
    found = verify(model, replace(solution, outcome=Outcome.FEASIBLE, bound=1000.0))
    assert found.label == f"checked, the optimum is between {solution.objective:g} and 1000"


def test_a_local_optimum_is_checked_and_said() -> None:
    model, solution = answered(SHOP)
    found = verify(model, replace(solution, outcome=Outcome.LOCALLY_OPTIMAL, bound=None))
    assert found.label == "checked, a local optimum"


def test_a_sensitive_domain_is_said() -> None:
    found = verify(*answered(SHOP, assumptions=[], constraints={"hours": "3 * pens + 2 * inks <= 10.5"}))
    assert "domain-sensitive" in codes(found, Severity.WARNING)
    assert found.verdict is Verdict.CHECKED
    assert any("whole" in line for line in found.missing)


# no point

NO_PLAN = {**BLEND, "constraints": {"need": "a + b >= 10", "most": "a + b <= 9"}}
ODD = {
    **SHOP,
    "variables": {
        "pens": {"domain": "integer", "lower": 0, "upper": None},
        "inks": {"domain": "integer", "lower": 0, "upper": None},
    },
    "constraints": {"even": "2 * pens + 2 * inks == 7"},
}


def test_an_infeasible_linear_program_is_proved_in_fractions() -> None:
    found = verify(*answered(NO_PLAN))
    assert (found.verdict, found.scope) == (Verdict.CHECKED, "this data")
    assert "infeasible-proved" in codes(found)


def test_an_infeasible_integer_box_is_enumerated() -> None:
    model, solution = answered(SHOP, constraints={"even": "2 * pens + 2 * inks == 7"})
    assert solution.outcome is Outcome.INFEASIBLE
    found = verify(model, solution)
    assert found.verdict is Verdict.CHECKED
    assert any("points of the integer box" in f.message for f in found.findings)


def test_otherwise_another_solver_is_asked() -> None:
    pytest.importorskip("pyscipopt")
    model = bound(ODD, variables={n: {**v, "upper": 10**6} for n, v in ODD["variables"].items()})
    solution = solve(model)
    assert solution.outcome is Outcome.INFEASIBLE
    found = verify(model, solution)
    assert found.verdict is Verdict.CHECKED
    assert "infeasible-agreed" in codes(found)


@pytest.mark.parametrize("document", [SHOP, BLEND], ids=["integer", "continuous"])
def test_a_feasible_model_called_infeasible_is_unsolved(document: dict[str, Any]) -> None:
    model, solution = answered(document)
    found = verify(model, replace(solution, outcome=Outcome.INFEASIBLE, point=None, objective=None))
    assert found.verdict is Verdict.UNSOLVED
    assert codes(found, Severity.ERROR)


UNBOUNDED = {**BLEND, "objective": {"sense": "maximize", "expression": "3 * a + 2 * b"}}


def test_an_unbounded_model_is_proved_by_a_ray() -> None:
    model, solution = answered(UNBOUNDED)
    assert solution.outcome is Outcome.UNBOUNDED
    found = verify(model, solution)
    assert found.verdict is Verdict.CHECKED
    assert "unbounded-proved" in codes(found)


def test_an_unbounded_integer_model_is_proved_by_a_whole_ray() -> None:
    variables = {"a": {"domain": "integer", "lower": 0, "upper": None}, "b": {"lower": 0, "upper": None}}
    model, solution = answered(UNBOUNDED, variables=variables)
    found = verify(model, replace(solution, outcome=Outcome.UNBOUNDED))
    assert "unbounded-proved" in codes(found)


@pytest.mark.parametrize("document", [BLEND, NO_PLAN], ids=["bounded", "infeasible"])
def test_a_model_wrongly_called_unbounded_is_unsolved(document: dict[str, Any]) -> None:
    model, solution = answered(document)
    found = verify(model, replace(solution, outcome=Outcome.UNBOUNDED, point=None, objective=None))
    assert found.verdict is Verdict.UNSOLVED


@pytest.mark.parametrize(
    ("document", "proof"), [(UNBOUNDED, "unbounded-proved"), (NO_PLAN, "infeasible-proved")]
)
def test_infeasible_or_unbounded_is_settled(document: dict[str, Any], proof: str) -> None:
    model, solution = answered(document)
    either = replace(solution, outcome=Outcome.INFEASIBLE_OR_UNBOUNDED, point=None, objective=None)
    assert proof in codes(verify(model, either))


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Outcome.LIMIT_NO_SOLUTION, "stopped by its time limit"),
        (Outcome.CRASHED, "it fell over"),
        (Outcome.UNKNOWN, "it fell over"),
    ],
)
def test_no_answer_is_unsolved_and_says_what_is_missing(outcome: Outcome, said: str) -> None:
    model, solution = answered(SHOP)
    nothing = replace(
        solution, outcome=outcome, point=None, objective=None, stopped_by="time limit", message="it fell over"
    )
    found = verify(model, nothing)
    assert found.verdict is Verdict.UNSOLVED
    assert said in found.missing[0]


# size and kind


def test_what_is_too_large_is_left_out_and_said() -> None:
    found = verify(*answered(SHOP), budget=Budget(nonzeros=1, terms=1, work=1))
    assert {"checks-left-out", "compile-unchecked", "residuals"} <= codes(found)
    assert found.verdict is Verdict.CHECKED


def test_a_quadratic_answer_is_judged_by_the_evaluator() -> None:
    document = {**BLEND, "objective": {"sense": "minimize", "expression": "a ** 2 + b ** 2"}}
    model, solution = answered(document)
    found = verify(model, solution)
    assert {"residuals", "optimum-unique"} <= codes(found)
    worse = verify(model, moved(solution, a=6.0, b=6.0))
    assert worse.verdict is Verdict.UNSOLVED


def test_a_nonlinear_answer_is_refuted_by_a_better_neighbour() -> None:
    pytest.importorskip("pyscipopt")
    document = {
        "variables": {"x": {"lower": 0.1, "upper": 9}},
        "objective": {"sense": "minimize", "expression": "x + 4 / x"},
    }
    model, solution = answered(document)
    assert verify(model, solution).verdict is Verdict.CHECKED
    worse = replace(solution, point={"x": np.array([3.0])}, objective=None, bound=None)
    found = verify(model, worse)
    assert found.verdict is Verdict.UNSOLVED
    assert "better-neighbour" in codes(found, Severity.ERROR)


def test_a_point_that_can_not_be_evaluated_is_unsolved() -> None:
    model, solution = answered(BLEND, expressions={"share": "a / (a + b)"})
    found = verify(model, moved(solution, a=0.0, b=0.0))
    assert found.verdict is Verdict.UNSOLVED
    assert "not-evaluable" in codes(found, Severity.ERROR)
