"""The oracle for linear models: one live LP, and a fresh MILP where whole numbers matter."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from quintet.formulation.model import Floats
from quintet.formulation.tolerances import FEASIBILITY, INTEGRALITY
from quintet.solvers.arrays import CONTINUOUS, INTEGRAL, SEMICONTINUOUS, Arrays
from quintet.solvers.diagnosis.block import Block
from quintet.solvers.diagnosis.catalogue import Mask
from quintet.solvers.diagnosis.elastic import elastic
from quintet.solvers.diagnosis.farkas import Multipliers, contradiction
from quintet.solvers.diagnosis.oracle import Clock, Judgement, Verdict
from quintet.solvers.highs import LIMITS, PRESOLVE_FROM
from quintet.solvers.options import Options
from quintet.solvers.session import Session

Sides: TypeAlias = tuple[Floats, Floats, Floats, Floats]
"""Lower and upper sides of rows, then of columns."""
HAIR = "they miss each other by less than the tolerance"
"""A contradiction too small to count: a point exists that the tolerances take for a plan."""


class Linear:
    """Tests sets of limits of a linear model.

    The LP without integrality is kept alive and changed between tests, so that each starts from the
    last basis. What it calls infeasible is believed if its ray proves a contradiction larger than
    the tolerance, and that ray's support is the core. Whole numbers are asked of HiGHS's
    branch-and-bound only where the LP is feasible and its point is not whole.

    Args:
        block: The model.
        options: Seed and threads; of its own options HiGHS takes those in `extra`.
        clock: The time that is left.
        relaxed: Whether integrality is left out.
    """

    def __init__(self, block: Block, options: Options, clock: Clock, *, relaxed: bool = False) -> None:
        self.block = block
        self._options = replace(options, time_limit=None, gap=0.0, log=False)
        self._clock = clock
        self._relaxed = relaxed or not block.discrete
        self._session: Session | None = None
        self._last: Sides | None = None

    def narrowed(self, kept: Mask) -> Linear:
        """Only the rows and columns that `kept` touches."""
        return Linear(self.block.narrowed(kept), self._options, self._clock, relaxed=self._relaxed)

    def test(self, kept: Mask) -> Judgement:
        """Test some limits; a row that is false by data alone and bounds that cross need no solver."""
        alone = self.block.broken_alone(kept)
        if alone is not None:
            return Judgement(Verdict.INFEASIBLE, alone & self.block.catalogue.real)
        if not self.block.arrays.columns:
            return Judgement(Verdict.FEASIBLE, point=np.zeros(0))
        if self._clock.over:
            return Judgement(Verdict.UNKNOWN, reason="time limit")
        found = self._continuous(kept)
        if self._relaxed or found.verdict is not Verdict.FEASIBLE or found.point is None:
            return found
        near = self._whole(found.point)
        if self.block.holds(kept, near):
            return replace(found, point=near)
        return self._discrete(kept)

    # without integrality

    def _continuous(self, kept: Mask) -> Judgement:
        session = self._prepared(kept)
        run = session.run()
        ray = session.dual_ray() if run.status == "kInfeasible" else None
        found = self._judged(kept, run.x if run.status == "kOptimal" else None, ray)
        if found is not None:
            return found
        self._session = None
        if run.status in LIMITS:
            return Judgement(Verdict.UNKNOWN, reason=LIMITS[run.status])
        found = self._judged(kept, *self._elastic(kept))
        return found or Judgement(Verdict.UNKNOWN, reason=f"HiGHS ended {run.status[1:]!r} without a proof")

    def _judged(self, kept: Mask, x: Floats | None, ray: Floats | None) -> Judgement | None:
        """What a point or a ray of a solver shows; None if it shows nothing."""
        if x is not None and self._stretched.holds(kept, x, relaxed=True):
            return Judgement(Verdict.FEASIBLE, point=x)
        found = None if ray is None else contradiction(self._stretched, kept, ray)
        if found is None:
            return None
        if found.margin <= FEASIBILITY:
            return Judgement(Verdict.UNKNOWN, found.core, HAIR)
        return Judgement(Verdict.INFEASIBLE, found.core)

    def _elastic(self, kept: Mask) -> tuple[Floats | None, Floats | None]:
        """The point and the multipliers of the elastic program."""
        run = Session(elastic(self._under(kept)), self._options, self._time(kept)).run()
        if run.status != "kOptimal" or run.x is None:
            return None, None
        return run.x[: self.block.arrays.columns], run.row_dual

    def multipliers(self, kept: Mask) -> Multipliers | None:
        """Multipliers that show without integrality that `kept` leaves no plan; None if there are none."""
        session = Session(self._under(kept), self._options, {**self._time(), "presolve": "off"})
        ray = session.dual_ray() if session.run().status == "kInfeasible" else None
        found = None if ray is None else contradiction(self._stretched, kept, ray)
        if found is None:
            ray = self._elastic(kept)[1]
            found = None if ray is None else contradiction(self._stretched, kept, ray)
        return found

    @property
    def _stretched(self) -> Block:
        return replace(self.block, arrays=_relaxed(self.block.arrays))

    def _under(self, kept: Mask) -> Arrays:
        return _relaxed(self.block.under(kept))

    def _time(self, kept: Mask | None = None) -> dict[str, float]:
        """Seconds for a test, more for the whole model's."""
        whole = kept is not None and bool(np.all(kept))
        seconds = self._clock.first() if whole else self._clock.slice()
        return {"time_limit": math.inf if seconds is None else seconds}

    def _prepared(self, kept: Mask) -> Session:
        """The live LP with only `kept` in force."""
        under = self._under(kept)
        sides = (under.row_lower, under.row_upper, under.column_lower, under.column_upper)
        if self._session is None or self._last is None:
            self._session = Session(under, self._options, self._time(kept))
        else:
            self._change(self._session, sides, self._time(kept)["time_limit"])
        self._last = sides
        return self._session

    def _change(self, session: Session, sides: Sides, seconds: float) -> None:
        assert self._last is not None
        rows = np.flatnonzero((sides[0] != self._last[0]) | (sides[1] != self._last[1]))
        columns = np.flatnonzero((sides[2] != self._last[2]) | (sides[3] != self._last[3]))
        if len(rows):
            session.change_rows(rows, sides[0][rows], sides[1][rows])
        if len(columns):
            session.change_columns(columns, sides[2][columns], sides[3][columns])
        # HiGHS's clock runs on over all its runs
        session.set_option("time_limit", seconds + session.seconds)

    # with integrality

    def _whole(self, x: Floats) -> Floats:
        whole = self.block.arrays.integrality == INTEGRAL
        close = np.abs(x - np.round(x)) <= INTEGRALITY
        return np.where(whole & close, np.round(x) + 0.0, x)

    def _discrete(self, kept: Mask) -> Judgement:
        arrays = self.block.under(kept)
        run = Session(arrays, self._options, {**self._time(kept), **_mixed(arrays)}).run()
        if run.status == "kInfeasible":
            return Judgement(Verdict.INFEASIBLE)
        if run.x is None:
            return Judgement(Verdict.UNKNOWN, reason=_reason(run.status))
        for point in (self._whole(run.x), self._at_whole(arrays, run.x)):
            if point is not None and self.block.holds(kept, point):
                return Judgement(Verdict.FEASIBLE, point=point)
        return Judgement(Verdict.UNKNOWN, reason="HiGHS's point is whole within its tolerance only")

    def _at_whole(self, arrays: Arrays, x: Floats) -> Floats | None:
        """The point that is left when whole columns are fixed at the nearest whole number."""
        whole, off = arrays.integrality == INTEGRAL, arrays.integrality == SEMICONTINUOUS
        off = off & (np.abs(x) <= FEASIBILITY)
        near = np.round(x) + 0.0
        fixed = replace(
            arrays,
            column_lower=np.where(whole, near, np.where(off, 0.0, arrays.column_lower)),
            column_upper=np.where(whole, near, np.where(off, 0.0, arrays.column_upper)),
            integrality=np.zeros_like(arrays.integrality),
        )
        return Session(fixed, self._options, self._time()).run().x


def _mixed(arrays: Arrays) -> dict[str, str]:
    """Small mixed models go without presolve, which is faulty (see `highs.PRESOLVE_FROM`)."""
    some = np.any(arrays.integrality == INTEGRAL) and np.any(arrays.integrality != INTEGRAL)
    return {"presolve": "off"} if some and arrays.columns < PRESOLVE_FROM else {}


def _reason(status: str) -> str:
    return LIMITS.get(status, f"HiGHS ended {status[1:]!r}")


def _relaxed(arrays: Arrays) -> Arrays:
    loose = arrays.integrality == SEMICONTINUOUS
    return replace(
        arrays,
        integrality=np.full(arrays.columns, CONTINUOUS),
        column_lower=np.where(loose, np.minimum(arrays.column_lower, 0.0), arrays.column_lower),
        column_upper=np.where(loose, np.maximum(arrays.column_upper, 0.0), arrays.column_upper),
    )
