"""Names, elements and numbers as mathematics.

Only commands that LaTeX with amsmath, KaTeX and MathJax share are used, and no backslash stands
before punctuation, no `|` and no `<` alone: Markdown readers would take them for their own.
"""

from __future__ import annotations

import math
import re

from quintet.formulation.tree import ElementValue

_LETTERS = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi"
    " chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
)
GREEK = frozenset(_LETTERS.split())
_SPECIAL = {
    "\\": r"\textbackslash ",
    "~": r"\textasciitilde ",
    "^": r"\textasciicircum ",
    "<": r"\textless ",
    ">": r"\textgreater ",
    "|": r"\textbar ",
    "`": r"\textquoteleft ",
    "{": r"\{",
    "}": r"\}",
    "#": r"\#",
    "$": r"\$",
    "%": r"\%",
    "&": r"\&",
    "_": r"\_",
    "…": "...",
}
_PLAIN = re.compile(
    r"[ !\"'()*+,./0-9:;=?@A-Z\[\]a-z\u00a3\u00a5\u00a9\u00ae\u00b0\u00b7\u00c0-\u00d6\u00d8-\u00f6"
    r"\u00f8-\u024f\u0400-\u04ff\u0530-\u058f\u0900-\u10ff\u2013\u2014\u2018\u2019\u201c\u201d"
    r"\u3000-\u30ff\u4e00-\u9faf\uac00-\ud7af\uff00-\uff60-]"
)
"""Characters that every renderer knows in text mode."""
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_EXPONENT = re.compile(r"(?P<mantissa>-?[0-9.]+)e(?P<exponent>[+-]?[0-9]+)")


def symbol(name: str) -> str:
    """A name: `x` in italics, `make` as one word, `unit_cost` as two words, `alpha` in Greek."""
    if name in GREEK:
        return rf"\{name}"
    if len(name) == 1 and name.isalpha():
        return name
    if name.isalnum():
        return rf"\mathit{{{name}}}"
    words = name.split("_")
    if all(words):
        return rf"\textit{{{' '.join(words)}}}"
    return rf"\texttt{{{text(name)}}}"


def element(value: ElementValue) -> str:
    """An element: a whole number as such, a string as upright text."""
    return str(value) if isinstance(value, int) else upright(value)


def upright(words: str) -> str:
    """Upright text inside mathematics."""
    return rf"\text{{{text(words)}}}"


def text(words: str) -> str:
    r"""The inside of `\text`; what no renderer knows is shown by its code point."""
    return "".join(_character(character) for character in one_line(words))


def _character(character: str) -> str:
    if character in _SPECIAL:
        return _SPECIAL[character]
    return character if _PLAIN.fullmatch(character) else f"(U+{ord(character):04X})"


def prose(words: str) -> str:
    """Text outside mathematics, for LaTeX: no character is a command, all letters stay."""
    return "".join(_SPECIAL.get(character, character) for character in one_line(words))


def one_line(words: str) -> str:
    """Text on one line, without control characters and without those that turn the direction."""
    return " ".join(_UNSEEN.sub("", " ".join(words.split())).split())


def number(value: float) -> str:
    r"""A number in the fewest digits that mean it: `1200`, `0.35`, `1.5 \cdot 10^{-7}`."""
    if math.isinf(value):
        return r"\infty" if value > 0 else r"-\infty"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    shown = repr(value)
    power = _EXPONENT.fullmatch(shown)
    if power is None:
        return shown
    tens = f"10^{{{int(power['exponent'])}}}"
    return tens if power["mantissa"] == "1" else rf"{power['mantissa']} \cdot {tens}"
