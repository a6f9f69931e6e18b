"""Is all that was told used once, and all that is used told? If not, the text is declined."""

from __future__ import annotations

from .attributes import Attribute, overlap
from .facts import Bound, Facts, Rate
from .lexicon import TIME_UNITS
from .matching import Row
from .mentions import Names
from .objective import Objective
from .views import refusal


def _check_counts(facts: Facts, attributes: list[Attribute]) -> None:
    for value, quote in facts.stages:
        if value not in (sum(a.unit in TIME_UNITS for a in attributes), sum(not a.role for a in attributes)):
            raise ReaderDeclined(f"can't tell what is counted in {quote!r}", clause=quote, remedy=REMEDY)
    for noun, quote in facts.counts:
        if any(overlap(noun, attribute.noun) for attribute in attributes):
            raise ReaderDeclined(f"can't tell what is counted in {quote!r}", clause=quote, remedy=REMEDY)


def _refuse_double(rows: list[Row]) -> None:
    seen: dict[tuple[int, str], Row] = {}
    for row in rows:
        key = (row.attribute.number, row.limit.sense[0])
        first = seen.setdefault(key, row)
        if first is not row and first.limit.token.value != row.limit.token.value:
            raise ReaderDeclined(
                f"two limits are told for the same thing: {row.limit.quote!r}",
                clause=row.limit.quote,
                remedy=REMEDY,
            )


def _refuse_double_bounds(facts: Facts) -> None:
    seen: dict[tuple[object, str], float] = {}
    for item in (*facts.bounds, *facts.totals):
        whose = item.activity if isinstance(item, Bound) else item.activities
        first = seen.setdefault((whose, item.sense[0]), item.token.value)
        if first != item.token.value:
            raise ReaderDeclined(
                f"two limits are told for the same thing: {item.quote!r}", clause=item.quote, remedy=REMEDY
            )


def _check_shares(facts: Facts, attributes: list[Attribute], invests: bool) -> None:
    for share in facts.shares:
        told = {stem for a in attributes for stem in a.noun}
        if overlap(share.whole, told) and not invests:
            _refuse_share(share)
        if {"budget", "money"} & set(share.whole) and any(
            a.is_money and a.role == "cost" for a in attributes
        ):
            _refuse_share(share)


def _refuse_share(share: Share) -> None:
    raise ReaderDeclined(
        f"a share of something other than the decisions: {share.quote!r}", clause=share.quote, remedy=REMEDY
    )


def _check_complete(attributes: list[Attribute], names: Names, rows: list[Row], facts: Facts) -> None:
    limited = {
        row.attribute.number
        for row in rows
        if overlap(row.attribute.noun, (*row.limit.noun, *row.limit.context))
    }
    for attribute in attributes:
        missing = [number for number in range(len(names.names)) if number not in attribute.rates]
        if not missing:
            continue
        rate = next(iter(attribute.rates.values()))
        listed = all(
            any(other.verb == rate.verb and other.activity == number for other in facts.rates)
            for number in missing
        )
        if not listed or attribute.role or not attribute.noun or attribute.number not in limited:
            raise ReaderDeclined(
                f"{rate.token.text!r} is told for {' '.join(names.names[rate.activity])!r} "
                f"but not for {' '.join(names.names[missing[0]])!r}", clause=rate.quote, remedy=REMEDY,
            )  # fmt: skip
        facts.assumptions.append(("What is not listed for an activity is not used by it.", rate.quote))


def _check_used(attributes: list[Attribute], rows: list[Row], objective: Objective) -> None:
    used = {row.attribute.number for row in rows}
    used |= {a.number for a in (objective.plus, objective.minus) if a is not None}
    for attribute in attributes:
        if attribute.number not in used:
            rate = next(iter(attribute.rates.values()))
            raise ReaderDeclined(
                f"the number {rate.token.text!r} has no use: {rate.quote!r}", clause=rate.quote, remedy=REMEDY
            )
