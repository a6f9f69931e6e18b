"""Random linear models as documents, degenerate ones on purpose, and optima of their neighbours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.model import Floats, Model
from quintet.formulation.schema import Sense
from quintet.solvers.arrays import Arrays
from quintet.solvers.matrix import compile
from quintet.solvers.options import Options
from quintet.solvers.session import Session

SIGNS = ("<=", "<=", ">=", "==")


@dataclass(frozen=True)
class Case:
    """A model with an optimum."""

    model: Model
    arrays: Arrays
    x: Floats
    objective: float


def optimum(arrays: Arrays) -> float:
    """The optimum in the user's sense, by a cold solve with presolve; ±inf for none of either kind."""
    run = Session(arrays, Options(), {}).run()
    if run.status == "kOptimal" and run.x is not None:
        return arrays.objective(run.x)
    if run.status == "kInfeasible":
        return np.inf * arrays.direction
    return -np.inf * arrays.direction if run.status == "kUnbounded" else np.nan


def shifted(arrays: Arrays, row: int, low: float, high: float) -> Arrays:
    """The arrays with the sides of one row moved."""
    lower, upper = arrays.row_lower.copy(), arrays.row_upper.copy()
    lower[row] += low
    upper[row] += high
    return replace(arrays, row_lower=lower, row_upper=upper)


def bounded(arrays: Arrays, column: int, low: float, high: float) -> Arrays:
    """The arrays with the bounds of one column moved."""
    lower, upper = arrays.column_lower.copy(), arrays.column_upper.copy()
    lower[column] += low
    upper[column] += high
    return replace(arrays, column_lower=lower, column_upper=upper)


def costing(arrays: Arrays, column: int, more: float) -> Arrays:
    """The arrays with one cost moved."""
    cost = arrays.cost.copy()
    cost[column] += more
    return replace(arrays, cost=cost)


def case(seed: int) -> Case | None:
    """A random linear model; None if it has no optimum."""
    model = bind(Formulation.model_validate(document(np.random.default_rng(seed), seed)))
    arrays = compile(model)
    run = Session(arrays, Options(), {}).run()
    if run.status != "kOptimal" or run.x is None or model.objectives[0].sense is Sense.SATISFY:
        return None
    return Case(model, arrays, run.x, arrays.objective(run.x))


def document(random: np.random.Generator, seed: int) -> dict[str, Any]:
    """Small whole numbers make ties frequent; rows through a chosen vertex make it degenerate."""
    columns, rows = int(random.integers(2, 6)), int(random.integers(2, 7))
    vertex = random.integers(0, 4, columns)
    matrix = random.integers(-3, 5, (rows, columns)) * (random.random((rows, columns)) < 0.7)
    cost = random.integers(-6, 7, columns)
    tight = 0.2 if seed % 2 else 0.8
    constraints: dict[str, Any] = {}
    for row in range(rows):
        if not matrix[row].any():
            continue
        level = int(matrix[row] @ vertex)
        slack = 0 if random.random() < tight else int(random.integers(1, 4))
        constraints[f"r{row}"] = written(matrix[row], level, slack, random)
    constraints["total"] = f"{sum_of(np.ones(columns))} <= {int(vertex.sum()) + int(random.integers(0, 3))}"
    sense = ["minimize", "maximize"][seed // 2 % 2]
    return {
        "variables": {f"x{j}": bounds(int(vertex[j]), random) for j in range(columns)},
        "objective": {"sense": sense, "expression": f"{sum_of(cost)} + 0 * x0"},
        "constraints": constraints,
    }


def bounds(at: int, random: np.random.Generator) -> dict[str, Any]:
    """Free, from 0, or a box, sometimes with the vertex on its edge."""
    kind = random.integers(0, 5)
    if kind == 0:
        return {"lower": None, "upper": None}
    if kind < 3:
        return {"lower": 0, "upper": None}
    return {"lower": at - int(random.integers(0, 3)), "upper": at + int(random.integers(0, 3)) + 1}


def sum_of(coefficients: Any) -> str:
    """`3 * x0 - 2 * x1`."""
    return " + ".join(f"{int(c)} * x{j}" for j, c in enumerate(coefficients) if c) or "0 * x0"


def written(row: Any, level: int, slack: int, random: np.random.Generator) -> str:
    """A comparison that holds at the vertex: any sign, either way round, or a chain."""
    body = sum_of(row)
    kind = random.integers(0, 8)
    if kind == 0:
        return f"{level - slack} <= {body} <= {level + int(random.integers(1, 4))}"
    if kind == 1:
        return f"{level + slack} >= {body} >= {level - int(random.integers(1, 4))}"
    if kind == 2:
        return f"{level + slack} >= {body}"
    sign = SIGNS[int(random.integers(0, 4))]
    return f"{body} {sign} {level + {'<=': slack, '>=': -slack, '==': 0}[sign]}"
