"""What holds only under a condition, or in different periods, is no plain linear model: declined."""

from __future__ import annotations

import re
from itertools import groupby

from quintet.agent.reader.lexicon import MAXIMIZE, MINIMIZE
from quintet.agent.reader.views import View, refusal

CONDITION = re.compile(
    r"\b(unless|only if|only when|provided that|as long as|whenever|otherwise|depending|depends|in case)\b"
)
QUESTIONS = {"how", "what", "which", "formulate", "determine", "find", "help", "minimum", "maximum"}


PERIOD = re.compile(r"\b(daily|day|weekly|week|monthly|month|yearly|annually|annual|year)s?\b")
BASE = {
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "yearly": "year",
    "annually": "year",
    "annual": "year",
}


def check_periods(quotes: list[str], units: set[str]) -> None:
    """Refuse numbers told for different periods (a daily capacity, a weekly demand).

    Args:
        quotes: The clauses of rates and limits.
        units: Units of the numbers and of the decisions: a period that is a unit is no period.

    Raises:
        ReaderDeclined: Two periods are told.
    """
    first = ""
    for quote in dict.fromkeys(quotes):
        for word in PERIOD.findall(quote.lower()):
            period = BASE.get(word, word)
            if period in units:
                continue
            first = first or period
            if period != first:
                raise refusal(f"some numbers are told per {first}, some per {period}: {quote!r}", quote)


def check_conditions(views: list[View]) -> None:
    """Refuse conditional requirements; `if` before a question only tells the data.

    Args:
        views: The clauses of the text.

    Raises:
        ReaderDeclined: A requirement holds under a condition only.
    """
    for _, group in groupby(views, key=lambda view: view.clause.sentence):
        _check_sentence(list(group))


def _check_sentence(views: list[View]) -> None:
    told = " ".join(word for view in views for word in view.words)
    for view in views:
        if CONDITION.search(told) and (view.measures or view.mentions):
            quote = view.text[views[0].tokens[0].start : views[-1].tokens[-1].end]
            raise refusal(f"the reader takes no conditions: {quote!r}", quote)
    words = set(told.split())
    if words & (QUESTIONS | MAXIMIZE | MINIMIZE):
        return
    conditions = [view for view in views if view.clause.lead == "if"]
    others = [view for view in views if view.clause.lead != "if"]
    for view in conditions:
        if any(m.sense for other in others for m in other.measures) or any(other.needs for other in others):
            raise view.decline("the reader takes no conditions")
