from __future__ import annotations

import subprocess
import sys
import threading
from importlib.metadata import version
from typing import Any

import numpy as np
import pytest

from quintet.errors import SolverError
from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.evaluator import evaluate
from quintet.formulation.model import Model, ProblemClass
from quintet.solvers import Options, Outcome, Solution, Solver
from quintet.solvers.highs import Highs
from quintet.solvers.session import Run, Session
from quintet.solvers.solver import Declined

FREE = {"lower": None, "upper": None}
PLUS = {"lower": 0, "upper": None}
BOX = {"lower": 0, "upper": 9}
WHOLE = {**PLUS, "domain": "integer"}


def model(**rooms: Any) -> Model:
    rooms.setdefault("objective", {"sense": "satisfy"})
    return bind(Formulation.model_validate(rooms))


def solved(options: Options | None = None, **rooms: Any) -> Solution:
    return Highs().solve(model(**rooms), options or Options())


def maximum(expression: str) -> dict[str, str]:
    return {"sense": "maximize", "expression": expression}


def minimum(expression: str) -> dict[str, str]:
    return {"sense": "minimize", "expression": expression}


WYNDOR = {
    "variables": {"x": PLUS, "y": PLUS},
    "objective": maximum("3 * x + 5 * y"),
    "constraints": {"a": "x <= 4", "b": "2 * y <= 12", "c": "3 * x + 2 * y <= 18"},
}


def test_a_linear_program() -> None:
    solution = solved(**WYNDOR)
    assert isinstance(Highs(), Solver)
    assert (solution.outcome, solution.problem_class) == (Outcome.OPTIMAL, ProblemClass.LP)
    assert solution.objective == pytest.approx(36)
    assert solution.bound == pytest.approx(36)
    assert solution.gap == pytest.approx(0)
    assert (solution.value("x"), solution.value("y")) == (pytest.approx(2), pytest.approx(6))
    assert (solution.solver, solution.version) == ("highs", version("highspy"))
    assert solution.seconds > 0
    assert solution.log == ""


def test_shadow_prices_of_the_textbook() -> None:
    duals = solved(**WYNDOR).duals
    assert duals is not None
    assert {name: values.tolist() for name, values in duals.items()} == {
        "a": [pytest.approx(0)],
        "b": [pytest.approx(1.5)],
        "c": [pytest.approx(1)],
    }


DUALS = {
    "max <=": (maximum("3 * x + 2 * y"), "x + y <= r", 4.0),
    "min >=": (minimum("3 * x + 2 * y"), "x + y >= r", 4.0),
    "max ==": (maximum("x - y"), "x + 2 * y == r", 4.0),
    "min ==": (minimum("y - x"), "x + 2 * y == r", 4.0),
    "data on the left": (maximum("3 * x + 2 * y"), "r >= x + y", 4.0),
    "variables on both sides": (maximum("3 * x + 2 * y"), "x <= r - y", 4.0),
    "quadratic": (minimum("x ** 2 + y ** 2"), "x + y >= r", 4.0),
    "quadratic maximum": (maximum("20 * x + 20 * y - x ** 2 - 2 * y ** 2"), "x + y <= r", 4.0),
}


@pytest.mark.parametrize("name", DUALS)
def test_duals_are_the_change_of_the_users_objective_by_the_right_hand_side(name: str) -> None:
    objective, constraint, right = DUALS[name]

    def at(value: float) -> Solution:
        return solved(
            variables={"x": BOX, "y": BOX},
            parameters={"r": value},
            objective=objective,
            constraints={"a": constraint},
        )

    step = 1e-4
    below, above = at(right - step).objective, at(right + step).objective
    duals = at(right).duals
    assert duals is not None
    assert below is not None
    assert above is not None
    assert duals["a"][0] == pytest.approx((above - below) / (2 * step), abs=1e-3)
    assert abs(duals["a"][0]) > 0.5


