"""Differences as a person reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from quintet.formulation.wording import number, signed, signed_percent, subscripts
from quintet.solvers.difference.change import Change, Detail, Value, What

MOST = 12
"""Most values or elements of one entry that are shown."""
WIDE = 60
DIGITS = 7
"""Digits of a value that is not whole."""
MARKS = {What.ADDED: "+", What.REMOVED: "-", What.CHANGED: " ", What.RENAMED: " "}


def lines_of(changes: Sequence[Change]) -> Iterator[str]:
    """The changes, section by section."""
    for section in dict.fromkeys(change.section for change in changes):
        yield section
        for change in changes:
            if change.section == section:
                yield from (f"  {line}" for line in _change(change))


def _amounts(detail: Detail) -> str:
    """The two values and how far they are apart: `100 → 120 (+20, +20 %)`."""
    old, new = detail.old, detail.new
    if isinstance(old, str | None) or isinstance(new, str | None):
        return arrow(old, new)
    share = f", {signed_percent((new - old) / abs(old))}" if old else ""
    return f"{number(old, DIGITS)} → {number(new, DIGITS)} ({signed(new - old)}{share})"


def _change(change: Change) -> Iterator[str]:
    mark = MARKS[change.what]
    if change.what in (What.ADDED, What.REMOVED):
        said = "; ".join(_one_side(detail) for detail in change.details)
        yield f"{mark} {change.name}{': ' if said else ''}{said}"
        return
    if change.section == "answer":
        yield f"{mark} {change.name}: {_amounts(change.details[0])}"
        return
    now = f" is now called {change.new_name}" if change.new_name else ""
    yield f"{mark} {change.name}{now}"
    yield from (f"    {line}" for line in _details(change.details))


def _one_side(detail: Detail) -> str:
    value = shown(detail.old if detail.new is None else detail.new)
    return value if detail.field in ("expression", "from", "value") else f"{detail.field} {value}"


def _details(details: Sequence[Detail]) -> Iterator[str]:
    listed = [detail for detail in details if detail.field in ("value", "element", "line")]
    for detail in details:
        if detail not in listed:
            yield from _field(detail)
    yield from _cut([_listed(detail) for detail in listed])


def _cut(lines: Sequence[str]) -> Iterable[str]:
    if len(lines) <= MOST + 1:
        return lines
    return [*lines[:MOST], f"… and {len(lines) - MOST:,} more"]


def _listed(detail: Detail) -> str:
    if detail.field != "value":
        return f"+ {detail.new}" if detail.old is None else f"- {detail.old}"
    key = f"{subscripts(detail.key)}: " if detail.key else ""
    return f"{key}{arrow(detail.old, detail.new)}"


def _field(detail: Detail) -> Iterator[str]:
    old, new = shown(detail.old), shown(detail.new)
    if len(old) + len(new) <= WIDE:
        yield f"{detail.field}: {arrow(detail.old, detail.new)}"
        return
    yield f"{detail.field}:"
    if detail.old is not None:
        yield f"  - {old}"
    if detail.new is not None:
        yield f"  + {new}"


def arrow(old: Value, new: Value) -> str:
    """`30 → 45`; what is missing on one side is said."""
    return f"{shown(old)} → {shown(new)}"


def shown(value: Value) -> str:
    """A value of any kind."""
    if value is None:
        return "none"
    return value if isinstance(value, str) else f"{value:,}"
