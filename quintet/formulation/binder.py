"""Binds names on demand: sets, parameters and data expressions, each once, in whatever order.

Whoever is asked for while still being bound closes a circle, which is reported with its members.
A parameter alone may refer to itself: its earlier values are there already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from quintet.errors import DataError, DocumentError, ExpressionError
from quintet.formulation.declarations import Component, Declared, What, is_data
from quintet.formulation.environment import Members
from quintet.formulation.families import Indexed, build_family, refuse_too_many, scalar_family
from quintet.formulation.model import Family, Key, ParameterData, SetData, SetFamilyData, Universe
from quintet.formulation.parameters import ParameterBinder
from quintet.formulation.parser import parse, parse_index
from quintet.formulation.scalar import compile_scalar
from quintet.formulation.schema import Document
from quintet.formulation.scope import Resolver
from quintet.formulation.sets import bind_set
from quintet.formulation.tables import TableData, read_table
from quintet.formulation.tree import Comprehension, ElementValue, Node, SetRef, walk

CHAIN_LIMIT = 40
"""Longest chain of definitions that need one another; each takes some fifteen of Python's frames."""


class Binder:
    """Catalogue and environment of one document.

    Args:
        document: The document.
        folder: Where its tables are looked up.
        changes: Values by parameter that go over those of the document.

    Raises:
        DocumentError: A change of something that is no parameter.
    """

    def __init__(self, document: Document, folder: Path, changes: Mapping[str, Any] | None = None) -> None:
        self._changes = dict(changes or {})
        for name in self._changes:
            if name not in document.parameters:
                raise DocumentError(f"{name!r} is no parameter", place="change", remedy="change a parameter")
        self.document = document
        self.universe = Universe()
        self.environment = DataEnvironment(self)
        self._folder = folder
        self._tables: dict[str, TableData] = {}
        self._sets: dict[str, SetData | SetFamilyData] = {}
        self._elements: dict[tuple[str, int], dict[str, ElementValue]] = {}
        self._indexed: dict[str, Indexed] = {}
        self._parameters: dict[str, ParameterBinder] = {}
        self._bound: dict[str, ParameterData] = {}
        self._trees: dict[str, Node] = {}
        self._values: dict[str, dict[Key, Any]] = {}
        self._pending: list[str] = []

    # catalogue

    def names(self) -> Iterable[str]:
        """All declared names."""
        document = self.document
        return [*document.sets, *document.parameters, *document.variables, *document.expressions]

    def declared(self, name: str) -> Declared | None:
        """What `name` is, or None."""
        document = self.document
        if name in document.sets:
            return self._declared_set(name)
        if name in document.parameters:
            home = self.home(name)
            return Declared(
                name, What.PARAMETER, self.indexed(name).components, home=home.domain if home else None
            )
        if name in document.variables:
            return Declared(name, What.VARIABLE, self.indexed(name).components, data=False)
        if name in document.expressions:
            data = is_data(self.tree(name), self)
            return Declared(name, What.EXPRESSION, self.indexed(name).components, data=data)
        return None

    def _declared_set(self, name: str) -> Declared:
        found = self.set(name)
        components = self.indexed(name).components if isinstance(found, SetFamilyData) else ()
        return Declared(name, What.SET, components, arity=found.arity)

    def home(self, parameter: str) -> Component | None:
        """The set of a symbolic parameter's values."""
        name = self.document.parameters[parameter].within
        if name is None:
            return None
        if name not in self.document.sets:
            raise DocumentError(
                f"unknown set {name!r}", place=f"parameters.{parameter}.in", remedy="declare it under 'sets'"
            )
        return Component(SetRef(name))

    def element_of(self, component: Component, value: ElementValue) -> ElementValue | None:
        """The element that `value`, or its text, is at that place."""
        if component.domain is None:
            found = self.universe.find(value)
            return self.universe.elements[found] if found >= 0 else None
        place = (component.domain.name, component.column)
        if place not in self._elements:
            bound = self.set(component.domain.name)
            column = bound.ids[:, component.column].tolist()
            members = (self.universe.elements[one] for one in dict.fromkeys(column))
            self._elements[place] = {str(element): element for element in members}
        return self._elements[place].get(str(value))

    def resolver(self, place: str) -> Resolver:
        """A resolver for one place of the document."""
        return Resolver(self, place)

    # binding

    @contextmanager
    def _binding(self, what: str) -> Iterator[None]:
        if what in self._pending:
            circle = [*self._pending[self._pending.index(what) :], what]
            raise DocumentError(
                f"circular definition: {' → '.join(circle)}", place=what, remedy="break the circle"
            )
        if len(self._pending) >= CHAIN_LIMIT:
            raise DocumentError(
                f"definitions hang together in a chain of more than {CHAIN_LIMIT}",
                place=what,
                remedy="use an indexed family instead of so many names",
            )
        self._pending.append(what)
        try:
            yield
        finally:
            self._pending.pop()

    def table(self, name: str, place: str) -> TableData:
        """A table, read when first needed."""
        if name not in self.document.tables:
            raise DocumentError(f"unknown table {name!r}", place=place, remedy="declare it under 'tables'")
        if name not in self._tables:
            self._tables[name] = read_table(self.document.tables[name], self._folder, f"tables.{name}")
        return self._tables[name]

    def table_keys(self, name: str) -> list[str]:
        """Its key columns."""
        return list(self.document.tables[name].keys)

    def table_across(self, name: str) -> str | None:
        """The index that runs across its columns."""
        return self.document.tables[name].across

    def set(self, name: str, place: str = "") -> SetData | SetFamilyData:
        """A bound set.

        Raises:
            DocumentError: Not declared, or circular.
        """
        if name not in self._sets:
            if name not in self.document.sets:
                raise DocumentError(f"unknown set {name!r}", place=place, remedy="declare it under 'sets'")
            with self._binding(f"sets.{name}"):
                self._sets[name] = bind_set(name, self.document.sets[name], self)
        return self._sets[name]

    def indexed(self, name: str) -> Indexed:
        """The family that the `index` of a set, parameter, variable or expression declares."""
        document = self.document
        for room in ("sets", "parameters", "variables", "expressions"):
            entry = getattr(document, room).get(name)
            if entry is not None:
                return self.family_of(entry.index, f"{room}.{name}.index")
        raise KeyError(name)

    def family_of(self, index: str | Sequence[str] | None, place: str) -> Indexed:
        """The family of an `index:` or `for:` text."""
        if place not in self._indexed:
            with self._binding(place):
                self._indexed[place] = self._build_family(index, place)
        return self._indexed[place]

    def _build_family(self, index: str | Sequence[str] | None, place: str) -> Indexed:
        if not index:
            return Indexed(scalar_family(self.universe), (), {})
        generators, indices = self.resolver(place).generators(parse_index(index, place), {})
        family = build_family(generators, self.environment, self.universe, place)
        return Indexed(family, generators, indices)

    def parameter(self, name: str) -> ParameterData:
        """A bound parameter."""
        if name not in self._bound:
            with self._binding(f"parameters.{name}"):
                self._bound[name] = self._growing(name).bind()
        return self._bound[name]

    def unvalued(self, name: str) -> list[Key]:
        """The keys of a given parameter that have no value yet, and no default.

        Raises:
            DataError: Its index, or a value that it has, can't be used.
        """
        return self._parameter_binder(name).unvalued()

    def _growing(self, name: str) -> ParameterBinder:
        if name not in self._parameters:
            self._parameters[name] = self._parameter_binder(name)
        return self._parameters[name]

    def _parameter_binder(self, name: str) -> ParameterBinder:
        entry, change = self.document.parameters[name], self._changes.get(name)
        return ParameterBinder(name, entry, self, self.indexed(name), self.home(name), change)

    def parameter_values(self, name: str) -> Mapping[Key, Any]:
        """Values by key; of the parameter that is being bound itself, those known so far."""
        if not self._pending or self._pending[-1] != f"parameters.{name}":
            self.parameter(name)
        return self._growing(name).values

    def tree(self, name: str) -> Node:
        """The resolved tree of a named expression."""
        if name not in self._trees:
            place = f"expressions.{name}"
            with self._binding(place):
                indices = self.indexed(name).indices
                text = self.document.expressions[name].expression
                place = f"{place}.expression"
                self._trees[name] = self.resolver(place).value(parse(text, place), indices)
        return self._trees[name]

    def expression_values(self, name: str) -> Mapping[Key, Any]:
        """Values of a named expression of data by key."""
        if name not in self._values:
            place = f"expressions.{name}.expression"
            with self._binding(place):
                self._values[name] = self.evaluate(self.tree(name), self.indexed(name).family, place)
        return self._values[name]

    def evaluate(self, node: Node, family: Family, place: str) -> dict[Key, Any]:
        """A resolved tree of data at every row.

        Raises:
            DataError: It has no value at some row.
        """
        self.refuse_wide(node, place, len(family))
        try:
            run = compile_scalar(node, self.environment)
            return {key: run(dict(zip(family.names, key, strict=True))) for key in family.keys}
        except DataError as error:
            raise at(error, place) from None

    def refuse_wide(self, node: Node, place: str, rows: int) -> None:
        """Refuse a reduction that would visit too many rows.

        Raises:
            SizeError: With the widest index.
        """
        for part in walk(node):
            if isinstance(part, Comprehension):
                refuse_too_many(part.generators, self.environment, place, rows)


