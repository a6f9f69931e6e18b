"""Whether a model is feasible once some of its soft limits are free, and which limits say it is not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from quintet.formulation.model import Floats
from quintet.formulation.revision import without_objective
from quintet.formulation.tolerances import FEASIBILITY
from quintet.solvers.arrays import CONTINUOUS, INTEGRAL, Arrays
from quintet.solvers.highs import PRESOLVE_FROM
from quintet.solvers.matrix import BeyondMatrix, compile
from quintet.solvers.outcome import Outcome
from quintet.solvers.registry import solve
from quintet.solvers.repair.binaries import fewest_by_binaries
from quintet.solvers.repair.certificates import contradictions
from quintet.solvers.repair.clock import LEAST, Clock
from quintet.solvers.repair.elastic import Elastic
from quintet.solvers.repair.extraction import broken
from quintet.solvers.rewrite import rewrite
from quintet.solvers.session import Run, Session

PRICED = 1e-9
"""A row whose multiplier is this much of its price or more takes part in the contradiction."""


@dataclass(frozen=True)
class Test:
    """What is known once some limits are free.

    Args:
        feasible: Whether the others can hold together; None if it was not found out.
        cores: If the others can't hold together: sets of them that contradict each other or what is hard.
            No two have a limit in common; there is one at least.
        broken: Limits that some feasible point of the hard part breaks; None if there is no point.
    """

    __test__ = False  # pytest takes it for a test class

    feasible: bool | None
    cores: tuple[frozenset[int], ...] = ()
    broken: frozenset[int] | None = None


class Oracle(Protocol):
    """Tests sets of limits."""

    def test(self, free: frozenset[int], most: float | None = None) -> Test:
        """Test with some limits free, in `most` seconds."""
        ...

    def guess(self) -> tuple[frozenset[int], bool] | None:
        """Limits that may be the fewest, and whether they are if they are enough; None without a guess."""
        ...


def oracle_for(elastic: Elastic, clock: Clock) -> Oracle:
    """The fastest oracle that takes the model."""
    try:
        arrays = compile(rewrite(elastic.model))
    except BeyondMatrix:
        return GeneralOracle(elastic, clock)
    if len(arrays.products) or np.any((arrays.integrality != CONTINUOUS) & (arrays.integrality != INTEGRAL)):
        return GeneralOracle(elastic, clock)
    return LinearOracle(elastic, arrays, clock)


class GeneralOracle:
    """Asks the registry's solver for a feasible point; a contradiction is then all that was kept.

    Args:
        elastic: The elastic model.
        clock: The time that is left.
    """

    def __init__(self, elastic: Elastic, clock: Clock) -> None:
        self._elastic = elastic
        self._clock = clock

    def test(self, free: frozenset[int], most: float | None = None) -> Test:
        """Test with some limits free, in `most` seconds."""
        solution = solve(without_objective(self._elastic.holding(free)), options=self._clock.rest(most))
        if solution.outcome is Outcome.INFEASIBLE:
            return Test(False, (frozenset(range(self._elastic.limits)) - free,))
        if solution.outcome.solved and solution.point is not None:
            return Test(True, broken=broken(self._elastic, solution.point))
        return Test(None)

    def guess(self) -> tuple[frozenset[int], bool] | None:
        """No guess."""
        return None


class LinearOracle:
    """Keeps one linear program alive and changes its prices: limits that are free cost nothing.

    Its multipliers are a Farkas certificate where the optimum is above 0: the limits with a price in
    it contradict each other (Gleeson and Ryan, ORSA J. Computing 2, 1990). Integers are asked for only
    where the linear program has no contradiction.

    Args:
        elastic: The elastic model.
        arrays: Its matrix form.
        clock: The time that is left.
    """

    def __init__(self, elastic: Elastic, arrays: Arrays, clock: Clock) -> None:
        self._elastic = elastic
        self._clock = clock
        self._arrays = arrays
        self._discrete = bool(np.any(arrays.integrality != CONTINUOUS))
        relaxed = replace(arrays, integrality=np.zeros_like(arrays.integrality))
        self._linear = Session(relaxed, clock.options, {})
        self._mixed: Session | None = None

    def test(self, free: frozenset[int], most: float | None = None) -> Test:
        """Test with some limits free, in `most` seconds."""
        if self._clock.over:
            return Test(None)
        linear = self._relaxed(free, most)
        return self._whole(free, most) if linear.feasible and self._discrete else linear

    def _is_free(self, free: frozenset[int]) -> np.ndarray:
        return np.isin(self._elastic.owner, np.array(sorted(free), dtype=np.int64))

    def _relaxed(self, free: frozenset[int], most: float | None) -> Test:
        columns, loose = self._elastic.columns, self._is_free(free)
        # 1 at least: HiGHS takes what is below 1e-7 for 0
        prices = np.where(loose, 0.0, np.max(self._elastic.scale, initial=1.0) / self._elastic.scale)
        self._linear.change_costs(columns, prices)
        run = self._run(self._linear, most)
        if run.status != "kOptimal" or run.x is None:
            return Test(None)
        amounts = run.x[columns]
        missed = amounts > FEASIBILITY * self._elastic.scale
        found = frozenset(self._elastic.owner[missed].tolist())
        if not np.any(missed & ~loose):
            return Test(True, broken=None if self._discrete else found)
        cores = self._cores(prices, loose, run.row_dual)
        return Test(False, cores, None if self._discrete else found)

    def _cores(
        self, prices: Floats, loose: np.ndarray, row_dual: Floats | None
    ) -> tuple[frozenset[int], ...]:
        kept = frozenset(self._elastic.owner[~loose].tolist())
        if row_dual is None:
            return (kept,)
        apart = [core & kept for core in contradictions(self._elastic, self._arrays, row_dual)]
        if all(apart) and apart:
            return tuple(apart)
        pull = self._arrays.matrix.transposed_times(row_dual, self._arrays.columns)
        reached = pull[self._elastic.columns] > PRICED * prices
        return (frozenset(self._elastic.owner[reached & ~loose].tolist()) or kept,)

    def guess(self) -> tuple[frozenset[int], bool] | None:
        """By a binary a limit, where bounds give the constants; in half of the time that is left."""
        return fewest_by_binaries(self._elastic, self._arrays, self._clock.rest(self._clock.left / 2))

    def _whole(self, free: frozenset[int], most: float | None) -> Test:
        session = self._whole_numbers()
        columns, loose = self._elastic.columns, self._is_free(free)
        upper = np.where(loose, self._arrays.column_upper[columns], 0.0)
        session.change_columns(columns, np.zeros(len(columns)), upper)
        run = self._run(session, most)
        if run.status == "kInfeasible":
            return Test(False, (frozenset(range(self._elastic.limits)) - free,))
        if run.x is None:
            return Test(None)
        missed = run.x[columns] > FEASIBILITY * self._elastic.scale
        return Test(True, broken=frozenset(self._elastic.owner[missed].tolist()))

    def _whole_numbers(self) -> Session:
        if self._mixed is None:
            nothing = replace(self._arrays, cost=np.zeros(self._arrays.columns))
            presolve = {"presolve": "off"} if self._arrays.columns < PRESOLVE_FROM else {}
            self._mixed = Session(nothing, self._clock.options, presolve)
        return self._mixed

    def _run(self, session: Session, most: float | None) -> Run:
        """Run with what is left of the time."""
        left = self._clock.left if most is None else min(self._clock.left, most)
        session.set_option("time_limit", session.seconds + max(left, LEAST))
        return session.run()
