"""`quintet diagnose`: why there is no plan, or no best one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def diagnose(
    formulation: Annotated[Path, typer.Argument(help="A formulation (YAML, JSON) or a model (LP, MPS).")],
    data: Annotated[
        Path | None, typer.Option("--data", help="Folder of the tables; default: that of the formulation.")
    ] = None,
    subsets: Annotated[int, typer.Option(help="Most clashes to find, each irreducible.")] = 1,
    time_limit: Annotated[float | None, typer.Option(help="Seconds for all of it.")] = None,
    threads: Annotated[int, typer.Option(help="Threads of a solver.")] = 1,
    seed: Annotated[int, typer.Option(help="Seed of the solver's random numbers.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Say which limits clash when no plan exists, or what grows when the objective has no limit."""
    from quintet.formulation.binding import bind
    from quintet.solvers.diagnosis import diagnose as diagnose_model
    from quintet.solvers.options import Options
    from quintet.solvers.outcome import Outcome
    from quintet.solvers.reading import open_formulation

    options = Options(time_limit=time_limit, threads=threads, seed=seed)
    model = bind(open_formulation(formulation), data)
    found = diagnose_model(model, options, subsets=subsets, progress=_say)
    print(found.to_json() if json else found.to_text())
    known = found.outcome in (Outcome.INFEASIBLE, Outcome.UNBOUNDED, Outcome.FEASIBLE)
    raise typer.Exit(0 if known else 1)


def _say(stage: str) -> None:
    if sys.stderr.isatty():
        print(f"· {stage}", file=sys.stderr)
