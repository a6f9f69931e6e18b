"""One time limit for many solves."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from time import perf_counter

from quintet.solvers.options import Options

LEAST = 0.01
"""Seconds that a solve is given at least."""


@dataclass(frozen=True)
class Clock:
    """Shares one time limit among the solves of one question.

    Args:
        options: What the user asked for; its time limit is for all solves together.
    """

    options: Options
    started: float = field(default_factory=perf_counter)

    @property
    def seconds(self) -> float:
        """Seconds since the question was asked."""
        return perf_counter() - self.started

    @property
    def left(self) -> float:
        """Seconds that are left; infinite without a limit."""
        limit = self.options.time_limit
        return float("inf") if limit is None else limit - self.seconds

    @property
    def over(self) -> bool:
        """Whether the time is used up."""
        return self.left <= 0

    def rest(self, most: float | None = None) -> Options:
        """The options with what is left of the time, and no more than `most` seconds."""
        left = self.left if most is None else min(self.left, most)
        return self.options if left == float("inf") else replace(self.options, time_limit=max(left, LEAST))
