"""What looks like a bound and is none: negations, alternatives, offsets, limits per something else."""

from __future__ import annotations

import re

from quintet.agent.reader.lexicon import PERIODS
from quintet.agent.reader.measures import Measure
from quintet.agent.reader.mentions import Mention
from quintet.agent.reader.views import View

PLAIN_NO = re.compile(r"\bno (?:more|less|fewer|greater|larger|lower|smaller) than\b")
NEGATIVE = re.compile(r"\b(?:no|nobody|none|neither|nor|without|except)\b")
DOUBLE = re.compile(r"\b(?:not|cannot|can't|never)\b(?: [a-z]+){0,4} (?:at least|at most|minimum|maximum)\b")
STOCK = {"already", "remaining", "leftover", "inventory"}
FORBIDDEN = re.compile(r"^(?:, )?no\b(?! such)|\b(?:must|can|may|should) not\b|\b(?:cannot|can't|never)\b")
BUNDLES = re.compile(
    r"\bin (?:pairs|sets|packs|dozens|multiples|bundles|batches of)\b|\bmultiple of\b|\bdiffer by\b|"
    r"\baccompanied\b|\btogether with\b|\bratio of\b"
)


def check_negation(view: View, measure: Measure) -> None:
    """Refuse negations that the direction does not hold (`no one may make more than 3`)."""
    if measure.at and view.words[measure.at - 1] == "all":
        raise view.decline("can't tell whether all of it has to be used in")
    words = PLAIN_NO.sub(" ", " ".join(view.words[: measure.at]))
    if NEGATIVE.search(words) or (measure.sense in (">=", "<=") and DOUBLE.search(words)):
        raise view.decline("can't tell what is negated in")


def check_plain_bound(view: View, measure: Measure, mention: Mention) -> None:
    """Refuse a bound on one activity that another activity or a noun of its own takes part in.

    Args:
        view: The clause.
        measure: The number.
        mention: The activity it would bound.

    Raises:
        ReaderDeclined: `5 more A than B`, `3 A per B`, `5 A or 3 B`, `each customer … 2 A`, `already 5 A`.
    """
    check_negation(view, measure)
    counted = [other.target for other in view.measures if other.target is not None]
    others = [m for m in view.mentions if m not in counted and m.activities != mention.activities]
    if others:
        raise view.decline("a number and more than one activity in")
    if _is_alternative(view, measure):
        raise view.decline("can't take alternatives:")
    if measure.at and view.words[measure.at - 1] == "every":
        raise view.decline("a number for every so many in")
    if STOCK & set(view.words) or _is_for_each(view):
        raise view.decline("can't tell what the number bounds in")


def _is_alternative(view: View, measure: Measure) -> bool:
    earlier = [other for other in view.measures if other.at < measure.at and other.sense]
    later = [other for other in view.measures if other.at > measure.at and other.sense]
    before = view.words[earlier[-1].at + 1 : measure.at] if earlier else []
    after = view.words[measure.at + 1 : later[0].at] if later else []
    return "or" in before or "or" in after


def _is_for_each(view: View) -> bool:
    """`each customer can buy at most 2 chairs`: the noun is neither an activity nor a period."""
    inside = {at for mention in view.mentions for at in range(mention.start, mention.stop)}
    for at, word in enumerate(view.words[:-1]):
        noun = view.tokens[at + 1]
        if word in ("each", "every", "per") and at + 1 not in inside and noun.is_noun:
            known = noun.lemma in PERIODS or view.names.is_group(noun.lemma)
            if not known and noun.lemma != "time":
                return True
    return False


def check_structure(view: View) -> None:
    """Refuse requirements without a number that are no comparison: forbidden, in pairs, a ratio.

    Args:
        view: A clause.

    Raises:
        ReaderDeclined: Such a requirement stands in the clause.
    """
    if not view.mentions or view.clause.lead in ("since", "because"):
        return
    words = " ".join(view.words)
    if BUNDLES.search(words) or (not view.measures and FORBIDDEN.search(words)):
        raise view.decline("found no place for the requirement")
