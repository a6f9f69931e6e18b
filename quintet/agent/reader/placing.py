"""Clause by clause: every number and every comparison finds a place, or the text is declined."""

from __future__ import annotations

import re

from quintet.agent.reader.amounts import read_amounts
from quintet.agent.reader.attributes import UNSPECIFIC
from quintet.agent.reader.conditions import check_conditions
from quintet.agent.reader.coverage import check_hidden_numbers
from quintet.agent.reader.exclusions import check_structure
from quintet.agent.reader.facts import Facts
from quintet.agent.reader.goals import read_goal, read_superlative
from quintet.agent.reader.lexicon import PERIODS
from quintet.agent.reader.measures import Measure
from quintet.agent.reader.mentions import TYPE_WORDS, Names
from quintet.agent.reader.rates import read_rates
from quintet.agent.reader.ratios import read_ratio
from quintet.agent.reader.sentences import Clause
from quintet.agent.reader.shares import read_shares
from quintet.agent.reader.views import View, view_of
from quintet.agent.reader.words import stem_of

CUES = re.compile(
    r"\b(at least|at most|no more|no less|no fewer|exactly|equal|exceed|exceeds|limit|limits|limited|"
    r"minimum of|maximum of|only if|if and only|none|whole|cannot|fewer than|less than|"
    r"greater than|larger than|not both|either one)\b"
)
STAGES = frozenset(
    [
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
    ]
)


def read_facts(clauses: list[Clause], names: Names, text: str) -> Facts:
    """Place every number and comparison of the clauses.

    Args:
        clauses: The clauses of the text, in order.
        names: The activities as one candidate reads them.
        text: The text as told.

    Raises:
        ReaderDeclined: A number or a requirement has no place.
    """
    facts = Facts()
    views = [view_of(clause, names, text) for clause in clauses]
    check_conditions(views)
    before: View | None = None
    for view in views:
        same = before is not None and before.clause.sentence == view.clause.sentence
        _read_clause(view, facts, before if same else None)
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
    if not compared and goal is None:
        check_structure(view)
    if not view.measures and not compared and goal is None:
        _check_unplaced(view)


def _counts(view: View, facts: Facts) -> set[int]:
    """Numbers that only count: the activities (`two types of ads`), stages of work (`three teams`)."""
    bare = [m for m in view.measures if not m.sense and m.flavor == "plain"]
    counts = [measure for measure in bare if _is_count(view, measure)]
    stages = [m for m in bare if m not in counts and m.token.text.isalpha() and m.unit in STAGES]
    for measure in stages:
        facts.stages.append((measure.value, view.quote))
        facts.assumptions.append((f"{measure.token.text!r} counts what the data is told for.", view.quote))
    for measure in counts:
        known = view.names.is_group(measure.unit) or measure.unit in TYPE_WORDS
        if measure.value > 1 and not known:
            facts.counts.append(((stem_of(measure.unit),), view.quote))
    return {measure.at for measure in (*counts, *stages)}


def _is_count(view: View, measure: Measure) -> bool:
    spelled = measure.token.text.isalpha()
    if spelled and measure.value == 1:
        return _is_pronoun(view, measure.at)
    if measure.value != len(view.names.names):
        return False
    after = view.tokens[measure.at + 1 : measure.at + 4]
    typed = any(view.names.is_group(token.lemma) or token.lemma in TYPE_WORDS for token in after)
    everything = any(len(m.activities) == len(view.names.names) for m in view.mentions_after(measure.at))
    if not spelled:
        return typed and everything
    if measure.target and len(measure.target.activities) == 1 and not everything:
        return False
    measured = measure.unit in UNSPECIFIC - {""} or measure.unit in PERIODS
    return typed or everything or (view.mention_before(measure.at) is None and not measured)


def _is_pronoun(view: View, at: int) -> bool:
    """`each regular one`, `in one week`."""
    after = view.tokens[at + 1] if at + 1 < len(view.tokens) else None
    if after is None or not after.is_noun:
        return True
    return after.lemma in PERIODS and view.words[at - 1] == "in"


def _check_unplaced(view: View) -> None:
    if view.clause.lead in ("since", "because") or view.words[0] in ("since", "because", "due"):
        return
    words = " ".join(view.words)
    found = CUES.search(words)
    vague = found is not None and found.group().startswith("limit") and (not view.mentions or "no " in words)
    if found and not vague:
        raise view.decline("found no place for the requirement")
