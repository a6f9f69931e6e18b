"""Numbers as they stand in the cells of a table, and as nothing else."""

from __future__ import annotations

import datetime
import math
import re
from typing import Any

PLAIN = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,4})?", re.ASCII)
GROUPED = re.compile(r"[-+]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?", re.ASCII)
LONE_GROUP = re.compile(r"[-+]?[1-9][0-9]{0,2},[0-9]{3}", re.ASCII)
LENGTH_LIMIT = 400


class UnreadableNumber(Exception):
    """A cell is not a number.

    Args:
        reason: What it is instead.
        remedy: What to write.
    """

    def __init__(self, reason: str, remedy: str) -> None:
        self.reason = reason
        self.remedy = remedy
        super().__init__(reason)


def read_number(text: str, decimal: str = ".", declared: bool = False) -> float:
    """The number in a cell.

    Groups of thousands are accepted where they can't be decimals: `1,234.5` and `1,234,567`, and
    `1,234` if the decimal mark was declared.

    Args:
        text: The cell, stripped.
        decimal: The decimal mark, `.` or `,`.
        declared: Whether somebody said so, or it is only what is usual.

    Raises:
        UnreadableNumber: It is not a finite number.
    """
    if decimal == "." and PLAIN.fullmatch(text):  # by far the most cells
        return _finite(text)
    point = text if decimal == "." else text.translate(SWAP)
    if PLAIN.fullmatch(point):
        return _finite(point)
    if GROUPED.fullmatch(point) and (declared or not LONE_GROUP.fullmatch(point)):
        return _finite(point.replace(",", ""))
    raise UnreadableNumber(*_explain(text, point, decimal))


SWAP = str.maketrans(",.", ".,")


def _finite(text: str) -> float:
    value = float(text) if len(text) <= LENGTH_LIMIT else math.inf
    if not math.isfinite(value):
        raise UnreadableNumber("is too large a number", "write a smaller number in a larger unit")
    return value


def _explain(text: str, point: str, decimal: str) -> tuple[str, str]:
    other = "," if decimal == "." else "."
    if LONE_GROUP.fullmatch(point):
        plain = text.replace(other, "")
        return "can be read in two ways", f"declare the table's decimal: '.' or ',', or write {plain}"
    if PLAIN.fullmatch(text.translate(SWAP) if decimal == "." else text):
        return (
            f"is not a number with the decimal mark '{decimal}'",
            f"declare decimal: '{other}' for the table",
        )
    if text.endswith("%"):
        return "is a percentage", "write it as a fraction (0.12), or without the sign and with the unit '%'"
    if text.lower().lstrip("+-") in ("nan", "inf", "infinity"):
        return "is not a number that a model can use", "write a finite number, or leave the cell empty"
    return "is not a number", "write digits only, without unit or currency"


def text_of(value: Any) -> str:
    """A typed value of a file as the text a person would write: `12` for 12.0, ISO dates, '' for nothing."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(" ")
    return str(value)
