"""Notes on solutions: true to the numbers, well formed, short."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.evaluator import evaluate
from quintet.formulation.model import ProblemClass
from quintet.solvers import Solution, solve
from quintet.solvers.explain import Explanation, explain
from quintet.solvers.outcome import Outcome
from quintet.verbs.explain import explain as verb

EXAMPLES = Path(__file__).parents[3] / "quintet" / "examples"
LINES = 15
QUICK = (
    "assignment", "blending", "bottling", "cutting_stock", "cyclic_roster", "diet", "facility_location",
    "few_assets", "goal_programming", "job_shop", "knapsack", "lexicographic", "lot_sizing", "min_max",
    "manhattan_location", "min_cost_flow", "pooling", "portfolio", "product_mix", "project_crashing",
    "ratio_objective", "semicontinuous", "set_covering", "soft_limits", "two_stage", "unit_commitment",
)  # fmt: skip


def solved(name: str) -> Solution:
    return solve(bind(Formulation.load(EXAMPLES / name / "formulation.yaml")))


def small(**rooms: Any) -> Explanation:
    return explain(solve(bind(Formulation.model_validate(rooms))))


@pytest.mark.parametrize("name", QUICK)
def test_notes_on_the_examples_are_short_and_well_formed(name: str) -> None:
    note = explain(solved(name))
    text = note.to_text()
    assert len(text.splitlines()) <= LINES
    assert not re.search(r"  \S.*  |None|nan|inf\b|\bE[+-]|\(\)|: \.|,,|\.\.|[-+]0(?![.\d])", text), text
    for line in [note.headline, *note.decisions, *note.limits, note.room, note.unused, note.composition]:
        assert not line or line.endswith("."), line


@pytest.mark.parametrize("name", QUICK)
def test_the_parts_add_up_to_the_objective(name: str) -> None:
    solution = solved(name)
    note = explain(solution)
    assert solution.point is not None
    value = evaluate(solution.model, solution.point).objectives[solution.model.objectives[0].name]
    if note.parts:
        assert sum(part.amount for part in note.parts) == pytest.approx(value, rel=1e-6, abs=1e-6)


def test_a_linear_plan() -> None:
    text = explain(solved("diet")).to_text()
    assert text.startswith(
        "Rations for a dog sled\nThe smallest possible value is 3.69064 EUR, proven optimal."
    )
    assert "It is the sum of dried fish 1.5 (41 %), beef fat 1.372 (37 %)" in text
    assert "sled (<= 1.25 kg): one unit more is worth -0.3698 EUR — “The ration may weigh" in text
    assert text.endswith("Left at 0: pack for lamb.")


def test_a_plan_of_whole_decisions() -> None:
    text = explain(solved("product_mix")).to_text()
    assert "build (instruments): ukulele 12, mandolin 10 and cello 4." in text
    assert "At the limit: hours for stringing, school and drying." in text
    assert "Nearly at the limit: hours for varnishing (106 of 110 h)." in text
    assert "held" not in text  # nothing has a price there
    held = explain(solved("facility_location"))
    assert held.held
    assert "What limits it (worth with all whole decisions held)" in held.to_text()
    assert "open: mill barn, heath barn and quarry barn (3 of 7)." in held.decisions


def test_two_prices_are_told_apart() -> None:
    (line,) = explain(solved("manhattan_location")).limits
    assert "one unit more is worth +105 meal*block, one less -45 meal*block" in line


def test_soft_limits_tell_what_is_missed() -> None:
    decisions = explain(solved("soft_limits")).decisions
    assert "motet is missed by 3." in decisions
    assert "hoarse is exceeded by 1." in decisions


def test_levels_come_one_after_another() -> None:
    headline = explain(solved("lexicographic")).headline
    assert headline.endswith("Without losing that, the smallest possible kilometres is 31 km.")


def test_without_a_plan_it_points_to_diagnose() -> None:
    assert "`quintet diagnose` says which of them clash" in explain(solved("infeasible")).to_text()
    assert "`quintet diagnose` names the decisions that grow" in explain(solved("unbounded")).to_text()
    known = solved("diet")
    stopped = replace(known, outcome=Outcome.LIMIT_NO_SOLUTION, point=None, stopped_by="time limit")
    assert (
        explain(stopped).to_text().splitlines()[1].startswith("The time limit came before any plan was found")
    )
    for outcome in Outcome:
        if not outcome.solved:
            said = explain(replace(known, outcome=outcome, point=None)).headline
            assert said.endswith((".", ")."))
            assert outcome.value not in ("crashed", "unknown") or "--solver" in said


def test_a_plan_that_is_not_proven_says_how_good_it_is() -> None:
    known = solved("product_mix")
    early = replace(known, outcome=Outcome.FEASIBLE, bound=4100.0, stopped_by="time limit")
    note = explain(early)
    assert note.headline == (
        "The largest value found so far is 4,020 EUR; the solve was stopped by the time limit, "
        "and nothing above 4,100 EUR is possible."
    )
    assert note.prices == ()
    nearby = replace(known, outcome=Outcome.LOCALLY_OPTIMAL, problem_class=ProblemClass.NLP)
    assert "a better plan may exist elsewhere" in explain(nearby).headline


def test_puzzles_and_constants() -> None:
    puzzle = small(
        variables={"x": {"domain": "binary"}}, objective={"sense": "satisfy"}, constraints={"a": "x >= 1"}
    )
    assert puzzle.headline.startswith("A plan that keeps all the limits was found")
    assert puzzle.decisions == ("x is yes.",)
    fixed = small(
        variables={"x": {"lower": 0, "upper": 4}},
        objective={"sense": "maximize", "expression": "2 * x + 3"},
        constraints={"a": "x <= 3"},
    )
    assert "It is the sum of 2 * x 6 (67 %) and 3: 3 (33 %)." in fixed.to_text()


def test_the_verb() -> None:
    app = typer.Typer()
    app.command()(verb)
    run = CliRunner().invoke(app, [str(EXAMPLES / "diet" / "formulation.yaml")])
    assert run.exit_code == 0
    assert run.stdout.startswith("Rations for a dog sled\n")
    run = CliRunner().invoke(app, [str(EXAMPLES / "infeasible" / "formulation.yaml"), "--json"])
    assert run.exit_code == 1
    record = json.loads(run.stdout)
    assert (record["quintet"], record["status"], record["objective"]) == (1, "infeasible", None)
