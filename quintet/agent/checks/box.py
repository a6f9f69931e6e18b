"""Every point of a small integer box, by the matrix form."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quintet.agent.checks.resolving import dense
from quintet.formulation.model import Floats, Ids
from quintet.formulation.tolerances import OBJECTIVE, STRICT
from quintet.solvers.arrays import INTEGRAL, Arrays

CHUNK = 20_000


@dataclass(frozen=True)
class Box:
    """What the enumeration of a box found.

    Args:
        points: How many points there are.
        feasible: How many of them are feasible.
        best: The best of them, None if none is feasible.
        value: Its objective, in the user's sense.
        optima: How many reach it within the objective tolerance.
    """

    points: int
    feasible: int
    best: Floats | None
    value: float
    optima: int


def size(arrays: Arrays) -> int | None:
    """Points of the box, None if a column is not whole or has no bound."""
    if np.any(arrays.integrality != INTEGRAL) or arrays.columns == 0:
        return None
    sides = arrays.column_upper - arrays.column_lower
    if not np.all(np.isfinite(sides)):
        return None
    return math.prod(int(round(side)) + 1 for side in sides.tolist())


def enumerate_box(arrays: Arrays) -> Box:
    """Try every point of the box, vectorised over the matrix form."""
    matrix, points = dense(arrays.matrix, arrays.columns), size(arrays) or 0
    found = Box(points, 0, None, math.inf * arrays.direction, 0)
    for start in range(0, points, CHUNK):
        x = _points(arrays, np.arange(start, min(start + CHUNK, points)))
        found = _merged(found, _part(arrays, x[_feasible(arrays, matrix, x)]), arrays.direction)
    return found


def _points(arrays: Arrays, places: Ids) -> Floats:
    sides = (np.round(arrays.column_upper - arrays.column_lower) + 1).astype(np.int64)
    return np.stack(np.unravel_index(places, sides.tolist()), axis=1) + arrays.column_lower


def _feasible(arrays: Arrays, matrix: Floats, x: Floats) -> npt.NDArray[np.bool_]:
    activity = x @ matrix.T
    slack = STRICT * np.maximum(1.0, np.abs(x) @ np.abs(matrix).T)
    return np.all((activity >= arrays.row_lower - slack) & (activity <= arrays.row_upper + slack), axis=1)


def _part(arrays: Arrays, x: Floats) -> Box:
    if not len(x):
        return Box(0, 0, None, math.inf * arrays.direction, 0)
    products = arrays.products
    values = arrays.offset + x @ arrays.cost
    values = values + (x[:, products.first] * x[:, products.second]) @ products.values
    best = int(np.argmin(arrays.direction * values))
    value = float(values[best])
    return Box(0, len(x), x[best], value, int(np.sum(_ties(values, value))))


def _ties(values: Floats, value: float) -> npt.NDArray[np.bool_]:
    return np.abs(values - value) <= OBJECTIVE * max(1.0, abs(value))


def _merged(one: Box, other: Box, direction: float) -> Box:
    feasible = one.feasible + other.feasible
    if other.best is None:
        return one
    if one.best is None:
        return Box(one.points, feasible, other.best, other.value, other.optima)
    if abs(one.value - other.value) <= OBJECTIVE * max(1.0, abs(one.value)):
        return Box(one.points, feasible, one.best, one.value, one.optima + other.optima)
    winner = one if direction * (other.value - one.value) > 0 else other
    return Box(one.points, feasible, winner.best, winner.value, winner.optima)
