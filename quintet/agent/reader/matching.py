"""Limits put on the attribute, or on the total, that they speak of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from quintet.agent.reader.attributes import UNSPECIFIC, Attribute, overlap
from quintet.agent.reader.facts import Bound, Facts, Limit, Total
from quintet.agent.reader.lexicon import CONTAINERS, PEOPLE_SEATS, TIME_UNITS
from quintet.agent.reader.mentions import Names
from quintet.agent.reader.words import stem_of

DECISIONS = {"trip", "shift", "time", "delivery", "shipment", "use", "batch"}
LAND = {
    stem_of(word)
    for word in ("land", "field", "farmland", "farm", "area", "space", "property", "grow", "plant")
}
AREAS = {"acre", "hectare"}
PEOPLE = {
    "people",
    "person",
    "customer",
    "guest",
    "passenger",
    "visitor",
    "traveler",
    "traveller",
    "tourist",
    "rider",
}
GAINS = {"profit", "revenue", "return", "earn", "make"}
GAIN_STEMS = {"profit", "revenue", "return", "earn", "incom"}
MONEY_STEMS = {"money", "invest", "fund", "portfolio", "amount", "asset", "total", "capit", "dollar"}


@dataclass(frozen=True)
class Row:
    """A limit on an attribute; `factor` converts the limit into the attribute's unit."""

    limit: Limit
    attribute: Attribute
    factor: float = 1.0


