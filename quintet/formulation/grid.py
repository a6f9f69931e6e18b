"""Cells as a file holds them, before anybody knows which row is the header."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from quintet.errors import DataError

CELL_LIMIT = 10_000_000

Row = tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """The rows of a file that hold anything.

    Args:
        place: The file, and the sheet of a workbook.
        rows: Stripped cells; rows may differ in length.
        lines: Per row, its number in the file.
        decimal: Decimal mark of its numbers.
        padded: Whether short rows are complete (a workbook does not store empty cells).
    """

    place: str
    rows: list[Row] = field(repr=False)
    lines: list[int] = field(repr=False)
    decimal: str = "."
    padded: bool = False

    def headed(self) -> tuple[Row, list[Row], list[int]]:
        """Header, rows of the header's length, and their line numbers.

        Raises:
            DataError: Empty, header only, a header that can't be used, or ragged rows.
        """
        if not self.rows:
            raise self._error("the table is empty", "write a header and rows")
        header = self.rows[0]
        if len(self.rows) == 1:
            raise self._error("the table has a header and no rows", "add rows")
        named = [place for place, name in enumerate(header) if name]
        self._check_header([header[place] for place in named])
        whole = len(named) == len(header)
        width = len(header)
        rows = self.rows[1:]
        if not whole or any(len(row) != width for row in rows):
            rows = [self._fitted(row, line, header, named) for row, line in self._body()]
        return tuple(header[place] for place in named), rows, self.lines[1:]

    def _body(self) -> Sequence[tuple[Row, int]]:
        return list(zip(self.rows[1:], self.lines[1:], strict=True))

    def _check_header(self, names: list[str]) -> None:
        seen: set[str] = set()
        for name in names:
            if name in seen:
                raise self._error(f"two columns are named {short(name)}", "rename one", self.lines[0])
            seen.add(name)

    def _fitted(self, row: Row, line: int, header: Row, named: list[int]) -> Row:
        if len(row) < len(header) and not self.padded:
            said = f"the row has {len(row)} cells, the header {len(header)}"
            raise self._error(said, "fill it up, or quote cells that hold the separator", line)
        row = row + ("",) * (len(header) - len(row))
        for place, cell in enumerate(row):
            if cell and (place >= len(header) or not header[place]):
                said = f"cell {place + 1} holds {short(cell)}, and the header has no name for it"
                raise self._error(said, "name the column, or quote cells that hold the separator", line)
        return tuple(row[place] for place in named)

    def _error(self, said: str, remedy: str, line: int = 0) -> DataError:
        where = f"{self.place}, row {line}" if line else self.place
        return DataError(said, place=where, remedy=remedy)


def check_cells(count: int, place: str) -> None:
    """Refuse a table that is too large for memory.

    Raises:
        DataError: More cells than the limit.
    """
    if count > CELL_LIMIT:
        raise DataError(
            f"the table has more than {CELL_LIMIT:,} cells",
            place=place,
            remedy="leave out what the model does not need",
        )


def short(text: str, limit: int = 60) -> str:
    """A text as messages show it: quoted, and cut where it is long."""
    return repr(text if len(text) <= limit else f"{text[:limit]}…")
