"""The gallery: formulations with their story, data, optimum, and where the optimum is known from.

Each example is a folder with a `formulation.yaml` and the tables it reads. Beside them stand
problems told in words alone: `bakery.txt` and `stories/`.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from quintet.errors import ProblemError

DOCUMENT = "formulation.yaml"


def names() -> list[str]:
    """Names of all examples, in alphabetical order."""
    return sorted(item.name for item in folder().iterdir() if (item / DOCUMENT).is_file())


def path(name: str) -> Path:
    """The formulation file of the example `name`; its tables lie in the same folder.

    Raises:
        ProblemError: There is no such example; the message lists those there are.
    """
    if name not in names():
        raise ProblemError(f"no example is called {name!r}", remedy=f"there are {', '.join(names())}")
    return folder() / name / DOCUMENT


def stories() -> list[Path]:
    """The problems told in words alone, as text files."""
    return [folder() / "bakery.txt", *sorted((folder() / "stories").glob("*.txt"))]


def folder() -> Path:
    """Where the gallery lies."""
    return Path(str(files(__name__)))
