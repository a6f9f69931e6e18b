"""Gurobi, for those who have it. Skipped without gurobipy; see also test_optional_solvers.py.

The licence inside the wheel, limited in size, is enough for all of it.
"""

from __future__ import annotations

import itertools
import os
import signal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quintet.errors import SolverError
from quintet.formulation import Formulation, bind, evaluate
from quintet.formulation.model import Model, ProblemClass
from quintet.solvers import gurobi_session, solve
from quintet.solvers.arrays import Arrays
from quintet.solvers.gurobi import Gurobi
from quintet.solvers.gurobi_session import Run
from quintet.solvers.options import Options
from quintet.solvers.outcome import Outcome
from quintet.solvers.solution import Solution

pytest.importorskip("gurobipy", reason="gurobipy is not installed: pip install gurobipy")

BOX = "variables: {x: {lower: 0, upper: 4}, y: {lower: 0, upper: 4}}\n"
PLANE = "variables: {x: {lower: null, upper: null}, y: {lower: null, upper: null}}\n"
WHOLE = "variables: {x: {domain: integer, lower: -4, upper: 4}, y: {domain: integer, lower: -4, upper: 4}}\n"
TEXTBOOK = """
variables: {x: {lower: 0, upper: null}, y: {lower: 0, upper: null}}
objective: {sense: maximize, expression: "3 * x + 5 * y + 7"}
constraints: {a: "x <= 4", b: "2 <= 2 * y <= 12", c: "18 >= 3 * x + 2 * y"}
"""
KNAPSACK = """
sets: {I: 1..30}
variables: {take: {index: "i in I", domain: binary}}
objective: {sense: maximize, expression: "sum((17 * i % 23 + 9) * take[i] for i in I)"}
constraints: {room: "sum((13 * i % 19 + 5) * take[i] for i in I) <= 120"}
"""


def bound(text: str) -> Model:
    return bind(Formulation.loads(text))


def solved(text: str, **options: Any) -> Solution:
    """Solve; whatever has a point must hold for the evaluator, which shares no code with this route."""
    model = bound(text)
    solution = Gurobi().solve(model, Options(**options))
    if solution.point is not None:
        found = evaluate(model, solution.point)
        assert found.feasible(), found.worst
        if solution.objective is not None:
            assert found.objectives["objective"] == pytest.approx(solution.objective, rel=1e-12, abs=1e-12)
    return solution


def optimum(text: str, kind: ProblemClass) -> float:
    solution = solved(text)
    assert solution.outcome is Outcome.OPTIMAL, solution
    assert solution.problem_class is kind
    assert solution.objective is not None
    assert solution.bound == pytest.approx(solution.objective, rel=1e-6, abs=1e-6)
    return solution.objective


# optima


def test_lp_with_duals_as_highs_gives_them() -> None:
    ours, theirs = solved(TEXTBOOK), solve(bound(TEXTBOOK), "highs")
    assert ours.outcome is Outcome.OPTIMAL
    assert ours.objective == pytest.approx(43)
    assert ours.duals is not None
    assert ours.reduced_costs is not None
    assert theirs.duals is not None
    assert theirs.reduced_costs is not None
    for name, values in theirs.duals.items():
        assert ours.duals[name] == pytest.approx(values)
    for name, values in theirs.reduced_costs.items():
        assert ours.reduced_costs[name] == pytest.approx(values)


@pytest.mark.parametrize("sense", ["minimize", "maximize"])
def test_duals_of_a_quadratic_objective_are_the_change_by_the_right_hand_side(sense: str) -> None:
    sign = "" if sense == "minimize" else "-"
    text = f"""
        parameters: {{room: 4}}
        {BOX}
        objective: {{sense: {sense}, expression: "{sign}((x - 3) ** 2 + (y - 2) ** 2)"}}
        constraints: {{c: "x + y <= room"}}
        """
    solution = solved(text)
    assert solution.duals is not None
    more = solved(text.replace("room: 4", "room: 4.001"))
    assert solution.objective is not None
    assert more.objective is not None
    slope = (more.objective - solution.objective) / 0.001
    assert float(solution.duals["c"][0]) == pytest.approx(slope, abs=2e-3)


