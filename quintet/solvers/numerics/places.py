"""Names of rows and columns of a matrix form, as the document has them."""

from __future__ import annotations

import re
from functools import cached_property

import numpy as np

from quintet.formulation.model import Ids, Model, VariableData
from quintet.formulation.wording import place_of
from quintet.solvers.arrays import Arrays

ADDED = re.compile(r"_(.+?)_\d+(?:_|$)")


class Places:
    """Says where a number of a matrix form stands.

    Args:
        model: The model that was compiled; it may be a rewritten one.
        original: The model of the document.
        arrays: The matrix form of `model`.
    """

    def __init__(self, model: Model, original: Model, arrays: Arrays) -> None:
        self._model = model
        self._original = original
        self._arrays = arrays

    def row(self, row: int) -> str:
        """`room[A, 3]`; for a row that stands for logic the constraint it stands for."""
        name = self._arrays.constraints[int(self._arrays.row_constraint[row])]
        key = self._model.constraints[name].family.keys[int(self._arrays.row_key[row])]
        told = self.family(name)
        return place_of(told, key) if told == name else told

    def family_of_row(self, row: int) -> str:
        """The family of constraints that a row belongs to."""
        return self.family(self._arrays.constraints[int(self._arrays.row_constraint[row])])

    def column(self, column: int) -> str:
        """`make[A, cola, 3]`."""
        place = int(np.searchsorted(self._firsts, column, side="right")) - 1
        variable = self._families[place]
        key = variable.family.keys[column - variable.first_column]
        told = self.family(variable.name)
        return place_of(told, key) if told == variable.name else told

    def entry(self, entry: int) -> str:
        """`room[A, 3] × make[A, cola, 3]`."""
        return f"{self.row(int(self._rows[entry]))} × {self.column(int(self._arrays.matrix.columns[entry]))}"

    def family(self, name: str) -> str:
        """A family's name; an added one is told by the constraint or function that it stands for."""
        found = ADDED.match(name)
        if found is None or name in self._original.constraints or name in self._original.variables:
            return name
        variable = self._model.variables.get(name)
        if variable is None:
            return f"rows of {found[1]}"
        return f"{'binaries' if variable.integral else 'value'} of {found[1]}"

    @cached_property
    def _rows(self) -> Ids:
        return self._arrays.matrix.row_of_entries()

    @cached_property
    def _families(self) -> list[VariableData]:
        return [variable for variable in self._model.variables.values() if len(variable.family)]

    @cached_property
    def _firsts(self) -> Ids:
        return np.array([variable.first_column for variable in self._families], dtype=np.int64)
