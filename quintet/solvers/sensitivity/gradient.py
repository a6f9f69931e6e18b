"""How a parameter moves objective and rows at a fixed plan: all its numbers at once.

At a fixed plan the decisions are data and the parameter is what varies. So the two change places,
and the compiler of matrices gives the derivative of every row by every number of the parameter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from quintet.formulation.model import (
    ConstraintData,
    Floats,
    Ids,
    Model,
    ObjectiveData,
    ParameterData,
    VariableData,
)
from quintet.formulation.schema import Domain
from quintet.formulation.tree import Compare, Negate, Node, Number, ParameterRef, Sum, VariableRef
from quintet.solvers.arrays import Arrays
from quintet.solvers.matrix import compile
from quintet.solvers.rows.scoping import rebuilt
from quintet.solvers.sensitivity.limits import Limits


@dataclass(frozen=True)
class Slopes:
    """Derivatives at a fixed plan, by each number of a parameter.

    Args:
        objective: Of the user's objective, one entry a number.
        rows: Rows of the limits that move.
        entries: Number of the parameter that moves each.
        amounts: How much that is, as a change of the right-hand side.
    """

    objective: Floats
    rows: Ids = field(repr=False)
    entries: Ids = field(repr=False)
    amounts: Floats = field(repr=False)

    def of(self, entry: int) -> tuple[Ids, Floats]:
        """The rows that one number moves, and by how much each."""
        mine = self.entries == entry
        return self.rows[mine], self.amounts[mine]


class Gradients:
    """Derivatives by one parameter after another, at one plan.

    Args:
        model: The model whose matrix form `limits` are; not a rewritten one.
        limits: Its limits.
        x: The plan, one entry a column.
    """

    def __init__(self, model: Model, limits: Limits, x: Floats) -> None:
        self._limits = limits
        self._one_sided = _one_sided(model)
        self._point = model.point(x)
        own = compile(self._one_sided)
        self._place = {place: row for row, place in enumerate(_places(own))}
        self._rows = _row_of(limits)
        self._turned = {
            place: self._turn(own, row, self._rows[place])
            for place, row in self._place.items()
            if place in self._rows
        }

    def _turn(self, own: Arrays, row: int, limit: int) -> float:
        """-1 where the limit's row is the one-sided row turned round."""
        theirs = self._limits.arrays.matrix
        start, other = int(own.matrix.starts[row]), int(theirs.starts[limit])
        if start == own.matrix.starts[row + 1] or other == theirs.starts[limit + 1]:
            return 0.0
        return 1.0 if own.matrix.values[start] * theirs.values[other] > 0 else -1.0

    def by(self, name: str) -> Slopes:
        """The derivatives by all numbers of a parameter.

        Raises:
            QuintetError: The parameter stands where only data may, or not linearly.
        """
        found = compile(_swapped(self._one_sided, name, self._point))
        values = self._one_sided.parameters[name].values
        objective = found.cost + found.products.gradient(values)
        entries = found.matrix.row_of_entries()
        places = list(_places(found))
        limit = np.array([self._rows.get(place, -1) for place in places], dtype=np.int64)
        turn = np.array([self._turned.get(place, 0.0) for place in places])
        kept = (limit[entries] >= 0) & (turn[entries] != 0) if len(entries) else np.zeros(0, dtype=bool)
        rows = limit[entries[kept]] if len(entries) else np.zeros(0, dtype=np.int64)
        sign = -turn[entries[kept]] if len(entries) else np.zeros(0)
        return Slopes(objective, rows, found.matrix.columns[kept], sign * found.matrix.values[kept])


def _one_sided(model: Model) -> Model:
    """Each comparison of each constraint as one of its own, all on the left side, 0 on the right."""
    constraints: dict[str, ConstraintData] = {}
    for name, entry in model.constraints.items():
        if not isinstance(entry.tree, Compare):
            continue
        sides = zip(entry.tree.operands, entry.tree.operators, entry.tree.operands[1:], strict=False)
        for link, (left, sign, right) in enumerate(sides):
            tree = Compare((Sum((left, Negate(right))), Number(0)), (sign,))
            constraints[f"{name}#{link}"] = replace(entry, name=f"{name}#{link}", tree=tree)
    return replace(model, constraints=constraints)


def _places(arrays: Arrays) -> Iterator[tuple[str, int]]:
    """`room#0` and the row in the family, for every matrix row."""
    for name, row in zip(arrays.row_constraint.tolist(), arrays.row_key.tolist(), strict=True):
        yield arrays.constraints[name], row


def _row_of(limits: Limits) -> dict[tuple[str, int], int]:
    found: dict[tuple[str, int], int] = {}
    for row in np.flatnonzero(limits.source >= 0).tolist():
        name, at = limits.named(row)
        found[f"{name}#{int(limits.link[row])}", at] = row
    return found


def _swapped(model: Model, name: str, point: dict[str, Floats]) -> Model:
    """The model in which a parameter is the only decision, and the decisions are data."""
    family, unit = model.parameters[name].family, model.parameters[name].unit
    free = np.full(len(family), np.inf)
    data = {n: ParameterData(n, v.family, point[n], unit=v.unit) for n, v in model.variables.items()}
    others = {n: entry for n, entry in model.parameters.items() if n != name}
    return replace(
        model,
        parameters={**others, **data},
        variables={name: VariableData(name, family, Domain.CONTINUOUS, -free, free, 0, unit)},
        expressions={n: replace(e, tree=_swap(e.tree, name)) for n, e in model.expressions.items()},
        objectives=[_aimed(objective, name) for objective in model.objectives],
        constraints={n: replace(c, tree=_swap(c.tree, name)) for n, c in model.constraints.items()},
    )


def _aimed(objective: ObjectiveData, name: str) -> ObjectiveData:
    return objective if objective.tree is None else replace(objective, tree=_swap(objective.tree, name))


def _swap(node: Node, name: str) -> Node:
    inner = rebuilt(node, lambda child: _swap(child, name))
    if isinstance(inner, VariableRef):
        return ParameterRef(inner.name, inner.subscripts, at=inner.at)
    if isinstance(inner, ParameterRef) and inner.name == name:
        return VariableRef(name, inner.subscripts, at=inner.at)
    return inner
