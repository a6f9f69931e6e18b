"""Ipopt: a local option that says so. Skipped without casadi; see also test_optional_solvers.py."""

from __future__ import annotations

import importlib.util
import math
import os
import re
import signal
import subprocess
import sys
import threading
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
from quintet.solvers import ipopt_session, solve
from quintet.solvers.ipopt import Ipopt
from quintet.solvers.options import Options
from quintet.solvers.outcome import Outcome
from quintet.solvers.solution import Solution

pytest.importorskip(
    "casadi", reason="casadi, which carries Ipopt, is not installed: pip install 'quintet[local]'"
)

SQUARE = "variables: {x: {lower: -1, upper: 1}, y: {lower: -1, upper: 1}}\n"
PLANE = "variables: {x: {lower: null, upper: null}, y: {lower: null, upper: null}}\n"
VALLEY = PLANE + 'objective: {sense: minimize, expression: "100 * (y - x ** 2) ** 2 + (1 - x) ** 2"}'
"""Rosenbrock's function: 0 at (1, 1), and many iterations away from the origin."""
WAVES = """
variables: {x: {lower: 0, upper: 20}}
objective: {sense: minimize, expression: "sin(x) - x / 10"}
"""


def bound(text: str) -> Model:
    return bind(Formulation.loads(text))


def solved(text: str, **options: Any) -> Solution:
    """Solve; whatever has a point must hold for the evaluator, which shares no code with this route."""
    model = bound(text)
    solution = Ipopt().solve(model, Options(**options))
    assert solution.outcome is not Outcome.OPTIMAL
    assert solution.bound is None
    if solution.point is not None:
        found = evaluate(model, solution.point)
        assert found.feasible(), found.worst
        assert found.objectives["objective"] == pytest.approx(solution.objective, rel=1e-12, abs=1e-12)
    return solution


def optimum(text: str, **options: Any) -> float:
    solution = solved(text, **options)
    assert solution.outcome is Outcome.LOCALLY_OPTIMAL, solution
    assert solution.objective is not None
    return solution.objective


