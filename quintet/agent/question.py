"""What is unclear in a problem, and what was answered."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Question(BaseModel):
    """Something that the text leaves open and that changes the answer.

    Args:
        question: In one sentence.
        options: The readings that come into question.
        default: The one that is taken if nobody answers.
        why: How the answer changes the optimum.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    question: str
    options: tuple[str, ...] = ()
    default: str
    why: str = ""


class Questions(BaseModel):
    """What the clarifier replies."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    questions: tuple[Question, ...] = ()


class Clarification(BaseModel):
    """A question with its answer, and who gave it."""

    model_config = ConfigDict(frozen=True)

    question: str
    answer: str
    by: Literal["person", "default"]
