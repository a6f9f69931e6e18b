"""SCIP: optima known from closed forms, enumeration or dense grids; statuses; options."""

from __future__ import annotations

import itertools
import math
import os
import signal
import sys
import threading
from typing import Any

import numpy as np
import pytest

from quintet.errors import MissingDependency, SolverError
from quintet.formulation import Formulation, bind, evaluate
from quintet.formulation.model import Model, ProblemClass
from quintet.solvers import scip, scip_session
from quintet.solvers.options import Options
from quintet.solvers.outcome import Outcome
from quintet.solvers.scip import Scip
from quintet.solvers.scip_session import Run
from quintet.solvers.solution import Solution
from quintet.solvers.solver import Solver


def bound(text: str) -> Model:
    return bind(Formulation.loads(text))


def solve(text: str, **options: Any) -> Solution:
    """Solve; whatever has a point must hold for the evaluator, which shares no code with this route."""
    model = bound(text)
    solution = Scip().solve(model, Options(**options))
    if solution.point is not None:
        found = evaluate(model, solution.point)
        assert found.feasible(), found.worst
        assert found.objectives["objective"] == pytest.approx(solution.objective, rel=1e-12, abs=1e-12)
    return solution


def optimum(text: str, kind: ProblemClass) -> float:
    solution = solve(text)
    assert solution.outcome is Outcome.OPTIMAL, solution
    assert solution.problem_class is kind
    assert solution.objective is not None
    assert solution.bound == pytest.approx(solution.objective, rel=1e-6, abs=1e-6)
    return solution.objective


# optima


def test_lp_at_a_corner() -> None:
    text = """
        variables: {x: {lower: 0, upper: null}, y: {lower: 0, upper: null}}
        objective: {sense: maximize, expression: "3 * x + 5 * y + 7"}
        constraints: {a: "x <= 4", b: "2 * y <= 12", c: "3 * x + 2 * y <= 18"}
        """
    assert optimum(text, ProblemClass.LP) == pytest.approx(43)  # x = 2, y = 6


def test_milp_against_enumeration() -> None:
    weights, values, room = [5, 8, 3, 2, 7, 9], [9, 14, 4, 3, 11, 16], 17
    text = f"""
        sets: {{I: 0..5}}
        parameters: {{w: {{index: [I], values: {weights}}}, v: {{index: [I], values: {values}}}}}
        variables: {{take: {{index: "i in I", domain: binary}}}}
        objective: {{sense: maximize, expression: "sum(v[i] * take[i] for i in I)"}}
        constraints: {{room: "sum(w[i] * take[i] for i in I) <= {room}"}}
        """
    choices = itertools.product((0, 1), repeat=6)
    expected = max(np.dot(values, c) for c in choices if np.dot(weights, c) <= room)
    assert optimum(text, ProblemClass.MILP) == pytest.approx(expected)


def test_convex_and_nonconvex_qp() -> None:
    text = """
        variables: {{x: {{lower: 0, upper: 4}}, y: {{lower: 0, upper: 4}}}}
        objective: {{sense: minimize, expression: "{}"}}
        constraints: {{c: "x + y <= 4"}}
        """
    convex = text.format("(x - 3) ** 2 + (y - 2) ** 2")
    assert optimum(convex, ProblemClass.QP) == pytest.approx(0.5, abs=1e-6)  # the foot on x + y = 4
    nonconvex = text.format("x * y - x ** 2 - 2 * y")
    assert optimum(nonconvex, ProblemClass.QP) == pytest.approx(-16, abs=1e-6)  # x = 4, y = 0


def test_integer_qp_against_enumeration() -> None:
    text = """
        variables: {x: {domain: integer, lower: -4, upper: 4}, y: {domain: integer, lower: -4, upper: 4}}
        objective: {sense: minimize, expression: "x ** 2 - 3 * x * y + y ** 2 / 2 + x"}
        constraints: {c: "2 * x + 3 * y <= 5"}
        """
    box = itertools.product(range(-4, 5), repeat=2)
    expected = min(x * x - 3 * x * y + y * y / 2 + x for x, y in box if 2 * x + 3 * y <= 5)
    assert optimum(text, ProblemClass.MIQP) == pytest.approx(expected, abs=1e-6)


