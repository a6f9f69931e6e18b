"""Which solver takes which model."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from importlib import import_module

from quintet.errors import MissingDependency, SolverError
from quintet.formulation.classify import classify
from quintet.formulation.model import Model, ProblemClass
from quintet.solvers.cp.routing import suits
from quintet.solvers.levels import solve_levels
from quintet.solvers.options import Options
from quintet.solvers.outcome import Outcome
from quintet.solvers.restriction import restricted
from quintet.solvers.solution import Solution
from quintet.solvers.solver import Declined, Solver, classes_taken

SOLVERS: Mapping[str, str] = {
    "highs": "quintet.solvers.highs:Highs",
    "scip": "quintet.solvers.scip:Scip",
    "cpsat": "quintet.solvers.cpsat:CpSat",
    "gurobi": "quintet.solvers.gurobi:Gurobi",
    "ipopt": "quintet.solvers.ipopt:Ipopt",
}
"""Short name → where the class is. The first that solves a class is asked first."""
AS_IT_STANDS = ("cpsat",)
"""Solvers that take logic and functions of decisions themselves: nothing is rewritten for them. Not
asked by class, but first where `cp.routing` says that they suit."""
ON_REQUEST = ("gurobi", "ipopt")
"""Solvers asked only by name: the first needs a licence, the second finds local optima."""
UNSETTLED = (Outcome.UNKNOWN, Outcome.CRASHED)
"""After these another solver of the class is asked, if the user left the choice to us."""


def find(name: str) -> Solver:
    """A solver by its short name.

    Raises:
        SolverError: There is none of that name.
    """
    if name not in SOLVERS:
        close = difflib.get_close_matches(name, SOLVERS, n=1)
        remedy = f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(SOLVERS)}"
        raise SolverError(f"there is no solver {name!r}", remedy=remedy)
    module, _, attribute = SOLVERS[name].partition(":")
    return getattr(import_module(module), attribute)()


def solvers() -> list[Solver]:
    """All solvers, installed or not, in the order in which they are asked."""
    return [find(name) for name in SOLVERS]


def solve(model: Model, solver: str | Solver | None = None, options: Options | None = None) -> Solution:
    """Solve a bound model.

    Args:
        model: The model.
        solver: A solver or its name; by default the first that solves the model's class and takes
            it. (A quadratic objective goes to HiGHS if it proves to be convex, else to SCIP.) The
            class is that of the model after `abs`, `min`, `max` and ratios are rewritten. Logic of
            whole, bounded decisions goes to CP-SAT, where every row scales to integers exactly.
        options: Limits, gaps and the like.

    Raises:
        SolverError: The solver doesn't solve this class; names one that does. Or an option is wrong.
        MissingDependency: The solver is not installed; names the command that installs it.
        DataError: A coefficient or a key does not exist.
    """
    options = options or Options()
    chosen = find(solver) if isinstance(solver, str) else solver
    if len(model.objectives) > 1:
        return solve_levels(model, options, lambda level, rest: _solve_one(level, chosen, rest))
    return _solve_one(model, chosen, options)


def _solve_one(model: Model, chosen: Solver | None, options: Options) -> Solution:
    if chosen is None and (settled := _by_logic(model, options)):
        return settled
    if chosen is not None and chosen.name in AS_IT_STANDS:
        return chosen.solve(model, options)
    asked = _linearised(model)
    wanted = classify(asked)
    if chosen is None:
        return restricted(_first_answer(wanted, asked, options), model)
    if wanted not in classes_taken(chosen):
        raise _unfit(chosen, wanted)
    return restricted(chosen.solve(asked, options), model)


def _by_logic(model: Model, options: Options) -> Solution | None:
    """The answer of CP-SAT to whole decisions with logic; None if another route has to give one."""
    if not suits(model):
        return None
    solver = find("cpsat")
    if not solver.available().ok:
        return None
    try:
        solution = solver.solve(model, options)
    except Declined:
        return None
    return None if solution.outcome in UNSETTLED else solution


def _linearised(model: Model) -> Model:
    """Without logic, `abs`, `min`, `max` and ratios of variables where they can go; often linear then."""
    from quintet.solvers.rewrite import rewrite

    return rewrite(model)


def _unfit(chosen: Solver, wanted: ProblemClass) -> SolverError:
    fit = [solver.name for solver in _by_class(wanted) if solver.name != chosen.name]
    remedy = f"{' and '.join(fit)} can: --solver {fit[0]}" if fit else "no solver of this version can"
    return SolverError(f"{chosen.name} doesn't solve a model of class {wanted.value}", remedy=remedy)


def _by_class(wanted: ProblemClass) -> list[Solver]:
    return [s for s in solvers() if wanted in s.classes and s.name not in (*AS_IT_STANDS, *ON_REQUEST)]


def _first_answer(wanted: ProblemClass, model: Model, options: Options) -> Solution:
    """The first answer that settles anything; failing that, what was found out on the way."""
    fit = _by_class(wanted)
    unsettled: Solution | None = None
    declined: Declined | None = None
    for solver in fit:
        # asked one by one, because looking whether a solver is there loads it
        if not solver.available().ok:
            continue
        try:
            solution = solver.solve(model, options)
        except Declined as error:
            declined = error
            continue
        if solution.outcome not in UNSETTLED:
            return solution
        unsettled = unsettled or solution
    if unsettled is not None:
        return unsettled
    raise declined or _missing(fit, wanted)


def _missing(fit: list[Solver], wanted: ProblemClass) -> SolverError | MissingDependency:
    if not fit:
        return SolverError(f"no solver of this version takes a model of class {wanted.value}")
    names = " or ".join(solver.name for solver in fit)
    return MissingDependency(
        f"a model of class {wanted.value} needs {names}", remedy=f"run: {fit[0].available().install}"
    )
