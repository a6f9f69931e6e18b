"""Writes the workbooks of the gallery: `python tests/examples/make_workbooks.py`.

Same bytes every time: numbers come from a seed, and the archive carries a fixed date.
"""

from __future__ import annotations

import io
import math
import random
import re
import zipfile
from pathlib import Path
from typing import TypeAlias

import openpyxl

Row: TypeAlias = tuple[str | int | float, ...]
Sheets: TypeAlias = dict[str, list[Row]]

EXAMPLES = Path(__file__).parents[2] / "quintet" / "examples"
MOMENT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def apples(seed: int = 20061) -> Sheets:
    """200 orchards and 60 presses on a map of 120 km by 80 km, and the roads between all of them."""
    draw = random.Random(seed)
    orchards = {f"O{n:03}": (draw.uniform(0, 120), draw.uniform(0, 80)) for n in range(1, 201)}
    presses = {f"P{n:02}": (draw.uniform(0, 120), draw.uniform(0, 80)) for n in range(1, 61)}
    picked = [(name, draw.randint(5, 40)) for name in orchards]
    needed = [(name, draw.randint(20, 110)) for name in presses]
    roads = [
        (o, p, round(2.5 + 0.14 * draw.uniform(1.05, 1.5) * math.dist(here, there), 2))
        for o, here in orchards.items()
        for p, there in presses.items()
    ]
    return {
        "Orchards": [("orchard", "tonnes"), *picked],
        "Presses": [("press", "tonnes"), *needed],
        "Roads": [("orchard", "press", "eur_per_tonne"), *roads],
    }


def plan() -> Sheets:
    """What filling costs on each line; line B can't fill cola, and lemon is too dear on line A."""
    rows: list[Row] = [
        ("A", "cola", 14),
        ("A", "lemon", 95),
        ("A", "malt", 20),
        ("B", "lemon", 22),
        ("B", "malt", 26),
    ]
    return {"Costs": [("line", "drink", "unit_cost"), *rows]}


def workbook(sheets: Sheets) -> bytes:
    """The sheets as an XLSX file."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    return _dated(written.getvalue())


def _dated(archive: bytes) -> bytes:
    """The same archive with one fixed date, on every file in it and in its properties."""
    copy = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(copy, "w") as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, (2026, 11, 22, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, MOMENT.sub(b"2026-11-22T00:00:00Z", old.read(name)))
    return copy.getvalue()


WORKBOOKS = {"transport/apples.xlsx": apples, "bottling/plan.xlsx": plan}


def main() -> None:
    """Write all workbooks."""
    for place, sheets in WORKBOOKS.items():
        (EXAMPLES / place).write_bytes(workbook(sheets()))


if __name__ == "__main__":
    main()
