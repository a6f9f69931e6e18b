"""An answer without a formulation: what a program found, or what a model reasoned out in words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from quintet.agent.account import Account
from quintet.formulation.document import VERSION
from quintet.formulation.record import json_text
from quintet.formulation.wording import number
from quintet.problem import Finding, Problem, Severity, Verdict

BY_PROGRAM = "by a program's own word"


@dataclass(frozen=True)
class ClaimedAnswer:
    """What was claimed, with the evidence for it.

    Args:
        problem: What was asked.
        status: `optimal`, `feasible`, `infeasible`, `unbounded` as claimed; `unsolved` without a claim.
        objective: The claimed optimum.
        variables: The claimed decisions, plain JSON values.
        program: The program that found them; empty for reasoning in words.
        checked: Whether the program's own check confirmed them.
        account: What the run took.
        seconds: Wall time.
        objection: What the critic holds against a program that passes its own check.
    """

    problem: Problem
    status: str
    objective: float | None
    variables: dict[str, Any]
    program: str
    checked: bool
    account: Account
    seconds: float
    objection: str = ""

    @property
    def verdict(self) -> Verdict:
        """*Checked* for a program whose own check agrees; a claim alone solves nothing."""
        return Verdict.CHECKED if self.checked else Verdict.UNSOLVED

    @property
    def settled(self) -> bool:
        """Whether there is a plan that passed the checks."""
        return self.checked and self.objective is not None

    @property
    def missing(self) -> tuple[str, ...]:
        """What would raise the verdict."""
        if self.status == "unsolved":
            return ("an answer: no program passed its own check",) if self.program else ("an answer",)
        if not self.program:
            return ("any evidence: the model reasoned in words, and nothing was computed",)
        if self.objection:
            return (f"the critic's agreement: {self.objection}",)
        own = "a formulation, to hold the program against"
        return (own,) if self.checked else ("a program that passes its own check",)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What happened on the way."""
        return tuple(Finding("run-note", Severity.INFO, "", note) for note in self.account.notes)

    def record(self) -> dict[str, Any]:
        """Everything as one JSON-ready document, named as `Answer.record` names it."""
        return {
            "quintet": VERSION,
            "status": self.status,
            "objective": self.objective,
            "variables": self.variables,
            "verdict": self.verdict.value,
            "missing": list(self.missing),
            "findings": [
                {"code": f.code, "severity": f.severity.value, "place": f.place, "message": f.message}
                for f in self.findings
            ],
            "origin": "program" if self.program else "words",
            "program": self.program,
            "seconds": round(self.seconds, 4),
            "account": self.account.record(),
        }

    def to_json(self) -> str:
        """`record()` as text."""
        return json_text(self.record())

    def to_text(self) -> str:
        """The answer for a person."""
        return "\n\n".join(part for part in (self._outcome(), self._decisions(), self._trust()) if part)

    def _outcome(self) -> str:
        if self.objective is None:
            return "No answer was found." if self.status == "unsolved" else f"Claimed: {self.status}."
        return f"Claimed optimum: {number(self.objective)} ({self.status})"

    def _decisions(self) -> str:
        return "\n".join(line for name, value in self.variables.items() for line in _lines(name, value))

    def _trust(self) -> str:
        label = f"{self.verdict.value}, {BY_PROGRAM}" if self.checked else self.verdict.value
        lines = [f"Verdict: {label}"]
        lines += [f"  missing: {what}" for what in self.missing]
        lines += [f"  {note}" for note in self.account.notes]
        return "\n".join([*lines, self.account.to_text()])


ROWS = 25
"""Values of one name that are printed; the rest is counted."""


def _lines(name: str, value: Any) -> list[str]:
    """A value, or the values of a nest that are not 0, one a line."""
    leaves = [(path, leaf) for path, leaf in _leaves(value) if leaf != 0]
    if leaves and leaves[0][0] == "":
        return [f"{name} = {_shown(value)}"]
    shown = [f"  {path}  {_shown(leaf)}" for path, leaf in leaves[:ROWS]]
    more = len(leaves) - ROWS
    return [
        name,
        *(shown or ["  none"]),
        *([f"  … and {more:,} more (--json has them all)"] if more > 0 else []),
    ]


def _leaves(value: Any, path: str = "") -> list[tuple[str, Any]]:
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        return [
            leaf for key, inner in pairs for leaf in _leaves(inner, f"{path}, {key}" if path else str(key))
        ]
    return [(path, value)]


def _shown(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return json.dumps(value, ensure_ascii=False)
    return number(float(value))
