"""The three forms of a program, where its objective is found, and capture of its model."""

from __future__ import annotations

import re

import pytest

from quintet.solvers.sandbox import Check, LocalSandbox, Solve, Source, Status

PYOMO = """
import pyomo.environ as pyo
def build():
    m = pyo.ConcreteModel()
    m.x = pyo.Var(bounds=(0, 4)); m.y = pyo.Var(bounds=(0, 3))
    m.c = pyo.Constraint(expr=m.x + 2 * m.y <= {right})
    m.o = pyo.Objective(expr=3 * m.x + 2 * m.y, sense=pyo.maximize)
    return m
def main():
    model = build()
    results = pyo.SolverFactory("{solver}").solve(model, load_solutions={load})
main()
"""

CONTRACT = """
def solve(data):
    best = max(range(data["most"] + 1), key=lambda n: data["price"] * n)
    return {"decisions": {("make", 1): best}, "objective": data["price"] * best}

def check(data, decisions):
    made = decisions[("make", 1)] if ("make", 1) in decisions else decisions["make,1"]
    return {"objective": data["price"] * made, "violations": {"most": max(0, made - data["most"])}}
"""


def test_contract_on_several_data_sets(sandbox: LocalSandbox) -> None:
    first, second = {"most": 4, "price": 2}, {"most": 7, "price": 3}
    calls = [
        Solve(first),
        Check(first, solved_by=0),
        Solve(second),
        Check(first, {"make,1": 7}),
    ]
    run = sandbox.run(CONTRACT, calls=calls)
    assert run.status is Status.OK, run
    assert [result.objective for result in run.results] == [8, 8, 21, 14]
    assert run.results[0].decisions == {"make,1": 4}
    assert run.results[1].violations == {"most": 0}
    assert run.results[3].violations == {"most": 3}
    assert run.claim is not None
    assert (run.claim.objective, run.claim.source) == (8, Source.CALL)


def test_one_call_that_fails_does_not_take_the_others(sandbox: LocalSandbox) -> None:
    run = sandbox.run(CONTRACT, calls=[Solve({"most": 4}), Solve({"most": 4, "price": 2})])
    assert run.status is Status.ERROR
    assert [result.status for result in run.results] == [Status.ERROR, Status.OK]
    assert "KeyError: 'price'" in run.results[0].detail
    assert 'File "program.py", line 3' in run.results[0].traceback
    assert "harness" not in run.results[0].traceback


def test_a_contract_without_its_function(sandbox: LocalSandbox) -> None:
    run = sandbox.run("def solve(data): return {'decisions': {}, 'objective': 0}", calls=[Check({}, {})])
    assert run.status is Status.NO_RESULT
    assert "defines no function check" in run.detail


@pytest.mark.parametrize(
    ("returned", "words"),
    [
        ("{1, 2}", "a builtins.set"),
        ("None", "null, not a mapping"),
        ("{'objective': 1}", "no 'decisions'"),
        ("{'decisions': {}, 'objective': 'two'}", "is a str, not a number"),
        ("{'decisions': {}, 'objective': float('nan')}", "not a finite number"),
        ("{'decisions': {'x': float('inf')}, 'objective': 1}", "solve['decisions']['x'] is inf"),
        ("{'decisions': {'x': object()}, 'objective': 1}", "a builtins.object"),
        ("{'decisions': circle, 'objective': 1}", "contains itself"),
        ("{'decisions': {}, 'objective': 10 ** 400}", "too large"),
        ("{'decisions': {}, 'objective': 10 ** 5000}", "4300 digits"),
    ],
)
def test_what_is_not_plain_is_said(sandbox: LocalSandbox, returned: str, words: str) -> None:
    program = f"circle = {{}}\ncircle['self'] = circle\ndef solve(data): return {returned}"
    run = sandbox.run(program, calls=[Solve({})])
    assert run.status in (Status.NO_RESULT, Status.ERROR)
    assert words in run.detail


def test_numpy_values_are_unwrapped(sandbox: LocalSandbox) -> None:
    pytest.importorskip("numpy")
    program = """
import numpy as np
def solve(data):
    return {"decisions": {np.int64(3): np.float64(1.5), "v": np.arange(3)}, "objective": np.float32(2)}
"""
    run = sandbox.run(program, calls=[Solve({})])
    assert run.results[0].decisions == {"3": 1.5, "v": [0, 1, 2]}


def test_report_comes_before_all_else(sandbox: LocalSandbox) -> None:
    run = sandbox.run("print('Optimal objective: 1')\nreport(objective=2, variables={'x': 3})")
    assert run.claim is not None
    assert (run.claim.objective, run.claim.source, run.claim.variables) == (2, Source.REPORT, {"x": 3})


@pytest.mark.parametrize("solver", ["appsi_highs", "highs"])
def test_a_pyomo_model_left_in_a_function(sandbox: LocalSandbox, solver: str) -> None:
    pytest.importorskip("pyomo")
    run = sandbox.run(PYOMO.format(right=8, solver=solver, load=True), capture="lp")
    assert run.claim is not None, run
    assert run.claim.source is Source.SOLVER_OBJECT
    assert run.claim.objective == pytest.approx(16)
    assert run.claim.variables == pytest.approx({"x": 4, "y": 2})
    assert run.model is not None
    assert "+3 x" in run.model.text
    assert run.model.library == "pyomo"


def test_an_infeasible_pyomo_model_claims_no_objective(sandbox: LocalSandbox) -> None:
    pytest.importorskip("pyomo")
    run = sandbox.run(PYOMO.format(right=-1, solver="appsi_highs", load=False))
    assert run.status is Status.OK
    assert run.claim is not None
    assert run.claim.objective is None
    assert run.claim.outcome == "infeasible"


