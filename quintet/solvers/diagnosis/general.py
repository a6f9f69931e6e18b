"""The oracle for every model: each test is a model of its own, solved by whatever solver fits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from quintet.errors import DataError, SolverError
from quintet.formulation.evaluator import evaluate
from quintet.formulation.model import Model, Point
from quintet.formulation.revision import without_objective
from quintet.formulation.schema import Domain
from quintet.solvers.diagnosis.catalogue import Catalogue, Mask
from quintet.solvers.diagnosis.oracle import Clock, Judgement, Verdict
from quintet.solvers.options import Options
from quintet.solvers.outcome import Outcome
from quintet.solvers.registry import solve
from quintet.solvers.solver import Solver

REACH = 1_000.0
"""Where a bound goes that can't be taken away: this many times max(1, |bounds|)."""


class General:
    """Tests sets of limits of any model with `solve`.

    What is feasible is judged by the evaluator at the point; what is infeasible is the solver's
    word. Where no solver takes the model without a bound (a big-M needs it), bounds move far out
    instead: a plan found then proves as much as one without the bound, and a clash found then is
    one of limits within those far bounds, which `examine` says.

    Args:
        catalogue: The numbers of the limits.
        options: Options of each solve; its time limit does not count.
        clock: The time that is left.
        solver: The solver to ask, None for the one that fits.
        relaxed: Whether integrality is left out.

    Attributes:
        asked: The solver that answered last.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        options: Options,
        clock: Clock,
        solver: Solver | str | None = None,
        *,
        relaxed: bool = False,
    ) -> None:
        self.catalogue = catalogue
        self._options = options
        self._clock = clock
        self._solver = solver
        self._relaxed = relaxed
        self.asked = ""

    def needs_integrality(self, kept: Mask) -> bool | None:
        """Whether limits that leave no plan leave one in fractions; None if that is not known."""
        if not any(entry.integral for entry in self.catalogue.model.variables.values()):
            return False
        free = General(self.catalogue, self._options, self._clock, self._solver, relaxed=True)
        return free.test(kept).settled

    def narrowed(self, kept: Mask) -> General:
        """The same: a model without rows is small already."""
        return self

    def test(self, kept: Mask) -> Judgement:
        """Test some limits; where nothing comes out of it, once more with bounds far out.

        Raises:
            SolverError: No solver takes the whole model; it may take parts of it.
            DataError: A coefficient or a key of the whole model does not exist.
        """
        return self.examine(kept)[0]

    def examine(self, kept: Mask) -> tuple[Judgement, float]:
        """As `test`, with how far out bounds had to stay: `REACH`, or infinity for no bound at all."""
        if self._clock.over:
            return Judgement(Verdict.UNKNOWN, reason="time limit"), np.inf
        dropped = np.any((~kept & self.catalogue.real)[self.catalogue.rows :])
        try:
            seconds = self._clock.first() if np.all(kept) else self._clock.slice()
            found = self._solved(self.model(kept), seconds)
        except (SolverError, DataError) as error:
            if np.all(kept) and not self._relaxed:
                raise
            found = Judgement(Verdict.UNKNOWN, reason=f"no solver takes it: {error}")
            return (self._far_out(kept) or found, REACH) if dropped else (found, np.inf)
        if found.verdict is Verdict.UNKNOWN and dropped:
            near = self._far_out(kept)
            if near is not None and near.verdict is Verdict.FEASIBLE:
                return near, np.inf
        return found, np.inf

    def _far_out(self, kept: Mask) -> Judgement | None:
        try:
            return self._solved(self.model(kept, REACH), self._clock.slice())
        except (SolverError, DataError):  # the first refusal says more
            return None

    def model(self, kept: Mask, reach: float = np.inf) -> Model:
        """The model that is solved."""
        model = without_objective(self.catalogue.reduced(kept, reach))
        return relaxed(model) if self._relaxed else model

    def _solved(self, model: Model, seconds: float | None) -> Judgement:
        options = replace(self._options, time_limit=seconds, gap=0.0, log=False)
        solution = solve(model, self._solver, options)
        self.asked = solution.solver
        if solution.outcome is Outcome.INFEASIBLE:
            return Judgement(Verdict.INFEASIBLE)
        if solution.point is not None and is_plan(model, solution.point):
            return Judgement(Verdict.FEASIBLE, point=model.flat(solution.point))
        reason = solution.stopped_by or solution.message or solution.outcome.value
        return Judgement(Verdict.UNKNOWN, reason=reason)


def is_plan(model: Model, point: Point) -> bool:
    """Whether the evaluator finds that a point meets all limits; where something has no value, it doesn't."""
    try:
        return evaluate(model, point).feasible()
    except DataError:  # a division by 0 or a logarithm of 0 there
        return False


def relaxed(model: Model) -> Model:
    """The model without integrality, bounds as they are."""
    free = {
        name: replace(entry, domain=Domain.CONTINUOUS) if entry.integral else entry
        for name, entry in model.variables.items()
    }
    return replace(model, variables=free)
