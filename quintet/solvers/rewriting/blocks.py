"""Sparse rows → families of constraints: sets of tuples and parameters that hold the coefficients.

The rows of a constraint `c` over `for: i in I` become one family over `(i, number)`. For every
family of variables in them there is a set of tuples `(i, number, key of the variable)` with a
parameter over it, so that a row reads `sum(factor[…] * x[k] for (…, k) in the set) <= right[…]`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from quintet.formulation.model import ConstraintData, Family, Key
from quintet.formulation.tree import (
    Call,
    Compare,
    Comprehension,
    Generator,
    IndexRef,
    Negate,
    Node,
    Number,
    ParameterRef,
    Product,
    SetRef,
    Sum,
    VariableRef,
)
from quintet.solvers.rewriting.columns import Columns
from quintet.solvers.rewriting.conditions import Body
from quintet.solvers.rewriting.encoding import LinearRow
from quintet.solvers.rewriting.extension import Extension, references
from quintet.solvers.rows.scoping import free_names

NUMBER = "_n"
"""The index name of the number of a row."""


@dataclass
class Block:
    """Rows that make one family.

    Args:
        names: Index names before the number.
        sign: `<=` or `==`.
        body: What is not linear in them, over `names`.
        keys: Key of every row before the number.
        rows: The rows.
    """

    names: tuple[str, ...]
    sign: str
    body: Body | None
    keys: list[Key] = field(default_factory=list)
    rows: list[LinearRow] = field(default_factory=list)


class Blocks:
    """Writes rows as constraints.

    Args:
        extension: Where sets, parameters and constraints go.
        columns: Which variable a column is.
    """

    def __init__(self, extension: Extension, columns: Columns) -> None:
        self._extension = extension
        self._columns = columns

    def write(self, prefix: str, source: ConstraintData, rows: Sequence[LinearRow]) -> None:
        """Add the rows that a constraint has become.

        Args:
            prefix: A free name; all additions begin with it.
            source: The constraint; its kind and its sources are those of the rows.
            rows: The rows.
        """
        for number, block in enumerate(_blocks(source, rows), 1):
            self._write(f"{prefix}_rows_{number}", source, block)

    def _write(self, name: str, source: ConstraintData, block: Block) -> None:
        self._extension.numbers(len(block.rows))
        names = (*block.names, NUMBER)
        keys = [(*key, number) for number, key in enumerate(block.keys, 1)]
        family = self._extension.family(names, keys)
        terms: list[Node] = []
        if block.body is not None:
            terms += [block.body.left, Negate(block.body.right)]
        terms += self._sums(name, family, keys, block.rows)
        self._extension.parameter(f"{name}_right", family, np.array([row.right for row in block.rows]))
        right = ParameterRef(f"{name}_right", references(names))
        left = Sum(tuple(terms)) if len(terms) > 1 else terms[0] if terms else Number(0)
        tree = Compare((left, right), (block.sign,))
        self._extension.add(ConstraintData(name, family, tree, source.kind, source.sources))

    def _sums(
        self, name: str, family: Family, keys: Sequence[Key], rows: Sequence[LinearRow]
    ) -> Iterator[Node]:
        """A sum for every family of variables in the rows."""
        found: dict[str, list[tuple[Key, float]]] = {}
        for key, row in zip(keys, rows, strict=True):
            for column, factor in row.terms.items():
                variable, own = self._columns.place(column)
                if factor:
                    found.setdefault(variable, []).append(((*key, *own), factor))
        for variable, entries in found.items():
            yield self._sum(f"{name}_of_{variable}", variable, family, entries)

    def _sum(self, name: str, variable: str, family: Family, entries: Sequence[tuple[Key, float]]) -> Node:
        arity = len(entries[0][0])
        targets = tuple(f"_t{place}" for place in range(1, arity + 1))
        keys = self._extension.family(targets, [key for key, _ in entries])
        self._extension.set(f"{name}_terms", keys)
        self._extension.parameter(f"{name}_factors", keys, np.array([factor for _, factor in entries]))
        pinned = tuple(
            Compare((IndexRef(target), IndexRef(own)), ("==",))
            for target, own in zip(targets, family.names, strict=False)
        )
        inner = targets[family.arity :]
        factor = ParameterRef(f"{name}_factors", references(targets))
        body = Product((factor, VariableRef(variable, references(inner))))
        return Call("sum", (Comprehension(body, (Generator(targets, SetRef(f"{name}_terms"), pinned),)),))


def _blocks(source: ConstraintData, rows: Sequence[LinearRow]) -> list[Block]:
    """Rows of one sign and one nonlinear part together."""
    found: dict[tuple[str, Node | None, Node | None], Block] = {}
    for row in rows:
        body = row.body
        known = (row.sign, body.left if body else None, body.right if body else None)
        if known not in found:
            found[known] = Block(_names(source, body), row.sign, body)
        block = found[known]
        block.rows.append(row)
        block.keys.append(_key(block, row))
    return list(found.values())


def _names(source: ConstraintData, body: Body | None) -> tuple[str, ...]:
    return source.family.names if body is None else free_names(Sum((body.left, body.right)))


def _key(block: Block, row: LinearRow) -> Key:
    if row.body is None:
        return row.key
    elements = dict(row.body.indices)
    return tuple(elements[name] for name in block.names)
