"""The command line. Results go to stdout, progress and errors to stderr.

Exit codes: 0 solved, 1 ran but not solved, 2 usage or input, 3 something to install or set.
Nothing heavy is imported before a verb runs, so that `--help` costs no more than Typer itself.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import Annotated

import typer

from quintet.errors import QuintetError
from quintet.verbs.alternatives import alternatives, pareto, replan, whynot
from quintet.verbs.diagnose import diagnose
from quintet.verbs.diff import diff
from quintet.verbs.documents import check, doctor, export
from quintet.verbs.explain import explain
from quintet.verbs.numerics import numerics
from quintet.verbs.parts import printable
from quintet.verbs.repair import repair
from quintet.verbs.runs import replay, resume, show
from quintet.verbs.sensitivity import sensitivity
from quintet.verbs.solve import solve
from quintet.verbs.whatif import whatif

app = typer.Typer(
    name="quintet",
    help="From a decision told in words to an optimization model, its optimum, and how far to trust it.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Entry point: errors that Quintet raises on purpose become one line and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks '≤' shows '?' instead of failing
    try:
        app()
    except QuintetError as error:
        print(printable(f"quintet: {error}"), file=sys.stderr)
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


def _interruptible(verb: Callable[..., None]) -> Callable[..., None]:
    """The verb; an interrupt, which Typer would end without a word, gets its line."""

    @wraps(verb)
    def run(*given: object, **named: object) -> None:
        try:
            verb(*given, **named)
        except KeyboardInterrupt:
            print("quintet: interrupted", file=sys.stderr, flush=True)
            raise typer.Exit(130) from None

    return run


VERBS = (
    *(solve, check, export),
    *(explain, diagnose, repair, whatif, sensitivity, whynot, alternatives, pareto, replan),
    *(diff, numerics),
    *(resume, show, replay),
    doctor,
)
for verb in VERBS:
    app.command()(_interruptible(verb))


if __name__ == "__main__":
    main()
