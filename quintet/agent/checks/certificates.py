"""Proofs that there is no plan, or no best one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from quintet.agent.checks.case import Case, error, info
from quintet.agent.checks.rationals import Rows, best_bound
from quintet.agent.checks.resolving import Resolved, aimed, relaxed, resolve
from quintet.errors import SolverError
from quintet.formulation.model import Floats
from quintet.formulation.tolerances import OBJECTIVE, agree
from quintet.problem import Finding
from quintet.solvers.arrays import CONTINUOUS, Arrays, Sparse
from quintet.solvers.options import Options
from quintet.solvers.outcome import Outcome
from quintet.solvers.registry import ON_REQUEST, solve, solvers

DISTANCES = (1.0, 1e3, 1e6)
"""How far along a ray the evaluator looks."""
SECONDS = 10.0
"""Time that another solver has for a second opinion."""
COLUMNS = 20_000
"""Most columns of a model that another solver is asked about."""
WHOLE = 10_000
"""Largest factor that makes a ray whole."""


def infeasibility(case: Case) -> Iterator[Finding]:
    """Prove that nothing is feasible, by a Farkas certificate of the relaxation in exact fractions."""
    if case.linear is not None and _farkas(case, relaxed(case.linear)):
        message = "multipliers of the rows prove in exact fractions that no plan meets all limits"
        yield info("infeasible-proved", message)


def second_opinion(case: Case) -> Iterator[Finding]:
    """Ask other solvers whether nothing is feasible, until one settles it: they compile by other routes."""
    if case.model.columns > COLUMNS:
        return
    for other in solvers():
        if other.name in (case.solution.solver, *ON_REQUEST) or not other.available().ok:
            continue
        try:
            found = solve(case.model, other, Options(time_limit=SECONDS))
        except SolverError:  # it does not take this model; the next one may
            continue
        if found.outcome is Outcome.INFEASIBLE:
            yield info("infeasible-agreed", f"{other.name}, by another route, finds no plan either")
            return
        if found.outcome.solved and found.point is not None and case.evaluator.at(found.point).feasible():
            yield error("infeasible-refuted", f"{other.name} found a plan that meets all limits")
            return


def _farkas(case: Case, arrays: Arrays) -> bool:
    found = case.resolve(elastic(arrays))
    if not found.optimal or not found.objective > 0:
        return False
    nothing = np.zeros(arrays.columns)
    bound = best_bound(Rows.of(arrays), nothing, found.multipliers, case.budget.rational)
    return bound is not None and bound > 0


def elastic(arrays: Arrays) -> Arrays:
    """Minimise how much the rows are broken: two more columns a row, both at a price of 1."""
    rows, columns = arrays.rows, arrays.columns
    extra = np.stack([columns + np.arange(rows), columns + rows + np.arange(rows)], axis=1)
    counts = np.diff(arrays.matrix.starts)
    matrix = arrays.matrix
    entries = np.split(matrix.columns, matrix.starts[1:-1]), np.split(matrix.values, matrix.starts[1:-1])
    longer = [np.append(own, more) for own, more in zip(entries[0], extra, strict=True)]
    values = [np.append(own, [1.0, -1.0]) for own in entries[1]]
    widened = aimed(arrays, np.append(np.zeros(columns), np.ones(2 * rows)))
    return replace(
        widened,
        sense=type(arrays.sense).MINIMIZE,
        matrix=Sparse(
            np.append([0], np.cumsum(counts + 2)).astype(np.int64),
            np.concatenate([np.zeros(0, dtype=np.int64), *longer]),
            np.concatenate([np.zeros(0), *values]),
        ),
        column_lower=np.append(arrays.column_lower, np.zeros(2 * rows)),
        column_upper=np.append(arrays.column_upper, np.full(2 * rows, np.inf)),
        integrality=np.append(arrays.integrality, np.full(2 * rows, CONTINUOUS)),
    )


def unboundedness(case: Case) -> Iterator[Finding]:
    """Prove that the objective grows for ever: a feasible point and a ray that the evaluator follows."""
    if case.linear is None:
        return
    start = resolve(aimed(case.linear, np.zeros(case.linear.columns)))
    if not start.optimal or not case.evaluator.at(case.model.point(start.x)).feasible():
        return
    ray = _ray(case, case.linear)
    if ray is not None and _followed(case, start, ray):
        message = "from a feasible point the objective improves for ever: some limit is missing"
        yield info("unbounded-proved", f"{message} on {_growing(case, ray)}")


def _ray(case: Case, arrays: Arrays) -> Floats | None:
    """A direction that improves the objective and breaks no limit however far one goes."""
    cone = replace(
        aimed(relaxed(arrays), arrays.cost),
        row_lower=np.where(np.isfinite(arrays.row_lower), 0.0, -np.inf),
        row_upper=np.where(np.isfinite(arrays.row_upper), 0.0, np.inf),
        column_lower=np.where(np.isfinite(arrays.column_lower), 0.0, -1.0),
        column_upper=np.where(np.isfinite(arrays.column_upper), 0.0, 1.0),
    )
    found = resolve(cone)
    if not found.optimal or not -arrays.direction * found.objective > OBJECTIVE:
        return None
    return _whole(found.x) if case.discrete else found.x


def _whole(ray: Floats) -> Floats | None:
    """A multiple of the ray that is whole, so that it leads from whole points to whole points."""
    for factor in range(1, WHOLE + 1):
        near = np.round(ray * factor)
        if np.all(np.abs(ray * factor - near) <= OBJECTIVE):
            return near
    return None


def _followed(case: Case, start: Resolved, ray: Floats) -> bool:
    values = [_value(case, start.x + distance * ray) for distance in (0.0, *DISTANCES)]
    if any(value is None for value in values):
        return False
    numbers = [case.direction * value for value in values if value is not None]
    slope = numbers[0] - numbers[1]
    straight = all(
        agree(numbers[0] - value, slope * distance)
        for value, distance in zip(numbers[1:], DISTANCES, strict=True)
    )
    return slope > 0 and straight


def _value(case: Case, x: Floats) -> float | None:
    found = case.evaluator.at(case.model.point(x))
    return found.objectives[case.model.objectives[0].name] if found.feasible() else None


def _growing(case: Case, ray: Floats) -> str:
    moved = case.model.point(np.abs(ray))
    return ", ".join(name for name, amounts in moved.items() if np.any(amounts > OBJECTIVE))
