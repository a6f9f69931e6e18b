"""`quintet check` and `quintet export`: formulations without solving them; `quintet doctor`: this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quintet.verbs.parts import Data, Json, report, write


def check(
    formulation: Annotated[Path, typer.Argument(help="A formulation file, YAML or JSON.")],
    data: Data = None,
    json: Json = False,
) -> None:
    """Check a formulation without solving it.

    Names, data, sizes, class, sources, coverage.
    """
    from quintet.agent.inspect import inspect

    found = inspect(formulation, data)
    report(found, json, answered=not found.faulty)


def export(
    formulation: Annotated[Path, typer.Argument(help="A formulation file, YAML or JSON.")],
    to: Annotated[str, typer.Option(help="lp, mps, pyomo, latex, markdown, json or yaml.")],
    data: Data = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="File to write.")] = None,
) -> None:
    """Write a formulation for a solver, for Pyomo or for a paper."""
    from quintet.formulation.files import write_text
    from quintet.solvers.export import export_file

    text = export_file(formulation, to, data)
    if output is None:
        write(text)
    else:
        write_text(output, text)


def doctor(json: Json = False) -> None:
    """Say what is installed, what is missing, and what mends it."""
    from quintet.doctor import examine

    found = examine()
    write(found.to_json() if json else found.to_text())
    raise typer.Exit(0 if found.healthy else 3)
