"""The fewest limits that have to give way: a smallest set that meets every contradiction.

The duality of Reiter (*Artificial Intelligence* 32, 1987) between contradictions and what has to go to
undo them, as the implicit hitting set algorithm of Moreno-Centeno and Karp (*Operations Research* 61,
2013): a smallest set that meets the contradictions known so far is either enough, and then nothing
smaller is, or the test of it gives one more contradiction. No constant M is needed, so nothing rests
on one that was guessed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from quintet.solvers.repair.clock import Clock
from quintet.solvers.repair.hitting import hitting_set
from quintet.solvers.repair.oracle import Oracle

ONE_BY_ONE = 40
"""Contradictions of at most this many limits are shrunk limit by limit; larger ones by halves first."""
SHRINKING = 1.0
"""Seconds of a test that only makes a contradiction smaller; one that is not settled ends the shrinking."""


@dataclass(frozen=True)
class Fewest:
    """Limits that have to give way.

    Args:
        limits: The limits, counted through the elastic model's families.
        proven: Whether no smaller set is enough.
        contradictions: How many contradictions were found on the way.
    """

    limits: frozenset[int]
    proven: bool
    contradictions: int


@dataclass
class Count:
    """The search for the fewest limits.

    Args:
        oracle: Tests sets of limits.
        limits: Number of limits.
        best: A set known to be enough.
        clock: The time that is left.
        say: Told what is being done.
    """

    oracle: Oracle
    limits: int
    best: frozenset[int]
    clock: Clock
    say: Callable[[str], None] = lambda _: None
    cores: list[frozenset[int]] = field(default_factory=list)
    guessed: bool = False

    def run(self) -> Fewest:
        """Search until the set is proven smallest or the time is over."""
        while not self.clock.over:
            self.say(f"counting limits: at most {len(self.best)}, {len(self.cores)} contradictions known")
            least, exact = hitting_set(self.cores, self.clock)
            if exact and len(least) >= len(self.best):
                return self._result(proven=True)
            if self.cores and not self.guessed and self._guess():
                return self._result(proven=True)
            enough = self._collect(least)
            if enough is None:
                break
            if enough:
                self.best = least
                return self._result(proven=exact)
        return self._result(proven=False)

    def _result(self, *, proven: bool) -> Fewest:
        return Fewest(self.best, proven, len(self.cores))

    def _guess(self) -> bool:
        """Whether the fewest limits were guessed, and the guess proved right."""
        self.guessed = True
        guess = self.oracle.guess()
        if guess is None or len(guess[0]) > len(self.best):
            return False
        limits, exact = guess
        if not self.oracle.test(limits).feasible:
            return False
        self.best = limits
        return exact

    def _collect(self, least: frozenset[int]) -> bool | None:
        """Contradictions that `least` does not meet, each apart from the last; whether it meets all.

        None if a test was not settled, names nothing new, or the time is over.
        """
        free = least
        while not self.clock.over:
            test = self.oracle.test(free)
            if test.broken is not None and len(test.broken) < len(self.best):
                self.best = test.broken
            if test.feasible is None:
                return None
            if test.feasible:
                return free == least
            alone = len(test.cores) == 1
            cores = [self._shrunk(core) if alone else core for core in test.cores]
            if free >= frozenset().union(
                *cores
            ):  # the solver contradicts itself: asking again would never end
                return None
            self.cores += cores
            free = free.union(*cores)
        return None

    def _shrunk(self, core: frozenset[int]) -> frozenset[int]:
        """A part of a contradiction that is one still; what a test does not settle is kept."""
        members, size = sorted(core), max(1, len(core) // 2 if len(core) > ONE_BY_ONE else 1)
        everything = frozenset(range(self.limits))
        while size:
            start = 0
            while start < len(members) > 1 and not self.clock.over:
                kept = members[:start] + members[start + size :]
                test = self.oracle.test(everything - frozenset(kept), SHRINKING)
                if test.feasible is None:
                    return frozenset(members)
                if test.feasible:
                    start += size
                else:
                    core = min(test.cores, key=len)
                    start = sum(member in core for member in members[:start])
                    members = [member for member in kept if member in core]
            size //= 2
        return frozenset(members)
