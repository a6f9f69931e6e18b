"""Units as products of base words with whole exponents: `EUR/(t*km)` is EUR·t⁻¹·km⁻¹.

Words are compared, never converted: `kg` and `t` are different words, `hours` and `h` the same one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

_TOKEN = re.compile(
    r"\s*(?:(?P<word>[^\W\d_][\w'’.-]*|[%‰°€$£¥µ]\w*)|(?P<number>-?\d+)|(?P<sign>\*\*|[*/^()·×]))"
)
_POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_SUPERSCRIPT = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+")
_TRAILING = re.compile(r"(?P<word>[^\W\d_]+)(?P<power>[23])")
_SAME = {
    "€": "eur", "euro": "eur", "$": "usd", "dollar": "usd", "£": "gbp", "percent": "%",
    "hour": "h", "hr": "h", "minute": "min", "second": "s", "sec": "s", "day": "d", "wk": "week",
    "mo": "month", "year": "a", "yr": "a",
    "gram": "g", "kilogram": "kg", "kilo": "kg", "tonne": "t",
    "metre": "m", "meter": "m", "kilometre": "km", "kilometer": "km", "mile": "mi",
    "litre": "l", "liter": "l", "hectolitre": "hl", "hectoliter": "hl", "hectare": "ha",
    "person": "people", "child": "children", "man": "men", "piece": "pc", "pcs": "pc",
}  # fmt: skip
"""Spellings of one word; the plural's `s` is taken off before."""


@dataclass(frozen=True)
class Unit:
    """A product of words with exponents.

    Args:
        powers: Word → exponent, none 0.
        loose: Words whose exponent is not known, and not compared.
        spelling: How the document spells the words.
        count: A number of things that no unit was given for: it fits anything, and multiplied by
            something per thing (`EUR/nurse`) it may or may not take the thing away.
    """

    powers: Mapping[str, Fraction] = field(default_factory=dict)
    loose: frozenset[str] = frozenset()
    count: bool = False
    spelling: Mapping[str, str] = field(default_factory=dict, compare=False)

    def __str__(self) -> str:
        above = [self._shown(word, power) for word, power in self.powers.items() if power > 0]
        below = [self._shown(word, -power) for word, power in self.powers.items() if power < 0]
        numerator = "*".join(above) or "1"
        if not below:
            return numerator
        return f"{numerator}/{below[0]}" if len(below) == 1 else f"{numerator}/({'*'.join(below)})"

    def _shown(self, word: str, power: Fraction) -> str:
        spelt = self.spelling.get(word, word)
        return spelt if power == 1 else f"{spelt}^{power}"

    def fits(self, other: Unit, loose: frozenset[str] = frozenset()) -> bool:
        """Whether the two can be added and compared, the exponents of `loose` words aside."""
        if self.vague or other.vague:
            return True
        loose = loose | self.loose | other.loose
        words = (set(self.powers) | set(other.powers)) - loose
        return all(self.powers.get(word, 0) == other.powers.get(word, 0) for word in words)

    @property
    def vague(self) -> bool:
        """Whether it is a bare count, which fits anything."""
        return self.count and not self.powers

    def times(self, other: Unit) -> Unit:
        """The unit of a product."""
        powers = dict(self.powers)
        for word, power in other.powers.items():
            powers[word] = powers.get(word, Fraction(0)) + power
        loose = self.loose | other.loose | _freed(self, other) | _freed(other, self)
        left = {word: power for word, power in powers.items() if power}
        return Unit(left, loose, self.count and other.count, {**other.spelling, **self.spelling})

    def power(self, exponent: Fraction) -> Unit:
        """The unit of a power."""
        if not exponent:
            return Unit()
        powers = {word: power * exponent for word, power in self.powers.items()}
        return replace(self, powers=powers)

    def without(self, words: frozenset[str]) -> Unit:
        """The same with the exponents of some words left open."""
        return replace(self, loose=self.loose | words)


ONE = Unit()
COUNT = Unit(count=True)


def parse_unit(text: str | None) -> Unit | None:
    """The unit that a text says; None if it says nothing, or nothing that can be read.

    Known forms: `EUR/hl`, `kg*m^2`, `m**2`, `m2`, `m²`, `EUR/(t*km)`, `EUR per hl`, `1/h`, `%`, `1`.
    Words that stand side by side are one word: `thousand EUR`.
    """
    tokens = _tokens(_SUPERSCRIPT.sub(lambda found: f"^{found[0].translate(_POWERS)}", text or ""))
    if not tokens:
        return None
    try:
        unit, rest = _product(tokens)
    except (IndexError, ValueError):
        return None
    return None if rest else unit


def _tokens(text: str) -> list[tuple[str, str]]:
    """Kinds and texts; nothing if some of the text can't be read."""
    found: list[tuple[str, str]] = []
    place, text = 0, text.strip()
    while place < len(text):
        token = _TOKEN.match(text, place)
        if token is None or token.lastgroup is None:
            return []
        place = token.end()
        _append(found, token.lastgroup, token[token.lastgroup])
    return found


def _append(found: list[tuple[str, str]], kind: str, text: str) -> None:
    if kind == "word" and text.lower() == "per":
        found.append(("sign", "/"))
    elif kind == "word" and found and found[-1][0] == "word":
        found[-1] = ("word", f"{found[-1][1]} {text}")
    else:
        found.append((kind, {"**": "^", "·": "*", "×": "*"}.get(text, text)))


def _product(tokens: list[tuple[str, str]]) -> tuple[Unit, list[tuple[str, str]]]:
    unit, rest = _factor(tokens)
    while rest and rest[0][1] in ("*", "/"):
        sign, (other, rest) = rest[0][1], _factor(rest[1:])
        unit = unit.times(other if sign == "*" else other.power(Fraction(-1)))
    return unit, rest


def _factor(tokens: list[tuple[str, str]]) -> tuple[Unit, list[tuple[str, str]]]:
    (kind, text), rest = tokens[0], tokens[1:]
    if text == "(":
        unit, rest = _product(rest)
        if rest[0][1] != ")":
            raise ValueError
        rest = rest[1:]
    elif kind == "word":
        unit = _word(text)
    elif text == "1":
        unit = ONE
    else:
        raise ValueError
    if rest and rest[0][1] == "^":
        return unit.power(Fraction(int(rest[1][1]))), rest[2:]
    return unit, rest


def _word(text: str) -> Unit:
    power = _TRAILING.fullmatch(text)
    if power:
        return _word(power["word"]).power(Fraction(int(power["power"])))
    return Unit({canonical(text): Fraction(1)}, spelling={canonical(text): text})


def canonical(word: str) -> str:
    """One spelling of a unit word: small letters, singular, short where there is a symbol."""
    word = " ".join(word.casefold().rstrip(".").split())
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    return _SAME.get(word, word)


def _freed(count: Unit, other: Unit) -> frozenset[str]:
    """Words below the line of `other` that a bare count may stand for."""
    if not count.vague:
        return frozenset()
    return frozenset(word for word, power in other.powers.items() if power < 0)
