"""`quintet diagnose`, by its own small app: what it prints and with what code it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from quintet.errors import DataError, QuintetError
from quintet.verbs.diagnose import diagnose

EXAMPLES = Path(__file__).parents[3] / "quintet" / "examples"
HEAD = "quintet: 1\ntitle: A small trap\n"


def run(*arguments: str | Path) -> Result:
    app = typer.Typer()
    app.command()(diagnose)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def write(folder: Path, text: str) -> Path:
    path = folder / "trap.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    return path


def test_a_clash_is_told_in_clauses_and_numbers() -> None:
    result = run(EXAMPLES / "infeasible" / "formulation.yaml")
    assert result.exit_code == 0
    assert "lit and rest can't all hold" in result.stdout
    assert "“None of them may watch more than 40 hours a week”" in result.stdout
    assert "lit[1]: watch[Ida, 1] + watch[Jon, 1] + watch[Kaya, 1] >= 24" in result.stdout
    assert "ask for at least 168 where at most 120 can be had" in result.stdout
    assert "Irreducible" in result.stdout
    assert "in exact fractions" in result.stdout


def test_growth_is_told_with_units() -> None:
    result = run(EXAMPLES / "unbounded" / "formulation.yaml")
    assert result.exit_code == 0
    assert "cheese grows by 1 wheel" in result.stdout
    assert "an upper bound of salt" in result.stdout


def test_a_plan_leaves_nothing_to_diagnose() -> None:
    result = run(EXAMPLES / "bottling" / "formulation.yaml")
    assert (result.exit_code, "nothing to diagnose" in result.stdout) == (0, True)


def test_one_json_document() -> None:
    result = run(EXAMPLES / "infeasible" / "formulation.yaml", "--json", "--subsets", "2")
    found = json.loads(result.stdout)
    assert (found["quintet"], found["outcome"], len(found["subsets"])) == (1, "infeasible", 2)
    first = found["subsets"][0]
    assert first["irreducible"] is True
    assert first["evidence"] == "exact"
    assert (first["asked"], first["allowed"]) == (168.0, 120.0)
    member = first["members"][0]
    assert (member["kind"], member["name"], member["key"], member["proven"]) == (
        "constraint",
        "lit",
        [1],
        True,
    )


def test_no_time_is_said_and_ends_with_1(tmp_path: Path) -> None:
    text = "variables: {x: {lower: null}}\nobjective: {sense: satisfy}\nconstraints: {a: x >= 5, b: x <= 3}\n"
    result = run(write(tmp_path, text), "--time-limit", "1e-9")
    assert result.exit_code == 1
    assert "time limit" in result.stdout


def test_false_data_are_shown_with_their_numbers(tmp_path: Path) -> None:
    text = (
        "parameters: {need: 5, have: 3}\nvariables: {x: {lower: 0}}\nobjective: {sense: satisfy}\n"
        "constraints: {duty: need <= have, b: x >= 1}\n"
    )
    result = run(write(tmp_path, text))
    assert result.exit_code == 0
    assert "duty" in result.stdout
    assert "5 <= 3" in result.stdout
    assert "the data alone say so" in result.stdout


def test_crossed_bounds_name_the_variable(tmp_path: Path) -> None:
    text = "variables: {x: {lower: 5, upper: 3}}\nobjective: {sense: satisfy}\nconstraints: {}\n"
    error = run(write(tmp_path, text)).exception
    assert isinstance(error, DataError)
    assert "variables.x: bounds cross: lower 5 is above upper 3" in str(error)


@pytest.mark.parametrize("subsets", ["0", "5000"])
def test_a_wrong_number_of_subsets_is_refused(subsets: str) -> None:
    error = run(EXAMPLES / "infeasible" / "formulation.yaml", "--subsets", subsets).exception
    assert isinstance(error, QuintetError)
    assert "give a number from 1" in str(error)
