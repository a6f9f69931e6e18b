"""The lines of an MPS file, cut into fields: by white space, or by columns if names hold spaces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from quintet.formulation.schema import shown
from quintet.solvers.reading.draft import Draft

FIXED = ((1, 3), (4, 12), (14, 22), (24, 36), (39, 47), (49, 61))
"""Where the fields of the fixed format stand: kind, name, name, number, name, number."""
KINDED = ("ROWS", "BOUNDS")
AFTER_COLUMNS = ("RHS", "RANGES", "BOUNDS", "ENDATA")


@dataclass(frozen=True)
class Line:
    """One line that says something.

    Args:
        number: From 1.
        section: The section it stands in, or opens.
        text: As it is written.
        header: Whether it opens a section.
        fixed: Whether its fields are cut by columns.
    """

    number: int
    section: str
    text: str
    header: bool
    fixed: bool


@dataclass(frozen=True)
class Fields:
    """The kind of a row or bound ("" elsewhere) and the other words of a line."""

    kind: str
    words: tuple[str, ...]


def lines_of(text: str, comment: Callable[[str], None]) -> Iterator[Line]:
    """All lines but empty ones and comments, which go to `comment`."""
    fixed = _is_fixed(text)
    section = ""
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("*"):
            comment(line)
        elif line.strip():
            header = not line[0].isspace()
            section = line.split()[0].upper() if header else section
            yield Line(number, section, line, header, fixed)


def _is_fixed(text: str) -> bool:
    """Whether names hold spaces, and rows stand as the fixed format wants them.

    A row is then no pair of words, or an entry no odd number of them.
    """
    section, spaced = "", False
    for line in text.split("\n"):
        if line.startswith("*") or not line.strip():
            continue
        if not line[0].isspace():
            section = line.split()[0].upper()
            if section in AFTER_COLUMNS:
                break
        elif section == "ROWS":
            if line[3:4].strip() or not line[4:12].strip():
                return False
            spaced = spaced or len(line.split()) > 2
        elif section == "COLUMNS":
            spaced = spaced or (len(line.split()) % 2 == 0 and "MARKER" not in line)
    return spaced


def fields_of(line: Line, draft: Draft) -> Fields:
    """The fields of a line that opens no section.

    Raises:
        DocumentError: It is too long for the fixed format.
    """
    kinded = line.section in KINDED
    if not line.fixed:
        words = tuple(line.text.split())
        return Fields(words[0], words[1:]) if kinded else Fields("", words)
    if len(line.text.rstrip()) > FIXED[-1][1] or "\t" in line.text:
        said = f"{shown(line.text.strip())} does not fit the fixed format, which names with spaces need"
        raise draft.wrong(said, line.number, "write names without spaces")
    cut = [line.text[start:end].strip() for start, end in FIXED]
    while cut and not cut[-1]:
        cut.pop()
    kind, *words = cut or [""]
    # a blank field 1 is the unnamed vector of RHS, RANGES or BOUNDS
    blank = line.section in ("RHS", "RANGES", "BOUNDS") and words and not words[0]
    return Fields(kind, tuple(words[1:] if blank else words))
