"""What the scripted models of these tests say, and an endpoint that answers by the prompt it is asked with.

One small problem, with a right and several wrong replies for each prompt. `Cast` tells the prompts apart by
their system turns, so that no test depends on a prompt's words.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from quintet.agent import session
from quintet.agent.conclude import AnyAnswer
from quintet.agent.person import Person
from quintet.agent.session import run
from quintet.agent.tactics import Strategy, Tactics
from quintet.problem import Problem
from quintet.prompts.library import load, names
from quintet.settings import Settings
from quintet.solvers.sandbox import CallResult, FakeSandbox, Sandbox, Status
from quintet.solvers.sandbox import Run as SandboxRun
from tests.llm.endpoint import Body, Endpoint, Reply, Step

KEY = "sk-secret-0123456789"
PROBLEM = (
    "A joiner makes stools and benches. A stool takes 2 hours and earns 30 EUR, a bench takes 5 hours and "
    "earns 80 EUR. There are 40 hours this week, and at most 6 benches can be sold. "
    "How many of each earn the most?"
)
OPTIMUM = 630.0
"""6 benches in 30 hours for 480 EUR, 5 stools in the 10 hours left for 150 EUR."""


def fenced(text: str, language: str) -> str:
    return f"```{language}\n{text}\n```"


def document(**changes: Any) -> dict[str, Any]:
    """The right formulation; `changes` replace its parts."""
    whole = {"index": ["Piece"], "domain": "integer", "lower": 0, "upper": None, "unit": "piece"}
    right: dict[str, Any] = {
        "quintet": 1,
        "title": "The joiner's week",
        "sets": {"Piece": ["stool", "bench"]},
        "parameters": {
            "earns": {
                "index": ["Piece"],
                "values": {"stool": 30, "bench": 80},
                "unit": "EUR/piece",
                "source": ["earns 30 EUR", "earns 80 EUR"],
            },
            "takes": {
                "index": ["Piece"],
                "values": {"stool": 2, "bench": 5},
                "unit": "h/piece",
                "source": ["A stool takes 2 hours", "a bench takes 5 hours"],
            },
            "week": {"values": 40, "unit": "h", "source": "There are 40 hours this week"},
            "sold": {"values": 6, "unit": "piece", "source": "at most 6 benches can be sold"},
        },
        "variables": {"make": {**whole, "source": "How many of each"}},
        "objective": {
            "sense": "maximize",
            "expression": "sum(earns[p] * make[p] for p in Piece)",
            "unit": "EUR",
            "source": "earn the most",
        },
        "constraints": {
            "hours": {
                "expression": "sum(takes[p] * make[p] for p in Piece) <= week",
                "source": "There are 40 hours this week",
            },
            "demand": {
                "expression": "make[bench] <= sold",
                "source": "at most 6 benches can be sold",
            },
        },
    }
    return {**right, **changes}


def with_constraint(name: str, expression: str) -> dict[str, Any]:
    """The right formulation with one constraint more."""
    more = {name: {"expression": expression, "source": "implied", "note": "assumed"}}
    return document(constraints={**document()["constraints"], **more})


FORMULATION = fenced(json.dumps(document()), "json")
INFEASIBLE = fenced(json.dumps(with_constraint("order", "make[bench] >= sold + 1")), "json")
UNKNOWN_NAME = fenced(json.dumps(with_constraint("odd", "make[table] <= 3")), "json")

_CHECK = """
def check(data, decisions):
    stools, benches = decisions["stools"], decisions["benches"]
    return {
        "objective": 30 * stools + 80 * benches,
        "violations": {
            "hours": max(0, 2 * stools + 5 * benches - 40),
            "demand": max(0, benches - 6),
            "whole": abs(stools - round(stools)) + abs(benches - round(benches)),
        },
    }
