"""The run directory: everything about one run of the agent, enough to go on with it and to replay it.

run.json          version, strategy and limits, models by name, prompts by hash
problem.txt       the words
data/             the tables that came with the problem
replies.sqlite    every reply, on file before the run goes on (resume)
calls.jsonl       every call, readable (show, replay)
checkpoint.sqlite where the graph has come to (resume)
events.jsonl      what each role said it was doing
person.jsonl      what a person answered and edited (replay)
formulation.yaml, programs/, answer.json, answer.txt     at the end
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quintet.agent.scheduler import Rule
from quintet.agent.tactics import Strategy, Tactics
from quintet.errors import RunError
from quintet.formulation.files import write_text
from quintet.llm.usage import Budget
from quintet.problem import Problem
from quintet.solvers.options import Options

if TYPE_CHECKING:
    from quintet.agent.conclude import AnyAnswer
    from quintet.agent.state import State

VERSION = 1
OPTIONS = ("time_limit", "gap", "absolute_gap", "threads", "seed", "log")
LARGEST_DATA = 200_000_000
"""Bytes of data that are copied into a run directory."""


@dataclass(frozen=True)
class Orders:
    """What a run was told, as `run.json` keeps it.

    Args:
        tactics: Strategy and limits.
        options: Of the solver.
        solver: Name of the solver, None: by class.
        models: Name of the model of each role.
        budget: Of the run.
        created: When it began, ISO 8601, UTC.
    """

    tactics: Tactics
    options: Options
    solver: str | None
    models: Mapping[str, str]
    budget: Budget
    created: str

    def record(self) -> dict[str, Any]:
        """JSON-ready."""
        options = self.options
        told = {name: getattr(options, name) for name in OPTIONS}
        return {
            "quintet": VERSION,
            "created": self.created,
            "tactics": asdict(self.tactics),
            "options": {**told, "extra": dict(options.extra)},
            "solver": self.solver,
            "models": dict(self.models),
            "budget": asdict(self.budget),
            "prompts": _prompts(),
        }


def _prompts() -> dict[str, str]:
    from quintet.prompts.library import load, names

    return {name: load(name).digest for name in names()}


class RunFolder:
    """A run directory.

    Args:
        path: Where it is.

    Raises:
        RunError: It is none, or of a newer version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._record = _read_record(path)

    @classmethod
    def create(cls, path: Path, problem: Problem, orders: Orders) -> RunFolder:
        """Make a new one. It is a run directory once `run.json` is there, which is written last.

        Raises:
            RunError: Something stands there, or it can't be written.
        """
        try:
            path.mkdir(parents=True, mode=0o700, exist_ok=True)
            if any(path.iterdir()):
                raise RunError("is not empty", place=str(path), remedy="name a new folder for -o")
            (path / "problem.txt").write_text(problem.text, encoding="utf-8")
            _copy_data(problem, path / "data")
            write_text(path / "run.json", json.dumps(orders.record(), ensure_ascii=False, indent=2) + "\n")
        except OSError as error:
            raise RunError(f"can't be written: {error.strerror or error}", place=str(path)) from None
        return cls(path)

    @property
    def replies(self) -> Path:
        """The cache of replies."""
        return self.path / "replies.sqlite"

    @property
    def calls(self) -> Path:
        """The recording."""
        return self.path / "calls.jsonl"

    @property
    def checkpoint(self) -> Path:
        """LangGraph's checkpoints."""
        return self.path / "checkpoint.sqlite"

    @property
    def finished(self) -> bool:
        """Whether it came to an answer."""
        return (self.path / "answer.json").exists()

    @property
    def problem(self) -> Problem:
        """What was asked, with the copied tables.

        Raises:
            RunError: `problem.txt` can't be read.
        """
        data, words = self.path / "data", self.path / "problem.txt"
        try:
            return Problem(words.read_text(encoding="utf-8"), data=data if data.is_dir() else None)
        except (OSError, ValueError) as error:
            raise RunError(f"can't be read: {error}", place=str(words)) from None

    @property
    def orders(self) -> Orders:
        """What the run was told.

        Raises:
            RunError: `run.json` does not hold it.
        """
        record = self._record
        try:
            tactics = dict(record["tactics"])
            tactics["strategy"], tactics["rule"] = Strategy(tactics["strategy"]), Rule(tactics["rule"])
            return Orders(
                Tactics(**tactics),
                Options(**record["options"]),
                record["solver"],
                record["models"],
                Budget(**record["budget"]),
                record["created"],
            )
        except (KeyError, TypeError, ValueError) as error:
            raise RunError(f"run.json can't be used: {error}", place=str(self.path)) from None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other processes from working on this run; the system lets go when this one ends.

        Raises:
            RunError: Another process is at work on it, or the folder can't be written to.
        """
        import fcntl

        try:
            file = (self.path / "lock").open("w", encoding="utf-8")
        except OSError as error:
            raise RunError(f"can't be written: {error.strerror or error}", place=str(self.path)) from None
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise RunError(
                    "another process is at work on this run", place=str(self.path), remedy="wait for it"
                ) from None
            yield

    def changed_prompts(self) -> list[str]:
        """Prompts that are not what they were when the run was made."""
        then, now = self._record.get("prompts", {}), _prompts()
        return sorted(name for name in {*then, *now} if then.get(name) != now.get(name))

    def say(self, role: str, line: str) -> None:
        """Write down what a role is doing."""
        event = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "role": role, "line": line}
        _append(self.path / "events.jsonl", event)

    def events(self) -> list[dict[str, str]]:
        """What was written down, oldest first; a line that a crash cut off is left out."""
        return _lines(self.path / "events.jsonl")

    def remember(self, asked: str, said: str) -> None:
        """Write down what a person said to a question or a formulation."""
        _append(self.path / "person.jsonl", {"asked": asked, "said": said})

    def remembered(self) -> dict[str, str]:
        """What a person said, the last word counts."""
        return {line["asked"]: line["said"] for line in _lines(self.path / "person.jsonl")}

    @property
    def stopped(self) -> str:
        """What ended the finished run early; empty if nothing did."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            return json.loads((self.path / "answer.json").read_text(encoding="utf-8"))["account"]["stopped"]
        return ""

    def finish(self, state: State, answer: AnyAnswer) -> None:
        """Write the results."""
        for number, attempt in enumerate(state.attempts, 1):
            if attempt.code:
                (self.path / "programs").mkdir(exist_ok=True)
                write_text(self.path / "programs" / f"plan-{number}.py", attempt.code)
        if state.draft is not None:
            name = "formulation.json" if state.draft.document.lstrip().startswith("{") else "formulation.yaml"
            write_text(self.path / name, _document(state, answer))
        write_text(self.path / "answer.txt", answer.to_text() + "\n")
        write_text(self.path / "answer.json", answer.to_json() + "\n")


