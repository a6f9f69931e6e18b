"""The columns of a data file: of what type, in which range, and their cells as a program gets them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from quintet.formulation.cells import UnreadableNumber, read_number

Value = int | float | str | None
"""A cell: a number, a text, or None where it is empty."""

CUT = 60
LISTED = 12
"""Texts that a column may have to be told one by one: problems speak of them by name."""
WHOLE = re.compile(r"[-+]?[0-9]{1,18}", re.ASCII)
CODE = re.compile(r"[-+]?0[0-9]+", re.ASCII)
"""Digits that are a name: `007`."""
DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T].{0,20})?|\d{1,2}[./]\d{1,2}[./](?:\d{4}|\d{2})")
PLAIN_NAME = re.compile(r"[\w .%/()$€-]+")


class Kind(StrEnum):
    """What the cells of a column are."""

    WHOLE = "whole numbers"
    NUMBER = "numbers"
    DATE = "dates, as text"
    TEXT = "text"
    EMPTY = "empty"


@dataclass(frozen=True)
class Column:
    """A column, as far as a prompt may tell of it.

    Args:
        name: Its name, exactly.
        kind: What its cells are.
        different: How many different cells it has, empty ones left out.
        empty: How many cells are empty.
        least: The least number, of a column of numbers.
        most: The largest.
        elements: The different cells in order of appearance, of a column of few texts.
    """

    name: str
    kind: Kind
    different: int
    empty: int
    least: float | None = None
    most: float | None = None
    elements: tuple[str, ...] = ()

    def to_text(self) -> str:
        """One line about it."""
        parts = [f"- {told(self.name)}: {self.kind.value}{self._range()}"]
        if self.different > 1:
            parts.append(f"{self.different:,} different{self._listed()}")
        if self.empty and self.different:
            parts.append(f"{self.empty:,} empty")
        return ", ".join(parts)

    def _listed(self) -> str:
        return (
            ": " + json.dumps([cut(cell) for cell in self.elements], ensure_ascii=False)
            if self.elements
            else ""
        )

    def _range(self) -> str:
        if self.least is None or self.most is None:
            return ""
        return (
            f", all {self.least:.12g}"
            if self.least == self.most
            else f" {self.least:.12g} to {self.most:.12g}"
        )


def column_of(name: str, cells: Sequence[str], decimal: str) -> Column:
    """What there is to say of a column.

    Args:
        name: Its name.
        cells: Its cells as stripped text, '' for empty ones.
        decimal: The decimal mark of its numbers.
    """
    filled = {cell for cell in cells if cell}
    numbers = _numbers(filled, decimal)
    if numbers:
        kind = Kind.WHOLE if all(isinstance(value, int) for value in numbers.values()) else Kind.NUMBER
        ends = min(numbers.values()), max(numbers.values())
        return Column(name, kind, len(filled), cells.count(""), *ends)
    dates = filled and all(DATE.fullmatch(cell) for cell in filled)
    kind = Kind.DATE if dates else Kind.TEXT if filled else Kind.EMPTY
    few = 1 < len(filled) <= LISTED and kind is Kind.TEXT
    elements = tuple(dict.fromkeys(cell for cell in cells if cell)) if few else ()
    return Column(name, kind, len(filled), cells.count(""), elements=elements)


def values_of(cells: Sequence[str], decimal: str) -> list[Value]:
    """The cells of a column as values: numbers if all of them are numbers, else text; None for empty ones."""
    numbers = _numbers({cell for cell in cells if cell}, decimal)
    if numbers is None:
        return [cell or None for cell in cells]
    return [numbers[cell] if cell else None for cell in cells]


def _numbers(cells: set[str], decimal: str) -> dict[str, int | float] | None:
    """The number that each cell stands for, or None if one is something else."""
    if any(CODE.fullmatch(cell) for cell in cells):
        return None
    try:
        return {cell: int(cell) if WHOLE.fullmatch(cell) else read_number(cell, decimal) for cell in cells}
    except UnreadableNumber:
        return None


def cut(text: str) -> str:
    """A text with single blanks, cut where it is long."""
    flat = " ".join(text.split())
    return flat if len(flat) <= CUT else f"{flat[:CUT]}…"


def told(name: str) -> str:
    """A name as prompts show it: plain if it is, else quoted, so that no sign in it can mislead."""
    flat = cut(name)
    return flat if PLAIN_NAME.fullmatch(flat) else json.dumps(flat, ensure_ascii=False)
