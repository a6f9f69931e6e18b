"""One reading of a text for one candidate set of activities: clauses → facts → a linear model's parts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...errors import ReaderDeclined
from .amounts import read_amounts
from .attributes import UNSPECIFIC, Attribute, gather, overlap
from .conditions import check_conditions, check_periods
from .coverage import check_hidden_numbers
from .facts import Bound, Facts, Share, Total
from .goals import read_goal, read_superlative
from .lexicon import CONTAINERS, CONTINUOUS_UNITS, PERIODS, TIME_UNITS
from .matching import Matcher, Row
from .measures import Measure
from .mentions import TYPE_WORDS, Names
from .objective import Objective, ObjectiveFinder
from .rates import read_rates
from .ratios import read_ratio
from .sentences import Clause
from .shares import read_shares
from .views import REMEDY, View, view_of
from .words import lemma_of, stem_of


def build(facts: Facts, names: Names, text: str) -> Reading:
    """Match limits, find the objective, and check that all that was told is used."""
    attributes = gather(facts.rates)
    _check_counts(facts, attributes)
    unit = _decision_unit(facts, text)
    told = [*facts.rates, *facts.limits, *facts.bounds, *facts.totals, *facts.ratios, *facts.shares]
    check_periods(
        [item.quote for item in told], {unit, *(item.unit for item in (*facts.rates, *facts.limits))}
    )
    invests = bool(re.search(r"\binvest", text.lower())) and any(
        a.flavor == "percent" or a.role in ("profit", "return", "earn") for a in attributes
    )
    rows = _rows(facts, attributes, names, invests)
    _check_shares(facts, attributes, invests)
    limited = {row.attribute.number for row in rows}
    objective = _objective(facts, ObjectiveFinder(facts, attributes, names, unit, limited))
    _check_complete(attributes, names, rows, facts)
    _check_used(attributes, rows, objective)
    if not (rows or facts.bounds or facts.totals or facts.shares or facts.ratios):
        raise ReaderDeclined("the text states no limit or requirement", remedy=REMEDY)
    return Reading(names, facts, attributes, rows, objective, unit, _integer(unit, invests, text))


def _rows(facts: Facts, attributes: list[Attribute], names: Names, invests: bool) -> list[Row]:
    matcher = Matcher(facts, attributes, names, invests)
    rows: list[Row] = []
    for limit, placed in matcher.place_all():
        if isinstance(placed, str):
            raise ReaderDeclined(f"{placed}: {limit.quote!r}", clause=limit.quote, remedy=REMEDY)
        if isinstance(placed, Total):
            facts.totals.append(placed)
        elif isinstance(placed, Bound):
            facts.bounds.append(placed)
        else:
            rows += placed
    _refuse_double(rows)
    _refuse_double_bounds(facts)
    return rows


def _decision_unit(facts: Facts, text: str) -> str:
    asked = re.search(
        r"how many (\w+)(?: of| per| a| should| does| do| to| each| is| are| need)", text.lower()
    )
    if asked:
        unit = lemma_of(asked.group(1))
        if unit in CONTAINERS | CONTINUOUS_UNITS | set(TIME_UNITS) | PERIODS:
            return unit
    known = {u: n for u, n in facts.units.items() if u not in PERIODS and u not in TIME_UNITS}
    return max(known, key=lambda u: known[u]) if known else ""


def _integer(unit: str, invests: bool, text: str) -> bool:
    low = text.lower()
    if invests or unit in CONTINUOUS_UNITS | {"unit"} - {"minute"}:
        return unit == "unit" and "how much" not in low and not invests
    if "fraction" in low:
        return False
    return not (
        re.search(r"\bhow much\b", low) and unit not in CONTAINERS and not re.search(r"\bhow many\b", low)
    )


def _objective(facts: Facts, finder: ObjectiveFinder) -> Objective:
    if not facts.goals:
        raise ReaderDeclined("the text names nothing to maximize or minimize", remedy=REMEDY)
    found = [finder.find(goal) for goal in facts.goals]
    known = [objective for objective in found if objective is not None]
    if not known:
        goal = facts.goals[0]
        raise ReaderDeclined(f"can't tell what is meant by {goal.text!r}", clause=goal.text, remedy=REMEDY)
    first = known[0]
    for other in known[1:]:
        if (other.goal.sense, other.plus, other.minus, other.only) != (
            first.goal.sense,
            first.plus,
            first.minus,
            first.only,
        ):
            raise ReaderDeclined(
                f"two objectives are told: {other.goal.text!r}", clause=other.goal.text, remedy=REMEDY
            )
    return first
