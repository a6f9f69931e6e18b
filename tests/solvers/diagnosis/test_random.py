"""Random small systems: all irreducible subsets, by trying every set of limits with another solver."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.solvers.diagnosis import Diagnosis, diagnose
from quintet.solvers.outcome import Outcome

COLUMNS = ("x", "y")
BOX = (0.0, 3.0)
Row = tuple[int, int, str, int]


def rows(size: int) -> st.SearchStrategy[list[Row]]:
    number = st.integers(-2, 2)
    row = st.tuples(number, number, st.sampled_from(["<=", ">=", "=="]), st.integers(-6, 6))
    return st.lists(row.filter(lambda r: r[0] != 0 or r[1] != 0), min_size=2, max_size=size)


def document(system: list[Row], domain: str, lower: list[int], upper: list[int]) -> dict[str, Any]:
    entry = {"domain": domain, "lower": None, "upper": None}
    variables = {name: dict(entry) for name in COLUMNS}
    for at in lower:
        variables[COLUMNS[at]]["lower"] = BOX[0]
    for at in upper:
        variables[COLUMNS[at]]["upper"] = BOX[1]
    constraints = {f"r{n}": f"{a} * x + {b} * y {sign} {c}" for n, (a, b, sign, c) in enumerate(system)}
    return {"variables": variables, "objective": {"sense": "satisfy"}, "constraints": constraints}


class Systems:
    """Every set of limits of a system, solved by SciPy.

    Args:
        system: The rows.
        domain: Of both columns.
        lower: Columns that have a lower bound.
        upper: Columns that have an upper bound.
    """

    def __init__(self, system: list[Row], domain: str, lower: list[int], upper: list[int]) -> None:
        self._rows = {f"r{n}": row for n, row in enumerate(system)}
        self._whole = domain == "integer"
        self._lower = {f"{COLUMNS[at]} >= {BOX[0]:g}": at for at in lower}
        self._upper = {f"{COLUMNS[at]} <= {BOX[1]:g}": at for at in upper}
        self.places = [*self._rows, *self._lower, *self._upper]

    def feasible(self, kept: frozenset[str]) -> bool:
        low, high = np.full(2, -np.inf), np.full(2, np.inf)
        low[[at for place, at in self._lower.items() if place in kept]] = BOX[0]
        high[[at for place, at in self._upper.items() if place in kept]] = BOX[1]
        if self._whole:  # far enough for systems of these sizes, and SciPy ends
            low, high = np.maximum(low, -200), np.minimum(high, 200)
        own = [LinearConstraint(np.array([[a, b]]), *_sides(sign, c)) for a, b, sign, c in self._of(kept)]
        integrality = np.full(2, int(self._whole))
        found = milp(np.zeros(2), constraints=own, bounds=_bounds(low, high), integrality=integrality)
        assert found.status in (0, 2)
        return found.status == 0

    def _of(self, kept: frozenset[str]) -> list[Row]:
        return [row for name, row in self._rows.items() if name in kept]

    def minimal(self) -> set[frozenset[str]]:
        """The infeasible sets without an infeasible part, by rising size."""
        found: list[frozenset[str]] = []
        for size in range(1, len(self.places) + 1):
            for chosen in map(frozenset, itertools.combinations(self.places, size)):
                if not any(smaller <= chosen for smaller in found) and not self.feasible(chosen):
                    found.append(chosen)
        return set(found)


def _bounds(low: np.ndarray, high: np.ndarray) -> Bounds:
    return Bounds(low, high)  # type: ignore[arg-type]  # its stubs take numbers only


def _sides(sign: str, value: int) -> tuple[float, float]:
    return {"<=": (-np.inf, value), ">=": (value, np.inf), "==": (value, value)}[sign]


def found(diagnosis: Diagnosis) -> set[frozenset[str]]:
    return {frozenset(member.place for member in subset.members) for subset in diagnosis.subsets}


SOME = st.lists(st.integers(0, 1), unique=True)


def check(system: list[Row], domain: str, lower: list[int], upper: list[int]) -> None:
    systems = Systems(system, domain, lower, upper)
    known = systems.minimal()
    model = bind(Formulation.model_validate(document(system, domain, lower, upper)))
    diagnosis = diagnose(model, subsets=100)
    assert diagnosis.outcome is (Outcome.INFEASIBLE if known else Outcome.FEASIBLE)
    assert found(diagnosis) == known
    assert diagnosis.complete is bool(known)
    assert all(subset.irreducible for subset in diagnosis.subsets)


@given(rows(5), SOME, SOME)
@settings(max_examples=15, deadline=None)
def test_continuous_systems(system: list[Row], lower: list[int], upper: list[int]) -> None:
    check(system, "continuous", lower, upper)


@given(rows(4))
@settings(max_examples=8, deadline=None)
def test_whole_systems(system: list[Row]) -> None:
    check(system, "integer", [0, 1], [0, 1])
