"""`quintet whynot`, `alternatives`, `pareto` and `replan`: other plans than the best one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quintet.verbs.parts import (
    Data,
    Json,
    Model,
    Seed,
    SolverName,
    Texts,
    Threads,
    TimeLimit,
    named_numbers,
    report,
    say,
    solver_options,
)


def whynot(
    formulation: Model,
    forced: Annotated[
        str, typer.Argument(help='The decision: "open[B] == 1", "not open[B]", "ship[A, *] >= 10".')
    ],
    data: Data = None,
    solver: SolverName = None,
    time_limit: TimeLimit = None,
    threads: Threads = 1,
    seed: Seed = 0,
    json: Json = False,
) -> None:
    """Say what speaks against a decision, and what it would cost."""
    from quintet.solvers.alternatives import whynot as ask
    from quintet.solvers.reading import open_formulation

    options = solver_options(time_limit, threads, seed)
    say("solving, then again with the decision, then looking for what speaks against it")
    found = ask(open_formulation(formulation), forced, data=data, solver=solver, options=options)
    report(found, json, answered=found.settled)


def alternatives(
    formulation: Model,
    k: Annotated[int, typer.Option("-k", "--plans", help="Plans to list, the best among them.")] = 3,
    within: Annotated[
        str | None, typer.Option(help="What a plan may lose at most, as a share of the best: 5%.")
    ] = None,
    over: Annotated[
        Texts,
        typer.Option(metavar="NAME", help="Decisions that tell plans apart; default: all whole numbers."),
    ] = None,
    ranges: Annotated[
        bool | None,
        typer.Option("--ranges/--no-ranges", help="How far each decision may move; default: for an LP."),
    ] = None,
    tolerance: Annotated[str, typer.Option(help="What may be lost in those ranges: 1%.")] = "0",
    data: Data = None,
    solver: SolverName = None,
    time_limit: TimeLimit = None,
    threads: Threads = 1,
    seed: Seed = 0,
    json: Json = False,
) -> None:
    """List the next best plans, and how far decisions may move.

    And say whether the best plan is the only one.
    """
    from quintet.solvers.alternatives import alternatives as list_plans
    from quintet.solvers.reading import open_formulation

    say("solving, then looking for other plans")
    found = list_plans(
        open_formulation(formulation),
        k=k,
        within=None if within is None else share(within, "--within"),
        over=over or (),
        ranges=ranges,
        tolerance=share(tolerance, "--tolerance"),
        data=data,
        solver=solver,
        options=solver_options(time_limit, threads, seed),
    )
    report(found, json, answered=found.settled)


def pareto(
    formulation: Model,
    objective: Annotated[
        Texts,
        typer.Option(
            metavar="TEXT", help='"minimize cost", twice or three times; default: those of the formulation.'
        ),
    ] = None,
    points: Annotated[
        int | None,
        typer.Option(help="Ends of each held objective; default: all where steps permit, else 11."),
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="Picture to write: .png, .svg or .html.")] = None,
    data: Data = None,
    solver: SolverName = None,
    time_limit: TimeLimit = None,
    threads: Threads = 1,
    seed: Seed = 0,
    json: Json = False,
) -> None:
    """Trace what two or three objectives cost one another."""
    from quintet.solvers.alternatives import pareto as trace
    from quintet.solvers.reading import open_formulation

    if plot is not None:
        from quintet.solvers.whatif.plot import check_suffix

        check_suffix(plot)
    document = open_formulation(formulation)
    options = solver_options(time_limit, threads, seed)
    say("solving for each objective, then tracing what they cost one another")
    found = trace(document, objective or (), points=points, data=data, solver=solver, options=options)
    if plot is not None and found.settled:
        found.plot(plot)
    report(found, json, answered=found.settled)


def replan(
    formulation: Model,
    last: Annotated[
        Path,
        typer.Argument(help="The last plan: a folder of 'solve -o', its answer.json, or a JSON of values."),
    ],
    within: Annotated[
        str, typer.Option(help="What may be lost to stay close, as a share of the best.")
    ] = "1%",
    measure: Annotated[
        str, typer.Option(help="amount: by how much decisions move; count: how many move.")
    ] = "amount",
    weight: Annotated[
        Texts,
        typer.Option(metavar="NAME=NUMBER", help="The weight of a family of decisions; 0 leaves it out."),
    ] = None,
    data: Data = None,
    solver: SolverName = None,
    time_limit: TimeLimit = None,
    threads: Threads = 1,
    seed: Seed = 0,
    json: Json = False,
) -> None:
    """Change the last plan as little as the best value permits."""
    from quintet.solvers.alternatives import replan as stay_close
    from quintet.solvers.reading import open_formulation

    say("solving, then staying close to the last plan")
    found = stay_close(
        open_formulation(formulation),
        last,
        within=share(within, "--within"),
        measure=measure,
        weights=named_numbers(weight, "--weight"),
        data=data,
        solver=solver,
        options=solver_options(time_limit, threads, seed),
    )
    report(found, json, answered=found.settled)


def share(text: str, place: str) -> float:
    """`5%` and `0.05` as a number.

    Raises:
        SolverError: It is neither.
    """
    from quintet.errors import SolverError

    stripped = text.strip()
    percent = stripped.endswith("%")
    try:
        value = float(stripped.removesuffix("%"))
    except ValueError:
        raise SolverError(f"{text!r} is no share", place=place, remedy="give one as 5% or 0.05") from None
    return value / 100 if percent else value
