"""Files that hold a model: formulations in YAML or JSON, and LP and MPS files of other tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quintet.formulation.document import Formulation
    from quintet.solvers.reading.matrix_file import MatrixFile

__all__ = ["SUFFIXES", "open_formulation", "read_matrix"]

SUFFIXES = (".lp", ".mps", ".lp.gz", ".mps.gz")
"""Endings of the files of other tools."""
TEXTS = (".txt", ".md", ".text")
"""Endings of problems in words."""
TABLES = (".csv", ".tsv", ".xlsx", ".xlsm", ".parquet")
"""Endings of tables."""


def open_formulation(path: str | Path) -> Formulation:
    """The formulation that a file holds.

    Args:
        path: YAML or JSON, or an LP or MPS file (`.lp`, `.mps`, also with `.gz`).

    Raises:
        DocumentError: It can't be read, or is no formulation.
        DataError: It holds a number that can't be used.
    """
    from quintet.formulation.document import Formulation

    if not str(path).lower().endswith(SUFFIXES):
        _refuse_suffix(Path(path))
        return Formulation.load(path)
    from quintet.solvers.reading.assembly import document_of
    from quintet.solvers.reading.pairs import joined

    return Formulation.model_validate(document_of(joined(read_matrix(path))))


def _refuse_suffix(path: Path) -> None:
    from quintet.errors import DocumentError
    from quintet.formulation import document

    if path.suffix.lower() in document.SUFFIXES:
        return
    if not path.exists():
        raise DocumentError("there is no such file", place=str(path), remedy="correct the path")
    said = f"the suffix {path.suffix!r} is unknown" if path.suffix else "the file name has no suffix"
    remedy = "name it .yaml or .json if it is a formulation, .lp or .mps if it is a model of another tool"
    if path.suffix.lower() in TEXTS:
        remedy = "a problem in words is for quintet solve; a model is named .yaml, .json, .lp or .mps"
    elif path.suffix.lower() in TABLES:
        remedy = "a table is named by a formulation; a model is named .yaml, .json, .lp or .mps"
    raise DocumentError(said, place=path.name, remedy=remedy)


def read_matrix(path: str | Path) -> MatrixFile:
    """What an LP or MPS file says, by its ending.

    Args:
        path: A file that ends in one of `SUFFIXES`.

    Raises:
        DocumentError: It can't be read, or says what can't be taken; the place has the line.
        DataError: A number is none, or is infinite where it may not be.
    """
    from quintet.errors import DocumentError
    from quintet.solvers.reading.content import text_of
    from quintet.solvers.reading.lp import read_lp
    from quintet.solvers.reading.mps import read_mps

    path = Path(path)
    read = read_lp if path.name.lower().removesuffix(".gz").endswith(".lp") else read_mps
    text = text_of(path)
    if not text.strip():
        raise DocumentError("the file is empty", place=path.name, remedy="write it again, or name another")
    return read(text, path.name)
