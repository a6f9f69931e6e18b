"""How a solve ended, as data: stopping and having a usable point are two questions."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """How a solve ended.

    `FEASIBLE` is a limit reached with a point in hand: a success with a gap. `UNKNOWN` is what a
    status that nobody has seen yet maps to, so that a new release of a solver never breaks a run.
    """

    OPTIMAL = "optimal"
    LOCALLY_OPTIMAL = "locally_optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    INFEASIBLE_OR_UNBOUNDED = "infeasible_or_unbounded"
    LIMIT_NO_SOLUTION = "limit_no_solution"
    CRASHED = "crashed"
    UNKNOWN = "unknown"

    @property
    def solved(self) -> bool:
        """Whether there is a point that answers the question, proven best or not."""
        return self in (Outcome.OPTIMAL, Outcome.LOCALLY_OPTIMAL, Outcome.FEASIBLE)

    @property
    def proven(self) -> bool:
        """Whether the solver claims a proof: of the optimum, of infeasibility or of unboundedness."""
        return self in (Outcome.OPTIMAL, Outcome.INFEASIBLE, Outcome.UNBOUNDED)
