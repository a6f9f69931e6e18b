"""Is all that was told used once, and all that is used told? If not, the text is declined."""

from __future__ import annotations

from quintet.agent.reader.attributes import Attribute, overlap
from quintet.agent.reader.facts import Facts, Rate
from quintet.agent.reader.lexicon import TIME_UNITS
from quintet.agent.reader.matching import Row
from quintet.agent.reader.mentions import Names
from quintet.agent.reader.objective import Objective
from quintet.agent.reader.views import refusal
from quintet.agent.reader.words import stem_of

MONEY = {stem_of("budget"), stem_of("money")}


def check_counts(facts: Facts, attributes: list[Attribute]) -> None:
    """Refuse counts that may be data: of a resource, or of stages that were not all told."""
    timed = sum(attribute.unit in TIME_UNITS for attribute in attributes)
    resources = sum(not attribute.role for attribute in attributes)
    for packs in facts.packs.values():
        if len(packs) > 1:
            quote = next(quote for unit, quote in packs.items() if unit)
            raise refusal(f"some numbers are told for one, some for a pack: {quote!r}", quote)
    for value, quote in facts.stages:
        if value not in (timed, resources):
            raise refusal(f"can't tell what is counted in {quote!r}", quote)
    for noun, quote in facts.counts:
        if any(overlap(noun, attribute.noun) for attribute in attributes):
            raise refusal(f"can't tell what is counted in {quote!r}", quote)


def check_single(rows: list[Row], facts: Facts) -> None:
    """Refuse two different limits of one direction on the same thing."""
    told: list[tuple[object, str, float, str]] = [
        (row.attribute.number, row.limit.sense[0], row.limit.token.value, row.limit.quote) for row in rows
    ]
    told += [((b.activity,), b.sense[0], b.token.value, b.quote) for b in facts.bounds]
    told += [(t.activities, t.sense[0], t.token.value, t.quote) for t in facts.totals]
    seen: dict[tuple[object, str], float] = {}
    for thing, sense, value, quote in told:
        if seen.setdefault((thing, sense), value) != value:
            raise refusal(f"two limits are told for the same thing: {quote!r}", quote)


def check_shares(facts: Facts, attributes: list[Attribute], invests: bool) -> None:
    """Refuse shares of a resource or of a budget: only shares of the decisions are linear here."""
    told = {stem for attribute in attributes for stem in attribute.noun}
    told |= {stem_of(attribute.unit) for attribute in attributes if attribute.unit not in ("", "money")}
    costs = any(attribute.is_money and attribute.role == "cost" for attribute in attributes)
    for share in facts.shares:
        resource = overlap(share.whole, told) > 0 and not invests
        if resource or (costs and MONEY & set(share.whole)):
            raise refusal(f"a share of something other than the decisions: {share.quote!r}", share.quote)


def check_complete(attributes: list[Attribute], names: Names, rows: list[Row], facts: Facts) -> None:
    """Refuse data that is told for some activities only, unless each lists what it uses."""
    limited = {row.attribute.number for row in rows if _names_attribute(row)}
    for attribute in attributes:
        missing = [number for number in range(len(names.names)) if number not in attribute.rates]
        if not missing:
            continue
        rate = next(iter(attribute.rates.values()))
        clear = not attribute.role and attribute.noun and attribute.number in limited
        if not clear or not all(_lists(facts, rate, number) for number in missing):
            whose, other = (" ".join(names.names[number]) for number in (rate.activity, missing[0]))
            raise refusal(f"{rate.token.text!r} is told for {whose!r} but not for {other!r}", rate.quote)
        facts.assumptions.append(("What is not listed for an activity is not used by it.", rate.quote))


def _names_attribute(row: Row) -> bool:
    return overlap(row.attribute.noun, (*row.limit.noun, *row.limit.context)) > 0


def _lists(facts: Facts, rate: Rate, activity: int) -> bool:
    """Whether the activity has a list of its own, told with the same verb."""
    return any(other.verb == rate.verb and other.activity == activity for other in facts.rates)


def check_used(attributes: list[Attribute], rows: list[Row], objective: Objective) -> None:
    """Refuse data that neither a limit nor the objective uses."""
    used = {row.attribute.number for row in rows}
    used |= {a.number for a in (objective.plus, objective.minus) if a is not None}
    for attribute in attributes:
        if attribute.number not in used:
            rate = next(iter(attribute.rates.values()))
            raise refusal(f"the number {rate.token.text!r} has no use: {rate.quote!r}", rate.quote)