HIGHS = """
import highspy
h = highspy.Highs(); h.silent()
x = h.addVariable(lb=0, ub=4, name="x"); y = h.addVariable(lb=0, ub=3, name="y")
h.addConstr(x + 2 * y <= 8)
h.maximize(3 * x + 2 * y)
"""
SCIP = """
from pyscipopt import Model
def run():
    m = Model(); m.hideOutput()
    x = m.addVar("x", lb=0, ub=4); y = m.addVar("y", lb=0, ub=3)
    m.addCons(x + 2 * y <= 8); m.setObjective(3 * x + 2 * y, "maximize"); m.optimize()
run()
"""
CP_SAT = """
from ortools.sat.python import cp_model
m = cp_model.CpModel()
x = m.new_int_var(0, 4, "x"); y = m.new_int_var(0, 3, "y")
m.add(x + 2 * y <= 8); m.maximize(3 * x + 2 * y)
solver = cp_model.CpSolver(); solver.parameters.num_workers = 2
solver.solve(m)
"""
LINEAR = """
from ortools.linear_solver import pywraplp
solver = pywraplp.Solver.CreateSolver("GLOP")
x = solver.NumVar(0, 4, "x"); y = solver.NumVar(0, 3, "y")
solver.Add(x + 2 * y <= 8); solver.Maximize(3 * x + 2 * y); solver.Solve()
"""
MATHOPT = """
from ortools.math_opt.python import mathopt
m = mathopt.Model()
x = m.add_variable(lb=0, ub=4, name="x"); y = m.add_variable(lb=0, ub=3, name="y")
m.add_linear_constraint(x + 2 * y <= 8); m.maximize(3 * x + 2 * y)
result = mathopt.solve(m, mathopt.SolverType.GLOP)
"""
PULP = """
import pulp
p = pulp.LpProblem("p", pulp.LpMaximize)
x = pulp.LpVariable("x", 0, 4); y = pulp.LpVariable("y", 0, 3)
p += 3 * x + 2 * y; p += x + 2 * y <= 8
p.solve(pulp.HiGHS(msg=False))
"""


@pytest.mark.parametrize(
    ("library", "program", "written"),
    [
        ("highspy", HIGHS, True),
        ("pyscipopt", SCIP, True),
        ("ortools", CP_SAT, False),
        ("ortools", LINEAR, True),
        ("ortools", MATHOPT, False),
        ("pulp", PULP, True),
    ],
    ids=["highspy", "pyscipopt", "cp_sat", "pywraplp", "mathopt", "pulp"],
)
@pytest.mark.parametrize("form", ["lp", "mps"])
def test_solver_objects_and_capture(
    sandbox: LocalSandbox, library: str, program: str, written: bool, form: str
) -> None:
    pytest.importorskip(library)
    run = sandbox.run(program, capture="lp" if form == "lp" else "mps")
    assert run.claim is not None, run
    assert run.claim.objective == pytest.approx(16)
    assert run.claim.source is Source.SOLVER_OBJECT
    assert run.claim.detail.startswith(library)
    assert run.claim.variables == pytest.approx({"x": 4, "y": 2})
    assert run.model is not None
    assert bool(run.model.text) == written, run.model
    if written:
        assert re.search(
            r"(?im)^(subject to|s\.t\.|st)\b" if form == "lp" else "^ROWS", run.model.text, re.MULTILINE
        )
    else:
        assert run.model.note


def test_a_captured_model_is_the_same_model(sandbox: LocalSandbox, tmp_path) -> None:
    highspy = pytest.importorskip("highspy")
    for form in ("lp", "mps"):
        run = sandbox.run(HIGHS, capture=form)  # pyright: ignore[reportArgumentType]
        assert run.model is not None
        (tmp_path / f"m.{form}").write_text(run.model.text)
        again = highspy.Highs()
        again.silent()
        again.readModel(str(tmp_path / f"m.{form}"))
        again.run()
        assert abs(again.getInfo().objective_function_value) == pytest.approx(16)


@pytest.mark.parametrize(
    ("printed", "objective"),
    [
        ("Optimal objective: 42.5", 42.5),
        ("Total cost = $1,234.50", 1234.5),
        ("step 1 cost: 9\nThe optimal value is: -3e2\ntotal time: 7", -300),
        ("17", 17),
        ("Optimal objective: value = 3.", 3),
        ("Optimal solution found\nObjective value: 8\nx: 4", 8),
        ("x = 3\ny = 4\n99.5\n", 99.5),
    ],
)
def test_printed_text_comes_last(sandbox: LocalSandbox, printed: str, objective: float) -> None:
    run = sandbox.run(f"print({printed!r})")
    assert run.claim is not None, run
    assert (run.claim.objective, run.claim.source) == (objective, Source.PRINTED)


def test_nothing_found_is_no_result(sandbox: LocalSandbox) -> None:
    run = sandbox.run("print('no number here')")
    assert run.status is Status.NO_RESULT
    assert "without report()" in run.detail


def test_keeping_objects_changes_nothing_in_the_program(sandbox: LocalSandbox) -> None:
    program = '''
def documented(n):
    """Its text."""
    value = int(n)
    if n: return documented(n - 1) + value
    return 0
def generator():
    x = int(3)
    yield x
    yield x + 1
class Thing:
    def method(self):
        made = dict(a=1)
        return made
report(objective=documented(10), variables={
    "text": documented.__doc__, "list": list(generator()), "made": Thing().method()})
'''
    run = sandbox.run(program)
    assert run.claim is not None, run
    assert run.claim.objective == 55
    assert run.claim.variables == {"text": "Its text.", "list": [3, 4], "made": {"a": 1}}
