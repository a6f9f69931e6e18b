"""Members of sets, rows of `for … in … if …`, and what stands before or after an element."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from quintet.errors import DataError
from quintet.formulation.model import Key, Model, SetFamilyData
from quintet.formulation.tree import (
    And,
    Call,
    Compare,
    ElementValue,
    Generator,
    IndexRef,
    Negate,
    Node,
    Product,
    SetRef,
    Sum,
    walk,
)
from quintet.formulation.wording import place_of

if TYPE_CHECKING:
    from quintet.solvers.cp.data import Data

Indices: TypeAlias = dict[str, ElementValue]
DIRECTIONS = {"prev": -1, "next": 1, "prevw": -1, "nextw": 1}


@dataclass
class Members:
    """The members of a set in order.

    Args:
        keys: As tuples, also for plain sets.
    """

    keys: Sequence[Key]
    _places: dict[Key, int] | None = None
    _parts: dict[tuple[int, ...], dict[Key, list[Key]]] = field(default_factory=dict)

    @property
    def places(self) -> dict[Key, int]:
        """Place of each member, from 0."""
        if self._places is None:
            self._places = {key: place for place, key in enumerate(self.keys)}
        return self._places

    def where(self, columns: tuple[int, ...], wanted: Key) -> Sequence[Key]:
        """The members whose components at `columns` are `wanted`, without a scan."""
        if columns not in self._parts:
            parts = self._parts[columns] = {}
            for key in self.keys:
                parts.setdefault(tuple(key[c] for c in columns), []).append(key)
        return self._parts[columns].get(wanted, ())


@dataclass(frozen=True)
class Loop:
    """A generator, read once: components that a condition fixes from outside, and the other conditions."""

    generator: Generator
    columns: tuple[int, ...]
    fixed: tuple[Node, ...]
    rest: tuple[Node, ...]


class Domains:
    """Reads the sets of a model.

    Args:
        model: The bound model.
        data: Works out subscripts and conditions.
    """

    def __init__(self, model: Model, data: Data) -> None:
        self._model = model
        self._data = data
        self._known: dict[tuple[str, Key], Members] = {}
        self._loops: dict[int, Loop] = {}

    def members(self, node: Node, indices: Indices) -> Members:
        """The members of a set, of one of a family of sets, or of sets combined by + - *."""
        if isinstance(node, SetRef):
            return self._set(node.name, self._data.key(node.subscripts, indices))
        if isinstance(node, Sum):
            return self._united(node, indices)
        if isinstance(node, Product):
            first, *others = [self.members(factor, indices) for factor in node.factors]
            return Members([key for key in first.keys if all(key in other.places for other in others)])
        raise DataError(f"{type(node).__name__} is not a set", remedy="combine sets with + - *")

    def _set(self, name: str, key: Key) -> Members:
        if (name, key) not in self._known:
            self._known[name, key] = Members(self._keys(name, key))
        return self._known[name, key]

    def _keys(self, name: str, key: Key) -> Sequence[Key]:
        found = self._model.sets[name]
        if not isinstance(found, SetFamilyData):
            return found.members
        row = found.family.position.get(key)
        if row is None:
            raise DataError(f"there is no set {place_of(name, key)}", remedy="exclude it by 'if'")
        return found.member(row).members

    def _united(self, node: Sum, indices: Indices) -> Members:
        keys: dict[Key, None] = {}
        for term in node.terms:
            if isinstance(term, Negate):
                taken = self.members(term.operand, indices).places
                keys = {key: None for key in keys if key not in taken}
            else:
                keys |= dict.fromkeys(self.members(term, indices).keys)
        return Members(list(keys))

    # rows

    def rows(self, generators: Sequence[Generator], indices: Indices) -> Iterator[Indices]:
        """The indices in force in every row, in order: *one* dictionary, changed in place."""
        return self._nested([self._loop(generator) for generator in generators], dict(indices))

    def _nested(self, loops: Sequence[Loop], inside: Indices) -> Iterator[Indices]:
        if not loops:
            yield inside
            return
        loop, *inner = loops
        for key in self._chosen(loop, inside):
            inside.update(zip(loop.generator.targets, key, strict=True))
            if all(self._data.truth(condition, inside) for condition in loop.rest):
                yield from self._nested(inner, inside)

    def _chosen(self, loop: Loop, inside: Indices) -> Sequence[Key]:
        members = self.members(loop.generator.domain, inside)
        if not loop.columns:
            return members.keys
        return members.where(loop.columns, self._data.key(loop.fixed, inside))

    def _loop(self, generator: Generator) -> Loop:
        if id(generator) not in self._loops:
            self._loops[id(generator)] = _read(generator)
        return self._loops[id(generator)]

    # order

    def order(self, node: Call, indices: Indices) -> Any:
        """`card first last ord prev next prevw nextw`; the first argument is the set."""
        members = self.members(node.arguments[0], indices)
        if node.function == "card":
            return len(members.keys)
        if node.function in ("first", "last"):
            return self._end(node.function, members)
        place = self._place(members, self._data.plain(node.arguments[1], indices))
        if node.function == "ord":
            return place + 1
        steps = int(self._data.plain(node.arguments[2], indices)) if len(node.arguments) > 2 else 1
        place += steps * DIRECTIONS[node.function]
        if node.function.endswith("w"):
            place %= len(members.keys)
        if not 0 <= place < len(members.keys):
            raise DataError(
                f"{node.function} leaves the set", remedy="exclude it by 'if', or use prevw and nextw"
            )
        return _bare(members.keys[place])

    def _end(self, name: str, members: Members) -> Any:
        if not members.keys:
            raise DataError(f"{name} of an empty set", remedy="let the set have a member")
        return _bare(members.keys[0 if name == "first" else -1])

    def _place(self, members: Members, element: Any) -> int:
        place = members.places.get(element if isinstance(element, tuple) else (element,))
        if place is None:
            raise DataError(f"{element!r} is not in the set", remedy="exclude it by 'if'")
        return place


def _bare(key: Key) -> Any:
    return key[0] if len(key) == 1 else key


def _read(generator: Generator) -> Loop:
    fixed: dict[int, Node] = {}
    rest: list[Node] = []
    for condition in generator.conditions:
        for part in condition.items if isinstance(condition, And) else (condition,):
            pin = _pin(part, generator.targets)
            if pin and pin[0] not in fixed:
                fixed[pin[0]] = pin[1]
            else:
                rest.append(part)
    columns = tuple(sorted(fixed))
    return Loop(generator, columns, tuple(fixed[c] for c in columns), tuple(rest))


def _pin(condition: Node, targets: Sequence[str]) -> tuple[int, Node] | None:
    """The component and its value, where the condition is `target == something from outside`."""
    if not isinstance(condition, Compare) or condition.operators != ("==",):
        return None
    for own, other in (condition.operands, condition.operands[::-1]):
        outside = not any(isinstance(n, IndexRef) and n.name in targets for n in walk(other))
        if isinstance(own, IndexRef) and own.name in targets and outside:
            return targets.index(own.name), other
    return None
