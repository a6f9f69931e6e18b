"""Ipopt: continuous models, to a *local* optimum, and only when it is asked for.

Formulation → `rewrite` → Pyomo → `.nl` → casadi, whose wheel carries Ipopt. Only casadi's interface to
Ipopt is used: its plugins for quadratic programs bring solvers of their own that clash with those of
OR-Tools in one process.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from quintet.errors import DataError, SolverError
from quintet.formulation.classify import classify
from quintet.formulation.model import Floats, Model, ProblemClass
from quintet.formulation.schema import Sense
from quintet.formulation.tolerances import FEASIBILITY
from quintet.solvers.ipopt_model import INSTALL, NoPoint, Program, load_casadi, starting_points, translate
from quintet.solvers.ipopt_session import Run, Session, version_in
from quintet.solvers.options import Options
from quintet.solvers.outcome import Outcome
from quintet.solvers.pyomo_model import build
from quintet.solvers.rewrite import rewrite
from quintet.solvers.rows.at_point import AtPoint
from quintet.solvers.solution import Solution
from quintet.solvers.solver import Availability

CLASSES = frozenset({ProblemClass.LP, ProblemClass.QP, ProblemClass.QCQP, ProblemClass.NLP})
MOST_STARTS = 10_000
CONVERGED = ("Solve_Succeeded",)
STOPPED = {
    "Time_Limit": "time limit",
    "Maximum_WallTime_Exceeded": "time limit",
    "Maximum_CpuTime_Exceeded": "time limit",
    "Maximum_Iterations_Exceeded": "iteration limit",
}
"""Ipopt's statuses for a run that a limit ended."""
MEANING = {
    "Solved_To_Acceptable_Level": "Ipopt's point meets only its looser, 'acceptable' tolerances",
    "Feasible_Point_Found": "Ipopt found a feasible point and did not optimise",
    "Infeasible_Problem_Detected": "Ipopt converged to a point of local infeasibility, which does not prove "
    "that nothing is feasible",
    "Diverging_Iterates": "Ipopt's iterates grow without limit: the objective may have no bound",
    "Not_Enough_Degrees_Of_Freedom": "there are more equations than variables, which Ipopt can't take",
    "Invalid_Number_Detected": "a function or derivative has no value at a point that Ipopt came to",
    "Restoration_Failed": "Ipopt lost its way and found no feasible point to go on from",
    "Search_Direction_Becomes_Too_Small": "Ipopt could not improve its point, nor show that it is an optimum",
}
"""Ipopt's statuses for a run that found no optimum, told for a person."""
ADVICE = "--option starts=20 tries other starting points, --solver scip searches everywhere"


@dataclass(frozen=True)
class Attempt:
    """What one starting point led to.

    Args:
        status: Ipopt's return status.
        point: Where it ended.
        violation: Largest relative violation there; infinite if something has no value.
        objective: Value there, None if it has none.
    """

    status: str
    point: dict[str, Floats]
    violation: float
    objective: float | None

    @property
    def usable(self) -> bool:
        """Whether the point is one, optimal or not."""
        return self.violation <= FEASIBILITY and self.objective is not None


class Ipopt:
    """Ipopt (Wächter and Biegler, *Math. Programming* 106, 2006), from one or several starting points.

    What it finds is the best point *nearby*: the outcome is `locally_optimal`, never `optimal`, and that
    it finds nothing never proves a model infeasible. No gap and no threads: it has no use for them.
    """

    name = "ipopt"
    classes: frozenset[ProblemClass] = frozenset()
    local_classes = CLASSES

    def available(self) -> Availability:
        """Whether casadi and Pyomo are installed; imports neither."""
        try:
            version("pyomo")
            return Availability(True, f"in casadi {version('casadi')}")
        except PackageNotFoundError:
            return Availability(False, install=INSTALL)

    def solve(self, model: Model, options: Options) -> Solution:
        """Search a bound model for a local optimum.

        Args:
            model: The bound model, rewritten or not.
            options: Limits and options. `extra` takes `starts`, from how many points to start (1; the
                seed decides which), and Ipopt's own options, such as `tol` or `max_iter`.

        Raises:
            SolverError: It has integer variables; an unknown option; something Ipopt can't take.
            DataError: A row has no value, or a rewriting needs a bound that is missing.
            MissingDependency: casadi or Pyomo is not installed.
        """
        load_casadi()
        search = _Search(model, options)
        with TemporaryDirectory(prefix="quintet-") as folder:
            return search.run(Path(folder))


