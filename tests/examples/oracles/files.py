"""Reads the tables of the gallery for the oracles, without any code of the package."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl

EXAMPLES = Path(__file__).parents[3] / "quintet" / "examples"


def rows(place: str) -> list[dict[str, str]]:
    """Rows of a CSV file: `rows("diet/foods.csv")`."""
    with (EXAMPLES / place).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def column(place: str, key: str, value: str) -> dict[str, float]:
    """One column of numbers by a key column."""
    return {row[key]: float(row[value]) for row in rows(place)}


def figures(place: str, key: str) -> dict[str, dict[str, float]]:
    """All columns but the key column, as numbers."""
    return {row[key]: {name: float(cell) for name, cell in row.items() if name != key} for row in rows(place)}


def sheet(place: str, name: str) -> list[tuple]:
    """Rows of an XLSX sheet below the header."""
    book = openpyxl.load_workbook(EXAMPLES / place, read_only=True)
    try:
        return list(book[name].iter_rows(min_row=2, values_only=True))
    finally:
        book.close()
