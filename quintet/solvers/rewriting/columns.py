"""Which variable a column is, also for the binaries that a rewriting adds."""

from __future__ import annotations

from bisect import bisect_right

from quintet.formulation.model import Family, Key, Model
from quintet.formulation.wording import place_of


class Columns:
    """Columns of a model's variables; those added get the numbers after them.

    Args:
        model: The model.
    """

    def __init__(self, model: Model) -> None:
        self._names = list(model.variables)
        self._families: list[Family] = [variable.family for variable in model.variables.values()]
        self._starts = [variable.first_column for variable in model.variables.values()]
        self.added: dict[int, tuple[str, Key]] = {}
        self._next = model.columns

    def add(self, name: str, key: Key) -> int:
        """A new column, the variable `name` at `key`."""
        column, self._next = self._next, self._next + 1
        self.added[column] = (name, key)
        return column

    def place(self, column: int) -> tuple[str, Key]:
        """Name and key of a column."""
        if column in self.added:
            return self.added[column]
        # families without a row share their first column with the next one, which bisect finds
        at = bisect_right(self._starts, column) - 1
        return self._names[at], self._families[at].keys[column - self._starts[at]]

    def label(self, column: int) -> str:
        """A column as a person writes it: `x[a, 1]`."""
        name, key = self.place(column)
        return place_of(name, key)
