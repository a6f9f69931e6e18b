"""What `sensitivity` was asked."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from quintet.errors import DataError
from quintet.formulation.model import Model
from quintet.solvers.options import Options
from quintet.solvers.solution import Solution

LIMIT = 200
"""Limits, decisions and numbers, each, that are worked out one by one by small linear programs."""


SOLVES = 40
"""Limits and numbers, each, for which a whole model is solved again."""


@dataclass(frozen=True)
class Asked:
    """What `sensitivity` was asked, with a model of one objective."""

    model: Model
    solution: Solution
    options: Options
    parameters: Sequence[str] | None
    data: Path | None
    limit: int
    solves: int
    tell: Callable[[str], None]


def silent(line: str) -> None:
    """Progress that nobody asked for."""


def refuse_unknown(model: Model, parameters: Sequence[str] | None) -> None:
    """Refuse names that are no parameters with numbers.

    Raises:
        DataError: One of them is not.
    """
    for name in parameters or ():
        if name not in model.formulation.parameters or model.parameters[name].symbolic:
            close = difflib.get_close_matches(name, model.formulation.parameters, n=1)
            remedy = f"did you mean {close[0]!r}?" if close else "name a parameter of the formulation"
            raise DataError(f"{name!r} is no parameter with numbers", remedy=remedy)