def test_pooling() -> None:
    """Haverly's first pooling problem (ACM SIGMAP Bulletin 25, 1978): 400."""
    text = """
        sets: {P: [x, y]}
        parameters:
          price: {index: [P], values: {x: 9, y: 15}}
          most: {index: [P], values: {x: 100, y: 200}}
          sulphur: {index: [P], values: {x: 2.5, y: 1.5}}
        variables:
          a: {lower: 0, upper: 300}
          b: {lower: 0, upper: 300}
          direct: {index: "p in P", lower: 0, upper: 300}
          pooled: {index: "p in P", lower: 0, upper: 300}
          q: {lower: 1, upper: 3}
        expressions: {blend: {index: "p in P", expression: "pooled[p] + direct[p]"}}
        objective:
          sense: maximize
          expression: "sum(price[p] * blend[p] - 10 * direct[p] for p in P) - 6 * a - 16 * b"
        constraints:
          pool: "a + b == sum(pooled[p] for p in P)"
          quality: "3 * a + b == q * sum(pooled[p] for p in P)"
          limit: {for: "p in P", expression: "q * pooled[p] + 2 * direct[p] <= sulphur[p] * blend[p]"}
          demand: {for: "p in P", expression: "blend[p] <= most[p]"}
        """
    assert optimum(text, ProblemClass.QCQP) == pytest.approx(400, abs=1e-4)


def test_two_circles_in_a_square() -> None:
    text = """
        sets: {C: 1..2}
        variables:
          x: {index: [C], lower: 0, upper: 1}
          y: {index: [C], lower: 0, upper: 1}
          r: {lower: 0, upper: 1}
        objective: {sense: maximize, expression: r}
        constraints:
          apart: "(x[1] - x[2]) ** 2 + (y[1] - y[2]) ** 2 >= 4 * r ** 2"
          across: {for: "c in C", expression: "r <= x[c]"}
          along: {for: "c in C", expression: "x[c] <= 1 - r"}
          up: {for: "c in C", expression: "r <= y[c]"}
          down: {for: "c in C", expression: "y[c] <= 1 - r"}
        """
    assert optimum(text, ProblemClass.QCQP) == pytest.approx(1 / (2 + math.sqrt(2)), abs=1e-6)


def test_geometric_program() -> None:
    """The cheapest box of volume 8 whose top costs nothing: 12 * 2 ** (2 / 3) * 2 ** (1 / 3) ... by AM-GM."""
    text = """
        variables: {x: {lower: 0.1, upper: 9}, y: {lower: 0.1, upper: 9}, z: {lower: 0.1, upper: 9}}
        objective: {sense: minimize, expression: "x * y + 2 * y * z + 2 * x * z"}
        constraints: {volume: "x * y * z >= 8"}
        """
    expected = 3 * (4 * 8**2) ** (1 / 3)  # three equal terms, whose product is 4 (xyz)²
    assert optimum(text, ProblemClass.NLP) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("expression", "formula"),
    [
        ("exp(x) - 3 * x", lambda x: np.exp(x) - 3 * x),
        ("x * log(x) + sqrt(x)", lambda x: x * np.log(x) + np.sqrt(x)),
        ("sin(3 * x) + cos(x) / 2", lambda x: np.sin(3 * x) + np.cos(x) / 2),
        ("tanh(x - 2) + (x - 1) ** 2 / 9", lambda x: np.tanh(x - 2) + (x - 1) ** 2 / 9),
        ("log10(x) * (4 - x)", lambda x: np.log10(x) * (4 - x)),
        ("x ** 1.5 - 2 ** x", lambda x: x**1.5 - 2**x),
        ("x ** x - 3 * x", lambda x: x**x - 3 * x),
        ("prod(x - i for i in I)", lambda x: (x - 1) * (x - 2) * (x - 3)),
        ("1 / x + x ** -2 + x", lambda x: 1 / x + x**-2 + x),
    ],
)
def test_one_variable_against_a_dense_grid(expression: str, formula: Any) -> None:
    solution = solve(f"""
        sets: {{I: 1..3}}
        variables: {{x: {{lower: 0.25, upper: 3.5}}}}
        objective: {{sense: minimize, expression: "{expression}"}}
        """)
    assert solution.outcome is Outcome.OPTIMAL
    grid = formula(np.linspace(0.25, 3.5, 200_001))
    assert solution.objective == pytest.approx(grid.min(), abs=2e-6)


