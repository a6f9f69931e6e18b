"""Is the optimum the only one? Decision values are compared nowhere, because it often is not."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from itertools import islice

import numpy as np

from quintet.agent.checks.case import Case, info
from quintet.agent.checks.enumeration import affordable
from quintet.agent.checks.moves import improving
from quintet.agent.checks.resolving import aimed, dense, with_row
from quintet.formulation.model import Floats
from quintet.formulation.tolerances import STRICT
from quintet.problem import Finding
from quintet.solvers.arrays import Arrays

APART = 1e-4
"""Relative distance from which two points are different decisions."""
TRIES = 5
"""Neighbours that are as good by the matrix form and are put before the evaluator."""
COLUMNS = 300
"""Most columns for the rank test."""


class Uniqueness(StrEnum):
    """Whether other decisions are as good."""

    UNIQUE = "unique"
    OTHERS = "others"
    UNKNOWN = "unknown"


_SAID = {
    Uniqueness.UNIQUE: "the optimum is the only one",
    Uniqueness.OTHERS: "other decisions are as good",
    Uniqueness.UNKNOWN: "whether other decisions are as good was not found out",
}


def uniqueness(case: Case) -> Iterator[Finding]:
    """Say whether the optimum is unique, others exist, or it is unknown."""
    if case.optimal:
        found = classify_optimum(case)
        yield info(f"optimum-{found.value}", _SAID[found])


def classify_optimum(case: Case) -> Uniqueness:
    """Count over a small integer box; else the dual's active set; else a search for another optimum."""
    if affordable(case) and case.box.best is not None:
        return Uniqueness.UNIQUE if case.box.optima == 1 else Uniqueness.OTHERS
    if case.linear is None:
        strict = case.arrays is not None and not case.discrete and _strictly_convex(case.arrays)
        return Uniqueness.UNIQUE if strict else Uniqueness.UNKNOWN
    if not case.discrete and _fixed_by_dual(case, case.linear):
        return Uniqueness.UNIQUE
    if any(_confirms(case, x) for x, _ in islice(improving(case, ties=True), TRIES)):
        return Uniqueness.OTHERS
    return _search(case, case.linear)


def _strictly_convex(arrays: Arrays) -> bool:
    """Whether the Hessian is definite by a clear margin, so that no two points are equally good."""
    products = arrays.products
    if not len(products) or arrays.columns > COLUMNS:
        return False
    hessian = np.zeros((arrays.columns, arrays.columns))
    np.add.at(hessian, (products.first, products.second), arrays.direction * products.values)
    least = float(np.linalg.eigvalsh(hessian + hessian.T)[0])
    return least > 1e-9 * max(1.0, float(np.abs(hessian).max()))


def _fixed_by_dual(case: Case, arrays: Arrays) -> bool:
    """Whether equations and limits with a price leave one point only.

    Every optimum meets with equality each limit whose multiplier is not zero, in one dual solution.
    """
    if not case.relaxation.optimal or arrays.columns > COLUMNS:
        return False
    prices = case.relaxation.multipliers
    reduced = arrays.direction * arrays.cost - arrays.matrix.transposed_times(prices, arrays.columns)
    size = max(1.0, float(np.abs(arrays.cost).max(initial=0.0)))
    free = np.abs(reduced) <= 1e-7 * size
    free &= arrays.column_lower != arrays.column_upper
    tight = (np.abs(prices) > 1e-7 * size) | (arrays.row_lower == arrays.row_upper)
    left = dense(arrays.matrix, arrays.columns)[np.ix_(tight, free)]
    return not free.any() or int(np.linalg.matrix_rank(left)) == int(free.sum())


def _search(case: Case, arrays: Arrays) -> Uniqueness:
    """Go as far as possible among the optima, both ways along a random direction.

    If both ends are the answer itself, another optimum would have to be exactly level with it.
    """
    direction = np.random.default_rng(case.seed).uniform(0.5, 1.5, arrays.columns)
    direction /= np.maximum(1.0, np.abs(case.x))
    level = case.objective - arrays.offset
    fixed = with_row(arrays, arrays.cost, level, level) if np.any(arrays.cost) else arrays
    ends = [case.resolve(aimed(fixed, sign * direction)) for sign in (1.0, -1.0)]
    if any(end.optimal and _confirms(case, end.x) for end in ends):
        return Uniqueness.OTHERS
    if case.discrete and all(end.optimal and not _apart(case.x, end.x) for end in ends):
        return Uniqueness.UNIQUE
    return Uniqueness.UNKNOWN


def _confirms(case: Case, x: Floats) -> bool:
    """Whether `x` is another decision, feasible and exactly as good."""
    if not _apart(case.x, x):
        return False
    found = case.evaluator.at(case.model.point(x))
    value = found.objectives[case.model.objectives[0].name]
    return found.feasible() and abs(value - case.objective) <= STRICT * max(1.0, abs(case.objective))


def _apart(one: Floats, other: Floats) -> bool:
    return bool(np.any(np.abs(one - other) > APART * np.maximum(1.0, np.abs(one))))
