"""XLSX workbooks: one sheet's values as text, read row by row."""

from __future__ import annotations

import difflib
import io
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from quintet.errors import DataError, MissingDependency
from quintet.formulation.cells import text_of
from quintet.formulation.grid import Grid, Row, check_cells, short
from quintet.formulation.schema import Table

UNPACKED_LIMIT = 500_000_000
FORMULA_ERRORS = frozenset({"#N/A", "#DIV/0!", "#REF!", "#NAME?", "#NULL!", "#NUM!", "#VALUE!"})


def read_xlsx(path: Path, entry: Table, place: str, most: int | None = None) -> Grid:
    """Read one sheet of a workbook: the values, as last computed by the program that saved it.

    Whole numbers come out as `12`, dates as `2026-01-05`, truth as `TRUE` and `FALSE`.

    Args:
        path: The file.
        entry: Its declaration; without `sheet`, the first sheet is read.
        place: The file, for messages.
        most: After how many rows to stop; None for all.

    Raises:
        DataError: Not a workbook, no such sheet, too large, or a formula without a value.
        MissingDependency: openpyxl is not installed.
    """
    content = _content(path, place)
    _check_packing(content, place)
    with _workbook(content, place, computed=True) as book:
        sheet = _sheet(book, entry.sheet, place)
        place = f"{place}, sheet {sheet.title!r}"
        rows, lines = _rows(sheet, place, most)
        title = sheet.title
    if most is None and any("" in row for row in rows):
        _check_formulas(content, title, place)
    return Grid(place, rows, lines, entry.decimal or ".", padded=True)


def sheet_titles(path: Path, place: str) -> tuple[str, ...]:
    """The titles of a workbook's sheets that hold cells, in their order.

    Args:
        path: The file.
        place: The file, for messages.

    Raises:
        DataError: Not a workbook.
        MissingDependency: openpyxl is not installed.
    """
    content = _content(path, place)
    _check_packing(content, place)
    with _workbook(content, place, computed=True) as book:
        return tuple(sheet.title for sheet in book.worksheets if _holds_cells(sheet))


def _holds_cells(sheet: Any) -> bool:
    sheet.reset_dimensions()
    return any(value is not None for values in sheet.iter_rows(values_only=True) for value in values)


def _content(path: Path, place: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"can't be read: {error}", place=place, remedy="correct the path") from None


def _check_packing(content: bytes, place: str) -> None:
    """Refuse what is no archive, and an archive that would unpack to far more than a table."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        said = f"is not a workbook: {error}"
        raise DataError(said, place=place, remedy="save it as .xlsx without a password, or as CSV") from None
    if size > UNPACKED_LIMIT:
        said = f"unpacks to {size:,} bytes, more than {UNPACKED_LIMIT:,}"
        raise DataError(said, place=place, remedy="keep only the sheet that the model needs")


@contextmanager
def _workbook(content: bytes, place: str, computed: bool) -> Iterator[Any]:
    try:
        import openpyxl
    except ImportError:
        raise MissingDependency(
            "reading a workbook needs openpyxl", place=place, remedy="run: pip install 'quintet[tables]'"
        ) from None
    with warnings.catch_warnings():
        # It warns of features of the file that have nothing to do with its values.
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(
                io.BytesIO(content), read_only=True, data_only=computed, keep_links=False
            )
        except Exception as error:  # a damaged file makes it raise almost anything
            raise _damaged(error, place) from error
        try:
            yield book
        except (DataError, MissingDependency):
            raise
        except Exception as error:  # the sheets are parsed while they are read
            raise _damaged(error, place) from error
        finally:
            book.close()


def _damaged(error: Exception, place: str) -> DataError:
    said = f"can't be read as a workbook ({type(error).__name__}: {str(error)[:100]})"
    return DataError(said, place=place, remedy="save it again as .xlsx, or as CSV")


def _sheet(book: Any, name: str | None, place: str) -> Any:
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    if not sheets:
        raise DataError("the workbook has no sheet with cells", place=place, remedy="add one")
    if name is None:
        return book.worksheets[0]
    if name not in sheets:
        close = difflib.get_close_matches(name, sheets, n=1)
        shown = ", ".join(map(repr, list(sheets)[:12]))
        remedy = f"did you mean {close[0]!r}?" if close else f"its sheets are {shown}"
        raise DataError(f"there is no sheet {short(name)}", place=place, remedy=remedy)
    return sheets[name]


def _rows(sheet: Any, place: str, most: int | None) -> tuple[list[Row], list[int]]:
    sheet.reset_dimensions()  # the size that a file states may be wrong
    rows: list[Row] = []
    lines: list[int] = []
    cells = 0
    for line, values in enumerate(sheet.iter_rows(values_only=True), 1):
        cells += len(values) + 1
        check_cells(cells, place)
        row = tuple(text_of(value) for value in values)
        if any(row):
            _check_errors(row, line, place)
            rows.append(row)
            lines.append(line)
        if len(rows) == most:
            break
    return rows, lines


def _check_errors(row: Row, line: int, place: str) -> None:
    for number, cell in enumerate(row):
        if cell in FORMULA_ERRORS:
            where = f"{place}, cell {_letters(number)}{line}"
            raise DataError(f"the formula gives {cell}", place=where, remedy="correct it in the workbook")


def _check_formulas(content: bytes, title: str, place: str) -> None:
    """Refuse formulas that were never computed: their cells look empty."""
    with (
        _workbook(content, place, computed=True) as values,
        _workbook(content, place, computed=False) as formulas,
    ):
        pairs = zip(_cells(values[title]), _cells(formulas[title]), strict=True)
        for line, (row, written) in enumerate(pairs, 1):
            for number, (cell, formula) in enumerate(zip(row, written, strict=True)):
                # A formula whose value is the empty text is of type 's'.
                if formula.data_type == "f" and cell.value is None and cell.data_type != "s":
                    where = f"{place}, cell {_letters(number)}{line}"
                    remedy = "open and save the workbook in a spreadsheet program, or write the value"
                    raise DataError("the formula has no computed value", place=where, remedy=remedy)


def _cells(sheet: Any) -> Iterator[tuple[Any, ...]]:
    sheet.reset_dimensions()
    return sheet.iter_rows()


def _letters(number: int) -> str:
    """Column 0 is A, 26 is AA."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