# agreement with solvers that prove their optimum


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (
            """
            variables: {x: {lower: 0, upper: null}, y: {lower: 0, upper: null}}
            objective: {sense: maximize, expression: "3 * x + 5 * y + 7"}
            constraints: {a: "x <= 4", b: "2 * y <= 12", c: "3 * x + 2 * y <= 18"}
            """,
            ProblemClass.LP,
        ),
        (
            """
            sets: {A: 1..4}
            parameters:
              risk: {index: [A], values: [0.04, 0.09, 0.02, 0.06]}
              gain: {index: [A], values: [0.08, 0.12, 0.05, 0.1]}
            variables: {w: {index: [A], lower: 0, upper: 0.6}}
            objective: {sense: minimize, expression: "sum(risk[a] * w[a] ** 2 for a in A) + w[1] * w[2] / 50"}
            constraints: {all: "sum(w[a] for a in A) == 1", least: "sum(gain[a] * w[a] for a in A) >= 0.09"}
            """,
            ProblemClass.QP,
        ),
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
            variables: {x: {lower: 0.1, upper: 9}, y: {lower: 0.1, upper: 9}, z: {lower: 0.1, upper: 9}}
            objective: {sense: minimize, expression: "x * y + 2 * y * z + 2 * x * z"}
            constraints: {volume: "x * y * z >= 8"}
            """,
            ProblemClass.NLP,
        ),
        (
            """
            variables: {x: {lower: 0, upper: 4}, y: {lower: 0.5, upper: 4}}
            objective: {sense: minimize, expression: "exp(x) - 3 * x + y * log(y) + sqrt(y) - tanh(x) / y"}
            constraints: {c: "x + log10(y) + 1 / y <= 3"}
            """,
            ProblemClass.NLP,
        ),
    ],
)
def test_where_a_local_optimum_is_global_it_agrees_with_the_default_choice(
    text: str, kind: ProblemClass
) -> None:
    proven = solve(bound(text))
    assert proven.outcome is Outcome.OPTIMAL
    solution = solved(text)
    assert solution.outcome is Outcome.LOCALLY_OPTIMAL
    assert solution.problem_class is kind
    assert solution.objective == pytest.approx(proven.objective, rel=1e-5, abs=1e-5)


@settings(max_examples=15)
@given(st.lists(st.integers(-5, 5), min_size=6, max_size=6), st.integers(1, 12))
def test_random_linear_programs_agree_with_highs(cost: list[int], room: int) -> None:
    text = f"""
        sets: {{I: 1..6}}
        parameters: {{c: {{index: [I], values: {cost}}}}}
        variables: {{x: {{index: [I], lower: 0, upper: 3}}}}
        objective: {{sense: maximize, expression: "sum(c[i] * x[i] for i in I)"}}
        constraints: {{room: "sum(i * x[i] for i in I) <= {room}"}}
        """
    expected = solve(bound(text), "highs").objective
    assert optimum(text) == pytest.approx(expected, abs=1e-5)


def test_abs_is_rewritten() -> None:
    text = """
        variables: {x: {lower: 0, upper: 4}}
        objective: {sense: minimize, expression: "abs(x - 1) + x ** 3"}
        """
    assert optimum(text) == pytest.approx(1 - math.sqrt(1 / 3) + (1 / 3) ** 1.5, abs=1e-6)


def test_levels_of_objectives_are_all_solved() -> None:
    text = """
        variables: {x: {lower: 0, upper: 3}, y: {lower: 0, upper: 3}}
        objective:
          - {name: first, priority: 1, sense: maximize, expression: "x + y", abs_tol: 0.001}
          - {name: second, priority: 2, sense: minimize, expression: "x ** 3 - y"}
        constraints: {c: "x + y <= 4"}
        """
    solution = solve(bound(text), "ipopt")
    assert solution.outcome is Outcome.LOCALLY_OPTIMAL
    assert solution.value("y") == pytest.approx(3, abs=1e-3)
    assert solution.objective == pytest.approx(4, abs=2e-3)


# where it starts


@pytest.mark.parametrize(("expression", "best"), [("x * y", 1), ("(x - y) ** 2", 4), ("x ** 2 - y ** 2", 1)])
def test_a_saddle_in_the_middle_is_not_taken_for_an_optimum(expression: str, best: float) -> None:
    text = SQUARE + f'objective: {{sense: maximize, expression: "{expression}"}}'
    assert optimum(text) == pytest.approx(best, abs=1e-6)


def test_more_starts_find_better_optima_and_the_same_ones_every_time() -> None:
    one, many = solved(WAVES), solved(WAVES, extra={"starts": 12})
    again = solved(WAVES, extra={"starts": "12"})
    grid = np.linspace(0, 20, 200_001)
    assert one.objective is not None
    assert many.objective is not None
    assert many.objective == pytest.approx((np.sin(grid) - grid / 10).min(), abs=1e-6)
    assert one.objective > many.objective + 0.5
    assert again.objective == many.objective
    assert "one starting point" in one.message
    assert "12 starting points" in many.message


# how it may end


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        (
            'objective: {sense: maximize, expression: x}\nconstraints: {c: "x + y >= 3"}',
            "local infeasibility",
        ),
        ('objective: {sense: satisfy}\nconstraints: {c: "x ** 2 + y ** 2 >= 3"}', "local infeasibility"),
        (
            'objective: {sense: satisfy}\nconstraints: {a: "x + y == 1", b: "x - y == 1", c: "x * x == 1"}',
            "more equations than variables",
        ),
    ],
)
def test_finding_nothing_never_proves_infeasibility(rest: str, message: str) -> None:
    solution = solved(SQUARE + rest)
    assert solution.outcome is Outcome.UNKNOWN
    assert solution.point is None
    assert message in solution.message
    assert "--solver scip" in solution.message


def test_numbers_alone_can_prove_infeasibility() -> None:
    solution = solved(SQUARE + 'objective: {sense: satisfy}\nconstraints: {c: "1 >= 3"}')
    assert solution.outcome is Outcome.INFEASIBLE
    assert "constraints.c" in solution.message


@pytest.mark.parametrize("expression", ["x + y", "x ** 3 + y"])
def test_an_unbounded_objective_is_suspected_and_gives_no_point(expression: str) -> None:
    solution = solved(PLANE + f'objective: {{sense: minimize, expression: "{expression}"}}')
    assert solution.outcome is Outcome.UNKNOWN
    assert solution.point is None
    assert "may have no bound" in solution.message


def test_satisfaction_without_and_with_variables_in_rows() -> None:
    circle = solved(
        PLANE + 'objective: {sense: satisfy}\nconstraints: {c: "x**2 + y**2 == 4", d: "x - y == 1"}'
    )
    assert circle.outcome is Outcome.LOCALLY_OPTIMAL
    assert circle.value("x") - circle.value("y") == pytest.approx(1, abs=1e-6)
    unused = "variables: {x: {lower: 2, upper: 5}}\nobjective: {sense: satisfy}"
    assert solved(unused).value("x") == 2


def test_variables_that_occur_nowhere_or_are_fixed_keep_to_their_bounds() -> None:
    text = """
        variables: {x: {lower: 3, upper: 3}, y: {lower: 1, upper: 2}, z: {lower: 4, upper: null}}
        objective: {sense: minimize, expression: "x ** 3 + y"}
        """
    solution = solved(text)
    assert solution.objective == pytest.approx(28, abs=1e-6)
    assert (solution.value("x"), solution.value("z")) == (3, 4)


def test_limits_with_and_without_a_point() -> None:
    with_point = solved(VALLEY, extra={"max_iter": 3})
    assert with_point.outcome is Outcome.FEASIBLE
    assert with_point.stopped_by == "iteration limit"
    assert with_point.objective is not None
    assert with_point.objective > 0.01
    ring = VALLEY + '\nconstraints: {far: "x ** 2 + y ** 2 >= 1e4"}'
    without = solved(ring, extra={"max_iter": 1})
    assert without.outcome is Outcome.LIMIT_NO_SOLUTION
    assert without.stopped_by == "iteration limit"


def test_the_time_limit_ends_the_run_and_further_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(monotonic=lambda: math.inf)
    monkeypatch.setattr(ipopt_session, "time", clock)
    solution = solved(VALLEY, time_limit=1e-9, extra={"starts": 50})
    assert solution.outcome is Outcome.FEASIBLE
    assert solution.stopped_by == "time limit"


def test_an_unknown_status_is_unknown_and_a_false_point_is_not_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = ipopt_session.Session.run
    text = SQUARE + 'objective: {sense: minimize, expression: "x ** 4 + y"}\nconstraints: {c: "x + y >= 1"}'

    def answers(status: str, x: list[float]) -> Solution:
        run = ipopt_session.Run(status, np.array(x))
        monkeypatch.setattr(ipopt_session.Session, "run", lambda self, start: run)
        return solved(text)

    assert answers("Solve_Succeeded", [0.0, 0.0]).outcome is Outcome.UNKNOWN
    assert answers("Something_New", [0.0, math.nan]).outcome is Outcome.UNKNOWN
    looser = answers("Solved_To_Acceptable_Level", [1.0, 1.0])
    assert looser.outcome is Outcome.FEASIBLE
    assert "acceptable" in looser.message
    monkeypatch.setattr(ipopt_session.Session, "run", real)
    assert solved(text).outcome is Outcome.LOCALLY_OPTIMAL


def test_ctrl_c_stops_ipopt_and_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    pressed: list[int] = []

    def press() -> float:
        if not pressed:
            pressed.append(1)
            os.kill(os.getpid(), signal.SIGINT)
        return 0.0

    monkeypatch.setattr(ipopt_session, "time", SimpleNamespace(monotonic=press))
    with pytest.raises(KeyboardInterrupt):
        solved(VALLEY, time_limit=1000)
    assert pressed
    assert not [thread for thread in threading.enumerate() if thread.name == "ipopt"]


# options, printing, choice


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ({"max_iterr": 3}, "Ipopt has no option 'max_iterr'; did you mean 'max_iter'?"),
        ({"start": 3}, "Ipopt has no option 'start'; did you mean 'starts'?"),
        ({"tol": -1}, r"Ipopt option tol: Ipopt does not take -1; give a number: 0 < \(1e-08\)"),
        ({"tol": "small"}, "Ipopt option tol: Ipopt does not take 'small'"),
        ({"mu_strategy": "bold"}, "option mu_strategy: .*'bold'; give one of monotone, adaptive"),
        ({"print_level": 5}, "'print_level' is not to be set; ask for the log"),
        ({"starts": 0}, "option starts: 0 can't be used; give a whole number from 1 to 10000"),
        ({"starts": 2.5}, "option starts: 2.5 can't be used"),
        ({"starts": True}, "option starts: True can't be used"),
        (
            {"linear_solver": "ma57", "hsllib": "nothing.so"},
            "Ipopt can't do what an option asks: .*nothing.so",
        ),
    ],
)
def test_wrong_options_are_named_in_one_line(
    extra: dict[str, Any], message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SolverError, match=message) as raised:
        solved(VALLEY, extra=extra)
    assert "\n" not in str(raised.value)
    assert capfd.readouterr() == ("", "")


def test_options_reach_ipopt() -> None:
    extra = {"print_user_options": True, "tol": 1e-5, "mu_strategy": "adaptive", "max_iter": 70}
    log = solved(VALLEY, log=True, extra=extra).log
    for said in ("tol = 1e-05", "mu_strategy = adaptive", "max_iter = 70"):
        assert re.search(said.replace(" = ", " += "), log), log


def test_the_log_is_kept_on_request_and_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    infeasible = SQUARE + 'objective: {sense: satisfy}\nconstraints: {c: "sqrt(x) + log(y) >= 3"}'
    solved(infeasible, extra={"starts": 2})
    quiet, loud = solved(VALLEY), solved(VALLEY, log=True, extra={"starts": 2})
    assert not quiet.log
    assert loud.log.count("This is Ipopt version") == 2
    assert loud.version == quiet.version
    assert f"Ipopt version {quiet.version}," in loud.log
    assert capfd.readouterr() == ("", "")


def test_options_that_lie_in_the_working_folder_are_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ipopt.opt").write_text("max_iter 1\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert optimum(VALLEY) < 1e-9
    assert [file.name for file in tmp_path.iterdir()] == ["ipopt.opt"]


def test_integer_variables_are_refused_and_scip_is_named() -> None:
    text = """
        variables: {n: {domain: integer, lower: 0, upper: 5}}
        objective: {sense: minimize, expression: "sin(n)"}
        """
    for way in (lambda: solved(text), lambda: solve(bound(text), "ipopt")):
        with pytest.raises(SolverError, match=r"MINLP; .*--solver scip"):
            way()


BOTH = """
from quintet.formulation import Formulation, bind
from quintet.solvers import solve
models = {
    "cpsat": "variables: {n: {domain: binary}}\\nobjective: {sense: maximize, expression: n}",
    "ipopt": "variables: {x: {lower: 0}}\\nobjective: {sense: minimize, expression: 'exp(x) - 3 * x'}",
}
for name in ORDER:
    solution = solve(bind(Formulation.loads(models[name])), name)
    assert solution.outcome.solved, solution
"""


@pytest.mark.skipif(importlib.util.find_spec("ortools") is None, reason="OR-Tools is not installed")
@pytest.mark.parametrize("order", [("cpsat", "ipopt"), ("ipopt", "cpsat")])
def test_ipopt_and_or_tools_live_in_one_process(order: tuple[str, str]) -> None:
    program = BOTH.replace("ORDER", repr(order))
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
