"""What a solver gives back, in the names and the sense of the formulation."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from quintet.errors import SolverError
from quintet.formulation.model import Family, Floats, Key, Model, ProblemClass
from quintet.formulation.tree import ElementValue
from quintet.problem import Finding
from quintet.solvers.outcome import Outcome


@dataclass(frozen=True)
class Solution:
    """The answer of a solver.

    Args:
        model: The model that was solved.
        outcome: How the solve ended.
        solver: Name of the backend.
        version: Its version.
        problem_class: The class that was solved, after data.
        objective: Value at the point, in the user's sense; None without a point.
        bound: Best bound on the objective, in the user's sense; None if there is none.
        point: Values per variable family (one entry a row), integers exact; None without a point.
        duals: Per constraint family, the derivative of the user's objective by the right-hand
            side, one entry a row (a chain with several links: shape (rows, links)). LP and QP only.
        reduced_costs: Per variable family, the derivative by its active bound. LP and QP only.
        ray: For an unbounded model, a direction that improves for ever, where one was found.
        seconds: Wall time of the whole call.
        stopped_by: Which limit ended it: "time limit", "node limit", "gap" …; "" if none.
        message: One line for a person, where there is something to say.
        log: The solver's log, if it was asked for.
        findings: What had to be assumed to bring the model into a form that the solver takes.
    """

    model: Model = field(repr=False, compare=False)
    outcome: Outcome
    solver: str
    version: str
    problem_class: ProblemClass
    objective: float | None = None
    bound: float | None = None
    point: Mapping[str, Floats] | None = field(default=None, repr=False)
    duals: Mapping[str, Floats] | None = field(default=None, repr=False)
    reduced_costs: Mapping[str, Floats] | None = field(default=None, repr=False)
    ray: Mapping[str, Floats] | None = field(default=None, repr=False)
    seconds: float = 0.0
    stopped_by: str = ""
    message: str = ""
    log: str = field(default="", repr=False)
    findings: tuple[Finding, ...] = ()

    @property
    def gap(self) -> float | None:
        """Relative gap, |objective - bound| / max(1e-10, |objective|); None if either is missing."""
        if self.objective is None or self.bound is None:
            return None
        return relative_gap(self.objective, self.bound)

    def value(self, name: str, *key: ElementValue) -> float:
        """Value of one decision variable: `solution.value("make", "A", "cola", 3)`.

        Raises:
            SolverError: There is no point, no such variable or no such key.
        """
        values = self._values_of(name)
        row = self._family(name).position.get(key)
        if row is None:
            written = ", ".join(repr(part) for part in key)
            raise SolverError(f"there is no {name}[{written}]", remedy=f"its keys are in values({name!r})")
        return float(values[row])

    def values(self, name: str) -> dict[Key, float]:
        """Values of a variable family by key; keys are tuples, `()` for a scalar.

        Raises:
            SolverError: There is no point or no such variable.
        """
        values = self._values_of(name)
        return dict(zip(self._family(name).keys, values.tolist(), strict=True))

    def _family(self, name: str) -> Family:
        return self.model.variables[name].family

    def _values_of(self, name: str) -> Floats:
        if self.point is None:
            raise SolverError(f"there are no values: the solve ended {self.outcome.value!r}")
        if name not in self.point:
            known = ", ".join(self.point) or "none"
            raise SolverError(f"{name!r} is no decision variable", remedy=f"there are: {known}")
        return np.asarray(self.point[name], dtype=np.float64)


def relative_gap(objective: float, bound: float) -> float:
    """|objective - bound| / max(1e-10, |objective|), 0 if they are equal."""
    if objective == bound:
        return 0.0
    return math.inf if math.isinf(bound) else abs(objective - bound) / max(1e-10, abs(objective))
