"""Cuts an expression into tokens; whatever the language does not have is refused with a remedy."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass

from quintet.errors import ExpressionError

LENGTH_LIMIT = 1_000_000

KEYWORDS = frozenset({"and", "or", "not", "in", "if", "else", "for"})

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
      | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<text>'[^'\\\n]*'|"[^"\\\n]*")
      | (?P<operator>\*\*|//|<=|>=|==|!=|[-+*/%<>()\[\],=])""",
    re.VERBOSE,
)

_REMEDIES = {
    "^": "write ** for a power",
    "&": "write 'and'",
    "|": "write 'or'",
    "~": "write 'not'",
    "!": "write 'not'",
    ".": "an expression has no attributes; index with brackets",
    ":": "slices and types are not part of the language",
    ";": "one expression at a time",
    "{": "sets are declared under 'sets'",
    "}": "sets are declared under 'sets'",
    "≤": "write <=",
    "≥": "write >=",
    "≠": "write !=",
    "×": "write *",
    "·": "write *",
    "÷": "write /",
    "−": "write the minus sign of the keyboard",
    "–": "write the minus sign of the keyboard",
    "'": "close the quotation mark; backslashes are not part of the language",
    '"': "close the quotation mark; backslashes are not part of the language",
    "$": "units stand under 'unit'",
    "#": "comments stand in the document, not in an expression",
}


@dataclass(frozen=True, slots=True)
class Token:
    """One token: `kind` is number, name, text, keyword, operator or end; `at` its column, from 1."""

    kind: str
    text: str
    at: int

    def is_(self, *texts: str) -> bool:
        """Whether this is one of these keywords or operators."""
        return self.kind in ("keyword", "operator") and self.text in texts


def tokenize(text: str, place: str = "") -> list[Token]:
    """The tokens of `text`, with an end token last.

    Raises:
        ExpressionError: Too long, or a character that is not part of the language.
    """
    if len(text) > LENGTH_LIMIT:
        raise ExpressionError(
            f"the expression has {len(text):,} characters, more than {LENGTH_LIMIT:,}",
            place=place,
            remedy="sum over a set instead of writing the terms out",
        )
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _unknown(text, position, place)
        if match.lastgroup != "space":
            tokens.append(_token(match, tokens, place))
        position = match.end()
    return [*tokens, Token("end", "", len(text) + 1)]


def _token(match: re.Match[str], before: list[Token], place: str) -> Token:
    kind, text, at = str(match.lastgroup), match.group(), match.start() + 1
    if kind == "name" and before and before[-1].kind == "number" and _touches(before[-1], at):
        raise _glued(before[-1].text + text, before[-1].at, place)
    if kind == "number" and text.isdigit() and len(text) > 1 and text[0] == "0":
        raise ExpressionError(
            f"number {text!r} starts with 0", column=at, place=place, remedy="leave the zeros out"
        )
    if kind == "name" and text in KEYWORDS:
        return Token("keyword", text, at)
    if kind == "name" and keyword.iskeyword(text):
        raise ExpressionError(
            f"{text!r} is not part of the language", column=at, place=place, remedy=_keyword_remedy(text)
        )
    return Token(kind, text, at)


def _touches(token: Token, at: int) -> bool:
    return token.at + len(token.text) == at


def _glued(text: str, at: int, place: str) -> ExpressionError:
    remedy = (
        "write digits without _" if text.replace("_", "").isdigit() else "write * between number and name"
    )
    return ExpressionError(f"{text!r} is neither number nor name", column=at, place=place, remedy=remedy)


def _keyword_remedy(text: str) -> str:
    if text in ("True", "False", "None"):
        return "use 1 and 0, or a comparison"
    return "expressions hold numbers, names, comparisons and functions only"


def _unknown(text: str, position: int, place: str) -> ExpressionError:
    character = text[position]
    remedy = _REMEDIES.get(character, "letters, digits, + - * / ** comparisons and brackets only")
    return ExpressionError(f"{character!r} can't be read", column=position + 1, place=place, remedy=remedy)
