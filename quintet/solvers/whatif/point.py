"""One point of a sweep, answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from quintet.errors import QuintetError
from quintet.solvers.outcome import Outcome
from quintet.solvers.whatif.axes import Place


@dataclass(frozen=True)
class SweepPoint:
    """The answer at one point.

    Args:
        place: One value an axis.
        outcome: How the solve ended.
        objective: Value in the user's sense; None without a plan.
        watched: Values of the watched quantities; empty without a plan.
        seconds: Wall time of this point.
        warm: Whether it started from the answer of the point before.
        message: One line for a person, where there is something to say.
    """

    place: Place
    outcome: Outcome
    objective: float | None = None
    watched: tuple[float | None, ...] = ()
    seconds: float = 0.0
    warm: bool = False
    message: str = ""

    def record(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "values": list(self.place),
            "status": self.outcome.value,
            "objective": self.objective,
            "watched": list(self.watched),
            "seconds": round(self.seconds, 6),
            "warm": self.warm,
            "message": self.message,
        }

    @staticmethod
    def read(record: dict[str, Any]) -> SweepPoint:
        """The inverse of `record`."""
        return SweepPoint(
            tuple(record["values"]),
            Outcome(record["status"]),
            record["objective"],
            tuple(record["watched"]),
            record["seconds"],
            record["warm"],
            record["message"],
        )


def refused(place: Place, error: QuintetError) -> SweepPoint:
    """A point whose data make no model. Bounds that cross leave no plan; the rest is unknown."""
    crossed = error.message.startswith(("bounds cross", "after the changes, bounds cross"))
    return SweepPoint(place, Outcome.INFEASIBLE if crossed else Outcome.UNKNOWN, message=str(error))
