"""`quintet explain`: a short note on the answer."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def explain(
    formulation: Annotated[Path, typer.Argument(help="A formulation (YAML, JSON) or a model (LP, MPS).")],
    data: Annotated[
        Path | None, typer.Option("--data", help="Folder of the tables; default: that of the formulation.")
    ] = None,
    solver: Annotated[str | None, typer.Option(help="Which solver; default: the one that fits.")] = None,
    time_limit: Annotated[float | None, typer.Option(help="Seconds for the solve.")] = None,
    threads: Annotated[int, typer.Option(help="Threads of the solver.")] = 1,
    seed: Annotated[int, typer.Option(help="Seed of the solver's random numbers.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Solve a formulation and explain the plan: what was chosen, what it adds up to, what limits it."""
    from quintet.formulation.binding import bind
    from quintet.solvers.explain import explain as explain_solution
    from quintet.solvers.options import Options
    from quintet.solvers.reading import open_formulation
    from quintet.solvers.registry import solve

    model = bind(open_formulation(formulation), data)
    _say("solving")
    solution = solve(model, solver, Options(time_limit=time_limit, threads=threads, seed=seed))
    _say("explaining")
    found = explain_solution(solution)
    print(found.to_json() if json else found.to_text())
    raise typer.Exit(0 if solution.outcome.solved else 1)


def _say(stage: str) -> None:
    if sys.stderr.isatty():
        print(f"· {stage}", file=sys.stderr)
