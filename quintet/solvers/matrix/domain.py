"""Sets and set algebra over a frame: which elements a generator adds to a row, and membership."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from quintet.formulation.model import Ids, Ladder, Model, SetData, SetFamilyData
from quintet.formulation.tree import IndexRef, Negate, Node, Product, SetRef, Sum, walk
from quintet.solvers.matrix.frame import ranges


@dataclass(frozen=True)
class Pick:
    """Members chosen for every row of a frame, before they are written out.

    Row r takes `counts[r]` members from place `starts[r]` on; `order` turns places into members
    where they are not the members themselves.
    """

    ids: Ids
    starts: Ids
    counts: Ids
    order: Ids | None = None

    @property
    def total(self) -> int:
        """How many rows it will make."""
        return int(self.counts.sum())

    def parents(self) -> Ids:
        """Per new row, the row of the frame that it comes from."""
        return np.repeat(np.arange(len(self.counts)), self.counts)

    def members(self) -> Ids:
        """Per new row, the ids of the member, shape (total, arity)."""
        places = ranges(self.starts, self.counts)
        return self.ids[places if self.order is None else self.order[places]]


@dataclass(frozen=True)
class Slices:
    """The members of a set by their values at some components: a slice is one look-up, no scan."""

    ids: Ids
    ladder: Ladder
    order: Ids
    labels: Ids

    @staticmethod
    def build(ids: Ids, components: Sequence[int]) -> Slices:
        """Group members (shape (n, arity), at least one) by `components` (at least one)."""
        ladder = Ladder.build(ids[:, list(components)])
        labels = ladder.climb(ids[:, list(components)])
        order = np.argsort(labels, kind="stable")
        return Slices(ids, ladder, order, labels[order])

    def pick(self, wanted: Ids) -> Pick:
        """The members whose components are `wanted`, one choice a row of `wanted`."""
        label = self.ladder.climb(wanted)
        left = np.searchsorted(self.labels, label, side="left")
        # no label is -1, so what is not there counts 0
        return Pick(self.ids, left, np.searchsorted(self.labels, label, side="right") - left, self.order)


def whole(data: SetData, rows: int) -> Pick:
    """Every member for every row."""
    return Pick(data.ids, np.zeros(rows, dtype=np.int64), np.full(rows, len(data), dtype=np.int64))


class Domains:
    """The sets of a model, with what is worked out about them once.

    Args:
        model: The model.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._fixed: dict[Node, SetData | None] = {}
        self._slices: dict[tuple[Node, tuple[int, ...]], Slices] = {}
        self._owned: dict[str, Ladder] = {}

    def fixed(self, domain: Node) -> SetData | None:
        """The set that `domain` is, if it is the same one in every row."""
        if domain not in self._fixed:
            self._fixed[domain] = self._find_fixed(domain)
        return self._fixed[domain]

    def _find_fixed(self, domain: Node) -> SetData | None:
        parts = list(walk(domain))
        if any(isinstance(part, IndexRef) or not isinstance(part, _ALGEBRA) for part in parts):
            return None
        if any(isinstance(part, SetRef) and part.subscripts for part in parts):
            return None
        return self._algebra(domain)

    def _algebra(self, domain: Node) -> SetData:
        if isinstance(domain, SetRef):
            found = self._model.sets[domain.name]
            assert isinstance(found, SetData), "a set family without subscripts is refused by scope"
            return found
        if isinstance(domain, Sum):
            return self._united(domain)
        assert isinstance(domain, Product), "set algebra is made of sums and products"
        first, *rest = (self._algebra(factor) for factor in domain.factors)
        for other in rest:
            first = _kept(first, other, inside=True)
        return first

    def _united(self, domain: Sum) -> SetData:
        result: SetData | None = None
        for term in domain.terms:
            removed = isinstance(term, Negate)
            part = self._algebra(term.operand if isinstance(term, Negate) else term)
            if result is None:
                result = _kept(part, part, inside=not removed)
            elif removed:
                result = _kept(result, part, inside=False)
            else:
                new = _kept(part, result, inside=False)
                result = SetData("", np.concatenate([result.ids, new.ids]), part.universe)
        assert result is not None, "a sum has terms"
        return result

    def slices(self, domain: Node, data: SetData, components: tuple[int, ...]) -> Slices:
        """The members of a fixed set by `components`; the set has members."""
        key = (domain, components)
        if key not in self._slices:
            self._slices[key] = Slices.build(data.ids, components)
        return self._slices[key]

    def family(self, name: str) -> SetFamilyData:
        """A family of sets."""
        found = self._model.sets[name]
        assert isinstance(found, SetFamilyData), "a set without an index takes no subscripts"
        return found

    def belongs(self, family: SetFamilyData, owners: Ids, ids: Ids) -> np.ndarray:
        """Whether `ids[r]` is a member of the set of row `owners[r]` of the family."""
        if not len(family.ids):
            return np.zeros(len(ids), dtype=bool)
        if family.name not in self._owned:
            owner = np.repeat(np.arange(len(family.family)), np.diff(family.starts))
            self._owned[family.name] = Ladder.build(np.column_stack([owner, family.ids]))
        return self._owned[family.name].climb(np.column_stack([owners, ids])) >= 0


_ALGEBRA = (SetRef, Sum, Negate, Product)


def _kept(data: SetData, other: SetData, *, inside: bool) -> SetData:
    held = other.family.locate(data.ids) >= 0
    return SetData("", data.ids[held if inside else ~held], data.universe)
