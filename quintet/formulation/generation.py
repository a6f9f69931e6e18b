"""`for targets in domain if conditions` as loops over members, sliced by hashing where it can be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from quintet.errors import DataError
from quintet.formulation.environment import Environment, Indices, Members, Scalar
from quintet.formulation.model import Key
from quintet.formulation.tree import (
    And,
    Compare,
    Generator,
    IndexRef,
    ListOf,
    Negate,
    Node,
    Product,
    SetRef,
    Sum,
    TupleOf,
    walk,
)

Build: TypeAlias = Callable[[Node, Environment], Scalar]
Domain: TypeAlias = Callable[[Indices], Members]
Rows: TypeAlias = Callable[[Indices], Iterator[Indices]]


def rows(generators: Sequence[Generator], environment: Environment, build: Build) -> Rows:
    """All rows of the generators, in order, as one dictionary that is changed in place."""
    levels = [_level(generator, environment, build) for generator in generators]
    if not levels:
        return lambda indices: iter((indices,))
    run = levels.pop()
    while levels:
        run = _nested(levels.pop(), run)
    return run


def _nested(outer: Rows, inner: Rows) -> Rows:
    def run(indices: Indices) -> Iterator[Indices]:
        for _ in outer(indices):
            yield from inner(indices)

    return run


def _level(generator: Generator, environment: Environment, build: Build) -> Rows:
    fixed, tests = _split(generator)
    keys = _keys(generator, fixed, environment, build)
    alone = len(generator.targets) == 1
    run = _single(generator.targets[0], keys) if alone else _several(generator.targets, keys)
    return _filtered(run, [build(test, environment) for test in tests]) if tests else run


def _single(target: str, keys: Callable[[Indices], Sequence[Key]]) -> Rows:
    def run(indices: Indices) -> Iterator[Indices]:
        for key in keys(indices):
            indices[target] = key[0]
            yield indices

    return run


def _several(targets: tuple[str, ...], keys: Callable[[Indices], Sequence[Key]]) -> Rows:
    def run(indices: Indices) -> Iterator[Indices]:
        for key in keys(indices):
            indices.update(zip(targets, key, strict=True))
            yield indices

    return run


def _filtered(run: Rows, tests: Sequence[Scalar]) -> Rows:
    def passing(indices: Indices) -> Iterator[Indices]:
        for _ in run(indices):
            if all(test(indices) for test in tests):
                yield indices

    return passing


def _split(generator: Generator) -> tuple[dict[int, Node], list[Node]]:
    """Conditions that fix a component of the domain from outside, and the rest."""
    fixed: dict[int, Node] = {}
    rest: list[Node] = []
    for condition in flat(generator.conditions):
        found = fixing(condition, generator.targets)
        if found and found[0] not in fixed:
            fixed[found[0]] = found[1]
        else:
            rest.append(condition)
    return fixed, rest


def flat(conditions: Sequence[Node]) -> Iterator[Node]:
    """Conditions with every `and` taken apart."""
    for condition in conditions:
        if isinstance(condition, And):
            yield from flat(condition.items)
        else:
            yield condition


def fixing(condition: Node, targets: Sequence[str]) -> tuple[int, Node] | None:
    """The component that a condition fixes from outside, and to what: `j == k` for targets (i, j)."""
    if not isinstance(condition, Compare) or condition.operators != ("==",):
        return None
    for own, other in (condition.operands, condition.operands[::-1]):
        if isinstance(own, IndexRef) and own.name in targets and not _mentions(other, targets):
            return targets.index(own.name), other
    return None


def _mentions(node: Node, names: Sequence[str]) -> bool:
    return any(isinstance(part, IndexRef) and part.name in names for part in walk(node))


def _keys(
    generator: Generator, fixed: dict[int, Node], environment: Environment, build: Build
) -> Callable[[Indices], Sequence[Key]]:
    members = domain(generator.domain, environment, build)
    if not fixed:
        return lambda indices: members(indices).keys
    components = tuple(sorted(fixed))
    parts = [build(fixed[c], environment) for c in components]

    def sliced(indices: Indices) -> Sequence[Key]:
        wanted = tuple([part(indices) for part in parts])
        return members(indices).slice(components).get(wanted, ())

    return sliced


# domains


def domain(node: Node, environment: Environment, build: Build) -> Domain:
    """A set, a member of a set family, listed elements, or set algebra, as a function of the indices."""
    if isinstance(node, SetRef):
        return _set(node, environment, build)
    if isinstance(node, ListOf | TupleOf):
        return _listed(node, environment, build)
    make = _algebra(node, environment, build)
    return make if any(isinstance(part, IndexRef) for part in walk(node)) else _once(make)


def _set(node: SetRef, environment: Environment, build: Build) -> Domain:
    if not node.subscripts:
        members = environment.members(node.name)
        return lambda indices: members
    parts = [build(subscript, environment) for subscript in node.subscripts]

    def chosen(indices: Indices) -> Members:
        key = tuple([part(indices) for part in parts])
        try:
            return environment.members(node.name, key)
        except KeyError:
            shown = f"{node.name}[{', '.join(map(str, key))}]"
            raise DataError(f"there is no set {shown}", remedy="exclude it by a filter") from None

    return chosen


def _listed(node: ListOf | TupleOf, environment: Environment, build: Build) -> Domain:
    parts = [build(item, environment) for item in node.items]

    def listed(indices: Indices) -> Members:
        values = [part(indices) for part in parts]
        return Members([value if isinstance(value, tuple) else (value,) for value in values])

    return listed


def _once(make: Domain) -> Domain:
    made: list[Members] = []

    def kept(indices: Indices) -> Members:
        if not made:
            made.append(make(indices))
        return made[0]

    return kept


def _algebra(node: Node, environment: Environment, build: Build) -> Domain:
    if isinstance(node, Sum):
        return _union(node, environment, build)
    if isinstance(node, Product):
        parts = [domain(factor, environment, build) for factor in node.factors]
        return lambda indices: _intersection([part(indices) for part in parts])
    raise DataError(f"{type(node).__name__} is not a set", remedy="use sets with +, - and *")


def _union(node: Sum, environment: Environment, build: Build) -> Domain:
    signed = [
        (True, domain(term.operand, environment, build))
        if isinstance(term, Negate)
        else (False, domain(term, environment, build))
        for term in node.terms
    ]

    def united(indices: Indices) -> Members:
        keys: dict[Key, None] = {}
        for removed, part in signed:
            _merge(keys, part(indices), removed=removed)
        return Members(list(keys))

    return united


def _merge(keys: dict[Key, None], members: Members, *, removed: bool) -> None:
    for key in members.keys:
        if removed:
            keys.pop(key, None)
        else:
            keys[key] = None


def _intersection(parts: Sequence[Members]) -> Members:
    first, *rest = parts
    return Members([key for key in first.keys if all(key in part.position for part in rest)])
