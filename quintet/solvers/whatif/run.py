"""What if: the answer before and after some changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from quintet.errors import DataError
from quintet.formulation.binding import bind
from quintet.formulation.model import Model
from quintet.formulation.tolerances import agree
from quintet.solvers.options import Options
from quintet.solvers.outcome import Outcome
from quintet.solvers.registry import solve
from quintet.solvers.solution import Solution
from quintet.solvers.solver import Solver
from quintet.solvers.whatif.changes import Change
from quintet.solvers.whatif.comparison import Comparison
from quintet.solvers.whatif.differences import KeptPlan, keep
from quintet.solvers.whatif.edited import Edited, apply

if TYPE_CHECKING:
    from quintet.formulation.document import Formulation


def whatif(
    formulation: Formulation,
    changes: Sequence[Change],
    *,
    data: Path | None = None,
    options: Options | None = None,
    solver: str | Solver | None = None,
) -> Comparison:
    """Solve a formulation as it is and with changes, and compare.

    Where the old plan still fits and is as good as the best, it is what the comparison shows: among
    equally good plans none is a change.

    Args:
        formulation: The document; it stays as it is.
        changes: What to change.
        data: Folder in which tables are looked up, default: that of the document.
        options: Of both solves.
        solver: A solver or its name, default: by class.

    Raises:
        DocumentError: A change names something that is not there, or leaves nothing to decide.
        DataError: A key, an element or a value that can't be used, or data that are missing.
        SolverError: The solver doesn't take one of the models.
    """
    options = options or Options()
    edited = apply(formulation, changes, data)
    model = edited.bind()
    before = solve(bind(formulation, data), solver, options)
    after = _solved(model, edited, solver, options)
    kept = keep(before, model)
    return Comparison(edited, before, _calm(before, after, kept), kept)


def _solved(model: Model, edited: Edited, solver: str | Solver | None, options: Options) -> Solution:
    try:
        return solve(model, solver, options)
    except DataError as error:
        if not edited.changes:
            raise
        raise DataError(
            f"after the changes, {error.message}", place=error.place, remedy=error.remedy
        ) from None


def _calm(before: Solution, after: Solution, kept: KeptPlan | None) -> Solution:
    """The new solution at the old plan, where that is as good."""
    good = (
        after.outcome is Outcome.OPTIMAL and after.objective is not None and len(after.model.objectives) == 1
    )
    if not good or kept is None or not kept.fits or kept.objective is None:
        return after
    assert after.objective is not None
    return replace(after, point=before.point) if agree(kept.objective, after.objective) else after
