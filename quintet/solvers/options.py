"""What a user can ask of any solver, and what is handed through to one by its own name."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from quintet.errors import SolverError

OptionValue: TypeAlias = str | float | int | bool


THREADS = 256
"""Most threads that may be asked for; solvers start as many as they are told and then starve."""


def _nothing() -> Mapping[str, OptionValue]:
    return MappingProxyType({})


@dataclass(frozen=True)
class Options:
    """Options of a solve.

    Args:
        time_limit: Seconds of wall time, None for no limit.
        gap: Relative gap at which to stop; 0 asks for a proven optimum.
        absolute_gap: Gap in units of the objective at which to stop.
        threads: Threads the solver may use. One by default, so that a run repeats.
        seed: Seed of the solver's random numbers.
        log: Whether to keep the solver's log in `Solution.log`.
        extra: Options of the chosen solver, by its own names, passed through.

    Raises:
        SolverError: A value that no solver can use.
    """

    time_limit: float | None = None
    gap: float = 0.0
    absolute_gap: float = 1e-6
    threads: int = 1
    seed: int = 0
    log: bool = False
    extra: Mapping[str, OptionValue] = field(default_factory=_nothing)

    def __post_init__(self) -> None:
        if self.time_limit is not None and not self.time_limit > 0:
            raise _refuse("time_limit", self.time_limit, "a positive number of seconds")
        if not 0 <= self.gap < math.inf:
            raise _refuse("gap", self.gap, "a number from 0 on, 0.01 for one per cent")
        if not 0 <= self.absolute_gap < math.inf:
            raise _refuse("absolute_gap", self.absolute_gap, "a number from 0 on")
        if not 1 <= self.threads <= THREADS:
            raise _refuse("threads", self.threads, f"a number from 1 to {THREADS}")
        if not 0 <= self.seed < 2**31:
            raise _refuse("seed", self.seed, "a whole number from 0 to 2147483647")


def _refuse(name: str, value: object, wanted: str) -> SolverError:
    return SolverError(f"{value!r} can't be used", place=f"option {name}", remedy=f"give {wanted}")
