"""The usual mistakes of each problem class, chosen by what a text says.

A hint is a file under `hints/`: front matter with `name`, `strong` and `cues`, and a body of a few
lines. Cues are words or phrases; `*` at the end stands for any letters.

How a text is scored: a strong cue that occurs counts 3, any other 1, however often it occurs.
A hint needs 3 points, and half the points of the best one, so that a chance word brings none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from quintet.errors import PromptError
from quintet.prompts.library import SUFFIX, piece, split_front

STRONG = 3
LEAST = 3
SHARE = 0.5
TEXT_LIMIT = 100_000


@dataclass(frozen=True)
class Cue:
    """A word or phrase that speaks for a class.

    Args:
        start: Its literal beginning, in small letters, to look for first.
        pattern: The cue as a whole.
        points: What it counts.
    """

    start: str
    pattern: re.Pattern[str]
    points: int

    def occurs(self, text: str) -> bool:
        """Whether it stands in a text of small letters and single blanks."""
        return self.start in text and self.pattern.search(text) is not None


@dataclass(frozen=True)
class Hint:
    """The usual mistakes of one problem class, with their remedies.

    Args:
        name: The class.
        body: What a model is told.
        cues: What speaks for the class.
    """

    name: str
    body: str
    cues: tuple[Cue, ...] = field(repr=False)

    def score(self, text: str) -> int:
        """Points of a text of small letters and single blanks."""
        return sum(cue.points for cue in self.cues if cue.occurs(text))


def choose(text: str, most: int = 3) -> tuple[Hint, ...]:
    """The hints that a problem's text calls for, best first; equals in alphabetical order.

    Args:
        text: The problem as told, or the name of its class; only the beginning of a very long one counts.
        most: How many at most.
    """
    plain = " ".join(text[:TEXT_LIMIT].lower().split())
    scores = {hint: hint.score(plain) for hint in hints()}
    least = max(LEAST, SHARE * max(scores.values()))
    ranked = sorted(hints(), key=lambda hint: (-scores[hint], hint.name))
    return tuple(hint for hint in ranked if scores[hint] >= least)[:most]


@cache
def hints() -> tuple[Hint, ...]:
    """All hints, in alphabetical order."""
    found = (item.name for item in files("quintet.prompts").joinpath("hints").iterdir())
    return tuple(_read(name.removesuffix(SUFFIX)) for name in sorted(found) if name.endswith(SUFFIX))


def _read(name: str) -> Hint:
    place = f"prompts.hints.{name}"
    front, body = split_front(piece(f"hints/{name}{SUFFIX}"), place)
    if front.keys() != {"name", "strong", "cues"} or front["name"] != name:
        raise PromptError("the front matter needs this name, strong and cues", place=place)
    cues = [_cue(words, STRONG) for words in front["strong"]] + [_cue(words, 1) for words in front["cues"]]
    return Hint(name, body.strip(), tuple(cues))


def _cue(words: str, points: int) -> Cue:
    stem = words.lower().removesuffix("*")
    begin = r"(?<!\w)" if stem[0].isalnum() else ""
    end = "" if words.endswith("*") or not stem[-1].isalnum() else r"(?!\w)"
    return Cue(stem, re.compile(rf"{begin}{re.escape(stem)}{end}"), points)
