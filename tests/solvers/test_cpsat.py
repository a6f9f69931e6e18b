"""The CP-SAT backend: what it takes, what it refuses, statuses, options and routing."""

from __future__ import annotations

import itertools
import operator
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from quintet import examples
from quintet.errors import DataError, MissingDependency, SolverError
from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.evaluator import evaluate
from quintet.formulation.model import Model
from quintet.formulation.tolerances import agree
from quintet.solvers import Options, Outcome, Solution, Solver, solve
from quintet.solvers.cp.program import load_cp_model
from quintet.solvers.cp.session import Session
from quintet.solvers.cpsat import CpSat
from quintet.solvers.registry import find
from quintet.solvers.solver import Availability, Declined

WHOLE = {"domain": "integer", "lower": 0, "upper": 10}


def bound(
    *constraints: str,
    maximize: str = "",
    minimize: str = "",
    variables: dict[str, Any] | None = None,
    **sections: Any,
) -> Model:
    goal = {"sense": "maximize", "expression": maximize} if maximize else {"sense": "satisfy"}
    document = {
        "variables": variables or {"x": WHOLE, "y": WHOLE},
        "objective": {"sense": "minimize", "expression": minimize} if minimize else goal,
        "constraints": {f"c{n}": text for n, text in enumerate(constraints, 1)},
        **sections,
    }
    return bind(Formulation.model_validate(document))


def solved(model: Model, **options: Any) -> Solution:
    return CpSat().solve(model, Options(**options))


def optimum(model: Model, **options: Any) -> float:
    solution = solved(model, **options)
    assert solution.outcome is Outcome.OPTIMAL
    assert solution.point is not None
    assert solution.objective is not None
    assert solution.bound is not None
    assert agree(solution.bound, solution.objective)
    found = evaluate(model, solution.point)
    assert found.feasible()
    assert agree(next(iter(found.objectives.values())), solution.objective)
    return solution.objective


def refusal(model: Model) -> str:
    with pytest.raises(Declined) as error:
        solved(model)
    return str(error.value)


# models


@pytest.mark.parametrize(
    "name",
    [
        "assignment",
        "knapsack",
        "min_max",
        "project_selection",
        "quadratic_assignment",
        "quantity_discount",
        "set_covering",
        "set_packing",
    ],
)
def test_an_example_has_its_stated_optimum(name: str) -> None:
    document = Formulation.load(examples.path(name))
    assert optimum(bind(document)) == document.optimum


def test_the_magic_square_is_found() -> None:
    model = bind(Formulation.load(examples.path("magic_hives")))
    solution = solved(model)
    assert solution.outcome is Outcome.OPTIMAL
    assert list(solution.values("hive").values()) == [2, 7, 6, 9, 5, 1, 4, 3, 8]
    assert solution.objective == solution.bound == 0


def test_the_job_shop_in_whole_hours_has_the_optimum_of_the_example() -> None:
    document = Formulation.load(examples.path("job_shop"))
    whole = {
        name: entry.model_copy(update={"domain": "integer"}) for name, entry in document.variables.items()
    }
    assert optimum(bind(document.model_copy(update={"variables": whole}))) == document.optimum


def test_levels_of_objectives_are_solved_one_by_one() -> None:
    model = bind(Formulation.load(examples.path("lexicographic")))
    ours, theirs = solve(model, "cpsat"), solve(model, "highs")
    assert ours.outcome is theirs.outcome is Outcome.OPTIMAL
    assert ours.point is not None
    assert theirs.point is not None
    assert evaluate(model, ours.point).objectives == evaluate(model, theirs.point).objectives


