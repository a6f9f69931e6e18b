"""Members of sets as the row-by-row route sees them: in order, with hashed look-ups."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from quintet.errors import DataError
from quintet.formulation.model import Key, SetData
from quintet.formulation.tree import And, Compare, Generator, IndexRef, Node
from quintet.solvers.rows.scoping import free_names


class Selection:
    """Some tuples in order; a plain set holds tuples of one.

    Args:
        keys: The tuples, without duplicates.
    """

    def __init__(self, keys: Sequence[Key]) -> None:
        self.keys = keys
        self._slices: dict[tuple[int, ...], dict[Key, list[Key]]] = {}

    @staticmethod
    def of(data: SetData) -> Selection:
        """All members of a set."""
        return Selection(data.members)

    @cached_property
    def places(self) -> dict[Key, int]:
        """Place of each tuple, from 0."""
        return {key: place for place, key in enumerate(self.keys)}

    def slice(self, components: tuple[int, ...], values: Key) -> Sequence[Key]:
        """The tuples that hold `values` at `components`, by one look-up."""
        if components not in self._slices:
            table = self._slices[components] = {}
            for key in self.keys:
                table.setdefault(tuple(key[c] for c in components), []).append(key)
        return self._slices[components].get(values, ())

    def union(self, other: Selection) -> Selection:
        """Ours in order, then theirs that we lack."""
        return Selection([*self.keys, *(key for key in other.keys if key not in self.places)])

    def difference(self, other: Selection) -> Selection:
        """Ours that they lack."""
        return Selection([key for key in self.keys if key not in other.places])

    def intersection(self, other: Selection) -> Selection:
        """Ours that they have too."""
        return Selection([key for key in self.keys if key in other.places])

    def step(self, key: Key, distance: int, circular: bool) -> Key:
        """The member `distance` places after `key`; counted round the end if `circular`.

        Raises:
            DataError: `key` is no member, or the set ends before.
        """
        place = self.place(key) + distance
        if circular:
            return self.keys[place % len(self.keys)]
        if not 0 <= place < len(self.keys):
            way = "before" if distance < 0 else "after"
            raise DataError(
                f"nothing stands {abs(distance)} place(s) {way} {shown(key)}",
                remedy="exclude it by 'if', or go round the end with prevw and nextw",
            )
        return self.keys[place]

    def place(self, key: Key) -> int:
        """Place of `key`, from 0.

        Raises:
            DataError: It is no member.
        """
        if key not in self.places:
            raise DataError(f"{shown(key)} is not in the set", remedy="exclude it by 'if'")
        return self.places[key]


def shown(key: Key) -> str:
    """A key as a person writes it."""
    return ", ".join(str(part) for part in key) if len(key) != 1 else str(key[0])


def pinned(generator: Generator) -> list[tuple[int, Node]]:
    """Components of the generator's tuples that a condition `target == value` fixes from outside."""
    found: dict[int, Node] = {}
    for condition in generator.conditions:
        for part in condition.items if isinstance(condition, And) else (condition,):
            for component, value in _pins(part, generator.targets):
                found.setdefault(component, value)
    return sorted(found.items())


def _pins(condition: Node, targets: tuple[str, ...]) -> list[tuple[int, Node]]:
    if not isinstance(condition, Compare) or condition.operators != ("==",):
        return []
    left, right = condition.operands
    return [
        (targets.index(a.name), b)
        for a, b in ((left, right), (right, left))
        if isinstance(a, IndexRef) and a.name in targets and not set(targets) & set(free_names(b))
    ]
