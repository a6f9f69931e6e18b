"""One side of a comparison: a formulation, its data if they can be bound, and what its entries say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from quintet.errors import QuintetError
from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.model import Key, Model, ParameterData, SetFamilyData
from quintet.formulation.schema import (
    ConstraintEntry,
    Entry,
    ExpressionEntry,
    ParameterEntry,
    SetEntry,
    VariableEntry,
)
from quintet.solvers.difference.canonical import Canonical, shown_expression
from quintet.solvers.difference.change import Value

WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
NAMING = (
    "index",
    "for",
    "expression",
    "from",
    "in",
    "range",
    "lower",
    "upper",
    "penalty",
    "limit",
    "objective",
)
"""Fields whose texts name sets, parameters, variables and expressions."""
SECTIONS = ("sets", "parameters", "variables", "expressions", "constraints")


@dataclass(frozen=True)
class Facet:
    """What an entry says in one field: `key` to compare by, `shown` to show."""

    key: Any
    shown: Value


class Side:
    """A formulation that is compared.

    Args:
        formulation: The document.
    """

    def __init__(self, formulation: Formulation) -> None:
        self.formulation = formulation
        self.renames: dict[str, str] = {}
        self.model: Model | None = None
        self.fault = ""
        try:
            self.model = bind(formulation)
        except QuintetError as error:
            self.fault = str(error)

    @cached_property
    def declared(self) -> frozenset[str]:
        """Names that expressions may use."""
        rooms = (getattr(self.formulation, room) for room in SECTIONS[:-1])
        return frozenset(name for room in rooms for name in room)

    def entries(self, section: str) -> Mapping[str, Entry]:
        """The entries of a section."""
        return getattr(self.formulation, section)

    @property
    def canonical(self) -> Canonical:
        """Brings its texts into one form, in the names of the other side."""
        return Canonical(self.declared, self.renames)

    @cached_property
    def mentions(self) -> Counter[str]:
        """How often each name stands in the document's texts."""
        document = self.formulation.model_dump(by_alias=True, exclude_unset=True)
        return Counter(word for text in _texts(document) for word in WORD.findall(text))

    def facets(self, section: str, name: str) -> dict[str, Facet]:
        """What an entry says, field by field; empty fields are left out."""
        entry, canonical = self.entries(section)[name], self.canonical
        found = dict(_facets(entry, canonical))
        if isinstance(entry, SetEntry) and self.model is None:
            found["range"] = _plain(entry.range)
        return {field: facet for field, facet in found.items() if facet.shown not in (None, "")}

    # data

    def elements(self, name: str) -> list[Key] | None:
        """Members of a set; None for a family of sets, and for what is computed and can't be bound."""
        if self.model is not None:
            found = self.model.sets[name]
            return None if isinstance(found, SetFamilyData) else found.members
        values = self.formulation.sets[name].values
        return None if values is None else [_key(value) for value in values]

    def values(self, name: str) -> dict[Key, Value]:
        """Values of a parameter by key; as written where it can't be bound."""
        if self.model is not None:
            return _bound_values(self.model, self.model.parameters[name])
        return dict(_written(self.formulation.parameters[name].values))


def _bound_values(model: Model, parameter: ParameterData) -> dict[Key, Value]:
    if parameter.ids is None:
        values: list[Any] = parameter.values.tolist()
    else:
        values = [model.universe.elements[i] if i >= 0 else None for i in parameter.ids.tolist()]
    return dict(zip(parameter.family.keys, values, strict=True))


def _key(value: Any) -> Key:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _written(values: Any, key: Key = ()) -> Iterator[tuple[Key, Value]]:
    if values is None:
        return
    if isinstance(values, dict):
        for name, inner in values.items():
            yield from _written(inner, (*key, name))
    elif isinstance(values, list):
        for number, inner in enumerate(values, 1):
            yield from _written(inner, (*key, number))
    else:
        yield key, values


def _facets(entry: Entry, canonical: Canonical) -> Iterator[tuple[str, Facet]]:
    index = getattr(entry, "each" if isinstance(entry, ConstraintEntry) else "index", None)
    if index is not None:
        shown = index if isinstance(index, str) else ", ".join(index)
        named = "for" if isinstance(entry, ConstraintEntry) else "index"
        yield named, Facet(canonical.index(index), shown)
    if isinstance(entry, SetEntry) and entry.computed is not None:
        yield "from", Facet(canonical.members(entry.computed, index), entry.computed)
    if isinstance(entry, SetEntry | ParameterEntry):
        yield "in", Facet(canonical.name(entry.within or ""), entry.within)
        yield "table", Facet(entry.table, entry.table)
    if isinstance(entry, ParameterEntry):
        yield "default", _plain(entry.default)
    if isinstance(entry, ParameterEntry | ExpressionEntry | ConstraintEntry) and entry.expression is not None:
        key = canonical.expression(entry.expression, index)
        yield "expression", Facet(key, shown_expression(entry.expression))
    yield from _limits(entry, canonical, index)
    yield "unit", _plain(getattr(entry, "unit", None))
    yield "source", Facet(entry.sources, " … ".join(entry.sources))
    yield "note", _plain(entry.note)


def _limits(entry: Entry, canonical: Canonical, index: Any) -> Iterator[tuple[str, Facet]]:
    if isinstance(entry, VariableEntry):
        yield "domain", _plain(entry.domain.value)
        yield "lower", _quantity(entry.lower, canonical, index)
        yield "upper", _quantity(entry.upper, canonical, index)
    if isinstance(entry, ConstraintEntry):
        yield "kind", _plain(entry.kind and entry.kind.value)
    if isinstance(entry, ConstraintEntry) and entry.soft is not None:
        yield "penalty", _quantity(entry.soft.penalty, canonical, index)
        yield "limit", _quantity(entry.soft.limit, canonical, index)
        yield "priority", _plain(entry.soft.priority)


def _plain(value: Value) -> Facet:
    return Facet(value, value)


def _quantity(value: float | str | None, canonical: Canonical, index: Any) -> Facet:
    if not isinstance(value, str):
        return _plain(value)
    return Facet(canonical.expression(value, index), shown_expression(value))


def _texts(value: Any, field: str = "") -> Iterator[str]:
    """The texts of a document that may name what it declares."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, name)
    elif isinstance(value, list) and field in ("index", "objective"):
        for inner in value:
            yield from _texts(inner, field)
    elif isinstance(value, str) and field in NAMING:
        yield value