def test_minlp_against_a_grid_for_every_integer() -> None:
    text = """
        variables: {n: {domain: integer, lower: 1, upper: 4}, x: {lower: 0, upper: 3}}
        objective: {sense: maximize, expression: "n * sin(n * x) - exp(x) / n"}
        """
    grid = np.linspace(0, 3, 200_001)
    expected = max((n * np.sin(n * grid) - np.exp(grid) / n).max() for n in range(1, 5))
    assert optimum(text, ProblemClass.MINLP) == pytest.approx(expected, abs=2e-6)


def test_a_gap_that_drowns_in_the_tolerance_of_the_rows_is_not_chased() -> None:
    """A closed cylinder that holds 900 with the least sheet: 3 (2 pi 900 ** 2) ** (1 / 3), by AM-GM."""
    solution = solve(
        """
        parameters: {pi: 3.141592653589793}
        variables: {r: {lower: 1, upper: 9}, h: {lower: 1, upper: 20}}
        objective: {sense: minimize, expression: "2 * pi * r ** 2 + 2 * pi * r * h"}
        constraints: {content: "pi * r ** 2 * h >= 900"}
        """,
        time_limit=20,
    )
    assert solution.outcome is Outcome.OPTIMAL
    assert solution.objective == pytest.approx(3 * (2 * math.pi * 900**2) ** (1 / 3), rel=1e-6)


def test_ratio_objective_with_a_closed_form() -> None:
    text = """
        variables: {x: {lower: 0, upper: 10}, y: {lower: 0, upper: 10}}
        objective: {sense: maximize, expression: "(3 * x + 2 * y) / (x + y + 1)"}
        constraints: {a: "x + 2 * y <= 8", b: "x >= y"}
        """
    assert optimum(text, ProblemClass.QCQP) == pytest.approx(24 / 9)  # x = 8, y = 0


def test_semicontinuous_is_zero_or_within_its_bounds() -> None:
    text = """
        sets: {I: [a, b]}
        variables: {x: {index: "i in I", domain: semicontinuous, lower: 3, upper: 8}}
        objective: {sense: minimize, expression: "(x['a'] - 1) ** 2 + (x['b'] - 2) ** 2"}
        """
    solution = solve(text)
    assert solution.values("x") == pytest.approx({("a",): 0, ("b",): 3})


def test_a_long_product_of_sums_is_not_multiplied_out() -> None:
    text = """
        sets: {I: 1..200}
        variables: {x: {index: "i in I", lower: 0, upper: 1}}
        objective: {sense: minimize, expression: "(sum(x[i] for i in I) - 70.5) ** 2"}
        constraints: {c: "sum(x[i] for i in I) * sum(i * x[i] for i in I) >= 5"}
        """
    assert solve(text).objective == pytest.approx(0, abs=1e-6)


# statuses

SLOW = """
sets: {I: 1..60, J: 1..7}
variables: {x: {index: "i in I", domain: binary}, over: {index: "j in J", lower: 0, upper: 9999}}
objective: {sense: minimize, expression: "sum(over[j] for j in J)"}
constraints:
  even:
    for: "j in J"
    expression: "sum((i * i * 37 + j * i * 91) % 997 * x[i] for i in I) + over[j] == 15013"
"""


@pytest.mark.parametrize(
    ("sense", "objective", "constraint", "outcome"),
    [
        ("minimize", "x", "x + y <= -1", Outcome.INFEASIBLE),
        ("minimize", "x", "x ** 2 + y ** 2 <= -1", Outcome.INFEASIBLE),
        ("maximize", "x + y", "x - y <= 4", Outcome.UNBOUNDED),
        ("maximize", "x", "2 * x + y <= -3", Outcome.INFEASIBLE),
    ],
)
def test_no_optimum_is_an_outcome(sense: str, objective: str, constraint: str, outcome: Outcome) -> None:
    solution = solve(f"""
        variables: {{x: {{lower: 0, upper: null}}, y: {{lower: 0, upper: null}}}}
        objective: {{sense: {sense}, expression: "{objective}"}}
        constraints: {{c: "{constraint}"}}
        """)
    assert solution.outcome is outcome
    assert solution.objective is None
    assert solution.point is None


def test_a_search_that_can_have_no_end_is_given_up_and_says_what_is_missing() -> None:
    solution = solve("""
        variables: {x: {lower: 0, upper: null}, y: {lower: 0, upper: null}, z: {lower: 0, upper: 1}}
        objective: {sense: maximize, expression: "x * y + z"}
        constraints: {c: "x - y <= 4"}
        """)
    assert solution.outcome in (Outcome.FEASIBLE, Outcome.UNBOUNDED)
    if solution.outcome is Outcome.FEASIBLE:
        assert solution.bound is None
        assert solution.stopped_by == "no bound in sight"
        assert solution.message.endswith("give bounds to x, y")


