"""The command line. Results go to stdout, progress and errors to stderr.

Exit codes: 0 solved, 1 ran but not solved, 2 usage or input, 3 something to install or set.
Nothing heavy is imported before a verb runs, so that `--help` costs no more than Typer itself.
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quintet.errors import QuintetError

if TYPE_CHECKING:
    from quintet.solvers.options import Options

app = typer.Typer(
    name="quintet",
    help="From a decision told in words to an optimization model, its optimum, and how far to trust it.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Data = Annotated[Path | None, typer.Option("--data", help="Folder in which tables are looked up.")]


def main() -> None:
    """Entry point: errors that Quintet raises on purpose become one line and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks '≤' shows '?' instead of failing
    try:
        app()
    except QuintetError as error:
        print(f"quintet: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("quintet: interrupted", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the reader has left; Python would complain at exit
        sys.exit(1)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        print(f"quintet: the result can't be written: {error.strerror or error}", file=sys.stderr)
        sys.exit(2)


def _version(wanted: bool) -> None:
    if wanted:
        from quintet import __version__

        print(f"quintet {__version__}")
        raise typer.Exit


@app.callback()
def _quintet(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """From a decision told in words to an optimization model, its optimum, and how far to trust it."""


@app.command()
def solve(
    problem: Annotated[
        str, typer.Argument(help="The problem: its text, a text file, '-' for stdin, or a formulation file.")
    ],
    data: Data = None,
    solver: Annotated[
        str | None, typer.Option(help="highs, scip, cpsat, gurobi or ipopt; default: by class.")
    ] = None,
    time_limit: Annotated[float | None, typer.Option(help="Seconds of wall time for the solver.")] = None,
    gap: Annotated[float, typer.Option(help="Relative gap at which to stop; 0 proves the optimum.")] = 0.0,
    threads: Annotated[int, typer.Option(help="Threads of the solver.")] = 1,
    seed: Annotated[int, typer.Option(help="Seed of the solver.")] = 0,
    option: Annotated[
        list[str] | None, typer.Option("--option", help="NAME=VALUE, handed to the solver as it is.")
    ] = None,
    log: Annotated[bool, typer.Option("--log", help="Show the solver's log on stderr.")] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="New folder for problem, formulation and answer.")
    ] = None,
    json: Json = False,
) -> None:
    """Solve a problem and say how far the answer can be trusted."""
    from quintet.agent.intake import read_problem
    from quintet.agent.record import refuse_taken, write_run
    from quintet.agent.solve import solve as solve_problem

    options = _options(time_limit, gap, threads, seed, log, option)
    if output is not None:
        refuse_taken(output)
    told = read_problem(problem, data)
    answer = solve_problem(told, solver=solver, options=options, progress=_say)
    if log:
        print(answer.solution.log, file=sys.stderr)
    _print(answer.to_json() if json else answer.to_text())
    if output is not None:
        write_run(answer, output)
    raise typer.Exit(0 if answer.settled else 1)


@app.command()
def check(
    formulation: Annotated[Path, typer.Argument(help="A formulation file, YAML or JSON.")],
    data: Data = None,
    json: Json = False,
) -> None:
    """Check a formulation without solving it: names, data, sizes, class, sources, coverage."""
    from quintet.agent.inspect import inspect

    report = inspect(formulation, data)
    _print(report.to_json() if json else report.to_text())
    raise typer.Exit(1 if report.faulty else 0)


@app.command()
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
        _print(text)
    else:
        write_text(output, text)


@app.command()
def doctor(json: Json = False) -> None:
    """Say what is installed, what is missing, and the command that mends it."""
    from quintet.doctor import examine

    report = examine()
    _print(report.to_json() if json else report.to_text())
    raise typer.Exit(0 if report.healthy else 3)


def _options(
    time_limit: float | None, gap: float, threads: int, seed: int, log: bool, option: list[str] | None
) -> Options:
    from quintet.solvers.options import Options

    extra = dict(_pair(text) for text in option or [])
    return Options(time_limit=time_limit, gap=gap, threads=threads, seed=seed, log=log, extra=extra)


def _pair(text: str) -> tuple[str, str | float | int | bool]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise typer.BadParameter(f"{text!r} is not NAME=VALUE", param_hint="--option")
    return name.strip(), _typed(value.strip())


def _typed(text: str) -> str | float | int | bool:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _say(stage: str) -> None:
    if sys.stderr.isatty():
        print(f"· {stage}", file=sys.stderr)


def _print(text: str) -> None:
    if sys.stdout is None:  # closed by whoever started us
        raise OSError("stdout is closed")
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