def test_n_queens_by_all_different() -> None:
    model = bound(
        "all_different(q[i] for i in I)",
        "all_different(q[i] + i for i in I)",
        "all_different(q[i] - i for i in I)",
        sets={"I": "1..8"},
        variables={"q": {"index": "i in I", "domain": "integer", "lower": 1, "upper": 8}},
    )
    columns = solved(model).values("q")
    assert len({(v, v + k, v - k) for (k,), v in columns.items() if isinstance(k, int)}) == 8
    rows = [(int(k), v) for (k,), v in columns.items()]
    assert all(abs(a - b) != abs(v - w) and v != w for (a, v), (b, w) in itertools.combinations(rows, 2))


def tariff(x: int) -> float:
    return 2 * x if x <= 4 else 8 - 1.5 * (x - 4) if x <= 6 else 5 + 2 * (x - 6)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x * y - x ** 2", lambda x, y: x * y - x**2),
        ("min(x, 2 * y, 7) - abs(x - 4)", lambda x, y: min(x, 2 * y, 7) - abs(x - 4)),
        (
            "piecewise(x, [(0, 0), (4, 8), (6, 5)], right=2) - holds(x > 4) * y",
            lambda x, y: tariff(x) - (x > 4) * y,
        ),
        (
            "piecewise(x, [(0, 0), (4, 8), (6, 5)], right=2) - x * 1.25 + 0 * y",
            lambda x, y: tariff(x) - 1.25 * x,
        ),
        (
            "holds(x > y) + 2 * holds(not (x >= y)) + 4 * holds(x + y == 3)",
            lambda x, y: (x > y) + 2 * (x < y) + 4 * (x + y == 3),
        ),
        ("x * y * (x - y) / 4", lambda x, y: x * y * (x - y) / 4),
        ("max(x - y, y - x) + 0.5 * holds(x != 10)", lambda x, y: abs(x - y) + 0.5 * (x != 10)),
        ("prod(i + x for i in I) - x * y", lambda x, y: x * (1 + x) - x * y),
    ],
)
def test_functions_of_decisions(text: str, value: Callable[[int, int], float]) -> None:
    values = list(itertools.starmap(value, itertools.product(range(11), repeat=2)))
    assert optimum(bound(maximize=text, sets={"I": [0, 1]})) == pytest.approx(max(values))
    assert optimum(bound(minimize=text, sets={"I": [0, 1]})) == pytest.approx(min(values))


COUNTS: dict[str, Callable[[int, int], bool]] = {
    "at_least": operator.ge,
    "at_most": operator.le,
    "exactly": operator.eq,
}


@pytest.mark.parametrize("name", COUNTS)
@pytest.mark.parametrize("negated", [False, True])
def test_counts_and_their_opposites(name: str, negated: bool) -> None:
    for k, true in itertools.product(range(4), range(4)):
        truths = ", ".join("x >= 1" if place < true else "x < 1" for place in range(3))
        count = f"{name}({k}, {truths})"
        model = bound("x >= 1", f"not {count}" if negated else count, maximize="x + y")
        expected = COUNTS[name](true, k) != negated
        assert (solved(model).outcome is Outcome.OPTIMAL) == expected, (name, k, true)


def test_strict_and_unequal_leave_a_distance_between_whole_values_only() -> None:
    assert optimum(bound("x < 7", "x != 6", "x != y", maximize="x + y")) == 15
    assert optimum(bound("0.5 * x < 3", maximize="x + 0 * y")) == 6


def test_a_chain_and_a_data_condition() -> None:
    model = bound("1 <= x - y <= 2 if limit > 3 else x == 0", maximize="2 * x - y", parameters={"limit": 4})
    assert optimum(model) == 12


# scaling


def test_decimals_scale_exactly() -> None:
    model = bound("0.1 * x + 0.2 * y <= 0.3", maximize="0.1 * x + 0.2 * y")
    assert optimum(model) == 0.3
    assert optimum(bound("0.0000001 * x <= 0.0000003", maximize="x + y / 3")) == pytest.approx(3 + 10 / 3)


def test_a_division_in_the_text_is_a_fraction() -> None:
    assert optimum(bound("x / 3 + y / 7 <= 1", maximize="x + y")) == 7


