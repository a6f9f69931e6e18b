"""From what was seen of a job's end to its status."""

from __future__ import annotations

import signal
from dataclasses import dataclass

from ..jail.exit_codes import OUT_OF_MEMORY
from .claim import Answer, printed_claim, read_answer
from .request import Request, Solve
from .run import Status

_MEMORY_WORDS = ("bad_alloc", "MemoryError", "Cannot allocate memory", "std::system_error", "out of memory")


@dataclass(frozen=True, slots=True)
class Ending:
    """What the worker and the caller saw of a job.

    Attributes:
        exit: Exit code, or minus the signal's number.
        reason: Why it was stopped: ``wall``, ``stdout``, ``stderr``, ``result``, ``cancelled`` or empty.
        cpu: Seconds of processor time.
        peak: Bytes resident at the peak.
        wall: Seconds from sending the job to its end.
        stdout: What it printed.
        stderr: What it printed to stderr.
        result: What came on the result descriptor.
    """

    exit: int
    reason: str
    cpu: float
    peak: int
    wall: float
    stdout: bytes
    stderr: bytes
    result: bytes


def judge(asked: Request, ending: Ending) -> Answer:
    """The answer of a job, from its end and its words."""
    stopped = _stopped(asked, ending)
    if stopped is not None:
        return stopped
    if not ending.result:
        return _silent(asked, ending)
    names = tuple("solve" if isinstance(call, Solve) else "check" for call in asked.calls)
    answer = read_answer(ending.result, names)
    if answer.status is Status.OK and not asked.calls:
        return _with_claim(answer, ending)
    return answer


def _with_claim(answer: Answer, ending: Ending) -> Answer:
    claim = answer.claim
    if claim is not None and (claim.objective is not None or claim.outcome):
        return answer
    claim = printed_claim(ending.stdout.decode(errors="replace")) or claim
    if claim is None:
        detail = "the program ended without report(), a solved model or a printed optimum"
        return Answer(Status.NO_RESULT, detail, model=answer.model)
    return Answer(answer.status, answer.detail, answer.traceback, claim, answer.results, answer.model)


def _stopped(asked: Request, ending: Ending) -> Answer | None:
    limits = asked.limits
    texts = {
        "wall": (Status.TIMEOUT, f"stopped after {limits.wall:g} s of wall time"),
        "stdout": (Status.OUTPUT_LIMIT, f"stopped after {limits.output} bytes on stdout"),
        "stderr": (Status.OUTPUT_LIMIT, f"stopped after {limits.output} bytes on stderr"),
        "result": (Status.OUTPUT_LIMIT, f"stopped after {limits.result} bytes of answer"),
        "cancelled": (Status.KILLED, "cancelled by the caller"),
    }
    if ending.reason in texts:
        return Answer(*texts[ending.reason])
    return None


def _silent(asked: Request, ending: Ending) -> Answer:
    """A job that ended without a word."""
    if ending.exit == OUT_OF_MEMORY:
        return Answer(Status.MEMORY, f"out of memory at {asked.limits.memory} bytes")
    if ending.exit >= 0:
        return Answer(Status.NO_RESULT, f"the program ended the process itself, exit code {ending.exit}")
    return _by_signal(asked, ending, -ending.exit)


def _by_signal(asked: Request, ending: Ending, number: int) -> Answer:
    limits = asked.limits
    if number == signal.SIGXCPU or (number == signal.SIGKILL and ending.cpu >= limits.cpu_seconds - 0.1):
        return Answer(Status.TIMEOUT, f"stopped after {limits.cpu_seconds} s of processor time")
    name = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
    words = ending.stderr.decode(errors="replace")
    if any(word in words for word in _MEMORY_WORDS):
        return Answer(Status.MEMORY, f"out of memory at {limits.memory} bytes, ended by {name}")
    if number == signal.SIGKILL:
        return Answer(Status.KILLED, "killed from outside, perhaps by a machine short of memory")
    return Answer(Status.ERROR, f"crashed with {name}")
