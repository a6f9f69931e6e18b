"""`quintet check` and `quintet export`: formulations without solving them; `quintet doctor`: this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quintet.verbs.parts import Data, Json, write


def check(
    formulation: Annotated[Path, typer.Argument(help="A formulation file, YAML or JSON.")],
    data: Data = None,
    json: Json = False,
) -> None:
    """Check a formulation without solving it: names, data, sizes, class, sources, coverage."""
    from quintet.agent.inspect import inspect

    report = inspect(formulation, data)
    write(report.to_json() if json else report.to_text())
    raise typer.Exit(1 if report.faulty else 0)


def export(
    formulation: Annotated[Path, typer.Argument(help="A formulation file, YAML or JSON.")],
    to: Annotated[str, typer.Option(help="lp, mps, pyomo, latex, markdown, json or yaml.")],
    data: Data = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="File to write.")] = None,
) -> None:
    """Write a formulation in another language: for a solver, for Pyomo, for a paper."""
    from quintet.formulation.files import write_text
    from quintet.solvers.export import export_file

    text = export_file(formulation, to, data)
    if output is None:
        write(text)
    else:
        write_text(output, text)


def doctor(json: Json = False) -> None:
    """Say what is installed, what is missing, and the command that mends it."""
    from quintet.doctor import examine

    report = examine()
    write(report.to_json() if json else report.to_text())
    raise typer.Exit(0 if report.healthy else 3)