@pytest.mark.parametrize("value", [1 / 3, 0.1 + 0.2, 1e-10])
def test_a_coefficient_that_is_no_short_decimal_is_refused(value: float) -> None:
    message = refusal(bound("y + a * x <= 4", maximize="x", parameters={"a": value}))
    assert message.startswith(f"constraints.c1: the coefficient of x, {value!r}, can't be made whole")
    assert "leave the choice of the solver to Quintet" in message


def test_an_objective_that_does_not_scale_is_refused() -> None:
    message = refusal(bound("x <= 4", maximize="x * a + y", parameters={"a": 2**0.5}))
    assert message.startswith("objective.expression: the coefficient of x, 1.414213562")


def test_a_row_in_a_family_is_named() -> None:
    model = bound(
        variables={"x": {**WHOLE, "index": "i in I"}},
        sets={"I": ["a", "b"]},
        parameters={"w": {"index": "i in I", "values": {"a": 1, "b": 1 / 7}}},
        constraints={"room": {"for": "i in I", "expression": "w[i] * x[i] <= 3"}},
    )
    assert refusal(model).startswith("constraints.room[b]: the coefficient of x[b], 0.14285714285714285")


@pytest.mark.parametrize(("limit", "most"), [(10 / 3, 3), (2 / 3, 0), (-1e-12, None)])
def test_a_long_constant_is_settled_only_where_rounding_could_not_matter(
    limit: float, most: float | None
) -> None:
    model = bound("x <= limit", maximize="x + 0 * y", parameters={"limit": limit})
    if most is None:
        assert "the constant" in refusal(model)
    else:
        assert optimum(model) == most


def test_a_constant_that_floats_have_missed_is_refused() -> None:
    message = refusal(bound("x <= limit", maximize="x", parameters={"limit": 0.1 * 3 * 10}))
    assert "c1: the constant" in message
    assert "-3.0000000000000004" in message


def test_numbers_beyond_64_bits_are_refused() -> None:
    assert optimum(bound("a * x <= 3 * a", maximize="x + y", parameters={"a": 1e15})) == 13
    message = refusal(bound("a * x + b * y <= 3", maximize="x", parameters={"a": 1e15, "b": 1e-5}))
    assert "constraints.c1: scaled to whole numbers, the coefficient of x is 1e+20" in message
    assert "beyond what CP-SAT counts to" in refusal(bound(maximize="x * a + y", parameters={"a": 1e19}))
    assert "a product goes up to 1e+32" in refusal(bound(maximize="x ** 64 + y"))


# variables


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            {"domain": "integer", "lower": 0, "upper": None},
            "variables.x.upper: CP-SAT needs bounds on every decision, and x has no upper bound; give upper",
        ),
        ({"domain": "integer", "lower": -1e20, "upper": 3}, "x has no lower bound"),
        ({"domain": "integer", "lower": 0, "upper": 1e19}, "variables.x: x goes up to 1e+19"),
        (
            {"domain": "continuous", "lower": 0, "upper": 3},
            "variables.x.domain: CP-SAT takes whole decisions only, and 'x' is continuous",
        ),
        ({"domain": "semicontinuous", "lower": 1, "upper": 3}, "'x' is semicontinuous"),
    ],
)
def test_a_decision_that_cp_sat_can_not_take_is_named(entry: dict[str, Any], message: str) -> None:
    assert message in refusal(bound("x <= 2", maximize="x", variables={"x": entry}))


