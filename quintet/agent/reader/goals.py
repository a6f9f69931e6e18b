"""The objective: what is maximised or minimised."""

from __future__ import annotations

from quintet.agent.reader.facts import Facts, Goal
from quintet.agent.reader.lexicon import ADVERBS, DETERMINERS, MAXIMIZE, MINIMIZE
from quintet.agent.reader.views import View
from quintet.agent.reader.words import FUNCTION_WORDS

STOPS = {"while", "if", "when", "given", "assuming", ",", ";", "?", "(", "so", "based", "subject", "under"}
SUPERLATIVES = {
    "maximum": "maximize", "highest": "maximize", "largest": "maximize", "greatest": "maximize",
    "most": "maximize",
    "maximal": "maximize", "minimum": "minimize", "lowest": "minimize", "minimal": "minimize",
    "least": "minimize",
    "smallest": "minimize", "cheapest": "minimize",
}  # fmt: skip
MEASURED = {
    "profit", "profits", "cost", "costs", "revenue", "return", "income", "earnings", "time", "amount",
    "number", "wage",
    "score", "expense", "price", "total", "possible", "monthly", "daily", "weekly", "overall", "yield",
    "interest",
}  # fmt: skip


def read_goal(view: View, facts: Facts) -> int | None:
    """Take the objective of a clause; returns the position where its phrase starts, or `None`."""
    for at, word in enumerate(view.words):
        sense = _verb_sense(view, at, word)
        if sense:
            return _take(view, facts, at, sense)
    return None


def read_superlative(view: View, facts: Facts) -> int | None:
    """Take an objective told by an adjective: `at minimum cost`, `the highest profit`."""
    for at, word in enumerate(view.words):
        after = view.words[at + 1] if at + 1 < len(view.words) else ""
        if (
            word in SUPERLATIVES
            and after in MEASURED
            and not any(m.at > at and m.at < at + 6 for m in view.measures)
        ):
            return _take(view, facts, at, SUPERLATIVES[word])
    return None


def _verb_sense(view: View, at: int, word: str) -> str:
    if word in MAXIMIZE:
        return "maximize"
    if word not in MINIMIZE:
        return ""
    if word.startswith("minim"):
        return "minimize"
    before = view.words[at - 1] if at else ""
    asked = any(
        w in ("how", "what", "which", "formulate", "determine", "find", "order") for w in view.words[:at]
    )
    return "minimize" if before == "to" and asked else ""


def _take(view: View, facts: Facts, at: int, sense: str) -> int:
    stop = at + 1
    while stop < len(view.tokens) and view.words[stop] not in STOPS:
        stop += 1
    tokens = [token for token in view.tokens[at + 1 : stop] if token.kind == "word"]
    stems = tuple(token.stem for token in tokens if token.low not in FUNCTION_WORDS)
    words = tuple(token.low for token in tokens)
    quote = view.text[view.tokens[at].start : view.tokens[stop - 1].end]
    counts, head = _head(view, at + 1, stop)
    facts.goals.append(
        Goal(sense, stems, head or stems, counts, words, view.clause.sentence, quote, _named(view, at, stop))
    )
    return at


def _named(view: View, start: int, stop: int) -> tuple[int, ...]:
    """The activities named right after `number of`, `amount of`."""
    for mention in view.mentions:
        before = view.words[max(start, mention.start - 4) : mention.start]
        if start < mention.start < stop and "of" in before and {"number", "amount", "quantity"} & set(before):
            return mention.activities
    return ()


def _head(view: View, start: int, stop: int) -> tuple[bool, tuple[str, ...]]:
    """The stems after `number of`, up to the next preposition; units (`number of units of`) skipped."""
    at = next(
        (
            place
            for place in range(start, stop - 1)
            if view.words[place] in ("number", "numbers") and view.words[place + 1] == "of"
        ),
        None,
    )
    if at is None:
        return False, ()
    at += 2
    if at + 1 < stop and view.tokens[at].lemma == "unit" and view.words[at + 1] == "of":
        at += 2
    stems = []
    while at < stop and view.tokens[at].kind == "word":
        token = view.tokens[at]
        if token.low in FUNCTION_WORDS and token.low not in DETERMINERS | ADVERBS | {"and", "or"}:
            break
        stems += [] if token.low in FUNCTION_WORDS else [token.stem]
        at += 1
    return True, tuple(stems)
