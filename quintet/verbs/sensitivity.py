"""`quintet sensitivity`: what limits, costs and data are worth."""

from __future__ import annotations

from typing import Annotated

import typer

from quintet.verbs.parts import Data, Json, Model, Seed, Texts, Threads, report, say, solver_options


def sensitivity(
    formulation: Model,
    data: Data = None,
    parameter: Annotated[
        Texts, typer.Option(metavar="NAME", help="A parameter to look at; may be given again; default: all.")
    ] = None,
    limit: Annotated[
        int, typer.Option(min=1, help="Most limits, decisions and numbers, each, tried by a small program.")
    ] = 200,
    solves: Annotated[
        int, typer.Option(min=1, help="Most limits and numbers, each, for which the model is solved again.")
    ] = 40,
    time_limit: Annotated[
        float | None,
        typer.Option(
            help="Seconds for the first solve, and again for all after it; default: no end, and 20."
        ),
    ] = None,
    threads: Threads = 1,
    seed: Seed = 0,
    json: Json = False,
) -> None:
    """Say what one more of each limit and number is worth.

    And how far each coefficient of the objective may move while the plan stays the best.
    """
    from quintet.formulation.binding import bind
    from quintet.solvers.reading import open_formulation
    from quintet.solvers.sensitivity import sensitivity as analyse

    found = analyse(
        bind(open_formulation(formulation), data),
        options=solver_options(time_limit, threads, seed),
        parameters=parameter,
        data=data,
        limit=limit,
        solves=solves,
        progress=say,
    )
    report(found, json, answered=found.settled)
