"""What a bound model says about its names, so that texts of its document can be resolved again.

A model keeps the trees of its objectives, constraints and expressions. The others (indices, bounds,
computed sets and parameters) are texts of the document; whoever writes them elsewhere resolves them
here, against the sets that are bound already.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from quintet.formulation.declarations import Component, Declared, Indices, What
from quintet.formulation.model import Model, SetData, SetFamilyData
from quintet.formulation.parser import parse, parse_index, parse_members
from quintet.formulation.scope import Resolver
from quintet.formulation.tree import Comprehension, ElementValue, Generator, Node, SetRef, TupleOf

ROOMS = ("sets", "parameters", "variables", "expressions")
Rows = tuple[tuple[Generator, ...], Indices]
"""Resolved generators, and the index names that they bring."""


class ModelCatalogue:
    """Catalogue of a bound model.

    Args:
        model: The model.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._rows: dict[str, Rows] = {}
        self._elements: dict[tuple[str, int], dict[str, ElementValue]] = {}

    # what the resolver asks

    def names(self) -> Iterable[str]:
        """All declared names."""
        return [name for room in ROOMS for name in getattr(self._model, room)]

    def declared(self, name: str) -> Declared | None:
        """What `name` is, or None."""
        model = self._model
        if name in model.sets:
            return self._declared_set(name)
        if name in model.parameters:
            home = model.formulation.parameters[name].within
            return Declared(name, What.PARAMETER, self._components(name), home=SetRef(home) if home else None)
        if name in model.variables:
            return Declared(name, What.VARIABLE, self._components(name), data=False)
        if name in model.expressions:
            data = model.expressions[name].data
            return Declared(name, What.EXPRESSION, self._components(name), data=data)
        return None

    def _declared_set(self, name: str) -> Declared:
        found = self._model.sets[name]
        components = self._components(name) if isinstance(found, SetFamilyData) else ()
        return Declared(name, What.SET, components, arity=found.arity)

    def _components(self, name: str) -> tuple[Component, ...]:
        return tuple(self.rows(name)[1].values())

    def element_of(self, component: Component, value: ElementValue) -> ElementValue | None:
        """The element that `value`, or its text, is at that place."""
        universe = self._model.universe
        if component.domain is None:
            found = universe.find(value)
            return universe.elements[found] if found >= 0 else None
        place = (component.domain.name, component.column)
        if place not in self._elements:
            column = self._model.sets[component.domain.name].ids[:, component.column].tolist()
            members = (universe.elements[one] for one in dict.fromkeys(column))
            self._elements[place] = {str(element): element for element in members}
        return self._elements[place].get(str(value))

    # texts of the document

    def rows(self, name: str) -> Rows:
        """The rows of a set family, parameter, variable or expression: its `index`."""
        for room in ROOMS:
            entry = getattr(self._model.formulation, room).get(name)
            if entry is not None:
                return self.rows_of(entry.index, f"{room}.{name}.index")
        return (), {}

    def rows_of(self, index: str | Sequence[str] | None, place: str) -> Rows:
        """The rows of an `index` or `for`."""
        if place not in self._rows:
            resolver = Resolver(self, place)
            self._rows[place] = resolver.generators(parse_index(index, place), {}) if index else ((), {})
        return self._rows[place]

    def tree(self, text: str, place: str, indices: Indices) -> Node:
        """An expression of data: a bound, the end of a range, a computed parameter."""
        return Resolver(self, place).value(parse(text, place), indices)

    def members(self, text: str, place: str, indices: Indices) -> Node:
        """A set's `from`: a comprehension, or set algebra."""
        resolver, node = Resolver(self, place), parse_members(text, place)
        if not isinstance(node, Comprehension):
            return resolver.domain(node, indices)[0]
        generators, inside = resolver.generators(node.generators, indices)
        if isinstance(node.body, TupleOf):
            items = tuple(resolver.value(part, inside) for part in node.body.items)
            return Comprehension(TupleOf(items, at=node.body.at), generators, at=node.at)
        return Comprehension(resolver.value(node.body, inside), generators, at=node.at)

    def plain_set(self, name: str) -> bool:
        """Whether `name` is one set, not a family of sets."""
        return isinstance(self._model.sets[name], SetData)
