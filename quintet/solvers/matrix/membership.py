"""Domains that differ from row to row: their members, membership, order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from quintet.errors import SizeError
from quintet.formulation.model import Ids
from quintet.formulation.tree import ListOf, Negate, Node, Product, SetRef, Sum, TupleOf
from quintet.solvers.matrix.domain import Pick, whole
from quintet.solvers.matrix.frame import Frame

if TYPE_CHECKING:
    from quintet.solvers.matrix.walker import Walker


def varying(walker: Walker, domain: Node, frame: Frame) -> Pick | tuple[Ids, Ids]:
    """The members of a domain that differs from row to row: a choice, or (parent row, members)."""
    if isinstance(domain, SetRef):
        family, owners = walker.owners(domain, frame)
        return Pick(family.ids, family.starts[owners], np.diff(family.starts)[owners])
    if isinstance(domain, ListOf | TupleOf):
        return _listed(walker, domain, frame)
    assert isinstance(domain, Sum | Product), "a domain is a set or set algebra"
    parts = domain.terms if isinstance(domain, Sum) else domain.factors[:1]
    return _algebra(walker, domain, [part for part in parts if not isinstance(part, Negate)], frame)


def _algebra(walker: Walker, domain: Node, parts: Sequence[Node], frame: Frame) -> tuple[Ids, Ids]:
    """Members of any of `parts` that are in `domain`, each once a row."""
    pairs = [_written(walker, part, frame) for part in parts]
    parents = np.concatenate([pair[0] for pair in pairs])
    members = np.concatenate([pair[1] for pair in pairs])
    inside = belongs(walker, domain, frame.take(parents), members)
    return _distinct(parents[inside], members[inside])


def _written(walker: Walker, domain: Node, frame: Frame) -> tuple[Ids, Ids]:
    data = walker.domains.fixed(domain)
    pick = whole(data, frame.rows) if data is not None else varying(walker, domain, frame)
    if not isinstance(pick, Pick):
        return pick
    if pick.total > walker.limit:
        raise SizeError(
            f"{walker.shown(domain)} would make {pick.total:,} rows, above the limit of {walker.limit:,}",
            place=walker.place,
            remedy="filter the rows before, or compute the set once under sets:",
        )
    return pick.parents(), pick.members()


def _listed(walker: Walker, domain: ListOf | TupleOf, frame: Frame) -> tuple[Ids, Ids]:
    """`[a, b]`: the listed elements, row by row."""
    items = [item.items if isinstance(item, TupleOf) else (item,) for item in domain.items]
    parts = [np.column_stack([walker.subscript(part, frame) for part in item]) for item in items]
    parents = np.tile(np.arange(frame.rows), len(parts))
    return _distinct(parents, np.concatenate(parts))


def _distinct(parents: Ids, members: Ids) -> tuple[Ids, Ids]:
    pairs = np.column_stack([parents, members])
    _, first = np.unique(pairs, axis=0, return_index=True)
    first.sort()
    return parents[first], members[first]


def belongs(walker: Walker, domain: Node, frame: Frame, ids: Ids) -> np.ndarray:
    """Whether `ids[r]` (shape (rows, arity)) is in `domain` at row r."""
    data = walker.domains.fixed(domain)
    if data is not None:
        return data.family.locate(ids) >= 0
    if isinstance(domain, SetRef):
        family, owners = walker.owners(domain, frame)
        return walker.domains.belongs(family, owners, ids)
    if isinstance(domain, ListOf | TupleOf):
        return _among(walker, domain, frame, ids)
    if isinstance(domain, Product):
        return np.logical_and.reduce([belongs(walker, part, frame, ids) for part in domain.factors])
    assert isinstance(domain, Sum), "a domain is a set or set algebra"
    held = np.zeros(frame.rows, dtype=bool)
    for term in domain.terms:
        removed = isinstance(term, Negate)
        part = belongs(walker, term.operand if isinstance(term, Negate) else term, frame, ids)
        held = held & ~part if removed else held | part
    return held


def _among(walker: Walker, domain: ListOf | TupleOf, frame: Frame, ids: Ids) -> np.ndarray:
    held = np.zeros(frame.rows, dtype=bool)
    for item in domain.items:
        parts = item.items if isinstance(item, TupleOf) else (item,)
        values = np.column_stack([walker.subscript(part, frame) for part in parts])
        held |= np.all(values == ids, axis=1) & np.all(values >= 0, axis=1)
    return held


def ordered(walker: Walker, domain: Node, frame: Frame) -> tuple[Ids, Ids, Ids]:
    """A set row by row, its members end to end and in order.

    Returns:
        Members (shape (n, arity)), and per row where its set starts and how many members it has.
    """
    data = walker.domains.fixed(domain)
    found = whole(data, frame.rows) if data is not None else varying(walker, domain, frame)
    if isinstance(found, Pick):
        return found.ids, found.starts, found.counts
    parents, members = found
    order = np.argsort(parents, kind="stable")
    counts = np.bincount(parents, minlength=frame.rows)
    return members[order], np.cumsum(counts) - counts, counts
