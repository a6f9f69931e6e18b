"""`quintet diff`: what is different between two formulations, or between two answers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quintet.verbs.parts import Json, report

_WHAT = "formulation (YAML, JSON, LP, MPS), answer (JSON) or folder of 'quintet solve -o'."


def diff(
    before: Annotated[Path, typer.Argument(help=f"The first: a {_WHAT}")],
    after: Annotated[Path, typer.Argument(help="The second, of the same kind.")],
    json: Json = False,
) -> None:
    """Compare two formulations, or two answers.

    The exit code is 0 if they are equal, 1 if they differ.
    """
    from quintet.solvers.difference import difference, open_side

    found = difference(open_side(before), open_side(after), (str(before), str(after)))
    report(found, json, answered=found.equal)