def test_data_alone_can_make_it_infeasible_and_the_row_is_named() -> None:
    solution = solve("""
        parameters: {have: 3}
        variables: {x: {lower: 0, upper: 1}}
        objective: {sense: minimize, expression: x}
        constraints: {enough: "have + 0 * x >= 4"}
        """)
    assert solution.outcome is Outcome.INFEASIBLE
    assert solution.message == "constraints.enough does not hold, whatever is decided"


def test_satisfy_gives_a_point() -> None:
    solution = solve("""
        variables: {x: {domain: integer, lower: 1, upper: 20}, y: {domain: integer, lower: 1, upper: 20}}
        objective: {sense: satisfy}
        constraints: {c: "x ** 2 + y ** 2 == 169", d: "x <= y"}
        """)
    assert solution.outcome is Outcome.OPTIMAL
    assert (solution.value("x"), solution.value("y")) == (5, 12)


def test_a_limit_with_a_point_is_feasible_with_a_gap() -> None:
    solution = solve(SLOW, extra={"limits/nodes": 1})
    assert solution.outcome is Outcome.FEASIBLE
    assert solution.stopped_by == "node limit"
    assert solution.gap is not None
    assert solution.gap > 0


def test_a_gap_that_was_asked_for_is_reported() -> None:
    solution = solve(SLOW, gap=100.0, absolute_gap=1e4)
    assert solution.outcome is Outcome.FEASIBLE
    assert solution.stopped_by == "gap"


def test_the_time_limit_holds() -> None:
    solution = solve(SLOW, time_limit=0.2)
    assert solution.outcome in (Outcome.FEASIBLE, Outcome.LIMIT_NO_SOLUTION)
    assert solution.stopped_by == "time limit"


class Scripted:
    """Stands for a session; gives the runs it was told, in order."""

    version = "0"

    def __init__(self, *runs: Run) -> None:
        self.runs = list(runs)
        self.precisions: list[float] = []

    def __call__(
        self, translated: Any, options: Options, seconds: float | None, precision: float
    ) -> Scripted:
        self.precisions.append(precision)
        return self

    def run(self, *, log: bool) -> Run:
        return self.runs.pop(0)


SMALL = """
variables: {n: {domain: integer, lower: 0, upper: 9}, x: {lower: 0, upper: 9}}
objective: {sense: maximize, expression: "n + x"}
constraints: {c: "1000 * n + x <= 3000"}
"""


def at(n: float, x: float) -> dict[str, Any]:
    return {"n": np.array([n]), "x": np.array([x])}


def scripted(monkeypatch: pytest.MonkeyPatch, *runs: Run) -> tuple[Solution, Scripted]:
    session = Scripted(*runs)
    monkeypatch.setattr(scip, "Session", session)
    return Scip().solve(bound(SMALL), Options()), session


@pytest.mark.parametrize(
    ("status", "outcome", "stopped_by"),
    [
        ("timelimit", Outcome.LIMIT_NO_SOLUTION, "time limit"),
        ("memlimit", Outcome.LIMIT_NO_SOLUTION, "memory limit"),
        ("unknown", Outcome.UNKNOWN, ""),
        ("a status of tomorrow", Outcome.UNKNOWN, ""),
        ("optimal", Outcome.UNKNOWN, ""),
    ],
)
def test_statuses_without_a_point(
    monkeypatch: pytest.MonkeyPatch, status: str, outcome: Outcome, stopped_by: str
) -> None:
    solution, _ = scripted(monkeypatch, Run(status))
    assert (solution.outcome, solution.stopped_by) == (outcome, stopped_by)


@pytest.mark.parametrize(
    ("without_objective", "outcome"),
    [
        (Run("infeasible"), Outcome.INFEASIBLE),
        (Run("optimal", point=at(0, 0)), Outcome.UNBOUNDED),
        (Run("timelimit"), Outcome.INFEASIBLE_OR_UNBOUNDED),
    ],
)
def test_infeasible_or_unbounded_is_settled_without_the_objective(
    monkeypatch: pytest.MonkeyPatch, without_objective: Run, outcome: Outcome
) -> None:
    solution, session = scripted(monkeypatch, Run("inforunbd"), without_objective)
    assert solution.outcome is outcome
    assert solution.point is None
    assert not session.runs


