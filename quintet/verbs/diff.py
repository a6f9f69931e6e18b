"""`quintet diff`: what is different between two formulations, or between two answers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_WHAT = "formulation (YAML, JSON, LP, MPS), answer (JSON) or folder of 'quintet solve -o'."


def diff(
    before: Annotated[Path, typer.Argument(help=f"The first: a {_WHAT}")],
    after: Annotated[Path, typer.Argument(help="The second, of the same kind.")],
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Compare two formulations, or two answers; exit code 0 if they are equal, 1 if they differ."""
    from quintet.solvers.difference import difference, open_side

    found = difference(open_side(before), open_side(after), (str(before), str(after)))
    print(found.to_json() if json else found.to_text())
    raise typer.Exit(0 if found.equal else 1)
