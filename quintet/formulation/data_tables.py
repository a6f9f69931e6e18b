"""Small parameters as tables: one row of values, or rows by columns."""

from __future__ import annotations

from dataclasses import dataclass

from quintet.formulation.model import Key, Model, ParameterData
from quintet.formulation.tree import ElementValue

MOST_ROWS = 20
MOST_COLUMNS = 10


@dataclass(frozen=True)
class DataTable:
    """The values of a parameter.

    Args:
        name: The parameter.
        unit: Its unit.
        columns: Headings above the values; empty for one column without a heading.
        rows: The key of each row, as text.
        cells: Values as text, one row each; empty where there is none.
    """

    name: str
    unit: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]


def data_tables(model: Model) -> tuple[DataTable, ...]:
    """Given parameters that are small enough to be shown, in the order of the document."""
    given = model.formulation.parameters
    found = (_table(model.parameters[name]) for name, entry in given.items() if entry.expression is None)
    return tuple(table for table in found if table is not None)


def scalar_value(data: ParameterData) -> float | ElementValue | None:
    """The value of a parameter without index."""
    if data.family.arity or not len(data.family):
        return None
    return _values(data)[0]


def _table(data: ParameterData) -> DataTable | None:
    if data.family.arity == 1:
        return _single(data)
    return _crossed(data) if data.family.arity >= 2 else None


def _single(data: ParameterData) -> DataTable | None:
    if not 0 < len(data.family) <= MOST_ROWS:
        return None
    cells = tuple((_shown(value),) for value in _values(data))
    return DataTable(data.name, data.unit, (), tuple(_key(key) for key in data.family.keys), cells)


def _crossed(data: ParameterData) -> DataTable | None:
    """The last component across, the others down."""
    keys = data.family.keys
    rows = list(dict.fromkeys(key[:-1] for key in keys))
    columns = list(dict.fromkeys(key[-1] for key in keys))
    if not 0 < len(rows) <= MOST_ROWS or len(columns) > MOST_COLUMNS:
        return None
    values = dict(zip(keys, (_shown(value) for value in _values(data)), strict=True))
    cells = tuple(tuple(values.get((*row, column), "") for column in columns) for row in rows)
    headings = tuple(str(column) for column in columns)
    return DataTable(data.name, data.unit, headings, tuple(_key(row) for row in rows), cells)


def _values(data: ParameterData) -> list[float | ElementValue]:
    if data.ids is None:
        return list(data.values.tolist())
    return [data.family.universe.elements[one] for one in data.ids.tolist()]


def _key(key: Key) -> str:
    return ", ".join(str(part) for part in key)


def _shown(value: float | ElementValue) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