@pytest.mark.parametrize(
    ("chain", "objective", "expected"),
    [
        ("1 <= x + y <= 5", maximum("2 * x"), [0, 2]),
        ("1 <= x + y <= 5", minimum("x + y"), [1, 0]),
        ("5 >= x + y >= 1", minimum("x + y"), [0, 1]),
        ("5 >= x + y >= 1", maximum("x + y"), [1, 0]),
        ("y <= x + 1 <= 5", maximum("y"), [1, 1]),
    ],
)
def test_the_duals_of_a_chain_stand_at_the_link_that_binds(
    chain: str, objective: dict[str, str], expected: list[float]
) -> None:
    duals = solved(variables={"x": BOX, "y": BOX}, objective=objective, constraints={"a": chain}).duals
    assert duals is not None
    assert duals["a"].tolist() == [pytest.approx(expected)]


@pytest.mark.parametrize("sense", ["minimize", "maximize"])
def test_reduced_costs_are_the_change_by_the_bound(sense: str) -> None:
    sign = -1 if sense == "maximize" else 1
    solution = solved(
        sets={"I": ["a", "b"]},
        parameters={"c": {"index": "i in I", "values": {"a": 3, "b": 5}}},
        variables={"x": {"index": "i in I", "lower": 1, "upper": None}},
        objective={"sense": sense, "expression": f"{sign} * sum(c[i] * x[i] for i in I)"},
        constraints={"a": "x['a'] + x['b'] >= 1"},
    )
    assert solution.objective == sign * 8
    assert solution.reduced_costs is not None
    assert solution.reduced_costs["x"].tolist() == [sign * 3, sign * 5]


def test_a_mixed_integer_program() -> None:
    solution = solved(
        sets={"I": ["tent", "stove", "rope", "lamp"]},
        parameters={
            "value": {"index": "i in I", "values": {"tent": 10, "stove": 13, "rope": 7, "lamp": 8}},
            "weight": {"index": "i in I", "values": {"tent": 3, "stove": 4, "rope": 2, "lamp": 3}},
        },
        variables={"take": {"index": "i in I", "domain": "binary"}, "spare": {"lower": 0, "upper": 0.5}},
        objective=maximum("sum(value[i] * take[i] for i in I) + spare"),
        constraints={"room": "sum(weight[i] * take[i] for i in I) + spare <= 7"},
    )
    assert (solution.outcome, solution.problem_class) == (Outcome.OPTIMAL, ProblemClass.MILP)
    assert solution.objective == pytest.approx(23)
    assert solution.bound == pytest.approx(23)
    assert solution.duals is None
    assert solution.values("take") == {("tent",): 1, ("stove",): 1, ("rope",): 0, ("lamp",): 0}
    assert solution.value("take", "tent") == 1


def test_a_convex_quadratic_program_and_its_concave_mirror() -> None:
    rooms: dict[str, Any] = {"variables": {"x": FREE, "y": FREE}, "constraints": {"a": "x + y >= 3"}}
    low = solved(**rooms, objective=minimum("x ** 2 + y ** 2 - 2 * x + 5"))
    high = solved(**rooms, objective=maximum("2 * x - x ** 2 - y ** 2 - 5"))
    assert (low.outcome, low.problem_class) == (Outcome.OPTIMAL, ProblemClass.QP)
    assert low.objective == pytest.approx(6, abs=1e-9)
    assert low.value("x") == pytest.approx(2, abs=1e-9)
    assert high.objective == pytest.approx(-6, abs=1e-9)
    assert low.bound is not None
    assert low.objective is not None
    assert low.bound <= low.objective <= low.bound + 1e-6
    assert high.bound is not None
    assert high.objective is not None
    assert high.bound - 1e-6 <= high.objective <= high.bound


def test_a_semidefinite_portfolio_against_its_closed_form() -> None:
    """Variance of two factors on five assets, fully invested: the least is the pseudo-inverse's."""
    exposure = np.array([[1, 2], [2, 1], [0.5, -1], [1, 1], [-1, 0.5]])
    names = ["a", "b", "c", "d", "e"]
    solution = solved(
        sets={"A": names, "F": [1, 2]},
        parameters={"e": {"index": "a in A for f in F", "values": exposure.tolist()}},
        variables={"w": {"index": "a in A", **FREE}},
        objective=minimum("sum(sum(e[a, f] * w[a] for a in A) ** 2 for f in F) + sum(w[a] ** 2 for a in A)"),
        constraints={"all": "sum(w[a] for a in A) == 1"},
    )
    inverse = np.linalg.inv(exposure @ exposure.T + np.eye(5))
    assert solution.objective == pytest.approx(1 / inverse.sum(), rel=1e-8)
    assert [solution.value("w", name) for name in names] == pytest.approx(inverse.sum(0) / inverse.sum())


