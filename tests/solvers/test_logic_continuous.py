"""Random logic over continuous variables: no grid point is better than the answer, which holds itself."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.evaluator import Evaluator
from quintet.formulation.model import Floats, Model
from quintet.solvers.highs import Highs
from quintet.solvers.options import Options
from quintet.solvers.outcome import Outcome
from quintet.solvers.restriction import restricted
from quintet.solvers.rewrite import rewrite
from quintet.solvers.scip import Scip

GRID = [value / 2 for value in range(7)]
"""Places for each of u and v; all borders of the comparisons cross on them."""
NEAR = 1e-3
"""By how much `holds` may miss the border, times the largest slope of the objectives."""


def document(sense: str, objective: str, constraints: list[str]) -> Model:
    box = {"domain": "continuous", "lower": 0, "upper": 3}
    return bind(
        Formulation.model_validate(
            {
                "variables": {"u": box, "v": box, "a": {"domain": "binary"}},
                "objective": {"sense": sense, "expression": objective},
                "constraints": {f"c{number}": text for number, text in enumerate(constraints, 1)},
            }
        )
    )


def accepted(model: Model) -> list[float]:
    """The objective at every point of the grid that the evaluator accepts."""
    evaluator, found = Evaluator(model), []
    for values in itertools.product(GRID, GRID, (0.0, 1.0)):
        point: Floats = np.array(values, dtype=np.float64)
        at = evaluator.at(model.point(point))
        if at.feasible():
            found.append(at.objectives["objective"])
    return found


def check(sense: str, objective: str, constraints: list[str]) -> None:
    model = document(sense, objective, constraints)
    rewritten, values = rewrite(model), accepted(model)
    solutions = [restricted(solver.solve(rewritten, Options()), model) for solver in (Highs(), Scip())]
    # where a solver's tolerance times M bridges two borders that meet, it may leave a gap, and says so
    assert any(s.outcome in (Outcome.OPTIMAL, Outcome.INFEASIBLE) for s in solutions)
    for solution in solutions:
        if solution.outcome is Outcome.INFEASIBLE:
            assert not values
            continue
        assert solution.outcome.solved
        assert solution.point is not None
        assert solution.objective is not None
        at = Evaluator(model).at(solution.point)
        assert at.feasible(), at.worst
        assert at.objectives["objective"] == pytest.approx(solution.objective, abs=1e-6)
        if solution.outcome is Outcome.FEASIBLE:
            continue
        assert solution.bound == pytest.approx(solution.objective, abs=1e-5)
        if values and sense == "minimize":
            assert solution.objective <= min(values) + NEAR
        elif values:
            assert solution.objective >= max(values) - NEAR


def comparisons() -> st.SearchStrategy[str]:
    left = st.sampled_from(["u", "v", "u + v", "u - v", "2 * u - v", "u + 2 * a"])
    right = st.sampled_from(["0.5", "1", "1.5", "2", "v"])
    return st.builds("{} {} {}".format, left, st.sampled_from(["<=", ">=", "<", ">"]), right)


def conditions(depth: int = 2) -> st.SearchStrategy[str]:
    leaf = st.one_of(st.just("a"), comparisons())
    if not depth:
        return leaf
    inner = conditions(depth - 1)
    count = st.integers(1, 3)
    return st.one_of(
        leaf,
        st.builds("implies({}, {})".format, inner, inner),
        st.builds("iff({}, {})".format, inner, inner),
        st.builds("either({}, {}, {})".format, inner, inner, inner),
        st.builds("(not ({}))".format, inner),
        st.builds("at_least({}, {}, {}, {})".format, count, inner, inner, inner),
        st.builds("at_most({}, {}, {}, {})".format, count, inner, inner, inner),
        st.builds("exactly({}, {}, {}, {})".format, count, inner, inner, inner),
    )


def equations() -> st.SearchStrategy[str]:
    """What would need `!=` of continuous values if it were negated."""
    place = st.sampled_from(["0.5", "1", "v"])
    return st.one_of(
        st.builds("implies({}, u == {} and v <= 2)".format, conditions(1), place),
        st.builds("either(u == {}, v == {}, {})".format, place, st.sampled_from(["1", "2"]), conditions(1)),
        st.builds("at_least(2, u == {}, v == 2, {})".format, place, conditions(1)),
        st.just("sos1([u, v, a])"),
        st.just("sos2([u, v, a, u - v])"),
    )


def objectives() -> st.SearchStrategy[str]:
    held = st.one_of(comparisons(), conditions(1))
    return st.one_of(
        st.sampled_from(["u + v", "u - 2 * v + a", "-u - v"]),
        st.builds("u - v + 2 * holds({})".format, held),
        st.builds("v - 3 * holds({}) + u * 0.5".format, held),
        st.builds("holds({}) * 2 - holds({}) + 0.5 * u".format, held, held),
    )


@settings(max_examples=40)
@given(
    sense=st.sampled_from(["minimize", "maximize"]),
    objective=objectives(),
    constraints=st.lists(
        st.one_of(conditions().map("either({})".format), equations()), min_size=1, max_size=2
    ),
)
def test_random_logic_against_a_grid(sense: str, objective: str, constraints: list[str]) -> None:
    check(sense, objective, constraints)
