"""Entries that only changed their name: what they say is the same, and they are used as often."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from quintet.solvers.difference.side import SECTIONS, Side

PASSES = 6
"""Names may depend on names: after this many rounds nothing new is looked for."""


def renames_of(before: Side, after: Side) -> dict[str, dict[str, str]]:
    """Old name → new name, by section; `before.renames` is filled on the way.

    A set is found again by its members, a parameter by its values, a variable by index, domain and
    bounds, an expression or constraint by its text, each in the names of the other side.
    """
    found: dict[str, dict[str, str]] = {section: {} for section in SECTIONS}
    for _ in range(PASSES):
        size = sum(map(len, found.values()))
        for section in SECTIONS:
            found[section] |= _pairs(section, before, after, found[section])
            if section != "constraints":
                before.renames |= found[section]
        if sum(map(len, found.values())) == size:
            break
    return found


def _pairs(section: str, before: Side, after: Side, known: dict[str, str]) -> dict[str, str]:
    olds = [name for name in before.entries(section) if name not in (*after.entries(section), *known)]
    taken = {*before.entries(section), *known.values()}
    news = [name for name in after.entries(section) if name not in taken]
    if not olds or not news:
        return {}
    signs = {name: _signature(section, name, after) for name in news}
    found: dict[str, str] = {}
    for old in olds:
        sign = _signature(section, old, before)
        alike = (n for n in news if signs[n] == sign and _used_alike(section, old, n, before, after))
        new = next(alike, None)
        if new is not None:
            found[old] = new
            news.remove(new)
    return found


def _used_alike(section: str, old: str, new: str, before: Side, after: Side) -> bool:
    return section == "constraints" or before.mentions[old] == after.mentions[new]


def _signature(section: str, name: str, side: Side) -> Hashable:
    facets = side.facets(section, name)
    said = tuple((field, facet.key) for field, facet in facets.items() if field not in ("source", "note"))
    data: Callable[[str], Any] | None = {"sets": side.elements, "parameters": side.values}.get(section)
    return said, repr(data(name)) if data else ""
