"""The objective's coefficients: an attribute, a difference of two, or a plain count."""

from __future__ import annotations

from dataclasses import dataclass

from quintet.agent.reader.attributes import Attribute, overlap
from quintet.agent.reader.facts import Facts, Goal
from quintet.agent.reader.lexicon import CONTAINERS, TIME_UNITS
from quintet.agent.reader.mentions import Names
from quintet.agent.reader.roles import CONCEPTS, WANTED, concept_of
from quintet.agent.reader.words import stem_of

COUNT_STEMS = {"numb", "amount", "total", "quantit", "count", "size"}
COMPOSITE = {
    "smaller", "smallest", "larger", "largest", "difference", "ratio", "worst", "minimum", "maximum", "least",
    "most", "proportion", "variance", "product", "square", "squared", "longest", "latest",
}  # fmt: skip
HYPERNYMS = {
    stem_of(word)
    for word in ("item", "product", "staff", "worker", "employee", "vehicle", "trip", "container")
}
SYNONYMS = {stem_of("score"): (stem_of("point"),), stem_of("viewership"): (stem_of("viewer"),)}
EMPTY = COUNT_STEMS | {"overall", "daily", "monthl", "weekl", "requir", "need", "poss", "possibl", "us"}


@dataclass(frozen=True)
class Objective:
    """Sense and coefficients: `plus` minus `minus`, or a count of the activities if both are empty."""

    goal: Goal
    plus: Attribute | None
    minus: Attribute | None = None
    only: tuple[int, ...] = ()

    @property
    def meaning(self) -> tuple[object, ...]:
        """Sense and coefficients, without the words."""
        numbers = (part.number if part else -1 for part in (self.plus, self.minus))
        return (self.goal.sense, *numbers, self.only)


def _is_composite(goal: Goal) -> bool:
    """Whether the goal is more than a sum: a minimum, a difference, one thing or another."""
    concepts = {CONCEPTS[word] for word in goal.words if word in CONCEPTS}
    joined = {"or", "and"} & set(goal.words) and len(concepts) > 1
    return bool(joined or COMPOSITE & set(goal.words))


class ObjectiveFinder:
    """Finds what the goal's words mean in terms of the attributes."""

    def __init__(
        self, facts: Facts, attributes: list[Attribute], names: Names, unit: str, limited: set[int]
    ) -> None:
        self.facts = facts
        self.attributes = attributes
        self.names = names
        self.unit = unit
        self.limited = limited

    def find(self, goal: Goal) -> Objective | None:
        """The objective a goal stands for, or `None` if its words don't say."""
        if _is_composite(goal):
            return None
        return (
            self._named(goal)
            or self._money(goal)
            or self._time(goal)
            or self._resource(goal, least=2)
            or self._count(goal)
            or (self._number(goal) if goal.counts else self._resource(goal, least=0.5))
        )

    def _named(self, goal: Goal) -> Objective | None:
        """`the number of vans`, one of the activities: only that one counts."""
        return Objective(goal, None, None, goal.only) if goal.only else None

    def _money(self, goal: Goal) -> Objective | None:
        concept = concept_of(goal.words)
        if not concept:
            return None
        if concept == "profit":
            difference = self._difference(goal)
            if difference:
                return difference
        for role in WANTED[concept]:
            found = [a for a in self.attributes if a.role == role]
            if len(found) == 1:
                return Objective(goal, found[0])
            if found:
                return self._nearest(goal, found)
        plain = [a for a in self.attributes if a.is_money and not a.role]
        if len(plain) == 1:
            return Objective(goal, plain[0])
        only = (
            [a for a in self.attributes if a.is_money and a.role == "revenue"] if concept == "profit" else []
        )
        return Objective(goal, only[0]) if len(only) == 1 else None

    def _difference(self, goal: Goal) -> Objective | None:
        if any(a.role in ("profit", "earn") for a in self.attributes):
            return None
        gains = [a for a in self.attributes if a.role in ("revenue", "price") and a.is_money]
        costs = [a for a in self.attributes if a.role == "cost" and a.is_money]
        return Objective(goal, gains[0], costs[0]) if len(gains) == 1 and len(costs) == 1 else None

    def _nearest(self, goal: Goal, found: list[Attribute]) -> Objective | None:
        scored = sorted(((overlap(a.noun, goal.stems), a.number, a) for a in found), reverse=True)
        return Objective(goal, scored[0][2]) if scored[0][0] > scored[1][0] else None

    def _resource(self, goal: Goal, least: float) -> Objective | None:
        stems = set(goal.head) - EMPTY - self._own()
        stems |= {other for stem in stems for other in SYNONYMS.get(stem, ())}
        others = [a for a in self.attributes if not a.role and (least >= 2 or a.number not in self.limited)]
        scored = sorted(
            ((self._overlap(a, stems), -a.number, a) for a in others), reverse=True, key=lambda e: e[:2]
        )
        if not scored or scored[0][0] < least:
            return None
        return Objective(goal, scored[0][2]) if len(scored) == 1 or scored[0][0] > scored[1][0] else None

    def _own(self) -> set[str]:
        """The stems of the activities' names: they say nothing about which attribute is meant."""
        names = {stem_of(lemma) for name in self.names.names for lemma in name}
        return names | {stem_of(lemma) for lemma in self.names.group}

    def _overlap(self, attribute: Attribute, stems: set[str]) -> float:
        direct = overlap(attribute.noun, stems)
        unit = attribute.unit not in ("", "unit", "money") and overlap({stem_of(attribute.unit)}, stems)
        return 3 * direct + 2 * bool(unit) + 0.5 * overlap(attribute.context - attribute.noun, stems)

    def _count(self, goal: Goal) -> Objective | None:
        own = {stem_of(lemma) for lemma in self.names.group | self.names.common | CONTAINERS if lemma}
        own |= {stem_of(name[-1]) for name in self.names.names} | {stem_of(self.unit)} | HYPERNYMS
        stems = set(goal.head) - EMPTY
        return Objective(goal, None) if overlap(stems, own) else None

    def _number(self, goal: Goal) -> Objective | None:
        """The number of something no data is told for: each activity counts as one of it."""
        if not goal.head:
            return None
        self.facts.assumptions.append((f"Each activity counts as one in {goal.text!r}.", goal.text))
        return Objective(goal, None)

    def _time(self, goal: Goal) -> Objective | None:
        if not {"time", "minutes", "hours", "days", "long"} & set(goal.words):
            return None
        timed = [a for a in self.attributes if a.unit in TIME_UNITS]
        if len(timed) == 1:
            return Objective(goal, timed[0])
        if timed:
            return self._nearest(goal, timed)
        return Objective(goal, None) if not timed and self.unit in (*TIME_UNITS, "day") else None
