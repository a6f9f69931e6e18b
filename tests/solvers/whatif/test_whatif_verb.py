"""`quintet whatif` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from quintet.errors import QuintetError
from quintet.verbs.whatif import whatif

EXAMPLES = Path(__file__).resolve().parents[3] / "quintet" / "examples"
MIX = EXAMPLES / "product_mix" / "formulation.yaml"

app = typer.Typer()
app.command()(whatif)


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(MIX), *arguments])
    if isinstance(result.exception, QuintetError):
        return result.exception.exit_code, str(result.exception)
    return result.exit_code, result.output


def test_a_comparison() -> None:
    before = MIX.read_bytes()
    code, text = run("--set", "available[carving]=150", "--fix", "build[cello]=2", "--drop", "drying")
    assert code == 0
    assert "before: objective 4,020 EUR (proven optimal)" in text
    assert "build[cello]" in text
    assert MIX.read_bytes() == before


def test_json_is_one_document() -> None:
    code, text = run("--add", "build[cello] <= 1", "--json")
    assert code == 0
    assert json.loads(text)["before"]["objective"] == 4020


def test_no_plan_is_exit_code_1() -> None:
    code, text = run("--set", "ordered=900")
    assert code == 1
    assert "quintet diagnose" in text


def test_changes_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "changes.json"
    file.write_text('[{"change": "set", "parameter": "cellar", "value": 1}]', encoding="utf-8")
    code, text = run("--changes", str(file), "--set", "ordered+=1", "--json")
    assert code == 0
    assert [one["change"] for one in json.loads(text)["changes"]] == ["set", "shift"]


def test_a_sweep_with_its_files(tmp_path: Path) -> None:
    plot, table = tmp_path / "p.html", tmp_path / "t.csv"
    code, text = run(
        "--sweep", "cellar=0:4:3", "--watch", "build[*]", "--plot", str(plot), "--csv", str(table)
    )
    assert code == 0
    assert "3 points: 3 optimal." in text
    assert "<svg" in plot.read_text(encoding="utf-8")
    assert len(table.read_text(encoding="utf-8").splitlines()) == 4


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "nothing is changed"),
        (["--set", "cellar=5", "--plot", "p.png"], "belongs to a sweep"),
        (["--sweep", "cellar=4:0:3"], "before it starts"),
        (["--sweep", "cellar=0:4:3", "--plot", "p.pdf"], "name it .png"),
        (["--set", "celar=5"], "did you mean 'cellar'"),
        (["--set", "cellar=nan"], "not a number"),
        (["--fix", "build[cello]=1.5"], "whole number"),
        (["--changes", "none.json"], "no such file"),
    ],
)
def test_mistakes_are_exit_code_2(arguments: list[str], said: str) -> None:
    code, text = run(*arguments)
    assert code == 2
    assert said in " ".join(text.split()).replace(" │ ", " ")
