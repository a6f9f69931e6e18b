"""Sets where expressions name them: resolved domains and generators, and the index names they bring."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import replace

from quintet.errors import ExpressionError
from quintet.formulation.declarations import Catalogue, Component, Indices, What
from quintet.formulation.tree import Generator, Name, Negate, Node, Product, SetRef, Subscript, Sum


class Domains(ABC):
    """The part of resolving that concerns sets.

    Args:
        catalogue: What is declared.
        place: Path of keys in the document, for messages.
    """

    def __init__(self, catalogue: Catalogue, place: str) -> None:
        self._catalogue = catalogue
        self._place = place

    @abstractmethod
    def resolve(self, node: Node, indices: Indices) -> Node:
        """The resolved tree of any node."""

    @abstractmethod
    def condition(self, node: Node, indices: Indices) -> Node:
        """A resolved filter."""

    def error(self, node: Node, message: str, remedy: str = "") -> ExpressionError:
        """An error at the place of `node`."""
        return ExpressionError(message, column=node.at, place=self._place, remedy=remedy)

    def domain(self, node: Node, indices: Indices) -> tuple[Node, tuple[Component, ...]]:
        """A set, or set algebra: resolved, with the components of its members."""
        if isinstance(node, Sum | Product | Negate):
            return self._algebra(node, indices)
        self._name_of_a_set(node, indices)
        found = self.resolve(node, indices) if isinstance(node, Name | Subscript) else None
        if not isinstance(found, SetRef):
            raise self.error(node, "a set is needed here", "name a set, or combine sets with + - *")
        declared = self._catalogue.declared(found.name)
        arity = declared.arity if declared else 1
        return found, tuple(Component(found, column) for column in range(arity))

    def _name_of_a_set(self, node: Node, indices: Indices) -> None:
        if not isinstance(node, Name | Subscript):
            return
        declared = self._catalogue.declared(node.name) if node.name not in indices else None
        what = "index" if node.name in indices else declared.what if declared else What.SET
        if what is not What.SET:
            raise self.error(
                node, f"{node.name!r} is a{'n' if what[0] in 'ei' else ''} {what}, and a set is needed"
            )

    def _algebra(self, node: Sum | Product | Negate, indices: Indices) -> tuple[Node, tuple[Component, ...]]:
        arities: list[int] = []

        def part(inner: Node) -> Node:
            resolved, components = self.domain(inner, indices)
            arities.append(len(components))
            return resolved

        resolved = rebuilt(node, part)
        if len(set(arities)) > 1:
            raise self.error(
                node, "sets whose members differ in length are combined", "combine sets of one kind"
            )
        return resolved, tuple(Component(None, column) for column in range(arities[0]))

    def generators(
        self, generators: Iterable[Generator], indices: Indices
    ) -> tuple[tuple[Generator, ...], dict[str, Component]]:
        """Resolved generators, and the index names in force after them.

        A generator without targets (a bare set in an `index:` list) gets `_1`, `_2` …
        """
        inside = dict(indices)
        resolved: list[Generator] = []
        for generator in generators:
            domain, components = self.domain(generator.domain, inside)
            targets = generator.targets or _anonymous(inside, len(components))
            self._same_arity(generator, len(targets), len(components))
            for name, component in zip(targets, components, strict=True):
                self._free(generator, name, inside)
                inside[name] = component
            conditions = tuple(self.condition(c, inside) for c in generator.conditions)
            resolved.append(Generator(targets, domain, conditions, at=generator.at))
        return tuple(resolved), inside

    def _same_arity(self, node: Node, given: int, wanted: int) -> None:
        if given != wanted:
            raise self.error(
                node,
                f"{given} index name(s) for members with {wanted} component(s)",
                f"write ({', '.join('ijklmnop'[:wanted])}) in …" if wanted > 1 else "write i in …",
            )

    def _free(self, node: Node, name: str, indices: Indices) -> None:
        if name in indices:
            raise self.error(node, f"index {name!r} is in use already", "choose another name")
        declared = self._catalogue.declared(name)
        if declared is not None:
            raise self.error(node, f"index {name!r} has the name of a {declared.what}", "choose another name")


def _anonymous(indices: Indices, count: int) -> tuple[str, ...]:
    start = len(indices) + 1
    return tuple(f"_{start + offset}" for offset in range(count))


def rebuilt(node: Node, change: Callable[[Node], Node]) -> Node:
    """A copy of `node` with `change` applied to each of its direct parts."""
    updates: dict[str, Node | tuple[Node, ...]] = {}
    for slot in node.__dataclass_fields__:
        part = getattr(node, slot)
        if isinstance(part, Node):
            updates[slot] = change(part)
        elif isinstance(part, tuple) and part and all(isinstance(item, Node) for item in part):
            updates[slot] = tuple(change(item) for item in part)
    return replace(node, **updates)  # type: ignore[arg-type]  # the slots' types are kept by `change`
