"""CSV files: encoding and separator found out or declared, quoted cells, honest line numbers."""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import re
from itertools import islice
from pathlib import Path
from typing import Any

from quintet.errors import DataError
from quintet.formulation.grid import Grid, Row, check_cells, short
from quintet.formulation.schema import Table

SEPARATORS = (",", ";", "\t", "|")
NAMED_SEPARATORS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
SAMPLE = 65_536
SAMPLE_ROWS = 50
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")


def read_csv(path: Path, entry: Table, place: str) -> Grid:
    """Read a CSV file.

    Args:
        path: The file.
        entry: Its declaration: `separator`, `decimal`, `encoding` where they are not the usual ones.
        place: The file, for messages.

    Raises:
        DataError: Unreadable, not text, or not CSV.
    """
    if entry.sheet is not None:
        raise DataError(
            "a CSV file has no sheets", place=place, remedy="leave 'sheet' out, or name a .xlsx file"
        )
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"can't be read: {error}", place=place, remedy="correct the path") from None
    return parse_csv(content, entry, place)


def parse_csv(content: bytes, entry: Table, place: str) -> Grid:
    """Read the content of a CSV file, or the whole lines at its beginning.

    Args:
        content: The bytes.
        entry: Its declaration.
        place: The file, for messages.

    Raises:
        DataError: Not text, or not CSV.
    """
    text = _decode(content, entry.encoding, place)
    separator = _separator(entry.separator, place) or detect_separator(text)
    rows, lines = _rows(text, separator, place)
    decimal = entry.decimal or ("," if separator == ";" else ".")
    return Grid(place, rows, lines, decimal)


def _decode(content: bytes, encoding: str | None, place: str) -> str:
    if encoding is not None:
        return _declared(content, encoding, place)
    marked = next((name for mark, name in MARKS if content.startswith(mark)), None)
    if marked is None and b"\0" in content:
        raise _binary(place)
    try:
        return content.decode(marked or "utf-8")
    except UnicodeDecodeError:
        return _western(content, place)


def _declared(content: bytes, encoding: str, place: str) -> str:
    try:
        return content.decode(encoding).removeprefix("\ufeff")
    except LookupError:
        said = f"there is no text encoding {short(encoding)}"
        raise DataError(said, place=place, remedy="write utf-8, utf-16 or cp1252") from None
    except UnicodeError as error:
        line = content.count(b"\n", 0, getattr(error, "start", 0)) + 1
        said = f"is not {encoding} text (line {line})"
        raise DataError(said, place=place, remedy="correct 'encoding', or save it as UTF-8") from None


def _western(content: bytes, place: str) -> str:
    """The usual encoding of older spreadsheets, if the bytes can be that; binary files can't."""
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        raise _binary(place) from None
    if CONTROL.search(text):
        raise _binary(place)
    return text


def _binary(place: str) -> DataError:
    return DataError(
        "is not a text file", place=place, remedy="save it as CSV in UTF-8, or declare 'encoding'"
    )


def _separator(declared: str | None, place: str) -> str | None:
    separator = NAMED_SEPARATORS.get(declared.lower(), declared) if declared is not None else None
    if separator is not None and (len(separator) != 1 or separator in '"\r\n '):
        said = f"{short(separator)} can't separate cells"
        raise DataError(said, place=place, remedy="write one of ',' ';' '|' or tab")
    return separator


def detect_separator(text: str) -> str:
    """The separator that cuts all rows of the beginning alike, into the most cells."""
    scores = {separator: _score(text[:SAMPLE], separator) for separator in SEPARATORS}
    best = max(SEPARATORS, key=lambda separator: scores[separator])
    # No separator in the header: one column, whatever the cells hold.
    return best if scores[best][1] > 1 else "\t"


def _score(text: str, separator: str) -> tuple[bool, int]:
    """Whether all rows have as many cells as the header, and how many that has."""
    widths: list[int] = []
    with contextlib.suppress(csv.Error):  # the sample may end inside a quoted cell
        widths.extend(len(row) for row in islice(_reader(text, separator), SAMPLE_ROWS) if any(row))
    if not widths:
        return False, 0
    return len(set(widths)) == 1 and widths[0] > 1, widths[0]


def _reader(text: str, separator: str) -> Any:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True, skipinitialspace=True)


def _rows(text: str, separator: str, place: str) -> tuple[list[Row], list[int]]:
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator, strict=True, skipinitialspace=True
    )
    rows: list[Row] = []
    lines: list[int] = []
    cells, last = 0, 0
    try:
        for record in reader:
            line, last = last + 1, reader.line_num
            row = tuple([cell.strip() for cell in record])
            if any(row):
                rows.append(row)
                lines.append(line)
                cells += len(row)
                if not len(rows) % 1024:
                    check_cells(cells, place)
    except csv.Error as error:
        where = f"{place}, row {last + 1}"
        raise DataError(
            f"not CSV: {error}", place=where, remedy="close the quotes, and double those inside"
        ) from None
    check_cells(cells, place)
    return rows, lines
