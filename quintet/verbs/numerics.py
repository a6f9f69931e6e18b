"""The verb `numerics`."""

from __future__ import annotations

import json as writer
from pathlib import Path
from typing import Annotated

import typer


def numerics(
    formulation: Annotated[Path, typer.Argument(help="A formulation file, or an LP or MPS file.")],
    data: Annotated[Path | None, typer.Option(help="Folder in which tables are looked up.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Look at the numbers of a model: ranges, constants M, conditioning, and what to rescale."""
    from quintet.formulation.binding import bind
    from quintet.solvers.numerics import examine
    from quintet.solvers.reading import open_formulation

    found = examine(bind(open_formulation(formulation), data))
    text = writer.dumps(found.record(), ensure_ascii=False, indent=2) if json else found.to_text()
    typer.echo(text)
