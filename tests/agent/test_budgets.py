"""Budgets: at the limit the best answer so far comes out, marked; and a raised budget goes on from there."""

from __future__ import annotations

from pathlib import Path

import pytest

from quintet.agent import session
from quintet.agent.session import replay, resume
from quintet.agent.tactics import Strategy
from quintet.errors import SettingsError
from quintet.settings import Price
from tests.agent.scripts import OPTIMUM, PROGRAM, TOO_MUCH, Cast, never_right, put_in, settings, solve
from tests.llm.endpoint import Endpoint, Hang

pytestmark = pytest.mark.usefixtures("one_sandbox")
PRICES = {"m": Price(input=1000.0, output=1000.0)}


@pytest.mark.parametrize("strategy", Strategy)
@pytest.mark.parametrize("calls", [1, 3, 4, 7])
def test_no_more_calls_than_allowed(
    strategy: Strategy, calls: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in(monkeypatch, never_right())
    scripts = {"formulate": "rubbish", "repair_formulation": "rubbish"}
    ran = solve(strategy, tmp_path / "run", scripts, changes={"budget_calls": calls})
    assert len(ran.asked) <= calls
    full = {Strategy.DIRECT: 1, Strategy.COMPILE: 4, Strategy.CODE: 4}
    if calls < full.get(strategy, 8):
        assert len(ran.asked) == calls
        assert f"the budget of {calls} calls is used up" in ran.stopped
        assert "Stopped early" in ran.answer.to_text()


def test_programs_that_were_paid_for_are_run(tmp_path: Path) -> None:
    """Elements, plans, and two of three programs: one of these solves it."""
    ran = solve("optimai", tmp_path / "run", changes={"budget_calls": 4})
    assert ran.asked == ["five_elements", "plan", "code", "code"]
    assert ran.objective == OPTIMUM
    assert ran.answer.settled
    assert "the budget of 4 calls is used up" in ran.stopped


def test_the_best_answer_so_far_survives_the_repair_that_nobody_paid(tmp_path: Path) -> None:
    ran = solve("code", tmp_path / "run", {"code": TOO_MUCH}, changes={"budget_calls": 1})
    assert ran.objective == 720.0
    assert not ran.answer.settled
    assert "budget of 1 calls" in ran.stopped


def test_a_formulation_that_was_paid_for_is_solved(tmp_path: Path) -> None:
    ran = solve("compile", tmp_path / "run", changes={"budget_tokens": 1})
    assert ran.objective == OPTIMUM
    assert not ran.stopped  # nothing more was wanted
    beside = solve("quintet", tmp_path / "beside", changes={"budget_tokens": 1, "concurrency": 1})
    assert beside.objective == OPTIMUM
    assert "of 1 tokens are used" in beside.stopped


def test_money(tmp_path: Path) -> None:
    changes = {"budget_usd": 0.5, "prices": PRICES}
    ran = solve("optimai", tmp_path / "run", {"code": TOO_MUCH, "repair_code": TOO_MUCH}, changes=changes)
    assert "of $0.5 is used" in ran.stopped
    assert ran.record["account"]["total"]["money"] > 0.5
    assert ran.record["account"]["notes"]


def test_a_price_that_nobody_said_is_unknown(tmp_path: Path) -> None:
    ran = solve("direct", tmp_path / "run")
    assert ran.record["account"]["total"]["money"] is None
    assert "cost unknown" in ran.answer.to_text()
    assert "$0" not in ran.answer.to_text()


def test_a_budget_in_dollars_needs_a_price_before_anything_is_asked(tmp_path: Path) -> None:
    with Endpoint(Cast()) as endpoint:
        wanted = settings(endpoint, tmp_path, budget_usd=1.0)
        with pytest.raises(SettingsError, match="needs the price of 'm'"):
            session.run(solve_problem(), wanted, tactics(), folder=tmp_path / "run")
        assert not endpoint.requests


def test_time_ends_a_call_in_flight(tmp_path: Path) -> None:
    ran = solve("code", tmp_path / "run", {"code": Hang("def so")}, changes={"budget_seconds": 0.5})
    assert "of 0.5 seconds are used" in ran.stopped
    assert ran.asked == ["code"]


def test_a_raised_budget_goes_on_where_the_run_was_stopped(tmp_path: Path) -> None:
    scripts = {"code": TOO_MUCH, "repair_code": [TOO_MUCH, PROGRAM]}
    stopped = solve("optimai", tmp_path / "run", scripts, changes={"budget_calls": 7})
    assert stopped.objective == 720.0
    assert len(stopped.asked) == 7
    whole = solve("optimai", tmp_path / "whole", scripts)
    cast = Cast({"repair_code": PROGRAM})
    with Endpoint(cast) as endpoint:
        answer = resume(tmp_path / "run", settings(endpoint, tmp_path, budget_calls=50))
        assert answer.record()["objective"] == OPTIMUM
        assert not answer.record()["account"]["stopped"]
        assert len(cast.asked) < len(whole.asked) - 4
        assert "plan" not in cast.asked
        assert "code" not in cast.asked
        calls = answer.record()["account"]["total"]["calls"]
        assert calls == len(stopped.asked) + len(cast.asked)


def test_a_budget_holds_on_resume(tmp_path: Path) -> None:
    stopped = solve("code", tmp_path / "run", {"code": TOO_MUCH}, changes={"budget_calls": 1})
    cast = Cast()
    with Endpoint(cast) as endpoint:
        answer = resume(tmp_path / "run", settings(endpoint, tmp_path))
    assert not cast.asked
    assert answer.record()["objective"] == stopped.objective
    assert "budget of 1 calls" in answer.record()["account"]["stopped"]


@pytest.mark.parametrize("strategy", Strategy)
def test_a_stopped_run_replays_to_its_answer(strategy: Strategy, tmp_path: Path) -> None:
    scripts = {"code": TOO_MUCH, "formulate": "rubbish", "direct": "rubbish"}
    ran = solve(strategy, tmp_path / "run", scripts, changes={"budget_calls": 2, "concurrency": 1})
    again = replay(ran.folder).record()
    assert again["objective"] == ran.objective
    assert again["account"]["stopped"] == ran.stopped
    assert again["status"] == ran.record["status"]


def solve_problem() -> session.Problem:
    return session.Problem("How much is it?")


def tactics() -> session.Tactics:
    return session.Tactics(strategy=Strategy.DIRECT)