class Matcher:
    """Places the limits of a problem."""

    def __init__(self, facts: Facts, attributes: list[Attribute], names: Names, invests: bool) -> None:
        self.facts = facts
        self.attributes = attributes
        self.names = names
        self.invests = invests
        self._taken: set[tuple[int, str]] = set()

    def place_all(self) -> Iterator[tuple[Limit, list[Row] | Total | Bound | str]]:
        """Every limit with its place; of limits in equal words each gets an attribute of its own."""
        waiting: list[Limit] = []
        for limit in self.facts.limits:
            placed = self.place(limit)
            if isinstance(placed, str) and "more than one" in placed:
                waiting.append(limit)
            else:
                self._take(placed)
                yield limit, placed
        for limit in waiting:
            placed = self.place(limit)
            self._take(placed)
            yield limit, placed

    def _take(self, placed: list[Row] | Total | Bound | str) -> None:
        if isinstance(placed, list):
            self._taken |= {(row.attribute.number, row.limit.sense) for row in placed}

    def place(self, limit: Limit) -> list[Row] | Total | Bound | str:
        """The rows or the total that a limit stands for, or the reason why it can't be placed."""
        if not limit.sense:
            return f"can't tell whether {limit.token.text!r} is a limit or a requirement"
        scored = [(self._score(limit, a), a) for a in self.attributes if self._compatible(limit, a)]
        best = max((score for score, _ in scored), default=0.0)
        top = [attribute for score, attribute in scored if score == best and score > 0]
        if limit.owner is not None:
            return self._owned(limit, limit.owner, bool(top) and best >= 1)
        if not top and limit.distributes:
            top = [attribute for _, attribute in scored]
        if not top:
            return self._total(limit) or f"found nothing that {limit.token.text!r} limits"
        if len(top) > 1:
            top = [a for a in top if (a.number, limit.sense) not in self._taken] or top
        if len(top) > 1 and not limit.distributes:
            return f"{limit.token.text!r} may limit more than one thing"
        return [Row(limit, attribute, _factor(limit.unit, attribute.unit)) for attribute in top]

    def _owned(self, limit: Limit, owner: int, is_resource: bool) -> Bound | str:
        """`at least 10 trips using a truck` bounds one activity if what is counted are its decisions."""
        counted = limit.unit in DECISIONS or limit.unit in self.facts.units or self.names.is_group(limit.unit)
        goal = any(overlap({stem_of(limit.unit)}, goal.head) for goal in self.facts.goals)
        if limit.token.flavor == "money" and self.invests and not is_resource:
            return Bound(owner, limit.sense, limit.token, limit.unit, limit.quote)
        if is_resource or not limit.unit or not (counted or goal):
            return f"can't tell what {limit.token.text!r} limits"
        return Bound(owner, limit.sense, limit.token, limit.unit, limit.quote)

    def _compatible(self, limit: Limit, attribute: Attribute) -> bool:
        if limit.token.flavor == "money" or attribute.is_money:
            return self._money_compatible(limit, attribute)
        if attribute.flavor == "percent":
            return limit.unit in UNSPECIFIC - set(TIME_UNITS) and overlap(attribute.noun, limit.noun) > 0
        if limit.unit in TIME_UNITS and attribute.unit in TIME_UNITS:
            return True
        if limit.unit == attribute.unit:
            return True
        if limit.unit in PEOPLE and attribute.unit in PEOPLE:
            return sum(other.unit in PEOPLE for other in self.attributes) == 1
        specific = limit.unit not in UNSPECIFIC and attribute.unit not in UNSPECIFIC
        return specific and overlap({stem_of(limit.unit)}, {stem_of(attribute.unit)}) > 0

    def _money_compatible(self, limit: Limit, attribute: Attribute) -> bool:
        if limit.token.flavor != "money" or not attribute.is_money:
            return False
        told = {*limit.noun, *limit.context}
        return bool(GAIN_STEMS & told) == (attribute.role in GAINS) or attribute.role == "earn"

    def _score(self, limit: Limit, attribute: Attribute) -> float:
        noun, context = set(limit.noun), set(limit.context)
        if limit.unit not in UNSPECIFIC:
            noun = noun | {stem_of(limit.unit)}
        score = 8 * overlap(attribute.noun, noun) + 2 * overlap(attribute.noun, context - noun)
        score += 2 * overlap(attribute.context - attribute.noun, noun) + overlap(
            attribute.context - attribute.noun, context - noun
        )
        if attribute.noun and noun and overlap(attribute.noun, noun | context) == 0 and limit.unit == "unit":
            return 0
        people = limit.unit in PEOPLE and attribute.unit in PEOPLE
        return score + (0.5 if self._only_one(limit) or people else 0)

    def _only_one(self, limit: Limit) -> bool:
        """Whether the unit alone says which attribute is meant."""
        fitting = [attribute for attribute in self.attributes if self._compatible(limit, attribute)]
        return len(fitting) == 1 and (limit.unit != "unit" or not (limit.noun and fitting[0].noun))

    def _total(self, limit: Limit) -> Total | None:
        if not self._is_total(limit):
            return None
        everything = tuple(range(len(self.names.names)))
        return Total(everything, limit.sense, limit.token, limit.unit, limit.quote)

    def _is_total(self, limit: Limit) -> bool:
        if limit.token.flavor == "money":
            return self.invests
        if limit.token.flavor != "plain":
            return False
        if limit.unit in UNSPECIFIC - {""} or limit.unit.startswith("square "):
            told = limit.unit in self.facts.units and limit.unit != "unit"
            return told and (limit.unit in AREAS or limit.unit.startswith("square ") or self._of_group(limit))
        if self.names.is_group(limit.unit) or limit.unit in self.facts.units:
            return True
        if limit.unit in PEOPLE_SEATS:
            return bool(PEOPLE_SEATS & (self.names.group | self.names.common | self.facts.units.keys()))
        return limit.unit in CONTAINERS and limit.unit in self.names.common

    def _of_group(self, limit: Limit) -> bool:
        """Whether what is measured is the decisions themselves (`100 acres of land`), not a resource."""
        own = {stem_of(lemma) for name in self.names.names for lemma in name if lemma}
        own |= {stem_of(lemma) for lemma in self.names.group} | LAND
        return all(overlap({stem}, own) for stem in limit.noun)


def _factor(limit_unit: str, attribute_unit: str) -> float:
    if limit_unit in TIME_UNITS and attribute_unit in TIME_UNITS:
        return TIME_UNITS[limit_unit] / TIME_UNITS[attribute_unit]
    return 1.0
