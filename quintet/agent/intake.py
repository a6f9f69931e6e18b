"""What the user handed over: a text, a text file, a stream, or a formulation file."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from quintet.errors import ProblemError
from quintet.problem import Problem

if TYPE_CHECKING:
    from quintet.formulation.document import Formulation

TEXT_LIMIT = 1_000_000
FORMULATIONS = (".yaml", ".yml", ".json", ".lp", ".mps", ".lp.gz", ".mps.gz")
FILES = (*FORMULATIONS, ".txt", ".md", ".text")


@dataclass(frozen=True)
class Told:
    """A problem in words, or a formulation that somebody wrote already.

    Args:
        problem: The words and the folder of the data.
        formulation: The document, if that is what was handed over.
    """

    problem: Problem
    formulation: Formulation | None = None


def read_problem(argument: str, data: Path | None = None) -> Told:
    """Find out what `argument` is and read it.

    Args:
        argument: A problem text, the path of a text or formulation file, or `-` for stdin.
        data: Folder in which tables are looked up.

    Raises:
        ProblemError: Nothing there, not text, or too long.
        DocumentError: A formulation file that is none.
    """
    if data is not None and not data.is_dir():
        raise ProblemError(
            f"{str(data)!r} is no folder", place="--data", remedy="name the folder of the tables"
        )
    if argument == "-" and sys.stdin is None:
        raise ProblemError("stdin is closed", place="stdin", remedy="give the problem as text or file")
    if argument == "-":
        return told_in_words(_decoded(sys.stdin.buffer.read(4 * TEXT_LIMIT + 1), "stdin"), data, "stdin")
    path = Path(argument)
    if argument.strip() and _is_file(path):
        return _from_file(path, data)
    if _looks_like_a_path(argument):
        raise ProblemError(
            "there is no such file",
            place=argument,
            remedy="check the path, or give the text itself, which has several words",
        )
    return told_in_words(argument, data, "the text")


def told_in_words(text: str, data: Path | None = None, place: str = "the text") -> Told:
    """A problem in words.

    Raises:
        ProblemError: It is empty or too long.
    """
    if not text.strip():
        raise ProblemError("the problem text is empty", place=place, remedy="describe the decision in words")
    if len(text) > TEXT_LIMIT:
        raise ProblemError(
            f"the problem text is longer than {TEXT_LIMIT:,} characters",
            place=place,
            remedy="keep the story in the text and the numbers in tables",
        )
    return Told(Problem(text, data=data))


def _is_file(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a problem text is often too long, or has signs that no path has
        return False


def _looks_like_a_path(argument: str) -> bool:
    """One word; but some scripts write a whole text without a space."""
    return len(argument.split()) == 1 and (argument.isascii() or argument.strip().endswith(FILES))


def _from_file(path: Path, data: Path | None) -> Told:
    if path.is_dir():
        raise ProblemError("is a folder", place=str(path), remedy="name a text file or a formulation file")
    if path.name.lower().endswith(FORMULATIONS):
        from quintet.solvers.reading import open_formulation

        formulation = open_formulation(path)
        return Told(Problem(formulation.text or "", data=data), formulation)
    try:
        with path.open("rb") as stream:
            content = stream.read(4 * TEXT_LIMIT + 1)
    except OSError as error:
        raise ProblemError(f"can't be read: {error.strerror}", place=str(path)) from None
    return told_in_words(_decoded(content, str(path)), data, str(path))


def _decoded(content: bytes, place: str) -> str:
    if b"\0" in content:
        raise ProblemError("is a binary file", place=place, remedy="give the problem as plain text")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ProblemError(
            f"byte {error.start + 1} is not UTF-8", place=place, remedy="save the text as UTF-8"
        ) from None
