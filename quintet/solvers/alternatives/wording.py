"""How numbers, clauses and lists are put into words."""

from __future__ import annotations

from collections.abc import Sequence

from quintet.formulation.tolerances import clean

QUOTE = 90
"""Characters of a clause that are shown."""


def number(value: float) -> str:
    """A value for a person: whole numbers without a point, others to six digits."""
    value = clean(value)
    if value != value or value - value != 0:
        return "no limit" if value == value else "no number"
    if value.is_integer() and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.2f}"


def amount(value: float, unit: str = "") -> str:
    """`1,926.05 EUR`."""
    return f"{number(value)} {unit}".rstrip()


def signed(value: float) -> str:
    """`+84.2`, `-3`."""
    return f"{'-' if clean(value) < 0 else '+'}{number(abs(value))}"


def quoted(sources: Sequence[str]) -> str:
    """` — “the first clause”`, or nothing where no text says it."""
    told = [source for source in sources if source != "implied"]
    if not told:
        return ""
    text = " ".join(told[0].split())
    return f" — “{text if len(text) <= QUOTE else text[: QUOTE - 1] + '…'}”"


def counted(count: int, one: str, many: str = "") -> str:
    """`1 plan`, `3 plans`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def table(rows: Sequence[Sequence[str]], indent: str = "  ") -> list[str]:
    """Lines with columns under one another: the first to the left, the others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
    return [indent + _line(row, widths) for row in rows]


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = row
    cells = [f"{text:>{width}}" for text, width in zip(rest, widths[1:], strict=True)]
    return "  ".join([f"{first:<{widths[0]}}", *cells]).rstrip()


def listed(parts: Sequence[str], most: int = 8) -> str:
    """`a, b and c`; more than `most` are counted."""
    if len(parts) > most:
        parts = [*parts[: most - 1], f"{len(parts) - most + 1:,} more"]
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last
