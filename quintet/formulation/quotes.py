"""Finding quotes in a text: verbatim, but for white space and for `…`, which stands for any text."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from quintet.formulation.numbers import NumberInText, agrees, numbers_in

IMPLIED = "implied"
"""The source of what a text need not say."""
WINDOW_LIMIT = 100
GAP = re.compile(r"…")
WIDE_GAP = re.compile(r"…|\.\.\.")
ONE = re.compile(r"\b(?:an?|one|once|single)\b", re.IGNORECASE)
CUT_NUMBER = re.compile(r"[0-9]|[.,][0-9]")


@dataclass(frozen=True, order=True)
class Span:
    """Characters `start` to `end` of a text."""

    start: int
    end: int


class Numbers:
    """Values of numbers of a text, to look up.

    Args:
        found: The numbers.
    """

    def __init__(self, found: Iterable[NumberInText]) -> None:
        readings = {reading for number in found for reading in number.readings}
        self._keys = {_key(reading) for reading in readings}
        self._endless = [reading for reading in readings if round(reading, 6) != reading]

    def __contains__(self, value: float) -> bool:
        """Whether some number may be that value; the sign is the model's affair."""
        value = abs(value)
        known = _key(value) in self._keys or _key(-value) in self._keys
        return known or any(agrees(value, abs(reading)) for reading in self._endless)


def _key(value: float) -> str:
    return f"{value + 0.0:.9g}"


class Told:
    """A problem's text, prepared for look-ups.

    Args:
        text: The text as it stands in the document.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.numbers = numbers_in(text)
        self._starts = [number.start for number in self.numbers]
        self._places = array("Q")
        self._plain = self._flatten()

    def _flatten(self) -> str:
        """The text with single blanks, and the place of each of its characters."""
        parts: list[str] = []
        for match in re.finditer(r"\s+|\S+", self.text):
            blank = match.group().isspace()
            parts.append(" " if blank else match.group())
            self._places.extend([match.start()] if blank else range(match.start(), match.end()))
        return "".join(parts)

    def find(self, quote: str) -> list[Span]:
        """Where a quote stands, the shortest stretch for each end; empty if nowhere.

        Args:
            quote: The words; `…` stands for any text between.
        """
        return self._find(GAP.split(quote)) or self._find(WIDE_GAP.split(quote))

    def _find(self, pieces: list[str]) -> list[Span]:
        parts = [" ".join(piece.split()) for piece in pieces]
        parts = [part for part in parts if part]
        starts: dict[int, int] = {}
        start = self._plain.find(parts[0]) if parts else -1
        while start >= 0 and len(starts) < WINDOW_LIMIT:
            end = self._end(parts, start)
            if end < 0:
                break
            starts[end] = start
            start = self._plain.find(parts[0], start + 1)
        return [Span(self._places[start], self._places[end - 1] + 1) for end, start in starts.items()]

    def _end(self, parts: list[str], start: int) -> int:
        """Where the last part ends if the first begins at `start`; -1 if one is missing."""
        end = start + len(parts[0])
        for part in parts[1:]:
            found = self._plain.find(part, end)
            if found < 0:
                return -1
            end = found + len(part)
        return end

    def within(self, spans: Iterable[Span]) -> list[NumberInText]:
        """The numbers that stand in any of the spans, in the order of the text."""
        found: list[NumberInText] = []
        for span in _merged(spans):
            first, last = bisect_left(self._starts, span.start), bisect_left(self._starts, span.end)
            numbers = self.numbers[first:last]
            # A quote may leave out a sign such as % behind a number, but not cut 1,000 down to 1.
            if numbers and numbers[-1].end > span.end and CUT_NUMBER.match(self.text, span.end):
                numbers.pop()
            found.extend(numbers)
        return found

    def says_one(self, spans: Iterable[Span]) -> bool:
        """Whether a span holds a word that may stand for 1."""
        return any(ONE.search(self.text, span.start, span.end) for span in spans)

    def line(self, place: int) -> int:
        """The line of a character, from 1."""
        return self.text.count("\n", 0, place) + 1


def _merged(spans: Iterable[Span]) -> list[Span]:
    """The same characters in spans that do not overlap, in order."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(span.end, merged[-1].end))
        else:
            merged.append(span)
    return merged
