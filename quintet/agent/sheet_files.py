"""Which files of a folder are tables, what they are called, and how much of them is read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from quintet.errors import DataError
from quintet.formulation.csv_reader import parse_csv
from quintet.formulation.grid import Grid
from quintet.formulation.schema import Table
from quintet.formulation.tables import WORKBOOKS, read_table
from quintet.formulation.xlsx_reader import read_xlsx, sheet_titles

CSV = (".csv", ".tsv")
ENDINGS = (*CSV, *WORKBOOKS, ".json", ".parquet")
FILE_LIMIT = 100
PART_FROM = 4_000_000
"""Bytes from which on a CSV file or workbook is read in part for a prompt."""
BEGINNING = 500_000
"""Bytes of a CSV file that are read then."""
FIRST_ROWS = 5_000
"""Rows of a workbook that are read then."""
CHUNK = 1 << 20

Row = tuple[str, ...]


@dataclass(frozen=True)
class Cells:
    """The cells of a table as text.

    Args:
        columns: Names of the columns.
        rows: Cells as stripped text, '' for empty ones, one tuple a row.
        decimal: Decimal mark of the numbers.
        count: How many rows the file has, as far as that is known.
        whole: Whether these are all rows.
    """

    columns: Row
    rows: Sequence[Row]
    decimal: str
    count: int | None
    whole: bool = True


@dataclass(frozen=True)
class Source:
    """Where a table can be read.

    Args:
        name: Its name for programs, an identifier.
        path: The file.
        sheet: The sheet's title, of a workbook.
    """

    name: str
    path: Path
    sheet: str | None = None

    @property
    def entry(self) -> Table:
        """Its declaration."""
        return Table(file=self.path.name, sheet=self.sheet)

    def all(self) -> Cells:
        """Every row.

        Raises:
            DataError: The file is missing, empty, too large, or holds no table.
            MissingDependency: openpyxl or pyarrow is needed and not installed.
        """
        table = read_table(self.entry, self.path.parent, "data file")
        return Cells(table.columns, table.rows, table.decimal, len(table.rows))

    def beginning(self) -> Cells:
        """Every row of a file of usual size, the first rows of a large one.

        Raises:
            DataError: The file is missing, empty, or holds no table.
            MissingDependency: openpyxl or pyarrow is needed and not installed.
        """
        suffix = self.path.suffix.lower()
        if not self.path.is_file() or self.path.stat().st_size <= PART_FROM:
            return self.all()
        if suffix in CSV:
            return self._lines()
        return self._first_rows() if suffix in WORKBOOKS else self.all()

    def _lines(self) -> Cells:
        with self.path.open("rb") as file:
            start = file.read(BEGINNING)
            count = start.count(b"\n") + sum(
                chunk.count(b"\n") for chunk in iter(lambda: file.read(CHUNK), b"")
            )
        grid = parse_csv(_whole_lines(start, self._place), self.entry, self._place)
        return _part(grid, count - 1)

    def _first_rows(self) -> Cells:
        return _part(read_xlsx(self.path, self.entry, self._place, most=FIRST_ROWS), None)

    @property
    def _place(self) -> str:
        return f"data file, {self.path.name}"


def _part(grid: Grid, count: int | None) -> Cells:
    columns, rows, _ = grid.headed()
    return Cells(columns, rows, grid.decimal, count, whole=False)


def _whole_lines(content: bytes, place: str) -> bytes:
    """The content up to the last end of a line that is not inside quotes."""
    end = content.rfind(b"\n")
    while end >= 0 and content.count(b'"', 0, end) % 2:
        end = content.rfind(b"\n", 0, end)
    if end < 0:
        said = f"the first {len(content):,} bytes hold no complete row"
        raise DataError(said, place=place, remedy="close the quotes, and write one row a line")
    return content[: end + 1]


def sources(files: Path | Sequence[Path]) -> tuple[Source, ...]:
    """The tables of a folder, or of files, in alphabetical order of the files.

    Args:
        files: A folder or files.

    Raises:
        DataError: Too many files, one that is missing, or one that is no table.
    """
    paths = _in_folder(files) if isinstance(files, Path) and files.is_dir() else _named(files)
    if len(paths) > FILE_LIMIT:
        said = f"{len(paths):,} data files, more than {FILE_LIMIT}"
        raise DataError(said, place=str(paths[0].parent), remedy="name those that the problem needs")
    return _renamed([source for path in paths for source in _tables(path)])


def _in_folder(folder: Path) -> list[Path]:
    found = (path for path in sorted(folder.iterdir()) if path.suffix.lower() in ENDINGS)
    return [path for path in found if path.is_file() and not path.name.startswith((".", "~$"))]


def _named(files: Path | Sequence[Path]) -> list[Path]:
    paths = [files] if isinstance(files, Path) else list(files)
    for path in paths:
        if path.is_file() and path.suffix.lower() not in ENDINGS:
            said = f"the ending {path.suffix!r} is that of no table"
            raise DataError(said, place=path.name, remedy="save it as CSV, XLSX, JSON or Parquet")
    return sorted(paths)


def _tables(path: Path) -> Iterator[Source]:
    """The one table of a file, or one for each sheet of a workbook that holds cells."""
    if path.suffix.lower() not in WORKBOOKS or not path.is_file():
        yield Source(_identifier(path.stem), path)
        return
    titles = sheet_titles(path, f"data file, {path.name}")
    if not titles:
        raise DataError("the workbook is empty", place=path.name, remedy="write a header and rows")
    for title in titles:
        name = path.stem if len(titles) == 1 else f"{path.stem}_{title}"
        yield Source(_identifier(name), path, title)


def _identifier(text: str) -> str:
    name = re.sub(r"\W+", "_", text).strip("_")
    return name if name and not name[0].isdigit() else f"table_{name}".rstrip("_")


def _renamed(found: Sequence[Source]) -> tuple[Source, ...]:
    """The sources with names of their own: `costs`, `costs_2`."""
    taken: set[str] = set()
    unique: list[Source] = []
    for source in found:
        name, number = source.name, 1
        while name in taken:
            number += 1
            name = f"{source.name}_{number}"
        taken.add(name)
        unique.append(replace(source, name=name))
    return tuple(unique)
