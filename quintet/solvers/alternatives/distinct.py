"""Rows that ask for another plan: one whose whole-number decisions are not those of a given plan.

For binary decisions by their Hamming distance (Balas and Jeroslow, SIAM J. Appl. Math. 23, 1972);
general integers by 'some value is another', which becomes rows with auxiliary binaries.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from quintet.errors import SolverError
from quintet.formulation.model import Model, Point
from quintet.formulation.revision import with_constraint
from quintet.formulation.schema import Domain
from quintet.formulation.tolerances import rounded
from quintet.formulation.tree import Call, Compare, Comprehension, Node, Number, Or, VariableRef
from quintet.solvers.alternatives.linear import indexed, weighted

APART = "another_plan"
"""Name of the row that asks for another plan; `_` is added until it is free."""


def choices(model: Model, over: Sequence[str] = ()) -> tuple[str, ...]:
    """The families of whole-number decisions by which plans are told apart.

    Args:
        model: The model.
        over: Those to look at; none for all.

    Raises:
        SolverError: One of them is no decision, or none of whole numbers.
    """
    for name in over:
        if name not in model.variables:
            raise SolverError(
                f"{name!r} is no decision", place="over", remedy=f"there are: {', '.join(model.variables)}"
            )
        if not model.variables[name].integral:
            raise SolverError(
                f"{name!r} is not of whole numbers", place="over", remedy="plans are told apart by those"
            )
    return tuple(n for n, v in model.variables.items() if v.integral and len(v.family) and n in (over or {n}))


def apart(model: Model, point: Point, names: Sequence[str]) -> Model:
    """The model with a row that refuses the plan of a point.

    Args:
        model: The model.
        point: The plan; its whole numbers count.
        names: The families by which plans are told apart, at least one.
    """
    binaries = [name for name in names if model.variables[name].domain is Domain.BINARY]
    others: list[Node] = []
    if binaries:
        model, distance = _distance(model, point, binaries)
        others.append(distance)
    for name in (name for name in names if name not in binaries):
        model, other = _another(model, name, point)
        others.append(other)
    return with_constraint(model, APART, others[0] if len(others) == 1 else Or(tuple(others)))


def _distance(model: Model, point: Point, names: Sequence[str]) -> tuple[Model, Node]:
    """At least one binary is another: sum of x where it is 0, of 1 - x where it is 1."""
    values = {name: rounded(point[name]) for name in names}
    ones = sum(float(value.sum()) for value in values.values())
    model, tree = weighted(model, {name: 1 - 2 * value for name, value in values.items()}, "apart")
    return model, Compare((tree, Number(1 - ones)), (">=",))


def _another(model: Model, name: str, point: Point) -> tuple[Model, Node]:
    model, parameter, generators = indexed(model, name, rounded(point[name]), "value")
    other = Compare((VariableRef(name, parameter.subscripts), parameter), ("!=",))
    if not generators:
        return model, other
    return model, Call("at_least", (Number(1), Comprehension(other, generators)))


def unbounded_choices(model: Model, names: Sequence[str]) -> Iterator[tuple[str, int, float]]:
    """Name, row and sign of every end that a general integer lacks."""
    for name in names:
        variable = model.variables[name]
        for sign, ends in ((-1.0, variable.lower), (1.0, variable.upper)):
            for row in np.flatnonzero(~np.isfinite(ends)).tolist():
                yield name, row, sign