def test_a_point_that_rounding_breaks_is_solved_again_with_the_integers_fixed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    solution, _ = scripted(
        monkeypatch, Run("optimal", at(2.9999, 0.1), bound=3.0), Run("optimal", at(3, 0), bound=3.0)
    )
    assert solution.outcome is Outcome.OPTIMAL
    assert (solution.value("n"), solution.value("x"), solution.objective) == (3, 0, 3)


def test_a_point_that_stays_broken_is_not_called_optimal(monkeypatch: pytest.MonkeyPatch) -> None:
    solution, _ = scripted(monkeypatch, Run("optimal", at(3, 9), bound=12.0), Run("infeasible"))
    assert solution.outcome is Outcome.UNKNOWN
    assert solution.message == "SCIP's point violates a constraint by 3.0e-03, relative to its size"


def test_an_optimum_whose_bound_is_another_is_not_called_optimal(monkeypatch: pytest.MonkeyPatch) -> None:
    solution, _ = scripted(monkeypatch, Run("optimal", at(2, 9), bound=11.5))
    assert solution.outcome is Outcome.FEASIBLE
    assert solution.message == "SCIP calls the point optimal, but its bound is another"


def test_a_failure_is_tried_again_at_scips_own_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = Run("error", failure="SCIP failed: error in LP solver")
    solution, session = scripted(monkeypatch, failed, Run("optimal", at(2, 9), bound=11.0))
    assert solution.outcome is Outcome.OPTIMAL
    assert session.precisions == [scip_session.PRECISION, scip_session.OWN_PRECISION]
    solution, _ = scripted(monkeypatch, failed, failed)
    assert solution.outcome is Outcome.CRASHED
    assert solution.message == failed.failure


# options, output, interrupts


def test_options_reach_scip_and_text_is_converted() -> None:
    extra = {
        "limits/nodes": "1",
        "presolving/maxrounds": 0,
        "numerics/feastol": "1e-6",
        "misc/usevartable": "no",
    }
    assert solve(SLOW, extra=extra).stopped_by == "node limit"


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ({"limits/nods": 3}, "SCIP has no parameter 'limits/nods'; did you mean 'limits/nodes'"),
        ({"limits/nodes": "many"}, "option limits/nodes: SCIP does not take 'many'"),
        ({"limits/nodes": -7}, "option limits/nodes: SCIP does not take -7"),
        ({"misc/usevartable": "perhaps"}, "option misc/usevartable: SCIP does not take 'perhaps'"),
    ],
)
def test_wrong_options_are_errors(extra: dict[str, Any], message: str) -> None:
    with pytest.raises(SolverError, match=message):
        solve(SMALL, extra=extra)


def test_nothing_is_printed_and_the_log_comes_on_request(capfd: pytest.CaptureFixture[str]) -> None:
    solve("""
        variables: {x: {lower: 0, upper: null}, y: {lower: 0, upper: null}}
        objective: {sense: maximize, expression: "x * y - x ** 2 * y ** 2"}
        constraints: {c: "x <= y ** 2"}
        """)
    quiet, told = solve(SLOW, extra={"limits/nodes": 2}), solve(SLOW, log=True, extra={"limits/nodes": 2})
    assert capfd.readouterr() == ("", "")
    assert quiet.log == ""
    assert "presolving" in told.log
    assert quiet.objective == told.objective


def test_a_run_repeats() -> None:
    first, second = (solve(SLOW, seed=7, extra={"limits/nodes": 20}) for _ in range(2))
    assert first.values("x") == second.values("x")
    assert (first.objective, first.bound) == (second.objective, second.bound)


def test_ctrl_c_stops_scip_and_is_passed_on() -> None:
    class Endless:
        stopped = threading.Event()

        def optimizeNogil(self) -> None:  # PySCIPOpt's name
            os.kill(os.getpid(), signal.SIGINT)
            assert self.stopped.wait(10)

        def interruptSolve(self) -> None:  # PySCIPOpt's name
            self.stopped.set()

    with pytest.raises(KeyboardInterrupt):
        scip_session._optimize(Endless())
    assert Endless.stopped.is_set()


def test_availability_and_a_missing_package(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(Scip(), Solver)
    assert Scip().available().ok
    assert Scip().available().version
    monkeypatch.setitem(sys.modules, "pyscipopt", None)
    with pytest.raises(MissingDependency, match=r"run: pip install 'quintet\[nonlinear\]'"):
        solve(SMALL)
