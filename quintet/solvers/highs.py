"""The HiGHS backend: LP, MILP and convex QP, from arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np

from quintet.errors import MissingDependency, SolverError
from quintet.formulation.model import Floats, Model, ProblemClass
from quintet.formulation.schema import Sense
from quintet.formulation.tolerances import FEASIBILITY, OBJECTIVE, agree
from quintet.formulation.wording import place_of
from quintet.solvers import session
from quintet.solvers.arrays import CONTINUOUS, INTEGRAL, Arrays, Products
from quintet.solvers.convexity import is_convex
from quintet.solvers.duality import by_constraint, certificate, is_ray
from quintet.solvers.matrix import compile
from quintet.solvers.options import Options, OptionValue
from quintet.solvers.outcome import Outcome
from quintet.solvers.session import Run, Session
from quintet.solvers.solution import Solution
from quintet.solvers.solver import Availability, Declined

INSTALL = "pip install highspy==1.13.1"
LIMITS = {
    "kTimeLimit": "time limit",
    "kIterationLimit": "iteration limit",
    "kSolutionLimit": "node or solution limit",
    "kObjectiveBound": "objective bound",
    "kObjectiveTarget": "objective target",
    "kMemoryLimit": "memory limit",
    "kInterrupt": "interrupt",
    "kHighsInterrupt": "interrupt",
}
"""HiGHS's statuses for a run that something stopped."""
FAILURES = ("kLoadError", "kModelError", "kPresolveError", "kSolveError", "kPostsolveError")
HAIR = 1e-9
"""An integer variable this far from a whole number is simply rounded."""
PRESOLVE_FROM = 500
"""Mixed-integer models of fewer columns go without presolve. It has cut off the optimum of some in every
release from 1.10.0 to 1.15.1: it takes a continuous variable to be whole, and tightens coefficients by
bounds that are not (HiGHS, issue 3274)."""
STRICT: Mapping[str, OptionValue] = {
    "mip_feasibility_tolerance": 1e-9,
    "primal_feasibility_tolerance": 1e-9,
}
LEAST_SECONDS = 1.0
"""Time that a run has at least, where the limit allows it: a follow-up is not starved."""


@dataclass(frozen=True)
class Highs:
    """HiGHS (Huangfu and Hall, Math. Prog. Comp. 10, 2018), in this process.

    Quadratic objectives are taken only if they are proved convex, because HiGHS has called a
    nonconvex one optimal; what it returns for them is believed only if the duals prove it.
    """

    name: str = "highs"
    classes: frozenset[ProblemClass] = frozenset({ProblemClass.LP, ProblemClass.MILP, ProblemClass.QP})

    def available(self) -> Availability:
        """Whether highspy is installed and loads."""
        try:
            return Availability(True, session.version())
        except ImportError:
            return Availability(False, install=INSTALL)

    def solve(self, model: Model, options: Options) -> Solution:
        """Solve a bound model.

        Raises:
            Declined: It is nonlinear, has integer variables under a quadratic objective, or a
                quadratic objective that is not convex.
            SolverError: An option or a model that HiGHS refuses.
            MissingDependency: highspy is not installed.
        """
        started = perf_counter()
        found = self.available()
        if not found.ok:
            raise MissingDependency("HiGHS is not installed", remedy=f"run: {found.install}")
        arrays = compile(model)
        _check(arrays, model)
        solve = Solve(model, arrays, options, started, found.version)
        if not options.log:
            return replace(solve.run(), seconds=perf_counter() - started)
        with TemporaryDirectory(prefix="quintet-") as folder:
            logged = replace(solve, folder=Path(folder)).run()
        return replace(logged, seconds=perf_counter() - started)


def _check(arrays: Arrays, model: Model) -> None:
    _refuse_huge(arrays, model)
    if arrays.problem_class is ProblemClass.MIQP:
        raise Declined(
            "HiGHS takes no integer variables under a quadratic objective",
            place="objective.expression",
            remedy="another solver can take it (--solver scip)",
        )
    if len(arrays.products) and not is_convex(arrays.products, arrays.columns, arrays.direction):
        shape = "concave" if arrays.sense is Sense.MAXIMIZE else "convex"
        raise Declined(
            f"the objective is not {shape}, so HiGHS could call a point optimal that is not",
            place="objective.expression",
            remedy="a global solver can take it (--solver scip)",
        )


def _refuse_huge(arrays: Arrays, model: Model) -> None:
    huge = np.flatnonzero(np.abs(arrays.matrix.values) >= session.LARGEST_COEFFICIENT)
    if not len(huge):
        return
    row = int(arrays.matrix.row_of_entries()[huge[0]])
    name = arrays.constraints[int(arrays.row_constraint[row])]
    key = model.constraints[name].family.keys[int(arrays.row_key[row])]
    raise SolverError(
        f"a coefficient of {arrays.matrix.values[huge[0]]:g} is more than HiGHS takes",
        place=place_of(f"constraints.{name}", key),
        remedy="use larger units",
    )


