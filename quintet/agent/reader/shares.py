"""Clauses about a part of the total: `at least 15% of the ads must be magazine ads`."""

from __future__ import annotations

from quintet.agent.reader.facts import Facts, Share
from quintet.agent.reader.measures import Measure
from quintet.agent.reader.mentions import Mention
from quintet.agent.reader.views import View


def read_shares(view: View, facts: Facts, used: set[int]) -> set[int]:
    """Take the percentages and fractions that have a direction; returns the positions used."""
    taken = set()
    for measure in view.measures:
        if measure.at in used or measure.flavor not in ("percent", "fraction"):
            continue
        sense = measure.sense or _sense_of_clause(view, measure)
        if not sense:
            continue
        mention = _owner(view, measure)
        if mention is None or _is_of(view, measure, mention):
            raise view.decline(f"can't tell what {measure.token.text!r} is a share of in")
        facts.shares.append(
            Share(mention.activities, sense, measure.token, view.quote, _whole(view, measure))
        )
        taken.add(measure.at)
    return taken


def _is_of(view: View, measure: Measure, mention: Mention) -> bool:
    """`half of the stools must be red`: a share of the activity itself, not of the total."""
    between = view.words[measure.at + 1 : mention.start]
    return bool(between) and set(between) <= {"of", "the", "all", "their"}


def _sense_of_clause(view: View, measure: Measure) -> str:
    words = view.words[: measure.at]
    if "minimum" in words:
        return ">="
    return "<=" if "maximum" in words else ""


def _owner(view: View, measure: Measure) -> Mention | None:
    later = [m.at for m in view.measures if m.at > measure.at]
    stop = min(later, default=len(view.tokens))
    after = [m for m in view.mentions_after(measure.at) if m.start < stop]
    if after:
        return after[0] if len(after) == 1 else None
    before = view.mention_before(measure.at)
    return before if before and len(view.measures) == 1 else None


def _whole(view: View, measure: Measure) -> tuple[str, ...]:
    """The stems of the noun after `of`: what the share is taken of."""
    at = measure.at + 1
    if at >= len(view.tokens) or view.tokens[at].low not in ("of", "the", "their", "all"):
        return ()
    stop = at
    inside = {place for mention in view.mentions for place in range(mention.start, mention.stop)}
    while stop < min(len(view.tokens), at + 7) and stop not in inside and view.words[stop] not in (
        "must", "should", "can", "be", "has", "have", "are", "is", "in", "need", "needs", "to", ",", "by",
        "using", "may", "will",
    ):  # fmt: skip
        stop += 1
    return view.content(at, stop)
