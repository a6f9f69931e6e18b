"""Why a model has no plan, or no best one."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from time import perf_counter

from quintet.errors import SolverError
from quintet.formulation.model import Model
from quintet.solvers.diagnosis.box import boxed
from quintet.solvers.diagnosis.enumeration import Enumeration
from quintet.solvers.diagnosis.growth import growth
from quintet.solvers.diagnosis.limit import Limit
from quintet.solvers.diagnosis.oracle import Clock, Judgement, Verdict
from quintet.solvers.diagnosis.proof import Refuted
from quintet.solvers.diagnosis.search import Search
from quintet.solvers.diagnosis.subset import Diagnosis, Growth, Subset
from quintet.solvers.matrix import BeyondMatrix
from quintet.solvers.options import Options
from quintet.solvers.outcome import Outcome
from quintet.solvers.registry import solve
from quintet.solvers.solver import Solver

MOST = 1_000
"""Most subsets that may be asked for."""


def diagnose(
    model: Model,
    options: Options | None = None,
    *,
    subsets: int = 1,
    progress: Callable[[str], None] | None = None,
    solver: Solver | str | None = None,
) -> Diagnosis:
    """Say why a model has no plan, or why its objective has no limit.

    Args:
        model: The bound model.
        options: The time limit is for all of it together; gaps do not count.
        subsets: Most irreducible infeasible subsets to find.
        progress: Told what is going on.
        solver: Who is asked in every test; by default HiGHS's live LP for linear constraints and
            whoever fits for others.

    Returns:
        The clash in whole families and in single limits; or the direction of growth; or that a plan
        exists. A test that was stopped leaves its limit in, "not proven necessary".

    Raises:
        SolverError: `subsets` can't be used, an option is wrong, or no solver takes the model.
        DataError: A coefficient or a key does not exist.
    """
    if not 1 <= subsets <= MOST:
        raise SolverError(f"{subsets} subsets can't be found", remedy=f"give a number from 1 to {MOST:,}")
    started, options = perf_counter(), options or Options()
    search = Search.of(model, options, solver=solver, say=progress)
    search.say("looking for any plan")
    tested = search.start()
    if tested.verdict is Verdict.INFEASIBLE:
        found = _infeasible(search, tested, subsets)
    elif tested.verdict is Verdict.FEASIBLE:
        found = _feasible(model, options, search.clock, solver)
    else:
        found = _unknown(search, tested)
    return replace(found, seconds=perf_counter() - started, title=model.formulation.title or "")


def irreducible_subset(
    model: Model,
    options: Options | None = None,
    candidates: Collection[Limit] | None = None,
    patience: float | None = None,
) -> Subset:
    """An irreducible infeasible subset among some limits; all others always stay in force.

    Args:
        model: The bound model, infeasible.
        options: The time limit is for all of it together.
        candidates: The limits that may be given up; by default all. No member is left if the
            others are infeasible by themselves.
        patience: Seconds for shrinking what the first test leaves, if `options` have no time limit;
            then members may be left that are not proven necessary. None for no end.

    Raises:
        SolverError: A plan exists, or it could not be found out whether one does.
        Refuted: Solvers disagree about whether a plan exists.
    """
    search = Search.of(model, options or Options(), candidates)
    tested = search.start()
    if tested.verdict is Verdict.FEASIBLE:
        raise SolverError("a plan meets all limits", remedy="there is no clash to explain")
    if tested.verdict is Verdict.UNKNOWN:
        raise SolverError(f"it is not known whether a plan exists: {tested.reason}")
    if patience is not None and search.options.time_limit is None:
        search = replace(search, clock=Clock(patience))
    return search.subset(search.core(tested))


def _infeasible(search: Search, tested: Judgement, subsets: int) -> Diagnosis:
    try:
        families, core = search.families(search.core(tested))
        found = [search.subset(core)]
        several = Enumeration(search, found[0])
        if subsets > 1:
            found += several.first(subsets - 1)
    except Refuted as error:
        return Diagnosis(Outcome.UNKNOWN, message=str(error))
    return Diagnosis(Outcome.INFEASIBLE, families, tuple(found), several.complete)


def _unknown(search: Search, tested: Judgement) -> Diagnosis:
    near = ""
    if tested.core is not None:
        numbers = tested.core.nonzero()[0].tolist()
        named = [search.catalogue.limit(number).place for number in numbers]
        near = f": {', '.join(named[:SHOWN])}" + (" …" if len(named) > SHOWN else "")
    stopped = tested.reason in STOPPED
    outcome = Outcome.LIMIT_NO_SOLUTION if stopped else Outcome.UNKNOWN
    return Diagnosis(outcome, message=f"It is not known whether a plan exists: {tested.reason}{near}.")


SHOWN = 6
STOPPED = ("time limit", "iteration limit", "node or solution limit", "memory limit", "interrupt")


# a plan exists


def _feasible(model: Model, options: Options, clock: Clock, solver: Solver | str | None) -> Diagnosis:
    try:
        if solver is not None:
            raise BeyondMatrix("asked of another solver")
        found = growth(model, options, clock)
    except BeyondMatrix:
        return _beyond(model, options, clock, solver)
    return _plan() if found is None else _grows(found)


def _beyond(model: Model, options: Options, clock: Clock, solver: Solver | str | None) -> Diagnosis:
    asked = replace(options, time_limit=clock.first(), log=False)
    solution = solve(model, solver, asked)
    if solution.outcome in (Outcome.OPTIMAL, Outcome.LOCALLY_OPTIMAL):
        return _plan()
    found = boxed(model, options, clock, solver)
    if found is not None:
        return replace(_grows(found), message=_BOXED)
    if solution.outcome is Outcome.UNBOUNDED:
        said = f"{solution.solver} says that the objective has no limit; {solution.message}".rstrip("; ")
        return Diagnosis(Outcome.UNBOUNDED, message=said)
    return replace(_plan(), message="A plan exists. Whether the objective has a limit was not found out.")


_BOXED = "This is what growing boxes show; it is no proof."


def _plan() -> Diagnosis:
    return Diagnosis(Outcome.FEASIBLE, message="A plan exists: nothing to diagnose.")


def _grows(found: Growth) -> Diagnosis:
    return Diagnosis(Outcome.UNBOUNDED, growth=found)
