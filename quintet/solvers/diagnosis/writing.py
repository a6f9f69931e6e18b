"""Limits written out with their numbers: `demand[cola]` as `make[cola] >= 500`."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from quintet.errors import QuintetError
from quintet.formulation.model import Model
from quintet.formulation.printer import to_text
from quintet.formulation.tolerances import clean
from quintet.formulation.tree import Compare, Comprehension, Conditional, Element, Node, Number, VariableRef
from quintet.formulation.wording import place_of
from quintet.solvers.diagnosis.block import Block
from quintet.solvers.diagnosis.limit import Limit, LimitKind
from quintet.solvers.rows.algebra import Algebra
from quintet.solvers.rows.scoping import free_names, rebuilt, substituted, varying
from quintet.solvers.rows.walker import Walker

TERMS = 6
"""Most terms of a row that are written out."""
LENGTH = 160
"""Most characters of a row that is no sum."""


def literal(value: float) -> str:
    """A number inside a row, as the language writes it: six digits, whole numbers in full."""
    value = clean(value, 1e-9)
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.6g}"


class Writer:
    """Writes limits of one model.

    Args:
        model: The bound model.
        block: Its matrix form, None if it has none.
    """

    def __init__(self, model: Model, block: Block | None) -> None:
        self._model = model
        self._block = block
        self._walker = Walker(model, cast(Algebra, None))

    def row(self, limit: Limit, at: int) -> str:
        """A limit with its numbers.

        Args:
            limit: The limit.
            at: Its number in the catalogue.
        """
        if limit.kind is not LimitKind.CONSTRAINT:
            return limit.place
        if self._block is None:
            return self._tree(limit)
        rows = np.flatnonzero(self._block.row_number == at)
        if not np.any(np.diff(self._block.arrays.matrix.starts)[rows]):
            return self._tree(limit)  # no decision takes part: both sides are numbers
        return " and ".join(self._linear(self._block, int(row)) for row in rows)

    # rows of a matrix

    def _linear(self, block: Block, row: int) -> str:
        low, high = float(block.arrays.row_lower[row]), float(block.arrays.row_upper[row])
        body = self._sum(block, row)
        if low == high:
            return f"{body} == {literal(low)}"
        if np.isfinite(low) and np.isfinite(high):
            return f"{literal(low)} <= {body} <= {literal(high)}"
        return f"{body} >= {literal(low)}" if np.isfinite(low) else f"{body} <= {literal(high)}"

    def _sum(self, block: Block, row: int) -> str:
        matrix = block.arrays.matrix
        entries = slice(int(matrix.starts[row]), int(matrix.starts[row + 1]))
        columns, values = matrix.columns[entries].tolist(), matrix.values[entries].tolist()
        pairs = list(zip(values, columns, strict=True))
        terms = [_term(value, self.column(int(block.column[column]))) for value, column in pairs[:TERMS]]
        more = len(pairs) - len(terms)
        body = " ".join(terms).removeprefix("+ ").replace("- ", "-", 1 if terms and terms[0][0] == "-" else 0)
        return (f"{body} + … ({more} more terms)" if more else body) or "0"

    def column(self, column: int) -> str:
        """The decision variable of a column: `make[A, 3]`."""
        for name, entry in self._model.variables.items():
            row = column - entry.first_column
            if 0 <= row < len(entry.family):
                elements = entry.family.universe.elements
                return place_of(name, tuple(elements[part] for part in entry.family.ids[row].tolist()))
        raise AssertionError("every column belongs to a variable")

    # rows of any kind

    def _tree(self, limit: Limit) -> str:
        entry = self._model.constraints[limit.name]
        names = dict(zip(entry.family.names, map(Element, limit.key), strict=True))
        tree = substituted(entry.tree, names)
        try:
            text = to_text(self._folded(tree))
        except QuintetError:  # an entry that needs more than data: the tree says it in names
            text = to_text(tree)
        return text if len(text) <= LENGTH else text[: LENGTH - 1] + "…"

    def _folded(self, node: Node) -> Node:
        """The tree with what is data worked out."""
        if isinstance(node, Comprehension) or free_names(node):
            return node
        if isinstance(node, VariableRef):
            return VariableRef(node.name, tuple(Element(self._element(part)) for part in node.subscripts))
        if isinstance(node, Conditional) and not varying(self._model, node.condition):
            chosen = self._walker.truth(node.condition, {})
            return self._folded(node.then if chosen else node.otherwise)
        if not isinstance(node, Compare) and not varying(self._model, node):
            return self._data(node)
        return rebuilt(node, self._folded)

    def _data(self, node: Node) -> Node:
        value = self._walker.value(node, {})
        if isinstance(value, int | float) and not isinstance(value, bool):
            near = clean(float(value), 1e-9)
            return Number(int(near) if near.is_integer() and abs(near) < 1e15 else near)
        return node

    def _element(self, node: Node) -> Any:
        value = self._walker.value(node, {})
        return int(value) if isinstance(value, float) and value.is_integer() else value


def _term(value: float, name: str) -> str:
    size = "" if abs(value) == 1 else f"{literal(abs(value))} * "
    return f"{'-' if value < 0 else '+'} {size}{name}"
