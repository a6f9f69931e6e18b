"""Which index names a tree leaves open, and trees with parts of them put in place of others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace

from quintet.formulation.model import Model
from quintet.formulation.tree import (
    Comprehension,
    ExpressionRef,
    Generator,
    IndexRef,
    Node,
    VariableRef,
    children,
    walk,
)


def free_names(node: Node) -> tuple[str, ...]:
    """The index names that `node` uses and does not bind itself, in the order of the text."""
    found: dict[str, None] = {}
    _collect(node, frozenset(), found)
    return tuple(found)


def _collect(node: Node, bound: frozenset[str], found: dict[str, None]) -> None:
    if isinstance(node, IndexRef):
        if node.name not in bound:
            found[node.name] = None
    elif isinstance(node, Comprehension):
        for generator in node.generators:
            _collect(generator.domain, bound, found)
            bound = bound | set(generator.targets)
            for condition in generator.conditions:
                _collect(condition, bound, found)
        _collect(node.body, bound, found)
    else:
        for child in children(node):
            _collect(child, bound, found)


def varying(model: Model, node: Node) -> bool:
    """Whether a decision variable takes part in `node`."""
    return any(
        isinstance(part, VariableRef)
        or (isinstance(part, ExpressionRef) and not model.expressions[part.name].data)
        for part in walk(node)
    )


def rebuilt(node: Node, change: Callable[[Node], Node]) -> Node:
    """`node` with `change` made to each node directly below; the same object if nothing changes."""
    changed: dict[str, object] = {}
    for slot in fields(node):
        old = getattr(node, slot.name)
        new = _rebuilt_value(old, change)
        if new is not old:
            changed[slot.name] = new
    return replace(node, **changed) if changed else node


def _rebuilt_value(value: object, change: Callable[[Node], Node]) -> object:
    if isinstance(value, Node):
        return change(value)
    if isinstance(value, tuple):
        new = tuple(_rebuilt_value(item, change) for item in value)
        return new if any(a is not b for a, b in zip(new, value, strict=True)) else value
    return value


def substituted(node: Node, names: Mapping[str, Node]) -> Node:
    """`node` with trees in place of open index names; bound names step aside, so nothing is captured."""
    taken = {name for tree in names.values() for name in free_names(tree)}
    return _substituted(node, dict(names), taken)


def _substituted(node: Node, names: dict[str, Node], taken: set[str]) -> Node:
    if isinstance(node, IndexRef):
        return names.get(node.name, node)
    if not isinstance(node, Comprehension):
        return rebuilt(node, lambda child: _substituted(child, names, taken))
    inner, generators = dict(names), []
    for generator in node.generators:
        domain = _substituted(generator.domain, inner, taken)
        targets = tuple(_aside(target, taken) for target in generator.targets)
        inner.update({old: IndexRef(new) for old, new in zip(generator.targets, targets, strict=True)})
        conditions = tuple(_substituted(c, inner, taken) for c in generator.conditions)
        generators.append(Generator(targets, domain, conditions, at=generator.at))
    return Comprehension(_substituted(node.body, inner, taken), tuple(generators), at=node.at)


def _aside(name: str, taken: Iterable[str]) -> str:
    while name in taken:
        name += "_"
    return name
