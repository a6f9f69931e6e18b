"""Numbers that bound: one activity, several, the total, or a resource."""

from __future__ import annotations

from dataclasses import replace

from .facts import Bound, Facts, Limit, Total
from .lexicon import CONTAINERS
from .measures import Measure
from .mentions import Mention
from .views import View

TOGETHER = {"total", "combined", "combination", "altogether", "together", "overall", "either"}


def read_amounts(view: View, facts: Facts, used: set[int]) -> set[int]:
    """Take bounds, totals and resource limits; returns the positions of the numbers used."""
    taken = set()
    for measure in view.measures:
        if measure.at in used or measure.flavor in ("multiple", "fraction"):
            continue
        if _is_nonnegativity(measure):
            facts.explain(measure.token)
            taken.add(measure.at)
        elif _place(view, _with_sense(view, measure), facts):
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


def _place(view: View, measure: Measure, facts: Facts) -> bool:
    target = measure.target or _elided_target(view, measure)
    subject = view.mention_before(measure.at)
    if target is not None and (measure.sense or (subject is None and measure.value != 1)):
        return _place_target(view, measure, target, facts)
    if measure.sense and subject is not None and not _purpose(view, measure, subject):
        return _place_subject(view, measure, subject, facts)
    if measure.sense or _states_resource(view, measure):
        return _place_limit(view, measure, facts)
    return False


def _elided_target(view: View, measure: Measure) -> Mention | None:
    """`at least 5 but no more than 10 newspaper spots`: the second number's noun serves both."""
    if measure.unit or not measure.sense:
        return None
    later = [m for m in view.measures if m.at > measure.at]
    if later and later[0].target and later[0].sense and len(later[0].target.activities) == 1:
        between = set(view.words[measure.at + 1 : later[0].at])
        return later[0].target if between & {"but", "and", "to"} and later[0].sense[0] != measure.sense[0] else None
    return None


def _place_target(view: View, measure: Measure, target: Mention, facts: Facts) -> bool:
    sense = measure.sense or _implied(view)
    if not sense:
        raise view.decline(f"can't tell whether {measure.token.text!r} is a limit or a requirement in")
    sentence = view.clause.sentence
    if len(target.activities) > 1:
        together = target.joined_by == "or" or bool(TOGETHER & set(view.words))
        if not together:
            raise view.decline("can't tell whether the number is for each or for all in")
        facts.totals.append(Total(target.activities, sense, measure.token, measure.unit, sentence))
    else:
        facts.bounds.append(Bound(target.activities[0], sense, measure.token, measure.unit, sentence))
    return True


def _implied(view: View) -> str:
    if view.supplies:
        return "<="
    return ">=" if view.needs else ""


def _purpose(view: View, measure: Measure, subject: Mention) -> bool:
    """Whether the mention before the number is only part of a reason (`to make chairs, at most 5 …`)."""
    return len(subject.activities) == len(view.names.activities)


def _place_subject(view: View, measure: Measure, subject: Mention, facts: Facts) -> bool:
    if len(subject.activities) > 1:
        raise view.decline("can't tell whether the number is for each or for all in")
    unit = measure.unit
    plain = not unit or view.names.is_group(unit) or unit in CONTAINERS | facts.units.keys()
    own = unit in view.names.names[subject.activities[0]]
    if not plain and not own and measure.flavor != "money":
        return _place_limit(view, measure, facts)
    if measure.flavor == "percent":
        return False
    facts.bounds.append(
        Bound(subject.activities[0], measure.sense, measure.token, "money" if measure.flavor == "money" else unit, view.clause.sentence)
    )
    return True


def _states_resource(view: View, measure: Measure) -> bool:
    covered = {activity for mention in view.mentions for activity in mention.activities}
    after = [m for m in view.mentions if m.start > measure.at]
    if view.mention_before(measure.at) is not None:
        return False
    if after and len(covered) != len(view.names.activities):
        return False
    if after and "each" in view.words[measure.at : after[0].start]:
        return False
    if after and not view.supplies:
        return False
    return view.supplies or view.needs or not view.mentions


def _place_limit(view: View, measure: Measure, facts: Facts) -> bool:
    explicit = bool(measure.sense)
    sense = measure.sense or _implied(view)
    start = max((m.stop for m in view.measures if m.at < measure.at), default=0)
    stop = min((m.at for m in view.measures if m.at > measure.at), default=len(view.tokens))
    near = (*view.content(start, measure.at), *view.content(measure.stop, stop))
    wide = view.content(0, len(view.tokens))
    facts.limits.append(
        Limit(measure.token, sense, measure.unit, measure.noun, near, view.clause.sentence, explicit, wide)
    )
    return True
