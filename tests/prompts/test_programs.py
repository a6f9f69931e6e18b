"""What the coder is taught runs: the example program, and every library's lines."""

from __future__ import annotations

import re
from typing import Any

import pytest

from quintet.prompts.library import piece

FENCE = re.compile(r"```python\n(.*?)```", re.DOTALL)
LIBRARIES = FENCE.findall(piece("parts/libraries.md"))
(PROGRAM,) = FENCE.findall(piece("parts/program_example.md"))


def run(program: str) -> dict[str, Any]:
    room: dict[str, Any] = {}
    exec(compile(program, "program.py", "exec"), room)
    return room


def test_the_example_finds_the_optimum_and_its_check_agrees() -> None:
    room = run(PROGRAM)
    found = room["solve"]({})
    assert found == {"status": "optimal", "objective": 1220, "decisions": {"rent": {"small": 8, "large": 2}}}
    checked = room["check"]({}, found["decisions"])
    assert checked["objective"] == 1220
    assert set(checked["violations"].values()) == {0}


def test_the_optimum_of_the_example_by_enumeration() -> None:
    costs = (100 * s + 210 * b for s in range(20) for b in range(5) if 6 * s + 14 * b >= 75)
    assert min(costs) == 1220


def test_the_example_says_infeasible() -> None:
    room = run(PROGRAM)
    room["PALLETS"] |= {"small": 0}
    assert room["solve"]({}) == {"status": "infeasible", "objective": None, "decisions": {}}


@pytest.mark.parametrize(
    ("rent", "clause", "missed"),
    [
        ({"small": 8, "large": 1}, "75 pallets have to be moved", 13),
        ({"small": 3, "large": 5}, "at most four large vans", 1),
        ({"small": -1, "large": 4}, "no negative number of vans", 1),
        ({"small": 8.25, "large": 2}, "whole vans", 0.25),
    ],
)
def test_the_check_of_the_example_measures(rent: dict[str, float], clause: str, missed: float) -> None:
    assert run(PROGRAM)["check"]({}, {"rent": rent})["violations"][clause] == missed


@pytest.mark.parametrize(("number", "value", "amount"), [(0, 13, 4), (1, 32, 4), (2, 5 + 2.4**0.5, 5)])
def test_the_lines_of_a_library_run(number: int, value: float, amount: float) -> None:
    room = run(LIBRARIES[number])
    assert room["value"] == pytest.approx(value, abs=1e-6)
    assert room["amount"] == pytest.approx(amount)
    assert room.get("optimal", True)


def test_there_are_lines_for_three_libraries() -> None:
    assert len(LIBRARIES) == 3


def test_pyomo_knows_the_solvers_that_the_coder_is_told_of() -> None:
    import pyomo.environ as pyo

    told = re.findall(r'SolverFactory\("(\w+)"\)', piece("parts/libraries.md"))
    assert told == ["appsi_highs", "scip_direct"]
    for name in told:
        model = pyo.ConcreteModel()
        model.x = pyo.Var(bounds=(0, 4))
        model.gain = pyo.Objective(expr=model.x, sense=pyo.maximize)
        assert str(pyo.SolverFactory(name).solve(model).solver.termination_condition) == "optimal"
        assert pyo.value(model.x) == pytest.approx(4)
