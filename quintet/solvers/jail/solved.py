"""What a solver object left behind by a program says about its optimum, one reader a library.

A reader returns the outcome in the solver's own word, and the objective only where the solver says that
it is optimal: some libraries keep a number readable after an unbounded or infeasible run.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .keep import LIBRARIES

_MOST_VARIABLES = 10_000

Claim = dict[str, Any]
Found = list[tuple[str, Any]]


def found(namespace: Mapping[str, Any], kept: Iterable[tuple[str, Any]]) -> Found:
    """The solver objects of the namespace and of ended functions, each once, the namespace's first."""
    seen: dict[int, tuple[str, Any]] = {}
    for name, value in (*reversed([*namespace.items()]), *reversed([*kept])):
        if type(value).__module__.partition(".")[0] in LIBRARIES:
            seen.setdefault(id(value), (name, value))
    return list(seen.values())


def best_claim(objects: Found) -> Claim | None:
    """The claim of the first object that found an optimum, else of the first with any outcome."""
    claims = [claim for name, value in objects if (claim := _claim(name, value, objects))]
    optimal = [claim for claim in claims if claim["objective"] is not None]
    return (optimal or claims or [None])[0]


def _claim(name: str, value: Any, objects: Found) -> Claim | None:
    for kind in type(value).__mro__:
        reader = READERS.get(f"{kind.__module__.partition('.')[0]}.{kind.__name__}")
        if reader is not None:
            return _read(reader, name, value, objects)
    return None


def _read(reader: Reader, name: str, value: Any, objects: Found) -> Claim | None:
    try:
        outcome, objective, variables = reader(value, objects)
    except Exception:  # an object that was never solved raises as its library likes: no claim
        return None
    if outcome is None:
        return None
    library = type(value).__module__.partition(".")[0]
    few = {key: number for key, number in variables.items() if math.isfinite(number)}
    return {
        "library": library,
        "name": name,
        "outcome": str(outcome)[:100],
        "objective": float(objective) if objective is not None and math.isfinite(objective) else None,
        "variables": few if len(few) <= _MOST_VARIABLES else None,
    }


Reading = tuple[str | None, float | None, dict[str, float]]
Reader = Callable[[Any, Found], Reading]


def _pyomo(model: Any, objects: Found) -> Reading:
    from pyomo import environ

    goals = list(model.component_data_objects(environ.Objective, active=True))
    outcome = _pyomo_outcome(objects)
    if len(goals) != 1 or outcome not in ("optimal", "convergenceCriteriaSatisfied", "unknown"):
        return outcome, None, {}
    objective = environ.value(goals[0], exception=False)
    if objective is None:
        return None, None, {}
    variables = {
        part.name: float(part.value)
        for part in model.component_data_objects(environ.Var)
        if part.value is not None and part.stale is False
    }
    return outcome, objective, variables


def _pyomo_outcome(objects: Found) -> str:
    """The termination that a results object beside the model tells; ``unknown`` if there is none."""
    for _, value in objects:
        if type(value).__module__.startswith("pyomo") and type(value).__name__.endswith("Results"):
            solver = getattr(value, "solver", None)
            ending = getattr(value, "termination_condition", None) or getattr(
                solver, "termination_condition", None
            )
            return str(getattr(ending, "name", ending))
    return "unknown"


def _highs(solver: Any, objects: Found) -> Reading:
    status = solver.getModelStatus()
    outcome = solver.modelStatusToString(status)
    if status.name == "kNotset":
        return None, None, {}
    if status.name != "kOptimal":
        return outcome, None, {}
    values = list(solver.getSolution().col_value)
    names = list(solver.getLp().col_names_) or [f"x{index}" for index in range(len(values))]
    return (
        outcome,
        solver.getInfo().objective_function_value,
        dict(zip(names, map(float, values), strict=True)),
    )


def _cp_solver(solver: Any, objects: Found) -> Reading:
    response = solver.response_proto
    outcome = solver.status_name(response.status)
    if outcome != "OPTIMAL":
        return outcome, None, {}
    variables: dict[str, float] = {}
    for _, value in objects:
        if type(value).__name__ == "CpModel":
            names = [variable.name or f"x{index}" for index, variable in enumerate(value.proto.variables)]
            variables = dict(zip(names, map(float, response.solution), strict=False))
    return outcome, solver.objective_value, variables


def _linear_solver(solver: Any, objects: Found) -> Reading:
    """The older interface keeps no status; a solve that failed leaves no feasible primal values to verify."""
    if not solver.VerifySolution(1e-6, False):
        return "unknown", None, {}
    values = {variable.name(): float(variable.solution_value()) for variable in solver.variables()}
    return "solved", solver.Objective().Value(), values


def _mathopt(result: Any, objects: Found) -> Reading:
    outcome = result.termination.reason.name
    if outcome != "OPTIMAL":
        return outcome, None, {}
    values = {variable.name: float(number) for variable, number in result.variable_values().items()}
    return outcome, result.objective_value(), values


def _scip(model: Any, objects: Found) -> Reading:
    outcome = model.getStatus()
    if outcome != "optimal":
        return None if outcome == "unknown" else outcome, None, {}
    return outcome, model.getObjVal(), {part.name: float(model.getVal(part)) for part in model.getVars()}


def _pulp(problem: Any, objects: Found) -> Reading:
    # only where the program itself has imported it
    import pulp  # pyright: ignore[reportMissingImports]

    outcome = pulp.LpStatus[problem.status]
    if outcome != "Optimal":
        return None if outcome == "Not Solved" else outcome, None, {}
    values = {part.name: float(part.varValue) for part in problem.variables() if part.varValue is not None}
    return outcome, pulp.value(problem.objective), values


def _gurobi(model: Any, objects: Found) -> Reading:
    if model.Status != 2:  # GRB.OPTIMAL
        return None if model.Status == 1 else f"status {model.Status}", None, {}
    return "optimal", model.ObjVal, {part.VarName: float(part.X) for part in model.getVars()}


def _cvxpy(problem: Any, objects: Found) -> Reading:
    if problem.status != "optimal":
        return problem.status, None, {}
    return "optimal", float(problem.value), {}


READERS: dict[str, Reader] = {
    "pyomo.ConcreteModel": _pyomo,
    "highspy.Highs": _highs,
    "ortools.CpSolver": _cp_solver,
    "ortools.Solver": _linear_solver,
    "ortools.SolveResult": _mathopt,
    "pyscipopt.Model": _scip,
    "pulp.LpProblem": _pulp,
    "gurobipy.Model": _gurobi,
    "cvxpy.Problem": _cvxpy,
}
