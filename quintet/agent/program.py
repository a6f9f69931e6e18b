"""Programs and their runs: the second reading of a problem."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, ConfigDict

from quintet.agent.plan import Plan
from quintet.formulation.tolerances import FEASIBILITY, agree

WITHOUT_PLAN = ("infeasible", "unbounded")
SHOWN = 4_000
"""Most characters of a traceback or of decisions that go into a prompt."""


class Trial(BaseModel):
    """One run of a program: what it said, and what its own check says of that.

    Args:
        status: How the job ended: `ok`, `error`, `timeout` …
        detail: One line on what went wrong.
        traceback: The program's own frames.
        outcome: The program's word: `optimal`, `infeasible`, `unbounded`, `feasible`.
        objective: Its claimed objective.
        decisions: Its decisions, plain JSON values.
        checked: The objective that `check` works out for them.
        violations: Amounts by constraint, as `check` finds them.
        seconds: Wall time.
    """

    model_config = ConfigDict(frozen=True)

    status: str
    detail: str = ""
    traceback: str = ""
    outcome: str = ""
    objective: float | None = None
    decisions: dict[str, Any] | None = None
    checked: float | None = None
    violations: dict[str, float] | None = None
    seconds: float = 0.0

    @property
    def ran(self) -> bool:
        """Whether it came to its end with an answer."""
        return self.status == "ok" and (self.objective is not None or self.outcome in WITHOUT_PLAN)

    @property
    def broken(self) -> dict[str, float]:
        """The violations that count."""
        return {name: amount for name, amount in (self.violations or {}).items() if amount > FEASIBILITY}

    @property
    def passed(self) -> bool:
        """Whether it ran, and its own check finds no fault with its answer."""
        return self.ran and not self.complaint

    @property
    def complaint(self) -> str:
        """What is wrong, in one line; empty if nothing is."""
        if not self.ran:
            return self.detail or self._unanswered
        if self.outcome in WITHOUT_PLAN:
            return ""
        if self.broken:
            amounts = ", ".join(f"{name} by {amount:g}" for name, amount in self.broken.items())
            return f"its own check finds violations: {amounts}"
        if self.checked is None or self.objective is None:
            return "its check gives no objective"
        if not agree(self.objective, self.checked):
            return f"solve claims the objective {self.objective:.9g}, check works out {self.checked:.9g}"
        return ""

    @property
    def _unanswered(self) -> str:
        if self.status != "ok":
            return f"it ended with the status {self.status!r}"
        return (
            f"solve gives the objective None with the status {self.outcome!r}: give a number, 0 where nothing"
            " is to be optimized; None only with the status infeasible or unbounded"
        )

    def to_text(self) -> str:
        """The run for a prompt."""
        record = {
            "status": self.status,
            "outcome": self.outcome,
            "objective": self.objective,
            "checked objective": self.checked,
            "violations": self.violations,
            "complaint": self.complaint,
        }
        lines = [f"{name}: {value}" for name, value in record.items() if value not in (None, "", {})]
        if self.decisions:
            lines.append(f"decisions: {_cut(json.dumps(self.decisions, ensure_ascii=False))}")
        return "\n".join([*lines, *([_cut(self.traceback)] if self.traceback else [])])


class Tried(BaseModel):
    """A program and its run."""

    model_config = ConfigDict(frozen=True)

    code: str
    trial: Trial


class Attempt(BaseModel):
    """A plan with the program written for it; code and trial are replaced, not appended.

    Args:
        plan: The plan, None where the strategy has none.
        code: The program; empty if the coder gave none.
        trial: Its run, None until it ran.
        scores: What the decider gave it, round by round, 1 to 10.
        pulls: How often it was chosen for debugging, counting from 1 (OptimAI).
        revision: How often its code was replaced.
        feedback: What the critic said last.
        best: The best of the programs that were replaced, with its run; None if none came to an answer.
    """

    model_config = ConfigDict(frozen=True)

    plan: Plan | None = None
    code: str = ""
    trial: Trial | None = None
    scores: tuple[float, ...] = ()
    pulls: int = 1
    revision: int = 0
    feedback: str = ""
    best: Tried | None = None

    def replaced_by(self, code: str) -> Attempt:
        """The attempt with another program, which has not run yet."""
        return self.model_copy(update={"code": code, "trial": None, "best": self._better})

    @property
    def shown(self) -> Attempt:
        """The attempt as it is told at the end: with its last program, unless an earlier one came further."""
        best = self._better
        return self if best is None else self.model_copy(update={"code": best.code, "trial": best.trial})

    @property
    def _better(self) -> Tried | None:
        """The further one of the program and the best before it; the later one of two alike."""
        last = Tried(code=self.code, trial=self.trial) if self.trial is not None and self.trial.ran else None
        known = [tried for tried in (last, self.best) if tried is not None]
        return max(known, key=lambda tried: tried.trial.passed, default=None)

    @property
    def passed(self) -> bool:
        """Whether its program passed."""
        return self.trial is not None and self.trial.passed


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]} … (cut)"
