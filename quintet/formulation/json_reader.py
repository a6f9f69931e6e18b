"""JSON text → plain data, without what JSON readers let pass: duplicate keys, NaN, infinities."""

from __future__ import annotations

import json
from typing import Any

from quintet.errors import DocumentError
from quintet.formulation.yaml_reader import BULK, DEPTH_LIMIT, SIZE_LIMIT


class _Refused(Exception):
    """Carries a message out of the parser's call-backs."""

    def __init__(self, message: str, remedy: str) -> None:
        self.remedy = remedy
        super().__init__(message)


def read_json(text: str, place: str = "") -> Any:
    """Read one JSON document.

    Args:
        text: The document.
        place: Name of the document for messages, such as its file name.

    Raises:
        DocumentError: It is not JSON, or uses what is refused; the place has line and column.
    """
    if len(text) > SIZE_LIMIT:
        raise DocumentError(
            f"the document is longer than {SIZE_LIMIT:,} characters", place=place, remedy=BULK
        )
    try:
        return json.loads(text, object_pairs_hook=_pairs, parse_constant=_constant)
    except _Refused as error:
        raise DocumentError(str(error), place=place, remedy=error.remedy) from None
    except json.JSONDecodeError as error:
        where = ", ".join(part for part in (place, f"line {error.lineno}, column {error.colno}") if part)
        raise DocumentError(f"not JSON: {error.msg}", place=where, remedy="correct it there") from None
    except RecursionError:
        raise DocumentError(
            f"nests deeper than {DEPTH_LIMIT} levels", place=place, remedy="write it flatter"
        ) from None
    except ValueError:  # Python refuses to convert integers of more than some thousand digits.
        raise DocumentError(
            "holds a number of thousands of digits", place=place, remedy="shorten it"
        ) from None


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))
        raise _Refused(f"the key {twice[:60]!r} stands twice in one object", "keep one of them")
    return found


def _constant(name: str) -> float:
    raise _Refused(f"{name} is not a number that a model can use", "write null for no bound")
