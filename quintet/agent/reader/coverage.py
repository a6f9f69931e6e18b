"""Numbers that hide inside words: `2-piece suits`, `a 40-hour week`, `x1`."""

from __future__ import annotations

import re

from quintet.agent.reader.facts import Facts
from quintet.agent.reader.numbers import ONES, TENS
from quintet.agent.reader.views import View
from quintet.agent.reader.words import Token

UNKNOWN = re.compile(r"[xyz]\d$")
SINGLE = re.compile(r"(1|one)-")
SPAN = re.compile(r"\d+-(month|year)s?$")


def check_hidden_numbers(view: View, facts: Facts) -> None:
    """Explain or refuse the numbers inside words that are no names of activities.

    Args:
        view: The clause.
        facts: Takes the explanations.

    Raises:
        ReaderDeclined: A number inside a word is not explained.
    """
    inside = {at for mention in view.mentions for at in range(mention.start, mention.stop)}
    named = {lemma for name in view.names.names for lemma in name}
    for at, token in enumerate(view.tokens):
        if token.kind != "word" or at in inside or token.lemma in named or not _hides_number(token):
            continue
        if UNKNOWN.match(token.low):
            facts.assumptions.append((f"{token.text} is the name of a decision.", view.quote))
        elif SINGLE.match(token.low):
            facts.assumptions.append((f"{token.text!r} describes the noun after it: one each.", view.quote))
        elif SPAN.match(token.low):
            facts.assumptions.append(
                (f"{token.text!r} is the period that all of it is told for.", view.quote)
            )
        else:
            raise view.decline(f"the number in {token.text!r} has no place")


def _hides_number(token: Token) -> bool:
    if any(char.isdigit() for char in token.low):
        return True
    parts = token.low.split("-")
    return len(parts) > 1 and any(part in ONES or part in TENS for part in parts)
