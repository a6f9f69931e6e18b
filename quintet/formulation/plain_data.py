"""What holds for all plain data that may become a document: bounded depth, finite numbers, Unicode."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from quintet.errors import DocumentError
from quintet.formulation.validation import Path, at
from quintet.formulation.yaml_reader import DEPTH_LIMIT


def check_plain(data: Any, place: str) -> None:
    """Refuse what no document can hold, wherever it stands, before anything recurses into it.

    Args:
        data: Nested maps and lists.
        place: Name of the document.

    Raises:
        DocumentError: Too deep, not a finite number, or half a character.
    """
    waiting: list[tuple[Any, Path]] = [(data, ())]
    while waiting:
        value, path = waiting.pop()
        if len(path) > DEPTH_LIMIT:
            said = f"nests deeper than {DEPTH_LIMIT} levels"
            raise DocumentError(said, place=at(place, path[:3]), remedy="write it flatter")
        if isinstance(value, Mapping | list | tuple):
            waiting.extend(_inside(value, path, place))
        elif isinstance(value, float) and not math.isfinite(value):
            said = f"{value} is not a number that a model can use"
            raise DocumentError(
                said, place=at(place, path), remedy="write a finite number, or null for no bound"
            )
        elif isinstance(value, str):
            _check_unicode(value, path, place)


def _inside(value: Any, path: Path, place: str) -> Iterator[tuple[Any, Path]]:
    if not isinstance(value, Mapping):
        yield from ((item, (*path, number)) for number, item in enumerate(value))
        return
    for key, item in value.items():
        _check_unicode(str(key), path, place)
        yield item, (*path, str(key))


def _check_unicode(text: str, path: Path, place: str) -> None:
    if text.isascii():
        return
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        said = f"holds half a character (\\u{ord(text[error.start]):04x})"
        raise DocumentError(
            said, place=at(place, path), remedy="write the character itself, in UTF-8"
        ) from None
