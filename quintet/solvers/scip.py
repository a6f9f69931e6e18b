"""SCIP: every class, to global optimality (Bolusani et al., *The SCIP Optimization Suite 9.0*, 2024).

Formulation → `rewrite` → Pyomo → SCIP in memory. The point that is reported has its integers
rounded; where the continuous variables no longer fit them within tolerance, they are solved again
with the integers fixed. The objective is that of the formulation at this point.
"""

from __future__ import annotations

import difflib
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from quintet.errors import DataError, SolverError
from quintet.formulation.classify import classify
from quintet.formulation.model import Floats, Model, ProblemClass
from quintet.formulation.schema import Sense
from quintet.formulation.tolerances import FEASIBILITY, INFINITE, rounded
from quintet.solvers.options import Options, OptionValue
from quintet.solvers.outcome import Outcome
from quintet.solvers.pyomo_model import INSTALL, PyomoModel, build
from quintet.solvers.rewrite import rewrite
from quintet.solvers.rows.at_point import AtPoint
from quintet.solvers.scip_model import ScipModel, translate
from quintet.solvers.solution import Solution
from quintet.solvers.solver import Availability

PRECISION = 1e-9
"""SCIP's feasibility tolerance, far below ours: products of variables magnify it."""
LEAST_TIME = 0.01

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
    "userinterrupt": "interrupt",
    "terminate": "termination signal",
}


@dataclass
class _Run:
    """What one call of SCIP left behind, read out of it only where its status allows."""

    status: str
    point: dict[str, Floats] | None = None
    bound: float | None = None
    log: str = ""
    failure: str = ""


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
        self._options = options
        self._rewritten = rewrite(model)
        self._version = ""

    def run(self) -> Solution:
        """Build, solve, resolve what is ambiguous, polish."""
        source = build(self._rewritten)
        if source.broken:
            message = f"{source.broken[0]} does not hold, whatever is decided"
            return self._solution(Outcome.INFEASIBLE, _Run("infeasible"), message=message)
        run = self._call(translate(source), self._options.log)
        outcome = _OUTCOMES.get(run.status, Outcome.UNKNOWN)
        if run.failure:
            return self._solution(Outcome.CRASHED, run, message=run.failure)
        if outcome is Outcome.INFEASIBLE_OR_UNBOUNDED:
            return self._solution(self._either(source), run)
        if run.point is None or outcome is Outcome.UNBOUNDED:
            return self._without_point(outcome, run)
        return self._with_point(outcome, run, source)

    def _without_point(self, outcome: Outcome, run: _Run) -> Solution:
        run.point = None
        if outcome is Outcome.UNKNOWN and run.status in _LIMITS:
            outcome = Outcome.LIMIT_NO_SOLUTION
        if outcome is Outcome.OPTIMAL:
            outcome = Outcome.UNKNOWN
        return self._solution(outcome, run)

    def _with_point(self, outcome: Outcome, run: _Run, source: PyomoModel) -> Solution:
        point, violation = self._polished(self._own(run.point or {}), source)
        run.point = point
        if violation > FEASIBILITY:
            message = f"SCIP's point violates a constraint by {violation:.1e}, relative to its size"
            return self._solution(Outcome.UNKNOWN, run, message=message)
        if outcome is not Outcome.OPTIMAL:
            outcome = Outcome.FEASIBLE
        return self._solution(outcome, run)

    def _either(self, source: PyomoModel) -> Outcome:
        """Infeasible or unbounded: without an objective only the first is left."""
        run = self._call(translate(source, objective=False), False)
        if run.status == "infeasible":
            return Outcome.INFEASIBLE
        return Outcome.UNBOUNDED if run.point is not None else Outcome.INFEASIBLE_OR_UNBOUNDED

    # the call

    def _remaining(self) -> float | None:
        if self._options.time_limit is None:
            return None
        return max(LEAST_TIME, self._options.time_limit - (time.monotonic() - self._began))

    def _call(self, translated: ScipModel, log: bool) -> _Run:
        scip = translated.scip
        self._version = f"{scip.getMajorVersion()}.{scip.getMinorVersion()}.{scip.getTechVersion()}"
        _configure(scip, self._options, self._remaining())
        if not log:
            return _read(translated, _optimize(scip))
        with tempfile.TemporaryDirectory(prefix="quintet-") as folder:
            path = Path(folder) / "scip.log"
            scip.setLogfile(str(path))
            run = _read(translated, _optimize(scip))
            scip.setLogfile(None)
            run.log = path.read_text(encoding="utf-8", errors="replace")
        return run

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
        if violation <= FEASIBILITY / 10:
            return point, violation
        whole = {name: point[name] for name, data in self._model.variables.items() if data.integral}
        again = self._call(translate(source, fixed=whole), False)
        if again.point is None:
            return point, violation
        second = self._own(again.point)
        less = AtPoint(self._model, second).violation()
        return (second, less) if less < violation else (point, violation)

    def _solution(self, outcome: Outcome, run: _Run, *, message: str = "") -> Solution:
        objective, bound = self._values(run)
        return Solution(
            model=self._model,
            outcome=outcome,
            solver="scip",
            version=self._version,
            problem_class=classify(self._rewritten),
            objective=objective,
            bound=bound,
            point=run.point,
            seconds=time.monotonic() - self._began,
            stopped_by=_LIMITS.get(run.status, ""),
            message=message,
            log=run.log,
        )

    def _values(self, run: _Run) -> tuple[float | None, float | None]:
        if run.point is None:
            return None, run.bound
        try:
            objective = AtPoint(self._model, run.point).objective()
        except DataError:  # the point is reported with its violation, which is infinite then
            return None, run.bound
        if run.bound is None or self._model.objectives[0].sense is Sense.SATISFY:
            return objective, objective if self._model.objectives[0].sense is Sense.SATISFY else None
        weaker = max if self._model.objectives[0].sense is Sense.MAXIMIZE else min
        return objective, weaker(run.bound, objective)


