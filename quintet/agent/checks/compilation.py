"""Do the compiled rows say what the expressions say? Compared at points where nobody looked before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from quintet.agent.checks.case import Case, error, info
from quintet.formulation.evaluation import ConstraintValues, Evaluation
from quintet.formulation.model import Floats, Ids, Model
from quintet.formulation.schema import Domain
from quintet.formulation.wording import place_of
from quintet.problem import Finding
from quintet.solvers.arrays import CONTINUOUS, INTEGRAL, SEMICONTINUOUS, Arrays

POINTS = 3
TOLERANCE = 1e-8
"""Relative to the sum of the absolute terms: rounding only."""
INTEGRALITY = {
    Domain.CONTINUOUS: CONTINUOUS,
    Domain.INTEGER: INTEGRAL,
    Domain.BINARY: INTEGRAL,
    Domain.SEMICONTINUOUS: SEMICONTINUOUS,
}


def compiled_rows(case: Case) -> Iterator[Finding]:
    """Compare the matrix form with the evaluator at three random points: objective, rows, bounds."""
    arrays = case.arrays
    if arrays is None:
        return
    if POINTS * (arrays.nonzeros + arrays.columns) > case.budget.terms:
        yield info(
            "compile-unchecked", f"{arrays.nonzeros:,} coefficients are too many to compare one by one"
        )
        return
    yield from _columns(case.model, arrays)
    generator = np.random.default_rng(case.seed)
    sights = [Sight.at(case, arrays, _point(arrays, generator)) for _ in range(POINTS)]
    yield from _objectives(sights)
    for family, name in enumerate(arrays.constraints):
        rows = np.flatnonzero(arrays.row_constraint == family)
        yield from _constraint(name, rows, sights)


def _point(arrays: Arrays, generator: np.random.Generator) -> Floats:
    """A point with another odd value in each column, inside the bounds where there are any."""
    lower = np.where(np.isfinite(arrays.column_lower), arrays.column_lower, -10.0)
    upper = np.where(np.isfinite(arrays.column_upper), arrays.column_upper, lower + 20.0)
    return generator.uniform(lower, np.minimum(np.maximum(upper, lower), lower + 100.0))


def _columns(model: Model, arrays: Arrays) -> Iterator[Finding]:
    for name, variable in model.variables.items():
        own = slice(variable.first_column, variable.first_column + len(variable.family))
        same = (
            np.array_equal(arrays.column_lower[own], variable.lower)
            and np.array_equal(arrays.column_upper[own], variable.upper)
            and bool(np.all(arrays.integrality[own] == INTEGRALITY[variable.domain]))
        )
        if not same:
            yield error("compile-column", "the compiled bounds or domain are others", f"variables.{name}")


@dataclass(frozen=True)
class Sight:
    """Both forms of a model at one point.

    Args:
        arrays: The matrix form.
        x: The point.
        values: What the evaluator finds there.
        objective: The evaluator's objective.
    """

    arrays: Arrays
    x: Floats
    values: Evaluation
    objective: float

    @staticmethod
    def at(case: Case, arrays: Arrays, x: Floats) -> Sight:
        """Evaluate both at `x`."""
        values = case.evaluator.at(case.model.point(x))
        return Sight(arrays, x, values, values.objectives[case.model.objectives[0].name])

    @cached_property
    def room(self) -> Floats:
        """Distance to the lower and the upper side of each matrix row. Shape (rows, 2)."""
        activity = self.arrays.matrix.times(self.x)
        return np.stack([activity - self.arrays.row_lower, self.arrays.row_upper - activity], axis=1)

    @cached_property
    def size(self) -> Floats:
        """Sum of the absolute terms of each matrix row, at least 1."""
        matrix = self.arrays.matrix
        terms = np.abs(matrix.values * self.x[matrix.columns])
        return np.maximum(1.0, np.bincount(matrix.row_of_entries(), terms, minlength=matrix.rows))


def _objectives(sights: list[Sight]) -> Iterator[Finding]:
    for sight in sights:
        arrays, products, x = sight.arrays, sight.arrays.products, sight.x
        compiled = arrays.objective(x)
        size = abs(arrays.offset) + float(np.abs(arrays.cost * x).sum())
        size += float(np.abs(products.values * x[products.first] * x[products.second]).sum())
        if not abs(compiled - sight.objective) <= TOLERANCE * max(1.0, size):
            message = f"compiled, it is {compiled:g} at a random point, evaluated {sight.objective:g}"
            yield error("compile-objective", message, "objective")
            return


def _constraint(name: str, rows: Ids, sights: list[Sight]) -> Iterator[Finding]:
    first = sights[0].values.constraints[name]
    if first.logical:
        return
    start = _rooms(first)
    for sight in sights:
        values = sight.values.constraints[name]
        wrong = np.flatnonzero(_differs(values, rows, sight, start))
        if len(wrong):
            place = place_of(f"constraints.{name}", values.family.keys[wrong[0]])
            yield error("compile-row", "the compiled row and the expression differ at a random point", place)
            return


def _differs(values: ConstraintValues, rows: Ids, sight: Sight, start: Floats) -> npt.NDArray[np.bool_]:
    """Which rows of a family are compiled to something else. `start`: rooms at the first point."""
    arrays, rooms = sight.arrays, _rooms(values)
    filled = rows[np.diff(arrays.matrix.starts)[rows] > 0]
    keys, links = arrays.row_key[filled], arrays.row_link[filled]
    slack = TOLERANCE * np.maximum(sight.size[filled], values.scale[keys].max(axis=1, initial=1.0))
    both = links < 0
    wrong = np.zeros(len(values.family), dtype=bool)
    wrong[keys[both]] |= _pair_differs(rooms[keys[both]], sight.room[filled[both]], slack[both])
    alone, at = ~both, (keys[~both], links[~both])
    equal = np.array([sign == "==" for sign in values.operators])[links[alone]]
    wrong[keys[alone]] |= _link_differs(rooms[at], equal, sight.room[filled[alone]], slack[alone])
    return wrong | _uncompiled_varies(values, rooms - start, keys, links)


def _rooms(values: ConstraintValues) -> Floats:
    """Room of each link: negative where an inequality is broken; left minus right of an equation."""
    signs = [1.0 if sign in (">", ">=", "==", "!=") else -1.0 for sign in values.operators]
    return (values.left - values.right) * np.array(signs)


def _pair_differs(rooms: Floats, room: Floats, slack: Floats) -> npt.NDArray[np.bool_]:
    """Both links of a chain in one row: the same two rooms, in either order."""
    if not len(rooms):
        return np.zeros(0, dtype=bool)
    distance = np.abs(np.sort(rooms[:, :2], axis=1) - np.sort(room, axis=1))
    return ~np.all(distance <= slack[:, None], axis=1)


def _link_differs(
    rooms: Floats, equal: npt.NDArray[np.bool_], room: Floats, slack: Floats
) -> npt.NDArray[np.bool_]:
    """One link in one row: an equation has both sides at one place, an inequality one side."""
    finite = np.isfinite(room)
    chosen = np.where(finite[:, 0], room[:, 0], room[:, 1])
    inequality = (finite[:, 0] ^ finite[:, 1]) & (np.abs(chosen - rooms) <= slack)
    vacuous = ~finite.any(axis=1) & (np.abs(rooms) >= 1e19)
    equation = finite.all(axis=1) & (np.abs(np.abs(chosen) - np.abs(rooms)) <= slack)
    equation &= np.abs(np.where(finite, room, 0.0).sum(axis=1)) <= slack
    return ~np.where(equal, equation, inequality | vacuous)


def _uncompiled_varies(
    values: ConstraintValues, change: Floats, keys: Ids, links: Ids
) -> npt.NDArray[np.bool_]:
    """A link that no matrix row stands for must be the same at every point."""
    compiled = np.zeros(change.shape, dtype=bool)
    compiled[keys[links < 0], :2] = True
    compiled[keys[links >= 0], links[links >= 0]] = True
    return np.any(~compiled & (np.abs(change) > TOLERANCE * values.scale), axis=1)
