"""What endpoints and models do wrong: each strategy gets over it, or ends and says why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from quintet.agent.tactics import Strategy
from quintet.errors import EndpointError
from quintet.llm import client
from quintet.llm.incoming import SIZE_LIMIT
from tests.agent.scripts import (
    ASKED_BY,
    INFEASIBLE,
    KEY,
    OPTIMUM,
    RIGHT,
    TOO_MUCH,
    UNKNOWN_NAME,
    Ran,
    Steps,
    never_right,
    put_in,
    solve,
)
from tests.llm.endpoint import Hang, Raw, Reply, Reset, Status, Step

pytestmark = pytest.mark.usefixtures("one_sandbox")

REFUSAL = Reply(refusal="I can't help with that.")
HUGE = Reply("x" * 5_000_000, size=1 << 16)
SILENCE = 0.25


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "backoff", lambda attempt, dice: 0.001)


def cut(text: str) -> str:
    """The first two thirds."""
    return text[: 2 * len(text) // 3]


def first(fault: dict[str, Step], strategy: Strategy) -> dict[str, Steps]:
    """Every prompt of the strategy: first the fault, then the right reply."""
    return {name: [fault[name], RIGHT[name]] for name in ASKED_BY[strategy]}


def everywhere(step: Step) -> dict[str, Step]:
    return dict.fromkeys(RIGHT, step)


@pytest.mark.parametrize("strategy", Strategy)
def test_failures_that_pass_are_waited_out(strategy: Strategy, tmp_path: Path) -> None:
    failures: list[Step] = [
        Status(429, headers={"Retry-After": "0.01"}),
        Status(500),
        Status(503, headers={"Retry-After": "0"}),
        Hang(),
        Hang('{"half": '),
        Reset(),
        Reset("```py"),
        Raw(b"<html>", kind="application/json"),
    ]
    prompts = [name for name in ASKED_BY[strategy] if "repair" not in name]
    scripts = {name: [*failures, RIGHT[name]] for name in prompts}
    changes = {"retries": 50, "timeout": SILENCE}
    ran = solve(strategy, tmp_path / "run", scripts, plans=1, changes=changes)
    assert ran.objective == OPTIMUM
    asked = set(ran.asked)
    assert all(ran.asked.count(name) > len(failures) for name in asked)
    assert ran.record["account"]["total"]["calls"] == len(asked)
    assert not ran.notes.replace("comparer: formulation and program come to the same result: 630", "")


@pytest.mark.parametrize("status", [401, 403, 404, 400, 500])
def test_an_endpoint_that_refuses_ends_the_run(status: int, tmp_path: Path) -> None:
    with pytest.raises(EndpointError) as caught:
        solve("quintet", tmp_path / "run", everywhere(Status(status, f"no {KEY}")), changes={"retries": 1})
    assert str(status) in str(caught.value)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("strategy", Strategy)
def test_prose_around_replies_costs_nothing(strategy: Strategy, tmp_path: Path) -> None:
    def chatty(text: str) -> str:
        return f"Sure! Let me think about {{x}} first.\n\n{text}\n\nI hope that this helps {{you}}."

    ran = solve(strategy, tmp_path / "run", {name: chatty(RIGHT[name]) for name in RIGHT})
    assert ran.objective == OPTIMUM
    assert not any("repair" in name or name in ("decide", "criticise") for name in ran.asked)


@pytest.mark.parametrize("strategy", Strategy)
@pytest.mark.parametrize("kind", ["empty", "cut", "limit"])
def test_unusable_replies_are_asked_for_again(kind: str, strategy: Strategy, tmp_path: Path) -> None:
    made = {
        "empty": lambda text: f"<think>{text}",  # thought about, and never said
        "cut": cut,
        "limit": lambda text: Reply(cut(text), finish="length"),
    }[kind]
    scripts = first({name: made(RIGHT[name]) for name in RIGHT}, strategy)
    ran = solve(strategy, tmp_path / "run", scripts, plans=1)
    assert ran.objective == OPTIMUM
    assert "direct" not in ran.asked or ran.asked == ["direct", "direct"]


@pytest.mark.parametrize("strategy", Strategy)
@pytest.mark.parametrize("unusable", [REFUSAL, HUGE], ids=["refusal", "5MB"])
def test_a_role_that_gives_nothing_once(unusable: Step, strategy: Strategy, tmp_path: Path) -> None:
    ran = solve(strategy, tmp_path / "run", first(everywhere(unusable), strategy), plans=1)
    said = "can't help" if unusable is REFUSAL else f"{SIZE_LIMIT:,} characters"
    assert said in ran.notes
    assert ran.objective == (None if strategy is Strategy.DIRECT else OPTIMUM)
    assert said in ran.answer.to_text() or ran.record["origin"] == "language model"


@pytest.mark.parametrize("strategy", Strategy)
@pytest.mark.parametrize("unusable", ["rubbish", REFUSAL], ids=["rubbish", "refusal"])
def test_nobody_ever_replies(unusable: Step, strategy: Strategy, tmp_path: Path) -> None:
    ran = solve(strategy, tmp_path / "run", everywhere(unusable))
    assert ran.objective is None
    assert ran.record["status"] == "unsolved"
    assert not ran.answer.settled
    assert ran.record["account"]["notes"]
    assert len(ran.asked) <= 60


LOOPING = {"formulate": UNKNOWN_NAME, "repair_formulation": UNKNOWN_NAME, "code": TOO_MUCH}
ONE_ROLE = [(strategy, name) for strategy in Strategy for name in ASKED_BY[strategy]]


@pytest.mark.parametrize(("strategy", "name"), ONE_ROLE)
def test_one_role_fails_for_ever_and_the_run_ends(
    strategy: Strategy, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in(monkeypatch, never_right())
    unusable = ["rubbish", REFUSAL, "", *["rubbish"] * 3, REFUSAL]
    ran = solve(strategy, tmp_path / "run", {**LOOPING, name: unusable}, rounds=3, corrections=4)
    assert name in ran.asked
    assert not ran.answer.settled or strategy is Strategy.COMPILE
    assert len(ran.asked) <= 40


@pytest.mark.parametrize("strategy", Strategy)
def test_everything_is_wrong_for_ever(
    strategy: Strategy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in(monkeypatch, never_right())
    judged = {**json.loads(RIGHT["judge"]), "elements_correct": False}
    scripts: dict[str, Steps] = {
        **LOOPING,
        "formulate": INFEASIBLE,
        "repair_formulation": [UNKNOWN_NAME, INFEASIBLE],
        "judge": json.dumps(judged),
    }
    ran = solve(strategy, tmp_path / "run", scripts)
    bounds = {
        Strategy.DIRECT: 1,
        Strategy.CODE: 4,
        Strategy.FIVE_ELEMENT: 36,
        Strategy.OPTIMAI: 23,
        Strategy.COMPILE: 4,
        Strategy.QUINTET: 26,
    }
    assert len(ran.asked) <= bounds[strategy]
    assert len(ran.asked) >= bounds[strategy] - 12
    if strategy.programs and strategy is not Strategy.QUINTET:
        assert ran.record["verdict"] == "unsolved"
        assert "its own check finds violations" in ran.answer.to_text()


def in_words(ran: Ran) -> str:
    return ran.answer.to_text()


@pytest.mark.parametrize("strategy", ["code", "optimai"])
def test_a_refused_repair_leaves_the_answer_that_there_is(strategy: str, tmp_path: Path) -> None:
    ran = solve(strategy, tmp_path / "run", {"code": TOO_MUCH, "repair_code": REFUSAL}, rounds=2)
    assert ran.objective == 720.0
    assert ran.record["verdict"] == "unsolved"
    assert "can't help" in in_words(ran)
    assert "its own check finds violations" in in_words(ran)


def test_odd_text_does_no_harm(tmp_path: Path) -> None:
    """Lone surrogates, control characters and line separators in replies, on their way through every file."""
    odd = "\ud800 \x1b[31m \u2028 \x00 é"
    critic = json.dumps({"feedback": f"keep to 40 {odd}", "fault": "program"})
    program = RIGHT["code"].replace("def check", f'WORDS = "{odd.replace(chr(0), "")}"\n\n\ndef check')
    scripts = {"code": TOO_MUCH, "criticise": critic, "repair_code": program, "plan": [odd, RIGHT["plan"]]}
    ran = solve("optimai", tmp_path / "run", scripts)
    assert ran.objective == OPTIMUM
