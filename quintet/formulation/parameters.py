"""Binds the parameters of a document: inline values, table columns, crosstabs, computed ones."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from quintet.errors import DataError, DocumentError, ExpressionError
from quintet.formulation.context import Context
from quintet.formulation.declarations import Component
from quintet.formulation.families import Indexed
from quintet.formulation.model import Key, ParameterData
from quintet.formulation.parser import parse
from quintet.formulation.scalar import compile_scalar
from quintet.formulation.schema import ParameterEntry
from quintet.formulation.tables import TableData
from quintet.formulation.tree import ElementValue

SHOWN = 3


class ParameterBinder:
    """Binds one parameter.

    Args:
        name: Its name.
        entry: Its entry.
        context: The binder.
        indexed: What its index declares.
        home: The set of its values if it is symbolic.
        change: Values that go over those of the entry, shaped as `values`, all keys or some.
    """

    def __init__(
        self,
        name: str,
        entry: ParameterEntry,
        context: Context,
        indexed: Indexed,
        home: Component | None,
        change: Any = None,
    ) -> None:
        self.name = name
        self.entry = entry
        self.place = f"parameters.{name}"
        self.family = indexed.family
        self._generators = indexed.generators
        self._indices = indexed.indices
        self.values: dict[Key, Any] = {}
        self._ignored = 0
        self._table: TableData | None = None
        self._empty: dict[Key, int] = {}
        self._context = context
        self._home = home
        self._change = change
        self._components = [self._indices[index] for index in self.family.names]

    def bind(self) -> ParameterData:
        """The values of every row.

        Raises:
            DocumentError: No values, or from two places.
            DataError: A key or value that can't be used, or a missing key without default.
        """
        given = self._given()
        if len(given) > 1 or (not given and self.entry.default is None):
            raise DocumentError(
                "its values are given " + ("twice" if given else "nowhere"),
                place=self.place,
                remedy="write one of 'values', 'table' or 'expression'",
            )
        if self._change is not None and given == ["expression"]:
            self._apply_change()  # first, so that what refers to earlier keys sees it
        if given:
            {"values": self._inline, "table": self._from_table, "expression": self._computed}[given[0]]()
        if self._change is not None and given != ["expression"]:
            self._apply_change()
        return self._finish(self._defaulted())

    def _given(self) -> list[str]:
        return [f for f in ("values", "table", "expression") if getattr(self.entry, f) is not None]

    def unvalued(self) -> list[Key]:
        """The keys for which neither the document, its tables nor the changes hold a value.

        None, if it is computed or has a default.

        Raises:
            DataError: A key or value that can't be used.
        """
        given = self._given()
        if "expression" in given or self.entry.default is not None:
            return []
        if given:
            {"values": self._inline, "table": self._from_table}[given[0]]()
        if self._change is not None:
            self._apply_change()
        return [key for key in self.family.keys if key not in self.values]

    def _finish(self, defaulted: int) -> ParameterData:
        values = [self.values[key] for key in self.family.keys]
        unit = self.entry.unit or ""
        if self._home is None:
            numbers = np.array(values, dtype=np.float64)
            return ParameterData(self.name, self.family, numbers, None, unit, defaulted, self._ignored)
        ids = np.array([self._context.universe.find(value) for value in values], dtype=np.int64)
        nothing = np.full(len(ids), np.nan)
        return ParameterData(self.name, self.family, nothing, ids, unit, defaulted, self._ignored)

    def _defaulted(self) -> int:
        missing = [key for key in self.family.keys if key not in self.values]
        if missing and self.entry.default is None:
            raise self._missing(missing)
        if missing:
            value = self._value(self.entry.default, f"{self.place}.default")
            self.values.update(dict.fromkeys(missing, value))
        return len(missing)

    def _missing(self, missing: Sequence[Key]) -> DataError:
        shown = ", ".join(_shown(key) + self._where(key) for key in missing[:SHOWN])
        more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
        return DataError(
            f"{len(missing)} of {len(self.family)} keys have no value: {shown}{more}",
            place=f"{self.place}, from {self._table.place}" if self._table else self.place,
            remedy="give them, or say 'default:'",
        )

    def _where(self, key: Key) -> str:
        """The row of the table whose cell is empty, for messages."""
        if self._table is None:
            return ""
        if key in self._empty:
            return f" (row {self._empty[key]})"
        return " (no cell)" if self._table.molten else " (no row)"

    def _value(self, value: Any, place: str) -> Any:
        """A number, or an element of the home set."""
        if self._home is not None:
            return self._element(value, self._home, place)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise DataError(
                f"{value!r} is not a number",
                place=place,
                remedy="write digits, or declare the set of its values with 'in'",
            )
        return _finite(value, place)

    def _element(self, value: Any, component: Component, place: str) -> ElementValue:
        found = self._context.element_of(component, value) if isinstance(value, int | str) else None
        if found is None:
            name = component.domain.name if component.domain else "the index"
            raise DataError(
                f"{value!r} is not in {name}", place=place, remedy=f"add it to {name}, or correct it"
            )
        return found

    # inline

    def _inline(self) -> None:
        self._nest(self.entry.values, (), f"{self.place}.values")

    def _nest(self, values: Any, key: Key, place: str) -> None:
        if len(key) == self.family.arity:
            self._put(key, self._value(values, place), place)
        elif isinstance(values, Mapping):
            for text, inner in values.items():
                element = self._element(text, self._components[len(key)], place)
                self._nest(inner, (*key, element), f"{place}.{text}")
        elif isinstance(values, list):
            self._listed(values, key, place)
        else:
            raise DataError(
                f"{values!r} stands where {self.family.arity - len(key)} more index level(s) are needed",
                place=place,
                remedy="write a map with a value for each element",
            )

    def _apply_change(self) -> None:
        before, self.values = self.values, {}
        self._nest(self._change, (), f"change of {self.place}")
        self.values = {**before, **self.values}

    def _put(self, key: Key, value: Any, place: str) -> None:
        if key not in self.family.position:
            raise DataError(f"{_shown(key)} is outside its index", place=place, remedy="take it out")
        if key in self.values:
            raise DataError(f"{_shown(key)} has two values", place=place, remedy="keep one")
        self.values[key] = value

    def _listed(self, values: list[Any], key: Key, place: str) -> None:
        members = self._list_members(len(key), place)
        if len(values) != len(members):
            raise DataError(
                f"the list has {len(values)} values for {len(members)} elements",
                place=place,
                remedy="give one value for each element, in the order of the set",
            )
        for number, (element, inner) in enumerate(zip(members, values, strict=True), 1):
            self._nest(inner, (*key, element), f"{place}[{number}]")

    def _list_members(self, level: int, place: str) -> list[ElementValue]:
        domain = self._components[level].domain
        filtered = any(generator.conditions for generator in self._generators)
        arity = [len(g.targets) for g in self._generators if self.family.names[level] in g.targets]
        if filtered or arity != [1] or domain is None or domain.subscripts:
            raise DataError(
                "a list can't stand here",
                place=place,
                remedy="write a map: lists serve plain sets without filters",
            )
        return [key[0] for key in self._context.environment.members(domain.name).keys]

    # tables

    def _from_table(self) -> None:
        name, _, column = (self.entry.table or "").partition(".")
        table = self._context.table(name, f"{self.place}.table")
        keys = self._context.table_keys(name)
        across = self._context.table_across(name)
        if across and not column:
            table, column, keys = table.melt(across), "value", [*keys, across]
        self._check_keys(name, keys, column)
        if table.molten:
            self._check_columns(table)
        self._table = table
        self._read(table, [table.column(key) for key in keys], column)

    def _check_columns(self, table: TableData) -> None:
        """Every column of a crosstab is an element: a total or a misspelt one would be lost unseen."""
        component, find = self._components[-1], self._finder(self._components[-1])
        strange = [name for name in dict.fromkeys(row[-2] for row in table.rows) if find(name) is None]
        if strange:
            home = component.domain.name if component.domain else "its index"
            shown = ", ".join(map(repr, strange[:SHOWN])) + (" …" if len(strange) > SHOWN else "")
            raise DataError(
                f"{len(strange)} column(s) of the crosstab are no elements of {home}: {shown}",
                place=f"{self.place}, from {table.place}",
                remedy=f"take them out of the table, or add them to {home}",
            )

    def _check_keys(self, name: str, keys: Sequence[str], column: str) -> None:
        if not column:
            raise DocumentError(
                f"table {name!r} is named without a column",
                place=f"{self.place}.table",
                remedy=f"write {name}.COLUMN",
            )
        across = self._context.table_across(name)
        if across and across not in keys and len(keys) + 1 == self.family.arity:
            raise DocumentError(
                f"table {name!r} is a crosstab, whose columns are the elements of {across}",
                place=f"{self.place}.table",
                remedy=f"write table: {name}, without a column",
            )
        if len(keys) != self.family.arity:
            raise DocumentError(
                f"table {name!r} has {len(keys)} key column(s), the index has {self.family.arity}",
                place=f"{self.place}.table",
                remedy=f"set tables.{name}.keys to one column for each index",
            )

    def _read(self, table: TableData, keys: Sequence[Sequence[str]], column: str) -> None:
        cells = table.column(column)
        if not keys and len(cells) > 1:
            raise DataError(
                f"the table has {len(cells):,} rows for one value",
                place=self.place,
                remedy="declare its 'keys' and an 'index'",
            )
        finders = [self._finder(component) for component in self._components]
        position = self.family.position
        for row, texts in enumerate(zip(*keys, strict=True) if keys else [()]):
            found = (find(text) for find, text in zip(finders, texts, strict=True))
            key = tuple(element for element in found if element is not None)
            if key not in position:
                self._ignored += 1
                continue
            if not cells[row]:
                self._empty[key] = table.line(row)
                continue
            if key in self.values:
                raise DataError(
                    f"key {_shown(key)} stands twice", place=table.where(row, column), remedy="keep one row"
                )
            self.values[key] = self._cell(table, row, column, cells[row])

    def _cell(self, table: TableData, row: int, column: str, cell: str) -> Any:
        if self._home is not None:
            return self._element(cell, self._home, table.where(row, column))
        return table.number(cell, row, column)

    def _finder(self, component: Component) -> Callable[[str], ElementValue | None]:
        known: dict[str, ElementValue | None] = {}

        def find(text: str) -> ElementValue | None:
            if text not in known:
                known[text] = self._context.element_of(component, text)
            return known[text]

        return find

    # computed

    def _computed(self) -> None:
        place = f"{self.place}.expression"
        resolver = self._context.resolver(place)
        node = resolver.data(parse(self.entry.expression or "", place), self._indices, "a computed parameter")
        self._context.refuse_wide(node, place, len(self.family))
        run = compile_scalar(node, self._context.environment)
        for key in self.family.keys:
            if key not in self.values:
                self.values[key] = self._compute(run, key, place)

    def _compute(self, run: Callable[[dict[str, ElementValue]], Any], key: Key, place: str) -> Any:
        try:
            value = run(dict(zip(self.family.names, key, strict=True)))
        except DataError as error:
            raise DataError(error.message, place=place, remedy=error.remedy) from None
        if isinstance(value, bool):
            raise ExpressionError("a comparison is no number", place=place, remedy="write '1 if … else 0'")
        return self._value(value, f"{place} at {_shown(key)}")


def _finite(value: float, place: str) -> float:
    if not math.isfinite(value):
        raise DataError(f"{value} is not a number that a model can use", place=place)
    return value


def _shown(key: Key) -> str:
    return repr(key[0]) if len(key) == 1 else repr(key)
