"""Several irreducible infeasible subsets, and whether these are all.

A plan has to give up at least one member of every subset. The smallest set that hits all subsets found
so far is taken out: if what is left has no plan, it holds a new subset; if it has one, that set is never
tried again. When no set is left to try, every subset has been found (the MARCO scheme with largest seeds:
M. H. Liffiton, A. Previti, A. Malik and J. Marques-Silva, Fast, flexible MUS enumeration, Constraints
21, 2016).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from quintet.formulation.model import Floats
from quintet.formulation.schema import Sense
from quintet.solvers.arrays import INTEGRAL, Arrays, Products, Sparse
from quintet.solvers.diagnosis.oracle import Clock, Verdict
from quintet.solvers.diagnosis.search import Search
from quintet.solvers.diagnosis.subset import Subset
from quintet.solvers.options import Options
from quintet.solvers.session import Session


class Enumeration:
    """Subset after subset of one model.

    Args:
        search: The search.
        first: The first subset.
    """

    def __init__(self, search: Search, first: Subset) -> None:
        self._search = search
        self._subsets: list[frozenset[int]] = []
        self._tried: list[frozenset[int]] = []
        self._doubtful = False
        self._add(first)
        self.complete = not first.members

    def _add(self, subset: Subset) -> None:
        self._subsets.append(frozenset(self._search.catalogue.number(member) for member in subset.members))
        self._doubtful |= not subset.irreducible

    def first(self, count: int) -> list[Subset]:
        """Up to `count` further subsets.

        Raises:
            Refuted: Another solver found a plan where one found none.
        """
        found: list[Subset] = []
        for subset in self.more():
            found.append(subset)
            if len(found) == count:
                break
        return found

    def more(self) -> Iterator[Subset]:
        """Further subsets, until there are none or the time is up; then `complete` says which.

        Raises:
            Refuted: Another solver found a plan where one found none.
        """
        while not self.complete and not self._search.clock.over:
            hitting = smallest_hitting(self._subsets, self._tried, self._search.clock)
            if hitting is None:
                return
            if not hitting:
                self.complete = not self._doubtful
                return
            yield from self._without(frozenset(hitting))

    def _without(self, hitting: frozenset[int]) -> Iterator[Subset]:
        search = self._search
        kept = search.catalogue.whole
        kept[list(hitting)] = False
        tested = search.oracle.test(kept)
        if tested.verdict is Verdict.INFEASIBLE:
            found = search.subset(search.core(tested, kept))
            self._add(found)
            yield found
        else:
            self._doubtful |= tested.verdict is Verdict.UNKNOWN
            self._tried.append(hitting)


def smallest_hitting(
    subsets: Sequence[frozenset[int]], tried: Sequence[frozenset[int]], clock: Clock
) -> list[int] | None:
    """A smallest set with a member of each subset that contains none of the sets tried.

    Returns:
        The set; empty if there is none; None if the time was up.
    """
    numbers = sorted(set().union(*subsets))
    place = {number: at for at, number in enumerate(numbers)}
    rows = [[place[number] for number in sorted(subset)] for subset in (*subsets, *tried)]
    low = np.array([1.0] * len(subsets) + [-np.inf] * len(tried))
    high = np.array([np.inf] * len(subsets) + [len(row) - 1.0 for row in rows[len(subsets) :]])
    options = Options(time_limit=clock.slice())
    run = Session(_map(rows, low, high, len(numbers)), options, {}).run()
    if run.status == "kInfeasible":
        return []
    if run.status != "kOptimal" or run.x is None:
        return None
    return [numbers[at] for at in np.flatnonzero(run.x > 0.5).tolist()]


def _map(rows: Sequence[Sequence[int]], low: Floats, high: Floats, columns: int) -> Arrays:
    sizes = [len(row) for row in rows]
    nothing = np.zeros(0, dtype=np.int64)
    matrix = Sparse(
        np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        np.array([column for row in rows for column in row], dtype=np.int64),
        np.ones(sum(sizes)),
    )
    return Arrays(
        sense=Sense.MINIMIZE,
        cost=np.ones(columns),
        offset=0.0,
        products=Products(nothing, nothing, np.zeros(0)),
        matrix=matrix,
        row_lower=low,
        row_upper=high,
        column_lower=np.zeros(columns),
        column_upper=np.ones(columns),
        integrality=np.full(columns, INTEGRAL),
        constraints=(),
        links=(),
        sizes=(),
        row_constraint=nothing,
        row_key=nothing,
        row_link=nothing,
    )
