"""Tables of records: JSON (a list of objects, or an object of columns) and Parquet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from quintet.errors import DataError, DocumentError, MissingDependency
from quintet.formulation.cells import text_of
from quintet.formulation.grid import Grid, Row, check_cells, short
from quintet.formulation.json_reader import read_json
from quintet.formulation.schema import Table


def read_json_table(path: Path, entry: Table, place: str) -> Grid:
    """Read a JSON file that holds rows.

    Args:
        path: The file: `[{"item": "a", "cost": 3}, …]` or `{"item": ["a", …], "cost": [3, …]}`.
        entry: Its declaration.
        place: The file, for messages.

    Raises:
        DataError: It is not JSON, or holds no table.
    """
    try:
        content = read_json(path.read_bytes().decode(entry.encoding or "utf-8-sig"), place)
    except DocumentError as error:
        raise DataError(error.message, place=error.place, remedy=error.remedy) from None
    except (UnicodeDecodeError, LookupError):
        raise DataError("the file is no text in UTF-8", place=place, remedy="save it as UTF-8") from None
    records = _columns(content, place) if isinstance(content, dict) else _records(content, place)
    return _grid(*records, place)


def read_parquet(path: Path, entry: Table, place: str) -> Grid:
    """Read a Parquet file.

    Raises:
        DataError: It can't be read.
        MissingDependency: pyarrow is not installed.
    """
    try:
        # an optional extra, which the type checker's environment need not have
        from pyarrow import ArrowException, parquet  # pyright: ignore[reportMissingImports]
    except ImportError:
        raise MissingDependency(
            "a Parquet table needs pyarrow", place=place, remedy="run: pip install 'quintet[parquet]'"
        ) from None
    try:
        table = parquet.read_table(path)
    except (ArrowException, OSError) as error:
        said = str(error).splitlines()[0]
        raise DataError(f"the file can't be read: {said}", place=place, remedy="save it again") from None
    check_cells(table.num_rows * table.num_columns, place)
    rows = list(zip(*(column.to_pylist() for column in table.columns), strict=True))
    return _grid(table.column_names, rows, place)


def _records(content: Any, place: str) -> tuple[list[str], list[Sequence[Any]]]:
    if not isinstance(content, list) or not all(isinstance(record, dict) for record in content):
        raise _shape(place)
    names = list(dict.fromkeys(name for record in content for name in record))
    return names, [[record.get(name) for name in names] for record in content]


def _columns(content: dict[str, Any], place: str) -> tuple[list[str], list[Sequence[Any]]]:
    lengths = {len(column) if isinstance(column, list) else -1 for column in content.values()}
    if len(lengths) != 1 or -1 in lengths:
        raise _shape(place)
    return list(content), list(zip(*content.values(), strict=True))


def _shape(place: str) -> DataError:
    return DataError(
        "the JSON holds no table",
        place=place,
        remedy='write a list of objects, [{"item": "a", "cost": 3}, …], or lists of equal length by column',
    )


def _grid(names: Sequence[str], rows: Sequence[Sequence[Any]], place: str) -> Grid:
    check_cells(len(names) * len(rows), place)
    header: Row = tuple(str(name).strip() for name in names)
    body = [
        tuple(_cell(value, name, line, place) for value, name in zip(row, header, strict=True))
        for line, row in enumerate(rows, 1)
    ]
    return Grid(place, [header, *body], list(range(len(body) + 1)), padded=True)


def _cell(value: Any, name: str, line: int, place: str) -> str:
    if isinstance(value, list | dict | bytes):
        where = f"{place}, row {line}, column {name!r}"
        raise DataError(
            f"{short(str(value))} is no single value", place=where, remedy="write one row for each"
        )
    return text_of(value)


READERS: dict[str, Callable[[Path, Table, str], Grid]] = {".json": read_json_table, ".parquet": read_parquet}
