"""Tokens of a problem text: words, numbers and punctuation with their place, lemma and stem."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from quintet.agent.reader.lexicon import (
    ADVERBS,
    AUXILIARIES,
    CONJUNCTIONS,
    DETERMINERS,
    PREPOSITIONS,
    PRONOUNS,
    QUESTION,
    VERBS,
)

# One character for one character, so that offsets stay those of the text as told.
LOOKALIKES = str.maketrans(
    {
        "\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u201c": '"', "\u201d": '"', "\u2010": "-",
        "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "\u2014", "\u2212": "-", "\u00a0": " ",
        "\u202f": " ", "\u2009": " ", "\t": " ",
    }
)  # fmt: skip
TOKEN = re.compile(
    r"""
    (?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w])|\d+/\d+(?![\w/])|\d+(?:\.\d+)?(?![\w]|-[A-Za-z])|\.\d+(?![\w]))
    |(?P<word>(?:[^\W_]\.){2,}|[^\W_]+(?:['\-.](?=[^\W_])[^\W_]+)*'?)
    |(?P<space>\s+)
    |(?P<punct>.)
    """,
    re.VERBOSE | re.DOTALL,
)
IRREGULAR = {
    "knives": "knife", "loaves": "loaf", "shelves": "shelf", "leaves": "leaf", "wives": "wife",
    "men": "man", "women": "woman", "feet": "foot", "geese": "goose", "children": "child",
    "mice": "mouse", "wolves": "wolf", "halves": "half", "scarves": "scarf", "calves": "calf",
    "thieves": "thief", "hooves": "hoof", "wharves": "wharf",
    "elves": "elf", "atlases": "atlas", "atlas": "atlas", "canvases": "canvas", "canvas": "canvas",
    "lens": "lens",
    "gas": "gas", "bus": "bus", "glasses": "glass", "lice": "louse", "teeth": "tooth", "oxen": "ox",
    "people": "people",
    "potatoes": "potato", "tomatoes": "tomato",
    "heroes": "hero", "mangoes": "mango", "shoes": "shoe", "cookies": "cookie", "movies": "movie",
    "pies": "pie", "ties": "tie", "calories": "calorie", "smoothies": "smoothie", "brownies": "brownie",
    "hoodies": "hoodie", "selfies": "selfie", "buses": "bus", "gases": "gas", "lenses": "lens",
    "kilos": "kg", "kilograms": "kg", "kilogram": "kg", "kgs": "kg", "grams": "g", "gram": "g",
    "litres": "litre", "liters": "litre", "liter": "litre", "hrs": "hour", "hr": "hour", "mins": "minute",
    "min": "minute", "secs": "second", "lbs": "pound", "lb": "pound", "ounces": "ounce", "oz": "ounce",
    "tonnes": "ton", "tonne": "ton", "feets": "foot", "ft": "foot", "metres": "meter", "meters": "meter",
    "metre": "meter", "milligrams": "mg", "millilitres": "ml", "milliliters": "ml",
}  # fmt: skip
VERB_FORMS = {
    "is": "be", "are": "be", "was": "be", "were": "be", "been": "be", "being": "be", "has": "have",
    "had": "have", "having": "have", "does": "do", "did": "do", "made": "make", "makes": "make",
    "making": "make", "took": "take", "taken": "take", "sold": "sell", "paid": "pay", "held": "hold",
    "bought": "buy", "built": "build", "gave": "give", "given": "give", "grew": "grow", "grown": "grow",
    "spent": "spend", "brought": "bring", "ate": "eat", "eaten": "eat", "sent": "send", "shot": "shoot",
    "used": "use", "ties": "tie", "tied": "tie", "tying": "tie", "sewn": "sew", "caught": "catch",
    "goes": "go", "went": "go", "said": "say", "kept": "keep", "met": "meet", "ran": "run", "shipped": "ship",
    "planned": "plan", "committed": "commit", "chosen": "choose", "seen": "see", "known": "know",
    "felt": "feel", "cutting": "cut", "flown": "fly", "flew": "fly",
}  # fmt: skip
FUNCTION_WORDS = DETERMINERS | PREPOSITIONS | PRONOUNS | CONJUNCTIONS | AUXILIARIES | QUESTION | ADVERBS


@dataclass(frozen=True)
class Token:
    """One token: `start` and `end` are offsets in the text as told.

    `kind` is word, number or punct. A number has a `value` and a `flavor`: plain, money, percent,
    fraction or multiple.
    """

    text: str
    low: str
    lemma: str
    stem: str
    start: int
    end: int
    kind: str
    value: float = 0.0
    flavor: str = ""

    @property
    def is_number(self) -> bool:
        """Whether the token is a number (digits or number words)."""
        return self.kind == "number"

    @property
    def is_noun(self) -> bool:
        """Whether the token can stand inside a noun phrase."""
        return self.kind == "word" and self.low not in FUNCTION_WORDS


@lru_cache(maxsize=8192)
def lemma_of(low: str) -> str:
    """The singular of a noun in lower case, by ending (`boxes` → `box`); irregular ones by table."""
    word = low.removesuffix("'s").rstrip("'")
    if word in IRREGULAR:
        return IRREGULAR[word]
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("ches", "shes", "xes", "sses", "zes")):
        return word[:-2]
    if len(word) > 2 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


SUFFIXES = (
    "iveness", "ership", "ations", "ation", "ments", "ition", "iness", "ment", "ings", "ness", "ship",
    "ting", "ning", "ping", "ming", "ions", "ing", "ers", "ion", "ies", "ed", "es", "er", "or", "al", "s",
    "y",
    "e",
)  # fmt: skip


@lru_cache(maxsize=8192)
def stem_of(low: str) -> str:
    """A rough stem that folds `filling`, `filled` and `fill`; used to compare words, never shown."""
    word = lemma_of(low)
    for suffix in SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            return word[: -len(suffix)]
    return word


@lru_cache(maxsize=8192)
def verb_base(low: str) -> str:
    """The base form of a known verb, or the empty string."""
    if low in VERB_FORMS:
        return VERB_FORMS[low]
    for candidate in _bases(low):
        if candidate in VERBS:
            return candidate
    return ""


def _bases(low: str) -> list[str]:
    bases = [low]
    for suffix, endings in (
        ("ies", ("y",)), ("ied", ("y",)), ("es", ("", "e")), ("s", ("",)),
        ("ing", ("", "e")), ("ed", ("", "e")),
    ):  # fmt: skip
        if low.endswith(suffix) and len(low) > len(suffix) + 1:
            root = low[: -len(suffix)]
            bases += [root + ending for ending in endings]
            if len(root) > 2 and root[-1] == root[-2]:
                bases.append(root[:-1])
    return bases


def stems_match(one: str, other: str) -> bool:
    """Whether two stems name the same thing (`view` and `viewership`, `label` and `labell`)."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    return len(short) >= 4 and long.startswith(short) and len(long) - len(short) <= 4


def raw_tokens(text: str) -> list[Token]:
    """Split a text into tokens; digits are numbers, number words still words."""
    plain = text.translate(LOOKALIKES)
    tokens: list[Token] = []
    for match in TOKEN.finditer(plain):
        kind = match.lastgroup or "punct"
        if kind == "space":
            continue
        tokens.append(_token(match.group(), match.start(), match.end(), kind))
    return tokens


def _token(text: str, start: int, end: int, kind: str) -> Token:
    low = text.lower()
    if kind == "word":
        return Token(text, low, lemma_of(low), stem_of(low), start, end, kind)
    if kind == "number":
        return Token(text, low, low, low, start, end, kind, _value(low), "plain")
    return Token(text, low, low, low, start, end, kind)


def _value(digits: str) -> float:
    if "/" in digits:
        above, below = digits.split("/")
        return float(above) / float(below) if float(below) else float("nan")
    return float(digits.replace(",", ""))