@settings(max_examples=25)
@given(
    st.lists(st.integers(-6, 6), min_size=9, max_size=9),
    st.lists(st.integers(-5, 8), min_size=3, max_size=3),
    st.sampled_from(["minimize", "maximize"]),
    st.sampled_from(["integer", "continuous"]),
)
def test_random_linear_models_agree_with_highs(
    coefficients: list[int], rooms: list[int], sense: str, domain: str
) -> None:
    table = {str(r): {str(c): coefficients[3 * r + c] for c in range(3)} for r in range(3)}
    text = f"""
        sets: {{R: 0..2, C: 0..2}}
        parameters:
          a: {{index: [R, C], values: {[[table[str(r)][str(c)] for c in range(3)] for r in range(3)]}}}
          b: {{index: [R], values: {rooms}}}
        variables: {{x: {{index: [C], domain: {domain}, lower: -2, upper: 5}}}}
        objective: {{sense: {sense}, expression: "sum((c - 1) * x[c] for c in C) + 2 * x[1]"}}
        constraints: {{rows: {{for: "r in R", expression: "sum(a[r, c] * x[c] for c in C) <= b[r]"}}}}
        """
    ours, theirs = solved(text), solve(bound(text), "highs")
    assert ours.outcome is theirs.outcome
    if theirs.objective is not None:
        assert ours.objective == pytest.approx(theirs.objective, abs=1e-6)


def test_nonconvex_qp_to_global_optimality() -> None:
    text = (
        BOX
        + """
objective: {sense: minimize, expression: "x * y - x ** 2 - 2 * y"}
constraints: {c: "x + y <= 4"}
"""
    )
    assert optimum(text, ProblemClass.QP) == pytest.approx(-16, abs=1e-6)  # x = 4, y = 0


def test_miqp_against_enumeration() -> None:
    text = (
        WHOLE
        + """
objective: {sense: minimize, expression: "x ** 2 - 3 * x * y + y ** 2 / 2 + x"}
constraints: {c: "2 * x + 3 * y <= 5"}
"""
    )
    box = itertools.product(range(-4, 5), repeat=2)
    expected = min(x * x - 3 * x * y + y * y / 2 + x for x, y in box if 2 * x + 3 * y <= 5)
    assert optimum(text, ProblemClass.MIQP) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (
            """
            variables: {x: {lower: -5, upper: 5}, y: {lower: -5, upper: 5}}
            objective: {sense: maximize, expression: "2 * x + y"}
            constraints: {disc: "(x - 1) ** 2 + y ** 2 <= 4", half: "0 <= x + y <= 2"}
            """,
            ProblemClass.QCQP,
        ),
        (
            """
            sets: {I: 1..3}
            parameters: {a: {index: [I], values: [1, 0, 2]}}
            variables: {x: {index: [I], lower: 0, upper: 3}}
            objective: {sense: minimize, expression: "x[1] + 2 * x[2] + 3 * x[3] - x[1] * x[3]"}
            constraints:
              bilinear: {for: "i in I if i < 3", expression: "1 <= x[i] * x[i + 1] + a[i] * x[i] <= 4"}
              round: "sum(x[i] ** 2 for i in I) >= 5"
            """,
            ProblemClass.QCQP,
        ),
        (
            """
            variables: {n: {domain: integer, lower: 0, upper: 9}, x: {lower: 0, upper: 9}}
            objective: {sense: maximize, expression: "n + x"}
            constraints: {c: "n * x <= 7", d: "n ** 2 + x ** 2 == 30"}
            """,
            ProblemClass.MIQCQP,
        ),
    ],
)
def test_quadratic_constraints_agree_with_scip(text: str, kind: ProblemClass) -> None:
    theirs = solve(bound(text), "scip")
    assert theirs.outcome is Outcome.OPTIMAL
    assert optimum(text, kind) == pytest.approx(theirs.objective, rel=1e-5, abs=1e-5)


def test_semicontinuous_variables() -> None:
    text = """
        variables: {x: {domain: semicontinuous, lower: 3, upper: 8}, y: {lower: 0, upper: 2}}
        objective: {sense: minimize, expression: "2 * x + 5 * y"}
        constraints: {need: "x + y >= LOW"}
        """
    assert optimum(text.replace("LOW", "1"), ProblemClass.MILP) == pytest.approx(5)
    assert optimum(text.replace("LOW", "2.5"), ProblemClass.MILP) == pytest.approx(6)


def test_abs_is_rewritten_before_it_is_asked() -> None:
    text = (
        WHOLE
        + """
objective: {sense: minimize, expression: "abs(x - y) + abs(x + y - 1)"}
constraints: {c: "x >= 2"}
"""
    )
    solution = solve(bound(text), "gurobi")
    assert solution.outcome is Outcome.OPTIMAL
    assert solution.objective == pytest.approx(3)


