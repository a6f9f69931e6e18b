from __future__ import annotations

import ast
import contextlib
import io
import itertools
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quintet import examples
from quintet.errors import SolverError
from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.evaluator import Evaluator
from quintet.formulation.model import Model
from quintet.formulation.schema import Sense
from quintet.solvers import solve
from quintet.solvers.export import export
from quintet.solvers.export.pyomo_script import pyomo_files
from quintet.solvers.export.python_names import ATTRIBUTES, COMPONENTS


def load(name: str) -> Model:
    return bind(Formulation.load(examples.path(name)))


def printed(output: str) -> dict[str, str]:
    """What the script printed: status, objectives, and the variables that are not 0."""
    lines = (line.replace(" = ", ": ", 1) for line in output.splitlines())
    return dict(line.split(": ", 1) for line in lines)


def alone(script: Path) -> dict[str, str]:
    """Run by itself, in a Python that can't see this project."""
    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", str(script)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=script.parent,
    )
    assert done.stderr == ""
    return printed(done.stdout)


def inside(text: str, folder: Path) -> dict[str, str]:
    """Run in this process, which has Pyomo loaded already."""
    path = folder / "script.py"
    path.write_text(text, encoding="utf-8")
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        runpy.run_path(str(path), run_name="__main__")
    return printed(output.getvalue())


@pytest.mark.parametrize("name", ["bottling", "job_shop", "tin_can"])
def test_a_script_runs_alone(name: str, tmp_path: Path) -> None:
    model = load(name)
    path = tmp_path / "script.py"
    path.write_text(export(model, "pyomo"), encoding="utf-8")
    found = alone(path)
    assert found["status"] == "optimal"
    assert float(found["objective"]) == pytest.approx(model.formulation.optimum, rel=1e-6)


REFUSED = {
    "magic_hives": "all_different(…)",
    "manhattan_location": "abs(…)",
    "piecewise_tariff": "piecewise(…)",
}
SLOW = {"few_assets", "transport", "tin_can"}


@pytest.mark.parametrize("name", sorted(set(examples.names()) - set(REFUSED) - SLOW))
def test_examples_reach_their_optimum(name: str, tmp_path: Path) -> None:
    model = load(name)
    found = inside(export(model, "pyomo"), tmp_path)
    optimum = model.formulation.optimum
    if isinstance(optimum, str):
        assert found == {"status": optimum}
    else:
        value = found[model.objectives[0].name]
        assert float(value) == pytest.approx(optimum, rel=1e-6)


@pytest.mark.parametrize(("name", "what"), REFUSED.items())
def test_what_pyomo_cant_take_is_named(name: str, what: str) -> None:
    with pytest.raises(SolverError, match="a Pyomo script can't say") as error:
        export(load(name), "pyomo")
    assert what in str(error.value)
    assert error.value.place.startswith(("constraints.", "expressions."))


def test_many_data_lie_beside_the_script(tmp_path: Path) -> None:
    model = load("transport")
    files = pyomo_files(model, "transport")
    assert set(files) == {"transport.py", "transport.json"}
    assert len(files["transport.py"]) < 5_000
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = alone(tmp_path / "transport.py")
    assert float(found["objective"]) == pytest.approx(model.formulation.optimum, rel=1e-6)
    assert set(pyomo_files(load("bottling"), "bottling")) == {"bottling.py"}


def test_the_script_is_indexed_and_has_the_formulations_names() -> None:
    text = export(load("lot_sizing"), "pyomo")
    assert "model.pour = pyo.Var(model.Month, domain=pyo.Reals, bounds=(0, pyo.value(model.vats)))" in text
    assert "# “Every order is filled in its month”" in text
    assert (
        "@model.Constraint(model.Month)\n"
        "def balance(model, t):\n"
        "    return model.before[t] + model.pour[t] == model.order[t] + model.loft[t]\n"
    ) in text
    assert "    'heating': 150,\n" in text


def test_pyomos_own_attributes_are_known() -> None:
    model = pyo.ConcreteModel()
    own = {name for name in dir(model) if not name.startswith("_")}
    assert own <= ATTRIBUTES
    assert all(hasattr(model, name) for name in ("Constraint", "Objective", "Expression"))
    assert set(COMPONENTS) >= {"Constraint", "Objective", "Expression", "Disjunction"}


