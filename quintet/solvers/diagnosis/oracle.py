"""What decides whether some of a model's limits leave a plan."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, Self

from quintet.formulation.model import Floats
from quintet.solvers.diagnosis.catalogue import Mask

SHARE = 0.2
"""Part of the time that is left which one test may take."""
FIRST = 0.6
"""The same for the test of the whole model."""
LONGEST = 60.0
"""Seconds of one test at most, also without a time limit: deciding a MILP without bounds may never end."""
LEAST = 0.02
"""Seconds that a test has at least."""


class Verdict(StrEnum):
    """What a test found."""

    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Judgement:
    """One test of a set of limits.

    Args:
        verdict: Feasible only with a point that was checked.
        core: If infeasible, the limits that already are, where more is known than the set tested.
        reason: Why nothing is known, for a person.
        point: A checked point, one value a column of what was tested; empty unless feasible.
    """

    verdict: Verdict
    core: Mask | None = field(default=None, repr=False)
    reason: str = ""
    point: Floats | None = field(default=None, repr=False, compare=False)

    @property
    def settled(self) -> bool | None:
        """Whether it is feasible; None if that is not known."""
        return None if self.verdict is Verdict.UNKNOWN else self.verdict is Verdict.FEASIBLE


class Oracle(Protocol):
    """Says whether a set of limits leaves a plan; integrality always stays."""

    def test(self, kept: Mask) -> Judgement:
        """Test the limits in `kept`, all others taken away."""
        ...

    def narrowed(self, kept: Mask) -> Oracle:
        """An oracle for subsets of `kept` only, which may be faster."""
        ...


class Clock:
    """The time that is left.

    Args:
        seconds: Wall time from now on, None for no limit.
    """

    def __init__(self, seconds: float | None) -> None:
        self._end = math.inf if seconds is None else time.perf_counter() + seconds

    @classmethod
    def unlimited(cls) -> Self:
        """No limit."""
        return cls(None)

    @property
    def left(self) -> float:
        """Seconds, infinity without a limit."""
        return max(0.0, self._end - time.perf_counter())

    @property
    def over(self) -> bool:
        """Whether the time is up."""
        return self.left <= 0

    def slice(self, most: float = LONGEST) -> float:
        """Seconds for one test among many."""
        return max(LEAST, min(most, SHARE * self.left))

    def first(self) -> float | None:
        """Seconds for the test of the whole model, None for no limit."""
        return None if math.isinf(self.left) else max(LEAST, FIRST * self.left)
