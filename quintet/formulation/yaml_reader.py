"""YAML text → plain data: maps, lists, strings, numbers, `true`, `false` and null.

The parser is PyYAML's; what an unquoted word means is decided here, because stock loaders turn
`no`, `12:30`, `1_000` and `2026-01-05` into something that nobody wrote:

- `null`, `~` and nothing are null; `true` and `false` are booleans;
- `12`, `-3` are integers; `1.5`, `.5`, `1e6`, `.inf`, `.nan` are floats;
- everything else is a string: `007`, `0x1F`, `+5`, `yes`, `True`, `1..4`.

What can be used against a reader (anchors and aliases, tags, merge keys, deep nesting, huge texts)
and what silently loses content (duplicate keys, several documents, keys without a value inside
`{ }`) is refused with its line. The document is built from the parser's events with a stack of
our own, so that no text can exhaust the stack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import yaml

from quintet.errors import DocumentError

DEPTH_LIMIT = 64
SIZE_LIMIT = 20_000_000
NODE_LIMIT = 2_000_000
DIGIT_LIMIT = 400

INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
FLOAT = re.compile(r"-?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
WORDS: dict[str, Any] = {
    "": None,
    "~": None,
    "null": None,
    "true": True,
    "false": False,
    ".inf": float("inf"),
    "-.inf": float("-inf"),
    ".nan": float("nan"),
}
REMEDIES = {
    "mapping values are not allowed": "quote a text that holds ': ', and indent the keys of a map alike",
    "'\\t'": "indent with spaces, not with tabs",
    "cannot start any token": "put the text in quotes; a tab can't indent",
    "unknown escape": "write the text in single quotes, where a backslash is only a backslash",
    "end of stream": "close the quotes",
    "',' or": "close the bracket, and quote texts that hold any of , : # [ ] { }",
    "could not find expected ':'": "write 'key: value', and quote texts of several lines",
    "block": "indent the keys of a map, and the items of a list, alike",
}


def read_yaml(text: str, place: str = "") -> Any:
    """Read one YAML document.

    Args:
        text: The document.
        place: Name of the document for messages, such as its file name.

    Returns:
        Nested dict, list, str, int, float, bool and None.

    Raises:
        DocumentError: It is not YAML, or uses what is refused; the place has line and column.
    """
    if len(text) > SIZE_LIMIT:
        raise DocumentError(
            f"the document is longer than {SIZE_LIMIT:,} characters", place=place, remedy=BULK
        )
    builder = _Builder(place)
    try:
        for event in _events(text):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        _refuse(error, place)
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        raise DocumentError(_unprintable(error), place=place, remedy="save it as plain UTF-8 text") from None
    return builder.result


BULK = "put long lists and tables into a CSV or XLSX file under `tables:`"


def _events(text: str) -> Iterator[yaml.Event]:
    # The C parser is ten times faster; an installation from source may lack it.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        while loader.check_event():
            yield loader.get_event()
    finally:
        loader.dispose()


def _refuse(error: yaml.MarkedYAMLError, place: str) -> NoReturn:
    mark = error.problem_mark or error.context_mark
    said = error.problem or error.context or "can't be read"
    remedy = next((text for key, text in REMEDIES.items() if key in said), "check indentation and quotes")
    raise DocumentError(f"not YAML: {said}", place=_where(place, mark), remedy=remedy) from None


def _unprintable(error: Exception) -> str:
    if isinstance(error, yaml.reader.ReaderError):
        return f"holds the character #x{error.character:02x}, which YAML does not allow"
    return "holds a character that can't be written in UTF-8"


def _where(place: str, mark: Any) -> str:
    spot = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    return ", ".join(part for part in (place, spot) if part)


@dataclass(slots=True)
class _Open:
    """A map or list whose end has not been seen."""

    content: dict[Any, Any] | list[Any]
    flow: bool
    key: Any = None
    has_key: bool = False
    seen: set[str] | None = None


class _Builder:
    """Puts the parser's events together."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.result: Any = None
        self._open: list[_Open] = []
        self._documents = 0
        self._nodes = 0

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._start(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
        elif isinstance(event, yaml.AliasEvent):
            self._error(event, f"'*{event.anchor}' is an alias", "write the value out, or quote the text")
        elif isinstance(event, yaml.DocumentStartEvent):
            self._document(event)

    def _document(self, event: yaml.Event) -> None:
        self._documents += 1
        if self._documents > 1:
            self._error(event, "a second document begins here", "keep one formulation per file")

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        self._check(event)
        plain = not event.style
        value = self._resolve(event) if plain else event.value
        top = self._open[-1] if self._open else None
        if top is not None and isinstance(top.content, dict) and not top.has_key:
            self._key(top, value, event)
            return
        if plain and event.value == "" and top is not None and top.flow:
            self._valueless(top, event)
        self._put(value)

    def _resolve(self, event: yaml.ScalarEvent) -> Any:
        text = event.value
        if text in WORDS:
            return WORDS[text]
        kind = int if INTEGER.fullmatch(text) else float if FLOAT.fullmatch(text) else None
        if kind is None:
            return text
        if len(text) > DIGIT_LIMIT:
            self._error(event, f"a number of {len(text)} digits", "quote it if it is a name")
        return kind(text)

    def _start(self, event: yaml.CollectionStartEvent) -> None:
        self._check(event)
        if len(self._open) >= DEPTH_LIMIT:
            self._error(event, f"nests deeper than {DEPTH_LIMIT} levels", "write it flatter")
        top = self._open[-1] if self._open else None
        if top is not None and isinstance(top.content, dict) and not top.has_key:
            self._error(event, "a map or a list can't be a key", "use a string or an integer as key")
        mapping = isinstance(event, yaml.MappingStartEvent)
        content: dict[Any, Any] | list[Any] = {} if mapping else []
        self._put(content)
        self._open.append(_Open(content, bool(event.flow_style), seen=set() if mapping else None))

    def _put(self, value: Any) -> None:
        if not self._open:
            self.result = value
            return
        top = self._open[-1]
        if isinstance(top.content, list):
            top.content.append(value)
        else:
            top.content[top.key] = value
            top.has_key = False

    def _key(self, top: _Open, key: Any, event: yaml.ScalarEvent) -> None:
        if event.value == "<<" and not event.style:
            self._error(event, "merge keys (<<) are not read", "write the keys out, or quote the text")
        if isinstance(key, bool) or not isinstance(key, str | int):
            shown = event.value or "nothing"
            self._error(event, f"{shown} can't be a key", "keys are strings or integers: quote it")
        assert top.seen is not None
        if str(key) in top.seen:
            self._error(event, f"the key '{_short(str(key))}' stands twice in one map", "keep one of them")
        top.seen.add(str(key))
        top.key, top.has_key = key, True

    def _valueless(self, top: _Open, event: yaml.ScalarEvent) -> None:
        if isinstance(top.content, list):
            self._error(event, "an item is missing in this list", "quote it, or write null")
        said = f"'{_short(str(top.key))}' has no value inside {{ }}"
        remedy = "quote texts that hold commas or brackets (\"max(a, b)\"), and put a space after ':'"
        self._error(event, said, remedy)

    def _check(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        self._nodes += 1
        if self._nodes > NODE_LIMIT:
            self._error(event, f"more than {NODE_LIMIT:,} values", BULK)
        if event.anchor is not None:
            self._error(event, f"'&{event.anchor}' is an anchor", "write the value out, or quote the text")
        if event.tag is not None:
            self._error(event, f"'{event.tag}' is a tag", "leave the tag out, or quote the text")

    def _error(self, event: yaml.Event, message: str, remedy: str) -> NoReturn:
        raise DocumentError(message, place=_where(self.place, event.start_mark), remedy=remedy)


def _short(text: str, limit: int = 60) -> str:
    return text if len(text) <= limit else f"{text[:limit]}…"
