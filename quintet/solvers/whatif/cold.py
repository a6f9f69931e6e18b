"""Points of a sweep that are solved each from the start, by whatever solver takes the model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from quintet.errors import DataError
from quintet.formulation.model import Model
from quintet.solvers.options import Options
from quintet.solvers.registry import solve
from quintet.solvers.solver import Solver
from quintet.solvers.whatif.axes import Axis, Place
from quintet.solvers.whatif.changes import Change
from quintet.solvers.whatif.edited import apply
from quintet.solvers.whatif.point import SweepPoint, refused
from quintet.solvers.whatif.watching import Watched

if TYPE_CHECKING:
    from quintet.formulation.document import Formulation


@dataclass(frozen=True)
class Cold:
    """How a point is bound and solved.

    Args:
        formulation: The document.
        axes: What is swept.
        changes: What else is changed.
        data: Folder of the tables, None for that of the document.
        watched: What to report besides the objective.
        options: Of each solve.
        solver: A solver or its name, None for the first of the class.
    """

    formulation: Formulation
    axes: tuple[Axis, ...]
    changes: tuple[Change, ...]
    data: Path | None
    watched: tuple[Watched, ...]
    options: Options
    solver: str | Solver | None = None

    def model(self, place: Place) -> Model:
        """The model at one point.

        Raises:
            QuintetError: It can't be bound there.
        """
        moved = [axis.change(value) for axis, value in zip(self.axes, place, strict=True)]
        return apply(self.formulation, [*self.changes, *moved], self.data).bind()

    def answer(self, place: Place) -> SweepPoint:
        """The answer at one point.

        Raises:
            SolverError: The solver doesn't take the model.
        """
        started = perf_counter()
        try:
            model = self.model(place)
            found = solve(model, self.solver, self.options)
        except DataError as error:
            return refused(place, error)
        watched: tuple[float | None, ...] = ()
        if found.point is not None and found.outcome.solved:
            watched = tuple(one.at(model, found.point) for one in self.watched)
        seconds = perf_counter() - started
        solved = found.objective if found.outcome.solved else None
        return SweepPoint(place, found.outcome, solved, watched, seconds, message=found.message)
