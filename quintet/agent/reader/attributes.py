"""Rates of different activities gathered into attributes: one parameter over the activities each."""

from __future__ import annotations

from dataclasses import dataclass, field

from quintet.agent.reader.facts import Rate
from quintet.agent.reader.lexicon import MEASURES, TIME_UNITS
from quintet.agent.reader.views import refusal
from quintet.agent.reader.words import stem_of, stems_match

UNSPECIFIC = MEASURES | set(TIME_UNITS) | {"money", ""}


@dataclass
class Attribute:
    """One kind of data told per activity, e.g. hours of painting."""

    number: int
    flavor: str
    unit: str
    role: str
    rates: dict[int, Rate] = field(default_factory=dict)

    @property
    def noun(self) -> set[str]:
        """The stems of what is measured, from all its rates."""
        own = {stem for rate in self.rates.values() for stem in rate.noun}
        return own if self.unit in UNSPECIFIC else own | {stem_of(self.unit)}

    @property
    def context(self) -> set[str]:
        """The stems told around the numbers, from all its rates."""
        return {stem for rate in self.rates.values() for stem in (*rate.context, stem_of(rate.verb))} - {""}

    @property
    def is_money(self) -> bool:
        """Whether its values are money."""
        return self.flavor == "money"


def overlap(one: set[str] | tuple[str, ...], other: set[str] | tuple[str, ...]) -> int:
    """How many stems of the one are matched in the other."""
    return sum(any(stems_match(a, b) for b in other) for a in one)


def gather(rates: list[Rate]) -> list[Attribute]:
    """Group rates that tell the same thing of different activities."""
    attributes: list[Attribute] = []
    for rate in rates:
        home = _home(rate, attributes)
        if home is None:
            home = Attribute(len(attributes), rate.token.flavor, rate.unit, rate.role)
            attributes.append(home)
        home.rates[rate.activity] = rate
    return attributes


def _home(rate: Rate, attributes: list[Attribute]) -> Attribute | None:
    _refuse_second_value(rate, attributes)
    free = [attribute for attribute in attributes if rate.activity not in attribute.rates]
    scored = [(_score(rate, attribute), -attribute.number, attribute) for attribute in free]
    best = max(scored, key=lambda entry: entry[:2], default=None)
    return best[2] if best and best[0] > 0 else None


def _refuse_second_value(rate: Rate, attributes: list[Attribute]) -> None:
    for attribute in attributes:
        first = attribute.rates.get(rate.activity)
        if first is None or not _is_same(rate, first) or first.token.value == rate.token.value:
            continue
        raise refusal(
            f"two values are told for the same thing: {first.token.text!r} and {rate.token.text!r}",
            rate.quote,
        )


def _is_same(one: Rate, other: Rate) -> bool:
    told = (one.token.flavor, one.unit, one.role, set(one.noun)) == (
        other.token.flavor, other.unit, other.role, set(other.noun),
    )  # fmt: skip
    return told and bool(one.noun) and one.sentence != other.sentence


def _score(rate: Rate, attribute: Attribute) -> float:
    if rate.token.flavor != attribute.flavor or rate.role != attribute.role:
        return 0
    if not _units_agree(rate.unit, attribute.unit):
        return 0
    noun = _noun(rate)
    near = min(overlap((*rate.context, stem_of(rate.verb)), attribute.context), 5)
    shared = overlap(noun, attribute.noun)
    if noun and attribute.noun:
        return (
            40 + 20 * shared / max(len(noun), len(attribute.noun)) + near
            if _nested(noun, attribute.noun)
            else 0
        )
    return (20 if not noun and not attribute.noun else 10) + near


def _noun(rate: Rate) -> set[str]:
    return set(rate.noun) if rate.unit in UNSPECIFIC else {*rate.noun, stem_of(rate.unit)}


def _nested(one: set[str], other: set[str]) -> bool:
    small, large = sorted((one, other), key=len)
    return overlap(small, large) == len(small)


def _units_agree(one: str, other: str) -> bool:
    if one == other:
        return True
    if one in TIME_UNITS or other in TIME_UNITS:
        return False
    return one not in UNSPECIFIC and other not in UNSPECIFIC and stems_match(stem_of(one), stem_of(other))