@pytest.mark.parametrize(
    "objective",
    [
        minimum("x * y"),
        maximum("x ** 2"),
        minimum("x ** 2 - 3 * x * y + y ** 2"),
        minimum("x ** 2 - 0.001 * y ** 2"),
    ],
)
def test_objectives_that_are_not_convex_are_declined(objective: dict[str, str]) -> None:
    with pytest.raises(Declined, match=r"^objective\.expression: .*--solver scip"):
        solved(variables={"x": BOX, "y": BOX}, objective=objective)


def test_integers_under_a_quadratic_objective_are_declined() -> None:
    with pytest.raises(Declined, match="no integer variables under a quadratic"):
        solved(variables={"n": WHOLE}, objective=minimum("n ** 2"))


def test_semicontinuous_variables() -> None:
    rooms: dict[str, Any] = {
        "variables": {"x": {"lower": 3, "upper": 9, "domain": "semicontinuous"}, "y": BOX, "n": WHOLE}
    }
    off = solved(**rooms, objective=minimum("x + 2 * y + n"), constraints={"a": "x + y >= 1"})
    on = solved(**rooms, objective=minimum("x + 2 * y + n"), constraints={"a": "x + y >= 2"})
    assert (off.objective, off.value("x")) == (pytest.approx(2), pytest.approx(0))
    assert (on.objective, on.value("x")) == (pytest.approx(3), pytest.approx(3))


# how a solve ends


@pytest.mark.parametrize("variables", [{"x": PLUS, "y": PLUS}, {"x": WHOLE, "y": PLUS}])
def test_infeasible(variables: dict[str, Any]) -> None:
    solution = solved(
        variables=variables, objective=maximum("x + y"), constraints={"a": "x + y <= 4", "b": "x + y >= 5"}
    )
    assert (solution.outcome, solution.point, solution.objective) == (Outcome.INFEASIBLE, None, None)
    assert not solution.outcome.solved
    with pytest.raises(SolverError, match="no values: the solve ended 'infeasible'"):
        solution.values("x")


def test_a_row_without_variables_can_make_it_infeasible() -> None:
    rooms: dict[str, Any] = {"variables": {"x": PLUS}, "objective": minimum("x")}
    assert solved(**rooms, constraints={"a": "x - x <= -1"}).outcome is Outcome.INFEASIBLE
    assert solved(**rooms, constraints={"a": "x - x <= 1"}).outcome is Outcome.OPTIMAL


@pytest.mark.parametrize("domain", [PLUS, WHOLE])
def test_unbounded_comes_with_a_point_and_a_ray(domain: dict[str, Any]) -> None:
    solution = solved(
        variables={"x": domain, "y": PLUS},
        objective=maximum("x - y"),
        constraints={"a": "x - 2 * y <= 4", "b": "x >= 1"},
    )
    assert (solution.outcome, solution.objective) == (Outcome.UNBOUNDED, None)
    assert solution.point is not None
    assert solution.ray is not None
    point = {name: values + 1000 * solution.ray[name] for name, values in solution.point.items()}
    assert evaluate(solution.model, solution.point).feasible()
    found = evaluate(solution.model, point)
    assert found.constraints["a"].satisfied().all()
    assert found.objectives["objective"] > 100


def test_an_unbounded_relaxation_of_an_infeasible_integer_model_is_infeasible() -> None:
    solution = solved(
        variables={"n": WHOLE, "y": PLUS}, objective=maximum("y"), constraints={"a": "2 <= 10 * n <= 8"}
    )
    assert solution.outcome is Outcome.INFEASIBLE


