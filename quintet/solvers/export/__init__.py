"""A model in other people's languages: LP and MPS files, a Pyomo script, LaTeX, Markdown, JSON, YAML."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from quintet.errors import SolverError

if TYPE_CHECKING:
    from quintet.formulation.model import Model

__all__ = ["FORMATS", "export", "export_file"]


def export(model: Model, to: str) -> str:
    """A bound model as text.

    Args:
        model: The model.
        to: One of `FORMATS`.

    Raises:
        SolverError: There is no such format, or it can't say what the model says.
    """
    write = FORMATS.get(to)
    if write is None:
        raise SolverError(f"there is no format {to!r}", remedy=f"choose one of {', '.join(FORMATS)}")
    return write(model)


def export_file(path: str | Path, to: str, data: str | Path | None = None) -> str:
    """A formulation file as text in another format.

    Args:
        path: The formulation, YAML or JSON, or an LP or MPS file.
        to: One of `FORMATS`.
        data: Folder in which its tables are looked up; default: that of the file.

    Raises:
        DocumentError: The file is no formulation.
        DataError: Its data can't be used.
        SolverError: There is no such format, or it can't say what the model says.
    """
    from quintet.formulation.binding import bind
    from quintet.solvers.reading import open_formulation

    if to not in FORMATS:
        raise SolverError(f"there is no format {to!r}", remedy=f"choose one of {', '.join(FORMATS)}")
    formulation = open_formulation(path)
    if to in ("json", "yaml"):
        return formulation.dump(to)
    return export(bind(formulation, Path(data) if data is not None else None), to)


def _matrix(model: Model, to: str) -> str:
    from quintet.solvers.export.labels import labels_of
    from quintet.solvers.export.lp import lp_text
    from quintet.solvers.export.mps import mps_text
    from quintet.solvers.matrix import BeyondMatrix, compile
    from quintet.solvers.rewrite import rewrite

    if len(model.objectives) > 1:
        raise SolverError(
            f"an {to.upper()} file holds one objective, and the model has {len(model.objectives)} levels",
            place="objective",
            remedy="try --to pyomo, which solves them one after another",
        )
    rewritten = rewrite(model)
    try:
        arrays = compile(rewritten)
    except BeyondMatrix as error:
        remedy = f"an {to.upper()} file here holds linear rows and a quadratic objective; try --to pyomo"
        raise SolverError(error.message, place=error.place, remedy=remedy) from None
    write = {"lp": lp_text, "mps": mps_text}[to]
    return write(arrays, labels_of(rewritten, arrays), model.formulation.title or "")


def _lp(model: Model) -> str:
    return _matrix(model, "lp")


def _mps(model: Model) -> str:
    return _matrix(model, "mps")


def _pyomo(model: Model) -> str:
    from quintet.solvers.export.pyomo_script import pyomo_script

    return pyomo_script(model)


def _latex(model: Model) -> str:
    from quintet.formulation.latex import latex

    return latex(model)


def _markdown(model: Model) -> str:
    from quintet.formulation.markdown import markdown

    return markdown(model)


def _json(model: Model) -> str:
    return model.formulation.dump("json")


def _yaml(model: Model) -> str:
    return model.formulation.dump("yaml")


FORMATS: dict[str, Callable[[Model], str]] = {
    "lp": _lp,
    "mps": _mps,
    "pyomo": _pyomo,
    "latex": _latex,
    "markdown": _markdown,
    "json": _json,
    "yaml": _yaml,
}
"""Name of each format → who writes it."""