def _configure(scip: Any, options: Options, seconds: float | None) -> None:
    settings: dict[str, OptionValue] = {
        "limits/gap": options.gap,
        "limits/absgap": options.absolute_gap,
        "lp/threads": options.threads,
        "randomization/randomseedshift": options.seed,
        "numerics/feastol": PRECISION,
        "numerics/dualfeastol": PRECISION,
        "misc/catchctrlc": False,
    }
    if seconds is not None:
        settings["limits/time"] = seconds
    for name, value in {**settings, **options.extra}.items():
        _set(scip, name, value)


def _set(scip: Any, name: str, value: OptionValue) -> None:
    known = scip.getParams()
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        remedy = f"did you mean {close[0]!r}?" if close else "SCIP's parameters look like limits/nodes"
        raise SolverError(f"SCIP has no parameter {name!r}", place="option extra", remedy=remedy)
    try:
        scip.setParam(name, value)
    except Exception as error:  # PySCIPOpt raises bare exceptions
        place = f"option {name}"
        raise SolverError(f"SCIP does not take {value!r}", place=place, remedy=str(error)) from None


def _optimize(scip: Any) -> str:
    """Run SCIP in a thread without the interpreter's lock, so that Ctrl-C reaches us; its failure or ""."""
    failures: list[str] = []

    def run() -> None:
        try:
            scip.optimizeNogil()
        except Exception as error:  # PySCIPOpt raises bare exceptions
            failures.append(str(error) or type(error).__name__)

    thread = threading.Thread(target=run, name="scip", daemon=True)
    thread.start()
    try:
        thread.join()
    except KeyboardInterrupt:
        scip.interruptSolve()
        thread.join()
        raise
    return failures[0] if failures else ""


def _read(translated: ScipModel, failure: str) -> _Run:
    scip = translated.scip
    if failure:
        return _Run("error", failure=f"SCIP failed: {failure}")
    run = _Run(str(scip.getStatus()))
    if run.status in ("infeasible", "inforunbd", "unbounded"):
        return run
    bound = float(scip.getDualbound())
    run.bound = bound if abs(bound) < INFINITE else None
    if scip.getNSols() > 0:
        best = scip.getBestSol()
        run.point = {
            name: np.array([scip.getSolVal(best, column) for column in columns], dtype=np.float64)
            for name, columns in translated.columns.items()
        }
    return run
