"""Finds the JSON object in a reply: whole, fenced, or among prose; mended only where nothing is lost.

The danger is not the reply that can't be read, for that is asked again, but the one of which a part is read:
a formulation without its last constraints is a formulation. So an object that never closes is not closed for
it, a key that stands twice is a fault, and a mended object must still hold every word of its text.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from quintet.llm.fenced import blocks

MEND_LIMIT = 200_000
"""Characters; a longer text is not mended, because that can take minutes."""

SPANS = 1_000
"""Objects in one reply at which the search ends."""

Span = tuple[int, int]

# What an object begins with, in Python's or JavaScript's notation too; not `{1, 2}` or `{x_i}` in prose.
_START = re.compile(r"""\{\s*(?:["'}]|//|/\*|[A-Za-z_]\w*\s*:)""")
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[{}]', re.DOTALL)
_COMMENT = re.compile(r"""(?<![:"'\w])//[^\n]*|/\*.*?\*/""", re.DOTALL)
_WORD = re.compile(r"\w+")
_PYTHON = {"True": "true", "False": "false", "None": "null"}


class NoJSON(Exception):
    """There is no usable object; the message says why, to the model."""


def objects(text: str, *, mend: bool = True) -> Iterator[tuple[Any, bool]]:
    """The objects that a reply may mean, the likeliest first, each with whether it had to be mended.

    Args:
        text: The reply without thinking.
        mend: Whether small faults (trailing commas, single quotes, comments) may be mended.

    Raises:
        NoJSON: There is none, or the text ends in the middle of one.
    """
    candidates = _candidates(text)
    why = "there is no JSON object in it"
    found = False
    for candidate in candidates:
        try:
            yield _strict(candidate), False
            found = True
        except (ValueError, RecursionError) as error:
            why = _reason(error)
            mended = _mended(candidate, error) if mend else None
            if mended is not None:
                yield mended, True
                found = True
    if not found:
        raise NoJSON(why)


def _candidates(text: str) -> list[str]:
    """Fenced objects, the last block first; then the others, the longest first."""
    everywhere = [text[start:end] for start, end in _spans(text)]
    fenced = [
        block.text[start:end]
        for block in reversed(blocks(text))
        if _START.match(block.text.lstrip())
        for start, end in _spans(block.text)
    ]
    return list(dict.fromkeys(fenced + sorted(everywhere, key=len, reverse=True)))


def _spans(text: str) -> list[Span]:
    """Where the outermost objects stand.

    Raises:
        NoJSON: The last one never closes.
    """
    spans: list[Span] = []
    start = _START.search(text)
    while start is not None and len(spans) < SPANS:
        end = _end(text, start.start())
        if end is None:
            raise NoJSON(f"the JSON breaks off: its braces are not closed; it ends {text[-40:]!r}")
        spans.append((start.start(), end))
        start = _START.search(text, end)
    return spans


def _end(text: str, start: int) -> int | None:
    """Where the brace at `start` is closed; braces inside strings don't count."""
    depth = 0
    for token in _TOKEN.finditer(text, start):
        depth += {"{": 1, "}": -1}.get(token.group(), 0)
        if not depth:
            return token.end()
    return None


class _Twice(ValueError):
    """A key stands twice, so that one of two values would be lost."""


def _strict(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_unique)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        twice = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        raise _Twice(f"the key {twice!r} stands twice in one object")
    return value


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        near = error.doc[max(error.pos - 20, 0) : error.pos + 20]
        where = f"line {error.lineno}, column {error.colno}, near {near!r}"
        return f"the JSON can't be read: {error.msg.lower()} at {where}"
    return "the JSON is nested too deeply" if isinstance(error, RecursionError) else str(error)


def _mended(text: str, error: Exception) -> Any | None:
    """The object with its small faults mended; None if that can't be done without loss."""
    if len(text) > MEND_LIMIT or isinstance(error, _Twice | RecursionError):
        return None
    from json_repair import repair_json

    try:
        value = repair_json(text, return_objects=True, skip_json_loads=True)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and not _lost(text, value) else None


def _lost(text: str, value: Any) -> Counter[str]:
    """The words of the text that the value does not hold."""
    kept = _words(json.dumps(value, ensure_ascii=False))
    return _words(_COMMENT.sub("", text)) - kept


def _words(text: str) -> Counter[str]:
    return Counter(_PYTHON.get(word.group(), word.group()) for word in _WORD.finditer(text))
