"""The efficient plans of several objectives."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from quintet.formulation.model import Model
from quintet.formulation.record import json_text
from quintet.solvers.alternatives.goals import Goal
from quintet.solvers.alternatives.plan import Plan
from quintet.solvers.outcome import Outcome

if TYPE_CHECKING:
    pass


@dataclass(frozen=True)
class Efficient:
    """One efficient plan.

    Args:
        values: Of the objectives, in their order.
        plan: The plan.
        proven: Whether its solves ended with proofs; else a better plan may exist.
    """

    values: tuple[float, ...]
    plan: Plan
    proven: bool = True


@dataclass(frozen=True)
class Front:
    """Efficient plans: in none of them can one objective be improved without loss in another.

    Args:
        model: The model.
        goals: The objectives.
        outcome: How the search ended: `OPTIMAL` if it came to its end.
        points: By the value of the first objective, the best first.
        payoff: By objective, the values of all where it comes first and the others follow.
        complete: Whether these are all values that efficient plans have.
        message: One line, where something could not be found out.
        solves: Solves that it took.
        seconds: Wall time.
    """

    model: Model = field(repr=False, compare=False)
    goals: tuple[Goal, ...]
    outcome: Outcome
    points: tuple[Efficient, ...] = ()
    payoff: tuple[tuple[float, ...], ...] = ()
    complete: bool = False
    message: str = ""
    solves: int = 0
    seconds: float = 0.0

    @property
    def settled(self) -> bool:
        """Whether there is any efficient plan."""
        return bool(self.points)

    def plot(self, path: Path) -> None:
        """Write a picture of the first two objectives: PNG, SVG or HTML by the suffix."""
        from quintet.solvers.alternatives.front_plot import plot_front

        plot_front(self, path)

    def to_text(self) -> str:
        """The answer for a person."""
        from quintet.solvers.alternatives.tradeoffs import tell_front

        return tell_front(self)

    def record(self) -> dict[str, object]:
        """Everything as one JSON-ready document."""
        from quintet.solvers.alternatives.recording import record_front

        return record_front(self)

    def to_json(self) -> str:
        """`record()` as text."""
        return json_text(self.record())
