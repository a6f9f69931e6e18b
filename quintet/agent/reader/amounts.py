"""Numbers that bound: one activity, several, the total, or a resource."""

from __future__ import annotations

from dataclasses import replace

from quintet.agent.reader.exclusions import check_negation, check_plain_bound
from quintet.agent.reader.facts import Bound, Facts, Limit, Total
from quintet.agent.reader.lexicon import CONTAINERS
from quintet.agent.reader.measures import Measure
from quintet.agent.reader.mentions import Mention
from quintet.agent.reader.sentences import is_noun_word
from quintet.agent.reader.views import View

COUNTED = {"time", "trip", "shift", "delivery", "shipment", "batch"}
TOGETHER = {"total", "combined", "combination", "altogether", "together", "overall", "either"}


def read_amounts(view: View, facts: Facts, used: set[int], earlier: View | None = None) -> set[int]:
    """Take bounds, totals and resource limits; returns the positions of the numbers used."""
    taken = set()
    if view.carried(earlier) is not None:
        return taken
    for measure in view.measures:
        if measure.at in used or measure.flavor in ("multiple", "fraction"):
            continue
        if _is_nonnegativity(measure) or _place(view, _with_sense(view, measure), facts, earlier):
            taken.add(measure.at)
    return taken


def _is_nonnegativity(measure: Measure) -> bool:
    return measure.value == 0 and measure.sense in (">=", ">", "")


def _with_sense(view: View, measure: Measure) -> Measure:
    if measure.sense:
        return measure
    words = view.words[: measure.at]
    if "minimum" in words and "maximum" not in words:
        return replace(measure, sense=">=")
    if "maximum" in words and "minimum" not in words:
        return replace(measure, sense="<=")
    return measure


def _place(view: View, measure: Measure, facts: Facts, earlier: View | None) -> bool:
    target = _sound_target(view, measure) or _elided_target(view, measure) or _predicate_target(view, measure)
    target = target or _earlier_target(view, measure, earlier)
    counted = [m.target for m in view.measures if m.at < measure.at and (m.sense or m.value != 1)]
    subject = next((m for m in reversed(view.mentions) if m.stop <= measure.at and m not in counted), None)
    if target is not None and (measure.sense or (subject is None and measure.value != 1)):
        return _place_target(view, measure, target, facts)
    total = bool(TOGETHER & set(view.words[max(0, measure.at - 4) : measure.stop]))
    if measure.sense and subject is not None and not total and not _purpose(view, measure, subject):
        return _place_subject(view, measure, subject, facts)
    if measure.sense or _states_resource(view, measure, subject):
        return _place_limit(view, measure, facts)
    return False


def _sound_target(view: View, measure: Measure) -> Mention | None:
    """The counted activity; a short form after a unit (`300 lbs of lumber`) is something measured instead."""
    target = measure.target
    if target is None or target.full or measure.unit == "":
        return target
    return target if view.tokens[measure.at + 1].lemma in CONTAINERS else None


def _earlier_target(view: View, measure: Measure, earlier: View | None) -> Mention | None:
    """`at least 40 rice bowls but can make only up to 70 in a day`: the noun stands in the clause before."""
    if earlier is None or view.mentions or not measure.sense or measure.unit or not earlier.mentions:
        return None
    last = earlier.mentions[-1]
    lone = len(last.activities) == 1 and len({m.activities for m in earlier.mentions}) == 1
    pronoun = view.clause.lead == "but" or bool({"they", "it", "this", "these"} & set(view.words[:3]))
    return last if lone and pronoun and not measure.noun else None


def _predicate_target(view: View, measure: Measure) -> Mention | None:
    """`at least 25 must be boxes`: the noun stands after the verb."""
    if measure.unit and not view.names.is_group(measure.unit):
        return None
    after = view.mentions_after(measure.at)
    between = view.words[measure.stop : after[0].start] if after and measure.sense else []
    if "be" in between and len(between) <= 5 and not any(word.isdigit() for word in between):
        return after[0]
    return None


def _elided_target(view: View, measure: Measure) -> Mention | None:
    """`at least 5 but no more than 10 newspaper spots`: the second number's noun serves both."""
    if measure.unit or not measure.sense:
        return None
    later = [m for m in view.measures if m.at > measure.at]
    if later and later[0].target and later[0].sense and len(later[0].target.activities) == 1:
        between = set(view.words[measure.at + 1 : later[0].at])
        return (
            later[0].target
            if between & {"but", "and", "to"} and later[0].sense[0] != measure.sense[0]
            else None
        )
    return None


