"""Random logic, data conditions, strictness, softness and levels: every route against every point."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import event, given, settings

from quintet.errors import QuintetError
from quintet.formulation.evaluator import evaluate
from quintet.solvers import Outcome, Solution, solve
from tests.solvers.documents import (
    EXPRESSIONS,
    NEAR,
    PARAMETERS,
    SETS,
    VARIABLES,
    Document,
    Oracle,
    documents,
    model,
)

ROUTES = (None, "highs", "scip", "cpsat")


@settings(max_examples=50)
@given(documents())
def test_every_route_finds_the_optimum_of_every_level(document: Document) -> None:
    oracle = Oracle(document)
    event(f"{len(oracle.levels)} levels, {'feasible' if oracle.feasible else 'infeasible'}")
    for route in ROUTES:
        event(f"{route} → {_compared(document, oracle, route)}")


def given_as(objective: Any, constraints: Document) -> Document:
    return {
        "sets": SETS,
        "parameters": PARAMETERS,
        "variables": VARIABLES,
        "expressions": EXPRESSIONS,
        "objective": objective,
        "constraints": constraints,
    }


FOUND: dict[str, Document] = {
    # HiGHS's presolve takes the stand-ins of `abs` for whole, and cuts off the optimum
    "whole stand-ins": given_as(
        {"sense": "maximize", "expression": "abs(load[2] - half) - load[2] + n"},
        {"c": {"expression": "abs((x[i] if cap[i] > edge else n) - 3) == load[i]", "for": "i in I"}},
    ),
    # HiGHS spends its integrality tolerance on the deviation of the second level
    "tolerance spent": given_as(
        [
            {"sense": "maximize", "expression": "load[2] + load[2]", "weight": 0.5},
            {"sense": "minimize", "expression": "max(n, load[2]) + load[2]", "weight": 0.5},
            {"sense": "maximize", "expression": "min(x[2], 3) + b", "weight": 1},
        ],
        {
            "c1": {
                "expression": "exactly(1, 1 > load[1] >= -1, half > 1) or "
                "not (at_most(cap[1], (load[i] >= i or b for i in I if cap[i] > half)))",
                "soft": {"penalty": 0.5},
            },
            "c2": {
                "expression": "1.5 * load[i] + x[2] - b <= 2",
                "for": "i in I if cap[i] > edge",
                "soft": {"penalty": 10, "priority": 2},
            },
        },
    ),
}


@pytest.mark.parametrize("name", FOUND)
def test_what_random_search_found(name: str) -> None:
    oracle = Oracle(FOUND[name])
    for route in ROUTES:
        _compared(FOUND[name], oracle, route)


def _compared(document: Document, oracle: Oracle, route: str | None) -> str:
    """Who solved it, or that it was refused."""
    solution = _solved(document, route)
    if isinstance(solution, QuintetError):
        # only a solver asked for by name may refuse, but for `!=` of a fraction of `abs`, `min`, `max`
        assert route is not None or "!=" in solution.message, solution
        assert "\n" not in str(solution)
        return type(solution).__name__
    if not oracle.feasible:
        assert solution.outcome is Outcome.INFEASIBLE, (route, solution)
    else:
        _holds(solution, oracle)
    return solution.solver


def _solved(document: Document, route: str | None) -> Solution | QuintetError:
    try:
        return solve(model(document), route)
    except QuintetError as error:
        return error


def _holds(solution: Solution, oracle: Oracle) -> None:
    assert solution.outcome is Outcome.OPTIMAL, solution
    assert solution.point is not None
    found = evaluate(solution.model, solution.point)
    assert found.feasible(), found.worst
    values = oracle.values(oracle.flat(solution.point))
    assert values is not None
    assert not oracle.missed(values), (oracle.missed(values), solution)
    if oracle.levels:
        first = solution.model.objectives[0]
        assert solution.objective == pytest.approx(found.objectives[first.name], abs=NEAR)