def at(error: DataError, place: str) -> DataError:
    """The same error with its place in the document, if it has none yet."""
    return error if error.place else DataError(error.message, place=place, remedy=error.remedy)


class DataEnvironment:
    """What the scalar evaluator reads while a document is being bound: data only."""

    def __init__(self, binder: Binder) -> None:
        self._binder = binder
        self._members: dict[tuple[str, Key], Members] = {}

    def members(self, name: str, key: Key = ()) -> Members:
        """A set, or the member of a family of sets at `key` (KeyError if there is none)."""
        if (name, key) not in self._members:
            bound = self._binder.set(name)
            if isinstance(bound, SetFamilyData):
                bound = bound.member(bound.family.position[key])
            self._members[name, key] = Members(bound.members)
        return self._members[name, key]

    def parameter(self, name: str) -> Mapping[Key, Any]:
        """Values by key."""
        return self._binder.parameter_values(name)

    def symbolic(self, name: str) -> bool:
        """Whether the values are elements."""
        return self._binder.document.parameters[name].within is not None

    def expression(self, name: str) -> Mapping[Key, Any]:
        """Values of a named expression of data."""
        return self._binder.expression_values(name)

    def varying(self, name: str) -> bool:
        """Whether a named expression holds decision variables."""
        declared = self._binder.declared(name)
        return declared is not None and not declared.data

    def variable(self, name: str) -> Mapping[Key, float]:
        """There are none yet."""
        raise ExpressionError(f"the decision {name!r} stands where only data may stand")

    def integral(self, node: Node) -> bool:
        """Not asked of data, whose comparisons are exact."""
        return False
