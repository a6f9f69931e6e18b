"""The members of sets, and the rows that `for … in … if …` runs through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from quintet.errors import DataError, SolverError
from quintet.formulation.model import Family, Key, SetData
from quintet.formulation.tree import Generator, Negate, Node, Product, SetRef, Sum
from quintet.formulation.wording import place_of
from quintet.solvers.rows.algebra import Indices, as_element
from quintet.solvers.rows.scoping import free_names
from quintet.solvers.rows.selection import Selection, pinned

if TYPE_CHECKING:
    from quintet.solvers.rows.walker import Walker


class Members:
    """Sets of one model, each worked out once.

    Args:
        walker: What works out subscripts and conditions.
    """

    def __init__(self, walker: Walker) -> None:
        self._walker = walker
        self._selections: dict[object, Selection] = {}
        self._pins: dict[int, tuple[Generator, list[tuple[int, Node]]]] = {}
        self._open: dict[int, tuple[Node, tuple[str, ...]]] = {}

    def rows(self, generators: Sequence[Generator], indices: Indices) -> Iterator[Indices]:
        """Run through `for … in … if …`; yields `indices` itself, changed: read it before going on."""
        if not generators:
            yield indices
            return
        first, rest = generators[0], generators[1:]
        for key in self._candidates(first, indices):
            indices.update(zip(first.targets, key, strict=True))
            if all(self._walker.truth(condition, indices) for condition in first.conditions):
                yield from self.rows(rest, indices)
        for name in first.targets:
            indices.pop(name, None)

    def _candidates(self, generator: Generator, indices: Indices) -> Sequence[Key]:
        selection = self.selection(generator.domain, indices)
        pins = self._pins.setdefault(id(generator), (generator, pinned(generator)))[1]
        if not pins:
            return selection.keys
        values = tuple(as_element(self._walker.value(node, indices)) for _, node in pins)
        return selection.slice(tuple(component for component, _ in pins), values)

    def selection(self, domain: Node, indices: Indices) -> Selection:
        """The members of a set, of a member of a set family, or of set algebra."""
        names = self._open.setdefault(id(domain), (domain, free_names(domain)))[1]
        known = (id(domain), *(indices[name] for name in names))
        found = self._selections.get(known)
        if found is None:
            found = self._selections[known] = self._select(domain, indices)
        return found

    def _select(self, domain: Node, indices: Indices) -> Selection:
        if isinstance(domain, SetRef):
            return self._set(domain, indices)
        if isinstance(domain, Product):
            first, *rest = (self.selection(factor, indices) for factor in domain.factors)
            for other in rest:
                first = first.intersection(other)
            return first
        if isinstance(domain, Sum):
            return self._union(domain, indices)
        raise SolverError(f"{type(domain).__name__} is no set")

    def _union(self, domain: Sum, indices: Indices) -> Selection:
        result = Selection([])
        for term in domain.terms:
            if isinstance(term, Negate):
                result = result.difference(self.selection(term.operand, indices))
            else:
                result = result.union(self.selection(term, indices))
        return result

    def _set(self, node: SetRef, indices: Indices) -> Selection:
        data = self._walker.model.sets[node.name]
        key = self._walker.key(node.subscripts, indices)
        known = (node.name, key)
        if known not in self._selections:
            member = data if isinstance(data, SetData) else data.member(row_of(data.family, node.name, key))
            self._selections[known] = Selection.of(member)
        return self._selections[known]


def row_of(family: Family, name: str, key: Key) -> int:
    """The row of a key in its family.

    Raises:
        DataError: It has none.
    """
    row = family.position.get(key)
    if row is None:
        raise DataError(
            f"{place_of(name, key)} is outside the index of {name}",
            remedy="exclude it by a filter or by 'a if condition else b'",
        )
    return row
