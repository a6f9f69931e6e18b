"""`for … in … if …` over a frame: all rows that the generators make, joined where they can be.

A filter `i == <something known>` or `(l, d) in Set` with some parts known is a look-up of its
matches, not a scan of all elements; whatever the look-up lets through is filtered as written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quintet.errors import DataError, SizeError
from quintet.formulation.model import Ids, SetData
from quintet.formulation.printer import generators_text
from quintet.formulation.tree import (
    And,
    Compare,
    Comprehension,
    Element,
    Generator,
    IndexRef,
    ListOf,
    Member,
    Negate,
    Node,
    Not,
    Number,
    Or,
    Product,
    SetRef,
    Sum,
    TupleOf,
    walk,
)
from quintet.solvers.matrix.domain import Pick, whole
from quintet.solvers.matrix.frame import Frame

if TYPE_CHECKING:
    from quintet.solvers.matrix.walker import Walker


@dataclass(frozen=True)
class Step:
    """A generator with the filters that can be applied as soon as its targets are known."""

    generator: Generator
    filters: tuple[Node, ...]


def expand(walker: Walker, node: Comprehension, frame: Frame) -> tuple[Frame, Ids]:
    """The rows of a comprehension for every row of `frame`.

    Returns:
        The new frame, and per new row the row of `frame` that it comes from.

    Raises:
        SizeError: There would be more rows than the limit.
        DataError: A filter or a set can't be evaluated.
    """
    used = frozenset(part.name for part in walk(node) if isinstance(part, IndexRef))
    frame = frame.only(used)
    parents = np.arange(frame.rows)
    for step in _steps(node.generators):
        frame, chosen = _extend(walker, node, step, frame)
        parents = parents[chosen]
        for condition in step.filters:
            kept = walker.truth(condition, frame)
            if not kept.all():
                rows = np.flatnonzero(kept)
                frame, parents = frame.take(rows), parents[rows]
    return frame, parents


def _steps(generators: Sequence[Generator]) -> list[Step]:
    """Move each filter to the first generator after which all its names are known.

    Only filters that can't fail move, and none moves past one that can, so that no error appears
    or disappears. `target == known` comes first within its generator, as everywhere in Quintet.
    """
    filters: list[list[Node]] = [[] for _ in generators]
    barrier = 0
    for at, generator in enumerate(generators):
        conditions = sorted(
            _conjuncts(generator.conditions), key=lambda c: _equated(c, generator.targets) is None
        )
        for condition in conditions:
            home = max(_earliest(condition, generators, at), barrier) if _safe(condition) else at
            barrier = barrier if _safe(condition) else at
            filters[home].append(condition)
    return [Step(g, tuple(found)) for g, found in zip(generators, filters, strict=True)]


def _conjuncts(conditions: Sequence[Node]) -> Iterator[Node]:
    for condition in conditions:
        if isinstance(condition, And):
            yield from _conjuncts(condition.items)
        else:
            yield condition


def _earliest(condition: Node, generators: Sequence[Generator], latest: int) -> int:
    names = {part.name for part in walk(condition) if isinstance(part, IndexRef)}
    owners = [at for at in range(latest + 1) if names & set(generators[at].targets)]
    return owners[-1] if owners else 0


_SAFE = (And, Or, Not, Member, TupleOf, IndexRef, Element, Number, SetRef, Compare)


def _safe(condition: Node) -> bool:
    """Whether evaluating it can't fail: no look-ups, no arithmetic, no order among elements."""
    return all(_safe_part(part) for part in walk(condition))


def _safe_part(part: Node) -> bool:
    if isinstance(part, Compare):
        return set(part.operators) <= {"==", "!="}
    return isinstance(part, _SAFE) and not (isinstance(part, SetRef) and part.subscripts)


def _extend(walker: Walker, node: Comprehension, step: Step, frame: Frame) -> tuple[Frame, Ids]:
    generator = step.generator
    pick = _cheapest(walker, step, frame)
    if isinstance(pick, Pick):
        _guard(walker, node, pick.total)
        parents, members = pick.parents(), pick.members()
    else:
        parents, members = pick
    columns = {name: members[:, at] for at, name in enumerate(generator.targets)}
    return frame.take(parents).extended(columns), parents


def _guard(walker: Walker, node: Comprehension, rows: int) -> None:
    if rows <= walker.limit:
        return
    sizes = [(walker.size_of(g.domain), g) for g in node.generators]
    most, widest = max(sizes, key=lambda pair: pair[0])
    names = ", ".join(widest.targets)
    raise SizeError(
        f"'{generators_text(node.generators)}' would make {rows:,} rows here, more than the limit of "
        f"{walker.limit:,}; the widest index is {names!r} with {most:,} elements",
        place=walker.place,
        remedy=f"add the filter that is missing ('for {names} in … if …'), or a set of the pairs that exist",
    )


