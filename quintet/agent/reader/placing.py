"""Clause by clause: every number and every comparison finds a place, or the text is declined."""

from __future__ import annotations

import re

from .amounts import read_amounts
from .attributes import UNSPECIFIC
from .conditions import check_conditions
from .coverage import check_hidden_numbers
from .facts import Facts
from .goals import read_goal, read_superlative
from .lexicon import PERIODS
from .measures import Measure
from .mentions import TYPE_WORDS, Names
from .rates import read_rates
from .ratios import read_ratio
from .sentences import Clause
from .shares import read_shares
from .views import View, view_of
from .words import stem_of

CUES = re.compile(
    r"\b(at least|at most|no more|no less|no fewer|exactly|equal|exceed|exceeds|limit|limits|limited|"
    r"minimum of|maximum of|only if|if and only|none|whole|cannot|fewer than|less than|"
    r"greater than|larger than|not both|either one)\b"
)
STAGES = {
    "process",
    "team",
    "operation",
    "stage",
    "step",
    "phase",
    "nutrient",
    "macronutrient",
    "ingredient",
    "machine",
}


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
        if measure.sense or measure.flavor != "plain":
            continue
        counts = _is_count(view, measure)
        if not counts and measure.token.text.isalpha() and measure.unit in STAGES:
            facts.stages.append((measure.value, view.quote))
            found.add(measure.at)
        if not counts:
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
