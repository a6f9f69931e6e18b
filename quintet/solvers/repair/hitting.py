"""The smallest set that meets every contradiction."""

from __future__ import annotations

import numpy as np

from quintet.errors import SolverError
from quintet.formulation.schema import Sense
from quintet.solvers.arrays import INTEGRAL, Arrays, Products, Sparse
from quintet.solvers.repair.clock import Clock
from quintet.solvers.session import Session


def hitting_set(cores: list[frozenset[int]], clock: Clock) -> tuple[frozenset[int], bool]:
    """A smallest set that has a member in common with every core, and whether that is proven.

    Raises:
        SolverError: HiGHS has no answer though there always is one.
    """
    if not cores:
        return frozenset(), True
    members = sorted(frozenset().union(*cores))
    place = {member: column for column, member in enumerate(members)}
    columns = [np.array(sorted(place[m] for m in core), dtype=np.int64) for core in cores]
    starts = np.cumsum([0, *(len(part) for part in columns)]).astype(np.int64)
    none, rows = np.zeros(0, dtype=np.int64), len(cores)
    arrays = Arrays(
        sense=Sense.MINIMIZE,
        cost=np.ones(len(members)),
        offset=0.0,
        products=Products(none, none, np.zeros(0)),
        matrix=Sparse(starts, np.concatenate(columns), np.ones(int(starts[-1]))),
        row_lower=np.ones(rows),
        row_upper=np.full(rows, np.inf),
        column_lower=np.zeros(len(members)),
        column_upper=np.ones(len(members)),
        integrality=np.full(len(members), INTEGRAL, dtype=np.int64),
        constraints=("hit",),
        links=(1,),
        sizes=(rows,),
        row_constraint=np.zeros(rows, dtype=np.int64),
        row_key=np.arange(rows, dtype=np.int64),
        row_link=np.zeros(rows, dtype=np.int64),
    )
    run = Session(arrays, clock.rest(), {}).run()
    if run.x is None:
        if run.status == "kTimeLimit":
            return frozenset(members), False
        raise SolverError(f"HiGHS ended the count of limits with {run.status[1:]!r}")
    chosen = frozenset(member for member, column in place.items() if run.x[column] > 0.5)
    return chosen, run.status == "kOptimal"
