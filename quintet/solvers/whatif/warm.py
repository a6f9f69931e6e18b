"""A path of linear programs in one HiGHS object: each run starts from the basis of the last.

An optimum is believed if its duals prove it, and 'infeasible' if the multipliers prove that, both
worked out from the arrays; any other ending is solved again from the start, as any model is.
"""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

import numpy as np

from quintet.errors import DataError
from quintet.formulation.model import Floats
from quintet.solvers.arrays import Arrays
from quintet.solvers.duality import certificate
from quintet.solvers.highs import Solve
from quintet.solvers.options import Options
from quintet.solvers.outcome import Outcome
from quintet.solvers.session import Run, Session, version
from quintet.solvers.whatif.axes import Place
from quintet.solvers.whatif.parametric import Instant, Source, same_structure
from quintet.solvers.whatif.point import SweepPoint, refused
from quintet.solvers.whatif.watching import Watched

NEGLIGIBLE = 1e-9
"""Relative size of a multiplier that counts as 0 in a proof of infeasibility."""


class Path:
    """Answers one point after another.

    Args:
        source: The arrays at each point.
        watched: What to report besides the objective.
        options: Of each solve; a time limit is for one point.
    """

    def __init__(self, source: Source, watched: tuple[Watched, ...], options: Options) -> None:
        self._source = source
        self._watched = watched
        self._options = options
        self._session: Session | None = None
        self._loaded: Arrays | None = None

    def answer(self, place: Place) -> SweepPoint:
        """The answer at one point."""
        started = perf_counter()
        try:
            instant = self._source.at(place)
        except DataError as error:
            return refused(place, error)
        return replace(self._answered(place, instant), seconds=perf_counter() - started)

    def _answered(self, place: Place, instant: Instant) -> SweepPoint:
        arrays = instant.arrays
        if np.any(arrays.column_lower > arrays.column_upper):
            return SweepPoint(place, Outcome.INFEASIBLE, message="bounds of a decision cross")
        warm = self._moved(arrays)
        run = self._run()
        if run.status == "kOptimal" and run.x is not None and run.row_dual is not None:
            proof = certificate(arrays, run.x, run.row_dual)
            if proof.proves:
                watched = instant.values(run.x, self._watched)
                objective = arrays.direction * proof.objective
                return SweepPoint(place, Outcome.OPTIMAL, objective, watched, warm=warm)
        elif run.status == "kInfeasible" and self._session is not None:
            ray = self._session.dual_ray()
            if ray is not None and proves_infeasible(arrays, ray):
                return SweepPoint(place, Outcome.INFEASIBLE, warm=warm)
        return self._cold(place, instant)

    def _run(self) -> Run:
        assert self._session is not None
        if self._options.time_limit is not None:
            self._session.set_option("time_limit", self._session.seconds + self._options.time_limit)
        return self._session.run()

    def _cold(self, place: Place, instant: Instant) -> SweepPoint:
        found = Solve(instant.model, instant.arrays, self._options, perf_counter(), version()).run()
        watched: tuple[float | None, ...] = ()
        if found.point is not None and found.outcome.solved:
            watched = instant.values(instant.model.flat(found.point), self._watched)
        return SweepPoint(place, found.outcome, found.objective, watched, message=found.message)

    def _moved(self, arrays: Arrays) -> bool:
        """Bring the session to these arrays; whether it keeps its basis."""
        session, loaded = self._session, self._loaded
        self._loaded = arrays
        if session is None or loaded is None or not _near(loaded, arrays):
            self._session = Session(arrays, self._options, {})
            return False
        _change(session, loaded, arrays)
        return True


def _near(loaded: Arrays, arrays: Arrays) -> bool:
    return loaded.matrix is arrays.matrix or same_structure(loaded, arrays)


def _change(session: Session, old: Arrays, new: Arrays) -> None:
    if np.any(old.matrix.values != new.matrix.values):
        session.reload(new)
        return
    costs = np.flatnonzero(old.cost != new.cost)
    if len(costs):
        session.change_costs(costs, new.direction * new.cost[costs])
    rows = np.flatnonzero((old.row_lower != new.row_lower) | (old.row_upper != new.row_upper))
    if len(rows):
        session.change_rows(rows, new.row_lower[rows], new.row_upper[rows])
    columns = np.flatnonzero((old.column_lower != new.column_lower) | (old.column_upper != new.column_upper))
    if len(columns):
        session.change_columns(columns, new.column_lower[columns], new.column_upper[columns])


def proves_infeasible(arrays: Arrays, multipliers: Floats) -> bool:
    """Whether row multipliers show that no point meets rows and bounds (Farkas' lemma).

    The combination y'Ax of the rows must lie between what the rows' sides allow and between what
    the bounds allow; the two ranges have nothing in common.

    Args:
        arrays: A linear model.
        multipliers: y, one entry a row, in either sign convention.
    """
    size = float(np.max(np.abs(multipliers), initial=0.0))
    if not np.isfinite(size) or size == 0:
        return False
    y = multipliers / size
    y = np.where(np.abs(y) <= NEGLIGIBLE, 0.0, y)
    slope = arrays.matrix.transposed_times(y, arrays.columns)
    weight = arrays.matrix.transposed_times(np.abs(y), arrays.columns)
    slope = np.where(np.abs(slope) <= NEGLIGIBLE * np.maximum(1.0, np.abs(weight)), 0.0, slope)
    by_rows = _range(y, arrays.row_lower, arrays.row_upper)
    by_bounds = _range(slope, arrays.column_lower, arrays.column_upper)
    margin = 1e-7 * max(1.0, *(abs(end) for end in (*by_rows, *by_bounds) if np.isfinite(end)))
    return by_bounds[1] < by_rows[0] - margin or by_rows[1] < by_bounds[0] - margin


def _range(weights: Floats, lower: Floats, upper: Floats) -> tuple[float, float]:
    """The least and the most of weights·u over lower <= u <= upper."""
    used = weights != 0
    w, low, high = weights[used], lower[used], upper[used]
    return float(np.sum(np.where(w > 0, w * low, w * high))), float(
        np.sum(np.where(w > 0, w * high, w * low))
    )
