"""What a run of the agent took: strategy, models, calls, tokens, money, and what happened on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from quintet.llm.usage import Tally


@dataclass(frozen=True)
class Account:
    """What a run took, and how it went.

    Args:
        strategy: Name of the strategy.
        models: Name of the model of each role that was asked.
        spending: By role.
        notes: What happened, one line each: refusals, what stopped it, how the readings compare.
        stopped: What ended the run early; empty if nothing did.
        explanation: The explainer's text; empty without one.
        folder: The run directory, "" without one.
    """

    strategy: str
    models: Mapping[str, str] = field(default_factory=dict)
    spending: Mapping[str, Tally] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    stopped: str = ""
    explanation: str = ""
    folder: str = ""

    @property
    def total(self) -> Tally:
        """What all roles used together."""
        from quintet.llm.usage import Tally

        return sum(self.spending.values(), Tally())

    def record(self) -> dict[str, Any]:
        """Everything, JSON-ready; money is null where a price is unknown."""
        return {
            "strategy": self.strategy,
            "models": dict(self.models),
            "spending": {role: asdict(tally) for role, tally in sorted(self.spending.items())},
            "total": asdict(self.total),
            "notes": list(self.notes),
            "stopped": self.stopped,
            "explanation": self.explanation,
            "folder": self.folder,
        }

    def to_text(self) -> str:
        """A few lines for a person."""
        total = self.total
        about = "about " if total.usage.estimated else ""
        kept = f", {total.cached} replies on file" if total.cached else ""
        calls = f"{total.calls} call{'' if total.calls == 1 else 's'}{kept}"
        lines = [
            f"Strategy {self.strategy}: {calls}, {about}{total.usage.total:,} tokens, cost {total.price}."
        ]
        if self.stopped:
            lines.insert(0, f"Stopped early: {self.stopped}.")
        return "\n".join([*lines, *([f"Run: {self.folder}"] if self.folder else [])])
