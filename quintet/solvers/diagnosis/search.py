"""The search for irreducible infeasible subsets: whole families first, then single limits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from quintet.formulation.model import Ids, Model
from quintet.solvers.diagnosis.block import Block
from quintet.solvers.diagnosis.catalogue import Catalogue, Mask
from quintet.solvers.diagnosis.deletion import Filter, Shrunk
from quintet.solvers.diagnosis.farkas import Tally
from quintet.solvers.diagnosis.general import General
from quintet.solvers.diagnosis.limit import Limit
from quintet.solvers.diagnosis.linear import Linear
from quintet.solvers.diagnosis.oracle import Clock, Judgement, Oracle
from quintet.solvers.diagnosis.proof import Proof, prove_general, prove_linear
from quintet.solvers.diagnosis.subset import FamilyClash, Subset
from quintet.solvers.diagnosis.writing import Writer
from quintet.solvers.matrix import BeyondMatrix
from quintet.solvers.options import Options
from quintet.solvers.solver import Solver


@dataclass(frozen=True)
class Search:
    """One model with what decides about subsets of its limits.

    Args:
        catalogue: The numbers of its limits.
        oracle: Decides.
        block: Its matrix form, None if it has none.
        fixed: Limits that always stay in force.
        options: What the user asked for.
        clock: The time that is left.
        say: Told what is going on.
    """

    catalogue: Catalogue
    oracle: Linear | General
    block: Block | None
    fixed: Mask
    options: Options
    clock: Clock
    say: Callable[[str], None]

    @staticmethod
    def of(
        model: Model,
        options: Options,
        candidates: Collection[Limit] | None = None,
        solver: Solver | str | None = None,
        say: Callable[[str], None] | None = None,
    ) -> Search:
        """A search among some limits; by default among all.

        Raises:
            DataError: A coefficient or a key does not exist.
        """
        catalogue, clock = Catalogue(model), Clock(options.time_limit)
        block = None if solver is not None else _block(catalogue)
        oracle = (
            General(catalogue, options, clock, solver) if block is None else Linear(block, options, clock)
        )
        fixed = ~catalogue.real
        if candidates is not None:
            fixed = catalogue.whole
            fixed[[catalogue.number(limit) for limit in candidates]] = False
            fixed |= ~catalogue.real
        return Search(catalogue, oracle, block, fixed, options, clock, say or (lambda _: None))

    def start(self) -> Judgement:
        """Test the whole model."""
        return self.oracle.test(self.catalogue.whole)

    def core(self, tested: Judgement, within: Mask | None = None) -> Mask:
        """The limits that a test has found infeasible: its core, or all that it tested."""
        whole = self.catalogue.whole if within is None else within
        return (whole if tested.core is None else tested.core) & self.catalogue.real

    # families

    def families(self, core: Mask) -> tuple[FamilyClash, Mask]:
        """The clash in whole families, and the limits among them that are known to be infeasible."""
        self.say("looking for the families that clash")
        groups = [group for group in self._order() if not np.all(self.fixed[self._members(group)])]
        units = [self._members(group) for group in groups]
        shrunk = Filter(self.oracle, units, self.fixed, self.clock).shrink(core)
        found = sorted(zip((groups[unit] for unit in shrunk.units), shrunk.doubts, strict=True))
        names = tuple(self.catalogue.family(group) for group, _ in found)
        return FamilyClash(names, tuple(doubt for _, doubt in found)), shrunk.core

    def _order(self) -> Sequence[int]:
        return np.argsort(self.catalogue.rank).tolist()

    def _members(self, group: int) -> Ids:
        return np.flatnonzero((self.catalogue.group == group) & self.catalogue.real)

    # single limits

    def shrink(self, core: Mask) -> Shrunk:
        """The irreducible subset of limits that are known to be infeasible."""
        oracle: Oracle = self.oracle.narrowed(core | self.fixed)
        numbers = np.flatnonzero(core & ~self.fixed)
        ranks = self.catalogue.rank[self.catalogue.group[numbers]]
        order = numbers[np.lexsort((numbers, ranks))]
        units = [np.array([number]) for number in order.tolist()]
        return Filter(oracle, units, self.fixed, self.clock).shrink(core)

    def subset(self, core: Mask) -> Subset:
        """The irreducible subset of limits that are known to be infeasible, proved and written out.

        Raises:
            Refuted: Another solver found a plan.
        """
        self.say("looking for the single limits that clash")
        shrunk = self.shrink(core)
        self.say("proving the clash")
        return self._told(shrunk, self._proof(shrunk.kept))

    def _proof(self, kept: Mask) -> Proof:
        # a proof is worth a little time also when the search has used up its own
        clock = self.clock if not self.clock.over else Clock(PROOF_SECONDS)
        if isinstance(self.oracle, Linear):
            return prove_linear(self.oracle, kept, _timeless(self.options), clock)
        return prove_general(self.oracle, kept, _timeless(self.options), clock)

    def _told(self, shrunk: Shrunk, proof: Proof) -> Subset:
        numbers = np.flatnonzero(shrunk.kept & ~self.fixed)
        unit_doubts = dict(zip(shrunk.numbers, shrunk.doubts, strict=True))
        tally = proof.tally or Tally({}, 0.0, 0.0)
        writer = Writer(self.catalogue.model, self.block)
        members = tuple(self.catalogue.limit(int(number)) for number in numbers)
        return Subset(
            members=members,
            doubts=tuple(unit_doubts[int(number)] for number in numbers),
            rows=tuple(writer.row(member, int(at)) for member, at in zip(members, numbers, strict=True)),
            integrality_needed=proof.integrality_needed,
            evidence=proof.evidence,
            proof=proof.told,
            weights=tuple(tally.weights.get(int(number), 0) for number in numbers) if tally.weights else (),
            asked=tally.asked,
            allowed=tally.allowed,
        )


PROOF_SECONDS = 2.0
"""Time for the proof where the search has used up all."""


def _timeless(options: Options) -> Options:
    return replace(options, time_limit=None, log=False)


def _block(catalogue: Catalogue) -> Block | None:
    try:
        return Block.of(catalogue)
    except BeyondMatrix:
        return None
