"""What a point and its duals prove, worked out from the arrays and not taken from a solver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from quintet.formulation.model import Floats, Ids
from quintet.formulation.tolerances import FEASIBILITY, agree
from quintet.solvers.arrays import LOWER_FIRST, Arrays, inner, totals

STATIONARITY = 1e-7
"""Relative size of a reduced cost that counts as 0 where no bound answers for it."""


@dataclass(frozen=True)
class Certificate:
    """How far a point of an LP or a convex QP is proved optimal. In the minimising sense.

    Args:
        objective: Value at the point, minimising.
        bound: No feasible point is better than this; -inf if the duals prove nothing.
        violation: Largest violation of a row, relative to its bounds.
    """

    objective: float
    bound: float
    violation: float

    @property
    def proves(self) -> bool:
        """Whether the point is optimal within the tolerances."""
        return self.violation <= FEASIBILITY and agree(self.objective, self.bound)


def certificate(arrays: Arrays, x: Floats, row_dual: Floats) -> Certificate:
    """Weak duality at a point of a convex model.

    A convex function lies above its tangent, and the gradient is A'y + z, so for every feasible u
    f(u) >= f(x) + y'(Au - Ax) + z'(u - x), and each term is smallest at a bound (Boyd and
    Vandenberghe, Convex Optimization, section 5.5.3).

    Args:
        arrays: An LP or a convex QP.
        x: The point, one entry a column.
        row_dual: Multipliers y of the rows, minimising.
    """
    gradient = arrays.direction * (arrays.cost + arrays.products.gradient(x))
    pull = arrays.matrix.transposed_times(row_dual, arrays.columns)
    reduced = gradient - pull
    terms = totals(arrays.matrix.columns, np.abs(arrays.matrix.values), arrays.columns)
    scale = np.maximum(1.0, np.abs(gradient) + terms * np.max(np.abs(row_dual), initial=0.0))
    activity = arrays.matrix.times(x)
    objective = arrays.direction * arrays.objective(x)
    loss = _least(reduced, x, arrays.column_lower, arrays.column_upper, STATIONARITY * scale)
    size = np.full(arrays.rows, STATIONARITY * np.max(np.abs(row_dual), initial=1.0))
    loss += _least(row_dual, activity, arrays.row_lower, arrays.row_upper, size)
    return Certificate(objective, objective + loss, _violation(arrays, x))


def _least(slope: Floats, at: Floats, lower: Floats, upper: Floats, negligible: Floats) -> float:
    """The least of slope·(u - at) over lower <= u <= upper; negligible slopes need no bound."""
    end = np.where(slope > 0, lower, upper)
    counted = (slope != 0) & (np.isfinite(end) | (np.abs(slope) > negligible))
    if np.any(~np.isfinite(end[counted])):
        return -np.inf
    return inner(slope[counted], end[counted] - at[counted])


def _violation(arrays: Arrays, x: Floats) -> float:
    sides = np.maximum(_size(arrays.row_lower), _size(arrays.row_upper))
    rows = arrays.violation(x) / sides
    bounds = np.maximum(_size(arrays.column_lower), _size(arrays.column_upper))
    outside = np.maximum(0.0, np.maximum(arrays.column_lower - x, x - arrays.column_upper)) / bounds
    return float(max(np.max(rows, initial=0.0), np.max(outside, initial=0.0)))


def _size(bound: Floats) -> Floats:
    return np.maximum(1.0, np.abs(np.where(np.isfinite(bound), bound, 1.0)))


def is_ray(arrays: Arrays, ray: Floats, tolerance: float = 1e-7) -> bool:
    """Whether a direction keeps every feasible point feasible and improves the objective for ever.

    Args:
        arrays: The model; integrality is not looked at.
        ray: The direction, one entry a column.
        tolerance: Relative to its largest entry.
    """
    size = np.max(np.abs(ray), initial=0.0)
    if not np.isfinite(size) or size == 0:
        return False
    ray = ray / size
    change = arrays.matrix.times(ray)
    kept = _recedes(change, arrays.row_lower, arrays.row_upper, tolerance * _row_sizes(arrays))
    kept &= _recedes(ray, arrays.column_lower, arrays.column_upper, np.full(arrays.columns, tolerance))
    curved = np.max(np.abs(arrays.products.gradient(ray)), initial=0.0) > tolerance
    gain = -arrays.direction * inner(arrays.cost, ray)
    return bool(kept and not curved and gain > tolerance * max(1.0, np.max(np.abs(arrays.cost))))


def _row_sizes(arrays: Arrays) -> Floats:
    largest = np.zeros(arrays.rows)
    np.maximum.at(largest, arrays.matrix.row_of_entries(), np.abs(arrays.matrix.values))
    return np.maximum(1.0, largest)


def _recedes(change: Floats, lower: Floats, upper: Floats, tolerance: Floats) -> bool:
    low, high = np.isfinite(lower), np.isfinite(upper)
    return bool(np.all(change[low] >= -tolerance[low]) and np.all(change[high] <= tolerance[high]))


def by_constraint(arrays: Arrays, row_dual: Floats) -> Mapping[str, Floats]:
    """Duals by constraint family, in the user's sense.

    Args:
        arrays: The model.
        row_dual: Multipliers of the matrix rows, minimising.

    Returns:
        Name → the derivative of the user's objective by the right-hand side: one entry a row, or
        shape (rows, links) where the family's comparisons are chains. 0 for rows without variables.
    """
    values = arrays.direction * row_dual + 0.0
    link = np.where(arrays.row_link < 0, _active_link(arrays.row_link, row_dual), arrays.row_link)
    ends = np.searchsorted(arrays.row_constraint, np.arange(len(arrays.constraints)), side="right")
    found: dict[str, Floats] = {}
    start = 0
    for name, links, size, end in zip(arrays.constraints, arrays.links, arrays.sizes, ends, strict=True):
        table = np.zeros((size, links))
        table[arrays.row_key[start:end], link[start:end]] = values[start:end]
        found[name] = table[:, 0] if links == 1 else table
        start = end
    return found


def _active_link(row_link: Ids, row_dual: Floats) -> Ids:
    """Which link of a range is the one that presses: minimising, a positive dual is the lower bound's."""
    lower = np.where(row_link == LOWER_FIRST, 0, 1)
    return np.where(row_dual >= 0, lower, 1 - lower)
