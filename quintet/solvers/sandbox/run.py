"""What came of running a program: status, claim, output and use, all as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .levels import Layer, Level


class Status(StrEnum):
    """How a job ended."""

    OK = "ok"
    ERROR = "error"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    OUTPUT_LIMIT = "output limit"
    KILLED = "killed"
    NO_RESULT = "no result"


class Source(StrEnum):
    """Where a claimed objective was found, the surest first."""

    CALL = "solve(data)"
    REPORT = "report()"
    SOLVER_OBJECT = "solver object"
    PRINTED = "printed text"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a program says about its optimum. Nobody has checked it.

    Attributes:
        objective: The claimed optimal value; None if the program claims none (``outcome`` may say why).
        variables: Claimed values by name, as plain JSON values; None if there are none.
        source: Where it was found.
        detail: The object or the line that it was found in.
        outcome: The solver's own word for the end, if a solver object told it.
    """

    objective: float | None
    variables: Mapping[str, Any] | None
    source: Source
    detail: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class CallResult:
    """What one call of ``solve`` or ``check`` gave.

    Attributes:
        name: ``solve`` or ``check``.
        status: ``OK``, ``ERROR``, ``MEMORY`` or ``NO_RESULT``.
        detail: One line on what went wrong.
        traceback: Frames of the program, if it raised.
        objective: The objective claimed.
        decisions: What ``solve`` returned under that name.
        violations: What ``check`` returned under that name: amounts by constraint.
        outcome: What ``solve`` returned as ``status``: the program's own word for how it ended.
    """

    name: str
    status: Status
    detail: str = ""
    traceback: str = ""
    objective: float | None = None
    decisions: Any = None
    violations: Mapping[str, float] | None = None
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class CapturedModel:
    """The model that a program built, as text; empty with a note if it could not be written."""

    text: str
    form: str
    library: str = ""
    name: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a job used: seconds of wall and processor time, and bytes resident at the peak.

    The peak counts the preloaded libraries too, which a job shares with its worker.
    """

    wall: float = 0.0
    cpu: float = 0.0
    peak_memory: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """The record of one job.

    Attributes:
        status: How it ended.
        detail: One line for a person; empty if all went well.
        traceback: The program's own frames, if it raised.
        stdout: What it printed, at most ``limits.output`` bytes.
        stderr: What it printed to stderr, likewise.
        claim: What it says about its optimum, if anything.
        results: One entry for each call asked for.
        model: The captured model, if asked for.
        usage: Time and memory.
        level: The level of isolation.
        layers: The layers in force.
        attempts: How many times it was started; 2 if a worker died under it.
    """

    status: Status
    detail: str = ""
    traceback: str = ""
    stdout: str = ""
    stderr: str = ""
    claim: Claim | None = None
    results: tuple[CallResult, ...] = ()
    model: CapturedModel | None = None
    usage: Usage = field(default_factory=Usage)
    level: Level = Level.PROCESS
    layers: tuple[Layer, ...] = ()
    attempts: int = 1

    @property
    def ok(self) -> bool:
        """Whether the program ran to its end and gave all that was asked."""
        return self.status is Status.OK