@dataclass(frozen=True)
class Solve:
    """One call: the first run and whatever has to follow it.

    Args:
        model: The model.
        arrays: Its matrix form.
        options: What the user asked for.
        started: When the call began.
        version: Version of HiGHS.
        folder: For HiGHS's log, None for no log.
    """

    model: Model
    arrays: Arrays
    options: Options
    started: float
    version: str
    folder: Path | None = None

    def run(self) -> Solution:
        """Solve, and turn HiGHS's status into an outcome."""
        if not self.arrays.columns:
            return self._without_columns()
        run = self._run(self.arrays)
        if run.status == "kOptimal" and run.x is not None:
            return self._optimal(run)
        if run.status in ("kUnbounded", "kUnboundedOrInfeasible"):
            return self._unbounded(run)
        if run.status in LIMITS:
            return self._stopped(run)
        if run.status == "kInfeasible":
            return self._solution(Outcome.INFEASIBLE)
        failed = run.status in FAILURES
        outcome = Outcome.CRASHED if failed else Outcome.UNKNOWN
        return self._solution(outcome, message=f"HiGHS ended with the status {run.status[1:]!r}")

    def _run(self, arrays: Arrays, **extra: OptionValue) -> Run:
        presolve = {"presolve": "off"} if _is_mixed(arrays) and arrays.columns < PRESOLVE_FROM else {}
        return Session(arrays, self.options, {**self._time_left(), **presolve, **extra}, self._log).run()

    @property
    def _log(self) -> Path | None:
        return None if self.folder is None else self.folder / "highs.log"

    def _time_left(self) -> Mapping[str, OptionValue]:
        if self.options.time_limit is None:
            return {}
        left = self.options.time_limit - (perf_counter() - self.started)
        return {"time_limit": max(left, min(LEAST_SECONDS, self.options.time_limit))}

    def _solution(self, outcome: Outcome, **known: Any) -> Solution:
        kept = self._log
        log = kept.read_text(encoding="utf-8", errors="replace") if kept and kept.exists() else ""
        return Solution(
            self.model, outcome, "highs", self.version, self.arrays.problem_class, log=log, **known
        )

    def _without_columns(self) -> Solution:
        """No variable: the compiler has kept just those rows that are false."""
        if self.arrays.rows:
            return self._solution(Outcome.INFEASIBLE)
        value = self.arrays.offset
        point = self.model.point(np.zeros(0))
        return self._solution(Outcome.OPTIMAL, objective=value, bound=value, point=point)

    # a point

    def _optimal(self, run: Run) -> Solution:
        if self.arrays.problem_class is ProblemClass.MILP:
            return self._discrete(run, "")
        if self.arrays.problem_class is ProblemClass.QP:
            return self._quadratic(run)
        return self._continuous(run, self.arrays.objective(_point(run)))

    def _continuous(self, run: Run, bound: float) -> Solution:
        x, row_dual = _point(run), run.row_dual
        known = self._at(x, bound)
        if row_dual is not None:
            known |= {
                "duals": by_constraint(self.arrays, row_dual),
                "reduced_costs": self._reduced(x, row_dual),
            }
        return self._solution(Outcome.OPTIMAL, **known)

    def _at(self, x: Floats, bound: float | None) -> dict[str, Any]:
        return {"objective": self.arrays.objective(x), "bound": bound, "point": self.model.point(x)}

    def _reduced(self, x: Floats, row_dual: Floats) -> Mapping[str, Floats]:
        gradient = self.arrays.cost + self.arrays.products.gradient(x)
        pull = self.arrays.matrix.transposed_times(self.arrays.direction * row_dual, self.arrays.columns)
        return self.model.point(gradient - pull)

    def _quadratic(self, run: Run) -> Solution:
        """Believed only if its duals prove it; a second try lets HiGHS regularise."""
        for attempt in (run, None):
            tried = attempt or self._run(self.arrays, qp_regularization_value=1e-7)
            if tried.x is not None and tried.row_dual is not None:
                proof = certificate(self.arrays, tried.x, tried.row_dual)
                if proof.proves:
                    bound = min(proof.bound, proof.objective)
                    return self._continuous(tried, self.arrays.direction * bound)
        message = "HiGHS called the point optimal, but its optimality conditions do not hold there"
        return self._solution(Outcome.UNKNOWN, message=message)

    def _stopped(self, run: Run) -> Solution:
        stopped_by = LIMITS[run.status]
        if run.x is None:
            bound = self._bound(run)
            return self._solution(Outcome.LIMIT_NO_SOLUTION, stopped_by=stopped_by, bound=bound)
        if self.arrays.problem_class is ProblemClass.MILP:
            return self._discrete(run, stopped_by)
        return self._solution(Outcome.FEASIBLE, stopped_by=stopped_by, **self._at(run.x, None))

    def _bound(self, run: Run) -> float | None:
        discrete = self.arrays.problem_class is ProblemClass.MILP
        return self.arrays.direction * run.bound if discrete and np.isfinite(run.bound) else None

    # integers

    def _discrete(self, run: Run, stopped_by: str) -> Solution:
        """A point whose integers are exact: rounded and fixed, the rest solved again."""
        x = self._polished(_point(run))
        if x is None or not (stopped_by or self._is_rough() or self._closes(x, run)):
            strict = self._run(self.arrays, **STRICT)
            better = None if strict.x is None else self._polished(strict.x)
            x, run = (x, run) if better is None else (better, strict)
        if x is None:
            message = "HiGHS's point is integral within its tolerance only; rounded, nothing feasible is left"
            return self._solution(Outcome.UNKNOWN, stopped_by=stopped_by, message=message)
        known = self._at(x, self._bound(run))
        closed = self._closed(known["objective"], known["bound"])
        outcome = Outcome.OPTIMAL if closed and not stopped_by else Outcome.FEASIBLE
        if outcome is Outcome.OPTIMAL and known["bound"] is None:
            known["bound"] = known["objective"]
        return self._solution(outcome, stopped_by=stopped_by or ("" if closed else "gap"), **known)

    def _is_rough(self) -> bool:
        """Whether the user is content with a gap."""
        return self.options.gap > 0 or self.options.absolute_gap > OBJECTIVE

    def _closes(self, x: Floats, run: Run) -> bool:
        return self._closed(self._at(x, None)["objective"], self._bound(run))

    def _closed(self, objective: float, bound: float | None) -> bool:
        """Whether the gap is closed; no objective needs no bound."""
        if bound is None:
            return self.arrays.sense is Sense.SATISFY
        return agree(objective, bound) or abs(objective - bound) <= OBJECTIVE

    def _polished(self, x: Floats) -> Floats | None:
        fixed = _fixed(self.arrays, x)
        whole = self.arrays.integrality == INTEGRAL
        moved = np.max(np.abs(x[whole] - np.round(x[whole])), initial=0.0)
        rounded = np.where(whole, np.round(x) + 0.0, x)
        if moved <= HAIR or not np.any(self.arrays.integrality == CONTINUOUS):
            return rounded if self._holds(rounded) else None
        again = self._run(fixed)
        if again.status != "kOptimal" or again.x is None:
            return None
        return np.where(whole, np.round(again.x) + 0.0, again.x)

    def _holds(self, x: Floats) -> bool:
        sizes = np.maximum(1.0, np.abs(np.nan_to_num(self.arrays.row_upper, posinf=1.0)))
        sizes = np.maximum(sizes, np.abs(np.nan_to_num(self.arrays.row_lower, neginf=1.0)))
        return bool(np.all(self.arrays.violation(x) <= FEASIBILITY * sizes))

    # no optimum

    def _unbounded(self, run: Run) -> Solution:
        """Feasible or not is settled by a run without objective; a ray is looked for and checked."""
        anywhere = self._run(_without_objective(self.arrays))
        if anywhere.status == "kInfeasible":
            return self._solution(Outcome.INFEASIBLE)
        if anywhere.x is None:
            return self._solution(Outcome.INFEASIBLE_OR_UNBOUNDED)
        ray = self._ray(run)
        message = "" if ray is not None else "HiGHS says so, but gives no direction by which to check it"
        point = self.model.point(anywhere.x)
        direction = None if ray is None else self.model.point(ray)
        return self._solution(Outcome.UNBOUNDED, point=point, ray=direction, message=message)

    def _ray(self, run: Run) -> Floats | None:
        relaxed = replace(self.arrays, integrality=np.zeros_like(self.arrays.integrality))
        relaxed = replace(relaxed, products=_NO_PRODUCTS)
        for ray in (run.ray, self._run(relaxed, presolve="off", solver="simplex").ray):
            if ray is not None and is_ray(self.arrays, ray):
                return ray
        return None


