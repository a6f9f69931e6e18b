"""Numbers in a text: digits, words, fractions, percentages.

One number may be read in several ways: `12 %` is 12 and 0.12, `$1.5 million` is 1,500,000 and 1.5,
`1/3` is a third, 1 and 3. All are given, the likeliest first. Ordinals (`2nd`, `the third week`)
and digits inside names (`A4`, `CO2`) are no numbers. Time grows with the length of the text only.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from unicodedata import numeric

UNIT_WORDS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
    fifteen sixteen seventeen eighteen nineteen"""
TEN_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
PART_WORDS = "third fourth fifth sixth seventh eighth ninth tenth"
UNITS = {word: value for value, word in enumerate(UNIT_WORDS.split())}
TENS = {word: 10 * value for value, word in enumerate(TEN_WORDS.split(), 2)}
SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
SUFFIXES = {"k": 1000, "K": 1000, "M": 10**6, "mn": 10**6, "bn": 10**9}
PARTS = {word: value for value, word in enumerate(PART_WORDS.split(), 3)}
PARTS |= {"half": 2, "quarter": 4, "twelfth": 12, "twentieth": 20, "hundredth": 100}
PLURAL_PARTS = {f"{word}s": value for word, value in PARTS.items() if word != "half"} | {"halves": 2}
MULTIPLES = {
    **dict.fromkeys(("twice", "double", "doubled", "doubles", "twofold"), 2),
    **dict.fromkeys(("thrice", "triple", "tripled", "triples", "threefold"), 3),
    **dict.fromkeys(("quadruple", "quadrupled", "fourfold"), 4),
    "fivefold": 5,
    "tenfold": 10,
}
AFTER_A_PART = frozenset({"of", "as", "the", "that", "their", "its", "less", "more", "percent"})
ORDINAL_ENDS = frozenset({"st", "nd", "rd", "th"})
VULGAR = {sign: Fraction(numeric(sign)).limit_denominator(10) for sign in "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"}
TOKEN = re.compile(
    r"(?P<digits>(?:[0-9]{1,3}(?:[,\u00a0\u2009\u202f][0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?"
    r"(?:[eE][-+]?[0-9]{1,2}(?!\w))?|\.[0-9]+)"
    r"|(?P<vulgar>[" + "".join(VULGAR) + r"])"
    r"|(?P<word>[^\W\d]\w*)"
)
GAP = re.compile(r"\s{1,3}|\s?[-\u2010\u2011]\s?")
PERCENT = re.compile(r"\s?%|[\s-]?per\s?cent(?:age\s+points?)?\b", re.IGNORECASE)
DIGIT_LIMIT = 100


@dataclass(frozen=True)
class NumberInText:
    """A number as a text writes it.

    Args:
        value: Its likeliest value.
        start: Where it begins in the text.
        end: Where it ends.
        text: As written.
        readings: All its values, the likeliest first.
    """

    value: float
    start: int
    end: int
    text: str
    readings: tuple[float, ...] = ()

    def means(self, value: float) -> bool:
        """Whether the number may be that value; a third may be rounded to 0.33 or more places."""
        return any(agrees(value, reading) for reading in self.readings)


def agrees(value: float, reading: float) -> bool:
    """Whether a value is a reading: equal but for rounding of a number without a finite decimal form."""
    if math.isclose(value, reading, rel_tol=1e-9, abs_tol=1e-12):
        return True
    endless = abs(reading) < 1000 and round(reading, 6) != reading
    return endless and any(value == round(reading, places) for places in range(2, 7))


def numbers_in(text: str) -> list[NumberInText]:
    """The numbers of a text, in order.

    Args:
        text: Any text.
    """
    return _Scanner(text).scan()


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int

    @property
    def lower(self) -> str:
        return self.text.lower()


@dataclass(slots=True)
class _Found:
    """A number whose end is still open."""

    value: Fraction
    start: int
    next: int
    others: tuple[Fraction, ...] = ()


NOTHING = _Token("", "", 0, 0)


