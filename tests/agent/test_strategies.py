"""Every strategy over real HTTP: what is asked in which case, and what comes out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from quintet.agent.answer import Answer
from quintet.agent.claimed import ClaimedAnswer
from quintet.agent.tactics import Strategy
from quintet.problem import Verdict
from tests.agent.scripts import (
    BROKEN,
    FORMULATION,
    INFEASIBLE,
    NO_PLAN,
    OPTIMUM,
    PROGRAM,
    RIGHT,
    TOO_MUCH,
    UNKNOWN_NAME,
    Ran,
    claiming,
    solve,
)

pytestmark = pytest.mark.usefixtures("one_sandbox")

REFERENCE = {
    Strategy.DIRECT: ["direct"],
    Strategy.CODE: ["code"],
    Strategy.FIVE_ELEMENT: ["five_elements", "code", "judge"],
    Strategy.OPTIMAI: ["five_elements", "plan", "code", "code", "code"],
    Strategy.COMPILE: ["formulate"],
    Strategy.QUINTET: ["code", "code", "code", "formulate", "plan"],
}
"""The prompts of a run in which every first reply is right."""


def codes(ran: Ran) -> set[str]:
    return {finding["code"] for finding in ran.record["findings"]}


@pytest.mark.parametrize("strategy", Strategy)
def test_first_try_right(strategy: Strategy, tmp_path: Path) -> None:
    ran = solve(strategy, tmp_path / "run")
    assert ran.objective == OPTIMUM
    assert sorted(ran.asked) == sorted(REFERENCE[strategy])
    assert ran.record["account"]["total"]["calls"] == len(ran.asked)
    assert ran.record["account"]["total"]["usage"]["estimated"] is False
    assert not ran.stopped
    expected = Verdict.UNSOLVED if strategy is Strategy.DIRECT else Verdict.CHECKED
    assert ran.answer.verdict is expected
    assert ran.answer.settled is (strategy is not Strategy.DIRECT)
    assert json.loads((ran.folder / "answer.json").read_text(encoding="utf-8")) == ran.record


def test_the_readings_of_quintet_are_compared(tmp_path: Path) -> None:
    ran = solve("quintet", tmp_path / "run")
    assert isinstance(ran.answer, Answer)
    assert "readings-agree" in codes(ran)
    assert "come to the same result: 630" in ran.notes


def test_readings_that_differ_are_told_and_lower_nothing_else(tmp_path: Path) -> None:
    ran = solve("quintet", tmp_path / "run", {"code": claiming(5, 5, 550.0)})
    assert ran.objective == OPTIMUM
    assert "readings-differ" in codes(ran)
    assert "630" in ran.notes
    assert "550" in ran.notes


@pytest.mark.parametrize("strategy", ["code", "five-element", "optimai", "quintet"])
def test_a_syntax_error_is_repaired(strategy: str, tmp_path: Path) -> None:
    judged = json.loads(RIGHT["judge"])
    wrong = json.dumps({**judged, "program_correct": False, "program_analysis": "it does not parse"})
    ran = solve(strategy, tmp_path / "run", {"code": BROKEN, "judge": [wrong, RIGHT["judge"]]})
    assert ran.objective == OPTIMUM
    assert ran.answer.verdict is Verdict.CHECKED
    assert ran.asked.count("repair_code") == 1
    assert "SyntaxError" in ran.cast.words("repair_code")


@pytest.mark.parametrize("strategy", ["optimai", "quintet"])
def test_the_second_plan_wins_after_the_critic(strategy: str, tmp_path: Path) -> None:
    repairs = [TOO_MUCH, PROGRAM]
    ran = solve(strategy, tmp_path / "run", {"code": TOO_MUCH, "repair_code": repairs})
    assert ran.asked.count("decide") == 2
    assert ran.asked.count("criticise") == 2
    assert ran.asked.count("repair_code") == 2
    assert "its own check finds violations" in ran.cast.words("criticise")
    assert "keep to 40" in ran.cast.words("repair_code")
    assert sum("SyntaxError" in line for line in ran.said) == 0
    assert ran.objective == OPTIMUM
    # the decider gave plan 2 the most, and it was tried first
    assert "decider: program 2 is to be debugged" in ran.said


def test_five_elements_are_written_again_when_they_are_judged_wrong(tmp_path: Path) -> None:
    judged = json.loads(RIGHT["judge"])
    wrong = {**judged, "elements_correct": False, "elements_analysis": "The six benches are missing."}
    better = {**json.loads(RIGHT["five_elements"]), "constraints": ["hours", "at most 6 benches"]}
    ran = solve(
        "five-element",
        tmp_path / "run",
        {
            "five_elements": [RIGHT["five_elements"], json.dumps(better)],
            "code": [TOO_MUCH, PROGRAM],
            "judge": [json.dumps(wrong), RIGHT["judge"]],
        },
    )
    assert ran.asked == ["five_elements", "code", "judge", "five_elements", "code", "judge"]
    assert "The six benches are missing." in ran.cast.words("five_elements")
    assert ran.objective == OPTIMUM


def test_faults_of_a_formulation_go_back_once(tmp_path: Path) -> None:
    ran = solve("compile", tmp_path / "run", {"formulate": UNKNOWN_NAME})
    assert ran.asked == ["formulate", "repair_formulation"]
    assert "unknown name 'table'" in ran.cast.words("repair_formulation")
    assert ran.objective == OPTIMUM


def test_a_formulation_that_stays_faulty_is_said(tmp_path: Path) -> None:
    scripts = {"formulate": UNKNOWN_NAME, "repair_formulation": UNKNOWN_NAME}
    ran = solve("compile", tmp_path / "run", scripts)
    assert ran.asked == ["formulate", *["repair_formulation"] * 3]
    assert isinstance(ran.answer, ClaimedAnswer)
    assert ran.record["status"] == "unsolved"
    assert "unknown name 'table'" in ran.answer.to_text()


def test_an_infeasible_formulation_is_looked_at_once_more(tmp_path: Path) -> None:
    ran = solve("compile", tmp_path / "run", {"formulate": INFEASIBLE, "repair_formulation": FORMULATION})
    assert ran.asked == ["formulate", "repair_formulation"]
    assert "no plan meets all constraints" in ran.cast.words("repair_formulation")
    assert ran.objective == OPTIMUM


@pytest.mark.parametrize("strategy", ["compile", "quintet"])
def test_an_infeasible_problem_stays_infeasible(strategy: str, tmp_path: Path) -> None:
    scripts = {"formulate": INFEASIBLE, "repair_formulation": INFEASIBLE, "code": NO_PLAN}
    ran = solve(strategy, tmp_path / "run", scripts)
    assert ran.record["status"] == "infeasible"
    assert ran.asked.count("repair_formulation") == 1
    if strategy == "quintet":
        assert "readings-agree" in codes(ran)


@pytest.mark.parametrize("strategy", ["code", "five-element", "optimai"])
def test_a_program_may_find_no_plan(strategy: str, tmp_path: Path) -> None:
    ran = solve(strategy, tmp_path / "run", {"code": NO_PLAN})
    assert ran.record["status"] == "infeasible"
    assert ran.objective is None
    assert "repair_code" not in ran.asked


def test_a_claim_of_infeasibility(tmp_path: Path) -> None:
    claim = json.dumps({"status": "infeasible", "objective": None, "decisions": {}})
    ran = solve("direct", tmp_path / "run", {"direct": claim})
    assert ran.record["status"] == "infeasible"
    assert not ran.answer.settled


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_claim_that_is_no_number_is_asked_for_again(number: str, tmp_path: Path) -> None:
    odd = f'{{"status": "optimal", "objective": {number}, "decisions": {{"stools": {number}}}}}'
    ran = solve("direct", tmp_path / "run", {"direct": [odd, RIGHT["direct"]]})
    assert ran.asked == ["direct", "direct"]
    assert ran.objective == OPTIMUM


def test_plans_are_made_distinct_and_asked_for_again(tmp_path: Path) -> None:
    plans = json.loads(RIGHT["plan"])["plans"]
    alike = json.dumps({"plans": [plans[0], plans[0], {**plans[0], "solver": "Plain  python"}]})
    rest = json.dumps({"plans": plans[1:]})
    ran = solve("optimai", tmp_path / "run", {"plan": [alike, rest]})
    assert ran.asked.count("plan") == 2
    assert ran.asked.count("code") == 3
    assert plans[0]["approach"] in ran.cast.of("plan")[1]["messages"][1]["content"]


def test_plans_that_are_there_outlive_a_refused_second_asking(tmp_path: Path) -> None:
    plans = json.loads(RIGHT["plan"])["plans"]
    one = json.dumps({"plans": plans[:1]})
    ran = solve("optimai", tmp_path / "run", {"plan": [one, "no", "no", "no"]})
    assert plans[0]["approach"] in ran.cast.words("code")
    assert ran.objective == OPTIMUM


def test_roles_may_have_models_of_their_own(tmp_path: Path) -> None:
    ran = solve("optimai", tmp_path / "run", changes={"models": {"coder": {"model": "big"}}})
    models = {name: {body["model"] for body in ran.cast.of(name)} for name in set(ran.asked)}
    assert models == {"five_elements": {"m"}, "plan": {"m"}, "code": {"big"}}
    assert {role: name.split()[0] for role, name in ran.record["account"]["models"].items()} == {
        "formulator": "m",
        "planner": "m",
        "coder": "big",
    }


def test_the_formulation_stays_out_of_the_programs_sight(tmp_path: Path) -> None:
    """In `quintet` two readings of the text are held against each other, so neither may see the other."""
    scripts = {
        "formulate": UNKNOWN_NAME,
        "code": TOO_MUCH,
        "repair_code": [TOO_MUCH, PROGRAM],
    }
    ran = solve("quintet", tmp_path / "run", scripts)
    assert ran.objective == OPTIMUM
    beside = ran.cast.words("plan", "code", "repair_code", "decide", "criticise")
    for word in ("sum(earns[p]", "make[bench]", "unknown name", "The joiner's week", "Piece"):
        assert word not in beside, word
    formulator = ran.cast.words("formulate", "repair_formulation")
    for word in ("def solve(data", "def check(data", "violations", "Try all numbers", "keep to 40"):
        assert word not in formulator, word
