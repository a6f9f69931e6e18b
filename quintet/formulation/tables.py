"""Tables in files: CSV, XLSX, JSON or Parquet → columns and rows of text, checked.

Cells stay text until their column's use is known, so that an element `007` survives. Every error
names the file, the sheet, the row as the file counts it, and the column.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from quintet.errors import DataError
from quintet.formulation.cells import UnreadableNumber, read_number
from quintet.formulation.csv_reader import read_csv
from quintet.formulation.grid import Grid, short
from quintet.formulation.records_reader import READERS
from quintet.formulation.schema import Table
from quintet.formulation.xlsx_reader import read_xlsx

SIZE_LIMIT = 200_000_000
WORKBOOKS = (".xlsx", ".xlsm")
OTHERS = (".xls", ".xlsb", ".ods", ".numbers", ".zip", ".gz")
VALUE = "value"
"""Name of the value column of a molten crosstab."""


@dataclass(frozen=True)
class TableData:
    """The content of a table.

    Args:
        name: Its name in the document.
        place: Where it comes from, for messages: `tables.costs, plan.xlsx, sheet 'Costs'`.
        columns: Names of the columns.
        rows: Cells as stripped text, one tuple a row, as long as `columns`; '' is an empty cell.
        lines: Per row, its number in the file.
        keys: The columns that name the elements.
        across: Index that the other columns are elements of, if the table is a crosstab.
        decimal: Decimal mark of its numbers.
        declared: Whether the document says the decimal mark.
        molten: Whether it is the long form of a crosstab.
    """

    name: str
    place: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(repr=False)
    lines: Sequence[int] = field(repr=False)
    keys: tuple[str, ...] = ()
    across: str | None = None
    decimal: str = "."
    declared: bool = False
    molten: bool = False

    def __len__(self) -> int:
        return len(self.rows)

    def line(self, row: int) -> int:
        """The number that row `row` (from 0) has in its file."""
        return self.lines[row]

    def where(self, row: int, column: str) -> str:
        """The place of a cell, for messages."""
        if self.molten and column == VALUE:
            column = self.rows[row][-2]
        return f"{self.place}, row {self.lines[row]}, column {column!r}"

    def position(self, column: str) -> int:
        """The position of a column, from 0.

        Raises:
            DataError: There is no such column.
        """
        if column in self.columns:
            return self.columns.index(column)
        close = difflib.get_close_matches(column, self.columns, n=1)
        shown = ", ".join(map(repr, self.columns[:12])) + (" …" if len(self.columns) > 12 else "")
        remedy = f"did you mean {close[0]!r}?" if close else f"its columns are {shown}"
        raise DataError(f"there is no column {short(column)}", place=self.place, remedy=remedy)

    def column(self, name: str) -> list[str]:
        """The cells of a column as text; for the `across` of a crosstab, the names of its columns.

        Raises:
            DataError: There is no such column.
        """
        if name == self.across and name not in self.columns:
            return list(self.crossing)
        place = self.position(name)
        return [row[place] for row in self.rows]

    @property
    def crossing(self) -> tuple[str, ...]:
        """The columns that are no keys: the elements of `across`."""
        return tuple(column for column in self.columns if column not in self.keys)

    def number(self, text: str, row: int, column: str) -> float:
        """The number that a cell's text stands for.

        Args:
            text: The cell.
            row: Its row, from 0, for the message.
            column: Its column, for the message.

        Raises:
            DataError: It is not a finite number, or could be read in two ways.
        """
        try:
            return read_number(text, self.decimal, self.declared)
        except UnreadableNumber as error:
            said = f"{short(text)} {error.reason}" if text else "the cell is empty"
            remedy = error.remedy if text else "write a number"
            raise DataError(said, place=self.where(row, column), remedy=remedy) from None

    def numbers(self, column: str) -> list[float]:
        """The numbers of a column.

        Raises:
            DataError: There is no such column, or a cell is not a finite number.
        """
        return [self.number(text, row, column) for row, text in enumerate(self.column(column))]

    def melt(self, across: str) -> TableData:
        """The long form of a crosstab: one row a key and column, with the columns `across` and `value`.

        Empty cells stay, as empty values.

        Raises:
            DataError: A key column has the name of a new column.
        """
        taken = next((name for name in (across, VALUE) if name in self.keys or across == VALUE), None)
        if taken is not None:
            raise DataError(
                f"the name {taken!r} is needed for a column of its own",
                place=self.place,
                remedy="give 'across' and the key columns other names",
            )
        heads = self.crossing
        keys = [self.position(key) for key in self.keys]
        cells = [self.position(head) for head in heads]
        rows = [
            (*(row[key] for key in keys), head, row[cell])
            for row in self.rows
            for head, cell in zip(heads, cells, strict=True)
        ]
        lines = [line for line in self.lines for _ in heads]
        columns, keyed = (*self.keys, across, VALUE), (*self.keys, across)
        return replace(self, columns=columns, rows=rows, lines=lines, keys=keyed, across=None, molten=True)


def read_table(entry: Table, folder: Path, place: str) -> TableData:
    """Read a table and check its header and keys.

    Args:
        entry: Its declaration.
        folder: Where relative paths begin; the file must lie inside.
        place: Path of keys in the document: `tables.costs`.

    Raises:
        DataError: The file is missing, outside the folder, too large, unreadable or empty, or its
            header or keys can't be used.
        MissingDependency: It is a workbook and openpyxl is not installed.
    """
    path = _path(entry, folder, place)
    where = f"{place}, {entry.file}"
    grid = _reader(path)(path, entry, where)
    columns, rows, lines = grid.headed()
    name = place.rpartition(".")[2]
    table = TableData(
        name,
        grid.place,
        columns,
        rows,
        lines,
        tuple(entry.keys),
        entry.across,
        grid.decimal,
        bool(entry.decimal),
    )
    _check_keys(table)
    return table


def _reader(path: Path) -> Callable[[Path, Table, str], Grid]:
    suffix = path.suffix.lower()
    return read_xlsx if suffix in WORKBOOKS else READERS.get(suffix, read_csv)


def _path(entry: Table, folder: Path, place: str) -> Path:
    file, remedy = entry.file, "correct tables' file, or name the folder of the data with --data DIR"
    if "://" in file:
        raise DataError(f"{short(file)} is an address", place=place, remedy="download it, and name the file")
    if Path(file).suffix.lower() in OTHERS:
        raise DataError(
            f"{short(file)} can't be read", place=place, remedy="save it as CSV, XLSX, JSON or Parquet"
        )
    try:
        home, path = folder.resolve(), (folder / file).resolve()
        inside, found = entry.anywhere or path.is_relative_to(home), path.is_file()
        size = path.stat().st_size if inside and found else 0
    except (OSError, ValueError, RuntimeError) as error:  # a NUL, too long a name, a loop of links
        raise DataError(f"{short(file)} can't be read: {error}", place=place, remedy=remedy) from None
    if not inside:
        raise DataError(f"{short(file)} lies outside the folder {home}", place=place, remedy=_move(file))
    if not found:
        said = "is a folder" if path.is_dir() else f"is not in the folder {home}"
        raise DataError(f"the file {short(file)} {said}", place=place, remedy=remedy)
    if size > SIZE_LIMIT:
        said = f"{short(file)} has {size:,} bytes, more than {SIZE_LIMIT:,}"
        raise DataError(said, place=place, remedy="leave out what the model does not need")
    return path


def _move(file: str) -> str:
    return f"put it there, or name the folder with --data DIR and write file: {Path(file).name}"


def _check_keys(table: TableData) -> None:
    if not table.keys and table.across is None:
        return
    positions = [table.position(key) for key in table.keys]
    if len(set(positions)) < len(positions):
        raise DataError("a key column is named twice", place=table.place, remedy="name it once")
    if table.across is not None and not table.crossing:
        raise DataError(
            "no column is left for 'across'", place=table.place, remedy="add one, or drop 'across'"
        )
    seen: dict[tuple[str, ...], int] = {}
    for row, cells in enumerate(table.rows):
        key = tuple(cells[position] for position in positions)
        if "" in key:
            place = table.where(row, table.keys[key.index("")])
            raise DataError("the key cell is empty", place=place, remedy="fill it in, or delete the row")
        if key in seen:
            raise _twice(table, key, seen[key], row)
        seen[key] = row


def _twice(table: TableData, key: tuple[str, ...], first: int, second: int) -> DataError:
    shown = ", ".join(map(short, key)) or "without key columns, every row"
    said = f"the key {shown} stands twice, in rows {table.line(first)} and {table.line(second)}"
    return DataError(said, place=table.place, remedy="keep one row for each key, or declare more 'keys'")