def test_bounds_between_whole_numbers_are_drawn_in() -> None:
    box = {"domain": "integer", "lower": 0.5, "upper": 2.9999999999}
    assert optimum(bound(maximize="x", variables={"x": box})) == 3
    assert optimum(bound(minimize="x", variables={"x": box})) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x / y <= 2", "constraints.c1: CP-SAT does not divide by a decision, as 'x / y' does"),
        ("2 ** x <= 8", "decision as exponent"),
        ("x ** 0.5 <= 2", "takes no power 0.5, as in 'x ** 0.5'"),
        ("sqrt(x) <= 2", "CP-SAT has no sqrt of decisions"),
        ("no_overlap((x, 2))", "no_overlap is not handed to CP-SAT in this version"),
        ("x + y <= 2 if holds(1 > 0) else x == 1", "CP-SAT has no holds where only data may stand"),
    ],
)
def test_what_cp_sat_has_nothing_for_is_named(text: str, message: str) -> None:
    assert message in refusal(bound(text, maximize="x + y"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x / zero <= 2", "constraints.c1: division by 0 in 'x / zero'"),
        ("x <= 1 / zero", "constraints.c1: division by 0"),
        ("sum(z[i + 1] for i in I) <= 2", "constraints.c1: z[3] is outside the index of 'z'"),
        ("x + max(z[i] for i in I if i > 5) <= 2", "max of nothing"),
        ("piecewise(x, [(1, 1), (1, 2)]) <= 2", "do not increase"),
        ("x <= prev(first(I))", "prev leaves the set"),
    ],
)
def test_a_row_without_a_value_is_an_error(text: str, message: str) -> None:
    model = bound(
        text,
        maximize="x",
        sets={"I": [1, 2]},
        parameters={"zero": 0},
        variables={"x": WHOLE, "z": {**WHOLE, "index": "i in I"}},
    )
    with pytest.raises(DataError) as error:
        solved(model)
    assert message in str(error.value)


# statuses


def test_an_infeasible_model() -> None:
    assert solved(bound("x + y >= 3", "2 * x + 2 * y == 5", maximize="x")).outcome is Outcome.INFEASIBLE
    solution = solved(bound("x + y >= 21", maximize="x"))
    assert solution.outcome is Outcome.INFEASIBLE
    assert solution.message == "constraints.c1 can't hold, whatever is decided"
    searched = solved(bound("x * y == 7", "x - y == 4", maximize="x"))
    assert (searched.outcome, searched.point, searched.message) == (Outcome.INFEASIBLE, None, "")


def test_a_row_of_data_alone_is_judged_within_tolerance() -> None:
    tenth = {"a": {"index": "i in I", "values": [0.1] * 10}}
    sets = {"I": "1..10"}
    model = bound("sum(a[i] for i in I) + 0 * x == 1", maximize="x + y", sets=sets, parameters=tenth)
    assert optimum(model) == 20


def test_the_solution_is_complete() -> None:
    model = bound("x + y <= 7", maximize="3 * x + 2 * y")
    solution = solved(model)
    assert solution.solver == "cpsat"
    assert solution.version == CpSat().available().version
    assert solution.version.split(".")[0].isdigit()
    assert (solution.value("x"), solution.value("y")) == (7, 0)
    assert solution.problem_class.value == "MILP"
    assert (solution.gap, solution.stopped_by, solution.log) == (0, "", "")
    assert solution.duals is None


