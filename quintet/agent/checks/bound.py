"""Is the optimum of a linear program proved by its dual, in exact fractions?"""

from __future__ import annotations

from collections.abc import Iterator

from quintet.agent.checks.case import Case, error, info
from quintet.agent.checks.rationals import Rows, best_bound
from quintet.agent.checks.resolving import relaxed
from quintet.formulation.tolerances import agree
from quintet.problem import Finding


def dual_bound(case: Case) -> Iterator[Finding]:
    """Bound a small linear program's optimum safely and compare with the answer.

    For a discrete model the relaxation is bounded: its bound may not pass the answer.
    """
    if not case.optimal or case.linear is None or not case.relaxation.optimal:
        return
    arrays = relaxed(case.linear)
    multipliers = case.relaxation.multipliers
    bound = best_bound(Rows.of(arrays), arrays.direction * arrays.cost, multipliers, case.budget.rational)
    if bound is None:
        return
    proved = arrays.direction * float(bound) + arrays.offset
    if case.better(case.objective, proved):
        yield error("bound", f"no plan can be better than {proved:g}, as the dual proves in exact fractions")
    elif agree(proved, case.objective):
        yield info(
            "bound-proved", f"the dual proves the bound {proved:g} in exact fractions: nothing is better"
        )
