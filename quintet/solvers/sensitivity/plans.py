"""Costs where several plans are optimal: each cost is worth what the plans differ in.

The optimum is concave in the costs of a minimisation, and its one-sided derivative along a change of
costs is the least, or the largest, that the change costs over all optimal plans (Danskin).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from quintet.formulation.model import Floats, Ids
from quintet.formulation.schema import Sense
from quintet.solvers.options import Options
from quintet.solvers.sensitivity.cone import EXTRA, NOTHING
from quintet.solvers.sensitivity.local import Local
from quintet.solvers.session import Session

SAME = 1e-7
"""Relative difference at which two slopes are one."""


class Plans:
    """All optimal plans of a linear model, with one live solver.

    Args:
        local: What is known at one of them.
        options: Of the solver.
    """

    def __init__(self, local: Local, options: Options) -> None:
        face = local.optimal
        self._columns = np.arange(face.columns)
        self.solves = 0
        still = replace(face, cost=np.zeros(face.columns), sense=Sense.MINIMIZE, offset=0.0, products=NOTHING)
        self._session = Session(still, Options(threads=options.threads, seed=options.seed), EXTRA)

    def least(self, costs: Floats) -> tuple[float, Floats]:
        """The least of `costs` over the optimal plans, and a plan where it is reached.

        -inf and no plan if there is no end, or the solver could not say.
        """
        self.solves += 1
        self._session.change_costs(self._columns, costs)
        found = self._session.run()
        if found.status != "kOptimal" or found.x is None:
            return -np.inf, np.zeros(0)
        return float(np.dot(costs, found.x)), found.x

    def alike(
        self, entries: Ids, costs: Callable[[Floats], Floats], slopes: Callable[[Floats], Floats], x: Floats
    ) -> np.ndarray:
        """Which numbers are worth the same in every optimal plan, of those in `entries`.

        A random sum of them is minimised and maximised over the plans. If it is the same everywhere,
        so is (with probability 1) each of them; else the ends show which differ, and they go.

        Args:
            entries: The numbers.
            costs: The change of all costs when the numbers change by one amount each.
            slopes: What each number is worth in a plan.
            x: One optimal plan.
        """
        random, own = np.random.default_rng(3), slopes(x)
        same = np.zeros(len(own), dtype=bool)
        same[entries] = True
        allowed = SAME * max(1e-9, float(np.abs(own).max(initial=0.0)))
        while same.any():
            weights = np.where(same, random.uniform(0.5, 1.5, len(own)), 0.0)
            change = costs(weights)
            ends = [self.least(sign * change) for sign in (1.0, -1.0)]
            if any(np.isinf(value) for value, _ in ends):
                return np.zeros(len(own), dtype=bool)
            here = float(np.dot(change, x))
            if all(
                abs(s * v - here) <= allowed * same.sum() for s, (v, _) in zip((1, -1), ends, strict=True)
            ):
                break
            differ = np.max([np.abs(slopes(at) - own) for _, at in ends], axis=0) > allowed
            same = same & ~differ if (same & differ).any() else np.zeros(len(own), dtype=bool)
        return same

    def ends(self, costs: Sequence[float] | Floats) -> tuple[float, float]:
        """The least and the largest of a change of costs over the optimal plans."""
        change = np.asarray(costs, dtype=np.float64)
        return self.least(change)[0], -self.least(-change)[0]