def _place_target(view: View, measure: Measure, target: Mention, facts: Facts) -> bool:
    sense = measure.sense or _implied(view, measure)
    if not sense:
        raise view.decline(f"can't tell whether {measure.token.text!r} is a limit or a requirement in")
    check_plain_bound(view, measure, target)
    if _goes_on(view, target):
        raise view.decline("can't tell what else the number is for in")
    if target.vague:
        raise view.decline("can't tell which activity is meant in")
    if target.several:
        together = target.joined_by == "or" or bool(TOGETHER & set(view.words))
        if not together:
            raise view.decline("can't tell whether the number is for each or for all in")
        facts.totals.append(Total(target.activities, sense, measure.token, measure.unit, view.quote))
    else:
        facts.bounds.append(Bound(target.first, sense, measure.token, measure.unit, view.quote))
    return True


def _goes_on(view: View, target: Mention) -> bool:
    """Whether the counted noun is joined to one that is no activity (`20 vests or ties`)."""
    at = target.stop
    if at + 1 >= len(view.tokens) or view.words[at] not in ("or", "and"):
        return False
    at += 2 if view.words[at + 1] in ("the", "a", "an") else 1
    return at < len(view.tokens) and is_noun_word(view.tokens, at)


def _implied(view: View, measure: Measure) -> str:
    """The sense that the nearest word gives: what is there limits, what is needed is required."""
    earlier = [m for m in view.measures if m.at < measure.at]
    start = earlier[-1].at + 1 if earlier else 0
    stop = min((m.at for m in view.measures if m.at > measure.at), default=len(view.tokens))
    for at in (*range(measure.at - 1, start - 1, -1), *range(measure.at + 1, stop)):
        if view.marks(at):
            exact = view.marks(at) == ">=" and "total" in view.words[max(at, measure.at - 3) : measure.at]
            return "" if exact else view.marks(at)
    if earlier:
        return earlier[-1].sense or _implied(view, earlier[-1])
    found = (view.marks(at) for at in range(stop, len(view.tokens)))
    return next((mark for mark in found if mark), "")


def _purpose(view: View, measure: Measure, subject: Mention) -> bool:
    """Whether the mention before the number is only part of a reason (`to make chairs, at most 5 …`)."""
    return len(subject.activities) == len(view.names.activities)


def _place_subject(view: View, measure: Measure, subject: Mention, facts: Facts) -> bool:
    if subject.several or subject.vague:
        raise view.decline("can't tell whether the number is for each or for all in")
    check_plain_bound(view, measure, subject)
    unit = measure.unit
    plain = not unit or view.names.is_group(unit) or unit in CONTAINERS | COUNTED | facts.units.keys()
    own = unit in view.names.names[subject.first]
    if not plain and not own and measure.flavor != "money":
        raise view.decline(f"{measure.token.text!r} limits what one activity uses")
    if measure.flavor == "percent":
        return False
    facts.bounds.append(Bound(subject.first, measure.sense, measure.token, unit, view.quote))
    return True


def _states_resource(view: View, measure: Measure, subject: Mention | None) -> bool:
    """Whether a number without a direction is there to be used or has to be reached."""
    if subject is not None:
        return False
    real = [m.at for m in view.measures if m.at > measure.at and not (m.value == 1 and m.target)]
    stop = min(real, default=len(view.tokens))
    after = [m for m in view.mentions_after(measure.at) if m.start < stop]
    if not after:
        return not view.mentions_after(measure.at) or bool(_implied(view, measure))
    if len(after[0].activities) != len(view.names.activities) or after[0].joined_by == "each":
        return False
    return not {"each", "per"} & set(view.words[measure.at : after[0].start]) and bool(
        _implied(view, measure)
    )


def _place_limit(view: View, measure: Measure, facts: Facts) -> bool:
    sense = measure.sense or _implied(view, measure)
    if not sense:
        raise view.decline(f"can't tell whether {measure.token.text!r} is a limit or a requirement")
    check_negation(view, measure)
    start = max((m.stop for m in view.measures if m.at < measure.at), default=0)
    stop = min((m.at for m in view.measures if m.at > measure.at), default=len(view.tokens))
    near = (*view.content(start, measure.at), *view.content(measure.stop, stop))
    after = [m for m in view.mentions_after(measure.at) if m.start < stop]
    owner = after[0].activities[0] if len(after) == 1 and len(after[0].activities) == 1 else None
    spread = bool({"each", "both", "every"} & set(view.words[: measure.at]))
    facts.limits.append(
        Limit(
            measure.token,
            sense,
            measure.unit,
            measure.noun,
            near,
            view.clause.sentence,
            view.quote,
            spread,
            owner,
        )
    )
    return True
