"""Binds the sets of a document: listed, ranges, table columns, computed, subsets, families of sets."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from quintet.errors import DataError, DocumentError
from quintet.formulation.context import Context
from quintet.formulation.declarations import Component
from quintet.formulation.families import ROW_LIMIT, ids_of, refuse_too_many
from quintet.formulation.model import Ids, Key, SetData, SetFamilyData, Universe
from quintet.formulation.parser import parse, parse_members
from quintet.formulation.scalar import compile_scalar, expand
from quintet.formulation.schema import SetEntry
from quintet.formulation.scope import Resolver
from quintet.formulation.tree import Comprehension, ElementValue, Generator, Node, TupleOf


def bind_set(name: str, entry: SetEntry, context: Context) -> SetData | SetFamilyData:
    """One entry of `sets`.

    Raises:
        DocumentError: It says nothing, or two things, about its members.
        DataError: Duplicate members, mixed lengths, an element outside its superset.
    """
    place = f"sets.{name}"
    given = [f for f in ("values", "range", "table", "computed") if getattr(entry, f) is not None]
    if len(given) != 1:
        raise DocumentError(
            "its members are given " + ("twice" if given else "nowhere"),
            place=place,
            remedy="write one of: a list, a range such as 1..4, 'table', 'from', or 'in' with 'values'",
        )
    if entry.index is not None:
        return _bind_family(name, entry, context, place)
    read = {"values": _listed, "range": _range, "table": _column, "computed": _computed}[given[0]]
    keys = read(entry, context, place)
    return _checked(name, keys, context.universe, place, empty_arity=_arity_of(entry, context, place))


def _arity_of(entry: SetEntry, context: Context, place: str) -> int:
    """Components of the members where there are none to look at."""
    if entry.computed is None:
        return 1
    node = parse_members(entry.computed, f"{place}.from")
    body = node.body if isinstance(node, Comprehension) else None
    return len(body.items) if isinstance(body, TupleOf) else 1


def _checked(name: str, keys: Sequence[Key], universe: Universe, place: str, empty_arity: int = 1) -> SetData:
    arity = len(keys[0]) if keys else empty_arity
    seen: dict[tuple[str, ...], Key] = {}
    for key in keys:
        if len(key) != arity:
            raise DataError(
                f"member {_shown(key)} has {len(key)} component(s), the first has {arity}", place=place
            )
        text = tuple(map(str, key))
        if text in seen:
            raise DataError(
                f"element {_shown(key)} stands twice"
                if seen[text] == key
                else f"{_shown(key)} and {_shown(seen[text])} look the same",
                place=place,
                remedy="elements are distinct",
            )
        seen[text] = key
    return SetData(name, ids_of(keys, arity, universe), universe)


def _shown(key: Key) -> str:
    return repr(key[0]) if len(key) == 1 else repr(key)


def _listed(entry: SetEntry, context: Context, place: str) -> list[Key]:
    keys = [member if isinstance(member, tuple) else (member,) for member in entry.values or []]
    if entry.within is None:
        return keys
    superset = _plain(entry.within, context, place)
    return [_in_superset(key, superset, place) for key in keys]


def _plain(name: str, context: Context, place: str) -> SetData:
    found = context.set(name, f"{place}.in")
    if isinstance(found, SetFamilyData):
        raise DocumentError(f"{name!r} is a family of sets", place=f"{place}.in", remedy="name a plain set")
    return found


def _in_superset(key: Key, superset: SetData, place: str) -> Key:
    if key in superset.family.position:
        return key
    for member in superset.members:
        if tuple(map(str, member)) == tuple(map(str, key)):
            return member
    raise DataError(
        f"element {_shown(key)} is not in {superset.name}",
        place=place,
        remedy=f"add it to {superset.name} or take it out",
    )


def _range(entry: SetEntry, context: Context, place: str) -> list[Key]:
    first, dots, last = (entry.range or "").partition("..")
    if not dots:
        raise DocumentError(
            f"{entry.range!r} is no set", place=place, remedy="write a list [A, B] or a range 1..4"
        )
    start, end = (_bound(text, context, place) for text in (first, last))
    if end - start >= ROW_LIMIT:
        raise DataError(
            f"range {entry.range} has {end - start + 1:,} elements, more than {ROW_LIMIT:,}", place=place
        )
    return [(number,) for number in range(start, end + 1)]


def _bound(text: str, context: Context, place: str) -> int:
    resolver = context.resolver(place)
    node = resolver.data(parse(text, place), {}, "the end of a range")
    value = compile_scalar(node, context.environment)({})
    if not isinstance(value, int | float) or not math.isfinite(value) or int(value) != value:
        raise DataError(f"end {text.strip()} of the range is {value!r}, not a whole number", place=place)
    return int(value)


def _column(entry: SetEntry, context: Context, place: str) -> list[Key]:
    name, _, column = (entry.table or "").partition(".")
    table = context.table(name, f"{place}.table")
    columns = [column] if column else context.table_keys(name)
    if not columns:
        raise DocumentError(
            f"table {name!r} has no keys", place=f"{place}.table", remedy=f"write {name}.COLUMN"
        )
    read = [table.column(one) for one in columns]
    rows = dict.fromkeys(row for row in zip(*read, strict=True) if all(row))
    typed = [_typed([row[c] for row in rows]) for c in range(len(columns))]
    keys = list(zip(*typed, strict=True))
    if entry.within is None:
        return keys
    superset = _plain(entry.within, context, place)
    return [_in_superset(key, superset, place) for key in keys]


def _typed(cells: list[str]) -> list[int] | list[str]:
    """Whole numbers if every cell is one as a person writes it (so that `007` stays text)."""
    try:
        numbers = [int(cell) for cell in cells]
    except ValueError:
        return cells
    return numbers if all(str(n) == cell for n, cell in zip(numbers, cells, strict=True)) else cells


def _computed(entry: SetEntry, context: Context, place: str) -> list[Key]:
    members = _members_function(entry, context, place, {})
    keys = members({})
    if entry.within is None:
        return keys
    superset = _plain(entry.within, context, place)
    return [_in_superset(key, superset, place) for key in keys]


def _members_function(
    entry: SetEntry, context: Context, place: str, indices: Mapping[str, Component]
) -> Callable[[dict[str, ElementValue]], list[Key]]:
    place = f"{place}.from"
    resolver, node = context.resolver(place), parse_members(entry.computed or "", place)
    if not isinstance(node, Comprehension):
        return _algebra_function(node, context, resolver, indices)
    generators, inside = resolver.generators(node.generators, indices)
    refuse_too_many(generators, context.environment, place)
    body = node.body.items if isinstance(node.body, TupleOf) else (node.body,)
    parts = [compile_scalar(resolver.data(part, inside, "a member"), context.environment) for part in body]
    rows = expand(generators, context.environment)

    def members(current: dict[str, ElementValue]) -> list[Key]:
        found = (tuple(_whole(part(row), place) for part in parts) for row in rows(current))
        return list(dict.fromkeys(found))

    return members


def _algebra_function(
    node: Node, context: Context, resolver: Resolver, indices: Mapping[str, Component]
) -> Callable[[dict[str, ElementValue]], list[Key]]:
    domain, components = resolver.domain(node, indices)
    targets = tuple(f"_m{number}" for number in range(len(components)))
    rows = expand((Generator(targets, domain),), context.environment)
    return lambda current: [tuple(row[name] for name in targets) for row in rows(current)]


def _whole(value: object, place: str) -> ElementValue:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise DataError(
            f"{value!r} can't be an element", place=place, remedy="elements are integers or strings"
        )
    return value


def _bind_family(name: str, entry: SetEntry, context: Context, place: str) -> SetFamilyData:
    indexed = context.indexed(name)
    family, indices = indexed.family, indexed.indices
    if entry.computed is None:
        raise DocumentError(
            "a family of sets needs 'from'", place=place, remedy="write from: 'd for d in … if …'"
        )
    members = _members_function(entry, context, place, indices)
    parts: list[Ids] = []
    for key in family.keys:
        found = members(dict(zip(family.names, key, strict=True)))
        parts.append(_checked(name, found, context.universe, place, _arity_of(entry, context, place)).ids)
    starts = np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)
    together = np.concatenate(parts) if parts else np.zeros((0, 1), dtype=np.int64)
    return SetFamilyData(name, family, starts, together)