class _Search:
    def __init__(self, model: Model, options: Options) -> None:
        self._began = time.monotonic()
        self._model = model
        self._options = options
        self._starts = _starts(options)
        self._rewritten = rewrite(model)
        _refuse_integers(self._rewritten)
        self._log = ""

    def run(self, folder: Path) -> Solution:
        """Translate, start from every point, keep the best."""
        source = build(self._rewritten)
        if source.broken:
            return self._infeasible(f"{source.broken[0]} does not hold, whatever is decided")
        try:
            attempts = list(self._attempts(translate(source, folder), folder / "ipopt.log"))
        except NoPoint as error:
            return self._infeasible(f"no point meets every limit: {error}")
        usable = [attempt for attempt in attempts if attempt.usable]
        return self._with_point(usable, attempts) if usable else self._without_point(attempts)

    def _attempts(self, program: Program, log: Path) -> Iterator[Attempt]:
        limit = self._options.time_limit
        deadline = None if limit is None else self._began + limit
        extra = {name: value for name, value in self._options.extra.items() if name != "starts"}
        session = Session(program, extra, deadline, log)
        starts = starting_points(program.lower, program.upper, self._options.seed)
        for number, start in enumerate(islice(starts, self._starts)):
            if number and deadline is not None and time.monotonic() >= deadline:
                return
            run = session.run(start)
            self._keep(log)
            yield self._attempt(run, program)

    def _keep(self, log: Path) -> None:
        if log.exists():
            self._log = log.read_text(encoding="utf-8", errors="replace")  # of all runs

    def _attempt(self, run: Run, program: Program) -> Attempt:
        found = program.families(run.x)
        point = {
            name: np.clip(found[name], v.lower, v.upper) + 0.0 for name, v in self._model.variables.items()
        }
        if not np.all(np.isfinite(run.x)):
            return Attempt(run.status, point, np.inf, None)
        at = AtPoint(self._model, point)
        try:
            return Attempt(run.status, point, at.violation(), at.objective())
        except DataError:  # the objective has no value where Ipopt ended: not a point to report
            return Attempt(run.status, point, np.inf, None)

    # outcomes

    def _with_point(self, usable: list[Attempt], attempts: list[Attempt]) -> Solution:
        converged = [attempt for attempt in usable if self._converged(attempt)]
        best = min(converged or usable, key=self._cost)
        known = {"objective": best.objective, "point": best.point}
        if converged:
            message = _tally(attempts, len(converged))
            return self._solution(Outcome.LOCALLY_OPTIMAL, message=message, **known)
        if best.status == "Diverging_Iterates":
            return self._solution(Outcome.UNKNOWN, message=_told(best.status))
        stopped_by, message = STOPPED.get(best.status, "lack of progress"), _told(best.status)
        return self._solution(Outcome.FEASIBLE, stopped_by=stopped_by, message=message, **known)

    def _without_point(self, attempts: list[Attempt]) -> Solution:
        (status, _), *_ = Counter(attempt.status for attempt in attempts).most_common(1)
        if status in STOPPED:
            return self._solution(
                Outcome.LIMIT_NO_SOLUTION, stopped_by=STOPPED[status], message=_told(status)
            )
        if status in CONVERGED:
            worst = min(attempt.violation for attempt in attempts)
            message = f"Ipopt's point violates a constraint by {worst:.1e}, relative to its size"
            return self._solution(Outcome.UNKNOWN, message=message)
        return self._solution(Outcome.UNKNOWN, message=f"{_told(status)}; {ADVICE}")

    def _converged(self, attempt: Attempt) -> bool:
        """Without an objective any feasible point is what was asked for."""
        wanted = attempt.status in CONVERGED
        return wanted or (self._sense is Sense.SATISFY and attempt.status == "Feasible_Point_Found")

    @property
    def _sense(self) -> Sense:
        return self._model.objectives[0].sense

    def _cost(self, attempt: Attempt) -> float:
        value = np.inf if attempt.objective is None else attempt.objective
        return -value if self._sense is Sense.MAXIMIZE else value

    def _infeasible(self, message: str) -> Solution:
        """Proved by numbers alone, before Ipopt is asked."""
        return self._solution(Outcome.INFEASIBLE, message=message)

    def _solution(self, outcome: Outcome, **known: object) -> Solution:
        found = Solution(
            self._model,
            outcome,
            "ipopt",
            version_in(self._log),
            classify(self._rewritten),
            seconds=time.monotonic() - self._began,
            log=self._log if self._options.log else "",
        )
        return replace(found, **known)


def _starts(options: Options) -> int:
    value = options.extra.get("starts", 1)
    whole = not isinstance(value, bool) and str(value).isdigit()
    if not whole or not 1 <= int(value) <= MOST_STARTS:
        wanted = f"give a whole number from 1 to {MOST_STARTS}"
        raise SolverError(f"{value!r} can't be used", place="option starts", remedy=wanted)
    return int(value)


def _refuse_integers(model: Model) -> None:
    found = classify(model)
    if found not in CLASSES:
        raise SolverError(
            f"ipopt takes continuous models only, and this one is of class {found.value}",
            remedy="scip can take it: --solver scip",
        )


def _told(status: str) -> str:
    if status in STOPPED:
        return f"Ipopt was stopped by its {STOPPED[status]} before it converged"
    return MEANING.get(status, f"Ipopt ended with the status {status!r}")


def _tally(attempts: list[Attempt], converged: int) -> str:
    if len(attempts) == 1:
        return "found from one starting point; --option starts=20 tries others"
    return f"the best local optimum from {len(attempts)} starting points, {converged} of which led to one"
