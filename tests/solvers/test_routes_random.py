"""Random formulations with logic, data conditions, strictness, softness and levels: every route against
every point of the box."""

from __future__ import annotations

import pytest
from hypothesis import event, given, note, settings

from quintet.errors import QuintetError
from quintet.formulation.evaluator import evaluate
from quintet.formulation.yaml_writer import write_yaml
from quintet.solvers import Outcome, Solution, solve
from tests.solvers.documents import NEAR, Document, Oracle, documents, model

ROUTES = (None, "highs", "scip", "cpsat")


@settings(max_examples=50)
@given(documents())
def test_every_route_finds_the_optimum_of_every_level(document: Document) -> None:
    oracle = Oracle(document)
    event(f"{len(oracle.levels)} levels, {'feasible' if oracle.feasible else 'infeasible'}")
    for route in ROUTES:
        _compare(document, oracle, route)


def _compare(document: Document, oracle: Oracle, route: str | None) -> None:
    bound = model(document)
    try:
        solution = solve(bound, route)
    except QuintetError as error:
        assert route is not None, error
        assert "\n" not in str(error)
        event(f"{route} refuses: {type(error).__name__}")
        return
    event(f"{route} → {solution.solver}")
    note(f"{route}: {solution}")
    if not oracle.feasible:
        assert solution.outcome is Outcome.INFEASIBLE
    else:
        _holds(solution, oracle)


def _holds(solution: Solution, oracle: Oracle) -> None:
    assert solution.outcome is Outcome.OPTIMAL
    assert solution.point is not None
    found = evaluate(solution.model, solution.point)
    assert found.feasible(), found.worst
    values = oracle.values(oracle.flat(solution.point))
    assert values is not None
    assert not oracle.missed(values), oracle.missed(values)
    if oracle.levels:
        first = solution.model.objectives[0]
        assert solution.objective == pytest.approx(found.objectives[first.name], abs=NEAR)
