from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import quintet.solvers
from quintet.errors import MissingDependency, SolverError
from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.model import Model, ProblemClass
from quintet.solvers import Options, Outcome, Solution, Solver, registry, solve
from quintet.solvers.fake import FakeSolver
from quintet.solvers.solution import relative_gap
from quintet.solvers.solver import Availability, Declined, classes_taken

BOX = {"lower": 0, "upper": 9}
LP = {"sense": "maximize", "expression": "x + y"}


def model(**rooms: Any) -> Model:
    rooms = {
        "variables": {"x": BOX, "y": BOX},
        "objective": LP,
        "constraints": {"a": "x + 2 * y <= 6"},
        **rooms,
    }
    return bind(Formulation.model_validate(rooms))


def minimum(expression: str) -> Model:
    return model(objective={"sense": "minimize", "expression": expression})


class Missing(FakeSolver):
    def available(self) -> Availability:
        return Availability(False, install="pip install something")


@pytest.fixture
def stand_ins(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Puts fakes in the place of the solvers."""

    def put(*fakes: FakeSolver) -> None:
        table = {fake.name: fake for fake in fakes}
        monkeypatch.setattr(registry, "SOLVERS", dict.fromkeys(table, ""))
        monkeypatch.setattr(registry, "find", table.__getitem__)

    return put


# with the real solvers


def test_linear_models_go_to_highs() -> None:
    solution = solve(model())
    assert (solution.solver, solution.objective) == ("highs", pytest.approx(6))


def test_what_is_linear_once_rewritten_goes_to_highs_too() -> None:
    bound = minimum("max(4 - x, 3 - y) + abs(x - 1)")
    solution = solve(bound)
    assert (solution.solver, solution.model) == ("highs", bound)
    assert solution.objective == pytest.approx(3)
    assert solution.point is not None
    assert list(solution.point) == ["x", "y"]
    assert solution.duals is None or list(solution.duals) == ["a"]


def test_convexity_decides_who_takes_a_quadratic_objective() -> None:
    pytest.importorskip("pyscipopt")
    assert solve(minimum("x ** 2 + y ** 2 - x")).solver == "highs"
    nonconvex = solve(minimum("x ** 2 - y ** 2"))
    assert (nonconvex.solver, nonconvex.objective) == ("scip", pytest.approx(-9, abs=1e-5))


def test_a_solver_by_name() -> None:
    pytest.importorskip("pyscipopt")
    assert solve(model(), "scip").objective == pytest.approx(6)
    with pytest.raises(
        SolverError, match=r"^highs doesn't solve a model of class QCQP; scip can: --solver scip$"
    ):
        solve(model(constraints={"a": "x * y <= 1"}), "highs")
    with pytest.raises(SolverError, match=r"no solver 'hihgs'; did you mean 'highs'\?"):
        solve(model(), "hihgs")
    with pytest.raises(SolverError, match="no solver 'zzz'; there are: highs, scip"):
        solve(model(), "zzz")


def test_every_registered_solver_keeps_the_protocol() -> None:
    for solver in registry.solvers():
        assert isinstance(solver, Solver)
        assert solver.name in registry.SOLVERS
        assert classes_taken(solver)
        assert isinstance(solver.available(), Availability)


# with fakes


def test_a_solver_that_declines_is_followed_by_the_next(stand_ins: Any) -> None:
    stand_ins(FakeSolver([Declined("no")], "one"), FakeSolver([Outcome.OPTIMAL], "two"))
    assert solve(model()).solver == "two"


@pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.CRASHED])
def test_an_unsettled_answer_is_followed_by_the_next(stand_ins: Any, outcome: Outcome) -> None:
    stand_ins(FakeSolver([outcome], "one"), FakeSolver([Outcome.INFEASIBLE], "two"))
    assert (solve(model()).solver, solve) == ("two", solve)
    stand_ins(FakeSolver([outcome], "one"), FakeSolver([Declined("no")], "two"))
    assert solve(model()).solver == "one"


def test_errors_of_the_user_are_not_hidden_by_another_solver(stand_ins: Any) -> None:
    stand_ins(FakeSolver([SolverError("no such option")], "one"), FakeSolver([Outcome.OPTIMAL], "two"))
    with pytest.raises(SolverError, match="no such option"):
        solve(model())


def test_if_all_decline_the_reason_is_said(stand_ins: Any) -> None:
    stand_ins(FakeSolver([Declined("not convex")], "one"), Missing([], "two"))
    with pytest.raises(Declined, match="not convex"):
        solve(model())


def test_a_missing_solver_comes_with_the_command_that_installs_it(stand_ins: Any) -> None:
    stand_ins(Missing([], "one"))
    with pytest.raises(MissingDependency, match="class LP needs one; run: pip install something"):
        solve(model())
    stand_ins(FakeSolver([], "one", frozenset({ProblemClass.NLP})))
    with pytest.raises(SolverError, match="no solver of this version takes a model of class LP"):
        solve(model())


def test_options_and_model_reach_the_solver() -> None:
    fake = FakeSolver([Outcome.OPTIMAL])
    bound, options = model(), Options(time_limit=5)
    solve(bound, fake, options)
    assert fake.calls == [(bound, options)]
    with pytest.raises(SolverError, match="no answer left"):
        solve(bound, fake)


# options and solutions


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"time_limit": 0}, "option time_limit: 0 can't be used; give a positive number of seconds"),
        ({"time_limit": float("nan")}, "option time_limit"),
        ({"gap": -0.1}, "option gap"),
        ({"gap": float("inf")}, "option gap"),
        ({"absolute_gap": -1}, "option absolute_gap"),
        ({"threads": 0}, "option threads"),
        ({"seed": -1}, "option seed"),
    ],
)
def test_options_that_nobody_can_use(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(SolverError, match=message):
        Options(**wrong)


def test_values_by_name_and_key() -> None:
    bound = bind(
        Formulation.model_validate(
            {
                "sets": {"I": ["a", "b"], "T": "1..2"},
                "variables": {"x": {"index": "i in I for t in T", **BOX}, "y": BOX},
                "objective": {"sense": "minimize", "expression": "y"},
            }
        )
    )
    point = {"x": np.array([1.0, 2, 3, 4]), "y": np.array([5.0])}
    solution = Solution(
        bound, Outcome.OPTIMAL, "fake", "0", ProblemClass.LP, objective=5.0, bound=5.0, point=point
    )
    assert solution.value("x", "b", 1) == 3
    assert solution.value("y") == 5
    assert solution.values("x") == {("a", 1): 1, ("a", 2): 2, ("b", 1): 3, ("b", 2): 4}
    assert solution.values("y") == {(): 5}
    with pytest.raises(SolverError, match=r"there is no x\['c', 1\]; its keys are in values\('x'\)"):
        solution.value("x", "c", 1)
    with pytest.raises(SolverError, match="'z' is no decision variable; there are: x, y"):
        solution.values("z")


def test_gaps() -> None:
    assert relative_gap(100.0, 90.0) == pytest.approx(0.1)
    assert relative_gap(0.0, 0.0) == 0
    assert relative_gap(0.0, 1e-3) == pytest.approx(1e7)
    assert relative_gap(5.0, float("inf")) == float("inf")
    assert Solution(model(), Outcome.FEASIBLE, "fake", "0", ProblemClass.LP, objective=1.0).gap is None


def test_public_names_are_lazy_and_there() -> None:
    assert all(getattr(quintet.solvers, name) is not None for name in quintet.solvers.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = quintet.solvers.nothing
