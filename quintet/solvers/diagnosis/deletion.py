"""The deletion filter: take limits away as long as no plan appears.

What is left is irreducible: without any one of its members there is a plan (J. W. Chinneck and
E. W. Dravnieks, Locating minimal infeasible constraint sets in linear programs, ORSA J. Comput. 3,
1991). Several units at a time are tried first, twice as many after each success, so that a small
subset among n limits costs about its size times log n tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from quintet.formulation.model import Ids
from quintet.solvers.diagnosis.catalogue import Mask
from quintet.solvers.diagnosis.oracle import Clock, Judgement, Oracle, Verdict

TIME_LIMIT = "time limit"


@dataclass(frozen=True)
class Shrunk:
    """What the filter leaves.

    Args:
        kept: The limits left, whole units together; they are infeasible.
        core: Limits among them that are known to be infeasible; one of each unit at least.
        units: The units left, by place in what the filter was given.
        numbers: The first limit of each unit left.
        doubts: Per unit, why it is not proven necessary; "" if a plan without it was checked.
    """

    kept: Mask = field(repr=False)
    core: Mask = field(repr=False)
    units: tuple[int, ...]
    numbers: tuple[int, ...]
    doubts: tuple[str, ...]

    @property
    def irreducible(self) -> bool:
        """Whether every unit is proven necessary."""
        return not any(self.doubts)


class Filter:
    """One run of the deletion filter.

    Args:
        oracle: Decides each test.
        units: Numbers of the limits that go together, in the order of being tried without.
        fixed: Limits that always stay in force.
        clock: The time that is left; once it is over, nothing more is tried.
    """

    def __init__(self, oracle: Oracle, units: Sequence[Ids], fixed: Mask, clock: Clock) -> None:
        self._oracle = oracle
        self._units = units
        self._fixed = fixed
        self._clock = clock

    def shrink(self, core: Mask) -> Shrunk:
        """Shrink limits that are known to be infeasible together with the fixed ones.

        Args:
            core: They; units that they touch are kept whole.
        """
        run = _Run(self, self.touched(range(len(self._units)), core), core)
        size = self._first(len(run.left), core)
        while run.place < len(run.left):
            size = run.step(size)
        for unit in [unit for unit, doubt in run.doubts.items() if doubt]:
            run.retry(unit)
        kept = self.mask(run.left)
        numbers = tuple(int(self._units[unit][0]) for unit in run.left)
        doubts = tuple(run.doubts[unit] for unit in run.left)
        return Shrunk(kept, run.core & kept, tuple(run.left), numbers, doubts)

    def _first(self, units: int, core: Mask) -> int:
        """Units of the first test: half of all, or one where a core has already been found."""
        whole = self._fixed.copy()
        for unit in self._units:
            whole[unit] = True
        return max(1, units // 2) if bool(np.all(core >= whole)) else 1

    def test(self, units: Sequence[int]) -> Judgement:
        """Test some units and what is fixed."""
        if self._clock.over:
            return Judgement(Verdict.UNKNOWN, reason=TIME_LIMIT)
        return self._oracle.test(self.mask(units))

    def touched(self, units: Sequence[int], core: Mask) -> list[int]:
        """The units that a core touches."""
        return [unit for unit in units if np.any(core[self._units[unit]])]

    def mask(self, units: Sequence[int]) -> Mask:
        """Some units and what is fixed."""
        mask = self._fixed.copy()
        for unit in units:
            mask[self._units[unit]] = True
        return mask


class _Run:
    """The state of the filter: the units before `place` have been tried.

    Args:
        filter: What is filtered.
        left: The units left.
        core: Limits among them that are infeasible.
    """

    def __init__(self, filter: Filter, left: list[int], core: Mask) -> None:
        self.filter = filter
        self.left = left
        self.core = core
        self.doubts: dict[int, str] = {}
        self.place = 0

    def step(self, size: int) -> int:
        """Try without the next `size` units; returns how many to try next."""
        chunk = self.left[self.place : self.place + size]
        tested = self._without(chunk)
        if tested.verdict is Verdict.INFEASIBLE:
            return 2 * size
        if len(chunk) > 1 and tested.reason != TIME_LIMIT:
            return len(chunk) // 2
        doubt = "" if tested.verdict is Verdict.FEASIBLE else tested.reason or "not settled"
        self.doubts.update(dict.fromkeys(chunk, doubt))
        self.place += len(chunk)
        return 1

    def retry(self, unit: int) -> None:
        """Try once more without a unit that is not proven necessary; less is in its way now."""
        if unit in self.left and self._without([unit]).verdict is Verdict.FEASIBLE:
            self.doubts[unit] = ""

    def _without(self, chunk: Sequence[int]) -> Judgement:
        gone = set(chunk)
        rest = [unit for unit in self.left if unit not in gone]
        tested = self.filter.test(rest)
        if tested.verdict is Verdict.INFEASIBLE:
            self.core = self.filter.mask(rest) if tested.core is None else tested.core
            self.left = self.filter.touched(rest, self.core)
            self.place = sum(unit in self.doubts for unit in self.left)
        return tested
