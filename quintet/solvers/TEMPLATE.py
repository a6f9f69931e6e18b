"""A backend to copy: a solver that Quintet does not know yet.

[GUIDELINE] How to add one, top to bottom; delete these comments as you go.
[GUIDELINE]  1. Copy this file to `quintet/solvers/<name>.py` and rename the class.
[GUIDELINE]  2. Fill in the methods below. If the solver takes a matrix, start from `matrix.compile`
[GUIDELINE]     as here (highs.py and session.py are the grown-up version). If it takes expressions,
[GUIDELINE]     start from the row-by-row walker as scip.py does.
[GUIDELINE]  3. Add a line to `registry.SOLVERS`. Its place decides when it is asked.
[GUIDELINE]  4. Copy tests/solvers/test_highs.py: statuses, duals, limits and options are the contract.
[GUIDELINE] This file runs: its "solver" tries every point of a small box of integers.
"""

from __future__ import annotations

from itertools import islice, product
from math import prod
from time import perf_counter

import numpy as np

from quintet.errors import SolverError
from quintet.formulation.model import Floats, Model, ProblemClass
from quintet.formulation.tolerances import FEASIBILITY
from quintet.solvers.arrays import INTEGRAL, Arrays
from quintet.solvers.matrix import compile
from quintet.solvers.options import Options
from quintet.solvers.outcome import Outcome
from quintet.solvers.solution import Solution
from quintet.solvers.solver import Availability, Declined

MOST_POINTS = 1_000_000
KNOWN_OPTIONS = ("max_points",)


class Enumeration:
    """Tries every point of a box of integers.

    [GUIDELINE] Say which solver, where it is published, and what it promises.
    """

    # [GUIDELINE] `name` is what people type after --solver.
    name = "enumeration"
    # [GUIDELINE] `classes` holds only what the solver solves to *proven* optimality. A local method
    # [GUIDELINE] that takes nonconvex models does not list them; its outcome is LOCALLY_OPTIMAL.
    # [GUIDELINE] It lists them in `local_classes`, as ipopt.py does.
    classes = frozenset({ProblemClass.MILP, ProblemClass.MIQP})

    def available(self) -> Availability:
        """Always: it needs no package.

        [GUIDELINE] Import the package here and nowhere at the top of the file. Never raise: without
        [GUIDELINE] it, return Availability(False, install="pip install …"). Do not ask a licence server.
        """
        return Availability(True, "1")

    def solve(self, model: Model, options: Options) -> Solution:
        """Solve a bound model.

        [GUIDELINE] Raise Declined for a model that another solver may take, SolverError for a wrong
        [GUIDELINE] option, and MissingDependency if the package is not there. Anything that happens
        [GUIDELINE] *during* the solve is an Outcome, not an exception.

        Raises:
            Declined: A variable is continuous or unbounded, or there are too many points.
            SolverError: An unknown option.
        """
        started = perf_counter()
        limit = self._limit(options)
        arrays = compile(model)
        best, visited, complete = _search(arrays, _axes(arrays), limit)
        # [GUIDELINE] A status you don't know becomes Outcome.UNKNOWN. A limit with a point in hand is
        # [GUIDELINE] FEASIBLE, a limit without one LIMIT_NO_SOLUTION: stopping is not failing.
        outcome = _outcome(best, complete=complete)
        # [GUIDELINE] Objective and bound are in the user's sense (maximising: bound >= objective).
        # [GUIDELINE] Recompute the objective from the point: what a solver reports is rounded differently.
        objective = None if best is None else arrays.objective(best)
        return Solution(
            model=model,
            outcome=outcome,
            solver=self.name,
            version=self.available().version,
            problem_class=arrays.problem_class,
            objective=objective,
            bound=objective if outcome is Outcome.OPTIMAL else None,
            # [GUIDELINE] Integers exact (round, fix, solve the rest again), one array a variable family.
            point=None if best is None else model.point(best),
            # [GUIDELINE] duals and reduced_costs: LP and QP only; `duality.by_constraint` sorts them.
            # [GUIDELINE] The sign is d(objective)/d(right-hand side), whichever way you optimise.
            seconds=perf_counter() - started,
            stopped_by="" if complete else "point limit",
            message=f"{visited:,} points tried",
            # [GUIDELINE] Fill `log` only if options.log; nothing is ever printed.
        )

    def _limit(self, options: Options) -> int:
        # [GUIDELINE] Pass `options.extra` through by the solver's own names, and refuse what it doesn't know.
        for name in options.extra:
            if name not in KNOWN_OPTIONS:
                raise SolverError(f"enumeration has no option {name!r}", remedy="it has: max_points")
        return int(options.extra.get("max_points", MOST_POINTS))


def _axes(arrays: Arrays) -> list[range]:
    if np.any(arrays.integrality != INTEGRAL):
        raise Declined("enumeration takes integer variables only", remedy="--solver highs takes others")
    if not np.all(np.isfinite(arrays.column_lower) & np.isfinite(arrays.column_upper)):
        raise Declined(
            "enumeration needs bounds on every variable", remedy="give them, or take another solver"
        )
    bounds = zip(arrays.column_lower.astype(int), arrays.column_upper.astype(int), strict=True)
    axes = [range(low, high + 1) for low, high in bounds]
    if prod(map(len, axes)) > MOST_POINTS:
        raise Declined(f"there are more than {MOST_POINTS:,} points", remedy="take another solver")
    return axes


def _search(arrays: Arrays, axes: list[range], limit: int) -> tuple[Floats | None, int, bool]:
    """The best feasible point, how many were tried, and whether those were all."""
    best, value, visited = None, np.inf, 0
    for values in islice(product(*axes), limit):
        visited += 1
        x = np.array(values, dtype=np.float64)
        cost = arrays.direction * arrays.objective(x)
        if cost < value and np.all(arrays.violation(x) <= FEASIBILITY):
            best, value = x, cost
    return best, visited, visited == prod(map(len, axes))


def _outcome(best: Floats | None, *, complete: bool) -> Outcome:
    if best is None:
        return Outcome.INFEASIBLE if complete else Outcome.LIMIT_NO_SOLUTION
    return Outcome.OPTIMAL if complete else Outcome.FEASIBLE
