"""`quintet solve`: by the language model that is configured, else by the built-in reader."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quintet.errors import ReaderDeclined
from quintet.verbs.parts import Data, Gap, Json, SolverName, Texts, Threads, report, say, solver_options

if TYPE_CHECKING:
    from quintet.agent.conclude import AnyAnswer
    from quintet.agent.intake import Told
    from quintet.agent.tactics import Tactics
    from quintet.settings import Settings
    from quintet.solvers.options import Options


def solve(
    problem: Annotated[
        str, typer.Argument(help="The problem: its text, a text file, '-' for stdin, or a formulation file.")
    ],
    data: Data = None,
    model: Annotated[
        str | None, typer.Option(help="Language model; else QUINTET_MODEL, OPENAI_MODEL.")
    ] = None,
    reader: Annotated[
        bool, typer.Option("--reader", help="Use the built-in reader, even if a model is configured.")
    ] = False,
    strategy: Annotated[
        str | None, typer.Option(help="direct, code, five-element, optimai, compile or quintet.")
    ] = None,
    plans: Annotated[int, typer.Option(min=1, max=100, help="Plans of the planner.")] = 3,
    ucb: Annotated[
        str, typer.Option(help="Which plan to debug: published, averaged, round-robin or greedy.")
    ] = "published",
    budget_usd: Annotated[float | None, typer.Option(help="Dollars that the run may cost.")] = None,
    budget_calls: Annotated[int | None, typer.Option(help="Calls that the run may make.")] = None,
    budget_tokens: Annotated[int | None, typer.Option(help="Tokens that the run may use.")] = None,
    budget_seconds: Annotated[float | None, typer.Option(help="Wall time of the run.")] = None,
    max_tokens: Annotated[int | None, typer.Option(help="Most tokens of one reply.")] = None,
    review: Annotated[
        bool, typer.Option("--review", help="Read the formulation back before it is solved.")
    ] = False,
    ask: Annotated[
        bool | None,
        typer.Option("--ask/--no-ask", help="Ask about what the text leaves open; by default not."),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Let the model put the answer in words.")
    ] = False,
    solver: SolverName = None,
    time_limit: Annotated[float | None, typer.Option(help="Seconds of wall time for the solver.")] = None,
    gap: Gap = 0.0,
    threads: Threads = 1,
    seed: Annotated[int | None, typer.Option(help="Seed of solver and language model.")] = None,
    option: Annotated[
        Texts, typer.Option("--option", metavar="NAME=VALUE", help="Handed to the solver as it is.")
    ] = None,
    log: Annotated[bool, typer.Option("--log", help="Show the solver's log on stderr.")] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="New folder for problem, formulation and answer.")
    ] = None,
    json: Json = False,
) -> None:
    """Solve a problem and say how far the answer can be trusted."""
    from quintet.agent.intake import read_problem
    from quintet.agent.record import refuse_taken

    options = solver_options(time_limit, threads, seed or 0, gap=gap, log=log, option=option)
    if output is not None:
        refuse_taken(output)
    told = read_problem(problem, data)
    budgets = {"calls": budget_calls, "usd": budget_usd, "tokens": budget_tokens, "seconds": budget_seconds}
    flags = {"model": model, "strategy": strategy, "max_tokens": max_tokens}
    flags |= {f"budget_{name}": value for name, value in budgets.items()}
    settings = None if reader or told.formulation is not None else _settings(flags)
    if settings is None:
        answer = _by_reader(told, solver, options, output)
    else:
        tactics = _tactics(settings, plans, ucb, review, bool(ask), explain, seed)
        answer = _by_model(told, settings, tactics, solver, options, output)
    report(answer, json, answered=answer.settled)


def _settings(flags: dict[str, object]) -> Settings | None:
    """The settings if a model is configured."""
    from quintet.settings import Settings

    settings = Settings.load(flags)
    return settings if settings.model_configured else None


def _by_reader(told: Told, solver: str | None, options: Options, output: Path | None) -> AnyAnswer:
    from quintet.agent.record import write_run
    from quintet.agent.solve import solve_alone

    try:
        answer = solve_alone(told, solver=solver, options=options, progress=say)
    except ReaderDeclined as declined:
        from quintet.settings import Settings

        remedy = f"{declined.remedy}; {Settings.load().missing()}".strip("; ")
        raise ReaderDeclined(
            declined.message, clause=declined.clause, place=declined.place, remedy=remedy
        ) from None
    if options.log:
        print(answer.solution.log, file=sys.stderr)
    if output is not None:
        write_run(answer, output)
    return answer


def _by_model(
    told: Told,
    settings: Settings,
    tactics: Tactics,
    solver: str | None,
    options: Options,
    output: Path | None,
) -> AnyAnswer:
    from quintet.verbs.terminal import Terminal, agent_parts, narrate, resumable

    with agent_parts():
        from quintet.agent.run_folder import runs_folder
        from quintet.agent.session import run
    folder = output or runs_folder(settings.runs, told.problem.text)
    with resumable(folder):
        return run(
            told.problem,
            settings,
            tactics,
            options=options,
            solver=solver,
            say=narrate,
            person=Terminal(),
            folder=folder,
        )


def _tactics(
    settings: Settings, plans: int, ucb: str, review: bool, ask: bool, explain: bool, seed: int | None
) -> Tactics:
    from quintet.agent.scheduler import Rule
    from quintet.agent.tactics import Strategy, Tactics

    if ucb not in set(Rule):
        raise typer.BadParameter(f"{ucb!r} is none of {', '.join(Rule)}", param_hint="--ucb")
    strategy = Strategy(settings.strategy)
    if review and strategy not in (Strategy.COMPILE, Strategy.QUINTET):
        raise typer.BadParameter("works with the strategies compile and quintet", param_hint="--review")
    if (ask or explain) and strategy is not Strategy.QUINTET:
        raise typer.BadParameter(
            "works with the strategy quintet", param_hint="--ask" if ask else "--explain"
        )
    return Tactics(
        strategy=strategy,
        plans=plans,
        rule=Rule(ucb),
        questions=QUESTIONS if ask else 0,
        review=review,
        explain=explain,
        seed=seed,
    )


QUESTIONS = 3
"""Most questions that a user is asked."""