def hard(columns: int = 40, rows: int = 5) -> Model:
    """A market split: equations over 0-1 variables, far beyond what any solver searches through."""
    random = Random(1)
    weights = [[random.randint(0, 99) for _ in range(columns)] for _ in range(rows)]
    return bound(
        sets={"R": f"1..{rows}", "I": f"1..{columns}"},
        parameters={
            "w": {"index": "r in R for i in I", "values": weights},
            "half": {"index": "r in R", "values": [sum(row) // 2 for row in weights]},
        },
        variables={"x": {"index": "i in I", "domain": "binary"}},
        objective={
            "sense": "minimize",
            "expression": "sum(abs(sum(w[r, i] * x[i] for i in I) - half[r]) for r in R) / 10 + 0.5",
        },
    )


def test_a_limit_with_a_point_in_hand_is_a_success_with_a_bound() -> None:
    solution = solved(hard(), extra={"stop_after_first_solution": True})
    assert solution.outcome is Outcome.FEASIBLE
    assert solution.stopped_by == "limit"
    assert solution.point is not None
    assert solution.objective is not None
    assert solution.bound is not None
    assert evaluate(hard(), solution.point).feasible()
    assert solution.bound < solution.objective
    assert solution.bound >= 0.5


def test_a_time_limit_without_a_point() -> None:
    solution = solved(hard(), time_limit=1e-9)
    assert solution.outcome is Outcome.LIMIT_NO_SOLUTION
    assert solution.stopped_by == "time limit"
    assert solution.point is None


def test_a_gap_is_in_the_units_of_the_user() -> None:
    solution = solved(hard(), absolute_gap=1e6)
    assert solution.outcome is Outcome.FEASIBLE
    assert solution.stopped_by == "gap"
    # The offset counts in a relative gap: 1000 + x is never more than 1.1 % from its bound.
    wide = bound("x * y <= 50", "x != 3 * y", maximize="1000 + x")
    solution = solved(wide, gap=0.02)
    assert solution.objective is not None
    assert solution.bound is not None
    assert 1000 <= solution.objective <= 1010 <= solution.bound + 1e-9


# options


def test_options_reach_cp_sat(capfd: pytest.CaptureFixture[str]) -> None:
    chosen = {"linearization_level": "2", "cp_model_presolve": "off", "search_branching": "fixed_search"}
    solution = solved(bound("x + y <= 7", maximize="x"), log=True, seed=5, threads=2, extra=chosen)
    assert solution.outcome is Outcome.OPTIMAL
    printed = "linearization_level: 2", "random_seed: 5", "num_workers: 2", "search_branching: FIXED_SEARCH"
    assert all(part in solution.log for part in (*printed, "cp_model_presolve: false"))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (
            "max_time_in_second",
            3,
            "CP-SAT has no parameter 'max_time_in_second'; did you mean 'max_time_in_seconds'?",
        ),
        ("mip_gap", 0.1, "CP-SAT has no parameter 'mip_gap'"),
        ("num_workers", "two", "CP-SAT parameter num_workers: 'two' can't be used; give a whole number"),
        ("num_workers", 1.5, "give a whole number"),
        ("cp_model_presolve", "perhaps", "give true or false"),
        ("relative_gap_limit", "x", "give a number"),
        ("search_branching", "clever", "give one of AUTOMATIC_SEARCH, FIXED_SEARCH"),
        ("log_to_stdout", True, "it can't be changed"),
    ],
)
def test_a_wrong_option_is_named(name: str, value: Any, message: str) -> None:
    with pytest.raises(SolverError) as error:
        solved(bound(maximize="x + y"), extra={name: value})
    assert message in str(error.value)


def test_a_model_that_cp_sat_refuses_is_an_error() -> None:
    model = load_cp_model().CpModel()
    x = model.new_int_var(0, 2**62 - 1, "x")
    model.add(8 * x <= 5)
    with pytest.raises(SolverError, match="CP-SAT refuses the model: Possible integer overflow"):
        Session(Options()).run(model)


# routing


def test_it_is_a_solver() -> None:
    assert isinstance(find("cpsat"), Solver)


@pytest.mark.parametrize(
    ("constraint", "solver"),
    [
        ("x + y <= 7", "highs"),
        ("x + max(x, y) <= 7", "highs"),
        ("sum(x for i in I if i != 2) <= 7", "highs"),
        ("x != y", "cpsat"),
        ("x <= 3 or y <= 2", "cpsat"),
        ("x + 4 * holds(y >= 4) <= 7", "cpsat"),
        ("all_different(x, y)", "cpsat"),
        ("at_most(1, (x >= i for i in I))", "cpsat"),
        ("twice <= 7", "cpsat"),
    ],
)
def test_logic_of_whole_decisions_goes_to_cp_sat(constraint: str, solver: str) -> None:
    model = bound(constraint, maximize="x + y", sets={"I": [1, 2]}, expressions=named(constraint))
    solution = solve(model)
    assert solution.solver == solver
    assert solution.outcome is Outcome.OPTIMAL
    assert solve(model, "cpsat").objective == pytest.approx(solution.objective)


