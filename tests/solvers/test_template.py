from __future__ import annotations

from typing import Any

import pytest

from quintet.errors import SolverError
from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.solvers import Options, Outcome, Solution, Solver
from quintet.solvers.highs import Highs
from quintet.solvers.solver import Declined
from quintet.solvers.TEMPLATE import Enumeration

WHOLE = {"domain": "integer", "lower": 0, "upper": 4}
ROOMS = {
    "variables": {"x": WHOLE, "y": WHOLE},
    "objective": {"sense": "maximize", "expression": "5 * x + 4 * y"},
    "constraints": {"a": "6 * x + 4 * y <= 24", "b": "x + 2 * y <= 6"},
}


def solved(options: Options | None = None, **rooms: Any) -> Solution:
    bound = bind(Formulation.model_validate({**ROOMS, **rooms}))
    return Enumeration().solve(bound, options or Options())


def test_the_template_is_a_solver_that_works() -> None:
    assert isinstance(Enumeration(), Solver)
    solution = solved()
    expected = Highs().solve(solution.model, Options())
    assert (solution.outcome, solution.objective, solution.bound) == (Outcome.OPTIMAL, 20, 20)
    assert solution.objective == expected.objective


def test_its_limits_and_refusals() -> None:
    assert solved(constraints={"a": "x + y >= 9"}).outcome is Outcome.INFEASIBLE
    assert solved(Options(extra={"max_points": 3})).outcome is Outcome.FEASIBLE
    assert solved(Options(extra={"max_points": 0})).outcome is Outcome.LIMIT_NO_SOLUTION
    with pytest.raises(SolverError, match="no option 'nodes'"):
        solved(Options(extra={"nodes": 3}))
    with pytest.raises(Declined, match="integer variables only"):
        solved(variables={"x": WHOLE, "y": {"lower": 0, "upper": 1}})
    with pytest.raises(Declined, match="bounds on every variable"):
        solved(variables={"x": WHOLE, "y": {**WHOLE, "upper": None}})
