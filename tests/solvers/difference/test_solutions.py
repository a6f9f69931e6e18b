"""Two answers side by side, in memory and as files, and what `quintet diff` prints."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from quintet.agent.answer import Answer
from quintet.agent.intake import read_problem
from quintet.agent.record import write_run
from quintet.agent.solve import solve as solve_problem
from quintet.errors import DocumentError, RunError
from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.solvers import solve
from quintet.solvers.difference import Difference, compare_solutions, difference, open_side
from quintet.solvers.solution import Solution
from quintet.verbs.diff import diff
from tests.solvers.difference.test_formulations import told

DOCUMENT: dict[str, Any] = {
    "title": "A mill",
    "sets": {"Sort": ["rye", "oat"]},
    "parameters": {
        "price": {"index": ["Sort"], "values": {"rye": 3, "oat": 4}},
        "most": {"index": ["Sort"], "values": {"rye": 6, "oat": 5}},
        "hours": 8,
    },
    "variables": {"grind": {"index": ["Sort"], "lower": 0}},
    "expressions": {"used": "sum(grind[s] for s in Sort)"},
    "objective": {"sense": "maximize", "expression": "sum(price[s] * grind[s] for s in Sort)", "unit": "EUR"},
    "constraints": {
        "sold": {"for": "s in Sort", "expression": "grind[s] <= most[s]"},
        "day": {"expression": "used <= hours", "kind": "physical"},
    },
}
CHANGED = [
    ("answer", "objective", "changed", [("value", (), 29, 34)]),
    ("decisions", "grind", "changed", [("value", ("rye",), 3, 6), ("value", ("oat",), 5, 4)]),
    ("quantities", "used", "changed", [("value", (), 8, 10)]),
    (
        "binding limits",
        "sold",
        "changed",
        [("element", ("oat",), "sold[oat]", None), ("element", ("rye",), None, "sold[rye]")],
    ),
]


def document(**parameters: Any) -> dict[str, Any]:
    found = copy.deepcopy(DOCUMENT)
    found["parameters"].update(parameters)
    return found


OTHER = document(hours=10, price={"index": ["Sort"], "values": {"rye": 4, "oat": 2.5}})


def solved(found: dict[str, Any]) -> Solution:
    return solve(bind(Formulation.model_validate(found)))


def test_a_solution_is_equal_to_itself() -> None:
    assert compare_solutions(solved(DOCUMENT), solved(DOCUMENT)).equal


def test_what_another_plan_does() -> None:
    found = compare_solutions(solved(DOCUMENT), solved(OTHER))
    assert told(list(found.changes)) == CHANGED


def test_a_plan_and_none() -> None:
    broken = document(most={"index": ["Sort"], "values": {"rye": -1, "oat": 5}})
    found = difference(solved(DOCUMENT), solved(broken))
    assert told(list(found.changes)) == [
        ("answer", "status", "changed", [("value", (), "optimal", "infeasible")]),
        ("answer", "objective", "changed", [("value", (), 29, None)]),
    ]


def run(found: dict[str, Any], folder: Path) -> Path:
    folder.parent.mkdir(exist_ok=True)
    path = folder.parent / f"{folder.name}.json"
    path.write_text(json.dumps(found), encoding="utf-8")
    answer = solve_problem(read_problem(str(path)))
    assert isinstance(answer, Answer)
    return write_run(answer, folder)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("runs")
    return run(DOCUMENT, folder / "one"), run(OTHER, folder / "two")


def test_run_folders_and_answers_say_the_same(runs: tuple[Path, Path]) -> None:
    one, two = runs
    for sides in ((one, two), (one / "answer.json", two), (one, two / "answer.json")):
        found = difference(open_side(sides[0]), open_side(sides[1]))
        assert told(list(found.changes)) == CHANGED
    assert difference(open_side(one), open_side(one)).equal


def app() -> typer.Typer:
    found = typer.Typer(add_completion=False)
    found.command()(diff)
    return found


def test_the_verb_prints_and_exits(runs: tuple[Path, Path]) -> None:
    one, two = runs
    same = CliRunner().invoke(app(), [str(one), str(one)])
    assert same.exit_code == 0
    assert same.stdout == f"{one} and {one}: no difference\n"
    other = CliRunner().invoke(app(), [str(one), str(two)])
    assert other.exit_code == 1
    assert other.stdout.splitlines() == [
        f"{one} → {two}: 4 differences",
        "answer",
        "    objective: 29 → 34 (+5, +17.2 %)",
        "decisions",
        "    grind",
        "      [rye]: 3 → 6",
        "      [oat]: 5 → 4",
        "quantities",
        "    used",
        "      8 → 10",
        "binding limits",
        "    sold",
        "      - sold[oat]",
        "      + sold[rye]",
    ]
    record = json.loads(CliRunner().invoke(app(), [str(one), str(two), "--json"]).stdout)
    assert (record["quintet"], record["compared"], record["equal"]) == (1, "answers", False)
    assert record["changes"][0]["details"] == [{"field": "value", "key": [], "old": 29, "new": 34}]


def test_formulations_of_all_formats(runs: tuple[Path, Path], tmp_path: Path) -> None:
    one, two = runs
    found = CliRunner().invoke(app(), [str(one / "formulation.yaml"), str(two / "formulation.yaml")])
    assert found.exit_code == 1
    assert found.stdout.splitlines()[1:] == [
        "parameters",
        "    price",
        "      [rye]: 3 → 4",
        "      [oat]: 4 → 2.5",
        "    hours",
        "      8 → 10",
    ]
    for number in (4, 5):
        path = tmp_path / f"{number}.lp"
        path.write_text(f"max\n x\nst\n cap: x <= {number}\nend\n", encoding="utf-8")
    files = CliRunner().invoke(app(), [str(tmp_path / "4.lp"), str(tmp_path / "5.lp")])
    assert "[cap]: 4 → 5" in files.stdout
    assert files.exit_code == 1


def test_kinds_that_do_not_go_together(runs: tuple[Path, Path]) -> None:
    error = CliRunner().invoke(app(), [str(runs[0]), str(runs[0] / "formulation.yaml")]).exception
    assert isinstance(error, DocumentError)
    assert "is an answer and" in str(error)
    assert str(error).endswith("compare two formulations, or two answers")
    assert error.exit_code == 2


def test_paths_that_hold_neither(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"holds no answer\.json"):
        open_side(tmp_path)
    with pytest.raises(DocumentError, match="no such file"):
        open_side(tmp_path / "none.yaml")
    with pytest.raises(DocumentError, match="suffix"):
        open_side(Path(__file__))
    for content, said in [
        ({"status": "optimal", "verdict": "x", "variables": 3, "binding": []}, "is not an answer"),
        ({"status": "optimal", "verdict": "x", "variables": {"a": "b"}, "binding": []}, "is not an answer"),
        ({"status": [], "verdict": "x", "variables": {}, "binding": []}, "is not an answer"),
        ({"status": "optimal", "verdict": "x", "variables": {}}, "is not an answer"),
        ({"status": "optimal", "verdict": "x", "variables": {}, "binding": [{"a": 1}]}, "is not an answer"),
    ]:
        path = tmp_path / "answer.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        with pytest.raises(RunError, match=said):
            open_side(path)


def test_long_lists_are_cut_in_text_and_whole_in_the_record() -> None:
    many: dict[str, Any] = {
        "sets": {"I": "1..40"},
        "parameters": {"c": {"index": ["I"], "values": list(range(40))}},
        "variables": {"x": {"index": ["I"], "lower": 0}},
        "objective": {"sense": "minimize", "expression": "sum(c[i] * x[i] for i in I)"},
    }
    other = copy.deepcopy(many)
    other["parameters"]["c"]["values"] = list(range(1, 41))
    found: Difference = difference(Formulation.model_validate(many), Formulation.model_validate(other))
    assert found.to_text().splitlines()[-1].strip() == "… and 28 more"
    assert len(found.record()["changes"][0]["details"]) == 40