@pytest.mark.parametrize("status", ["kUnboundedOrInfeasible", "kUnbounded"])
@pytest.mark.parametrize(
    ("bound", "outcome"), [("x >= 1", Outcome.UNBOUNDED), ("2 <= 10 * n <= 8", Outcome.INFEASIBLE)]
)
def test_infeasible_or_unbounded_is_settled(
    monkeypatch: pytest.MonkeyPatch, status: str, bound: str, outcome: Outcome
) -> None:
    """What the first run leaves open, or says of the relaxation, is settled by the runs after it."""
    genuine, runs = Session.run, []

    def vague(self: Session) -> Run:
        runs.append(genuine(self))
        nonsense = np.array([-1.0, -1.0])
        return Run(status, None, None, -np.inf, nonsense) if len(runs) == 1 else runs[-1]

    monkeypatch.setattr(Session, "run", vague)
    solution = solved(variables={"x": PLUS, "n": WHOLE}, objective=maximum("x"), constraints={"a": bound})
    assert solution.outcome is outcome
    if outcome is Outcome.UNBOUNDED:
        assert solution.ray is not None
        assert solution.ray["x"][0] > 0
        assert solution.message == ""


def test_an_unbounded_quadratic_program() -> None:
    solution = solved(variables={"x": FREE, "y": PLUS}, objective=minimum("(x - y) ** 2 - x - y"))
    assert solution.outcome in (Outcome.UNBOUNDED, Outcome.UNKNOWN)


HARD = {
    "sets": {"I": "1..30", "K": "1..15"},
    "parameters": {
        "w": {"index": "k in K for i in I", "expression": "(i * 37 + k * 91 + i * i * k) % 97 + 3"},
        "v": {"index": "i in I", "expression": "(i * 53) % 89 + 11"},
    },
    "variables": {"t": {"index": "i in I", "domain": "binary"}},
    "objective": maximum("sum(v[i] * t[i] for i in I)"),
    "constraints": {"c": {"for": "k in K", "expression": "sum(w[k, i] * t[i] for i in I) <= 700"}},
}


def test_a_limit_with_a_point_is_a_success_with_a_gap() -> None:
    solution = solved(Options(extra={"mip_max_improving_sols": "1"}), **HARD)
    assert solution.outcome is Outcome.FEASIBLE
    assert solution.outcome.solved
    assert solution.stopped_by == "node or solution limit"
    assert solution.point is not None
    assert evaluate(solution.model, solution.point).feasible()
    assert solution.objective is not None
    assert solution.bound is not None
    assert solution.bound > solution.objective
    assert solution.gap == pytest.approx((solution.bound - solution.objective) / solution.objective)


def test_a_gap_that_was_asked_for_is_reported_as_one() -> None:
    solution = solved(Options(gap=10.0), **HARD)
    assert (solution.outcome, solution.stopped_by) == (Outcome.FEASIBLE, "gap")
    assert solution.gap is not None
    assert solution.gap > 1e-6


def test_a_limit_without_a_point() -> None:
    solution = solved(Options(extra={"mip_max_nodes": 0}), **HARD)
    assert (solution.outcome, solution.point) == (Outcome.LIMIT_NO_SOLUTION, None)
    stopped = solved(Options(extra={"simplex_iteration_limit": 0, "presolve": "off"}), **WYNDOR)
    assert stopped.stopped_by == "iteration limit"


def test_the_time_limit_reaches_highs() -> None:
    solution = solved(Options(time_limit=1e-9), **HARD)
    assert solution.outcome in (Outcome.LIMIT_NO_SOLUTION, Outcome.FEASIBLE)
    assert solution.stopped_by == "time limit"


def test_an_unknown_status_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    for status, outcome in (("kBrandNew", Outcome.UNKNOWN), ("kSolveError", Outcome.CRASHED)):
        run = Run(status, None, None, -np.inf, None)
        monkeypatch.setattr(Session, "run", lambda self, run=run: run)
        solution = solved(**WYNDOR)
        assert solution.outcome is outcome
        assert status[1:] in solution.message