class _Scanner:
    """Goes over the tokens once; every method looks ahead by a few tokens at most."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = [
            _Token(str(match.lastgroup), match.group(), match.start(), match.end())
            for match in TOKEN.finditer(text)
        ]

    def scan(self) -> list[NumberInText]:
        numbers: list[NumberInText] = []
        place = 0
        while place < len(self.tokens):
            found = self._read(place)
            if found is not None:
                numbers.append(self._closed(found))
            place = max(found.next, place + 1) if found is not None else place + 1
        return numbers

    def _read(self, place: int) -> _Found | None:
        token = self.tokens[place]
        if token.kind == "digits":
            return self._digits(place)
        if token.kind == "vulgar":
            return _Found(VULGAR[token.text], token.start, place + 1)
        return self._words(place)

    def _token(self, place: int) -> _Token:
        return self.tokens[place] if place < len(self.tokens) else NOTHING

    def _joined(self, place: int) -> bool:
        """Whether a blank or a hyphen is all that stands between the token and the one before."""
        if not 0 < place < len(self.tokens):
            return False
        return GAP.fullmatch(self.text, self.tokens[place - 1].end, self.tokens[place].start) is not None

    def _touching(self, place: int) -> bool:
        return 0 < place < len(self.tokens) and self.tokens[place - 1].end == self.tokens[place].start

    def _closed(self, found: _Found) -> NumberInText:
        end = self.tokens[found.next - 1].end
        readings = [found.value, *found.others]
        percent = PERCENT.match(self.text, end)
        if percent is not None:
            end = percent.end()
            readings = [*readings, *(reading / 100 for reading in readings)]
        values = tuple(dict.fromkeys(float(reading) for reading in readings))
        return NumberInText(values[0], found.start, end, self.text[found.start : end], values)

    # digits

    def _digits(self, place: int) -> _Found | None:
        token = self.tokens[place]
        if self._is_label(place) or len(token.text) > DIGIT_LIMIT:
            return None
        found = _Found(_exact(token.text), token.start, place + 1)
        self._fraction(found)
        while self._scale(found):
            pass
        self._and_part(found)
        self._sign(found)
        return found

    def _is_label(self, place: int) -> bool:
        """Whether the digits are an ordinal (2nd) or belong to a name (A-4)."""
        if self._touching(place + 1) and self.tokens[place + 1].lower in ORDINAL_ENDS:
            return True
        before = self.tokens[place - 1] if place else NOTHING
        hyphen = self.text[before.end : self.tokens[place].start] == "-"
        return hyphen and before.kind == "word" and before.text.isupper()

    def _fraction(self, found: _Found) -> None:
        """`1/3`, `2½`, `1 1/2`: the parts remain readings of their own."""
        if self._token(found.next).kind == "vulgar" and (
            self._joined(found.next) or self._touching(found.next)
        ):
            found.value += VULGAR[self.tokens[found.next].text]
            found.next += 1
            return
        over = self._slashed(found.next) if not self._after_slash(found) else None
        if over is not None:
            found.others = (found.value, over)
            found.value /= over
            found.next += 1
            return
        over = self._slashed(found.next + 1) if self._token(found.next).kind == "digits" else None
        blank = found.next < len(self.tokens) and self.text[self.tokens[found.next - 1].end] == " "
        top = _exact(self.tokens[found.next].text) if over is not None and blank else Fraction(0)
        if over is not None and 0 < top < over <= 100 and self._joined(found.next):
            found.others = (found.value, top, over)
            found.value += top / over
            found.next += 2

    def _after_slash(self, found: _Found) -> bool:
        return found.start > 0 and self.text[found.start - 1] == "/"

    def _slashed(self, place: int) -> Fraction | None:
        """The digits after a slash, if no other slash follows (a date, a path)."""
        token = self._token(place)
        if token.kind != "digits" or self.text[self.tokens[place - 1].end : token.start] != "/":
            return None
        more = self.text[token.end : token.end + 1] == "/"
        value = _exact(token.text) if len(token.text) <= DIGIT_LIMIT else Fraction(0)
        return value if value and not more else None

    def _scale(self, found: _Found) -> bool:
        """`1.5 million`, `20k`, `3 dozen`: the bare number remains a reading."""
        token = self._token(found.next)
        scale = None
        if self._touching(found.next):
            scale = SUFFIXES.get(token.text)
        elif self._joined(found.next):
            scale = 12 if token.lower == "dozen" else SCALES.get(token.lower)
        if scale is None:
            return False
        found.others = (*found.others, found.value)
        found.value *= scale
        found.next += 1
        return True

    def _sign(self, found: _Found) -> None:
        start = found.start
        before = self.text[start - 2] if start > 1 else " "
        if start and self.text[start - 1] in "-\u2212" and (before.isspace() or before in "([$€£,;:="):
            found.others = (found.value, *found.others)
            found.value = -found.value
            found.start -= 1

    # words

    def _words(self, place: int) -> _Found | None:
        word = self.tokens[place].lower
        if word in MULTIPLES:
            return _Found(Fraction(MULTIPLES[word]), self.tokens[place].start, place + 1)
        if word == "half":
            return self._half(place)
        if word in ("a", "an"):
            return self._article(place)
        found = self._cardinal(place)
        if found is not None:
            self._part(found)
            self._and_part(found)
        return found

    def _half(self, place: int) -> _Found:
        """`half`, `half a dozen`, `half a million`."""
        found = _Found(Fraction(1, 2), self.tokens[place].start, place + 1)
        skip = 1 if self._token(place + 1).lower in ("a", "an") else 0
        word = self._token(place + 1 + skip).lower
        scale = 12 if word == "dozen" else SCALES.get(word)
        if scale is not None and self._joined(place + 1):
            return _Found(found.value * scale, found.start, place + 2 + skip)
        return found

    def _article(self, place: int) -> _Found | None:
        """`a dozen`, `a hundred`, `a half`, `a third of`: not `a third option`."""
        after, start = self._token(place + 1), self.tokens[place].start
        if not self._joined(place + 1):
            return None
        if after.lower in SCALES or after.lower == "dozen":
            found = self._cardinal(place + 1)
            return _Found(found.value, start, found.next) if found is not None else None
        follows = self._token(place + 2).lower in AFTER_A_PART
        if after.lower == "half" or (after.lower in PARTS and follows):
            return _Found(Fraction(1, PARTS[after.lower]), start, place + 2)
        return None

    def _cardinal(self, place: int) -> _Found | None:
        """`twenty-five`, `two hundred and six`, `three thousand`, `two dozen`."""
        total, current, start = 0, None, place
        while place < len(self.tokens) and (place == start or self._joined(place)):
            word = self.tokens[place].lower
            if word == "and" and (total or current) and self._continues(place + 1, total, current):
                place += 1
                continue
            if word in UNITS or word in TENS:
                step = UNITS.get(word, TENS.get(word, 0))
                if not self._fits(place, step, current):
                    break
                current = (current or 0) + step
            elif word == "hundred" and (current is None or 0 < current < 100):
                current = (1 if current is None else current) * 100
            elif word == "dozen" and not total:
                return _Found(
                    Fraction(12 * (1 if current is None else current)), self.tokens[start].start, place + 1
                )
            elif word in SCALES and word != "hundred" and (current or place == start):
                total, current = total + (current or 1) * SCALES[word], None
            else:
                break
            place += 1
        if place == start:
            return None
        return _Found(Fraction(total + (current or 0)), self.tokens[start].start, place)

    def _continues(self, place: int, total: int, current: int | None) -> bool:
        """Whether `and` joins the parts of one number: two hundred and six, one thousand and two."""
        word = self._token(place).lower
        large = current is not None and current >= 100 and current % 100 == 0
        return (
            (large or (bool(total) and current is None))
            and (word in UNITS or word in TENS)
            and self._joined(place)
        )

    def _fits(self, place: int, step: int, current: int | None) -> bool:
        """Whether a word continues the number: twenty + five, not five + twenty, not twenty + two-seat."""
        if current is None:
            return True
        hundreds = current >= 100 and current % 100 == 0 and step > 0
        tens = 20 <= current % 100 <= 90 and current % 10 == 0 and 0 < step < 10
        if not hundreds and not tens:
            return False
        spaced = self.text[self.tokens[place - 1].end].isspace()
        compound = self.text[self.tokens[place].end : self.tokens[place].end + 1] == "-"
        after = self._token(place + 1).lower
        return not (spaced and compound and after not in PARTS and after not in PLURAL_PARTS and step < 10)

    def _part(self, found: _Found) -> None:
        """`two-thirds`, `three quarters`, `one half`."""
        word = self._token(found.next).lower
        part = PARTS.get(word) if found.value == 1 else PLURAL_PARTS.get(word)
        if part is not None and self._joined(found.next):
            found.value /= part
            found.next += 1

    def _and_part(self, found: _Found) -> None:
        """`two and a half`, `3 and three quarters`."""
        if self._token(found.next).lower != "and" or not self._joined(found.next):
            return
        place = found.next + 1
        part = self._article(place) if self._token(place).lower in ("a", "an") else self._lone_part(place)
        if part is not None and part.value < 1 and self._joined(place):
            found.value += part.value
            found.next = part.next

    def _lone_part(self, place: int) -> _Found | None:
        found = self._cardinal(place) if place < len(self.tokens) else None
        if found is not None:
            self._part(found)
        return found


def _exact(digits: str) -> Fraction:
    return Fraction(re.sub(r"[,\s]", "", digits))
