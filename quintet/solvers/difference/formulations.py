"""Two formulations → what is different, entry by entry."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from typing import Any

from quintet.formulation.document import Formulation
from quintet.formulation.model import Key
from quintet.formulation.schema import ObjectiveEntry
from quintet.solvers.difference.canonical import Canonical, shown_expression
from quintet.solvers.difference.change import Change, Detail, Value, What
from quintet.solvers.difference.renames import renames_of
from quintet.solvers.difference.side import SECTIONS, Facet, Side


def changes_between(before: Side, after: Side) -> list[Change]:
    """All changes, in the order of the document.

    Sets, parameters, variables, expressions and constraints are matched by name, or found again
    under another one; what they say is compared in one form, and their data as bound.
    """
    renames = renames_of(before, after)
    found = [*_document(before.formulation, after.formulation)]
    for section in SECTIONS:
        if section == "constraints":
            found += _objectives(before, after)
        found += _section(section, before, after, renames[section])
    return [*found, *_assumptions(before.formulation, after.formulation)]


# sections of named entries


def _section(section: str, before: Side, after: Side, renames: dict[str, str]) -> Iterator[Change]:
    olds, news = before.entries(section), after.entries(section)
    for name in olds:
        new = renames.get(name, name)
        if new not in news:
            yield Change(section, name, What.REMOVED, details=_said(section, name, before, removed=True))
            continue
        details = tuple(_details(section, name, new, before, after))
        if new != name:
            yield Change(section, name, What.RENAMED, new, details)
        elif details:
            yield Change(section, name, What.CHANGED, details=details)
    for name in news:
        if name not in olds and name not in renames.values():
            yield Change(section, name, What.ADDED, details=_said(section, name, after, removed=False))


def _said(section: str, name: str, side: Side, *, removed: bool) -> tuple[Detail, ...]:
    """What an entry says that stands on one side only."""
    facets = side.facets(section, name)
    pairs = [(field, facet.shown) for field, facet in facets.items() if field not in ("source", "note")]
    if section == "parameters" and "expression" not in facets and len(side.values(name)) == 1:
        pairs += [("value", next(iter(side.values(name).values())))]
    return tuple(Detail(f, (), v if removed else None, None if removed else v) for f, v in pairs)


def _details(section: str, name: str, new: str, before: Side, after: Side) -> Iterator[Detail]:
    yield from _fields(before.facets(section, name), after.facets(section, new))
    if section == "sets":
        yield from _elements(before.elements(name), after.elements(new))
    if section == "parameters":
        yield from _values(before.values(name), after.values(new))


def _fields(old: dict[str, Facet], new: dict[str, Facet]) -> Iterator[Detail]:
    nothing = Facet(None, None)
    for field in dict.fromkeys((*old, *new)):
        one, two = old.get(field, nothing), new.get(field, nothing)
        if one.key != two.key:
            yield Detail(field, (), one.shown, two.shown)


def _elements(old: list[Key] | None, new: list[Key] | None) -> Iterator[Detail]:
    """Elements that left or came; where the same ones stand in another order, that."""
    olds, news = dict.fromkeys(old or ()), dict.fromkeys(new or ())
    yield from (Detail("element", key, _text(key), None) for key in olds if key not in news)
    yield from (Detail("element", key, None, _text(key)) for key in news if key not in olds)
    kept_old, kept_new = [k for k in olds if k in news], [k for k in news if k in olds]
    if kept_old != kept_new:
        shown = (", ".join(map(_text, kept)) for kept in (kept_old, kept_new))
        yield Detail("order", (), next(shown), next(shown))


def _text(key: Key) -> str:
    return ", ".join(map(str, key))


def _values(old: dict[Key, Value], new: dict[Key, Value]) -> Iterator[Detail]:
    for key in dict.fromkeys((*old, *new)):
        if old.get(key) != new.get(key):
            yield Detail("value", key, _plain(old.get(key)), _plain(new.get(key)))


def _plain(value: Value) -> Value:
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


# objective


def _objectives(before: Side, after: Side) -> Iterator[Change]:
    olds, news = before.formulation.objectives, after.formulation.objectives
    for place in range(max(len(olds), len(news))):
        name = f"objective {place + 1}" if max(len(olds), len(news)) > 1 else "objective"
        old = _objective(olds[place], before.canonical) if place < len(olds) else {}
        new = _objective(news[place], after.canonical) if place < len(news) else {}
        what = What.CHANGED if old and new else What.REMOVED if old else What.ADDED
        details = tuple(_fields(old, new))
        if details:
            yield Change("objective", name, what, details=details)


def _objective(entry: ObjectiveEntry, canonical: Canonical) -> dict[str, Facet]:
    plain: dict[str, Value] = {
        "sense": entry.sense.value,
        "name": entry.name,
        "unit": entry.unit,
        "priority": entry.priority,
        "weight": entry.weight,
        "abs_tol": entry.abs_tol,
        "rel_tol": entry.rel_tol,
        "note": entry.note,
    }
    found = {field: Facet(value, _plain(value)) for field, value in plain.items()}
    if entry.expression is not None:
        key = canonical.expression(entry.expression)
        found["expression"] = Facet(key, shown_expression(entry.expression))
    found["source"] = Facet(entry.sources, " … ".join(entry.sources))
    return found


# the rest of the document


def _document(before: Formulation, after: Formulation) -> Iterator[Change]:
    for field in ("title", "note", "optimum"):
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            yield Change("document", field, What.CHANGED, details=(Detail(field, (), old, new),))
    lines = tuple(_lines(before.text or "", after.text or ""))
    if lines:
        yield Change("document", "text", What.CHANGED, details=lines)
    for section in ("tables", "scenarios"):
        yield from _records(section, getattr(before, section), getattr(after, section))


def _lines(old: str, new: str) -> Iterator[Detail]:
    olds, news = ([line for line in text.splitlines() if line.strip()] for text in (old, new))
    for what, a, b, c, d in difflib.SequenceMatcher(a=olds, b=news, autojunk=False).get_opcodes():
        if what != "equal":
            yield from (Detail("line", (), line, None) for line in olds[a:b])
            yield from (Detail("line", (), None, line) for line in news[c:d])


def _records(section: str, olds: dict[str, Any], news: dict[str, Any]) -> Iterator[Change]:
    for name in dict.fromkeys((*olds, *news)):
        old, new = _dumped(olds.get(name)), _dumped(news.get(name))
        if old != new:
            what = What.ADDED if name not in olds else What.REMOVED if name not in news else What.CHANGED
            details = tuple(_fields(old, new))
            yield Change(section, name, what, details=details)


def _dumped(record: Any) -> dict[str, Facet]:
    """The fields of a record; what is no simple value as JSON."""
    if record is None:
        return {}
    data = record.model_dump(mode="json", by_alias=True, exclude_unset=True)
    simple = {f: v if isinstance(v, int | float | str) else json.dumps(v) for f, v in data.items()}
    return {field: Facet(value, value) for field, value in simple.items()}


def _assumptions(before: Formulation, after: Formulation) -> Iterator[Change]:
    olds = [assumption.text for assumption in before.assumptions]
    news = [assumption.text for assumption in after.assumptions]
    yield from (Change("assumptions", text, What.REMOVED) for text in olds if text not in news)
    yield from (Change("assumptions", text, What.ADDED) for text in news if text not in olds)
