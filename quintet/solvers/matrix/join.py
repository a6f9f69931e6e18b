"""Filters as joins: which members a generator adds to a row, by look-up where a filter allows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from quintet.errors import DataError
from quintet.formulation.model import Ids, SetData
from quintet.formulation.tree import Generator, IndexRef, Member, Node, TupleOf
from quintet.solvers.matrix.domain import Pick, whole
from quintet.solvers.matrix.frame import Frame
from quintet.solvers.matrix.membership import varying
from quintet.solvers.matrix.plan import Step, can_fail, equated, mentions, up_to_failing

if TYPE_CHECKING:
    from quintet.solvers.matrix.walker import Walker


def cheapest(walker: Walker, step: Step, frame: Frame) -> Pick | tuple[Ids, Ids]:
    """The way to this generator's rows that makes the fewest before filtering."""
    generator = step.generator
    data = walker.domains.fixed(generator.domain)
    if data is None:
        return varying(walker, generator.domain, frame)
    best = whole(data, frame.rows)
    for found in _joins(walker, step, data, frame):
        if found is not None and found[0].total < min(best.total, walker.limit + 1):
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
    for condition in up_to_failing(step.filters):
        if isinstance(condition, Member) and not condition.negated:
            yield _by_membership(walker, step.generator, condition, frame)


def _by_equality(walker: Walker, step: Step, data: SetData, frame: Frame) -> tuple[Pick, None] | None:
    """Join on filters `target == <known>`."""
    fixed: dict[int, Ids] = {}
    targets = step.generator.targets
    for condition in step.filters:
        pair = equated(condition, targets)
        if pair is None and can_fail(condition):
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
    if not rest or any(mentions(items[at], generator.targets) for at in rest):
        return None
    wanted = [_known(walker, items[at], frame) for at in rest]
    known = [ids for ids in wanted if ids is not None]
    if len(known) < len(rest):
        return None
    return walker.domains.slices(condition.domain, other, rest).pick(np.column_stack(known)), places
