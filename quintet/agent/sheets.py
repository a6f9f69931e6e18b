"""Data files: columns and a few rows for prompts, all rows for programs.

No prompt ever holds a whole file. `describe` looks at the tables and tells of their columns, the
types and ranges, and three rows; of a large CSV file or workbook it reads the beginning only.
`table_rows` reads everything, for the sandbox.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from quintet.agent.sheet_files import Source, sources
from quintet.agent.sheet_values import Column, Value, column_of, cut, told, values_of
from quintet.problem import Problem

SAMPLES = 3
COLUMNS = 40
TABLES = 30


@dataclass(frozen=True)
class Sheet:
    """A table of a data file, as far as a prompt may tell of it.

    Args:
        name: Its name for programs: the file's stem, with the sheet's title where a workbook has several.
        file: The file's name.
        sheet: The sheet's title, of a workbook.
        columns: Its columns.
        rows: How many rows there are below the header; None if nobody counted them.
        whole: Whether everything was read; if not, the columns tell of the first rows only, and `rows`
            counts lines.
        samples: The first rows.
        source: Where all of it can be read.
    """

    name: str
    file: str
    sheet: str | None
    columns: tuple[Column, ...]
    rows: int | None
    whole: bool
    samples: tuple[tuple[Value, ...], ...]
    source: Source = field(repr=False)

    def to_text(self) -> str:
        """What a prompt says of the table; cells are cut, and nothing in them begins a new line."""
        lines = [self._heading(), *(column.to_text() for column in self.columns[:COLUMNS])]
        if len(self.columns) > COLUMNS:
            more = len(self.columns) - COLUMNS
            lines.append(f"- and {more:,} more columns, the last is {told(self.columns[-1].name)}")
        lines.append("rows, as JSON:" if len(self.samples) == self.rows else "the first rows, as JSON:")
        return "\n".join([*lines, *map(_sample, self.samples)])

    def _heading(self) -> str:
        sheet = f", sheet {told(self.sheet)}" if self.sheet is not None else ""
        return f"{self.name}: file {told(self.file)}{sheet}, {self._count()}"

    def _count(self) -> str:
        if self.rows is None:
            return "many rows, of which the first were looked at"
        if not self.whole:
            return f"about {self.rows:,} lines, of which the first were looked at"
        return "1 row" if self.rows == 1 else f"{self.rows:,} rows"


def sheets_of(problem: Problem) -> tuple[Sheet, ...]:
    """The tables that came with a problem: its files, else those of its data folder.

    Raises:
        DataError, MissingDependency: As `describe`.
    """
    given = problem.files or problem.data
    return describe(given) if given else ()


def describe(files: Path | Sequence[Path]) -> tuple[Sheet, ...]:
    """The tables of a folder, or of files, in alphabetical order.

    Args:
        files: A folder, of which every file with the ending of a table is taken (folders inside are
            not looked into), or the files themselves: CSV, XLSX, JSON records, Parquet.

    Raises:
        DataError: A file is missing, empty, too large, or holds no table.
        MissingDependency: openpyxl or pyarrow is needed and not installed.
    """
    return tuple(_sheet(source) for source in sources(files))


def to_text(sheets: Sequence[Sheet]) -> str:
    """All tables as a prompt tells of them; '' if there are none."""
    parts = [sheet.to_text() for sheet in sheets[:TABLES]]
    if len(sheets) > TABLES:
        parts.append("and more tables: " + ", ".join(sheet.name for sheet in sheets[TABLES:]))
    return "\n\n".join(parts)


def table_rows(sheets: Sequence[Sheet]) -> dict[str, list[dict[str, Value]]]:
    """All rows of the tables, as a program gets them.

    Returns:
        Per table name its rows, each from column to number, text, or None for an empty cell.

    Raises:
        DataError: A file is gone, too large, or holds no table any more.
    """
    return {sheet.name: list(_rows(sheet.source)) for sheet in sheets}


def _sheet(source: Source) -> Sheet:
    cells = source.beginning()
    by_column = list(zip(*cells.rows, strict=True))
    columns = [column_of(*pair, cells.decimal) for pair in zip(cells.columns, by_column, strict=True)]
    typed = [values_of(column, cells.decimal)[:SAMPLES] for column in by_column]
    samples = tuple(zip(*typed, strict=True))
    name, sheet = source.path.name, source.sheet
    return Sheet(source.name, name, sheet, tuple(columns), cells.count, cells.whole, samples, source)


def _rows(source: Source) -> Iterator[dict[str, Value]]:
    cells = source.all()
    by_column = [values_of(column, cells.decimal) for column in zip(*cells.rows, strict=True)]
    for row in zip(*by_column, strict=True):
        yield dict(zip(cells.columns, row, strict=True))


def _sample(row: Sequence[Value]) -> str:
    cells = [cut(cell) if isinstance(cell, str) else cell for cell in row[:COLUMNS]]
    return json.dumps(cells, ensure_ascii=False)
