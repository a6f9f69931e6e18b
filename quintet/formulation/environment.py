"""What the scalar evaluator reads: sets, parameters, named expressions, variables.

`bind` gives it data while the model is being built, `evaluator` gives it a point as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from quintet.formulation.model import Key
from quintet.formulation.tree import ElementValue, Node

Indices: TypeAlias = dict[str, ElementValue]
"""Current element of every index name. One dictionary serves a whole evaluation and is changed in place."""
Scalar: TypeAlias = Callable[[Indices], Any]
"""A compiled expression: indices → number, element, tuple or truth."""


class Members:
    """The members of one set, in order, with look-ups that are built when first asked for.

    Args:
        keys: The members as tuples, also for plain sets: `('A',)`.
    """

    __slots__ = ("_position", "_slices", "keys")

    def __init__(self, keys: Sequence[Key]) -> None:
        self.keys = keys
        self._position: dict[Key, int] | None = None
        self._slices: dict[tuple[int, ...], dict[Key, list[Key]]] = {}

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def position(self) -> Mapping[Key, int]:
        """Place of each member, from 0."""
        if self._position is None:
            self._position = {key: place for place, key in enumerate(self.keys)}
        return self._position

    def slice(self, components: tuple[int, ...]) -> Mapping[Key, Sequence[Key]]:
        """The members by their values at `components`: `(i, j) in Arc if i == k` is one look-up."""
        found = self._slices.get(components)
        if found is None:
            found = self._slices[components] = {}
            for key in self.keys:
                found.setdefault(tuple(key[c] for c in components), []).append(key)
        return found


class Environment(Protocol):
    """Where names lead to. All but `members` with a key are asked once, when an expression is compiled."""

    def members(self, name: str, key: Key = ()) -> Members:
        """The set `name`, or the member of a set family that belongs to `key` (KeyError if none)."""
        ...

    def parameter(self, name: str) -> Mapping[Key, Any]:
        """Values by key, defaults filled in. It may still be growing (a parameter that refers to itself)."""
        ...

    def symbolic(self, name: str) -> bool:
        """Whether the parameter's values are elements."""
        ...

    def expression(self, name: str) -> Mapping[Key, Any]:
        """Values of a named expression by key."""
        ...

    def varying(self, name: str) -> bool:
        """Whether the named expression holds decision variables."""
        ...

    def variable(self, name: str) -> Mapping[Key, float]:
        """Values of a decision variable by key; raises DataError where only data are allowed."""
        ...

    def integral(self, node: Node) -> bool:
        """Whether the expression takes whole values only (decides what `<` means)."""
        ...
