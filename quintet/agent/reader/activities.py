"""The decision activities: which nouns of the text are being decided about.

Candidates come from coordinations (`chairs and tables`), numbered names (`mix A`, `mix B`) and nouns
that data is told for (`each chair takes …`). The reader tries them in the order of their evidence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from quintet.agent.reader.lexicon import (
    CONTAINERS,
    DATA_WORDS,
    DETERMINERS,
    GENERIC_NOUNS,
    MEASURES,
    PERIODS,
    TIME_UNITS,
)
from quintet.agent.reader.sentences import is_noun_word, is_verb
from quintet.agent.reader.words import Token

SKIP_BEFORE = DETERMINERS | {
    "by", "using", "through", "with", "via", "on", "in", "from", "for", "either", "to", "at", "as", "well",
    "of",
}  # fmt: skip
LONGEST_NAME = 5
MOST_MEASURED = 6
OPENERS = {"a", "an", "one"}
ENDINGS = {".", "?", "!", ";", ","}
MOST_ACTIVITIES = 12
UNITS = MEASURES | PERIODS | set(TIME_UNITS) | {"time", "number", "total", "amount"}
UNDECIDED = UNITS | {
    "profit", "cost", "revenue", "price", "budget", "wage", "bill", "company", "average", "manager",
    "owner", "manufacturer",
    "employee", "worker", "store", "shop", "customer",
}  # fmt: skip
SORTS = {"type", "kind", "sort", "size", "variety", "version", "model", "form", "number", "amount", "choice"}


@dataclass(frozen=True)
class Activity:
    """One thing decided about: its full name in lemmas and the name as spelled in the text."""

    lemmas: tuple[str, ...]
    name: str


@dataclass(frozen=True)
class Phrase:
    """A noun phrase: token positions `start` to `stop`."""

    start: int
    stop: int

    def lemmas(self, tokens: list[Token]) -> tuple[str, ...]:
        """The lemmas of the words in the phrase."""
        return tuple(_key(token) for token in tokens[self.start : self.stop])


def _key(token: Token) -> str:
    return token.text.lower() if token.is_number else token.lemma


class NameIndex:
    """How often each sequence of lemmas occurs in the text."""

    def __init__(self, tokens: list[Token]) -> None:
        self._counts: dict[tuple[str, ...], int] = {}
        keys = [_key(token) for token in tokens]
        for size in range(1, LONGEST_NAME + 1):
            for at in range(len(keys) - size + 1):
                key = tuple(keys[at : at + size])
                self._counts[key] = self._counts.get(key, 0) + 1

    def count(self, lemmas: tuple[str, ...]) -> int:
        """Occurrences of the sequence."""
        return self._counts.get(lemmas, 0)


def candidates(tokens: list[Token]) -> list[tuple[Activity, ...]]:
    """Sets of names that may be the activities, in order of appearance, without repeats."""
    index = NameIndex(tokens)
    seen: dict[tuple[tuple[str, ...], ...], tuple[Activity, ...]] = {}
    for group in (*_coordinations(tokens, index), *_numbered(tokens), *_families(tokens), *_measured(tokens)):
        key = tuple(sorted(activity.lemmas for activity in group))
        if 2 <= len(group) <= MOST_ACTIVITIES and len(set(key)) == len(group) and _plausible(key):
            seen.setdefault(key, group)
    return list(seen.values())


def _plausible(names: tuple[tuple[str, ...], ...]) -> bool:
    single = [name[0] for name in names if len(name) == 1]
    unfit = any(len(lemma) == 1 or lemma in UNDECIDED for lemma in single)
    return not unfit and not any(name[-1] in UNITS for name in names) and not _nested(names)


def _nested(names: tuple[tuple[str, ...], ...]) -> bool:
    """Whether one name ends another (`seat`, `AC seat`): then the short one is no activity of its own."""
    return any(a != b and b[-len(a) :] == a for a in names for b in names)


def _coordinations(tokens: list[Token], index: NameIndex) -> Iterator[tuple[Activity, ...]]:
    for at, token in enumerate(tokens):
        if token.low in ("and", "or", "&"):
            phrases = _conjuncts(tokens, at)
            for first in range(len(phrases) - 1):
                for names in _trimmed(tokens, phrases[first:], index):
                    yield tuple(_activity(tokens, name) for name in names)


def _conjuncts(tokens: list[Token], at: int) -> list[Phrase]:
    right = _phrase_after(tokens, at + 1)
    if right is None:
        return []
    phrases = [right]
    stop = at
    while len(phrases) <= MOST_ACTIVITIES:
        while stop > 0 and tokens[stop - 1].low in (",", "as", "well", '"'):
            stop -= 1
        left = _phrase_before(tokens, stop)
        if left is None:
            break
        phrases.insert(0, left)
        stop = _before_skips(tokens, left.start)
        if stop == 0 or tokens[stop - 1].text != ",":
            break
    return phrases if len(phrases) > 1 else []


def _before_skips(tokens: list[Token], stop: int) -> int:
    while stop > 0 and tokens[stop - 1].low in SKIP_BEFORE | {'"'}:
        stop -= 1
    return stop


def _phrase_after(tokens: list[Token], at: int) -> Phrase | None:
    while at < len(tokens) and (tokens[at].low in SKIP_BEFORE or tokens[at].text == '"'):
        at += 1
    stop = at
    while stop < len(tokens) and stop - at < LONGEST_NAME + 1 and _in_phrase(tokens, stop, at):
        stop += 1
    phrase = _strip(tokens, Phrase(at, stop))
    return phrase if phrase.stop > phrase.start else None


def _in_phrase(tokens: list[Token], at: int, start: int) -> bool:
    if is_noun_word(tokens, at):
        return True
    token = tokens[at]
    if token.is_number and at > start and _names_number(tokens, at):
        return True
    single = len(token.text) == 1 and token.text.isalpha() and token.text.isupper()
    if token.kind == "word" and at > start and single:
        return True
    return token.low == "of" and at > start and at + 1 < len(tokens) and is_noun_word(tokens, at + 1)


def _names_number(tokens: list[Token], at: int) -> bool:
    token = tokens[at]
    plain = token.flavor == "plain" and token.text.isdigit() and tokens[at - 1].is_noun
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    return plain and (after is None or not is_noun_word(tokens, at + 1))


def _phrase_before(tokens: list[Token], stop: int) -> Phrase | None:
    start = stop
    while start > 0 and stop - start < LONGEST_NAME + 1 and _in_phrase_backwards(tokens, start - 1, stop):
        start -= 1
    phrase = _strip(tokens, Phrase(start, stop))
    return phrase if phrase.stop > phrase.start else None


def _in_phrase_backwards(tokens: list[Token], at: int, stop: int) -> bool:
    if at == stop - 1 and tokens[at].is_number:
        return at > 0 and _names_number(tokens, at)
    return _in_phrase(tokens, at, max(at - 1, 0)) and not (tokens[at].is_number and at < stop - 1)


def _strip(tokens: list[Token], phrase: Phrase) -> Phrase:
    start, stop = phrase.start, phrase.stop
    while stop > start and tokens[stop - 1].low == "of":
        stop -= 1
    if stop - start > 2 and tokens[start + 1].low == "of" and _counts(tokens[start]):
        start += 2
    return Phrase(start, stop)


def _counts(token: Token) -> bool:
    return token.lemma in CONTAINERS | MEASURES | PERIODS | SORTS


def _trimmed(tokens: list[Token], phrases: list[Phrase], index: NameIndex) -> Iterator[list[Phrase]]:
    if not phrases:
        return
    first, last = phrases[0], phrases[-1]
    lefts = [Phrase(at, first.stop) for at in range(first.start, first.stop)]
    rights = [Phrase(last.start, stop) for stop in range(last.stop, last.start, -1)]
    left = [phrase for phrase in lefts if _recurs(tokens, phrase, index)]
    right = [phrase for phrase in rights if _recurs(tokens, phrase, index)]
    middle = phrases[1:-1]
    for one in left[:2]:
        for other in right[:2]:
            yield [one, *middle, other]


def _recurs(tokens: list[Token], phrase: Phrase, index: NameIndex) -> bool:
    lemmas = phrase.lemmas(tokens)
    if lemmas[0] == "of" or lemmas[-1] == "of" or (len(lemmas) == 1 and lemmas[0] in GENERIC_NOUNS):
        return False
    return index.count(lemmas) > 1


def _activity(tokens: list[Token], phrase: Phrase) -> Activity:
    words = tokens[phrase.start : phrase.stop]
    return Activity(phrase.lemmas(tokens), " ".join(token.text for token in words))


def _numbered(tokens: list[Token]) -> Iterator[tuple[Activity, ...]]:
    """Names that differ in a trailing letter or number: `mix A` and `mix B`, `shop 1` and `shop 2`."""
    families: dict[str, dict[str, Activity]] = {}
    for at in range(1, len(tokens)):
        token, before = tokens[at], tokens[at - 1]
        label = _is_label(tokens, at)
        if label and before.is_noun and not is_verb(tokens, at - 1) and before.lemma not in GENERIC_NOUNS:
            name = Activity((before.lemma, _key(token)), f"{before.text.lower()} {token.text}")
            families.setdefault(before.lemma, {}).setdefault(_key(token), name)
    for family in families.values():
        yield tuple(family.values())


def _is_label(tokens: list[Token], at: int) -> bool:
    token = tokens[at]
    if token.is_number:
        short = token.text.isdigit() or (token.text.isalpha() and token.value < MOST_ACTIVITIES)
        return short and token.flavor == "plain" and _ends_name(tokens, at)
    letter = len(token.text) == 1 and token.text.isupper()
    name = token.kind == "word" and token.text.isupper() and 2 <= len(token.text) <= 4
    return letter or name


def _ends_name(tokens: list[Token], at: int) -> bool:
    return tokens[at - 1].is_noun and (at + 1 >= len(tokens) or not is_noun_word(tokens, at + 1))


def _families(tokens: list[Token]) -> Iterator[tuple[Activity, ...]]:
    """Names that share their last noun: `the Alpha brand`, `the Gamma brand`."""
    families: dict[str, dict[tuple[str, ...], list[Activity]]] = {}
    for at in range(1, len(tokens)):
        start = _name_start(tokens, at)
        if start < at and not _continues(tokens, at):
            phrase = Phrase(start, at + 1)
            family = families.setdefault(tokens[at].lemma, {})
            family.setdefault(phrase.lemmas(tokens), []).append(_activity(tokens, phrase))
    for family in families.values():
        names = [found[0] for found in family.values() if len(found) > 1]
        if len(names) < 2:
            names = [found[0] for found in family.values()]
        names = names[:MOST_MEASURED]
        yield tuple(names)
        for size in range(2, len(names)):
            yield from combinations(names, size)


def _name_start(tokens: list[Token], at: int) -> int:
    start = at
    while is_noun_word(tokens, at) and start > 0 and at - start < 3 and is_noun_word(tokens, start - 1):
        start -= 1
    return start


def _continues(tokens: list[Token], at: int) -> bool:
    return at + 1 < len(tokens) and is_noun_word(tokens, at + 1)


def _measured(tokens: list[Token]) -> Iterator[tuple[Activity, ...]]:
    """The nouns that data is told for: `each chair`, `per table`, `a bottle of cream`, `cooks earning`."""
    found: dict[tuple[str, ...], Activity] = {}
    for at, token in enumerate(tokens):
        phrase = _told_phrase(tokens, at, token)
        if phrase is not None and phrase.lemmas(tokens)[-1] not in UNDECIDED:
            found.setdefault(phrase.lemmas(tokens), _activity(tokens, phrase))
    names = list(found.values())[:MOST_MEASURED]
    yield tuple(names)
    for size in range(len(names) - 1, 1, -1):
        yield from combinations(names, size)


def _told_phrase(tokens: list[Token], at: int, token: Token) -> Phrase | None:
    if token.low in DATA_WORDS:
        return _phrase_before(tokens, at)
    if token.low in ("each", "per", "every") or (token.low in OPENERS and _opens_clause(tokens, at)):
        phrase = _phrase_after(tokens, at + 1)
        return phrase if phrase is not None and phrase.start <= at + 4 else None
    return None


def _opens_clause(tokens: list[Token], at: int) -> bool:
    before = tokens[at - 1] if at else None
    return before is None or before.text in ENDINGS or before.low in ("while", "whereas", "and", "make", "if")
