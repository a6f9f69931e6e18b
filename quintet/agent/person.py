"""Who is asked when a run has to wait for a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Person(Protocol):
    """Answers questions and reviews formulations; a terminal, a chat page, a test."""

    def question(self, asked: Mapping[str, Any]) -> str | None:
        """The answer to a question (`question`, `options`, `default`, `why`); "" takes the default.

        None: not now; the run stays where it is.
        """
        ...

    def review(self, shown: Mapping[str, Any]) -> str | None:
        """The document, edited or not (`reading`, `document`, `faults`); "" goes on with it as it is.

        None: not now; the run stays where it is.
        """
        ...


class Nobody:
    """Takes every default, and lets every formulation pass."""

    def question(self, asked: Mapping[str, Any]) -> str | None:
        """The default."""
        return ""

    def review(self, shown: Mapping[str, Any]) -> str | None:
        """As it is."""
        return ""


def answer_of(person: Person, value: Mapping[str, Any]) -> str | None:
    """What a person says to an interrupt."""
    return person.review(value) if value.get("kind") == "review" else person.question(value)