def _cheapest(walker: Walker, step: Step, frame: Frame) -> Pick | tuple[Ids, Ids]:
    """The way to this generator's rows that makes the fewest before filtering."""
    generator = step.generator
    data = walker.domains.fixed(generator.domain)
    if data is None:
        return _varying(walker, generator.domain, frame)
    best = whole(data, frame.rows)
    for found in _joins(walker, step, data, frame):
        if found is not None and found[0].total < best.total:
            best, targets = found
            best = best if targets is None else _within(best, targets, data)
    return best


def _within(pick: Pick, targets: list[int], data: SetData) -> Pick:
    """Columns `targets` of the members, without those outside the generator's own set."""
    ids = pick.members()[:, targets]
    inside = data.family.locate(ids) >= 0
    counts = np.bincount(pick.parents()[inside], minlength=len(pick.counts))
    return Pick(ids[inside], np.cumsum(counts) - counts, counts)


def _joins(
    walker: Walker, step: Step, data: SetData, frame: Frame
) -> Iterator[tuple[Pick, list[int] | None] | None]:
    if not len(data) or not frame.rows:
        return
    yield _by_equality(walker, step, data, frame)
    for condition in _before_failing(step.filters):
        if isinstance(condition, Member) and not condition.negated:
            yield _by_membership(walker, step.generator, condition, frame)


def _before_failing(filters: Sequence[Node]) -> Iterator[Node]:
    """The filters that may be applied first: all up to the first that can fail, which is included."""
    for condition in filters:
        yield condition
        if not _safe(condition):
            return


def _by_equality(walker: Walker, step: Step, data: SetData, frame: Frame) -> tuple[Pick, None] | None:
    """Join on filters `target == <known>`."""
    fixed: dict[int, Ids] = {}
    targets = step.generator.targets
    for condition in step.filters:
        pair = _equated(condition, targets)
        if pair is None and not _safe(condition):
            break
        if pair is not None and pair[0] not in fixed:
            ids = _known(walker, pair[1], frame)
            if ids is not None:
                fixed[pair[0]] = ids
    if not fixed:
        return None
    components = tuple(sorted(fixed))
    wanted = np.column_stack([fixed[component] for component in components])
    return walker.domains.slices(step.generator.domain, data, components).pick(wanted), None


def _equated(condition: Node, targets: Sequence[str]) -> tuple[int, Node] | None:
    if not isinstance(condition, Compare) or condition.operators != ("==",):
        return None
    for own, other in (condition.operands, condition.operands[::-1]):
        if isinstance(own, IndexRef) and own.name in targets and not _mentions(other, targets):
            return targets.index(own.name), other
    return None


def _mentions(node: Node, names: Sequence[str]) -> bool:
    return any(isinstance(part, IndexRef) and part.name in names for part in walk(node))


def _known(walker: Walker, node: Node, frame: Frame) -> Ids | None:
    """The elements that `node` is, or None where it has no value: then the filter says so in its turn."""
    if isinstance(node, TupleOf):
        return None
    try:
        return walker.subscript(node, frame)
    except DataError:
        return None


def _by_membership(
    walker: Walker, generator: Generator, condition: Member, frame: Frame
) -> tuple[Pick, list[int]] | None:
    """Join on a filter `(known, target, …) in Set`, with every target among the items."""
    other = walker.domains.fixed(condition.domain)
    items = condition.item.items if isinstance(condition.item, TupleOf) else (condition.item,)
    own = {item.name: at for at, item in enumerate(items) if isinstance(item, IndexRef)}
    if other is None or not len(other) or not set(generator.targets) <= set(own):
        return None
    places = [own[name] for name in generator.targets]
    rest = tuple(at for at in range(len(items)) if at not in places)
    if not rest or any(_mentions(items[at], generator.targets) for at in rest):
        return None
    wanted = [_known(walker, items[at], frame) for at in rest]
    known = [ids for ids in wanted if ids is not None]
    if len(known) < len(rest):
        return None
    return walker.domains.slices(condition.domain, other, rest).pick(np.column_stack(known)), places


# domains that differ from row to row


def _varying(walker: Walker, domain: Node, frame: Frame) -> Pick | tuple[Ids, Ids]:
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
    pick = whole(data, frame.rows) if data is not None else _varying(walker, domain, frame)
    return (pick.parents(), pick.members()) if isinstance(pick, Pick) else pick


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
    found = whole(data, frame.rows) if data is not None else _varying(walker, domain, frame)
    if isinstance(found, Pick):
        return found.ids, found.starts, found.counts
    parents, members = found
    order = np.argsort(parents, kind="stable")
    counts = np.bincount(parents, minlength=frame.rows)
    return members[order], np.cumsum(counts) - counts, counts
