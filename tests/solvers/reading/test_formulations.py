"""The form that a file takes: families by the names in it, numbers as parameters that can be changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyomo.environ as pyo
import pytest
from typer.testing import CliRunner

from quintet.cli import app
from quintet.errors import DocumentError
from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.structure import structure
from quintet.solvers import solve
from quintet.solvers.export import export
from quintet.solvers.reading import open_formulation
from quintet.solvers.reading.labels import FAMILY_LIMIT, groups_of

PLAN = """\\ Mills and towns
Minimize
 cost: 4 ship(A,cola) + 6 ship(A,malt) + 3 ship(B,cola) + 2 overtime + 100
Subject To
 cap(A): ship(A,cola) + ship(A,malt) - overtime <= 30
 cap(B): ship(B,cola) <= 20
 need: ship(A,cola) + ship(B,cola) >= 25
 need_malt: ship(A,malt) = 18
 mix: 1 <= ship(A,cola) - ship(B,cola) + overtime <= 60
Bounds
 overtime <= 12
End
"""


def read(text: str, name: str, folder: Path) -> Formulation:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return open_formulation(path)


def test_the_form_of_a_small_plan(tmp_path: Path) -> None:
    found = json.loads(read(PLAN, "plan.lp", tmp_path).dump("json"))
    assert found["sets"]["Ship"] == [["A", "cola"], ["A", "malt"], ["B", "cola"]]
    assert found["sets"]["Row_at_least"] == {"in": "Row", "values": ["need"]}
    parameters = found["parameters"]
    assert parameters["cost_ship"]["values"] == {"A": {"cola": 4, "malt": 6}, "B": {"cola": 3}}
    assert parameters["cost"]["values"] == {"overtime": 2}
    assert parameters["upper"]["values"] == {"overtime": 12}
    assert parameters["right_cap"]["values"] == {"A": 30, "B": 20}
    assert parameters["right"]["values"] == {"need": 25, "need_malt": 18, "mix": 60}
    assert parameters["left"]["values"] == {"mix": 1}
    assert parameters["coefficient"]["values"] == {"mix": {"overtime": 1}}
    assert parameters["offset"] == 100
    assert list(found["constraints"]) == ["cap", "row_at_least", "row_equal", "row_between"]
    assert found["constraints"]["cap"] == {
        "for": "r in Cap",
        "expression": "sum(cap_ship[r, c1, c2] * ship[c1, c2] for (i, c1, c2) in Cap_ship if i == r)"
        " + sum(cap_column[r, c] * column[c] for (i, c) in Cap_column if i == r) <= right_cap[r]",
    }
    assert found["note"] == "read from plan.lp: 5 rows, 4 columns, 10 nonzeros"


def test_right_sides_costs_and_bounds_can_be_changed(tmp_path: Path) -> None:
    formulation = read(PLAN, "plan.lp", tmp_path)

    def optimum(**changes: object) -> float:
        objective = solve(bind(formulation, changes=changes)).objective
        assert objective is not None
        return objective

    # With b cola from B and overtime o: 100 - b + 2 o, where b <= 12 + o / 2 and 13 - o / 2 <= 12 + o.
    assert optimum() == pytest.approx(208 + 100 - (12 + 1 / 3) + 4 / 3)
    assert optimum(right={"need": 27}) == pytest.approx(208 + 108 - (13 + 2 / 3) + 8 / 3)
    assert optimum(cost={"overtime": 0}) == pytest.approx(208 + 100 - 18)
    assert optimum(upper={"overtime": 1}) == pytest.approx(optimum())
    assert optimum(left={"mix": -60}) == pytest.approx(208 + 100 - 20)


def test_the_check_has_nothing_to_say(tmp_path: Path) -> None:
    model = bind(read(PLAN.replace("overtime <= 12", "-inf <= overtime <= 12"), "plan.lp", tmp_path))
    assert structure(model) == []


def test_names_of_all_kinds_make_families(tmp_path: Path) -> None:
    text = (
        "min\n buy['BEEF'] + buy['FISH'] + x[1,2] + x[2,1] + x[3] + min(1) + r(1) + c(1) + k(1) + sum(a)"
        " + route_('A',_'B') + ship(A,B).1 + for(1) + lone\n"
        "st\n sum(1): buy['BEEF'] + x[3] >= 1\n lim(x,1): x[1,2] + r(1) + c(1) >= 2\n end1: lone >= 3\nend\n"
    )
    formulation = read(text, "names.lp", tmp_path)
    model = bind(formulation)
    assert {name: v.family.keys for name, v in model.variables.items()} == {
        "buy": [("BEEF",), ("FISH",)],
        "x": [(1, 2), (2, 1)],
        "x_2": [(3,)],
        "min_2": [(1,)],
        "r": [(1,)],
        "c": [(1,)],
        "k": [(1,)],
        "sum_2": [("a",)],
        "route_": [("A", "B")],
        "ship_1": [("A", "B")],
        "column": [("for(1)",), ("lone",)],
    }
    assert list(model.constraints) == ["sum_2", "lim", "row"]
    assert solve(model).objective == pytest.approx(6)


def test_meanings_give_the_names_back(tmp_path: Path) -> None:
    document = {
        "sets": {"S": ["a b", "a_b", "007", "é"], "N": [-1, 1]},
        "variables": {"x": {"index": ["S", "N"], "lower": 0, "upper": 2}, "e1": {"lower": 0, "upper": 4}},
        "objective": {"sense": "maximize", "expression": "sum(x[s, n] for s in S for n in N) + e1"},
        "constraints": {"st": {"for": "s in S", "expression": "1 <= x[s, 1] + x[s, -1] - e1 <= 2"}},
    }
    for suffix in ("lp", "mps"):
        text = export(bind(Formulation.model_validate(document)), suffix)
        model = bind(read(text, f"m.{suffix}", tmp_path))
        assert model.variables["x"].family.keys == [
            (s, n) for s in ("a b", "a_b", "007", "é") for n in (-1, 1)
        ]
        assert model.variables["column"].family.keys == [("e1",)]
        assert model.constraints["st"].family.keys == [("a b",), ("a_b",), ("007",), ("é",)]


@pytest.mark.parametrize(
    "meaning",
    ["x[", "x[1", "x[true]", "x[[1]]", 'x[""]', "x[]", "x[1]", "x{1}", "class[2]", "x[" + "[" * 9999],
)
def test_comments_that_are_not_ours_do_no_harm(meaning: str, tmp_path: Path) -> None:
    text = f"\\ y(1) is {meaning}\n\\ y(2) is {meaning}\nmin\n y(1) + y(2)\nst\n c: y(1) + y(2) >= 1\nend\n"
    assert bind(read(text, "m.lp", tmp_path)).columns == 2


def test_too_many_stems_stay_under_their_names() -> None:
    names = [f"x{number}(1)" for number in range(FAMILY_LIMIT + 40)]
    groups = groups_of(names, {})
    assert len(groups) == FAMILY_LIMIT + 1
    assert sorted(place for group in groups for place in group.members) == list(range(len(names)))
    assert groups[-1].stem == ""


def test_rows_that_limit_nothing_are_reported(tmp_path: Path) -> None:
    text = (
        "NAME t\nROWS\n N f\n N spare\n G a\n N use(1)\n L use(2)\nCOLUMNS\n x f 1 a 1\n x spare 3 use(1) 2\n"
        " x use(2) 1\nRHS\n R a 2 use(2) 9\nENDATA\n"
    )
    model = bind(read(text, "m.mps", tmp_path))
    assert list(model.constraints) == ["row", "use"]
    assert {name: e.family.keys for name, e in model.expressions.items()} == {
        "row_free": [("spare",)],
        "use_free": [(1,)],
    }


def test_empty_rows_and_columns(tmp_path: Path) -> None:
    text = "NAME t\nROWS\n N f\n L a\n G b(1)\nCOLUMNS\n x f 1\n y f 0\nRHS\n R a 4\nENDATA\n"
    model = bind(read(text, "m.mps", tmp_path))
    assert solve(model).objective == 0
    broken = bind(read(text.replace("R a 4", "R b(1) 4"), "m.mps", tmp_path))
    assert solve(broken).outcome.value == "infeasible"


def test_a_constant_objective_keeps_its_constant(tmp_path: Path) -> None:
    solution = solve(bind(read("max\n 7\nst\n c: x <= 4\nend\n", "m.lp", tmp_path)))
    assert solution.objective == 7


def test_integers_of_one_family_stay_together(tmp_path: Path) -> None:
    text = "min\n y(1) + y(2) + y(3) + z(1) + z(2)\nst\n c: y(1) + y(2) + y(3) + z(1) + z(2) >= 3\n"
    mixed = read(
        text + "bounds\n y(1) = 1\n y(3) <= 9\nbinary\n z(1) z(2) y(2)\ngenerals\n y(1) y(3)\nend\n",
        "m.lp",
        tmp_path,
    )
    assert {name: v.domain.value for name, v in mixed.variables.items()} == {"y": "integer", "z": "binary"}
    partly = read(text + "generals\n y(2)\nend\n", "n.lp", tmp_path)
    assert {name: v.domain.value for name, v in partly.variables.items()} == {
        "y": "continuous",
        "y_integer": "integer",
        "z": "continuous",
    }


@pytest.mark.parametrize("suffix", ["lp", "mps"])
def test_what_pyomo_writes(suffix: str, tmp_path: Path) -> None:
    model: Any = pyo.ConcreteModel()
    model.I = pyo.Set(initialize=["A b", "B"])
    ship: Any = pyo.Var(model.I, [1, 2], bounds=(0, 9))
    go: Any = pyo.Var(within=pyo.Binary)
    model.ship, model.go = ship, go
    model.cap = pyo.Constraint(model.I, rule=lambda m, i: ship[i, 1] + ship[i, 2] <= 5)
    model.rng = pyo.Constraint([1, 2], rule=lambda m, j: (1, ship["A b", j] + ship["B", j] - go, 7))
    model.link = pyo.Constraint(expr=ship["B", 1] - 2 * go == 0)
    profit = sum(ship[i, j] * j for i in ("A b", "B") for j in (1, 2)) - 3 * go + 4
    model.profit = pyo.Objective(expr=profit, sense=pyo.maximize)
    path = tmp_path / f"p.{suffix}"
    model.write(str(path), io_options={"symbolic_solver_labels": True})
    bound = bind(open_formulation(path))
    assert {name: c.family.keys for name, c in bound.constraints.items() if name != "row"} == {
        "cap": [("A_b",), ("B",)],
        "rng": [(1,), (2,)],
    }
    assert ("link",) in bound.constraints["row"].family.keys
    pyo.SolverFactory("appsi_highs").solve(model)
    assert solve(bound).objective == pytest.approx(pyo.value(model.profit))


def test_verbs_take_such_files(tmp_path: Path) -> None:
    run = CliRunner()
    path, exported = tmp_path / "plan.lp", tmp_path / "plan.mps"
    path.write_text(PLAN, encoding="utf-8")
    solved = run.invoke(app, ["solve", str(path), "--json"])
    assert solved.exit_code == 0
    assert json.loads(solved.stdout)["objective"] == pytest.approx(297)
    assert run.invoke(app, ["check", str(path)]).exit_code == 0
    assert run.invoke(app, ["export", str(path), "--to", "mps", "-o", str(exported)]).exit_code == 0
    again = run.invoke(app, ["solve", str(exported), "--json"])
    assert json.loads(again.stdout)["objective"] == pytest.approx(297)


def test_verbs_refuse_a_section_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "plan.lp"
    path.write_text(PLAN.replace("End", "SOS\nEnd"), encoding="utf-8")
    for arguments in (["solve", str(path)], ["check", str(path)], ["export", str(path), "--to", "mps"]):
        error = CliRunner().invoke(app, arguments).exception
        assert isinstance(error, DocumentError)
        assert str(error).startswith("plan.lp, line 12: the section 'sos' can't be read here")
