"""What is different: entries of a document, and inside them fields, elements and values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from quintet.formulation.model import Key

Value: TypeAlias = int | float | str | None
"""What stands on one side of a change; None where nothing stands."""


class What(StrEnum):
    """What became of an entry."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    RENAMED = "renamed"


@dataclass(frozen=True)
class Detail:
    """One thing inside an entry.

    Args:
        field: `expression`, `lower`, `unit` …, `value` of a parameter or `element` of a set.
        key: The key of the value or the element, () elsewhere.
        old: What stood there before.
        new: What stands there now.
    """

    field: str
    key: Key
    old: Value
    new: Value

    def record(self) -> dict[str, Any]:
        """As JSON-ready data."""
        return {"field": self.field, "key": list(self.key), "old": self.old, "new": self.new}


@dataclass(frozen=True)
class Change:
    """What is different about one entry.

    Args:
        section: `sets`, `parameters`, `variables`, `expressions`, `objective`, `constraints`,
            `assumptions`, `tables`, `scenarios` or `document`.
        name: Its name, the one of before if it has another now.
        what: What became of it.
        new_name: Its name now, "" if it is the same.
        details: What is different inside it; what it says, if it is added or removed.
    """

    section: str
    name: str
    what: What
    new_name: str = ""
    details: tuple[Detail, ...] = ()

    def record(self) -> dict[str, Any]:
        """As JSON-ready data."""
        return {
            "section": self.section,
            "name": self.name,
            "what": self.what.value,
            "new_name": self.new_name or None,
            "details": [detail.record() for detail in self.details],
        }