_NO_IDS = np.zeros(0, dtype=np.int64)
_NO_PRODUCTS = Products(_NO_IDS, _NO_IDS, np.zeros(0))


def _point(run: Run) -> Floats:
    assert run.x is not None, "asked for only where there is a point"
    return run.x


def _is_mixed(arrays: Arrays) -> bool:
    """Whether some variables are whole and some are not."""
    return bool(np.any(arrays.integrality == INTEGRAL) and np.any(arrays.integrality != INTEGRAL))


def _without_objective(arrays: Arrays) -> Arrays:
    return replace(arrays, cost=np.zeros(arrays.columns), products=_NO_PRODUCTS)


def _fixed(arrays: Arrays, x: Floats) -> Arrays:
    """The LP that is left when integers are fixed at the nearest whole number, the rest in their mode."""
    whole, free = arrays.integrality == INTEGRAL, arrays.integrality == CONTINUOUS
    off = ~whole & ~free & (np.abs(x) <= FEASIBILITY)
    near = np.round(x) + 0.0
    lower = np.where(whole, near, np.where(off, 0.0, arrays.column_lower))
    upper = np.where(whole, near, np.where(off, 0.0, arrays.column_upper))
    return replace(
        arrays, column_lower=lower, column_upper=upper, integrality=np.zeros_like(arrays.integrality)
    )
