"""What grows in a model that is not linear: a box is put round it, made larger, and looked at."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from quintet.errors import SolverError
from quintet.formulation.model import Model, VariableData
from quintet.formulation.schema import Sense
from quintet.formulation.tolerances import agree
from quintet.formulation.wording import place_of
from quintet.solvers.diagnosis.oracle import Clock
from quintet.solvers.diagnosis.subset import Box, Growth
from quintet.solvers.options import Options
from quintet.solvers.registry import solve
from quintet.solvers.solution import Solution
from quintet.solvers.solver import Solver

EDGES = (1e3, 1e4, 1e5)
NEAR = 1e-3
"""Relative distance from the edge that counts as at the edge."""


def boxed(model: Model, options: Options, clock: Clock, solver: Solver | str | None = None) -> Growth | None:
    """What hits a growing box; None if the optimum stops growing with the box, or nothing is found."""
    objective = model.objectives[0]
    found = [(edge, _inside(model, edge, options, clock, solver)) for edge in EDGES]
    values = [(edge, s) for edge, s in found if s is not None and s.objective is not None]
    if len(values) < 2 or not _grows(objective.sense, values[-2][1], values[-1][1]):
        return None
    edge, last = values[-1]
    boxes = tuple(Box(edge, None if s is None else s.objective) for edge, s in found)
    return Growth(objective.name, unit=objective.unit, at_edge=_at_edge(model, last, edge), boxes=boxes)


def _inside(
    model: Model, edge: float, options: Options, clock: Clock, solver: Solver | str | None
) -> Solution | None:
    variables = {name: _cut(entry, edge) for name, entry in model.variables.items()}
    asked = replace(options, time_limit=clock.slice(), log=False)
    try:
        found = solve(replace(model, variables=variables), solver, asked)
    except SolverError:  # no solver takes it even so
        return None
    return found if found.point is not None else None


def _cut(entry: VariableData, edge: float) -> VariableData:
    lower = np.where(np.isfinite(entry.lower), entry.lower, np.minimum(-edge, entry.upper - edge))
    upper = np.where(np.isfinite(entry.upper), entry.upper, np.maximum(edge, lower + edge))
    return replace(entry, lower=lower, upper=upper)


def _grows(sense: Sense, smaller: Solution, larger: Solution) -> bool:
    assert smaller.objective is not None
    assert larger.objective is not None
    better = larger.objective - smaller.objective
    improved = better > 0 if sense is Sense.MAXIMIZE else better < 0
    return improved and not agree(larger.objective, smaller.objective, 1e-3)


def _at_edge(model: Model, solution: Solution, edge: float) -> tuple[str, ...]:
    assert solution.point is not None
    names: list[str] = []
    for name, entry in model.variables.items():
        open_side = ~np.isfinite(entry.lower) | ~np.isfinite(entry.upper)
        far = np.abs(solution.point[name]) >= edge * (1 - NEAR)
        names += [place_of(name, entry.family.keys[row]) for row in np.flatnonzero(open_side & far)]
    return tuple(names)
