"""What weak models do: near-JSON, words for data, repairs that make things worse; seen at a desk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from quintet.agent.coder import program_in
from quintet.agent.decider import Scores
from quintet.agent.elements import FiveElements
from quintet.agent.formulator import document_in
from quintet.agent.plan import Plan
from quintet.formulation.document import Formulation
from quintet.problem import Verdict
from tests.agent.scripts import (
    BROKEN,
    FORMULATION,
    INFEASIBLE,
    OPTIMUM,
    PROGRAM,
    RIGHT,
    TOO_MUCH,
    UNKNOWN_NAME,
    Ran,
    Steps,
    claiming,
    document,
    fenced,
    program,
    solve,
)
from tests.llm.endpoint import Reply

pytestmark = pytest.mark.usefixtures("one_sandbox")

REFUSAL = "I'm sorry, but I can't assist with that request."
JUDGED = json.loads(RIGHT["judge"])
WRONG = json.dumps({**JUDGED, "program_correct": False, "program_analysis": "there are only 30 hours"})


def written(**changes: Any) -> str:
    return fenced(json.dumps(document(**changes)), "json")


def constraints(**more: str) -> dict[str, Any]:
    entries = {
        name: {"expression": text, "source": "implied", "note": "assumed"} for name, text in more.items()
    }
    return {**document()["constraints"], **entries}


WARNED = written(constraints={"hours": document()["constraints"]["hours"]})
"""Usable, with the limit of six benches left out."""


def findings(ran: Ran) -> list[str]:
    """What the last repair of the formulation was told."""
    said = ran.cast.of("repair_formulation")[-1]["messages"][-1]["content"]
    return said.split("<findings>")[1].split("</findings>")[0].strip().splitlines()


# the best answer so far


@pytest.mark.parametrize("worse", [UNKNOWN_NAME, '```json\n{"quintet": 1, "sets": {\n```'])
def test_a_usable_document_outlives_repairs_that_make_it_worse(worse: str, tmp_path: Path) -> None:
    ran = solve("compile", tmp_path / "run", {"formulate": WARNED, "repair_formulation": worse})
    assert ran.asked == ["formulate", *["repair_formulation"] * 3]
    assert ran.objective == 640.0
    assert ran.record["verdict"] == "checked"
    assert "nothing uses it: take it out, or a constraint is missing" in ran.answer.to_text()
    assert "the document before it is taken" in ran.notes


def test_a_doubted_document_outlives_repairs_that_make_it_worse(tmp_path: Path) -> None:
    scripts: dict[str, Steps] = {"formulate": INFEASIBLE, "repair_formulation": UNKNOWN_NAME}
    ran = solve("compile", tmp_path / "run", scripts)
    assert ran.record["status"] == "infeasible"


def test_a_budget_leaves_the_usable_document(tmp_path: Path) -> None:
    scripts: dict[str, Steps] = {"formulate": WARNED, "repair_formulation": UNKNOWN_NAME}
    ran = solve("compile", tmp_path / "run", scripts, changes={"budget_calls": 2})
    assert ran.stopped
    assert ran.objective == 640.0


def test_a_program_that_passed_outlives_a_critic_and_a_broken_repair(tmp_path: Path) -> None:
    scripts: dict[str, Steps] = {"judge": WRONG, "repair_code": BROKEN}
    ran = solve("five-element", tmp_path / "run", scripts, corrections=3)
    assert ran.objective == OPTIMUM
    assert ran.answer.verdict is Verdict.UNSOLVED, "the critic can lower a verdict"
    assert "the critic's agreement: there are only 30 hours" in ran.answer.to_text()


def test_a_critic_who_says_nothing_usable_leaves_the_word_to_the_check(tmp_path: Path) -> None:
    scripts: dict[str, Steps] = {"code": TOO_MUCH, "judge": "Yes, all good."}
    ran = solve("five-element", tmp_path / "run", scripts)
    assert ran.asked.count("repair_code") == 1
    assert "its own check finds violations" in ran.cast.words("repair_code").split("The critic says")[1]
    assert ran.objective == OPTIMUM


@pytest.mark.parametrize("strategy", ["code", "optimai"])
def test_a_program_that_ran_outlives_one_that_crashes(strategy: str, tmp_path: Path) -> None:
    scripts: dict[str, Steps] = {"code": TOO_MUCH, "repair_code": BROKEN}
    ran = solve(strategy, tmp_path / "run", scripts, plans=1, rounds=2, repairs=2)
    assert ran.objective == 720.0
    assert ran.record["verdict"] == "unsolved"
    assert "its own check finds violations" in ran.answer.to_text()


# what is said of a faulty document


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    faulty = constraints(a="count_if(make[stool]) <= 3", b="make[table] <= 3", c="earns[stool, 1] <= 3")
    ran = solve("compile", tmp_path / "run", {"formulate": written(constraints=faulty)})
    told = "\n".join(findings(ran))
    assert ran.asked == ["formulate", "repair_formulation"]
    assert all(place in told for place in ("constraints.a", "constraints.b", "constraints.c"))


def test_a_key_that_does_not_exist_is_told_beside_the_warnings(tmp_path: Path) -> None:
    whole = document()
    sets = {**whole["sets"], "Day": "1..2"}
    stock = {"index": ["Day"], "domain": "continuous", "lower": 0}
    balance = {"for": "d in Day", "expression": "stock[d-1] <= 9", "source": "implied", "note": "assumed"}
    faulty = written(
        sets=sets,
        variables={**whole["variables"], "stock": stock},
        constraints={"hours": whole["constraints"]["hours"], "balance": balance},
    )
    ran = solve("compile", tmp_path / "run", {"formulate": faulty})
    told = "\n".join(findings(ran))
    assert ran.asked == ["formulate", "repair_formulation"]
    assert "stock[0] does not exist" in told
    assert "unused" in told


def test_swapped_indices_are_told_in_their_order(tmp_path: Path) -> None:
    whole = document()
    sets = {**whole["sets"], "Tool": ["saw", "file"]}
    wear = {"index": ["Piece", "Tool"], "values": [[1, 1], [1, 1]]}
    limit = {"for": "t in Tool", "expression": "sum(wear[t, p] * make[p] for p in Piece) <= week"}
    ran = solve(
        "compile",
        tmp_path / "run",
        {
            "formulate": written(
                sets=sets,
                parameters={**whole["parameters"], "wear": wear},
                constraints={**whole["constraints"], "wear_out": {**limit, "source": "implied"}},
            )
        },
    )
    assert "write wear[p, t]" in findings(ran)[0]


def test_warnings_are_told_when_the_document_can_first_be_read(tmp_path: Path) -> None:
    scripts: dict[str, Steps] = {"formulate": UNKNOWN_NAME, "repair_formulation": [WARNED, FORMULATION]}
    ran = solve("compile", tmp_path / "run", scripts)
    assert ran.asked == ["formulate", *["repair_formulation"] * 2]
    assert any("unused-parameter" in line for line in findings(ran))
    assert ran.objective == OPTIMUM


def test_warnings_that_errors_hid_are_told_again(tmp_path: Path) -> None:
    hidden = {"hours": document()["constraints"]["hours"], "odd": constraints(odd="make[table] <= 3")["odd"]}
    scripts: dict[str, Steps] = {
        "formulate": written(constraints=hidden),
        "repair_formulation": [WARNED, WARNED, FORMULATION],
    }
    ran = solve("compile", tmp_path / "run", scripts)
    assert ran.asked == ["formulate", *["repair_formulation"] * 2], "and once is enough"
    assert any("unused-parameter" in line for line in findings(ran))


def test_a_document_that_comes_back_as_it_was_is_said(tmp_path: Path) -> None:
    scripts: dict[str, Steps] = {"formulate": UNKNOWN_NAME, "repair_formulation": [UNKNOWN_NAME, FORMULATION]}
    ran = solve("compile", tmp_path / "run", scripts)
    assert "came back was the same" in findings(ran)[-1]
    assert "unknown name 'table'" in findings(ran)[0]


def test_a_document_that_breaks_off_is_said(tmp_path: Path) -> None:
    text = json.dumps(document())
    ran = solve("compile", tmp_path / "run", {"formulate": "```json\n" + text[: len(text) // 2]})
    assert "breaks off" in findings(ran)[0]
    assert ran.objective == OPTIMUM


def test_an_optimum_of_nothing_is_looked_at_once_more(tmp_path: Path) -> None:
    objective = {**document()["objective"], "sense": "minimize"}
    ran = solve("compile", tmp_path / "run", {"formulate": written(objective=objective)})
    assert ran.asked == ["formulate", "repair_formulation"]
    assert "to do nothing" in findings(ran)[0]
    assert ran.objective == OPTIMUM
    stays = {"formulate": written(objective=objective), "repair_formulation": "SAME"}
    ran = solve("compile", tmp_path / "stays", stays)
    assert ran.asked == ["formulate", "repair_formulation"]
    assert ran.objective == 0.0


# replies that are nearly what was asked for


@pytest.mark.parametrize("same", ["SAME", "**SAME** - the document is correct as written.", "Same."])
def test_same_with_words_around_it_is_same(same: str, tmp_path: Path) -> None:
    ran = solve("compile", tmp_path / "run", {"formulate": INFEASIBLE, "repair_formulation": same})
    assert ran.asked == ["formulate", "repair_formulation"]
    assert ran.record["status"] == "infeasible"


@pytest.mark.parametrize("words", [REFUSAL, "To solve this, let x be the number of benches. It is about 6."])
def test_words_are_no_document_and_the_next_try_is_told(words: str, tmp_path: Path) -> None:
    ran = solve("compile", tmp_path / "run", {"formulate": [words, FORMULATION]})
    assert ran.asked == ["formulate", "formulate"]
    assert "there is no document in the reply" in ran.cast.words("formulate")
    assert "there is no document in the reply" in ran.notes
    assert ran.objective == OPTIMUM


def test_words_in_place_of_a_repair_keep_the_document(tmp_path: Path) -> None:
    scripts: dict[str, Steps] = {"formulate": UNKNOWN_NAME, "repair_formulation": [REFUSAL, FORMULATION]}
    ran = solve("compile", tmp_path / "run", scripts)
    assert ran.objective == OPTIMUM
    assert "unknown name 'table'" in findings(ran)[0]
    assert "the last reply could not be used" in findings(ran)[-1]


def test_an_empty_or_cut_reply_is_told_to_the_next_try(tmp_path: Path) -> None:
    steps = ["", Reply(FORMULATION[:200], finish="length"), FORMULATION]
    ran = solve("compile", tmp_path / "run", {"formulate": steps})
    assert ran.objective == OPTIMUM
    first, second, third = (body["messages"][-1]["content"] for body in ran.cast.of("formulate"))
    assert "could not be used" not in first
    assert "the reply is empty" in second
    assert "cut off" in third


def test_near_json_is_mended_without_a_call(tmp_path: Path) -> None:
    sloppy = str(document()).replace("}}}", "},},}").replace("True", "true")
    ran = solve(
        "compile", tmp_path / "run", {"formulate": f"Sure! Here it is:\n\n{sloppy}\n\nI hope it helps."}
    )
    assert ran.asked == ["formulate"]
    assert ran.objective == OPTIMUM


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("Sure:\n```yaml\nquintet: 1\n```", "quintet: 1"),
        ("Sure:\nquintet: 1\ntitle: A\n", "quintet: 1"),
        ('Here: {"quintet": 1, "sets": {', '{"quintet": 1, "sets": {'),
        ("no document at all", ""),
        ("", ""),
    ],
)
def test_the_document_of_a_reply(text: str, begins: str) -> None:
    assert document_in(text).startswith(begins)
    assert bool(document_in(text)) is bool(begins)


def test_mending_loses_nothing() -> None:
    twice = '{"quintet": 1, "constraints": {"a": {"expression": "x <= 1"}, "a": {"expression": "x <= 2"},}}'
    assert document_in(twice) == twice
    assert Formulation.loads(document_in(str(document())), "json") == Formulation.model_validate(document())


def test_lines_may_be_one_line_or_a_map() -> None:
    assert Plan.model_validate({"solver": "a", "approach": "b", "pitfalls": "things are whole"}).pitfalls == (
        "things are whole",
    )
    reply = {"variables": {"x": "whole"}, "objective": {"sense": "minimize"}, "constraints": ["a", {"b": 1}]}
    found = FiveElements.model_validate(reply)
    assert found.variables == ("x: whole",)
    assert found.objective == '{"sense": "minimize"}'
    assert found.constraints == ("a", '{"b": 1}')
    assert Scores.model_validate({"scores": ["8/10", "2", 3]}).scores == (8, 2, 3)


def test_scores_whose_owner_is_not_known_are_left_out(tmp_path: Path) -> None:
    scripts: dict[str, Steps] = {"code": TOO_MUCH, "decide": json.dumps({"scores": [15]})}
    ran = solve("optimai", tmp_path / "run", scripts, plans=2)
    assert "decider: 1 scores for 2 programs: the last ones count" in ran.said
    assert ran.objective == OPTIMUM


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Here:\nimport math\ndef solve(data):\n    return {}\n", True),
        ("def solve(data):\n    return {}", True),
        ("def solve(data):\n    return {}\n\nThis solves it!", False),
        ("I would import highspy and solve it.", False),
    ],
)
def test_a_program_without_a_fence(text: str, right: bool) -> None:
    assert (program_in(text) is not None) is right


def test_a_critic_in_plain_words_is_heard(tmp_path: Path) -> None:
    said = "Keep to the 40 hours of the week."
    ran = solve("optimai", tmp_path / "run", {"code": TOO_MUCH, "criticise": said}, plans=1)
    assert ran.asked.count("criticise") == 1
    assert said in ran.cast.words("repair_code")
    assert ran.objective == OPTIMUM


def test_no_critic_is_asked_about_a_program_that_is_not_there(tmp_path: Path) -> None:
    ran = solve("optimai", tmp_path / "run", {"code": "Try pip install ortools."}, plans=1)
    assert "criticise" not in ran.asked
    assert "begins with ```python" in ran.cast.words("repair_code")
    assert ran.objective == OPTIMUM
    assert "coder: coder" not in ran.notes


# what is said of a run


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        ("import gurobipy", "there are pyomo, highspy"),
        ("open('months.csv')", "the tables are in the argument data"),
        (
            "return {'status': 'OPTIMAL', 'objective': None, 'decisions': {'stools': 0, 'benches': 0}}",
            "0 where nothing",
        ),
    ],
)
def test_an_error_says_what_there_is_instead(body: str, hint: str, tmp_path: Path) -> None:
    ran = solve("code", tmp_path / "run", {"code": program(body)})
    assert hint in ran.cast.words("repair_code")
    assert ran.objective == OPTIMUM


def test_a_word_in_capitals_is_the_same_word(tmp_path: Path) -> None:
    ran = solve(
        "code", tmp_path / "run", {"code": program("return {'status': 'INFEASIBLE', 'decisions': {}}")}
    )
    assert ran.record["status"] == "infeasible"


# what is said of the answer


def test_two_plans_that_fit_are_no_second_reading(tmp_path: Path) -> None:
    whole = document(objective={"sense": "satisfy"})
    scripts: dict[str, Steps] = {
        "formulate": fenced(json.dumps(whole), "json"),
        "repair_formulation": "SAME",
        "code": claiming(0, 0, 0.0).replace("30 * stools + 80 * benches", "0"),
    }
    ran = solve("quintet", tmp_path / "run", scripts)
    codes = {finding["code"] for finding in ran.record["findings"]}
    assert "readings-fit" in codes
    assert "readings-agree" not in codes
    assert any("blind reading" in what for what in ran.record["missing"])


def test_a_made_up_result_never_hides_the_difference(tmp_path: Path) -> None:
    made_up = program("return {'status': 'optimal', 'objective': 9999, 'decisions': {}}").split("def check")[
        0
    ]
    made_up += "def check(data, decisions):\n    return {'objective': 9999, 'violations': {}}\n```"
    ran = solve("quintet", tmp_path / "run", {"code": made_up})
    assert ran.objective == OPTIMUM
    assert ran.record["findings"][0]["code"] == "readings-differ"
    assert "which differ" in ran.record["missing"][0]


def test_programs_that_differ_among_themselves_are_said(tmp_path: Path) -> None:
    ran = solve("quintet", tmp_path / "run", {"code": [claiming(5, 5, 550.0), PROGRAM, PROGRAM]})
    assert "readings-agree" in {finding["code"] for finding in ran.record["findings"]}
    assert "550" in ran.answer.to_text()
