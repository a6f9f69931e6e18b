"""The verbs on shipped examples: what they print, and how they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from quintet.errors import QuintetError
from quintet.examples import __file__ as examples
from quintet.verbs import alternatives as verbs

EXAMPLES = Path(str(examples)).parent
FACILITY = str(EXAMPLES / "facility_location" / "formulation.yaml")
KNAPSACK = str(EXAMPLES / "knapsack" / "formulation.yaml")
PROJECTS = str(EXAMPLES / "project_selection" / "formulation.yaml")
NURSES = str(EXAMPLES / "lexicographic" / "formulation.yaml")

app = typer.Typer()
for verb in (verbs.whynot, verbs.alternatives, verbs.pareto, verbs.replan):
    app.command()(verb)


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, arguments, catch_exceptions=True)
    if isinstance(result.exception, QuintetError):
        raise result.exception
    assert result.exit_code == code, result.output
    return result.stdout


def test_why_not_the_tower() -> None:
    text = run("whynot", PROJECTS, "do[tower]")
    assert "the best value is 38 instead of 43 (5 less)" in text
    assert "budget — “have 100 thousand EUR”" in text
    assert "scaffold_first" in text


def test_why_not_what_is_impossible() -> None:
    text = run("whynot", KNAPSACK, "take[*] == 1")
    assert "No plan can, at any price." in text
    assert "lifted — “a balloon that can lift 40 kg of instruments”" in text


def test_three_best_things_to_take() -> None:
    text = run("alternatives", KNAPSACK, "-k", "3")
    assert "It is the only best plan." in text
    assert "2.  165  (-1, -0.602 %)" in text
    assert "+ telescope and sextant  - barometer and rope" in text


def test_plans_within_a_share() -> None:
    found = json.loads(run("alternatives", KNAPSACK, "--within", "1%", "-k", "9", "--json"))
    assert [plan["objectives"]["objective"] for plan in found["plans"]] == [166, 165]
    assert found["complete"] is True


def test_a_front_with_a_picture(tmp_path: Path) -> None:
    text = run("pareto", NURSES, "--plot", str(tmp_path / "front.svg"))
    assert "3 efficient plans" in text
    assert "These are all" in text
    assert b"kilometres (km), to minimize" in (tmp_path / "front.svg").read_bytes()


def test_a_plan_that_stays(tmp_path: Path) -> None:
    last = tmp_path / "last.json"
    things = ["microscope", "camera", "sextant", "sound recorder", "sandwiches", "rope"]
    every = [
        "microscope", "plant press", "camera", "telescope", "barometer", "sextant", "sound recorder",
        "field library", "water sampler", "sandwiches", "rope",
    ]  # fmt: skip
    last.write_text(json.dumps({"take": {name: int(name in things) for name in every}}), encoding="utf-8")
    assert "Nothing has to change" in run("replan", KNAPSACK, str(last), "--within", "5%")
    text = run("replan", KNAPSACK, str(last), "--within", "0", "--measure", "count", "--weight", "take=2")
    assert "2 decisions of 11 have to change" in text
    assert "counts 2" in text


INFEASIBLE = str(EXAMPLES / "infeasible" / "formulation.yaml")
UNBOUNDED = str(EXAMPLES / "unbounded" / "formulation.yaml")


@pytest.mark.parametrize(
    "arguments",
    [
        ("whynot", INFEASIBLE, "busiest <= 30"),
        ("alternatives", UNBOUNDED),
        ("pareto", INFEASIBLE, "--objective", "min busiest", "--objective", "min watch[Ida, 1]"),
    ],
)
def test_no_answer_ends_with_one(arguments: tuple[str, ...]) -> None:
    assert "There is no" in run(*arguments, code=1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("whynot", KNAPSACK, "tak[rope]"), "did you mean 'take'"),
        (("alternatives", KNAPSACK, "-k", "0"), "0 plans"),
        (("alternatives", KNAPSACK, "--within=-5%"), "-0.05 can't be used"),
        (("alternatives", KNAPSACK, "--within", "much"), "'much' is no share"),
        (("pareto", KNAPSACK), "one objective alone"),
        (("pareto", NURSES, "--plot", "front.txt"), "can't be written"),
        (("replan", KNAPSACK, "nothing.json"), "is no file"),
        (("whynot", "nothing.yaml", "x >= 1"), "nothing.yaml"),
    ],
)
def test_bad_input_is_one_line(arguments: tuple[str, ...], said: str) -> None:
    with pytest.raises(QuintetError) as caught:
        run(*arguments)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_weight_that_is_none() -> None:
    run("replan", KNAPSACK, "nothing.json", "--weight", "take", code=2)
