"""Killed at any moment, a run goes on to the answer it would have had, and pays for no reply twice."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from quintet.agent.run_folder import RunFolder
from quintet.agent.session import replay, resume, run
from quintet.agent.tactics import Strategy, Tactics
from quintet.llm.recorded import read_calls
from quintet.problem import Problem
from tests.agent.scripts import (
    KEY,
    OPTIMUM,
    PROBLEM,
    PROGRAM,
    RIGHT,
    TOO_MUCH,
    UNKNOWN_NAME,
    Cast,
    claiming,
    fenced,
    prompt_of,
    settings,
)
from tests.llm.endpoint import Body, Endpoint, Hang, Step

pytestmark = pytest.mark.usefixtures("one_sandbox")
PATIENCE = 90.0
"""Seconds in which a child has to come as far as it is waited for; passed only if something hangs."""
LATER = "sk-another-9876543210"
"""The key of the process that goes on."""
REQUESTS = {"quintet": 12, "optimai": 11, "five-element": 7, "compile": 2}
"""Of an undisturbed run."""


class Steady(Cast):
    """Answers by the request alone, because after a kill it is chance which request comes when.

    Args:
        moment: `reached` is set when this many requests have come.
        delay: Seconds before a reply; up to three times as long, so that some replies of a node are on file
            when others are not.
    """

    def __init__(self, moment: int = 0, delay: float = 0.0) -> None:
        super().__init__(delay=delay)
        self._moment = moment
        self.reached = threading.Event()

    def __call__(self, body: Body) -> Step:
        super().__call__(body)
        if len(self.asked) == self._moment:
            self.reached.set()
        return self._delayed(reply_to(body), 1 + len(self.asked) % 3)


def reply_to(body: Body) -> str:
    """The first formulation and the first two programs of each plan are wrong."""
    name, user = prompt_of(body), body["messages"][1]["content"]
    if name == "repair_code":
        return PROGRAM if "640.0" in user else claiming(0, 8, 640.0)
    if name == "judge":
        right = "objective: 630" in user
        return json.dumps({**json.loads(RIGHT["judge"]), "program_correct": right, "program_analysis": "no"})
    return {"formulate": UNKNOWN_NAME, "code": TOO_MUCH}.get(name, RIGHT[name])


def key_of(body: Body) -> str:
    return json.dumps([(m["role"], m["content"]) for m in body["messages"]])


def sent_with(key: str, endpoint: Endpoint) -> list[str]:
    """The requests that came with a key: what was on its way at a kill may come in after it."""
    return [key_of(one.body) for one in endpoint.requests if key in one.headers["Authorization"]]


def on_file(folder: Path) -> set[str]:
    """The requests whose replies the process had written down."""
    calls = read_calls(folder / "calls.jsonl") if (folder / "calls.jsonl").exists() else []
    told = [call.request["messages"] for call in calls if call.reply is not None]
    return {json.dumps([(m["speaker"], m["text"]) for m in messages]) for messages in told}


def essence(record: dict[str, Any]) -> dict[str, Any]:
    """An answer without what time and way change."""
    account = record["account"]
    used = account["total"]["usage"]
    left = {name: record[name] for name in ("status", "objective", "variables", "verdict", "missing")}
    tokens = used["input_tokens"], used["output_tokens"]
    return {**left, "calls": account["total"]["calls"], "tokens": tokens, "notes": sorted(account["notes"])}


def begin(strategy: str, folder: Path, endpoint: Endpoint) -> subprocess.Popen[str]:
    """`quintet solve` in a process of its own."""
    known = {"QUINTET_MODEL": "m", "QUINTET_BASE_URL": endpoint.url, "QUINTET_API_KEY": KEY}
    command = [sys.executable, "-m", "quintet", "solve", PROBLEM, "--strategy", strategy, "-o", str(folder)]
    return subprocess.Popen(
        command,
        env={**os.environ, **known},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def came_to_it(cast: Steady, child: subprocess.Popen[str]) -> bool:
    """Wait until the run has sent the request it is waited for; not, if it has ended before."""
    until = time.monotonic() + PATIENCE
    while not cast.reached.wait(0.2):
        if child.poll() is not None or time.monotonic() > until:
            return False
    return True


def undisturbed(strategy: str, folder: Path) -> dict[str, Any]:
    """The same run without a kill, in this process."""
    cast = Steady()
    with Endpoint(cast) as endpoint:
        tactics = Tactics(strategy=Strategy(strategy))
        answer = run(Problem(PROBLEM), settings(endpoint, folder), tactics, folder=folder / "undisturbed")
    assert max(Counter(map(key_of, cast.bodies)).values()) == 1, "the requests of a run are all different"
    assert len(cast.asked) == REQUESTS[strategy]
    assert answer.record()["objective"] == OPTIMUM
    return answer.record()


def killed_and_resumed(strategy: str, dice: random.Random, folder: Path) -> dict[str, Any]:
    """Kill a run somewhere, check what is sent again, and give the answer."""
    moment = dice.randint(1, REQUESTS[strategy])
    cast = Steady(moment, delay=0.1)
    with Endpoint(cast) as endpoint:
        child = begin(strategy, folder, endpoint)
        try:
            assert came_to_it(cast, child), child.communicate(timeout=1)
            time.sleep(dice.uniform(0, 0.3))
        finally:
            child.kill()
            child.communicate()
        known = on_file(folder)
        answer = resume(folder, settings(endpoint, folder.parent, api_key=LATER))
        sent, again = sent_with(KEY, endpoint), sent_with(LATER, endpoint)
    assert not known & set(again), "a reply that was on file was asked for again"
    twice = [key for key, count in Counter([*sent, *again]).items() if count > 1]
    assert set(twice) <= set(sent) - known, "only what was in flight is sent again"
    assert max(Counter([*sent, *again]).values()) <= 2
    assert replay(folder).record()["objective"] == answer.record()["objective"]
    return answer.record()


@pytest.mark.parametrize(("strategy", "seed"), [("quintet", 3), ("quintet", 7), ("optimai", 0)])
def test_killed_and_resumed(strategy: str, seed: int, tmp_path: Path) -> None:
    """Seeds that kill while some programs of a node are on file and others are not, and later."""
    whole = undisturbed(strategy, tmp_path)
    found = killed_and_resumed(strategy, random.Random(seed), tmp_path / "run")
    assert essence(found) == essence(whole)


@pytest.mark.long
@pytest.mark.parametrize("strategy", REQUESTS)
def test_killed_ten_times(strategy: str, tmp_path: Path) -> None:
    whole, dice = undisturbed(strategy, tmp_path), random.Random(20)
    for number in range(10):
        found = killed_and_resumed(strategy, dice, tmp_path / f"run{number}")
        assert essence(found) == essence(whole)


def test_a_reply_that_was_only_recorded_is_not_asked_for_again(tmp_path: Path) -> None:
    """The narrowest moment of a kill: the call is in the recording, and not yet in the cache."""
    folder, cast = tmp_path / "run", Steady()
    with Endpoint(cast) as endpoint:
        run(Problem(PROBLEM), settings(endpoint, tmp_path), Tactics(strategy=Strategy.COMPILE), folder=folder)
        for name in ("replies.sqlite", "checkpoint.sqlite", "answer.json"):
            for file in folder.glob(f"{name}*"):
                file.unlink()
        answer = resume(folder, settings(endpoint, tmp_path))
    assert answer.record()["objective"] == OPTIMUM
    assert len(cast.asked) == REQUESTS["compile"]


def market_split() -> str:
    """A formulation that takes a solver very long: six equations that whole numbers hardly ever meet."""
    dice = random.Random(1)
    items, rows = [f"x{k}" for k in range(50)], [f"r{k}" for k in range(6)]
    weights = {item: {row: dice.randint(0, 99) for row in rows} for item in items}
    halves = {row: sum(weights[item][row] for item in items) // 2 for row in rows}
    plain = {"domain": "continuous", "lower": 0, "upper": None, "index": ["R"], "source": "implied"}
    document = {
        "quintet": 1,
        "sets": {"I": items, "R": rows},
        "parameters": {
            "a": {"index": ["I", "R"], "values": weights, "source": "implied"},
            "d": {"index": ["R"], "values": halves, "source": "implied"},
        },
        "variables": {
            "x": {"index": ["I"], "domain": "binary", "source": "implied"},
            "less": plain,
            "more": plain,
        },
        "objective": {"sense": "minimize", "expression": "sum(less[r] + more[r] for r in R)"},
        "constraints": {
            "split": {
                "for": "r in R",
                "expression": "sum(a[i, r] * x[i] for i in I) + less[r] - more[r] == d[r]",
                "source": "implied",
            }
        },
    }
    return fenced(json.dumps(document), "json")


WORKING = {
    "call": ("code", {"code": Hang("def s")}, "writing 1 program"),
    "program": (
        "code",
        {"code": fenced("def solve(data):\n    while True: pass", "python")},
        "running 1 program",
    ),
    "solver": (
        "compile",
        dict.fromkeys(("formulate", "repair_formulation"), market_split()),
        "solving the formulation",
    ),
}
"""At work → strategy, replies, and what is said when it begins."""


@pytest.mark.parametrize("at_work", WORKING)
def test_an_interrupt_leaves_a_run_to_go_on_with(at_work: str, tmp_path: Path) -> None:
    strategy, scripts, said = WORKING[at_work]
    folder = tmp_path / "a run"
    with Endpoint(Cast(scripts)) as endpoint:
        child = begin(strategy, folder, endpoint)
        try:
            assert child.stderr is not None
            assert any(said in line for line in child.stderr)
            time.sleep(0.3)
            child.send_signal(signal.SIGINT)
            out, err = child.communicate(timeout=PATIENCE)
        finally:
            child.kill()
    assert err.splitlines() == [f"quintet: interrupted; go on with: quintet resume '{folder}'"]
    assert child.returncode == 130
    assert not out
    assert not RunFolder(folder).finished
    if at_work == "call":
        with Endpoint(Cast()) as endpoint:
            assert resume(folder, settings(endpoint, tmp_path)).record()["objective"] == OPTIMUM


def test_only_the_result_goes_to_a_pipe(tmp_path: Path) -> None:
    with Endpoint(Cast()) as endpoint:
        out, err = begin("compile", tmp_path / "run", endpoint).communicate(timeout=PATIENCE)
    assert out.startswith("The joiner's week\n\nMaximum objective: 630 EUR")
    assert "· formulator: writing the formulation" in err.splitlines()
    assert "·" not in out.splitlines()[0]
    assert KEY not in out + err
