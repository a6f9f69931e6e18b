"""What `sensitivity` was asked."""

from __future__ import annotations

import difflib
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from quintet.errors import DataError
from quintet.formulation.model import Model
from quintet.solvers.options import Options
from quintet.solvers.solution import Solution

LIMIT = 200
"""Limits, decisions and numbers, each, that are worked out one by one by small linear programs."""


SOLVES = 40
"""Limits and numbers, each, for which a whole model is solved again."""
SECONDS = 20.0
"""Seconds for all that comes after the first solve, if no time limit is given."""


@dataclass(frozen=True)
class Patience:
    """The time for all that comes after the first solve.

    Args:
        seconds: From now on.
    """

    seconds: float = math.inf
    started: float = field(default_factory=time.perf_counter)

    def over(self, share: float = 1.0) -> bool:
        """Whether a share of the time is used up."""
        return time.perf_counter() - self.started >= share * self.seconds

    @property
    def left(self) -> float:
        """Seconds, infinite without an end."""
        return self.seconds - (time.perf_counter() - self.started)

    @property
    def told(self) -> str:
        """That it ran out, for a note."""
        return f"the {self.seconds:g} seconds for it were used up (a longer --time-limit gives it more)"


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
    patience: Patience = field(default_factory=Patience)


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
