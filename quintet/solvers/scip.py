"""SCIP: every class, to global optimality (Bolusani et al., *The SCIP Optimization Suite 9.0*, 2024).

Formulation → `rewrite` → Pyomo → SCIP in memory. The point that is reported has its integers
rounded; where the continuous variables no longer fit them within tolerance, they are solved again
with the integers fixed. The objective is that of the formulation at this point.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from quintet.errors import DataError
from quintet.formulation.classify import classify
from quintet.formulation.model import Floats, Model, ProblemClass
from quintet.formulation.schema import Sense
from quintet.formulation.tolerances import FEASIBILITY, OBJECTIVE, agree, rounded
from quintet.solvers.options import Options
from quintet.solvers.outcome import Outcome
from quintet.solvers.pyomo_model import INSTALL, PyomoModel, build
from quintet.solvers.rewrite import rewrite
from quintet.solvers.rows.at_point import AtPoint
from quintet.solvers.scip_model import translate
from quintet.solvers.scip_session import BOUNDLESS, OWN_PRECISION, PRECISION, STRICT, Run, Session
from quintet.solvers.solution import Solution
from quintet.solvers.solver import Availability

NONLINEAR_GAP = 1e-8
"""Relative gap at which a nonlinear model counts as closed; less drowns in the tolerance of its rows."""
LEAST_SECONDS = 1.0
"""Time that a run has at least, where the limit allows it: a follow-up is not starved."""

_OUTCOMES = {
    "optimal": Outcome.OPTIMAL,
    "gaplimit": Outcome.OPTIMAL,
    "infeasible": Outcome.INFEASIBLE,
    "unbounded": Outcome.UNBOUNDED,
    "inforunbd": Outcome.INFEASIBLE_OR_UNBOUNDED,
}
_LIMITS = {
    "timelimit": "time limit",
    "memlimit": "memory limit",
    "nodelimit": "node limit",
    "totalnodelimit": "node limit",
    "stallnodelimit": "node limit",
    "sollimit": "solution limit",
    "bestsollimit": "solution limit",
    "restartlimit": "restart limit",
    "primallimit": "objective limit",
    "duallimit": "objective limit",
    "gaplimit": "gap",
    BOUNDLESS: "no bound in sight",
    "userinterrupt": "interrupt",
    "terminate": "termination signal",
}


class Scip:
    """SCIP through Pyomo."""

    name = "scip"
    classes = frozenset(ProblemClass)

    def available(self) -> Availability:
        """Whether Pyomo and PySCIPOpt are installed; imports neither."""
        try:
            version("pyomo")
            return Availability(True, version("pyscipopt"))
        except PackageNotFoundError:
            return Availability(False, install=INSTALL)

    def solve(self, model: Model, options: Options) -> Solution:
        """Solve a bound model to global optimality.

        Args:
            model: The bound model, rewritten or not.
            options: Limits and options; `extra` takes SCIP's parameters, such as `limits/nodes`.

        Raises:
            SolverError: SCIP has no such parameter, or the model holds something it can't take.
            DataError: A row has no value, or a rewriting needs a bound that is missing.
            MissingDependency: Pyomo or PySCIPOpt is not installed.
        """
        return _Solve(model, options).run()


class _Solve:
    def __init__(self, model: Model, options: Options) -> None:
        self._began = time.monotonic()
        self._model = model
        self._rewritten = rewrite(model)
        self._class = classify(self._rewritten)
        linear = self._class in (ProblemClass.LP, ProblemClass.MILP)
        self._options = options if linear else replace(options, gap=max(options.gap, NONLINEAR_GAP))
        self._version = ""

    def run(self) -> Solution:
        """Build, solve, resolve what is ambiguous, polish."""
        source = build(self._rewritten)
        if source.broken:
            message = f"{source.broken[0]} does not hold, whatever is decided"
            return self._solution(Outcome.INFEASIBLE, Run("infeasible"), message=message)
        run = self._solved(source, self._options.log)
        outcome = _OUTCOMES.get(run.status, Outcome.UNKNOWN)
        if run.failure:
            return self._solution(Outcome.CRASHED, run, message=run.failure)
        if outcome is Outcome.INFEASIBLE_OR_UNBOUNDED:
            return self._solution(self._either(source), run)
        if run.point is None or outcome is Outcome.UNBOUNDED:
            return self._without_point(outcome, run)
        return self._with_point(outcome, run, source)

    def _without_point(self, outcome: Outcome, run: Run) -> Solution:
        run.point = None
        if outcome is Outcome.UNKNOWN and run.status in _LIMITS:
            outcome = Outcome.LIMIT_NO_SOLUTION
        if outcome is Outcome.OPTIMAL:
            outcome = Outcome.UNKNOWN
        return self._solution(outcome, run, message=self._boundless(run))

    def _boundless(self, run: Run) -> str:
        if run.status != BOUNDLESS:
            return ""
        names = [
            name
            for name, data in self._model.variables.items()
            if not (np.isfinite(data.lower).all() and np.isfinite(data.upper).all())
        ]
        return f"SCIP finds no bound on the objective, which may have none: give bounds to {', '.join(names)}"

    def _with_point(self, outcome: Outcome, run: Run, source: PyomoModel) -> Solution:
        run.point, violation = self._polished(self._own(run.point or {}), source)
        if violation > FEASIBILITY:
            message = f"SCIP's point violates a constraint by {violation:.1e}, relative to its size"
            return self._solution(Outcome.UNKNOWN, run, message=message)
        closed = _closed(*self._values(run))
        if outcome is Outcome.OPTIMAL and closed:
            run.status = "optimal"  # a gap limit of 0 has stopped nothing
            return self._solution(Outcome.OPTIMAL, run)
        claimed = run.status == "optimal"
        message = "SCIP calls the point optimal, but its bound is another" if claimed else ""
        return self._solution(Outcome.FEASIBLE, run, message=message or self._boundless(run))

    def _either(self, source: PyomoModel) -> Outcome:
        """Infeasible or unbounded: without an objective only the first is left."""
        run = self._solved(source, False, objective=False)
        if run.status == "infeasible":
            return Outcome.INFEASIBLE
        return Outcome.UNBOUNDED if run.point is not None else Outcome.INFEASIBLE_OR_UNBOUNDED

    # the call

    def _remaining(self) -> float | None:
        if self._options.time_limit is None:
            return None
        left = self._options.time_limit - (time.monotonic() - self._began)
        return max(left, min(LEAST_SECONDS, self._options.time_limit))

    def _solved(self, source: PyomoModel, log: bool, **how: Any) -> Run:
        """One solve; should SCIP fail at our precision, another at its own."""
        run = self._call(source, log, PRECISION, **how)
        return self._call(source, log, OWN_PRECISION, **how) if run.failure else run

    def _call(self, source: PyomoModel, log: bool, precision: float, **how: Any) -> Run:
        session = Session(translate(source, **how), self._options, self._remaining(), precision)
        self._version = session.version
        return session.run(log=log)

    # the point

    def _own(self, point: Mapping[str, Floats]) -> dict[str, Floats]:
        """The formulation's own variables, integers rounded, nothing outside its bounds."""
        found: dict[str, Floats] = {}
        for name, data in self._model.variables.items():
            values = rounded(point[name]) if data.integral else point[name]
            near = np.abs(np.clip(values, data.lower, data.upper) - values) <= FEASIBILITY
            found[name] = np.where(near, np.clip(values, data.lower, data.upper), values) + 0.0
        return found

    def _polished(self, point: dict[str, Floats], source: PyomoModel) -> tuple[dict[str, Floats], float]:
        violation = AtPoint(self._model, point).violation()
        if violation <= FEASIBILITY:
            return point, violation
        whole = {name: point[name] for name, data in self._model.variables.items() if data.integral}
        again = self._call(source, False, STRICT, fixed=whole)
        if again.point is None:
            return point, violation
        second = self._own(again.point)
        less = AtPoint(self._model, second).violation()
        return (second, less) if less < violation else (point, violation)

    def _solution(self, outcome: Outcome, run: Run, *, message: str = "") -> Solution:
        objective, bound = self._values(run)
        return Solution(
            model=self._model,
            outcome=outcome,
            solver="scip",
            version=self._version,
            problem_class=self._class,
            objective=objective,
            bound=bound,
            point=run.point,
            seconds=time.monotonic() - self._began,
            stopped_by=_LIMITS.get(run.status, ""),
            message=message,
            log=run.log,
        )

    def _values(self, run: Run) -> tuple[float | None, float | None]:
        if run.point is None:
            return None, run.bound
        try:
            objective = AtPoint(self._model, run.point).objective()
        except DataError:  # the point is reported with its violation, which is infinite then
            return None, run.bound
        sense = self._model.objectives[0].sense
        if run.bound is None or sense is Sense.SATISFY:
            return objective, objective if sense is Sense.SATISFY else None
        return objective, (max if sense is Sense.MAXIMIZE else min)(run.bound, objective)


def _closed(objective: float | None, bound: float | None) -> bool:
    """Whether nothing is left between objective and bound."""
    if objective is None or bound is None:
        return False
    return agree(objective, bound) or abs(objective - bound) <= OBJECTIVE
