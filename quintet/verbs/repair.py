"""`quintet repair`: what has to give way where no plan meets all limits."""

from __future__ import annotations

from typing import Annotated

import typer

from quintet.verbs.parts import (
    Data,
    Json,
    Model,
    Seed,
    Texts,
    Threads,
    TimeLimit,
    named_numbers,
    report,
    say,
    solver_options,
)


def repair(
    formulation: Model,
    soft: Annotated[
        Texts,
        typer.Option(
            metavar="NAME", help="A constraint or variable (NAME, NAME.lower, NAME.upper) that may give way."
        ),
    ] = None,
    hard: Annotated[
        Texts, typer.Option(metavar="NAME", help="A constraint or variable that may not give way.")
    ] = None,
    weight: Annotated[
        Texts, typer.Option(metavar="NAME=NUMBER", help="What one unit of a limit costs when it gives way.")
    ] = None,
    data: Data = None,
    time_limit: TimeLimit = None,
    threads: Threads = 1,
    seed: Seed = 0,
    json: Json = False,
) -> None:
    """Say which limits must give way, and by how much.

    The smallest change and the fewest changes after which there is a plan.
    """
    from quintet.formulation.binding import bind
    from quintet.solvers.reading import open_formulation
    from quintet.solvers.repair import repair as find_repairs

    weights = named_numbers(weight, "--weight")
    model = bind(open_formulation(formulation), data)
    options = solver_options(time_limit, threads, seed)
    found = find_repairs(model, options, soft=soft or (), hard=hard or (), weights=weights, progress=say)
    report(found, json, answered=found.feasible is True or found.smallest is not None)
