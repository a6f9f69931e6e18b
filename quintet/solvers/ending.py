"""How a solve ended, in words."""

from __future__ import annotations

from quintet.formulation.wording import sentence
from quintet.solvers.outcome import Outcome

ENDINGS = {
    Outcome.OPTIMAL: "proven optimal",
    Outcome.LOCALLY_OPTIMAL: "locally optimal: a better plan may exist",
    Outcome.FEASIBLE: "stopped early",
    Outcome.INFEASIBLE: "no plan meets all the limits",
    Outcome.UNBOUNDED: "the objective can grow without limit: something that holds it back is missing",
    Outcome.INFEASIBLE_OR_UNBOUNDED: "either no plan meets all the limits, or the objective can grow "
    "without limit",
    Outcome.LIMIT_NO_SOLUTION: "the limit was reached before any plan was found",
    Outcome.CRASHED: "the solver failed",
    Outcome.UNKNOWN: "the solver stopped without saying why",
}
BRIEF = {
    Outcome.OPTIMAL: "optimal",
    Outcome.LOCALLY_OPTIMAL: "locally optimal",
    Outcome.FEASIBLE: "stopped early",
    Outcome.INFEASIBLE: "no plan",
    Outcome.UNBOUNDED: "no limit",
    Outcome.INFEASIBLE_OR_UNBOUNDED: "no plan or no limit",
    Outcome.LIMIT_NO_SOLUTION: "stopped without a plan",
    Outcome.CRASHED: "the solver failed",
    Outcome.UNKNOWN: "unknown",
}
"""The endings in a word or two, for tables."""


def told_ending(outcome: Outcome) -> str:
    """The ending as a sentence."""
    return sentence(ENDINGS[outcome])
