"""Random small models: true answers raise no alarm, false ones do."""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from quintet.agent.checks.rationals import Rows, best_bound
from quintet.agent.verify import verify
from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.evaluator import Evaluator
from quintet.formulation.model import Model
from quintet.problem import Severity, Verdict
from quintet.solvers.matrix import compile
from quintet.solvers.options import Options
from quintet.solvers.outcome import Outcome
from quintet.solvers.registry import solve

NAMES = ("x", "y", "z")
UPPER = 4
numbers = st.sampled_from([-3, -2, -1, -0.5, 0, 0, 0.25, 1, 1.5, 2, 3, 7])


def _terms(values: tuple[float, ...]) -> str:
    return " + ".join(f"({value}) * {name}" for value, name in zip(values, NAMES, strict=True))


def _row(parts: tuple[tuple[float, ...], str, float]) -> str:
    values, sign, right = parts
    return f"{_terms(values)} {sign} {right}"


vectors = st.tuples(numbers, numbers, numbers)
rows = st.tuples(
    vectors, st.sampled_from(["<=", ">=", "<=", "=="]), st.sampled_from([-2, 0, 1, 2.5, 4, 6, 9])
)
domains = st.sampled_from([["continuous"], ["integer"], ["continuous", "integer", "binary"]]).flatmap(
    lambda kinds: st.tuples(*(st.sampled_from(kinds) for _ in NAMES))
)


@st.composite
def documents(draw: st.DrawFn, kinds: Any = domains) -> dict[str, Any]:
    bounds = {
        "binary": {},
        "integer": {"lower": 0, "upper": UPPER},
        "continuous": {"lower": 0, "upper": UPPER},
    }
    chosen = draw(kinds)
    constraints = draw(st.lists(rows.map(_row), max_size=4))
    return {
        "variables": {n: {"domain": k, **bounds[k]} for n, k in zip(NAMES, chosen, strict=True)},
        "objective": {
            "sense": draw(st.sampled_from(["minimize", "maximize"])),
            "expression": f"{_terms(draw(vectors))} + 1",
        },
        "constraints": {f"c{i}": text for i, text in enumerate(constraints)},
    }


# HiGHS 1.14.0's presolve calls some points of mixed-integer models optimal that are not
TRUE = Options(extra={"presolve": "off"})


def bound(document: dict[str, Any]) -> Model:
    return bind(Formulation.model_validate(document))


@given(documents())
def test_a_true_answer_raises_no_alarm(document: dict[str, Any]) -> None:
    model = bound(document)
    solution = solve(model, options=TRUE)
    found = verify(model, solution)
    alarms = [
        f for f in found.findings if f.severity is Severity.ERROR or f.code in ("price", "check-failed")
    ]
    assert not alarms, (document, solution.objective)
    assert found.verdict is Verdict.CHECKED, (document, found.missing)


whole = st.just(("integer",) * len(NAMES))


@given(documents(whole), st.tuples(*(st.integers(0, UPPER) for _ in NAMES)))
def test_a_false_answer_is_refuted(document: dict[str, Any], claimed: tuple[int, ...]) -> None:
    model = bound(document)
    evaluator, points = Evaluator(model), list(itertools.product(range(UPPER + 1), repeat=len(NAMES)))
    values: dict[tuple[int, ...], float] = {}
    for point in points:
        found = evaluator.at(_point(point))
        if found.feasible():
            values[point] = found.objectives["objective"]
    maximise = document["objective"]["sense"] == "maximize"
    best = (max if maximise else min)(values.values(), default=None)
    solution = solve(model, options=TRUE)
    assert solution.objective == best or abs((solution.objective or 0) - (best or 0)) < 1e-9
    value = evaluator.at(_point(claimed)).objectives["objective"]
    assume(values.get(claimed) != best)
    lie = replace(
        solution, outcome=Outcome.OPTIMAL, point=_point(claimed), objective=value, bound=value, duals=None
    )
    assert verify(model, lie).verdict is Verdict.UNSOLVED


def _point(values: tuple[float, ...]) -> dict[str, np.ndarray]:
    return {name: np.array([float(value)]) for name, value in zip(NAMES, values, strict=True)}


@given(documents(whole))
def test_a_claim_that_nothing_is_feasible_is_proved_or_refuted(document: dict[str, Any]) -> None:
    model = bound(document)
    solution = solve(model, options=TRUE)
    claim = replace(solution, outcome=Outcome.INFEASIBLE, point=None, objective=None, bound=None, duals=None)
    wanted = Verdict.CHECKED if solution.outcome is Outcome.INFEASIBLE else Verdict.UNSOLVED
    assert verify(model, claim).verdict is wanted


linear = st.just(("continuous",) * len(NAMES))


@given(documents(linear), st.lists(st.floats(-4, 4), min_size=4, max_size=4))
def test_a_bound_in_fractions_is_safe(document: dict[str, Any], multipliers: list[float]) -> None:
    model = bound(document)
    arrays, solution = compile(model), solve(model, options=TRUE)
    cost = arrays.direction * arrays.cost
    found = best_bound(Rows.of(arrays), cost, np.array(multipliers[: arrays.rows]), 10_000)
    nothing = best_bound(Rows.of(arrays), 0 * cost, np.array(multipliers[: arrays.rows]), 10_000)
    if solution.objective is not None:
        optimum = Fraction(arrays.direction * (solution.objective - arrays.offset))
        assert found is not None
        assert found <= optimum + Fraction(1, 10**7)
        assert nothing is not None
        assert nothing <= 0
