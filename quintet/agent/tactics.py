"""How a run is to go: strategy, number of plans, limits of the loops, what a person is asked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from quintet.agent.scheduler import Rule
from quintet.errors import SettingsError

MOST = 100
"""Most plans, repairs, rounds or questions."""


class Strategy(StrEnum):
    """The published methods, and our own, built from the same nodes."""

    DIRECT = "direct"
    CODE = "code"
    FIVE_ELEMENT = "five-element"
    OPTIMAI = "optimai"
    COMPILE = "compile"
    QUINTET = "quintet"

    @property
    def programs(self) -> bool:
        """Whether it runs programs, and so needs a sandbox."""
        return self not in (Strategy.DIRECT, Strategy.COMPILE)


@dataclass(frozen=True)
class Tactics:
    """The settings of one run.

    Args:
        strategy: Which graph is run.
        plans: Plans that the planner makes (OptimAI's default is 3).
        repairs: Most repairs of a formulation, and of a program in the strategy `code`.
        rounds: Most rounds of debugging in `optimai` and `quintet`.
        corrections: Most times `five-element` solves (LLMOPT: 12).
        rule: How the plan to debug is chosen.
        questions: Most questions to the user; 0 asks none.
        review: Whether a person looks at the formulation before it is solved.
        explain: Whether the explainer puts the answer in words.
        temperature: Of every role that has none of its own; None leaves it to the server.
        seed: Handed to the model's endpoint, and to random choices; None hands over none.
        max_tokens: Most tokens of a reply; None leaves it to the server.
        program_seconds: Wall time of one program; the coder is told 30.

    Raises:
        SettingsError: A number that makes no sense.
    """

    strategy: Strategy = Strategy.QUINTET
    plans: int = 3
    repairs: int = 3
    rounds: int = 6
    corrections: int = 12
    rule: Rule = Rule.PUBLISHED
    questions: int = 0
    review: bool = False
    explain: bool = False
    temperature: float | None = None
    seed: int | None = None
    max_tokens: int | None = None
    program_seconds: float = 30.0

    def __post_init__(self) -> None:
        least = {"plans": 1, "repairs": 0, "rounds": 0, "corrections": 1, "questions": 0}
        for name, low in least.items():
            if not low <= getattr(self, name) <= 100:
                raise SettingsError(
                    f"{getattr(self, name)} can't be used",
                    place=name,
                    remedy=f"give a number from {low} to 100",
                )
        if not self.program_seconds > 0:
            raise SettingsError(
                f"{self.program_seconds} is no time", place="program_seconds", remedy="give seconds above 0"
            )
