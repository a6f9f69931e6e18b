"""How it is known that a subset of limits leaves no plan; no solver's word alone if it can be helped."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from quintet.errors import DataError, SolverError
from quintet.formulation.model import Model
from quintet.formulation.revision import without_objective
from quintet.formulation.tolerances import FEASIBILITY
from quintet.solvers.diagnosis.catalogue import Mask
from quintet.solvers.diagnosis.farkas import Tally, proves, tally
from quintet.solvers.diagnosis.general import General, is_plan
from quintet.solvers.diagnosis.linear import Linear
from quintet.solvers.diagnosis.oracle import Clock
from quintet.solvers.diagnosis.subset import Evidence
from quintet.solvers.options import Options
from quintet.solvers.outcome import Outcome
from quintet.solvers.registry import ON_REQUEST, solve, solvers

SECONDS = 10.0
"""Time that another solver has for a second opinion."""
COLUMNS = 20_000
"""Most columns of a model that another solver is asked about."""
OTHER_SEED = 7


@dataclass(frozen=True)
class Proof:
    """What is known about a subset.

    Args:
        evidence: How good it is.
        told: The same for a person.
        integrality_needed: Whether there is a plan in fractions; None if that is not known.
        tally: The limits added up, where multipliers prove it and are simple.
    """

    evidence: Evidence
    told: str
    integrality_needed: bool | None
    tally: Tally | None = None


class Refuted(SolverError):
    """A solver found a plan where another one found none."""

    exit_code = 1


def prove_linear(oracle: Linear, kept: Mask, options: Options, clock: Clock) -> Proof:
    """Prove a subset of a linear model: by multipliers, else by a second solver.

    Raises:
        Refuted: Another solver found a plan.
    """
    alone = oracle.block.broken_alone(kept)
    if alone is not None:
        told = "the data alone say so, no solver is needed"
        return Proof(Evidence.EXACT, told, False)
    free = Linear(oracle.block.narrowed(kept), options, clock, relaxed=True)
    found = free.multipliers(kept) if free.block.arrays.columns else None
    if found is not None and found.margin > FEASIBILITY:
        if proves(free.block, kept, found.rows):
            told = "multipliers of the limits prove it in exact fractions"
            return Proof(Evidence.EXACT, told, False, tally(free.block, kept, found))
        told = "multipliers of the limits prove it, in floating point"
        return Proof(Evidence.FLOATING, told, False)
    needed = free.test(kept).settled if oracle.block.discrete else False
    evidence, told = _second(without_objective(oracle.block.catalogue.reduced(kept)), "highs", options, clock)
    return Proof(evidence, told, needed)


def prove_general(oracle: General, kept: Mask, options: Options, clock: Clock) -> Proof:
    """Prove a subset of any model by a second solver or a second seed.

    Raises:
        Refuted: Another solver found a plan.
    """
    _, reach = oracle.examine(kept)
    needed = oracle.needs_integrality(kept)
    evidence, told = _second(oracle.model(kept, reach), oracle.asked, options, clock)
    if np.isfinite(reach):
        told += f"; bounds that are no members stayed, at {reach:,.0f} times their size, as solvers need them"
    return Proof(evidence, told, needed)


def _second(model: Model, asked: str, options: Options, clock: Clock) -> tuple[Evidence, str]:
    """Other solvers, until one settles it; failing that, the same one with another seed."""
    claimed = Evidence.CLAIMED, f"{asked} says so; no second solver settled it"
    if model.columns > COLUMNS:
        return claimed
    others = [s.name for s in solvers() if s.name not in (asked, *ON_REQUEST) and s.available().ok]
    for name in [*others, asked]:
        again = replace(
            options, time_limit=clock.slice(SECONDS), seed=OTHER_SEED, gap=0.0, log=False, extra={}
        )
        outcome = Outcome.UNKNOWN if clock.over else _asked(model, name, again)
        if outcome is Outcome.INFEASIBLE:
            told = f"{asked} says so, " + (
                "and again with another seed" if name == asked else f"{name} agrees"
            )
            return Evidence.AGREED, told
    return claimed


def _asked(model: Model, name: str, options: Options) -> Outcome:
    try:
        found = solve(model, name, options)
    except (SolverError, DataError):  # it does not take this model; the next one may
        return Outcome.UNKNOWN
    if found.outcome.solved and found.point is not None and is_plan(model, found.point):
        raise Refuted(
            f"one solver says that no plan exists, {name} found one that meets all limits",
            remedy="solve it with that one: --solver " + name,
        )
    return found.outcome