def _append(path: Path, record: Mapping[str, str]) -> None:
    with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
        file.write(json.dumps(record, ensure_ascii=False) + "\n")


def _lines(path: Path) -> list[dict[str, str]]:
    lines = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
    found: list[dict[str, str]] = []
    for line in lines:
        with suppress(ValueError):
            found.append(json.loads(line))
    return found


def runs_folder(base: Path, title: str) -> Path:
    """A new name under `base` for a run: when it began and the first words of the problem."""
    words = re.sub(r"[^a-z0-9]+", "-", title.lower())[:32].strip("-") or "run"
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    name, number = f"{stamp}-{words}", 1
    while (base / name).exists():
        number += 1
        name = f"{stamp}-{words}-{number}"
    return base / name


def _document(state: State, answer: AnyAnswer) -> str:
    return state.draft.document if state.draft else ""


def _read_record(path: Path) -> dict[str, Any]:
    try:
        record = json.loads((path / "run.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RunError(
            "is no run directory: there is no run.json", place=str(path), remedy="name a folder made by a run"
        ) from None
    except (OSError, ValueError) as error:
        raise RunError(f"run.json can't be read: {error}", place=str(path)) from None
    if not isinstance(record, dict) or not isinstance(record.get("quintet"), int):
        raise RunError("run.json is not one of Quintet's", place=str(path))
    if record["quintet"] > VERSION:
        raise RunError(
            f"is of version {record['quintet']}, and this Quintet reads {VERSION}",
            place=str(path),
            remedy="update Quintet",
        )
    return record


def _copy_data(problem: Problem, target: Path) -> None:
    from quintet.agent.sheets import sheets_of

    files = list(dict.fromkeys(sheet.source.path for sheet in sheets_of(problem)))
    if sum(file.stat().st_size for file in files) > LARGEST_DATA:
        raise RunError(
            f"the data are larger than {LARGEST_DATA:,} bytes",
            place=str(problem.data),
            remedy="select tables",
        )
    for file in files:
        target.mkdir(exist_ok=True)
        shutil.copyfile(file, target / file.name)
        Path(target / file.name).chmod(0o600)
