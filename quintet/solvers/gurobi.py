"""Gurobi: linear and quadratic models to global optimality, for those who have it and a licence.

It is asked only by name (`--solver gurobi`); what Quintet chooses by itself is free software.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np

from quintet.formulation.classify import classify
from quintet.formulation.model import Floats, Model, ProblemClass
from quintet.formulation.schema import Sense
from quintet.formulation.tolerances import FEASIBILITY, OBJECTIVE, agree
from quintet.solvers.arrays import CONTINUOUS, INTEGRAL, Arrays, Products
from quintet.solvers.duality import by_constraint, is_ray
from quintet.solvers.gurobi_session import INSTALL, Run, Session, load_gurobi, opened
from quintet.solvers.options import Options, OptionValue
from quintet.solvers.outcome import Outcome
from quintet.solvers.quadratic_rows import QuadraticRow, compile_quadratic
from quintet.solvers.solution import Solution
from quintet.solvers.solver import Availability

QUADRATIC = frozenset(ProblemClass) - {ProblemClass.NLP, ProblemClass.MINLP}
LIMITS = {
    "TIME_LIMIT": "time limit",
    "ITERATION_LIMIT": "iteration limit",
    "NODE_LIMIT": "node limit",
    "SOLUTION_LIMIT": "solution limit",
    "WORK_LIMIT": "work limit",
    "MEM_LIMIT": "memory limit",
    "USER_OBJ_LIMIT": "objective limit",
    "CUTOFF": "cutoff",
    "SUBOPTIMAL": "numerical trouble",
}
"""Gurobi's statuses for a run that something stopped."""
STRICT: Mapping[str, OptionValue] = {"FeasibilityTol": 1e-9, "IntFeasTol": 1e-9, "BarQCPConvTol": 1e-9}
"""For a point that has to be made better."""
HAIR = 1e-9
"""An integer variable this far from a whole number is simply rounded."""
LEAST_SECONDS = 1.0
"""Time that a run has at least, where the limit allows it: a follow-up is not starved."""


class Gurobi:
    """Gurobi (Gurobi Optimization, LLC, *Gurobi Optimizer Reference Manual*), in this process.

    Quadratic objectives and constraints need not be convex. Without a licence of the user's own,
    the one that comes with gurobipy takes models of up to 2,000 variables and constraints.
    """

    name = "gurobi"
    classes = QUADRATIC

    def available(self) -> Availability:
        """Whether gurobipy is installed; neither imports it nor asks for a licence."""
        try:
            return Availability(True, version("gurobipy"))
        except PackageNotFoundError:
            return Availability(False, install=INSTALL)

    def solve(self, model: Model, options: Options) -> Solution:
        """Solve a bound model to global optimality.

        Args:
            model: The bound model.
            options: Limits and options; `extra` takes Gurobi's parameters, such as `MIPFocus`.

        Raises:
            Declined: It is neither linear nor quadratic.
            SolverError: A parameter that Gurobi refuses, or a licence that does not allow the model.
            DataError: A coefficient or a key does not exist.
            MissingDependency: gurobipy is not installed.
        """
        started = perf_counter()
        load_gurobi()
        arrays, rows = compile_quadratic(model)
        with TemporaryDirectory(prefix="quintet-") as folder:
            log = Path(folder) / "gurobi.log" if options.log else None
            with opened(options, log) as session:
                call = _Solve(model, arrays, rows, options, started, session, self.available().version)
                found = call.run()
            text = log.read_text(encoding="utf-8", errors="replace") if log and log.exists() else ""
        return replace(found, seconds=perf_counter() - started, log=text)