EVIL = '"""\nimport os; os.system("touch pwned")\n"""; \\" \\N{BULLET} {x} %s'
HOSTILE: dict[str, Any] = {
    "title": EVIL,
    "text": f"{EVIL}\n\n\r\x0c# {EVIL}\u2028\\",
    "sets": {
        "name": ["'); quit(); ('", 'a"b', "\\", "x\ny", "é", "{0}"],
        "Constraint": [1, 2],
        "_s": {"from": "i for i in name if i != 'é'"},
        "Couple": [[1, 2], [2, 1]],
        "Mirror": {"from": "(b, a) for (a, b) in Couple"},
        "Late": {"from": "Constraint - Early"},
        "Early": {"in": "Constraint", "values": [1]},
        "Both": {"from": "Early + Late"},
        "None_": {"from": "Early * Late"},
    },
    "parameters": {
        "index": {"index": ["name"], "values": [1, 2, 3, 4, 5, 6], "source": f"{EVIL}\n{EVIL}"},
        "pyo": {"values": 2, "source": [EVIL]},
        "DATA": 1,
        "favourite": {"in": "name", "values": "\\"},
        "grow": {"index": "t in Constraint", "expression": "grow[t-1] * 2 if t > 1 else 3"},
    },
    "variables": {
        "model": {"index": "print in name", "lower": 0, "upper": "index[print]"},
        "solver": {"index": ["Constraint"], "domain": "integer", "lower": 0, "upper": 5},
        "type": {"domain": "binary"},
        "values": {"index": "(a, b) in Mirror if a > b", "lower": None, "upper": 3},
        "row": {"index": ["None_"], "lower": 0, "upper": 1},
    },
    "expressions": {
        "objective": {"index": "model_ in Constraint", "expression": "solver[model_] * grow[model_]"}
    },
    "objective": {
        "sense": "maximize",
        "name": EVIL,
        "expression": "sum(index[s] * model[s] for s in _s) + sum(objective[t] for t in Both) + type"
        " + sum(values[a, b] for (a, b) in Mirror if a > b) + sum(row[n] for n in None_)",
    },
    "constraints": {
        "model": {"for": "i in name if i not in _s", "expression": "model[i] <= pyo", "source": EVIL},
        "name": "sum(model[i] for i in _s) + type <= 9 * DATA",
        "class_": {
            "for": "t in Late + Early",
            "expression": "solver[t] <= 4 if t in Early else solver[t] >= 1",
        },
        "empty": {"for": "t in Constraint", "expression": "sum(row[n] for n in None_ if n == t) <= 1"},
        "write": "model[favourite] + model[\"'); quit(); ('\"] <= 3 * type",
    },
}


def test_hostile_names_and_texts_stay_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    model = bind(Formulation.model_validate(HOSTILE))
    text = export(model, "pyomo")
    imported = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert [name.name for node in imported for name in node.names] == ["pyomo.environ"]
    found = inside(text, tmp_path)
    assert found["status"] == "optimal"
    objective = list(found)[1]  # printed after the status
    assert float(found[objective]) == pytest.approx(solve(model).objective)
    assert not (tmp_path / "pwned").exists()


# random models against enumeration


WEIGHTS = st.integers(-3, 3)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    def weights() -> dict[str, int]:
        return {key: draw(WEIGHTS) for key in ("a", "b", "c")}

    statements = [
        "sum(weight[i] * pick[i] for i in I) + extra <= limit",
        "1 <= sum(pick[i] for i in I if weight[i] >= 0) + extra <= 3",
        "implies(pick['a'], pick['b'] and not pick['c'])",
        "iff(pick['b'], either(pick['a'], pick['c']))",
        "at_most(2, (pick[i] for i in I))",
        "exactly(1, (pick[i] for i in I if gain[i] > 0))",
        "either(extra >= 2, pick['a'] + pick['b'] >= 2)",
        "implies(pick['c'], extra <= 1)",
        "not (pick['a'] and pick['b'])",
        "extra > pick['a']",
        "(extra if limit > 1 else pick['b']) >= pick['c']",
    ]
    chosen = draw(st.lists(st.sampled_from(statements), min_size=1, max_size=4, unique=True))
    soft = {"penalty": draw(st.integers(1, 3))} if draw(st.booleans()) else None
    wish: dict[str, Any] = {"for": "i in I", "expression": "pick[i] + extra >= wanted[i]"}
    return {
        "sets": {"I": ["a", "b", "c"]},
        "parameters": {
            "weight": {"index": ["I"], "values": weights()},
            "gain": {"index": ["I"], "values": weights()},
            "wanted": {"index": ["I"], "values": {key: draw(st.integers(0, 2)) for key in ("a", "b", "c")}},
            "limit": draw(st.integers(0, 4)),
        },
        "variables": {
            "pick": {"index": ["I"], "domain": "binary"},
            "extra": {"domain": "integer", "lower": 0, "upper": 3},
        },
        "expressions": {"total": "sum(gain[i] * pick[i] for i in I)"},
        "objective": {
            "sense": draw(st.sampled_from(["minimize", "maximize"])),
            "expression": f"total + {draw(WEIGHTS)} * extra + 1",
        },
        "constraints": {
            **{f"c{number}": text for number, text in enumerate(chosen)},
            "wish": {**wish, "soft": soft} if soft else wish,
        },
    }


def enumerated(model: Model) -> float | None:
    """The optimum over all whole points; deviations of soft rows take the least value that serves."""
    deviation = "wish_shortfall" in model.variables
    evaluator, values = Evaluator(model), []
    for *picks, extra in itertools.product((0, 1), (0, 1), (0, 1), range(4)):
        point = {"pick": np.array(picks, dtype=float), "extra": np.array([extra], dtype=float)}
        if deviation:
            wanted = model.parameters["wanted"].values
            point["wish_shortfall"] = np.maximum(0.0, wanted - point["pick"] - extra)
        found = evaluator.at(point)
        if all(rows.satisfied().all() for rows in found.constraints.values()):
            values.append(found.objectives[model.objectives[0].name])
    best = max if model.objectives[0].sense is Sense.MAXIMIZE else min
    return best(values) if values else None


@settings(max_examples=20)
@given(documents())
def test_random_models_against_enumeration(tmp_path_factory: pytest.TempPathFactory, document: Any) -> None:
    model = bind(Formulation.model_validate(document))
    found = inside(export(model, "pyomo"), tmp_path_factory.mktemp("script"))
    wanted = enumerated(model)
    if wanted is None:
        assert found["status"] != "optimal"
    else:
        assert float(found["objective"]) == pytest.approx(wanted, abs=1e-6)
