"""Lines with their cells under one another."""

from __future__ import annotations

from collections.abc import Collection, Sequence


def columns(rows: Sequence[Sequence[str]], left: Collection[int] = (0,), indent: str = "  ") -> list[str]:
    """One line a row, no blanks at its end.

    Args:
        rows: Cells, as many in each row.
        left: Columns that are set flush left, counted from 0; the others are set flush right.
        indent: What every line begins with.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [indent + _line(row, widths, left).rstrip() for row in rows]


def _line(row: Sequence[str], widths: Sequence[int], left: Collection[int]) -> str:
    return "  ".join(
        f"{cell:<{width}}" if at in left else f"{cell:>{width}}"
        for at, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
