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
from .measures import Measure
from .matching import Matcher, Row
from .mentions import TYPE_WORDS, Names
from .objective import Objective, ObjectiveFinder
from .rates import read_rates
from .ratios import read_ratio
from .sentences import Clause
from .shares import read_shares
from .views import REMEDY, View, view_of
from .words import lemma_of, stem_of

CUES = re.compile(
    r"\b(at least|at most|no more|no less|no fewer|exactly|equal|exceed|exceeds|limit|limits|limited|"
    r"minimum of|maximum of|only if|if and only|none|whole|cannot|fewer than|less than|"
    r"greater than|larger than|not both|either one)\b"
)
IDENT = re.compile(r"x\d+$")


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
        goal = self.objective
        parts = tuple(_values(attribute) for attribute in (goal.plus, goal.minus))
        rows = sorted((row.limit.sense, row.limit.token.start, _values(row.attribute)) for row in self.rows)
        facts = self.facts
        told = [*facts.bounds, *facts.totals, *facts.shares]
        others = sorted(
            (item.sense, item.token.start, len(getattr(item, "activities", (0,)))) for item in told
        )
        ratios = sorted((ratio.sense, ratio.token.start if ratio.token else 0) for ratio in facts.ratios)
        return (goal.goal.sense, len(goal.only), parts, tuple(rows), tuple(others), tuple(ratios))


def _values(attribute: Attribute | None) -> tuple[float, ...]:
    return tuple(sorted(rate.token.value for rate in attribute.rates.values())) if attribute else ()


def read_facts(clauses: list[Clause], names: Names, text: str) -> Facts:
    """Place every number and comparison of the clauses; raises where one has no place."""
    facts = Facts()
    views = [view_of(clause, names, text) for clause in clauses]
    check_conditions(views)
    before: View | None = None
    for number, view in enumerate(views):
        same = before is not None and before.clause.sentence == view.clause.sentence
        try:
            _read_clause(view, facts, before if same else None)
        except ReaderDeclined as declined:
            declined.place = f"clause {number + 1}"
            raise
        before = view if view.mentions or not same else before
    if not facts.goals:
        for view in views:
            read_superlative(view, facts)
    return facts


def _read_clause(view: View, facts: Facts, earlier: View | None) -> None:
    check_hidden_numbers(view, facts)
    before = len(facts.ratios) + len(facts.assumptions)
    goal = read_goal(view, facts)
    used = _counts(view, facts)
    used |= read_ratio(view, facts) if goal is None else set()
    used |= read_shares(view, facts, used)
    used |= read_amounts(view, facts, used, earlier)
    used |= read_rates(view, facts, used, earlier)
    compared = len(facts.ratios) + len(facts.assumptions) > before
    for measure in view.measures:
        if measure.at not in used:
            raise view.decline(f"the number {measure.token.text!r} has no place")
    if not view.measures and not compared and goal is None:
        _check_unplaced(view)


def _counts(view: View, facts: Facts) -> set[int]:
    """Numbers that only count the activities (`two types of ads`) or stand for a pronoun (`each regular one`)."""
    found = set()
    for measure in view.measures:
        if measure.sense or measure.flavor != "plain" or not _is_count(view, measure):
            continue
        facts.explain(measure.token)
        if measure.value > 1:
            if not view.names.is_group(measure.unit) and measure.unit not in TYPE_WORDS:
                facts.counts.append(((stem_of(measure.unit),), view.quote))
        found.add(measure.at)
    return found


def _is_count(view: View, measure: Measure) -> bool:
    spelled = measure.token.text.isalpha()
    at = measure.at
    after = view.tokens[at + 1 : at + 4]
    if spelled and measure.value == 1:
        period = bool(after) and after[0].lemma in PERIODS and view.words[at - 1] == "in"
        return period or not after or not after[0].is_noun
    if measure.value != len(view.names.names):
        return False
    typed = any(view.names.is_group(t.lemma) or t.lemma in TYPE_WORDS for t in after)
    everything = any(len(m.activities) == len(view.names.names) for m in view.mentions_after(at))
    if not spelled:
        return typed and everything
    if measure.target and len(measure.target.activities) == 1 and not everything:
        return False
    measured = measure.unit in UNSPECIFIC - {""} or measure.unit in PERIODS
    return typed or everything or (view.mention_before(at) is None and not measured)


def _check_unplaced(view: View) -> None:
    if view.clause.lead in ("since", "because") or view.words[0] in ("since", "because", "due"):
        return
    words = " ".join(view.words)
    found = CUES.search(words)
    vague = found is not None and found.group().startswith("limit") and (not view.mentions or "no " in words)
    if found and not vague:
        raise view.decline("found no place for the requirement")


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


def _check_counts(facts: Facts, attributes: list[Attribute]) -> None:
    for noun, quote in facts.counts:
        if any(overlap(noun, attribute.noun) for attribute in attributes):
            raise ReaderDeclined(f"can't tell what is counted in {quote!r}", clause=quote, remedy=REMEDY)


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
