"""Who is asked when a run has to wait for a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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

        None: not now; the run stays where it is. "" for a document with faults that can't be solved ends it.
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


@dataclass(frozen=True)
class Remembered:
    """Says again what a person said in a recorded run; else takes the default.

    Args:
        said: What was said, by `key_of` of what was put.
    """

    said: Mapping[str, str]

    def question(self, asked: Mapping[str, Any]) -> str | None:
        """The recorded answer."""
        return self.said.get(key_of(asked), "")

    def review(self, shown: Mapping[str, Any]) -> str | None:
        """The recorded document."""
        return self.said.get(key_of(shown), "")


def key_of(value: Mapping[str, Any]) -> str:
    """By what an answer is remembered: the question, or the document under review."""
    return str(value["document"] if value.get("kind") == "review" else value["question"])


def answer_of(person: Person, value: Mapping[str, Any]) -> str | None:
    """What a person says to an interrupt."""
    return person.review(value) if value.get("kind") == "review" else person.question(value)
