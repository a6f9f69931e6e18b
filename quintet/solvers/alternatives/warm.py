"""Solving from a known plan: HiGHS gets it as its first incumbent."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from time import perf_counter

import numpy as np

from quintet.formulation.model import Floats, Model, Point, ProblemClass
from quintet.solvers import session
from quintet.solvers.arrays import INTEGRAL, Arrays
from quintet.solvers.highs import PRESOLVE_FROM, Highs, Solve
from quintet.solvers.levels import solve_levels
from quintet.solvers.matrix import BeyondMatrix, compile
from quintet.solvers.options import Options, OptionValue
from quintet.solvers.registry import solve
from quintet.solvers.restriction import restricted
from quintet.solvers.rewrite import rewrite
from quintet.solvers.session import Run, Session
from quintet.solvers.solution import Solution


@dataclass(frozen=True)
class WarmSolve(Solve):
    """A solve that begins at a point.

    Args:
        start: One value a column; it need not be feasible.
    """

    start: Floats = field(default_factory=lambda: np.zeros(0), repr=False)

    def _run(self, arrays: Arrays, **extra: OptionValue) -> Run:
        whole = arrays.integrality == INTEGRAL
        mixed = bool(whole.any() and not whole.all()) and arrays.columns < PRESOLVE_FROM
        presolve: dict[str, OptionValue] = {"presolve": "off"} if mixed else {}
        live = Session(arrays, self.options, {**self._time_left(), **presolve, **extra}, self._log)
        live.start_from(self.start)
        return live.run()


def solve_from(
    model: Model, start: Point, solver: str | None = None, options: Options | None = None
) -> tuple[Solution, bool]:
    """Solve, starting from a point where the solver can.

    Args:
        model: A bound model.
        start: Values per variable family.
        solver: A solver's name; a start is handed to HiGHS only.
        options: Of the solve.

    Returns:
        The solution, and whether the start was handed over at every level.
    """
    options = options or Options()
    used: list[bool] = []

    def one(level: Model, rest: Options) -> Solution:
        found = _warm(level, start, rest) if solver in (None, "highs") else None
        used.append(found is not None)
        return solve(level, solver, rest) if found is None else found

    found = solve_levels(model, options, one) if len(model.objectives) > 1 else one(model, options)
    return found, all(used)


def _warm(model: Model, start: Point, options: Options) -> Solution | None:
    """The solution of HiGHS from a start; None if the model is not of its kind, or gets other columns."""
    began, available = perf_counter(), Highs().available()
    if not available.ok or options.log:
        return None
    try:
        rewritten = rewrite(model)
        arrays = compile(rewritten)
    except BeyondMatrix:
        return None
    if arrays.columns != model.columns or not _fits(arrays):
        return None
    flat = model.flat(start)
    found = WarmSolve(rewritten, arrays, options, began, available.version, start=flat).run()
    return replace(restricted(found, model), seconds=perf_counter() - began)


def _fits(arrays: Arrays) -> bool:
    small = not np.any(np.abs(arrays.matrix.values) >= session.LARGEST_COEFFICIENT)
    return small and arrays.problem_class in (ProblemClass.LP, ProblemClass.MILP) and arrays.columns > 0
