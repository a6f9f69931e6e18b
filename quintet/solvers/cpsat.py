"""The CP-SAT backend: whole decisions and logic, in integers and without rounding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib.metadata import PackageNotFoundError, version
from time import perf_counter
from typing import Any

import numpy as np

from quintet.errors import MissingDependency
from quintet.formulation.classify import classify
from quintet.formulation.model import Model, ProblemClass
from quintet.formulation.schema import Sense
from quintet.formulation.tolerances import OBJECTIVE, agree
from quintet.solvers.cp.affine import Affine
from quintet.solvers.cp.compilation import Compiled, compile
from quintet.solvers.cp.program import INSTALL
from quintet.solvers.cp.session import Run, Session
from quintet.solvers.options import Options
from quintet.solvers.outcome import Outcome
from quintet.solvers.solution import Solution
from quintet.solvers.solver import Availability

_DISCRETE = {ProblemClass.MILP, ProblemClass.MIQP, ProblemClass.MIQCQP, ProblemClass.MINLP}


@dataclass(frozen=True)
class CpSat:
    """CP-SAT of OR-Tools (Perron and Didier, *CP-SAT*, Google).

    It takes models whose decisions are all whole and bounded, as they stand: logic, `abs`, `min`,
    `max`, `piecewise`, products and `!=` are its own. Every row is scaled to integers exactly, or
    the model is declined.
    """

    name: str = "cpsat"
    classes: frozenset[ProblemClass] = frozenset(_DISCRETE)

    def available(self) -> Availability:
        """Whether OR-Tools is installed; does not import it, which takes most of a second."""
        try:
            return Availability(True, version("ortools"))
        except PackageNotFoundError:
            return Availability(False, install=INSTALL)

    def solve(self, model: Model, options: Options) -> Solution:
        """Solve a bound model to proven optimality.

        Args:
            model: The bound model, not rewritten: CP-SAT takes logic and functions as they stand.
            options: Limits and options; `extra` takes CP-SAT's parameters by name.

        Raises:
            Declined: A variable is continuous or has no bound, a row or the objective does not
                scale to integers exactly, or CP-SAT has nothing for an expression.
            SolverError: An unknown parameter, or a model that CP-SAT refuses.
            DataError: A row has no value: an index outside its set, a division by 0.
            MissingDependency: OR-Tools is not installed.
        """
        started = perf_counter()
        found = self.available()
        if not found.ok:
            raise MissingDependency("OR-Tools is not installed", remedy=f"run: {found.install}")
        return _Solve(model, options, started, found.version).run()


@dataclass(frozen=True)
class _Solve:
    model: Model
    options: Options
    started: float
    version: str

    def run(self) -> Solution:
        """Compile, solve, and turn CP-SAT's status into an outcome."""
        session = Session(self.options)
        compiled = compile(self.model)
        if compiled.broken:
            message = f"{compiled.broken[0]} can't hold, whatever is decided"
            return self._solution(Outcome.INFEASIBLE, message=message)
        run = session.run(compiled.program.model)
        if run.values:
            return self._with_point(compiled, run)
        if run.status == "INFEASIBLE":
            return self._solution(Outcome.INFEASIBLE, run)
        if run.status == "UNKNOWN":
            bound = run.bound if compiled.objective is not None and np.isfinite(run.bound) else None
            return self._solution(Outcome.LIMIT_NO_SOLUTION, run, bound=bound, stopped_by=self._limit(run))
        return self._solution(Outcome.UNKNOWN, run, message=f"CP-SAT ended with the status {run.status!r}")

    def _with_point(self, compiled: Compiled, run: Run) -> Solution:
        point = self.model.point(np.array(run.values[: self.model.columns], dtype=np.float64))
        if compiled.objective is None:
            return self._solution(Outcome.OPTIMAL, run, objective=0.0, bound=0.0, point=point)
        objective = _value(compiled.objective, run.values)
        bound = self._safe(run.bound, objective)
        known: dict[str, Any] = {"objective": objective, "bound": bound, "point": point}
        if run.status == "OPTIMAL" and (agree(objective, bound) or abs(objective - bound) <= OBJECTIVE):
            return self._solution(Outcome.OPTIMAL, run, **known)
        stopped_by = "gap" if run.status == "OPTIMAL" else self._limit(run)
        return self._solution(Outcome.FEASIBLE, run, stopped_by=stopped_by, **known)

    def _safe(self, bound: float, objective: float) -> float:
        """The bound, not on the wrong side of the objective by a rounding of floats."""
        maximised = self.model.objectives[0].sense is Sense.MAXIMIZE
        return max(bound, objective) if maximised else min(bound, objective)

    def _limit(self, run: Run) -> str:
        limit = self.options.extra.get("max_time_in_seconds", self.options.time_limit)
        reached = limit is not None and run.seconds >= 0.9 * float(limit)
        return "time limit" if reached else "limit"

    def _solution(self, outcome: Outcome, run: Run | None = None, **known: Any) -> Solution:
        return Solution(
            self.model,
            outcome,
            "cpsat",
            self.version,
            classify(self.model),
            seconds=perf_counter() - self.started,
            log=run.log if run else "",
            **known,
        )


def _value(form: Affine, values: Sequence[int]) -> float:
    return float(form.constant + sum((c * values[v] for v, c in form.terms.items()), Fraction(0)))
