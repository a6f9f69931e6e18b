"""The answer's point put into the formulation itself: limits, bounds, whole numbers, objective."""

from __future__ import annotations

from collections.abc import Iterator

from quintet.agent.checks.case import Case, error, info
from quintet.formulation.evaluation import Evaluation, Violation
from quintet.formulation.tolerances import OBJECTIVE, agree
from quintet.problem import Finding

SHOWN = 3
CROSSING = 10 * OBJECTIVE
"""By how much an objective may pass its proven bound: a nonlinear solver's tolerance on rows shows here."""


def residuals(case: Case) -> Iterator[Finding]:
    """Evaluate every limit at the answer's point, and compare the objective with the one reported."""
    if case.evaluation is None:
        return
    broken = case.evaluation.violations()
    yield from (error("residual", _broken(violation), violation.place) for violation in broken[:SHOWN])
    yield from _objective(case)
    if not broken:
        yield info("residuals", _clean(case.evaluation))


def _broken(violation: Violation) -> str:
    if violation.what == "integrality":
        return f"the answer is {violation.amount:g} away from a whole number"
    return f"the answer breaks this {violation.what} by {violation.amount:g} of its size"


def _clean(evaluation: Evaluation) -> str:
    rows = sum(len(values.family) for values in evaluation.constraints.values())
    worst = evaluation.worst.amount
    return f"the answer keeps {_count(rows, 'constraint')} and all bounds (largest violation {worst:.1g})"


def _count(number: int, what: str) -> str:
    return f"the {what}" if number == 1 else f"all {number:,} {what}s"


def _objective(case: Case) -> Iterator[Finding]:
    reported, bound = case.solution.objective, case.solution.bound
    if reported is not None and not agree(reported, case.objective):
        message = f"the solver reports {reported:g}, the formulation gives {case.objective:g} at its point"
        yield error("objective", message, "objective")
    if (
        bound is not None
        and case.better(case.objective, bound)
        and not agree(case.objective, bound, CROSSING)
    ):
        message = f"the answer {case.objective:g} is better than the solver's proven bound {bound:g}"
        yield error("bound-crossed", message, "objective")