def test_integers_are_exact_and_the_rest_fits_them(monkeypatch: pytest.MonkeyPatch) -> None:
    text = """
        variables: {n: {domain: integer, lower: 0, upper: 9}, x: {lower: 0, upper: 9}}
        objective: {sense: maximize, expression: "3 * n + x"}
        constraints: {c: "n * 2 + x == 9"}
        """
    real, moved = gurobi_session.Session.run, []

    def off(self: Any, arrays: Arrays, rows: Any, **extra: Any) -> Run:
        run = real(self, arrays, rows, **extra)
        if moved or run.x is None:
            return run
        moved.append(run.x)
        return Run(run.status, run.x + np.array([-4e-6, 8e-6]), run.bound)

    monkeypatch.setattr(gurobi_session.Session, "run", off)
    solution = solved(text)
    assert moved
    assert solution.outcome is Outcome.OPTIMAL
    assert (solution.value("n"), solution.value("x")) == (4, pytest.approx(1, abs=1e-9))


# statuses


@pytest.mark.parametrize("text", [BOX, WHOLE])
def test_infeasible(text: str) -> None:
    rest = (
        'objective: {sense: maximize, expression: "x + y"}\nconstraints: {a: "x + y >= 5", b: "x - y == 9"}'
    )
    assert solved(text + rest).outcome is Outcome.INFEASIBLE


def test_infeasible_by_a_quadratic_row() -> None:
    rest = 'objective: {sense: satisfy}\nconstraints: {a: "x * y >= 5", b: "x + y <= 4"}'
    assert solved(BOX + rest).outcome is Outcome.INFEASIBLE


def test_unbounded_comes_with_a_point_and_a_ray() -> None:
    solution = solved(
        PLANE + 'objective: {sense: maximize, expression: "x + y"}\nconstraints: {c: "x - y <= 4"}'
    )
    assert solution.outcome is Outcome.UNBOUNDED
    assert solution.point is not None
    assert solution.ray is not None
    ray = {name: float(values[0]) for name, values in solution.ray.items()}
    assert ray["x"] + ray["y"] > 0
    assert ray["x"] - ray["y"] <= 1e-9


def test_an_unbounded_relaxation_of_an_infeasible_integer_model_is_infeasible() -> None:
    text = """
        variables: {n: {domain: integer, lower: 0, upper: null}, x: {lower: 0, upper: null}}
        objective: {sense: maximize, expression: x}
        constraints: {c: "2 * n == 3"}
        """
    assert solved(text).outcome is Outcome.INFEASIBLE


def test_satisfaction_and_models_without_variables() -> None:
    whole = solved(WHOLE + 'objective: {sense: satisfy}\nconstraints: {c: "x + 2 * y == 7"}')
    assert whole.outcome is Outcome.OPTIMAL
    assert whole.objective == whole.bound == 0
    empty = """
        sets: {I: 1..3}
        variables: {x: {index: "i in I if i > 9", lower: 0}}
        objective: {sense: minimize, expression: "sum(x[i] for i in I if i > 9) + 2"}
        constraints: {c: "sum(x[i] for i in I if i > 9) >= NEED"}
        """
    assert solved(empty.replace("NEED", "0")).objective == 2
    assert solved(empty.replace("NEED", "1")).outcome is Outcome.INFEASIBLE


def test_limits_with_and_without_a_point() -> None:
    stopped = solved(KNAPSACK, extra={"NodeLimit": 1, "Presolve": 0, "Cuts": 0})
    assert stopped.outcome is Outcome.FEASIBLE
    assert stopped.stopped_by == "node limit"
    assert stopped.objective is not None
    assert stopped.bound is not None
    assert stopped.bound >= stopped.objective
    # the simplex method, stopped before its first step, has no point
    none = solved(TEXTBOOK, extra={"IterationLimit": 0, "Presolve": 0, "Method": 1})
    assert none.outcome is Outcome.LIMIT_NO_SOLUTION
    assert none.stopped_by == "iteration limit"


def test_a_gap_that_was_asked_for_is_reported_as_one() -> None:
    solution = solved(KNAPSACK, gap=0.9, extra={"Presolve": 0, "Cuts": 0})
    assert solution.outcome is Outcome.FEASIBLE
    assert solution.stopped_by == "gap"
    assert solution.gap is not None
    assert 0 < solution.gap <= 0.9


