"""Clauses that compare two activities: `at least twice as many A as B`, `A must not exceed B`."""

from __future__ import annotations

from quintet.agent.reader.facts import Facts, Ratio
from quintet.agent.reader.measures import FLIPPED, Measure
from quintet.agent.reader.mentions import Mention
from quintet.agent.reader.views import View

PREFERENCES = {"prefer", "prefers", "like", "likes", "preferred", "favor", "favors", "usually", "generally"}
OBLIGATIONS = {"must", "should", "needs", "need", "required", "requires", "require", "has", "have", "cannot"}
GREATER = {"exceed", "exceeds", "outnumber"}
COMPARATIVES = {
    "more": ">", "greater": ">", "larger": ">", "higher": ">", "bigger": ">", "above": ">",
    "less": "<", "fewer": "<", "smaller": "<", "lower": "<", "below": "<",
}  # fmt: skip
OF_ONE = {
    "of",
    "the",
    "number",
    "amount",
    "quantity",
    "that",
    "to",
    "as",
    "much",
    "many",
    "in",
    "invested",
    "money",
}
NEGATIVE = {"not", "cannot", "can't", "never", "no", "mustn't", "doesn't", "shouldn't"}


def read_ratio(view: View, facts: Facts) -> set[int]:
    """Take the comparison of a clause, if it is one; returns the positions of the numbers it used."""
    numbers = [m for m in view.measures if m.flavor in ("multiple", "fraction", "percent")]
    if numbers and len(view.mentions) >= 2:
        used = {measure.at for measure in numbers if _with_number(view, measure, facts)}
        if used:
            return used
    if not numbers:
        _without_number(view, facts)
    return set()


def _with_number(view: View, measure: Measure, facts: Facts) -> bool:
    if measure.flavor != "multiple" and not _of_one_activity(view, measure):
        return False
    left, right = _sides(view, measure.at)
    if left is None or right is None:
        return False
    if left.vague or right.vague or left.several or right.several or left.activities == right.activities:
        raise view.decline("can't tell which activities are compared in")
    if not measure.sense or measure.sense == "==":
        raise view.decline(f"{measure.token.text!r} says neither at least nor at most in")
    facts.ratios.append(Ratio(left.first, measure.sense, measure.token, right.first, view.quote))
    return True


def _of_one_activity(view: View, measure: Measure) -> bool:
    """A fraction of an activity (`a third of the lemons`), not of the total."""
    after = view.mentions_after(measure.at)
    if not after:
        return False
    words = view.words[measure.at + 1 : after[0].start]
    if {"total", "all", "be"} & set(words) or any(
        view.names.is_group(token.lemma) for token in view.tokens[measure.at + 1 : after[0].start]
    ):
        return False
    as_many = "as" in words and len(after) >= 2
    return as_many or (
        view.mention_before(measure.at) is not None and "of" in words and OF_ONE.issuperset(words)
    )


def _sides(view: View, at: int) -> tuple[Mention | None, Mention | None]:
    after = view.mentions_after(at)
    if len(after) >= 2:
        return after[0], after[1]
    before = view.mention_before(at)
    return (before, after[0]) if after else (None, None)


def _without_number(view: View, facts: Facts) -> None:
    if len(view.mentions) < 2 or view.clause.lead in ("since", "because"):
        return
    found = _comparison(view)
    if found is None:
        return
    sense, at = found
    if _only_preferred(view):
        facts.assumptions.append(("A preference without a limit is no constraint.", view.quote))
        return
    left, right = _sides(view, at)
    if left is None or right is None or left.several or right.several:
        raise view.decline("can't tell what is compared in")
    if left.activities == right.activities:
        raise view.decline("compares an activity with itself")
    facts.ratios.append(Ratio(left.first, sense, None, right.first, view.quote))


def _only_preferred(view: View) -> bool:
    words = set(view.words)
    return bool(words & PREFERENCES) and not words & {"must", "required", "requires", "needs", "should"}


def _comparison(view: View) -> tuple[str, int] | None:
    words = view.words
    if any(measure.sense for measure in view.measures):
        return None
    for at, word in enumerate(words):
        negated = bool(NEGATIVE & set(words[max(0, at - 5) : at]))
        if word in GREATER:
            return ("<=" if negated else ">"), at
        if word in COMPARATIVES and "than" in words[at:]:
            sense = COMPARATIVES[word]
            return (FLIPPED[sense] if negated else sense), at
        if (
            word == "as"
            and words[at + 1 : at + 2] in (["many"], ["much"])
            and words[max(0, at - 2) : at] == ["at", "least"]
        ):
            return ">=", at
    return None
