"""A small pure integer model, tried out completely."""

from __future__ import annotations

from collections.abc import Iterator

from quintet.agent.checks.box import Box, size
from quintet.agent.checks.case import Case, error, info
from quintet.problem import Finding
from quintet.solvers.outcome import Outcome


def affordable(case: Case) -> bool:
    """Whether the whole box may be enumerated."""
    if case.arrays is None:
        return False
    points = size(case.arrays)
    if points is None or points > case.budget.box:
        return False
    terms = case.arrays.columns * (case.arrays.rows + 2) + len(case.arrays.products)
    return points * terms <= case.budget.work


def enumeration(case: Case) -> Iterator[Finding]:
    """Refute or confirm an answer to a small pure integer model by trying every point."""
    wanted = case.solution.outcome in (Outcome.OPTIMAL, Outcome.INFEASIBLE)
    ranked = len(case.model.objectives) > 1  # the first level alone does not decide
    if not wanted or ranked or not affordable(case):
        return
    found = case.box
    if case.solution.outcome is Outcome.INFEASIBLE:
        yield from _against_infeasible(case, found)
    elif found.best is None:
        yield error("enumeration", f"none of the {found.points:,} points of the integer box is feasible")
    elif case.better(found.value, case.objective):
        if case.confirmed(found.best) is not None:
            yield error("enumeration", f"a feasible point has the objective {found.value:g}, which is better")
    elif case.better(case.objective, found.value):
        yield error("enumeration", f"no feasible point is better than {found.value:g}")
    else:
        yield info("enumerated", f"all {found.points:,} points of the integer box were tried: none is better")


def _against_infeasible(case: Case, found: Box) -> Iterator[Finding]:
    if found.best is not None and case.confirmed(found.best) is not None:
        yield error("enumeration", "a feasible point exists, though the solver says that there is none")
    elif found.best is None:
        message = f"all {found.points:,} points of the integer box were tried: each breaks some limit"
        yield info("infeasible-proved", message)
