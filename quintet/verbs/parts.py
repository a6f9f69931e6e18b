"""What several verbs share: their options, and how they print."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, NoReturn, Protocol

import typer

if TYPE_CHECKING:
    from quintet.solvers.options import Options

Texts = list[str] | None
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Model = Annotated[Path, typer.Argument(help="A formulation (YAML, JSON) or a model file (LP, MPS).")]
Data = Annotated[
    Path | None, typer.Option("--data", help="Folder of the tables; default: that of the formulation.")
]
SolverName = Annotated[
    str | None,
    typer.Option("--solver", help="highs, scip, cpsat, gurobi or ipopt; default: the one that fits."),
]
TimeLimit = Annotated[
    float | None, typer.Option("--time-limit", help="Seconds of wall time, all solves together.")
]
Gap = Annotated[float, typer.Option("--gap", help="Relative gap at which to stop; 0 proves the optimum.")]
Threads = Annotated[int, typer.Option("--threads", help="Threads of the solver.")]
Seed = Annotated[int, typer.Option("--seed", help="Seed of the solver.")]

PROGRESS = 1.0
"""Seconds after which a count is shown."""


class Result(Protocol):
    """What a verb finds."""

    def to_json(self) -> str:
        """One JSON document."""
        ...

    def to_text(self) -> str:
        """For a person."""
        ...


def report(found: Result, json: bool, *, answered: bool = True) -> NoReturn:
    """Print a result and leave.

    Args:
        found: The result.
        json: Whether it is to be a JSON document.
        answered: Whether it answers the question.

    Raises:
        Exit: Always; with 0 for an answer, 1 for none.
    """
    write(found.to_json() if json else found.to_text())
    raise typer.Exit(0 if answered else 1)


CONTROLS = {code: "\ufffd" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}
"""Signs by which a text could take over a terminal; texts, names and replies come from anywhere."""


def printable(text: str) -> str:
    """A text without the signs that command a terminal."""
    return text.translate(CONTROLS)


def write(text: str) -> None:
    """Print a result.

    Raises:
        OSError: stdout is closed, or can't be written to.
    """
    if sys.stdout is None:  # closed by whoever started us
        raise OSError("stdout is closed")
    text = printable(text)
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
    sys.stdout.flush()


def say(stage: str) -> None:
    """Tell a person at a terminal what is being done."""
    if sys.stderr.isatty():
        print(f"· {stage}", file=sys.stderr)


def counter(noun: str) -> Callable[[int, int], None] | None:
    """A line on a terminal that counts what is done, once it takes more than a second; None elsewhere."""
    if not sys.stderr.isatty():
        return None
    started = perf_counter()

    def count(done: int, total: int) -> None:
        if perf_counter() - started > PROGRESS:
            end = "\n" if done == total else ""
            print(f"\r· {done:,} of {total:,} {noun}", end=end, file=sys.stderr, flush=True)

    return count


def solver_options(
    time_limit: float | None = None,
    threads: int = 1,
    seed: int = 0,
    *,
    gap: float = 0.0,
    log: bool = False,
    option: Texts = None,
) -> Options:
    """The options of the solver, from those of the command line."""
    from quintet.solvers.options import Options

    extra = dict(_pair(text) for text in option or [])
    return Options(time_limit=time_limit, gap=gap, threads=threads, seed=seed, log=log, extra=extra)


def named_numbers(texts: Texts, option: str) -> dict[str, float]:
    """What NAME=NUMBER says, of an option that may be given several times.

    Raises:
        BadParameter: One of them says something else.
    """
    found: dict[str, float] = {}
    for text in texts or []:
        name, _, value = text.partition("=")
        try:
            found[name.strip()] = float(value)
        except ValueError:
            name = ""
        if not name.strip():
            raise typer.BadParameter(f"{text!r} is not NAME=NUMBER", param_hint=option)
    return found


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
