"""Reads a textbook problem in English into a formulation, without any language model.

The reader tries the sets of nouns that may be decided about. A reading counts if every number and every
requirement of the text finds a place in it; two that differ make the text ambiguous. It declines, naming
the clause, where something has no place: a wrong model is worse than no model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quintet.agent.reader.activities import candidates
from quintet.agent.reader.document import Document, clean
from quintet.agent.reader.mentions import Names
from quintet.agent.reader.numbers import merge_numbers
from quintet.agent.reader.placing import read_facts
from quintet.agent.reader.reading import Reading, build
from quintet.agent.reader.sentences import Clause, Sentence, split_clauses, split_sentences
from quintet.agent.reader.views import refusal, view_of
from quintet.agent.reader.words import LOOKALIKES, Token, raw_tokens
from quintet.errors import ProblemError, ReaderDeclined

if TYPE_CHECKING:
    from quintet.formulation import Formulation

LONGEST_TEXT = 10_000
LONGEST_SENTENCE = 160
MOST_CANDIDATES = 12
LARGEST_NUMBER = 1e15
COMMON_WORDS = {
    "the",
    "a",
    "an",
    "of",
    "to",
    "and",
    "is",
    "in",
    "for",
    "each",
    "has",
    "how",
    "be",
    "are",
    "should",
    "must",
    "at",
}


def read(text: str) -> Formulation:
    """Read a problem text into a formulation.

    Args:
        text: The problem in English words.

    Raises:
        ProblemError: The text is empty, binary or too long.
        ReaderDeclined: A clause or a number could not be placed.
    """
    from quintet.formulation import Formulation

    return Formulation.model_validate(draft(text))


def draft(text: str) -> dict[str, Any]:
    """Read a problem text into a document of the formulation language.

    Args:
        text: The problem in English words.

    Raises:
        ProblemError: The text is empty, binary or too long.
        ReaderDeclined: A clause or a number could not be placed.
    """
    _check_text(text)
    tokens = merge_numbers(raw_tokens(text))
    _check_english(tokens)
    _check_numbers(tokens, text)
    sentences = split_sentences(tokens, text)
    _check_sentences(sentences)
    clauses = [clause for sentence in sentences for clause in split_clauses(sentence)]
    reading = _read(tokens, clauses, text)
    return clean(Document(reading, text, _title(sentences[0].text)).build())


@dataclass(frozen=True)
class _Failed:
    """A candidate that was refused: how far in the text, and why."""

    place: int
    refusal: ReaderDeclined


def _read(tokens: list[Token], clauses: list[Clause], text: str) -> Reading:
    tried = [_attempt(names, clauses, text) for names in _ranked(tokens, clauses, text)]
    readings = [result for result in tried if isinstance(result, Reading)]
    if readings:
        return _chosen(readings)
    failed = [result for result in tried if isinstance(result, _Failed)]
    if failed:
        raise max(failed, key=lambda one: one.place).refusal
    raise refusal("found no two things to decide about", text.strip()[:80])


def _attempt(names: Names, clauses: list[Clause], text: str) -> Reading | _Failed:
    """Read the text for one candidate; the candidate that gets furthest says best what is in the way."""
    try:
        facts = read_facts(clauses, names, text)
    except ReaderDeclined as declined:
        return _Failed(text.find(declined.clause), declined)
    try:
        return build(facts, names, text)
    except ReaderDeclined as declined:
        return _Failed(len(text), declined)


def _chosen(readings: list[Reading]) -> Reading:
    """The reading with the fullest names; another that differs, and is no shortening, makes it ambiguous."""
    best = max(readings, key=lambda reading: (reading.names.recurring, sum(map(len, reading.names.names))))
    for other in readings:
        if other.signature != best.signature and not _shortens(other.names, best.names):
            raise refusal(f"the text can be read as deciding about {other.names} or about {best.names}")
    return best


def _shortens(short: Names, full: Names) -> bool:
    whole = {lemma for name in full.names for lemma in name}
    return all(lemma in whole for name in short.names for lemma in name)


def _title(sentence: str) -> str:
    words = sentence.split()
    return " ".join(words[:10]).rstrip(".,:;") + (" …" if len(words) > 10 else "")


def _check_text(text: str) -> None:
    if not text.strip():
        raise ProblemError("the problem text is empty", remedy="tell the problem in words")
    if len(text) > LONGEST_TEXT:
        raise ProblemError(
            f"the problem text has {len(text)} characters, the reader takes {LONGEST_TEXT}",
            remedy="shorten it, or write the formulation yourself",
        )
    odd = sum(1 for char in text if not (char.isprintable() or char in "\n\r\t"))
    if odd > 0.01 * len(text):
        raise ProblemError("the problem text is not text", remedy="give a text file in UTF-8")


def _check_english(tokens: list[Token]) -> None:
    words = [token.low for token in tokens if token.kind == "word"]
    known = sum(word in COMMON_WORDS for word in words)
    if known < 0.12 * len(words) or len(words) < 8:
        raise refusal("the text does not look like a problem told in English")


def _check_sentences(sentences: list[Sentence]) -> None:
    for sentence in sentences:
        if len(sentence.tokens) > LONGEST_SENTENCE:
            start = " ".join(sentence.text[:60].split())
            raise refusal(f"a sentence of {len(sentence.tokens)} words can't be read: '{start} …'", start)


def _check_numbers(tokens: list[Token], text: str) -> None:
    plain = text.translate(LOOKALIKES)
    for token in tokens:
        if token.is_number and plain[max(token.start - 1, 0) : token.start] == "-":
            shown = text[max(token.start - 20, 0) : token.end]
            raise refusal(f"can't tell a range from a negative number in {shown!r}", shown)
        if token.is_number and not abs(token.value) < LARGEST_NUMBER:
            shown = token.text if len(token.text) <= 30 else f"{token.text[:30]} …"
            raise refusal(f"can't use the number {shown!r}", shown)


def _ranked(tokens: list[Token], clauses: list[Clause], text: str) -> list[Names]:
    scored = []
    for order, group in enumerate(candidates(tokens)):
        names = Names(group, tokens)
        scored.append((_evidence(names, clauses, text), -order, names))
    scored.sort(key=lambda entry: entry[:2], reverse=True)
    return [names for evidence, _, names in scored if evidence > (0, 0)][:MOST_CANDIDATES]


def _evidence(names: Names, clauses: list[Clause], text: str) -> tuple[float, float]:
    """How often each name alone shares a clause with a number: the least of them, and the sum."""
    counts = dict.fromkeys(range(len(names.names)), 0)
    for clause in clauses:
        view = view_of(clause, names, text)
        mentioned = {activity for mention in view.mentions for activity in mention.activities}
        if view.measures:
            for activity in mentioned:
                counts[activity] += 1
    return float(min(counts.values())), float(sum(counts.values()))