@dataclass(frozen=True)
class _Solve:
    """One call: the first run and whatever has to follow it."""

    model: Model
    arrays: Arrays
    rows: tuple[QuadraticRow, ...]
    options: Options
    started: float
    session: Session
    version: str

    def run(self) -> Solution:
        """Solve, and turn Gurobi's status into an outcome."""
        run = self._run(self.arrays)
        if run.status in ("UNBOUNDED", "INF_OR_UNBD"):
            return self._unbounded(run)
        if run.status == "INFEASIBLE":
            return self._solution(Outcome.INFEASIBLE)
        if run.x is not None and (run.status in LIMITS or run.status in ("OPTIMAL", "LOCALLY_OPTIMAL")):
            return self._with_point(run)
        if run.status in LIMITS:
            stopped_by = LIMITS[run.status]
            return self._solution(Outcome.LIMIT_NO_SOLUTION, bound=run.bound, stopped_by=stopped_by)
        return self._solution(Outcome.UNKNOWN, message=f"Gurobi ended with the status {run.status!r}")

    def _run(self, arrays: Arrays, **extra: OptionValue) -> Run:
        return self.session.run(arrays, self.rows, **{**self._time_left(), **extra})

    def _time_left(self) -> Mapping[str, OptionValue]:
        if self.options.time_limit is None:
            return {}
        left = self.options.time_limit - (perf_counter() - self.started)
        return {"TimeLimit": max(left, min(LEAST_SECONDS, self.options.time_limit))}

    def _solution(self, outcome: Outcome, **known: Any) -> Solution:
        return Solution(self.model, outcome, "gurobi", self.version, classify(self.model), **known)

    # a point

    def _with_point(self, run: Run) -> Solution:
        x = self._made_exact(run)
        if x is None:
            message = "Gurobi's point holds within its own tolerances only; made exact, it is not feasible"
            return self._solution(Outcome.UNKNOWN, message=message)
        objective = self.arrays.objective(x)
        bound = self._bound(run, objective)
        stopped_by = LIMITS.get(run.status, "")
        known: dict[str, Any] = {"objective": objective, "bound": bound, "point": self.model.point(x)}
        if run.status == "LOCALLY_OPTIMAL":
            return self._solution(Outcome.LOCALLY_OPTIMAL, **{**known, "bound": None})
        if stopped_by or not _closed(objective, bound):
            return self._solution(Outcome.FEASIBLE, stopped_by=stopped_by or "gap", **known)
        return self._solution(Outcome.OPTIMAL, **known, **self._duals(run, x))

    def _bound(self, run: Run, objective: float) -> float | None:
        """The bound, not on the wrong side by a rounding; without branching, the optimum is its own."""
        if self.arrays.sense is Sense.SATISFY:
            return objective
        if run.bound is None:
            return objective if run.status == "OPTIMAL" else None
        return max(run.bound, objective) if self.arrays.sense is Sense.MAXIMIZE else min(run.bound, objective)

    def _duals(self, run: Run, x: Floats) -> dict[str, Any]:
        if run.row_dual is None:
            return {}
        gradient = self.arrays.cost + self.arrays.products.gradient(x)
        pull = self.arrays.matrix.transposed_times(run.row_dual, self.arrays.columns)
        duals = by_constraint(self.arrays, self.arrays.direction * run.row_dual)
        return {"duals": duals, "reduced_costs": self.model.point(gradient - pull)}

    def _made_exact(self, run: Run) -> Floats | None:
        """The point with its integers whole, if it is feasible; from a stricter run if need be."""
        assert run.x is not None, "asked for only where there is a point"
        x = self._polished(run.x)
        if x is None:
            strict = self._run(self.arrays, **STRICT)
            x = None if strict.x is None else self._polished(strict.x)
        return x

    def _polished(self, x: Floats) -> Floats | None:
        """Integers rounded; where that moved them, the rest is solved again."""
        whole = self.arrays.integrality == INTEGRAL
        moved = np.max(np.abs(x[whole] - np.round(x[whole])), initial=0.0)
        if moved > HAIR and np.any(~whole):
            again = self._run(_fixed(self.arrays, x))
            if again.status != "OPTIMAL" or again.x is None:
                return None
            x = again.x
        x = np.where(whole, np.round(x), x) + 0.0
        return x if self._holds(x) else None

    def _holds(self, x: Floats) -> bool:
        sizes = np.maximum(1.0, np.abs(np.nan_to_num(self.arrays.row_upper, posinf=1.0)))
        sizes = np.maximum(sizes, np.abs(np.nan_to_num(self.arrays.row_lower, neginf=1.0)))
        linear = bool(np.all(self.arrays.violation(x) <= FEASIBILITY * sizes))
        return linear and all(row.violation(x) <= FEASIBILITY for row in self.rows)

    # no optimum

    def _unbounded(self, run: Run) -> Solution:
        """Feasible or not is settled by a run without objective; a ray is looked for and checked."""
        anywhere = self._run(_without_objective(self.arrays))
        if anywhere.status == "INFEASIBLE":
            return self._solution(Outcome.INFEASIBLE)
        if anywhere.x is None:
            return self._solution(Outcome.INFEASIBLE_OR_UNBOUNDED)
        if run.status == "INF_OR_UNBD" and self._run(self.arrays, DualReductions=0).status != "UNBOUNDED":
            return self._solution(Outcome.INFEASIBLE_OR_UNBOUNDED)
        ray = self._ray()
        message = "" if ray is not None else "Gurobi says so, but gives no direction by which to check it"
        direction = None if ray is None else self.model.point(ray)
        point = self.model.point(anywhere.x)
        return self._solution(Outcome.UNBOUNDED, point=point, ray=direction, message=message)

    def _ray(self) -> Floats | None:
        if self.rows or len(self.arrays.products):
            return None
        relaxed = replace(self.arrays, integrality=np.zeros_like(self.arrays.integrality))
        ray = self._run(relaxed, InfUnbdInfo=1, DualReductions=0).ray
        return ray if ray is not None and is_ray(self.arrays, ray) else None


_NO_IDS = np.zeros(0, dtype=np.int64)


def _without_objective(arrays: Arrays) -> Arrays:
    nothing = Products(_NO_IDS, _NO_IDS, np.zeros(0))
    return replace(arrays, cost=np.zeros(arrays.columns), products=nothing)


def _fixed(arrays: Arrays, x: Floats) -> Arrays:
    """What is left when integers are fixed at the nearest whole number, the rest in their mode."""
    whole, free = arrays.integrality == INTEGRAL, arrays.integrality == CONTINUOUS
    off = ~whole & ~free & (np.abs(x) <= FEASIBILITY)
    near = np.round(x) + 0.0
    lower = np.where(whole, near, np.where(off, 0.0, arrays.column_lower))
    upper = np.where(whole, near, np.where(off, 0.0, arrays.column_upper))
    return replace(
        arrays, column_lower=lower, column_upper=upper, integrality=np.zeros_like(arrays.integrality)
    )


def _closed(objective: float, bound: float | None) -> bool:
    """Whether nothing is left between objective and bound."""
    return bound is not None and (agree(objective, bound) or abs(objective - bound) <= OBJECTIVE)
