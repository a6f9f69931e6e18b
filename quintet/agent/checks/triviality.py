"""Optima that say more about the model than about the world."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from quintet.agent.checks.case import Case, warning
from quintet.formulation.schema import Sense
from quintet.problem import Finding


def triviality(case: Case) -> Iterator[Finding]:
    """Warn of an objective that can't change and of an optimum where nothing is done."""
    if case.evaluation is None or case.sense is Sense.SATISFY:
        return
    if case.arrays is not None and not np.any(case.arrays.cost) and not len(case.arrays.products):
        yield warning("constant-objective", "every decision has the same objective", "objective")
    elif len(case.x) and bool(np.all(np.abs(case.x) <= 1e-9)):
        remedy = "check the direction, the signs and that nothing required is missing"
        yield warning("all-zero", f"the optimum is to do nothing: {remedy}", "objective")