@pytest.mark.parametrize("status", ["INPROGRESS", "LOCALLY_INFEASIBLE", "99"])
def test_an_unknown_status_is_unknown(status: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gurobi_session.Session, "run", lambda *_, **__: Run(status))
    solution = solved(TEXTBOOK)
    assert solution.outcome is Outcome.UNKNOWN
    assert status in solution.message


def test_a_point_that_does_not_hold_is_not_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    false = Run("OPTIMAL", np.array([4.0, 4.0]))
    monkeypatch.setattr(gurobi_session.Session, "run", lambda *_, **__: false)
    for row in ("x + y <= 4", "x * y <= 4"):
        solution = solved(BOX + f'objective: {{sense: maximize, expression: x}}\nconstraints: {{c: "{row}"}}')
        assert solution.outcome is Outcome.UNKNOWN
        assert solution.point is None


def test_ctrl_c_stops_gurobi_and_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    import gurobipy  # pyright: ignore[reportMissingImports]  # proprietary: only the user can bring it

    pressed: list[int] = []

    def press(_: Any, where: int) -> None:
        if where == gurobipy.GRB.Callback.MIP and not pressed:
            pressed.append(1)
            os.kill(os.getpid(), signal.SIGINT)

    class Pressed(gurobipy.Model):
        def optimize(self) -> None:
            super().optimize(press)

    monkeypatch.setattr(
        gurobi_session, "load_gurobi", lambda: SimpleNamespace(**{**vars(gurobipy), "Model": Pressed})
    )
    text = """
        sets: {R: 1..20, C: 1..60}
        variables: {x: {index: "c in C", domain: binary}}
        objective: {sense: maximize, expression: "x[1]"}
        constraints:
          halves:
            for: "r in R"
            expression: "sum(((37 * c * (r + 1) + 11 * c * c) % 997 + 1) * x[c] for c in C) == 14990 + r"
        """
    with pytest.raises(KeyboardInterrupt):
        solved(text, time_limit=60)
    assert pressed


# parameters, licence, printing, choice


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ({"MIPFocuss": 1}, "Gurobi has no parameter 'MIPFocuss'; did you mean 'MIPFocus'?"),
        ({"qqqqqqqq": 1}, "Gurobi has no parameter 'qqqqqqqq'; Gurobi's own documentation"),
        ({"MIPGap": -1}, r"Gurobi parameter MIPGap: .*minimum is 0"),
        ({"MIPGap": "small"}, "Gurobi parameter MIPGap: 'small' is of the wrong type"),
        ({"Method": 1.5}, "Gurobi parameter Method: 1.5 is not taken as it is; give a whole number"),
        ({"NodefileDir": 3}, "Gurobi parameter NodefileDir: 3 is of the wrong type"),
        ({"OutputFlag": 1}, "'OutputFlag' is not to be set; ask for the log"),
    ],
)
def test_wrong_parameters_are_named_in_one_line(extra: dict[str, Any], message: str) -> None:
    with pytest.raises(SolverError, match=message) as raised:
        solved(TEXTBOOK, extra=extra)
    assert "\n" not in str(raised.value)


def test_the_log_is_kept_on_request_and_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    quiet = solved(KNAPSACK)
    loud = solved(KNAPSACK, log=True, seed=5, time_limit=60, extra={"mipfocus": 2})
    assert not quiet.log
    for said in ("Gurobi Optimizer version", "MIPFocus  2", "Seed  5", "TimeLimit  "):
        assert said in loud.log
    assert loud.objective == quiet.objective
    assert capfd.readouterr() == ("", "")


def test_a_model_beyond_the_licence_is_one_line_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRB_LICENSE_FILE", raising=False)
    text = """
        sets: {I: 1..2500}
        variables: {x: {index: [I], lower: 0}}
        objective: {sense: maximize, expression: "sum(x[i] for i in I)"}
        constraints: {c: "sum(i * x[i] for i in I) <= 9"}
        """
    if solved(TEXTBOOK, log=True).log.find("Restricted license") < 0:
        pytest.skip("this machine has a licence of its own")
    with pytest.raises(SolverError, match=r"licence does not allow it: .*too large.*free solver") as raised:
        solved(text)
    assert "\n" not in str(raised.value)


def test_a_licence_file_that_is_none_is_one_line_with_a_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GRB_LICENSE_FILE", str(tmp_path / "gurobi.lic"))
    with pytest.raises(SolverError, match="licence does not allow it: .*leave --solver gurobi away"):
        solved(TEXTBOOK)
