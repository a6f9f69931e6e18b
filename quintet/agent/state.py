"""The state of a run: what the nodes of the graph hand to each other, and what a checkpoint holds.

Every field has its concrete type, so that a reloaded checkpoint holds records, not dictionaries.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import BaseModel, ConfigDict

from quintet.agent.claim import Claim
from quintet.agent.draft import Draft, Solved
from quintet.agent.elements import FiveElements
from quintet.agent.plan import Plan
from quintet.agent.program import Attempt, Trial, Tried
from quintet.agent.question import Clarification, Question


class Note(BaseModel):
    """Something that happened and that the answer should tell.

    Args:
        role: Whose it is.
        message: One line.
        final: Whether the run ends because of it, as when a budget is spent.
    """

    model_config = ConfigDict(frozen=True)

    role: str
    message: str
    final: bool = False


class Judgement(BaseModel):
    """LLMOPT's self-correction: which of the two, elements or program, is to be done again."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    # the analysis before the judgement: a server that keeps to the schema writes in this order
    elements_analysis: str = ""
    elements_correct: bool
    program_analysis: str = ""
    program_correct: bool


@dataclass(frozen=True)
class State:
    """The fields; each node writes some of them.

    Args:
        questions: What the clarifier found open.
        clarifications: What was answered so far.
        claim: The reply of the strategy `direct`.
        elements: The five elements in words.
        judgement: The last self-correction.
        draft: The document under work.
        reviewed: Whether a person has seen it, and lets it pass.
        solved: How its solve ended.
        attempts: A plan with its program and trial, each.
        chosen: The attempt that is being debugged.
        history: The attempts debugged so far, the last one last.
        explanation: The explainer's text.
        notes: What happened.
    """

    questions: list[Question] = field(default_factory=list)
    clarifications: list[Clarification] = field(default_factory=list)
    claim: Claim | None = None
    elements: FiveElements | None = None
    judgement: Judgement | None = None
    draft: Draft | None = None
    reviewed: bool = False
    solved: Solved | None = None
    attempts: list[Attempt] = field(default_factory=list)
    chosen: int = 0
    history: Annotated[list[int], operator.add] = field(default_factory=list)
    explanation: str = ""
    notes: Annotated[list[Note], operator.add] = field(default_factory=list)

    @property
    def document(self) -> Draft:
        """The draft, in nodes that come after it was written."""
        assert self.draft is not None, "the graph comes here with a draft only"
        return self.draft

    @property
    def spent(self) -> bool:
        """Whether something ended the run: a budget, most often."""
        return any(note.final for note in self.notes)

    @property
    def passed(self) -> bool:
        """Whether some program passed."""
        return any(attempt.passed for attempt in self.attempts)


RECORDS = (
    Attempt,
    Claim,
    Clarification,
    Draft,
    FiveElements,
    Judgement,
    Note,
    Plan,
    Question,
    Solved,
    Trial,
    Tried,
)
"""The types that a checkpoint may hold besides plain values; nothing else is built from one."""
