"""One reading of a text for one candidate set of activities: facts → the parts of a linear model."""

from __future__ import annotations

import re
from dataclasses import dataclass

from quintet.agent.reader.attributes import Attribute, gather
from quintet.agent.reader.completeness import (
    check_complete,
    check_counts,
    check_shares,
    check_single,
    check_used,
)
from quintet.agent.reader.conditions import check_periods
from quintet.agent.reader.facts import Bound, Facts, Total
from quintet.agent.reader.lexicon import CONTAINERS, CONTINUOUS_UNITS, PERIODS, TIME_UNITS
from quintet.agent.reader.matching import Matcher, Row
from quintet.agent.reader.mentions import Names
from quintet.agent.reader.objective import Objective, ObjectiveFinder
from quintet.agent.reader.views import refusal
from quintet.agent.reader.words import lemma_of

ASKED = re.compile(r"how many (\w+)(?: of| per| a| should| does| do| to| each| is| are| need)")
GAINS = ("profit", "return", "earn")


@dataclass(frozen=True)
class Reading:
    """Everything the document is made of."""

    names: Names
    facts: Facts
    attributes: list[Attribute]
    rows: list[Row]
    objective: Objective
    unit: str
    integer: bool

    @property
    def signature(self) -> tuple[object, ...]:
        """The numbers of the model in an order of their own: equal for readings that mean the same."""
        goal, facts = self.objective, self.facts
        parts = tuple(_values(attribute) for attribute in (goal.plus, goal.minus))
        rows = sorted((row.limit.sense, row.limit.token.start, _values(row.attribute)) for row in self.rows)
        bounds = sorted((bound.sense, bound.token.start) for bound in facts.bounds)
        sums = sorted((s.sense, s.token.start, len(s.activities)) for s in (*facts.totals, *facts.shares))
        ratios = sorted((ratio.sense, ratio.token.start if ratio.token else 0) for ratio in facts.ratios)
        return (goal.goal.sense, len(goal.only), parts, *map(tuple, (rows, bounds, sums, ratios)))


def _values(attribute: Attribute | None) -> tuple[float, ...]:
    return tuple(sorted(rate.token.value for rate in attribute.rates.values())) if attribute else ()


def build(facts: Facts, names: Names, text: str) -> Reading:
    """Match limits, find the objective, and check that all that was told is used.

    Args:
        facts: What was placed; takes the totals and bounds that limits turn out to be.
        names: The activities.
        text: The text as told.

    Raises:
        ReaderDeclined: Something is missing, told twice, ambiguous or unused.
    """
    attributes = gather(facts.rates)
    check_counts(facts, attributes)
    unit = _decision_unit(facts, text)
    _check_periods(facts, unit)
    invests = "invest" in text.lower() and any(a.flavor == "percent" or a.role in GAINS for a in attributes)
    rows = _rows(Matcher(facts, attributes, names, invests), facts)
    check_single(rows, facts)
    check_shares(facts, attributes, invests)
    limited = {row.attribute.number for row in rows}
    objective = _objective(facts, ObjectiveFinder(facts, attributes, names, unit, limited))
    check_complete(attributes, names, rows, facts)
    check_used(attributes, rows, objective)
    if not (rows or facts.bounds or facts.totals or facts.shares or facts.ratios):
        raise refusal("the text states no limit or requirement")
    return Reading(names, facts, attributes, rows, objective, unit, _is_integer(unit, invests, text))


def _check_periods(facts: Facts, unit: str) -> None:
    measured = [*facts.rates, *facts.limits]
    told = [*measured, *facts.bounds, *facts.totals, *facts.ratios, *facts.shares]
    check_periods([item.quote for item in told], {unit, *(item.unit for item in measured)})


def _rows(matcher: Matcher, facts: Facts) -> list[Row]:
    rows: list[Row] = []
    for limit, placed in matcher.place_all():
        if isinstance(placed, str):
            raise refusal(f"{placed}: {limit.quote!r}", limit.quote)
        if isinstance(placed, Total):
            facts.totals.append(placed)
        elif isinstance(placed, Bound):
            facts.bounds.append(placed)
        else:
            rows += placed
    return rows


def _decision_unit(facts: Facts, text: str) -> str:
    """What one unit of the decisions is: asked for (`how many acres`), or told with the data."""
    asked = ASKED.search(text.lower())
    unit = lemma_of(asked.group(1)) if asked else ""
    if unit in CONTAINERS | CONTINUOUS_UNITS | set(TIME_UNITS) | PERIODS:
        return unit
    known = {u: n for u, n in facts.units.items() if u not in PERIODS and u not in TIME_UNITS}
    return max(known, key=lambda u: known[u]) if known else ""


def _is_integer(unit: str, invests: bool, text: str) -> bool:
    """Whether the decisions are counted: not money, land, weight, volume or time."""
    low = text.lower()
    asked_much = "how much" in low
    if invests or unit in CONTINUOUS_UNITS or "fraction" in low:
        return False
    if unit == "unit":
        return not asked_much
    return unit in CONTAINERS or not asked_much or "how many" in low


def _objective(facts: Facts, finder: ObjectiveFinder) -> Objective:
    if not facts.goals:
        raise refusal("the text names nothing to maximize or minimize")
    found: list[Objective] = []
    for goal in facts.goals:
        objective = finder.find(goal)
        if objective is None:
            raise refusal(f"can't tell what is meant by {goal.text!r}", goal.text)
        found.append(objective)
    for other in found[1:]:
        if other.meaning != found[0].meaning:
            raise refusal(f"two objectives are told: {other.goal.text!r}", other.goal.text)
    return found[0]
