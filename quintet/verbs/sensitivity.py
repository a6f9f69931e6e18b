"""`quintet sensitivity`: what limits, costs and data are worth."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def sensitivity(
    formulation: Annotated[Path, typer.Argument(help="A formulation (YAML, JSON) or a model (LP, MPS).")],
    data: Annotated[
        Path | None, typer.Option("--data", help="Folder of the tables; default: that of the formulation.")
    ] = None,
    parameter: Annotated[
        list[str] | None, typer.Option(help="A parameter to look at; may be given again; default: all.")
    ] = None,
    limit: Annotated[
        int, typer.Option(min=1, help="Most limits, decisions and numbers, each, tried by a small program.")
    ] = 200,
    solves: Annotated[
        int, typer.Option(min=1, help="Most limits and numbers, each, for which the model is solved again.")
    ] = 40,
    time_limit: Annotated[float | None, typer.Option(help="Seconds for all solving again together.")] = None,
    threads: Annotated[int, typer.Option(help="Threads of a solver.")] = 1,
    seed: Annotated[int, typer.Option(help="Seed of the solver's random numbers.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Say what one more of each limit and of each number is worth, and how far the plan stays the best."""
    from quintet.formulation.binding import bind
    from quintet.solvers.options import Options
    from quintet.solvers.reading import open_formulation
    from quintet.solvers.sensitivity import sensitivity as analyse

    options = Options(time_limit=time_limit, threads=threads, seed=seed)
    found = analyse(
        bind(open_formulation(formulation), data),
        options=options,
        parameters=parameter,
        data=data,
        limit=limit,
        solves=solves,
        progress=_say,
    )
    print(found.to_json() if json else found.to_text())
    raise typer.Exit(0 if found.outcome.solved else 1)


def _say(stage: str) -> None:
    if sys.stderr.isatty():
        print(f"· {stage}", file=sys.stderr)
