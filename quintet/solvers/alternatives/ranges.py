"""How far each decision may move while the plan stays as good, or nearly so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from quintet.formulation.model import Floats, Key, Model, ObjectiveData, VariableData
from quintet.formulation.revision import with_objectives
from quintet.formulation.schema import Sense
from quintet.formulation.tolerances import clean
from quintet.formulation.tree import Element, VariableRef
from quintet.formulation.wording import place_of
from quintet.solvers.alternatives.face import Probe, is_continuous, near_optimal, optimal_face
from quintet.solvers.alternatives.plan import CHANGED, Plan
from quintet.solvers.alternatives.standing import EXACTLY, Clock, holding
from quintet.solvers.arrays import Arrays
from quintet.solvers.outcome import Outcome
from quintet.solvers.registry import solve


@dataclass(frozen=True)
class Range:
    """The values that one decision takes among the plans that are as good.

    Args:
        variable: Its family.
        key: Its row.
        value: Its value in the best plan.
        lower: The least value; -inf for no limit.
        upper: The most.
        unit: Unit of all three.
        proven: Whether both ends were found out; else they are the furthest that was met.
    """

    variable: str
    key: Key
    value: float
    lower: float
    upper: float
    unit: str = ""
    proven: bool = True

    @property
    def place(self) -> str:
        """`make[A, 3]`."""
        return place_of(self.variable, self.key)

    @property
    def moves(self) -> bool:
        """Whether there is room at all."""
        width = self.upper - self.lower
        return not width <= CHANGED * max(1.0, abs(self.value))

    def record(self) -> dict[str, Any]:
        """JSON-ready; null is no limit."""
        return {
            "variable": self.variable,
            "key": list(self.key),
            "value": clean(self.value),
            "lower": _finite(self.lower),
            "upper": _finite(self.upper),
            "unit": self.unit,
            "proven": self.proven,
        }


def _finite(value: float) -> float | None:
    return clean(value) if np.isfinite(value) else None


def decision_ranges(
    model: Model,
    plan: Plan,
    within: float,
    levels: Sequence[Arrays] | None,
    seen: Sequence[Plan],
    clock: Clock,
) -> list[Range]:
    """The range of every decision over the plans whose objectives are within a share of a plan's.

    A linear program's by two warm-started solves a decision over its optimal face (`within` 0) or
    under a row on each objective; of any other model by two solves of its own, less those that
    other plans known already make needless.

    Args:
        model: The model.
        plan: The best plan.
        within: Share of each objective that may be lost.
        levels: Its matrix forms, if it is linear.
        seen: Other plans known to be as good.
        clock: Time that is left; when it is over, ranges are what was met so far.
    """
    if levels is not None and is_continuous(levels):
        found = _of_linear(model, plan, within, levels, clock)
        if found is not None:
            return found
    return list(_Search(model, plan, within, seen, clock).ranges())


def _of_linear(
    model: Model, plan: Plan, within: float, levels: Sequence[Arrays], clock: Clock
) -> list[Range] | None:
    exact = within == 0 and all(o.abs_tol == 0 and o.rel_tol == 0 for o in model.objectives)
    face = optimal_face(levels, clock.left) if exact else (near_optimal(levels, model, plan, within), None)
    if face is None:
        return None
    ends = _ends(face[0], model, plan, clock)
    return [entry for name in model.variables for entry in _family(model.variables[name], plan, *ends)]


def _ends(arrays: Arrays, model: Model, plan: Plan, clock: Clock) -> tuple[Floats, Floats, np.ndarray]:
    """Least, most and whether both are found out, one entry a column of the model."""
    flat = model.flat(plan.point)
    lower, upper, proven = flat.copy(), flat.copy(), np.ones(len(flat), dtype=bool)
    probe = Probe(arrays, clock.left)
    still = arrays.column_lower == arrays.column_upper
    for column in np.flatnonzero(~still[: len(flat)]).tolist():
        for sign, ends in ((-1.0, lower), (1.0, upper)):
            value = np.nan if clock.over else probe.end(column, sign)[0]
            if np.isnan(value):
                proven[column] = False
            else:
                ends[column] = value
    return lower, upper, proven


def _family(
    variable: VariableData, plan: Plan, lower: Floats, upper: Floats, proven: np.ndarray
) -> list[Range]:
    first = variable.first_column
    return [
        Range(
            variable.name,
            key,
            float(plan.point[variable.name][row]),
            float(lower[first + row]),
            float(upper[first + row]),
            variable.unit,
            bool(proven[first + row]),
        )
        for row, key in enumerate(variable.family.keys)
    ]


class _Search:
    """Ranges of a model that is no linear program: two solves a decision."""

    def __init__(self, model: Model, plan: Plan, within: float, seen: Sequence[Plan], clock: Clock) -> None:
        self._model, self._plan, self._clock = model, plan, clock
        self._held = holding(model, plan, within, EXACTLY)
        flats = [model.flat(other.point) for other in (plan, *seen)]
        self._lower, self._upper = np.min(flats, axis=0), np.max(flats, axis=0)
        self._proven = np.ones(model.columns, dtype=bool)

    def ranges(self) -> Iterator[Range]:
        for variable in self._model.variables.values():
            for row, key in enumerate(variable.family.keys):
                self._ask(variable, row, key, -1.0)
                self._ask(variable, row, key, 1.0)
        for variable in self._model.variables.values():
            yield from _family(variable, self._plan, self._lower, self._upper, self._proven)

    def _ask(self, variable: VariableData, row: int, key: Key, sign: float) -> None:
        column = variable.first_column + row
        met = self._lower[column] if sign < 0 else self._upper[column]
        if abs(met - float((variable.lower if sign < 0 else variable.upper)[row])) <= 1e-9:
            return
        if self._clock.over:
            self._proven[column] = False
            return
        self._solve(variable.name, key, column, sign)

    def _solve(self, name: str, key: Key, column: int, sign: float) -> None:
        tree = VariableRef(name, tuple(Element(part) for part in key))
        sense = Sense.MAXIMIZE if sign > 0 else Sense.MINIMIZE
        found = solve(
            with_objectives(self._held, [ObjectiveData("end", sense, tree)]), None, self._clock.left
        )
        if found.outcome is Outcome.UNBOUNDED:
            (self._upper if sign > 0 else self._lower)[column] = sign * np.inf
        elif found.point is not None and found.outcome.solved:
            flat = self._model.flat(found.point)
            self._lower, self._upper = np.minimum(self._lower, flat), np.maximum(self._upper, flat)
        if not found.outcome.proven:
            self._proven[column] = False
