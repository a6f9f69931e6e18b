"""Plain data → YAML text that a person likes to read and every loader reads alike.

Maps are written in block style, and in flow style (`{index: [Line], unit: hl}`) where the whole
fits on its line; texts of several lines as `|`. Strings are left bare only if they are words that
no loader, of YAML 1.1 or 1.2, takes for something else; all others are quoted, so an expression
never changes its meaning. `yaml_reader.read_yaml` gives back exactly what was written.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

WIDTH = 100
STEP = "  "
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:[./-][A-Za-z0-9_]+)*|-?[0-9]+\.\.-?[0-9]+")
MISTAKEN = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
PRINTABLE = re.compile(
    r"[ -~\u00a1-\u1fff\u2010-\u2027\u2030-\ud7ff\uf900-\ufdcf\ufdf0-\ufefe\uff00-\uffef]*"
)
KEY_LIMIT = 1000  # a key before its colon ends within 1024 characters


def write_yaml(value: Any) -> str:
    """The YAML text of nested dict, list, str, int, float, bool and None.

    Maps of the two upper levels stand in block style always. Keys are str or int.

    Raises:
        TypeError: It holds another type.
    """
    return "\n".join(_lines(value, 0)) + "\n"


def _lines(value: Any, depth: int) -> Iterator[str]:
    """Lines of a value that starts on a line of its own, each without the outer indentation."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _entry(_key(key), item, depth)
    elif isinstance(value, list) and value:
        for item in value:
            yield from _item(item, depth)
    else:
        yield flow(value)


def _entry(key: str, value: Any, depth: int) -> Iterator[str]:
    start = f"{key}:"
    if len(key) > KEY_LIMIT:
        yield f"? {key}"
        start = ":"
    closed = _closed(start, value, depth)
    if closed is not None:
        yield from closed
    else:
        yield start
        yield from _indented(_lines(value, depth + 1))


def _item(value: Any, depth: int) -> Iterator[str]:
    closed = _closed("-", value, depth + 1)
    if closed is not None:
        yield from closed
    else:
        first, *others = _lines(value, depth + 1)
        yield f"- {first}"
        yield from _indented(others)


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (STEP + line if line else "" for line in lines)


def _closed(start: str, value: Any, depth: int) -> Iterable[str] | None:
    """Lines of a value that begins on the line of its key or dash; None if it does not."""
    if isinstance(value, str) and _stands_as_block(value):
        return _block(start, value)
    if not isinstance(value, dict | list) or not value:
        return [f"{start} {flow(value)}"]
    if (isinstance(value, dict) and depth < 1) or _unfit(value):
        return None
    line = f"{start} {flow(value)}"
    if len(line) + depth * len(STEP) <= WIDTH:
        return [line]
    return _wrapped(start, value, WIDTH - depth * len(STEP)) if isinstance(value, list) else None


def _unfit(value: dict[Any, Any] | list[Any]) -> bool:
    """Whether flow style is out of the question: lists of maps, long maps, texts of several lines."""
    if isinstance(value, dict):
        return len(value) > WIDTH // 4 or any(len(str(k)) > WIDTH or _unfit_part(v) for k, v in value.items())
    return any(isinstance(item, dict) or _unfit_part(item) for item in value)


def _unfit_part(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) > WIDTH or _stands_as_block(value)
    return isinstance(value, dict | list) and (len(value) > WIDTH // 2 or _unfit(value))


def _wrapped(start: str, items: list[Any], width: int) -> Iterator[str]:
    """A list in flow style over as many lines as it needs."""
    line = f"{start} ["
    for number, item in enumerate(items, 1):
        part = flow(item) + ("]" if number == len(items) else ", ")
        if len(line) + len(part.rstrip()) > width and line != STEP:
            yield line.rstrip()
            line = STEP
        line += part
    yield line


def flow(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return _string(value) if isinstance(value, str) else _scalar(value)


def _key(key: Any) -> str:
    if isinstance(key, str):
        return _string(key)
    if isinstance(key, int) and not isinstance(key, bool):
        return str(key)
    raise TypeError(f"{key!r} can't be a key of a YAML document")


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _float(value)
    raise TypeError(f"{value!r} can't be written as YAML")


def _float(value: float) -> str:
    if not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    text = repr(value)
    mantissa, exponent, power = text.partition("e")
    # YAML 1.1 wants a point and a sign: it takes 1e16 and 1.0e16 for strings.
    mantissa += "" if "." in mantissa else ".0"
    return f"{mantissa}e{int(power):+d}" if exponent else mantissa


def _string(text: str) -> str:
    if WORD.fullmatch(text) and text.lower() not in MISTAKEN:
        return text
    if PRINTABLE.fullmatch(text):
        if '"' not in text and "\\" not in text:
            return f'"{text}"'
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in ('"', "\\"):
        return f"\\{character}"
    if character == "\n":
        return "\\n"
    if PRINTABLE.fullmatch(character):
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _stands_as_block(text: str) -> bool:
    """Whether the text can stand under `|`: several lines, nothing at either end that YAML would drop."""
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < 2 and not text.endswith("\n"):
        return False
    firm = bool(lines[0].strip()) and not lines[0][0].isspace() and bool(lines[-1].strip())
    return firm and all(PRINTABLE.fullmatch(line.replace("\t", " ")) for line in lines)


def _block(start: str, text: str) -> Iterator[str]:
    yield f"{start} |" if text.endswith("\n") else f"{start} |-"
    yield from _indented(text.removesuffix("\n").split("\n"))
