"""What several verbs share: their options, and how they print."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from quintet.solvers.options import Options

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Model = Annotated[Path, typer.Argument(help="A formulation (YAML, JSON) or a model file (LP, MPS).")]
Data = Annotated[Path | None, typer.Option("--data", help="Folder in which tables are looked up.")]


def write(text: str) -> None:
    """Print a result.

    Raises:
        OSError: stdout is closed, or can't be written to.
    """
    if sys.stdout is None:  # closed by whoever started us
        raise OSError("stdout is closed")
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
    sys.stdout.flush()


def say(stage: str) -> None:
    """Tell a person at a terminal what is being done."""
    if sys.stderr.isatty():
        print(f"· {stage}", file=sys.stderr)


def solver_options(
    time_limit: float | None, gap: float, threads: int, seed: int, log: bool, option: list[str] | None
) -> Options:
    """The options of the solver, from those of the command line."""
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
