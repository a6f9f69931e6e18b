"""What travels between the floors: the problem as told, findings about it, and verdicts.

Standard library only, so that importing it costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Verdict(StrEnum):
    """How far an answer can be trusted, best first."""

    VERIFIED = "verified"
    CHECKED = "checked"
    DISPUTED = "disputed"
    UNSOLVED = "unsolved"


@dataclass(frozen=True)
class Finding:
    """One thing that a check noticed.

    Args:
        code: Short name of the kind of finding, such as `number-unused`.
        severity: How much it matters.
        place: Path of keys in the document, or a place in the text.
        message: One line: what is so, and the remedy.
    """

    code: str
    severity: Severity
    place: str
    message: str

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return f"{self.severity.value}: {where}{self.message} [{self.code}]"


@dataclass(frozen=True)
class Problem:
    """A problem as its owner tells it.

    Args:
        text: The problem in words.
        files: Data files that came with it.
        data: Folder in which tables are looked up.
    """

    text: str
    files: tuple[Path, ...] = ()
    data: Path | None = None