def test_a_quadratic_point_that_its_duals_do_not_prove_is_not_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = Run("kOptimal", np.array([2.5, 0.5]), np.array([2.0]), -np.inf, None)
    monkeypatch.setattr(Session, "run", lambda self: wrong)
    rooms: dict[str, Any] = {"variables": {"x": FREE, "y": FREE}, "constraints": {"a": "x + y >= 3"}}
    solution = solved(**rooms, objective=minimum("x ** 2 + y ** 2"))
    assert (solution.outcome, solution.point) == (Outcome.UNKNOWN, None)


# degenerate shapes


def test_models_without_constraints() -> None:
    solution = solved(variables={"x": {"lower": -1, "upper": 2}}, objective=maximum("3 * x + 7"))
    assert (solution.objective, solution.duals) == (13, {})


def test_satisfaction() -> None:
    solution = solved(variables={"n": WHOLE, "x": PLUS}, constraints={"a": "n + x == 3.5", "b": "x <= 0.9"})
    assert (solution.outcome, solution.objective, solution.gap) == (Outcome.OPTIMAL, 0, 0)
    assert (solution.value("n"), solution.value("x")) == (3, pytest.approx(0.5))


@pytest.mark.parametrize(("filter_", "outcome"), [("i > 9", Outcome.OPTIMAL), ("i > 0", Outcome.INFEASIBLE)])
def test_models_without_variables(filter_: str, outcome: Outcome) -> None:
    solution = solved(
        sets={"I": [1, 2], "E": {"from": "i for i in I if i > 5"}},
        variables={"x": {"index": "e in E", **PLUS}},
        objective=minimum("sum(x[e] for e in E) + 4"),
        constraints={"a": {"for": f"i in I if {filter_}", "expression": "sum(x[e] for e in E) >= i"}},
    )
    assert solution.outcome is outcome
    if outcome is Outcome.OPTIMAL:
        assert (solution.objective, solution.bound) == (4, 4)
        assert solution.values("x") == {}


# integers


def test_integers_are_exact_and_the_rest_fits_them() -> None:
    """HiGHS may leave an open share of 5e-7 where a large M allows it; rounded, the row must still hold."""
    solution = solved(
        variables={"use": {"lower": 0, "upper": 1e6}, "open": {"domain": "binary"}},
        objective=maximum("use - 1000000 * open"),
        constraints={"m": "use <= 1000000 * open", "cap": "use <= 0.5"},
    )
    assert solution.value("open") in (0.0, 1.0)
    assert solution.point is not None
    assert evaluate(solution.model, solution.point).feasible()
    assert solution.objective == pytest.approx(0, abs=1e-6)


def leaky(**extra: Any) -> Solution:
    """A fixed charge with M so large that a share of 1e-6 is integral for HiGHS and opens everything."""
    return solved(
        Options(extra={"presolve": "off", **extra}),
        variables={"use": {"lower": 0, "upper": 5}, "open": {"domain": "binary"}},
        objective=maximum("use - 3 * open"),
        constraints={"m": "use <= 100000000 * open"},
    )


def test_a_leaking_big_m_is_caught() -> None:
    solution = leaky()
    if solution.outcome is Outcome.OPTIMAL:
        assert solution.point is not None
        assert evaluate(solution.model, solution.point).feasible()
        assert solution.objective == pytest.approx(2)
    else:
        assert solution.outcome in (Outcome.UNKNOWN, Outcome.FEASIBLE)


def test_points_off_the_whole_numbers_are_solved_again(monkeypatch: pytest.MonkeyPatch) -> None:
    genuine = Session.run
    runs: list[Run] = []

    def sloppy(self: Session) -> Run:
        run = genuine(self)
        if not runs and run.x is not None:
            run = Run(run.status, run.x + np.array([4e-7, -4e-7]), None, run.bound, None)
        runs.append(run)
        return run

    monkeypatch.setattr(Session, "run", sloppy)
    solution = solved(
        variables={"n": {**WHOLE, "upper": 9}, "x": PLUS},
        objective=maximum("n + 2 * x"),
        constraints={"a": "1000 * n + x <= 3000.25", "b": "x <= 4 - n"},
    )
    assert len(runs) == 2
    assert solution.value("n").is_integer()
    assert solution.objective == pytest.approx(8)
    assert solution.point is not None
    assert evaluate(solution.model, solution.point).feasible(1e-9)


