"""How far an answer can be trusted, by VERIFICATION's table, for what one reading can show.

Solving evidence: the outcome, the gap, residuals and objective by the independent evaluator, exact
checks. Reading evidence: numbers of the text. One reading alone is *checked* at most.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from quintet.agent.checks.bound import dual_bound
from quintet.agent.checks.case import Budget, Case, error, info
from quintet.agent.checks.certificates import infeasibility, second_opinion, unboundedness
from quintet.agent.checks.compilation import compiled_rows
from quintet.agent.checks.domain import domain, relaxation
from quintet.agent.checks.enumeration import enumeration
from quintet.agent.checks.invariance import invariance
from quintet.agent.checks.moves import neighbours
from quintet.agent.checks.residuals import residuals
from quintet.agent.checks.triviality import triviality
from quintet.agent.checks.uniqueness import uniqueness
from quintet.agent.checks.value_function import value_function
from quintet.errors import QuintetError
from quintet.formulation.evaluator import Evaluator
from quintet.formulation.model import Model
from quintet.problem import Finding, Severity, Verdict
from quintet.solvers.arrays import Arrays
from quintet.solvers.outcome import Outcome
from quintet.solvers.solution import Solution

Check: TypeAlias = Callable[[Case], Iterable[Finding]]
CHECKS: tuple[Check, ...] = (
    residuals,
    compiled_rows,
    enumeration,
    neighbours,
    relaxation,
    dual_bound,
    domain,
    value_function,
    invariance,
    uniqueness,
    triviality,
)
"""What is done for an answer with a point, in this order."""
PROOFS: dict[Outcome, tuple[Check, ...]] = {
    Outcome.INFEASIBLE: (compiled_rows, enumeration, infeasibility, second_opinion),
    Outcome.UNBOUNDED: (compiled_rows, unboundedness),
    Outcome.INFEASIBLE_OR_UNBOUNDED: (compiled_rows, infeasibility, unboundedness),
}
PROVED = frozenset({"infeasible-proved", "infeasible-agreed", "unbounded-proved"})
THIS_DATA = "this data"
COLUMNS = 200_000
"""Most columns of a model that is compiled once more for the checks."""


@dataclass(frozen=True)
class Verification:
    """How far an answer can be trusted.

    Args:
        verdict: The verdict.
        findings: What was noticed: errors refute, warnings want attention, infos are evidence.
        scope: `this data` if the verdict holds at these numbers, empty without a verdict on them.
        missing: What would raise the verdict, one line each.
        limit: What limits a *checked*: `within 2 %`, `a local optimum`; empty if nothing does.
    """

    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    scope: str = ""
    missing: tuple[str, ...] = ()
    limit: str = ""

    @property
    def label(self) -> str:
        """The verdict in words: `checked, within 2 %`."""
        return f"{self.verdict.value}, {self.limit}" if self.limit else self.verdict.value


def verify(
    model: Model, solution: Solution, *, reader: bool = False, budget: Budget | None = None
) -> Verification:
    """Weigh the evidence for an answer.

    Args:
        model: The bound model, as the formulation says it.
        solution: What the solver gave back.
        reader: Whether the built-in reader wrote the formulation (else a person did).
        budget: Most work of the exact checks.
    """
    reading, evidence = _reading(model), _examine(model, solution, budget or Budget())
    weighed = _with_point if solution.outcome.solved else _without_point
    verification = weighed(solution, evidence)
    missing = verification.missing
    if verification.verdict is Verdict.CHECKED:
        missing = (*missing, *_unread(model, reading, reader=reader))
    findings = _ordered((*model.findings, *solution.findings, *evidence, *reading))
    return replace(verification, findings=findings, missing=missing)


def _examine(model: Model, solution: Solution, budget: Budget) -> tuple[Finding, ...]:
    try:
        evaluator = Evaluator(model)
        evaluation = None if solution.point is None else evaluator.at(solution.point)
    except QuintetError as failure:
        return (error("not-evaluable", failure.message, failure.place),)
    case = Case(model, solution, evaluator, evaluation, _arrays(model), budget)
    if solution.outcome.solved:
        return (*_left_out(case), *(finding for check in CHECKS for finding in _run(check, case)))
    return tuple(_proofs(case))


def _arrays(model: Model) -> Arrays | None:
    from quintet.solvers.matrix import compile

    if model.columns > COLUMNS:
        return None
    try:
        return compile(model)
    except QuintetError:
        return None  # nonlinear, or too large: the evaluator alone judges, and `_left_out` says so


def _left_out(case: Case) -> Iterator[Finding]:
    if case.arrays is None:
        yield info("checks-left-out", "the checks by matrix and by solving again are for small linear models")
    elif not case.solvable:
        size = f"{case.arrays.nonzeros + len(case.arrays.products):,} coefficients"
        what = "a quadratic objective" if len(case.arrays.products) else size
        yield info("checks-left-out", f"the model was not solved again in other ways: it has {what}")


def _run(check: Check, case: Case) -> list[Finding]:
    try:
        return list(check(case))
    except QuintetError as failure:
        return [info("check-failed", f"the check {check.__name__!r} could not be made: {failure.message}")]


def _proofs(case: Case) -> Iterator[Finding]:
    """Proofs one after the other, until one succeeds or the claim is refuted."""
    for check in PROOFS.get(case.solution.outcome, ()):
        found = _run(check, case)
        yield from found
        if any(f.code in PROVED or f.severity is Severity.ERROR for f in found):
            return


def _with_point(solution: Solution, evidence: Iterable[Finding]) -> Verification:
    refuted = _first_error(evidence)
    if refuted:
        return Verification(
            Verdict.UNSOLVED, missing=(f"an answer that passes the checks: {refuted.message}",)
        )
    missing: list[str] = []
    if solution.outcome is Outcome.LOCALLY_OPTIMAL:
        missing.append("a proof that no better plan exists elsewhere: this is a local optimum")
    if solution.outcome is Outcome.FEASIBLE:
        missing.append(f"a closed gap: the solver was stopped by its {solution.stopped_by or 'limits'}")
    if any(finding.code == "domain-sensitive" for finding in evidence):
        missing.append("word on whether the amounts are whole: the optimum depends on it")
    return Verification(Verdict.CHECKED, scope=THIS_DATA, missing=tuple(missing), limit=_limit(solution))


def _limit(solution: Solution) -> str:
    if solution.outcome is Outcome.LOCALLY_OPTIMAL:
        return "a local optimum"
    if solution.outcome is not Outcome.FEASIBLE:
        return ""
    objective, bound, gap = solution.objective, solution.bound, solution.gap
    if objective is None or bound is None or gap is None or math.isinf(bound):
        return "without a bound"
    if gap <= 1:
        return f"within {100 * gap:.2g} %"
    return f"the optimum is between {min(objective, bound):g} and {max(objective, bound):g}"


def _without_point(solution: Solution, evidence: Iterable[Finding]) -> Verification:
    refuted = _first_error(evidence)
    if refuted:
        return Verification(
            Verdict.UNSOLVED, missing=(f"an answer that passes the checks: {refuted.message}",)
        )
    if any(finding.code in PROVED for finding in evidence):
        return Verification(Verdict.CHECKED, scope=THIS_DATA)
    return Verification(Verdict.UNSOLVED, missing=(_lacking(solution),))


def _lacking(solution: Solution) -> str:
    if solution.outcome is Outcome.INFEASIBLE:
        return "a second proof that no plan meets all limits"
    if solution.outcome is Outcome.UNBOUNDED:
        return "a second proof that the objective has no limit"
    if solution.outcome is Outcome.INFEASIBLE_OR_UNBOUNDED:
        return "which it is: no plan at all, or one that is better than any other for ever"
    if solution.outcome is Outcome.LIMIT_NO_SOLUTION:
        return f"a plan: the solver was stopped by its {solution.stopped_by or 'limits'} before it found one"
    return f"an answer of the solver: {solution.message or solution.outcome.value}"


def _first_error(evidence: Iterable[Finding]) -> Finding | None:
    return next((finding for finding in evidence if finding.severity is Severity.ERROR), None)


def _reading(model: Model) -> tuple[Finding, ...]:
    """What the text says of the formulation: numbers that are not used, quotes that don't occur."""
    if not model.formulation.text:
        return ()
    from quintet.formulation.coverage import cover

    return tuple(cover(model.formulation))


def _unread(model: Model, reading: Iterable[Finding], *, reader: bool) -> Iterator[str]:
    """What reading evidence is missing for *verified*."""
    if not model.formulation.text:
        yield "the problem in words, to hold the formulation against"
    opened = sum(finding.severity is not Severity.INFO for finding in reading)
    if opened:
        yield f"{opened} open point{'s' if opened > 1 else ''} of the text, listed in the findings"
    yield (
        "a second, blind reading" if not reader else "a second, blind reading: the built-in reader read alone"
    )


def _ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Errors first, then warnings, then evidence; each once."""
    rank = {severity: place for place, severity in enumerate(Severity)}
    return tuple(sorted(dict.fromkeys(findings), key=lambda finding: rank[finding.severity]))
