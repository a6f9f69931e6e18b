"""Data told per unit of an activity: `each chair takes 3 hours of painting and costs $20`."""

from __future__ import annotations

from quintet.agent.reader.facts import Facts, Rate
from quintet.agent.reader.lexicon import CONTAINERS, MEASURES, PERIODS, TIME_UNITS
from quintet.agent.reader.measures import Measure, unit_at
from quintet.agent.reader.mentions import Mention
from quintet.agent.reader.roles import role_of
from quintet.agent.reader.sentences import is_noun_word
from quintet.agent.reader.views import View

Pair = tuple[Measure, tuple[int, ...]]
PACKS = {"pair", "set", "pack", "package", "bundle", "case", "carton", "crate", "stack", "dozen"}
DECISION_UNITS = CONTAINERS | MEASURES | set(TIME_UNITS) | PERIODS | {"dollar"}


def read_rates(view: View, facts: Facts, used: set[int], earlier: View | None = None) -> set[int]:
    """Take the numbers that belong to a mentioned activity; returns the positions used."""
    _note_units(view, facts)
    counted = _denominators(view, facts)
    free = [m for m in view.measures if m.at not in used | counted]
    if free and not view.mentions and _all_respectively(view, free):
        for activity, measure in enumerate(free):
            facts.rates.append(_rate(view, measure, activity, facts))
        return counted | {measure.at for measure in free}
    owner = view.carried(earlier) if free and not view.mentions else None
    if owner is not None:
        facts.rates += [_rate(view, measure, owner, facts) for measure in free]
        return counted | {measure.at for measure in free}
    if not free or not view.mentions:
        return counted
    _note_packs(view, facts)
    for measure, activities in _assigned(view, free):
        for activity in activities:
            facts.rates.append(_rate(view, measure, activity, facts))
    return counted | {measure.at for measure in free}


def _all_respectively(view: View, measures: list[Measure]) -> bool:
    """`They cost $250 and $150 to make respectively`: one number for each activity, in their order."""
    told = "respectively" in view.words and view.words[0] in ("they", "these", "which", "and")
    return told and len(measures) == len(view.names.names) and len({m.flavor for m in measures}) == 1


def _note_units(view: View, facts: Facts) -> None:
    for mention in view.mentions:
        at = mention.start - 1
        if at >= 1 and view.words[at] == "of" and view.tokens[at - 1].lemma in DECISION_UNITS:
            unit = view.tokens[at - 1].lemma
            facts.units[unit] = facts.units.get(unit, 0) + 1
    for at, word in enumerate(view.words[:-1]):
        if word in ("per", "each", "every"):
            unit = unit_at(view.tokens, at + 1)
            follows = at + 2 < len(view.tokens) and is_noun_word(view.tokens, at + 2)
            if follows and not unit.startswith("square "):
                continue
            if unit in DECISION_UNITS or unit.startswith("square "):
                facts.units[unit] = facts.units.get(unit, 0) + 1


def _note_packs(view: View, facts: Facts) -> None:
    """Whether the data is told for a thing or for a pack of them (`a pair of stools`)."""
    for mention in view.mentions:
        of_unit = mention.start >= 2 and view.words[mention.start - 1] == "of"
        unit = view.tokens[mention.start - 2].lemma if of_unit else ""
        for activity in mention.activities:
            facts.packs.setdefault(activity, {}).setdefault(unit if unit in PACKS else "", view.quote)


def _denominators(view: View, facts: Facts) -> set[int]:
    """`1 kg of rice requires …`: a one that says what the data is told for."""
    found = set()
    for measure in view.measures:
        if measure.value == 1 and measure.flavor == "plain" and not measure.sense and measure.target:
            found.add(measure.at)
            if measure.token.text == "1":
                facts.assumptions.append(("The 1 says what the numbers beside it are told for.", view.quote))
    return found


def _assigned(view: View, measures: list[Measure]) -> list[Pair]:
    mentions = [
        m for m in view.mentions if not any(q.target is m and q in measures for q in measures)
    ] or view.mentions
    joined = [m for m in mentions if len(m.activities) > 1]
    if joined:
        return _shared(view, measures, mentions, joined)
    if len({m.activities for m in mentions}) == 1:
        return [(measure, mentions[0].activities) for measure in measures]
    if mentions[0].start < measures[0].at:
        return _forward(view, measures, mentions)
    return _backward(view, measures, mentions)


def _shared(
    view: View, measures: list[Measure], mentions: list[Mention], joined: list[Mention]
) -> list[Pair]:
    if len(joined) > 1 or len(mentions) > 1:
        raise view.decline("can't tell which activity each number belongs to in")
    activities = joined[0].activities
    alike = len({(m.flavor, m.unit if m.flavor != "plain" else "") for m in measures}) == 1
    if len(measures) == len(activities) and alike and ("respectively" in view.words or not _spread(view)):
        return [(m, (a,)) for m, a in zip(measures, activities, strict=True)]
    if "respectively" in view.words or joined[0].joined_by == "or":
        raise view.decline("can't tell which activity each number belongs to in")
    return [(measure, activities) for measure in measures]


def _spread(view: View) -> bool:
    return bool({"each", "both", "every"} & set(view.words))


def _forward(view: View, measures: list[Measure], mentions: list[Mention]) -> list[Pair]:
    if not any(m.at > mentions[-1].start for m in measures):
        raise view.decline("can't tell which activity each number belongs to in")
    pairs = []
    for measure in measures:
        owner = next(m for m in reversed(mentions) if m.start < measure.at)
        pairs.append((measure, owner.activities))
    return pairs


def _backward(view: View, measures: list[Measure], mentions: list[Mention]) -> list[Pair]:
    if measures[-1].at > mentions[-1].start:
        raise view.decline("can't tell which activity each number belongs to in")
    pairs = []
    for measure in measures:
        owner = next(m for m in mentions if m.start > measure.at)
        pairs.append((measure, owner.activities))
    return pairs


def _rate(view: View, measure: Measure, activity: int, facts: Facts) -> Rate:
    start = max(
        (m.stop if m.unit != "money" else m.at + 1 for m in view.measures if m.at < measure.at), default=0
    )
    stop = min((m.at for m in view.measures if m.at > measure.at), default=len(view.tokens))
    role = ""
    if measure.flavor in ("money", "percent"):
        role = role_of(view, measure.at, start, stop) or _earlier_role(view, measure, facts)
    noun = tuple(stem for stem in measure.noun if stem)
    context = tuple(dict.fromkeys((*view.content(start, measure.at), *view.content(measure.stop, stop))))
    return Rate(
        activity, measure.token, measure.unit, noun, context, role, view.verb_before(measure.at),
        view.clause.sentence, measure.label, view.quote,
    )  # fmt: skip


def _earlier_role(view: View, measure: Measure, facts: Facts) -> str:
    same = [r for r in facts.rates if r.sentence == view.clause.sentence and r.token.flavor == measure.flavor]
    return same[-1].role if same else ""
