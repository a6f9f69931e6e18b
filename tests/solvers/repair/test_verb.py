"""The verb `repair`: what it prints, its JSON, its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from quintet.errors import SolverError
from quintet.examples import path
from quintet.verbs.repair import repair

LAMP = str(path("infeasible"))


def run(*arguments: str) -> Result:
    app = typer.Typer()
    app.command()(repair)
    return CliRunner().invoke(app, list(arguments))


def test_text_names_limits_amounts_units_and_the_what_if() -> None:
    result = run(LAMP, "--hard", "lit")
    assert result.exit_code == 0
    for part in (
        "No plan meets all limits.",
        "(proven smallest)",
        "weekly  raise from 40 to 56 h (+16)",
        "--set weekly=56",
        "the minimum is 56 h.",
        "Held: lit (as you say), measure (definition)",
    ):
        assert part in result.stdout


def test_json_is_one_document_with_everything() -> None:
    result = run(LAMP, "--json", "--weight", "rest=2")
    found = json.loads(result.stdout)
    assert found["quintet"] == 1
    assert found["feasible"] is False
    assert {change["name"] for change in found["smallest"]["changes"]} == {"lit"}
    assert found["smallest"]["status_after"] == "optimal"
    assert found["fewest"]["proven"] is True
    assert found["values"]["settings"][0]["parameter"] == "lamp"
    rest = next(weight for weight in found["weights"] if weight["name"] == "rest")
    assert (rest["least"], rest["most"], rest["set_by_user"]) == (2, 2, True)
    (source,) = found["smallest"]["changes"][0]["sources"]
    assert source.startswith("watched for 24 hours")


def test_a_feasible_model_is_an_answer_too() -> None:
    result = run(str(path("knapsack")))
    assert result.exit_code == 0
    assert "nothing to repair" in result.stdout


def test_nothing_to_give_ends_with_1(tmp_path: Path) -> None:
    file = tmp_path / "stuck.yaml"
    file.write_text(
        "variables: {x: {domain: continuous, lower: 0, upper: null}}\n"
        "objective: {sense: minimize, expression: x}\n"
        "constraints:\n"
        "  low: {expression: x >= 5, kind: physical}\n"
        "  high: {expression: x <= 3, kind: physical}\n",
        encoding="utf-8",
    )
    result = run(str(file))
    assert result.exit_code == 1
    assert "low" in result.stdout
    assert "high" in result.stdout
    found = json.loads(run(str(file), "--json").stdout)
    assert {member["name"] for member in found["conflict"]} == {"low", "high"}
    before = file.read_bytes()
    assert run(str(file), "--soft", "low").exit_code == 0
    assert file.read_bytes() == before


@pytest.mark.parametrize("weight", ["lit", "lit=", "lit=dear", "=3"])
def test_a_weight_that_is_no_pair_is_a_usage_error(weight: str) -> None:
    result = run(LAMP, "--weight", weight)
    assert result.exit_code == 2
    assert "NAME=NUMBER" in result.output


def test_an_unknown_name_says_what_there_is() -> None:
    with pytest.raises(SolverError, match="did you mean 'rest'"):
        raise_of(run(LAMP, "--soft", "resst"))


def raise_of(result: Result) -> None:
    assert result.exception is not None
    raise result.exception
