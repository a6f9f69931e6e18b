"""Changes of parameters, as values by key that go over those of the document."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quintet.errors import DataError, DocumentError
from quintet.formulation.binder import Binder
from quintet.formulation.model import Family, Key
from quintet.formulation.parser import parse, parse_index, parse_members
from quintet.formulation.schema import Document
from quintet.formulation.tree import Name, Node, Subscript, walk
from quintet.solvers.whatif.changes import ParameterChange, ScaleParameter, SetParameter
from quintet.solvers.whatif.keys import close_to, nested, require, rows_of, target_text

if TYPE_CHECKING:
    from quintet.formulation.document import Formulation

GIVEN = 4
"""Parameters that a message about a computed one lists."""


class Overrides:
    """Values by parameter and key, made by one change after another.

    Args:
        formulation: The document.
        folder: Where its tables are looked up.
    """

    def __init__(self, formulation: Formulation, folder: Path) -> None:
        self._document = formulation
        self._folder = folder
        self._values: dict[str, dict[Key, Any]] = {}
        self._plain = Binder(formulation, folder)

    @property
    def nested(self) -> dict[str, Any]:
        """As `bind` takes them."""
        return {name: nested(values) for name, values in self._values.items()}

    def binder(self, name: str | None = None) -> Binder:
        """A binder of the document with the changes made so far.

        Args:
            name: The parameter that is asked for, None for all. One that no change has reached is
                answered by the same binder each time, which has read the tables already.
        """
        reached = name is None or {name, *uses(name, self._document)} & set(self._values)
        return Binder(self._document, self._folder, self.nested) if reached and self._values else self._plain

    def add(self, change: ParameterChange) -> None:
        """Make one more change.

        Raises:
            DocumentError: No such parameter, or it is computed.
            DataError: The key names nothing, or the value can't be used.
        """
        name, place = change.parameter, change.place
        _require_given(name, self._document, place)
        binder = self.binder(name)
        family = binder.indexed(name).family
        if isinstance(change, SetParameter) and change.key is None and family.arity:
            stars = target_text(name, (None,) * family.arity)
            raise DataError(
                f"{name} has an index", place=place, remedy=f"write {stars} for all its keys, or name one"
            )
        rows = rows_of(name, change.key, family, place)
        self._values.setdefault(name, {}).update(_changed(change, rows, family, binder))


def _changed(change: ParameterChange, rows: list[int], family: Family, binder: Binder) -> dict[Key, Any]:
    keys = [family.keys[row] for row in rows]
    home = binder.home(change.parameter)
    if isinstance(change, SetParameter):
        value = change.value if home is None else _element(change, change.value, binder)
        if isinstance(value, str) and home is None:
            raise DataError(f"{value!r} is not a number", place=change.place, remedy="write digits")
        return dict.fromkeys(keys, value)
    if home is not None:
        raise DataError(
            f"the values of {change.parameter} are elements, no numbers",
            place=change.place,
            remedy=f"write {change.parameter}=element",
        )
    before = binder.parameter_values(change.parameter)
    return {key: _finite(_moved(change, before[key]), change) for key in keys}


def _moved(change: ParameterChange, value: float) -> float:
    if isinstance(change, ScaleParameter):
        return value * change.factor
    return value + getattr(change, "amount", 0)


def _finite(value: float, change: ParameterChange) -> float:
    if not math.isfinite(value):
        raise DataError(
            "the value becomes too large for a number", place=change.place, remedy="use larger units"
        )
    return value


def _element(change: SetParameter, value: int | float | str, binder: Binder) -> str | int:
    home = binder.home(change.parameter)
    assert home is not None
    assert home.domain is not None
    whole = int(value) if isinstance(value, float) and value.is_integer() else value
    found = binder.element_of(home, whole) if isinstance(whole, int | str) else None
    if found is None:
        members = [str(key[0]) for key in getattr(binder.set(home.domain.name), "members", [])]
        remedy = close_to(str(value), members) or f"there are: {', '.join(members[:8])}"
        raise DataError(f"{value!r} is no element of {home.domain.name}", place=change.place, remedy=remedy)
    return found


def _require_given(name: str, document: Document, place: str) -> None:
    if name in document.variables:
        said = f"{name} is a decision, not a parameter"
        raise DocumentError(said, place=place, remedy=f"hold it with --fix '{name}[…]=VALUE'")
    for section, what in (("sets", "set"), ("expressions", "named expression")):
        if name in getattr(document, section):
            remedy = "use --add-element or --remove-element" if what == "set" else _origins(name, document)
            raise DocumentError(f"{name} is a {what}, not a parameter", place=place, remedy=remedy)
    require(name, document.parameters, "parameter", place)
    if document.parameters[name].expression is not None:
        raise DocumentError(f"{name} is computed", place=place, remedy=_origins(name, document))


def _origins(name: str, document: Document) -> str:
    """The given parameters that something computed comes from."""
    given = [origin for origin in uses(name, document) if _given(origin, document)]
    if not given:
        return "it comes from no parameter"
    shown = ", ".join(given[:GIVEN]) + (" …" if len(given) > GIVEN else "")
    return f"change what it comes from: {shown}"


def _given(name: str, document: Document) -> bool:
    return name in document.parameters and document.parameters[name].expression is None


def uses(name: str, document: Document) -> list[str]:
    """Everything declared that a name's definition mentions, directly or through others."""
    found: dict[str, None] = {}
    waiting = [name]
    while waiting:
        for other in mentioned(waiting.pop(), document):
            if other not in found and other != name:
                found[other] = None
                waiting.append(other)
    return list(found)


def mentioned(name: str, document: Document) -> list[str]:
    """The declared names in one definition, its index and bounds among them."""
    return [n for text in definition(name, document) for n in names_in(text)]


def definition(name: str, document: Document) -> list[Node]:
    """The trees of one definition."""
    texts: list[Node] = []
    if name in document.parameters:
        entry = document.parameters[name]
        texts += [parse(entry.expression)] if entry.expression else []
        texts += [Name(entry.within)] if entry.within else []
    elif name in document.expressions:
        texts += [parse(document.expressions[name].expression)]
    elif name in document.sets:
        texts += _set_definition(name, document)
    return [*texts, *_index(name, document)]


def _set_definition(name: str, document: Document) -> list[Node]:
    entry = document.sets[name]
    found: list[Node] = [parse_members(entry.computed)] if entry.computed else []
    found += [Name(entry.within)] if entry.within else []
    if entry.range:
        found += [parse(end) for end in entry.range.split("..") if end.strip()]
    return found


def _index(name: str, document: Document) -> list[Node]:
    for section in ("parameters", "variables", "expressions", "sets"):
        entry = getattr(document, section).get(name)
        if entry is not None and entry.index:
            return list(index_nodes(entry.index))
    return []


def index_nodes(index: str | list[str]) -> Iterable[Node]:
    """The domains and filters of an index as trees."""
    for generator in parse_index(index):
        yield generator.domain
        yield from generator.conditions


def names_in(tree: Node) -> list[str]:
    """The names in an unresolved tree."""
    return [part.name for part in walk(tree) if isinstance(part, Name | Subscript)]
