"""The words of an LP file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

# A name may hold brackets that close again, as in ship[A,B]; what is inside may be nearly anything.
_INSIDE = r"[^\s<>=:\\()\[\]]"
_PLAIN = r"[^\s\d.+\-*/^<>=:\[\]\\]"
_NEXT = r"[^\s+\-*/^<>=:\[\]\\]"
_TOKEN = re.compile(
    rf"""
    (?P<space>[ \t\f\v]+)
    |(?P<line>\n)
    |(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)
    |(?P<sign><=|=<|>=|=>|->|<|>|=)
    |(?P<mark>[-+*/^:\[\]])
    |(?P<name>{_PLAIN}(?:\({_INSIDE}*\)|\[{_INSIDE}*\]|{_NEXT})*)
    |(?P<wrong>.)
    """,
    re.VERBOSE | re.ASCII,
)
_COMMENT = re.compile(r"\\[^\n]*")
_HEADER = re.compile(
    r"""^[ \t]*(?:
    (?P<refused>sos[12]?|pwlobj|general[ \t]+constraints?|gencons?|lazy[ \t]+constraints|user[ \t]+cuts
        |semi-integers?|sin|scenarios?|m(?:in|ax)[a-z]*[ \t]+multi-objectives?)
    |(?P<objective>minimi[sz]e|maximi[sz]e|minimum|maximum|min|max)
    |(?P<rows>subject[ \t]+to|such[ \t]+that|s\.t\.|st\.|st)
    |(?P<bounds>bounds?)
    |(?P<integers>generals?|gen|integers?|int)
    |(?P<binaries>binary|binaries|bin)
    |(?P<semi>semi-continuous|semicontinuous|semis?|sec)
    |(?P<end>end)
    )(?=[ \t]*\n|[ \t]*$|[ \t]+[^ \t:<>=\n])""",
    re.VERBOSE | re.IGNORECASE | re.MULTILINE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word: `kind` is number, name, sign (of a comparison), mark or wrong."""

    kind: str
    text: str
    line: int


@dataclass(frozen=True)
class Section:
    """A part of the file: its kind, its heading, the line of that, and its words.

    Kinds: `objective`, `rows`, `bounds`, `integers`, `binaries`, `semi`, `refused`, `end`; `""`
    for what stands before the first heading.
    """

    kind: str
    heading: str
    line: int
    tokens: list[Token]


def sections_of(text: str, comment: Callable[[str], None]) -> Iterator[Section]:
    """The sections in their order.

    Args:
        text: The whole file.
        comment: Takes every comment, the backslash at its start included.
    """
    bare = _COMMENT.sub(lambda found: comment(found[0]) or "", text)
    kind, heading, line, start = "", "", 1, 0
    for found in _headings(bare):
        at = line + heading.count("\n")
        yield Section(kind, heading, line, list(_tokens(bare[start : found.start()], at)))
        line += bare.count("\n", start, found.start())
        kind, heading, start = found.lastgroup or "", found[0].strip().lower(), found.end()
    yield Section(kind, heading, line, list(_tokens(bare[start:], line)))


def _headings(text: str) -> Iterator[re.Match[str]]:
    """Headings; min and max open the file, and are names after that."""
    begun = False
    for found in _HEADER.finditer(text):
        if found.lastgroup == "objective" and begun:
            continue
        begun = True
        yield found


def _tokens(text: str, line: int) -> Iterator[Token]:
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or "wrong"
        if kind == "line":
            line += 1
        elif kind != "space":
            yield Token(kind, found[0], line)
