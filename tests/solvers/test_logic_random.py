"""Random logic over integer boxes: HiGHS and SCIP against brute force by the evaluator."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quintet.formulation.binding import bind
from quintet.formulation.classify import classify
from quintet.formulation.document import Formulation
from quintet.formulation.evaluator import Evaluator
from quintet.formulation.model import Model, ProblemClass
from quintet.solvers.highs import Highs
from quintet.solvers.options import Options
from quintet.solvers.outcome import Outcome
from quintet.solvers.restriction import restricted
from quintet.solvers.rewrite import rewrite
from quintet.solvers.scip import Scip
from quintet.solvers.solver import Solver

INTEGERS = {"x": (-1, 2), "y": (0, 2)}
BOX = [range(low, high + 1) for low, high in INTEGERS.values()] + [range(2)] * 4
"""x, y, the binaries a and b, and p[1], p[2]."""


def document(sense: str, objective: str, constraints: list[str]) -> Model:
    whole = {n: {"domain": "integer", "lower": low, "upper": high} for n, (low, high) in INTEGERS.items()}
    return bind(
        Formulation.model_validate(
            {
                "sets": {"I": {"range": "1..2"}},
                "parameters": {
                    "limit": {"index": ["I"], "values": [1, 3]},
                    "half": {"values": 1.5},
                },
                "variables": {
                    **whole,
                    "a": {"domain": "binary"},
                    "b": {"domain": "binary"},
                    "p": {"domain": "binary", "index": "i in I"},
                },
                "expressions": {"off": {"index": "i in I", "expression": "x - limit[i] + 2 * p[i]"}},
                "objective": {"sense": sense, "expression": objective},
                "constraints": {f"c{number}": text for number, text in enumerate(constraints, 1)},
            }
        )
    )


def brute(model: Model, sense: str) -> float | None:
    evaluator, best = Evaluator(model), []
    for values in itertools.product(*BOX):
        found = evaluator.at(model.point(np.array(values, dtype=np.float64)))
        if found.feasible():
            best.append(found.objectives["objective"])
    if not best:
        return None
    return min(best) if sense == "minimize" else max(best)


def check(sense: str, objective: str, constraints: list[str]) -> None:
    model = document(sense, objective, constraints)
    expected, rewritten = brute(model, sense), rewrite(model)
    linear = classify(rewritten) in (ProblemClass.LP, ProblemClass.MILP)
    assert linear or "x * y" in f"{objective} {constraints}"
    for solver in (Highs(), Scip()) if linear else (Scip(),):
        _agrees(solver, model, rewritten, expected)


def _agrees(solver: Solver, model: Model, rewritten: Model, expected: float | None) -> None:
    solution = restricted(solver.solve(rewritten, Options()), model)
    if expected is None:
        assert solution.outcome is Outcome.INFEASIBLE
        return
    assert solution.outcome is Outcome.OPTIMAL
    assert solution.point is not None
    found = Evaluator(model).at(solution.point)
    assert found.feasible(), found.worst
    assert found.objectives["objective"] == pytest.approx(expected, abs=1e-6)
    assert solution.objective == pytest.approx(expected, abs=1e-6)
    assert solution.bound == pytest.approx(expected, abs=1e-6)


COMPARED = ["x", "y", "x + y", "2 * x - y", "x + 3 * a", "off[1]", "half * y", "a + b", "x * y"]
LEAVES = ["a", "b", "p[1]", "p[2]", "limit[1] > 2"]


def comparisons() -> st.SearchStrategy[str]:
    signs = st.sampled_from(["<=", ">=", "<", ">", "==", "!="])
    right = st.sampled_from(["0", "1", "2", "-1", "half", "y", "limit[2]"])
    return st.builds("{} {} {}".format, st.sampled_from(COMPARED), signs, right)


def conditions(depth: int = 2) -> st.SearchStrategy[str]:
    leaf = st.one_of(st.sampled_from(LEAVES), comparisons())
    if not depth:
        return leaf
    inner = conditions(depth - 1)
    count = st.integers(0, 3)
    return st.one_of(
        leaf,
        st.builds("implies({}, {})".format, inner, inner),
        st.builds("iff({}, {})".format, inner, inner),
        st.builds("either({}, {}, {})".format, inner, inner, inner),
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("(not {})".format, inner.map("({})".format)),
        st.builds("at_least({}, {}, {}, {})".format, count, inner, inner, inner),
        st.builds("at_most({}, {}, {}, {})".format, count, inner, inner, inner),
        st.builds("exactly({}, {}, {}, {})".format, count, inner, inner, inner),
        st.builds("at_most({}, (p[i] or x >= limit[i] for i in I))".format, count),
        st.builds("exactly({}, (off[i] >= 1 for i in I if limit[i] > 2 or half > 1))".format, count),
        st.just("all_different(x, y, x + 2 * a)"),
        st.just("sos1([x, y, a])"),
        st.just("sos2([x, y, a, b])"),
        st.builds("(either({}) if limit[2] > 2 else either({}))".format, inner, inner),
    )


def objectives() -> st.SearchStrategy[str]:
    held = conditions(1)
    return st.one_of(
        st.sampled_from(["x + 2 * y - a", "-x - y + 3 * b", "off[1] - off[2] + y"]),
        st.builds("x - y + 2.5 * holds({})".format, held),
        st.builds("y - 3 * holds({}) + x * 0.5".format, held),
        st.builds("x + sum((1 + i) * holds(off[i] <= {}) for i in I)".format, st.integers(-1, 2)),
        st.builds("holds({}) * 2 - holds({}) + 0.1 * x".format, held, held),
    )


@settings(max_examples=80, deadline=None)
@given(
    sense=st.sampled_from(["minimize", "maximize"]),
    objective=objectives(),
    constraints=st.lists(conditions().map("either({})".format), min_size=1, max_size=2),
)
def test_random_logic_against_brute_force(sense: str, objective: str, constraints: list[str]) -> None:
    check(sense, objective, constraints)
