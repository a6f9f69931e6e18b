"""The verb `repair`."""

from __future__ import annotations

import json as writer
import sys
from pathlib import Path
from typing import Annotated

import typer


def repair(
    formulation: Annotated[Path, typer.Argument(help="A formulation file, or an LP or MPS file.")],
    soft: Annotated[
        list[str] | None,
        typer.Option(help="A constraint or variable (NAME, NAME.lower, NAME.upper) that may give way."),
    ] = None,
    hard: Annotated[
        list[str] | None, typer.Option(help="A constraint or variable that may not give way.")
    ] = None,
    weight: Annotated[
        list[str] | None, typer.Option(help="NAME=W: what one unit of a limit costs when it gives way.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Folder in which tables are looked up.")] = None,
    time_limit: Annotated[
        float | None, typer.Option(help="Seconds of wall time, all solves together.")
    ] = None,
    threads: Annotated[int, typer.Option(help="Threads of the solver.")] = 1,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Say which limits must give way, and by how much, so that a plan exists."""
    from quintet.formulation.binding import bind
    from quintet.solvers.options import Options
    from quintet.solvers.reading import open_formulation
    from quintet.solvers.repair import repair as find_repairs

    weights = dict(_pair(text) for text in weight or [])
    model = bind(open_formulation(formulation), data)
    options = Options(time_limit=time_limit, threads=threads)
    found = find_repairs(model, options, soft=soft or (), hard=hard or (), weights=weights, progress=_say)
    text = writer.dumps(found.record(), ensure_ascii=False, indent=2) if json else found.to_text()
    typer.echo(text)
    raise typer.Exit(0 if found.feasible or found.smallest is not None else 1)


def _pair(text: str) -> tuple[str, float]:
    name, sign, value = text.partition("=")
    try:
        return name.strip(), float(value)
    except ValueError:
        message = f"{text!r} is not NAME=W, a limit and what one unit of it costs"
        raise typer.BadParameter(message, param_hint="--weight") from None


def _say(stage: str) -> None:
    if sys.stderr.isatty():
        print(f"· {stage}", file=sys.stderr)
