"""The command line with a model: solve, show, replay, resume, and what it says when something is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from quintet.agent import reviewer
from quintet.agent.run_folder import RunFolder
from quintet.llm import client
from tests.agent.scripts import KEY, OPTIMUM, PROBLEM, RIGHT, TOO_MUCH, Cast
from tests.command import Run, runner
from tests.llm.endpoint import Endpoint, Status

pytestmark = pytest.mark.usefixtures("one_sandbox")
EXAMPLE = Path(reviewer.__file__).parents[1] / "examples" / "product_mix" / "formulation.yaml"


@pytest.fixture
def quintet(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    monkeypatch.setattr(client, "backoff", lambda attempt, dice: 0.001)
    return runner(monkeypatch, capsys, tmp_path)


@pytest.fixture
def cast() -> Cast:
    return Cast({"code": TOO_MUCH})


@pytest.fixture
def endpoint(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    with Endpoint(cast) as serving:
        monkeypatch.setenv("QUINTET_MODEL", "m")
        monkeypatch.setenv("QUINTET_BASE_URL", serving.url)
        monkeypatch.setenv("QUINTET_API_KEY", KEY)
        monkeypatch.setenv("QUINTET_RETRIES", "1")
        yield serving


def only_run(home: Path) -> Path:
    (run,) = (home / "state" / "quintet" / "runs").iterdir()
    return run


def test_solve_uses_the_model_and_writes_a_run(
    quintet: Run, endpoint: Endpoint, clean_environment: Path
) -> None:
    ran = quintet("solve", PROBLEM)
    assert ran.code == 0
    assert ran.out.startswith("The joiner's week\n\nMaximum objective: 630 EUR")
    assert all(line.startswith("· ") for line in ran.err.splitlines())
    assert "· comparer: formulation and program come to the same result: 630" in ran.err.splitlines()
    folder = only_run(clean_environment)
    assert f"Run: {folder}" in ran.out
    assert folder.stat().st_mode & 0o077 == 0
    files = {"run.json", "problem.txt", "calls.jsonl", "replies.sqlite", "checkpoint.sqlite", "events.jsonl"}
    assert {file.name for file in folder.iterdir()} >= {*files, "answer.json", "answer.txt", "programs"}
    assert KEY not in ran.out + ran.err


def test_json_is_one_document(quintet: Run, endpoint: Endpoint) -> None:
    ran = quintet("solve", PROBLEM, "--strategy", "optimai", "--json", "--seed", "7", "--max-tokens", "900")
    assert ran.code == 0
    assert ran.document["objective"] == OPTIMUM
    body = endpoint.requests[0].body
    assert (body["seed"], body["max_tokens"]) == (7, 900)


def test_plans_and_ucb(quintet: Run, endpoint: Endpoint, cast: Cast) -> None:
    ran = quintet("solve", PROBLEM, "--strategy", "optimai", "--plans", "2", "--ucb", "round-robin")
    assert ran.code == 0
    assert cast.asked.count("code") == 2
    assert "program 1 is to be debugged" in ran.err


@pytest.mark.parametrize("named", ["path", "name"])
def test_show(named: str, quintet: Run, endpoint: Endpoint, clean_environment: Path) -> None:
    quintet("solve", PROBLEM, "--strategy", "optimai")
    folder, asked = only_run(clean_environment), len(endpoint.requests)
    run = str(folder) if named == "path" else folder.name
    brief = quintet("show", run)
    assert brief.code == 0
    assert not brief.err
    assert PROBLEM in brief.out
    assert "── call 1: formulator ──" in brief.out
    assert "Claimed optimum: 630" in brief.out
    assert "[system]" not in brief.out
    whole = quintet("show", run, "--whole")
    assert "[system]" in whole.out
    assert len(whole.out) > len(brief.out)
    told = quintet("show", run, "--json").document
    assert told["problem"] == PROBLEM
    assert [call["role"] for call in told["calls"]][:2] == ["formulator", "planner"]
    assert told["answer"]["objective"] == OPTIMUM
    assert len(endpoint.requests) == asked
    assert KEY not in brief.out + whole.out + json.dumps(told)


def test_show_cuts_what_is_long(
    quintet: Run, monkeypatch: pytest.MonkeyPatch, clean_environment: Path
) -> None:
    long = f"{RIGHT['direct']}\n" + "because " * 1000
    with Endpoint(Cast({"direct": long})) as endpoint:
        monkeypatch.setenv("QUINTET_BASE_URL", endpoint.url)
        quintet("solve", PROBLEM, "--strategy", "direct", "--model", "m")
    run = only_run(clean_environment).name
    brief = quintet("show", run).out
    assert "more characters (--whole shows them)" in brief
    assert "because " * 1000 not in brief
    assert "because " * 1000 in quintet("show", run, "--whole").out


def test_replay_asks_nobody(quintet: Run, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    first = quintet("solve", PROBLEM, "--json", "-o", "run")
    assert first.code == 0
    asked = len(endpoint.requests)
    monkeypatch.setenv("QUINTET_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.delenv("QUINTET_MODEL")
    again = quintet("replay", "run", "--json")
    assert again.code == 0
    same = ("status", "objective", "variables", "verdict", "missing")
    assert [again.document[name] for name in same] == [first.document[name] for name in same]
    assert len(endpoint.requests) == asked


def test_an_endpoint_that_refuses_names_the_way_back(quintet: Run, endpoint: Endpoint, cast: Cast) -> None:
    cast.scripts["code"] = [Status(401, f"bad key {KEY}"), RIGHT["code"]]
    ran = quintet("solve", PROBLEM, "--strategy", "optimai", "--plans", "1", "-o", "my run")
    assert ran.code == 3
    assert not ran.out
    last = ran.err.splitlines()[-1]
    assert last.startswith("quintet: m at 127.0.0.1")
    assert last.endswith("; go on with: quintet resume 'my run'")
    assert "set OPENAI_API_KEY" in last
    assert KEY not in ran.err
    shown = quintet("show", "my run")
    assert "answered 401" in shown.out
    assert "No answer yet. Go on with: quintet resume" in shown.out
    resumed = quintet("resume", "my run", "--json")
    assert resumed.code == 0
    assert resumed.document["objective"] == OPTIMUM
    assert cast.asked == ["five_elements", "plan", "code", "code"]
    assert quintet("replay", "my run", "--json").document["objective"] == OPTIMUM


def test_a_finished_run_is_not_run_again(quintet: Run, endpoint: Endpoint) -> None:
    quintet("solve", PROBLEM, "--strategy", "compile", "-o", "run")
    asked = len(endpoint.requests)
    ran = quintet("resume", "run", "--json")
    assert ran.document["objective"] == OPTIMUM
    assert len(endpoint.requests) == asked


def test_a_formulation_needs_no_model(quintet: Run, endpoint: Endpoint) -> None:
    ran = quintet("solve", str(EXAMPLE))
    assert ran.code == 0
    assert "4,020" in ran.out or "4020" in ran.out
    assert not endpoint.requests


READABLE = str(EXAMPLE.parents[1] / "bakery.txt")


def test_the_reader_is_used_when_it_is_asked_for(quintet: Run, endpoint: Endpoint) -> None:
    ran = quintet("solve", READABLE, "--reader")
    assert ran.code == 0
    assert not endpoint.requests
    assert "reader" in ran.out


def test_without_a_model_the_reader_says_what_to_set(quintet: Run) -> None:
    ran = quintet("solve", "Some birds would rather not be counted by anybody.")
    assert ran.code == 2
    assert "Traceback" not in ran.err
    for word in ("--model", "QUINTET_MODEL", "OPENAI_API_KEY"):
        assert word in ran.err
    assert len(ran.err.splitlines()) == 1


def test_a_key_alone_sends_nothing(quintet: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    ran = quintet("solve", READABLE)
    assert ran.code == 0


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        (["--plans", "0"], "--plans"),
        (["--plans", "101"], "--plans"),
        (["--plans", "many"], "--plans"),
        (["--ucb", "best"], "--ucb"),
        (["--strategy", "magic"], "--strategy"),
        (["--budget-usd", "-1"], "--budget-usd"),
        (["--budget-usd", "1"], "budget_usd"),
        (["--budget-calls", "0"], "--budget-calls"),
        (["--budget-tokens", "x"], "--budget-tokens"),
        (["--budget-seconds", "nan"], "--budget-seconds"),
        (["--max-tokens", "-5"], "--max-tokens"),
        (["--seed", "-1"], "seed"),
        (["--review", "--strategy", "code"], "--review"),
        (["--explain", "--strategy", "direct"], "--explain"),
        (["--ask", "--strategy", "optimai"], "--ask"),
        (["--data", "nowhere"], "--data"),
        (["-o", "taken"], "taken"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_flags_that_make_no_sense(
    flags: list[str], named: str, quintet: Run, endpoint: Endpoint, tmp_path: Path
) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").touch()
    ran = quintet("solve", PROBLEM, *flags)
    assert ran.code in (2, 3)
    assert named in ran.err
    assert "Traceback" not in ran.err
    assert not ran.out
    assert not endpoint.requests


@pytest.mark.parametrize("verb", ["resume", "show", "replay"])
@pytest.mark.parametrize("content", [None, "", "{}", '{"quintet": 99}', '{"quintet": 1}', "[]", "\x00"])
def test_what_is_no_run(
    verb: str, content: str | None, quintet: Run, endpoint: Endpoint, tmp_path: Path
) -> None:
    (tmp_path / "run").mkdir()
    if content is not None:
        (tmp_path / "run" / "run.json").write_text(content, encoding="utf-8")
    ran = quintet(verb, "run")
    assert ran.code == 2
    last = ran.err.splitlines()[-1]
    assert last.startswith("quintet: run")
    assert "Traceback" not in ran.err


def test_a_run_without_its_problem_is_one_line(quintet: Run, endpoint: Endpoint, tmp_path: Path) -> None:
    quintet("solve", PROBLEM, "--strategy", "direct", "-o", "run")
    (tmp_path / "run" / "problem.txt").unlink()
    for verb in ("resume", "show", "replay"):
        ran = quintet(verb, "run")
        assert ran.code == 2
        assert "problem.txt" in ran.err


@pytest.mark.parametrize("damaged", ["checkpoint.sqlite", "replies.sqlite", "calls.jsonl"])
def test_a_damaged_file_is_one_line(damaged: str, quintet: Run, endpoint: Endpoint, tmp_path: Path) -> None:
    quintet("solve", PROBLEM, "--strategy", "direct", "-o", "run")
    for file in (tmp_path / "run").glob(f"{damaged}*"):
        file.write_bytes(b"\xff" * 5000)
    ran = quintet("resume", "run")
    assert ran.code in (2, 3)
    assert damaged in ran.err
    assert "Traceback" not in ran.err


def test_doctor_asks_no_model(quintet: Run, endpoint: Endpoint) -> None:
    ran = quintet("doctor")
    assert ran.code in (0, 1, 3)
    assert "Traceback" not in ran.err
    assert KEY not in ran.out + ran.err
    assert not endpoint.requests


def test_one_process_at_a_time_works_on_a_run(
    quintet: Run, endpoint: Endpoint, clean_environment: Path
) -> None:
    quintet("solve", PROBLEM, "--strategy", "compile")
    folder = RunFolder(only_run(clean_environment))
    with folder.held():
        ran = quintet("resume", str(folder.path))
    assert ran.code == 2
    assert "another process is at work on this run" in ran.err


def test_a_missing_price_leaves_no_run_behind(quintet: Run, endpoint: Endpoint, tmp_path: Path) -> None:
    ran = quintet("solve", PROBLEM, "--budget-usd", "1", "-o", "there")
    assert ran.code == 3
    assert not (tmp_path / "there").exists()