# options, log, threads


def test_options_are_passed_through_and_typed() -> None:
    options = Options(
        threads=2, seed=7, extra={"presolve": "off", "mip_max_nodes": "100", "mip_detect_symmetry": "false"}
    )
    assert solved(options, **HARD).outcome.solved


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ({"time_limitt": 3}, r"HiGHS has no option 'time_limitt'; did you mean 'time_limit'\?"),
        ({"qqqqqqqqqqqq": 3}, "HiGHS has no option 'qqqqqqqqqqqq'"),
        ({"mip_max_nodes": "many"}, r"^HiGHS option mip_max_nodes: 'many' is not a whole number"),
        ({"mip_max_nodes": 2.5}, "not a whole number"),
        ({"mip_rel_gap": "wide"}, "is not a number"),
        ({"mip_detect_symmetry": "perhaps"}, "not true or false"),
        ({"mip_rel_gap": -1.0}, r"^HiGHS option mip_rel_gap: -1.0 is out of range"),
        ({"presolve": "maybe"}, "out of range"),
    ],
)
def test_wrong_options_are_named(extra: dict[str, Any], message: str) -> None:
    with pytest.raises(SolverError, match=message):
        solved(Options(extra=extra), **WYNDOR)


def test_the_log_is_kept_on_request_and_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    solution = solved(Options(log=True), **WYNDOR)
    assert "Running HiGHS" in solution.log
    assert "Model status" in solution.log
    solved(**HARD)
    with pytest.raises(SolverError):
        solved(Options(extra={"nope": 1}), **WYNDOR)
    assert capfd.readouterr() == ("", "")


def test_coefficients_that_highs_refuses_are_an_error_in_one_line() -> None:
    with pytest.raises(
        SolverError, match=r"^constraints\.a: a coefficient of 1e\+16 is more than HiGHS takes; use larger"
    ):
        solved(variables={"x": PLUS}, objective=maximum("x"), constraints={"a": "1e16 * x <= 1"})


def test_small_coefficients_are_kept() -> None:
    solution = solved(
        variables={"x": PLUS}, objective=maximum("x"), constraints={"a": "0.0000000005 * x <= 1"}
    )
    assert solution.objective == pytest.approx(2e9)


def test_solves_in_several_threads_with_different_numbers_of_threads() -> None:
    found: dict[int, Solution] = {}
    bound = model(**HARD)

    def run(threads: int) -> None:
        found[threads] = Highs().solve(bound, Options(threads=threads, extra={"mip_max_nodes": 50}))

    workers = [threading.Thread(target=run, args=(count,)) for count in (1, 2, 3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(found) == [1, 2, 3]
    assert all(solution.outcome.solved for solution in found.values())


INTERRUPT = """
import os, signal, threading
from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.solvers import Options
from quintet.solvers.highs import Highs
from quintet.solvers.session import Session
from tests_hard import HARD

begun = threading.Event()
run = Session.run
def observed(self):
    self._highs.cbMipInterrupt.subscribe(lambda event: begun.set())
    return run(self)
Session.run = observed
def interrupt():
    begun.wait(30)
    os.kill(os.getpid(), signal.SIGINT)
threading.Thread(target=interrupt, daemon=True).start()
try:
    Highs().solve(bind(Formulation.model_validate(HARD)), Options(time_limit=60))
    print("finished")
except KeyboardInterrupt:
    print("interrupted")
"""


def test_ctrl_c_stops_the_solve(tmp_path: Any) -> None:
    hard = {**HARD, "sets": {"I": "1..120", "K": "1..60"}}
    (tmp_path / "tests_hard.py").write_text(f"HARD = {hard!r}\n", encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-c", INTERRUPT],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert (run.stdout.strip(), run.stderr.strip()) == ("interrupted", "")


@pytest.mark.parametrize("order", [("highspy", "pyscipopt"), ("pyscipopt", "highspy")])
def test_highspy_and_pyscipopt_live_in_one_process(order: tuple[str, str]) -> None:
    pytest.importorskip("pyscipopt")
    code = f"import {order[0]}, {order[1]}; highspy.Highs().version(); pyscipopt.Model()"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
