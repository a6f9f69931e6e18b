"""What holds of the optional solvers without their packages: who is asked, what is missing."""

from __future__ import annotations

import math
import sys
from importlib.metadata import PackageNotFoundError
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintet.errors import DataError, MissingDependency, SolverError
from quintet.formulation import Formulation, bind
from quintet.formulation.model import Model
from quintet.solvers import gurobi, ipopt, solve
from quintet.solvers.gurobi import Gurobi
from quintet.solvers.ipopt import Ipopt
from quintet.solvers.ipopt_model import starting_points
from quintet.solvers.quadratic_rows import compile_quadratic
from quintet.solvers.registry import find
from quintet.solvers.solver import LocalSolver, Solver

BOX = "variables: {x: {lower: 0, upper: 4}}\n"
LINEAR = BOX + "objective: {sense: maximize, expression: x}"
WAVES = BOX + 'objective: {sense: minimize, expression: "sin(x) - x / 10"}'
QUADRATIC = """
sets: {I: 1..3}
parameters: {a: {index: [I], values: [1, 0, 2]}}
variables: {x: {index: [I], lower: 0, upper: 3}, y: {lower: -2, upper: 2}}
objective: {sense: minimize, expression: "y ** 2"}
constraints:
  linear: "x[1] + y <= 2"
  chain: {for: "i in I if i < 3", expression: "1 <= x[i] * x[i + 1] + a[i] * y <= 4 - x[i]"}
  square: "(y - x[2]) ** 2 == 3 * x[1] + 2"
"""


def bound(text: str) -> Model:
    return bind(Formulation.loads(text))


def test_ipopt_is_never_the_default_choice() -> None:
    assert isinstance(find("ipopt"), LocalSolver)
    assert not find("ipopt").classes
    assert solve(bound(WAVES)).solver == "scip"
    with pytest.raises(SolverError, match="ipopt doesn't solve a model of class MILP; highs and scip can"):
        solve(bound("variables: {n: {domain: binary}}\nobjective: {sense: maximize, expression: n}"), "ipopt")


def test_gurobi_is_never_the_default_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(find("gurobi"), Solver)
    assert solve(bound(LINEAR)).solver == "highs"
    monkeypatch.setattr("quintet.solvers.highs.Highs.available", lambda _: gurobi.Availability(False))
    assert solve(bound(LINEAR)).solver == "scip"
    nonlinear = bound(BOX + 'objective: {sense: minimize, expression: "exp(x)"}')
    with pytest.raises(SolverError, match="gurobi doesn't solve a model of class NLP; scip can"):
        solve(nonlinear, "gurobi")


def test_a_missing_casadi(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(ipopt, "version", missing)
    assert Ipopt().available().install == "pip install 'quintet[local]'"
    monkeypatch.setitem(sys.modules, "casadi", None)
    with pytest.raises(MissingDependency, match=r"run: pip install 'quintet\[local\]'"):
        solve(bound(WAVES), "ipopt")


def test_a_missing_gurobipy(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(gurobi, "version", missing)
    assert Gurobi().available().install == "pip install gurobipy"
    monkeypatch.setitem(sys.modules, "gurobipy", None)
    with pytest.raises(MissingDependency, match="run: pip install gurobipy"):
        solve(bound(LINEAR), "gurobi")


def test_starting_points_repeat_and_keep_to_the_bounds() -> None:
    lower = np.array([0.0, -np.inf, 3.0, -np.inf, 2.0, -9.0])
    upper = np.array([10.0, np.inf, np.inf, -4.0, 2.0, -1.0])
    points = list(islice(starting_points(lower, upper, 7), 30))
    again = list(islice(starting_points(lower, upper, 7), 30))
    assert all(np.all((lower <= point) & (point <= upper)) for point in points)
    assert np.array_equal(points, again)
    assert len({point.tobytes() for point in points}) == 30
    nearest, middle = np.array([0, 0, 3, -4, 2, -1]), np.array([5, 0, 3, -4, 2, -5])
    assert np.max(np.abs(points[0] - nearest)) <= 0.1
    assert np.max(np.abs(points[1] - middle)) <= 0.1
    assert not np.array_equal(points[2], next(islice(starting_points(lower, upper, 8), 2, None)))


@given(st.lists(st.floats(0, 3), min_size=3, max_size=3), st.floats(-2, 2))
def test_quadratic_rows_say_what_the_formulation_says(x: list[float], y: float) -> None:
    arrays, rows = compile_quadratic(bound(QUADRATIC))
    assert arrays.constraints == ("linear",)
    point = np.array([*x, y])
    first, second = x[0] * x[1] + y, x[1] * x[2]
    expected = [
        *(max(0, 1 - value) for value in (first, second)),
        *(max(0, value + x[at] - 4) / 4 for at, value in enumerate((first, second))),
        abs((y - x[1]) ** 2 - 3 * x[0] - 2) / 2,
    ]
    assert [row.violation(point) for row in rows] == pytest.approx(expected, abs=1e-12)


def test_a_quadratic_row_without_finite_coefficients_is_named() -> None:
    text = QUADRATIC.replace("values: [1, 0, 2]", f"values: [1, {math.prod([10.0] * 300)!r}, 2]")
    text = text.replace("a[i] * y", "a[i] * a[i] * y")
    with pytest.raises(DataError, match=r"constraints.chain: .*not a finite number at i=2"):
        compile_quadratic(bound(text))