def named(constraint: str) -> dict[str, Any]:
    return {"twice": "2 * x + piecewise(y, [(0, 0), (3, 1)])"} if "twice" in constraint else {}


def test_what_cp_sat_declines_goes_another_way(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def declining(self: CpSat, model: Model, options: Options) -> Solution:
        asked.append(self.name)
        raise Declined("not this one")

    monkeypatch.setattr(CpSat, "solve", declining)
    with pytest.raises(SolverError) as error:
        solve(bound("no_overlap((x, 2))", "x != y", maximize="x"))
    assert asked == ["cpsat"]
    assert "not this one" not in str(error.value)


def test_without_or_tools_it_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CpSat, "available", lambda self: Availability(False, install="pip install x"))
    with pytest.raises(MissingDependency, match="OR-Tools is not installed; run: pip install x"):
        solve(bound("x != y", maximize="x"), "cpsat")


def test_a_chosen_cp_sat_says_itself_why_not() -> None:
    model = bound("x <= 3", maximize="x", variables={"x": {"lower": 0, "upper": 4}})
    with pytest.raises(Declined, match="'x' is continuous"):
        solve(model, "cpsat")


# the process

INTERRUPT = """
import os, signal, sys, threading
from tests.solvers.test_cpsat import hard
from quintet.solvers import Options
from quintet.solvers.cpsat import CpSat
from quintet.solvers.cp.session import Session

begun = threading.Event()
run = Session.run
def observed(self, model):
    self._solver.log_callback = lambda line: begun.set() if 'Starting search' in line else None
    return run(self, model)
Session.run = observed
def interrupt():
    begun.wait(30)
    os.kill(os.getpid(), signal.SIGINT)
threading.Thread(target=interrupt, daemon=True).start()
try:
    CpSat().solve(hard(), Options(time_limit=60, log=True))
    print("finished")
except KeyboardInterrupt:
    print("interrupted")
"""


def in_a_process(code: str) -> tuple[int, str, str]:
    root = Path(__file__).resolve().parents[2]
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=50, check=False
    )
    return run.returncode, run.stdout.strip(), run.stderr.strip()


def test_ctrl_c_stops_the_solve() -> None:
    assert in_a_process(INTERRUPT) == (0, "interrupted", "")


@pytest.mark.parametrize("order", [("highspy", "ortools", "pyscipopt"), ("pyscipopt", "ortools", "highspy")])
def test_the_solvers_live_in_one_process(order: tuple[str, ...]) -> None:
    """highspy 1.15 and ortools 9.15 each load a library of the same name, and the second fails."""
    pytest.importorskip("pyscipopt")
    loads = {
        "highspy": "import highspy; assert highspy.Highs().version()",
        "ortools": "from ortools.sat.python import cp_model; cp_model.CpSolver().solve(cp_model.CpModel())",
        "pyscipopt": "import pyscipopt; pyscipopt.Model()",
    }
    assert in_a_process("\n".join(loads[name] for name in order)) == (0, "", "")


def test_routing_loads_no_or_tools() -> None:
    code = (
        "import sys\nfrom quintet.solvers.registry import find\nfound = find('cpsat').available()\n"
        "print(found.ok, [m for m in ('ortools', 'pandas', 'highspy') if m in sys.modules])"
    )
    assert in_a_process(code) == (0, "True []", "")


def test_points_are_whole_numbers() -> None:
    solution = solved(bound("x + y <= 7", "x >= 2", minimize="x"))
    assert solution.point is not None
    values = np.concatenate(list(solution.point.values()))
    assert np.array_equal(values, np.round(values))
