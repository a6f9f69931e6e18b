"""Why an objective has no limit: a direction along which every plan stays a plan and gets better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from quintet.formulation.model import Floats, Model, ObjectiveData
from quintet.formulation.revision import with_objectives
from quintet.formulation.schema import Sense
from quintet.formulation.tolerances import OBJECTIVE
from quintet.solvers.arrays import CONTINUOUS, Arrays, Products, Sparse
from quintet.solvers.diagnosis.oracle import Clock
from quintet.solvers.diagnosis.subset import Growth, Step
from quintet.solvers.duality import is_ray
from quintet.solvers.matrix import BeyondMatrix, compile
from quintet.solvers.options import Options
from quintet.solvers.session import Session

WHOLE = 1_000
"""Largest factor that makes a direction whole."""
SMALL = 1e-9
"""Relative size of an amount that is rounding."""


def growth(model: Model, options: Options, clock: Clock) -> Growth | None:
    """The direction in which the first unlimited objective grows; None if every one has a limit.

    Later objectives may only move where the earlier ones keep their value. The direction is the
    one with the smallest sum of amounts that improves the objective by 1, so it moves few decisions.

    Args:
        model: Feasible, with linear constraints.
        options: Seed, threads and HiGHS's own options.
        clock: The time that is left.

    Raises:
        BeyondMatrix: An objective is not linear.
    """
    held: list[Floats] = []
    for objective in model.objectives:
        if objective.tree is None:
            continue
        arrays = compile(with_objectives(model, [objective]))
        if len(arrays.products):
            raise BeyondMatrix("a direction says nothing about a quadratic objective")
        found = _direction(arrays, held, options, clock)
        if found is not None:
            return _told(model, objective, arrays, found)
        held.append(arrays.cost)
    return None


def _direction(arrays: Arrays, held: Sequence[Floats], options: Options, clock: Clock) -> Floats | None:
    cone = _cone(arrays, [*held, -arrays.direction * arrays.cost])
    limit = {"time_limit": clock.slice()}
    run = Session(cone, replace(options, time_limit=None, log=False), limit).run()
    if run.status != "kOptimal" or run.x is None:
        return None
    ray = run.x[: arrays.columns] - run.x[arrays.columns :]
    ray = np.where(np.abs(ray) <= SMALL * np.max(np.abs(ray)), 0.0, ray)
    for direction in (_whole(ray), ray / np.min(np.abs(ray[ray != 0]), initial=np.inf)):
        if direction is not None and is_ray(arrays, direction):
            return direction
    return None


def _cone(arrays: Arrays, objectives: Sequence[Floats]) -> Arrays:
    """Directions as differences of two nonnegative parts; no row is left, the last objective gains 1."""
    columns = arrays.columns
    low, high = np.isfinite(arrays.row_lower), np.isfinite(arrays.row_upper)
    gains = np.array([0.0] * (len(objectives) - 1) + [1.0])
    down, up = np.isfinite(arrays.column_lower), np.isfinite(arrays.column_upper)
    nothing = np.zeros(0, dtype=np.int64)
    return replace(
        arrays,
        sense=Sense.MINIMIZE,
        cost=np.ones(2 * columns),
        offset=0.0,
        products=Products(nothing, nothing, np.zeros(0)),
        matrix=_doubled(arrays.matrix, columns, objectives),
        row_lower=np.concatenate([np.where(low, 0.0, -np.inf), gains]),
        row_upper=np.concatenate([np.where(high, 0.0, np.inf), gains]),
        column_lower=np.zeros(2 * columns),
        column_upper=np.concatenate([np.where(up, 0.0, np.inf), np.where(down, 0.0, np.inf)]),
        integrality=np.full(2 * columns, CONTINUOUS),
    )


def _doubled(matrix: Sparse, columns: int, objectives: Sequence[Floats]) -> Sparse:
    """The rows and then the objectives, each coefficient once for either part of its column."""
    starts, places, values = [matrix.starts], [matrix.columns], [matrix.values]
    for objective in objectives:
        own = np.flatnonzero(objective)
        places.append(own)
        values.append(objective[own])
        starts.append(starts[-1][-1:] + len(own))
    joined, numbers = np.concatenate(places), np.concatenate(values)
    return Sparse(
        2 * np.concatenate(starts),
        np.stack([joined, joined + columns], axis=1).reshape(-1),
        np.stack([numbers, -numbers], axis=1).reshape(-1),
    )


def _whole(ray: Floats) -> Floats | None:
    """The smallest multiple of the ray whose amounts are whole; None if there is no small one."""
    least = np.min(np.abs(ray[ray != 0]), initial=np.inf)
    if not np.isfinite(least):
        return None
    for factor in range(1, WHOLE + 1):
        scaled = ray / least * factor
        if np.all(np.abs(scaled - np.round(scaled)) <= OBJECTIVE):
            return np.round(scaled) + 0.0
    return None


def _told(model: Model, objective: ObjectiveData, arrays: Arrays, ray: Floats) -> Growth:
    gain = -arrays.direction * float(np.dot(arrays.cost, ray))
    moved = np.flatnonzero(ray)
    steps = tuple(_step(model, int(column), float(ray[column])) for column in moved)
    whole = arrays.integrality != CONTINUOUS
    fractional = bool(np.any(ray[whole] != np.round(ray[whole])))
    return Growth(objective.name, gain, objective.unit, steps, fractional)


def _step(model: Model, column: int, amount: float) -> Step:
    for entry in model.variables.values():
        row = column - entry.first_column
        if 0 <= row < len(entry.family):
            return Step(entry.name, entry.family.keys[row], amount, entry.unit)
    raise AssertionError("every column belongs to a variable")
