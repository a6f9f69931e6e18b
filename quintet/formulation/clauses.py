"""Sentences of a text that demand something."""

from __future__ import annotations

import re
from collections.abc import Iterator

from quintet.formulation.quotes import Span

SENTENCE = re.compile(r"(?:[^.!?]|[.!?](?!\s|$))+[.!?]?")
DEMAND = re.compile(
    r"\b(?:must|at\s+(?:least|most)|(?:no|not)\s+(?:more|less|fewer)\s+than|cannot|may\s+not"
    r"|limited\s+to|exactly|up\s+to|not\s+exceed|(?:minimum|maximum)\s+of)\b",
    re.IGNORECASE,
)


def demands(text: str) -> Iterator[Span]:
    """The sentences that set a limit or a duty, as spans of `text`; questions are none."""
    for sentence in SENTENCE.finditer(text):
        if DEMAND.search(sentence.group()) and not sentence.group().rstrip().endswith("?"):
            yield Span(sentence.start(), sentence.end())
