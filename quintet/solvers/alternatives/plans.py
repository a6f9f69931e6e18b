"""The best plan and those next to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from quintet.formulation.model import Model
from quintet.formulation.record import json_text
from quintet.solvers.alternatives.plan import Plan
from quintet.solvers.alternatives.ranges import Range
from quintet.solvers.outcome import Outcome

if TYPE_CHECKING:
    pass


class Uniqueness(StrEnum):
    """Whether other decisions are as good."""

    UNIQUE = "unique"
    OTHERS = "others"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Alternatives:
    """The best plans.

    Args:
        model: The model.
        outcome: How the first solve ended.
        uniqueness: Whether other plans are as good as the best.
        plans: The best first, no two alike in the decisions of `over`; without whole-number decisions
            the best, and one other that is as good if there is one.
        complete: Whether there is no further plan (within the share that was asked for).
        over: The whole-number decisions by which plans are told apart; empty if there are none.
        within: The share that a plan might lose; None for any.
        ranges: Of every decision; empty if they were not asked for.
        tolerance: The share that a plan might lose in `ranges`.
        message: One line, where something could not be found out.
        seconds: Wall time.
    """

    model: Model = field(repr=False, compare=False)
    outcome: Outcome
    uniqueness: Uniqueness = Uniqueness.UNKNOWN
    plans: tuple[Plan, ...] = ()
    complete: bool = False
    over: tuple[str, ...] = ()
    within: float | None = None
    ranges: tuple[Range, ...] = ()
    tolerance: float = 0.0
    message: str = ""
    seconds: float = 0.0

    @property
    def settled(self) -> bool:
        """Whether there is a best plan."""
        return bool(self.plans)

    def to_text(self) -> str:
        """The answer for a person."""
        from quintet.solvers.alternatives.listing import tell_alternatives

        return tell_alternatives(self)

    def record(self) -> dict[str, object]:
        """Everything as one JSON-ready document."""
        from quintet.solvers.alternatives.recording import record_alternatives

        return record_alternatives(self)

    def to_json(self) -> str:
        """`record()` as text."""
        return json_text(self.record())
