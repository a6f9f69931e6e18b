"""In which order generators and their filters are worked off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from quintet.formulation.tree import (
    And,
    Compare,
    Element,
    Generator,
    IndexRef,
    Member,
    Node,
    Not,
    Number,
    Or,
    SetRef,
    TupleOf,
    walk,
)


@dataclass(frozen=True)
class Step:
    """A generator with the filters that can be applied as soon as its targets are known."""

    generator: Generator
    filters: tuple[Node, ...]


def steps(generators: Sequence[Generator]) -> list[Step]:
    """Move each filter to the first generator after which all its names are known.

    Only filters that can't fail move, and none moves past one that can, so that no error appears
    or disappears. `target == known` comes first within its generator, as everywhere in Quintet.
    """
    filters: list[list[Node]] = [[] for _ in generators]
    barrier = 0
    for at, generator in enumerate(generators):
        conditions = sorted(
            _conjuncts(generator.conditions), key=lambda c: equated(c, generator.targets) is None
        )
        for condition in conditions:
            home = max(_earliest(condition, generators, at), barrier) if not can_fail(condition) else at
            barrier = barrier if not can_fail(condition) else at
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


def can_fail(condition: Node) -> bool:
    """Whether evaluating it can raise: it looks up, calculates or puts elements in order."""
    return not all(_safe_part(part) for part in walk(condition))


def _safe_part(part: Node) -> bool:
    if isinstance(part, Compare):
        return set(part.operators) <= {"==", "!="}
    return isinstance(part, _SAFE) and not (isinstance(part, SetRef) and part.subscripts)


def up_to_failing(filters: Sequence[Node]) -> Iterator[Node]:
    """The filters that may be applied first: all up to the first that can fail, which is included."""
    for condition in filters:
        yield condition
        if can_fail(condition):
            return


def equated(condition: Node, targets: Sequence[str]) -> tuple[int, Node] | None:
    """For `target == known`, which target and what it equals; None for any other condition."""
    if not isinstance(condition, Compare) or condition.operators != ("==",):
        return None
    for own, other in (condition.operands, condition.operands[::-1]):
        if isinstance(own, IndexRef) and own.name in targets and not mentions(other, targets):
            return targets.index(own.name), other
    return None


def mentions(node: Node, names: Sequence[str]) -> bool:
    """Whether `node` uses one of the index names."""
    return any(isinstance(part, IndexRef) and part.name in names for part in walk(node))
