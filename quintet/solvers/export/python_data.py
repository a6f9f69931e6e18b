"""Data of a model as Python literals and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from quintet.formulation.model import Family, Floats, Key, Model, ParameterData, SetData
from quintet.formulation.tree import ElementValue
from quintet.solvers.export.labels import wrapped

WIDTH = 100
Values = dict[Any, float | ElementValue]
"""Key (an element, or a tuple of several) → value."""


def set_data(data: SetData) -> list[Any]:
    """The members, bare where they have one component."""
    return [bare(key) for key in data.members]


def parameter_data(model: Model, data: ParameterData) -> Values | float | ElementValue:
    """The values by key; those that are the default are left out."""
    values = _values(data)
    if not data.family.arity:
        return values[0]
    default = default_of(model, data)
    pairs = zip(data.family.keys, values, strict=True)
    return {bare(key): value for key, value in pairs if default is None or value != default}


def default_of(model: Model, data: ParameterData) -> float | ElementValue | None:
    """The default that the document declares, where something took it."""
    entry = model.formulation.parameters.get(data.name)
    if entry is None or entry.default is None or not data.defaulted or not data.family.arity:
        return None
    return entry.default if isinstance(entry.default, str) else whole(float(entry.default))


def bound_data(family: Family, values: Floats) -> Values:
    """Bounds by key."""
    pairs = zip(family.keys, values.tolist(), strict=True)
    return {bare(key): whole(value) for key, value in pairs}


def bare(key: Key) -> Any:
    """A key as Pyomo writes it."""
    return key[0] if len(key) == 1 else key


def whole(value: float) -> float | int:
    """A whole number as such."""
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


def _values(data: ParameterData) -> list[float | ElementValue]:
    if data.ids is None:
        return [whole(value) for value in data.values.tolist()]
    return [data.family.universe.elements[one] for one in data.ids.tolist()]


def literal(data: Mapping[str, Any]) -> Iterator[str]:
    """`DATA = {…}` as lines of Python."""
    yield "DATA = {"
    for name, value in data.items():
        yield from _entry(name, value)
    yield "}"


def _entry(name: str, value: Any) -> Iterator[str]:
    start = f"    {name!r}: "
    if not isinstance(value, dict | list):
        yield f"{start}{value!r},"
        return
    opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
    items = _items(value)
    line = f"{start}{opening}{', '.join(items)}{closing},"
    if len(line) <= WIDTH:
        yield line
        return
    yield f"{start}{opening}"
    yield from (f"        {part}" for part in wrapped([f"{item}," for item in items], WIDTH - 8, ""))
    yield f"    {closing},"


def _items(value: dict[Any, Any] | Sequence[Any]) -> list[str]:
    if isinstance(value, dict):
        return [f"{key!r}: {item!r}" for key, item in value.items()]
    return [repr(item) for item in value]


def json_text(data: Mapping[str, Any]) -> str:
    """The same as JSON, a row a line: sets, tables whose rows end with the value, single values."""
    sets = {name: value for name, value in data.items() if isinstance(value, list)}
    tables = {
        name: [[*_parts(key), item] for key, item in value.items()]
        for name, value in data.items()
        if isinstance(value, dict)
    }
    values = {name: value for name, value in data.items() if not isinstance(value, dict | list)}
    rooms = (("sets", sets), ("tables", tables), ("values", values))
    return "{\n" + ",\n".join(f'"{room}": {_room(entries)}' for room, entries in rooms) + "\n}\n"


def _room(entries: Mapping[str, Any]) -> str:
    return "{" + ",".join(f"\n  {json.dumps(name)}: {_json(value)}" for name, value in entries.items()) + "}"


def _json(value: Any) -> str:
    if not isinstance(value, list):
        return json.dumps(value)
    return "[" + ",".join(f"\n    {json.dumps(item)}" for item in value) + "]"


def _parts(key: Any) -> tuple[Any, ...]:
    return key if isinstance(key, tuple) else (key,)