"""


def program(solution: str) -> str:
    """A program in a reply, with an honest check; `solution` is the body of `solve`."""
    return fenced(f"def solve(data):\n    {solution}\n{_CHECK}", "python")


def claiming(stools: int, benches: int, objective: float) -> str:
    """A program that makes a plan and names its objective."""
    decisions = {"stools": stools, "benches": benches}
    return program(f"return {{'status': 'optimal', 'objective': {objective}, 'decisions': {decisions}}}")


PROGRAM = program(
    "best = max((30 * s + 80 * b, s, b) for s in range(21) for b in range(7) if 2 * s + 5 * b <= 40)\n"
    "    return {'status': 'optimal', 'objective': best[0],"
    " 'decisions': {'stools': best[1], 'benches': best[2]}}"
)
BROKEN = fenced("def solve(data:\n    return {}", "python")
TOO_MUCH = claiming(0, 9, 720.0)
"""A program whose own check finds too many hours and too many benches."""
NO_PLAN = program("return {'status': 'infeasible', 'objective': None, 'decisions': {}}")

PLANS = [
    {"solver": "plain Python", "approach": "Try all numbers of both.", "pitfalls": ["benches are limited"]},
    {"solver": "ortools CP-SAT", "approach": "Two whole variables.", "pitfalls": []},
    {"solver": "pyomo with HiGHS", "approach": "A small MILP.", "pitfalls": []},
]
ELEMENTS = {
    "sets": ["pieces: stool, bench"],
    "parameters": ["hours: 2, 5", "earnings: 30, 80", "40 hours", "6 benches"],
    "variables": ["stools, whole", "benches, whole"],
    "objective": "maximize 30 stools + 80 benches",
    "constraints": ["2 stools + 5 benches <= 40", "benches <= 6"],
    "problem_class": "MILP",
}
RIGHT: Mapping[str, str] = {
    "direct": json.dumps(
        {"status": "optimal", "objective": OPTIMUM, "decisions": {"stools": 5, "benches": 6}}
    ),
    "five_elements": json.dumps(ELEMENTS),
    "formulate": FORMULATION,
    "repair_formulation": FORMULATION,
    "plan": json.dumps({"plans": PLANS}),
    "code": PROGRAM,
    "repair_code": PROGRAM,
    "criticise": json.dumps({"feedback": "The hours are passed: keep to 40.", "fault": "program"}),
    "decide": json.dumps({"reasons": ["slip", "slip", "slip"], "scores": [4, 9, 2]}),
    "judge": json.dumps(
        {"elements_analysis": "", "elements_correct": True, "program_analysis": "", "program_correct": True}
    ),
    "clarify": json.dumps({"questions": []}),
    "explain": "Make six benches and five stools.",
}
"""A usable reply to each prompt."""

ASKED_BY: Mapping[Strategy, tuple[str, ...]] = {
    Strategy.DIRECT: ("direct",),
    Strategy.CODE: ("code", "repair_code"),
    Strategy.FIVE_ELEMENT: ("five_elements", "code", "judge", "repair_code"),
    Strategy.OPTIMAI: ("five_elements", "plan", "code", "decide", "criticise", "repair_code"),
    Strategy.COMPILE: ("formulate", "repair_formulation"),
    Strategy.QUINTET: (
        "formulate",
        "repair_formulation",
        "plan",
        "code",
        "decide",
        "criticise",
        "repair_code",
    ),
}
"""The prompts that a strategy may put to a model."""

Steps: TypeAlias = "Step | Iterable[Step]"


@cache
def _systems() -> dict[str, list[str]]:
    """System turn → the prompts that have it."""
    found: dict[str, list[str]] = {}
    for name in names():
        prompt = load(name)
        found.setdefault(prompt.render(**prompt.examples)[0].text, []).append(name)
    return found


def prompt_of(body: Body) -> str:
    """The prompt that a request comes from. A repair has the system turn of what it repairs."""
    system, user = (body["messages"][0]["content"], body["messages"][1]["content"])
    first, *rest = sorted(_systems()[system])
    repairing = "<document>" in user if first == "formulate" else "<program>" in user
    return rest[0] if rest and repairing else first


class Cast:
    """Answers each prompt by a script of its own: its last step again and again, `RIGHT` without one.

    Args:
        scripts: Steps by prompt.
        delay: Seconds before each reply in words.
    """

    def __init__(self, scripts: Mapping[str, Steps] | None = None, delay: float = 0.0) -> None:
        self._delay = delay
        self.scripts: dict[str, list[Step]] = {
            name: _listed(steps) for name, steps in (scripts or {}).items()
        }
        self._lock = threading.Lock()
        self.asked: list[str] = []
        self.bodies: list[Body] = []

    def __call__(self, body: Body) -> Step:
        name = prompt_of(body)
        with self._lock:
            turn = self.asked.count(name)
            self.asked.append(name)
            self.bodies.append(body)
        steps = self.scripts.get(name) or [RIGHT[name]]
        return self._delayed(steps[min(turn, len(steps) - 1)])

    def _delayed(self, step: Step, times: int = 1) -> Step:
        if not self._delay or not isinstance(step, str):
            return step
        come = threading.Event()
        threading.Timer(times * self._delay, come.set).start()
        return Reply(step, wait=come)

    def of(self, *prompts: str) -> list[Body]:
        """The requests of some prompts."""
        return [body for name, body in zip(self.asked, self.bodies, strict=True) if name in prompts]

    def words(self, *prompts: str) -> str:
        """What was said to some prompts, as one text."""
        return "\n".join(message["content"] for body in self.of(*prompts) for message in body["messages"])


def _listed(steps: Steps) -> list[Step]:
    return list(steps) if isinstance(steps, list | tuple) else [steps]  # type: ignore[list-item]


def settings(endpoint: Endpoint, runs: Path, **changes: Any) -> Settings:
    """Settings that ask the endpoint, without patience."""
    quick: dict[str, Any] = {"retries": 1, "timeout": 5.0, "connect_timeout": 2.0, "call_timeout": 20.0}
    fixed = {"model": "m", "base_url": endpoint.url, "api_key": KEY, "runs": runs}
    return Settings(**{**quick, **fixed, **changes})


@dataclass
class Ran:
    """A run over HTTP: its answer, what was asked, its folder, what was said on the way."""

    answer: AnyAnswer
    cast: Cast
    folder: Path
    said: list[str]

    @property
    def asked(self) -> list[str]:
        """The prompts in the order in which they were put, those put at the same time sorted."""
        return self.cast.asked

    @property
    def record(self) -> dict[str, Any]:
        return self.answer.record()

    @property
    def objective(self) -> float | None:
        return self.record["objective"]

    @property
    def notes(self) -> str:
        return "\n".join(self.record["account"]["notes"])

    @property
    def stopped(self) -> str:
        return self.record["account"]["stopped"]


def solve(
    strategy: Strategy | str,
    folder: Path,
    scripts: Mapping[str, Steps] | None = None,
    *,
    text: str = PROBLEM,
    data: Path | None = None,
    person: Person | None = None,
    changes: Mapping[str, Any] | None = None,
    **tactics: Any,
) -> Ran:
    """Run a strategy against an endpoint with these scripts, in a new folder.

    Args:
        strategy: Which.
        folder: The run directory.
        scripts: As `Cast` takes them.
        text: The problem.
        data: A folder of tables.
        person: Who is asked.
        changes: Of the settings.
        tactics: More limits.
    """
    cast, said = Cast(scripts), []
    with Endpoint(cast) as endpoint:
        answer = run(
            Problem(text, data=data),
            settings(endpoint, folder.parent, **(changes or {})),
            Tactics(strategy=Strategy(strategy), **tactics),
            say=lambda role, line: said.append(f"{role}: {line}"),
            person=person,
            folder=folder,
        )
    return Ran(answer, cast, folder, said)


def never_right() -> FakeSandbox:
    """A sandbox in which every program finds the plan that its own check refuses."""
    too_much = {"hours": 5.0}
    solved = CallResult("solve", Status.OK, objective=720.0, decisions={"benches": 9}, outcome="optimal")
    checked = CallResult("check", Status.OK, objective=720.0, violations=too_much)
    return FakeSandbox([SandboxRun(Status.OK, results=(solved, checked))] * 500)


def put_in(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> None:
    """Let the runs of a test use this sandbox."""
    monkeypatch.setattr(session, "sandbox_for", lambda tactics: nullcontext(sandbox))
