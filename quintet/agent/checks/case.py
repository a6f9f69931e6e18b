"""What every check looks at: a model, its answer, both evaluators, and how much work may be done."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from quintet.agent.checks.box import Box, enumerate_box
from quintet.agent.checks.resolving import Ending, Resolved, relaxed, resolve
from quintet.formulation.evaluation import Evaluation
from quintet.formulation.evaluator import Evaluator
from quintet.formulation.model import Floats, Model
from quintet.formulation.schema import Sense
from quintet.formulation.tolerances import STRICT, agree
from quintet.problem import Finding, Severity
from quintet.solvers.arrays import CONTINUOUS, Arrays
from quintet.solvers.outcome import Outcome
from quintet.solvers.solution import Solution


@dataclass(frozen=True)
class Budget:
    """Most work that a check may do; beyond it the check says that it was left out.

    Args:
        nonzeros: Coefficients of a model that is solved again.
        discrete: Coefficients of a model with whole variables that is solved again.
        box: Points of an integer box that is enumerated.
        moves: Neighbours of an incumbent.
        work: Multiplications of an enumeration or a neighbourhood.
        evaluations: Calls of the scalar evaluator.
        terms: Terms that the scalar evaluator may add up in one check, over all its calls.
        nodes: Branch-and-bound nodes of a model that is solved again.
        rational: Multiplications in exact fractions.
    """

    nonzeros: int = 3_000
    discrete: int = 350
    box: int = 1_000_000
    moves: int = 60_000
    work: int = 4_000_000
    evaluations: int = 400
    terms: int = 200_000
    nodes: int = 100
    rational: int = 20_000


@dataclass(frozen=True)
class Case:
    """An answer under examination.

    Args:
        model: The bound model.
        solution: What the solver says.
        evaluator: The independent evaluator of the model.
        evaluation: What it finds at the solution's point, None without a point.
        arrays: The matrix form, None where there is none.
        budget: How much may be done.
        seed: Of all random choices.
    """

    model: Model
    solution: Solution
    evaluator: Evaluator
    evaluation: Evaluation | None
    arrays: Arrays | None
    budget: Budget = field(default_factory=Budget)
    seed: int = 0
    _unsettled: list[Resolved] = field(default_factory=list, init=False, repr=False)

    @property
    def sense(self) -> Sense:
        """Direction of the objective."""
        return self.model.objectives[0].sense

    @property
    def direction(self) -> float:
        """1 to minimise or satisfy, -1 to maximise."""
        return -1.0 if self.sense is Sense.MAXIMIZE else 1.0

    @property
    def optimal(self) -> bool:
        """Whether the solver claims a proven optimum with a point."""
        return self.solution.outcome is Outcome.OPTIMAL and self.evaluation is not None

    @cached_property
    def x(self) -> Floats:
        """The solution's point as one vector."""
        assert self.solution.point is not None
        return self.model.flat(self.solution.point)

    @cached_property
    def objective(self) -> float:
        """The evaluator's objective at the solution's point."""
        assert self.evaluation is not None
        return self.evaluation.objectives[self.model.objectives[0].name]

    def better(self, value: float, than: float) -> bool:
        """Whether an objective value beats another by more than the tolerance."""
        return self.direction * (than - value) > 0 and not agree(value, than)

    def small(self, arrays: Arrays) -> bool:
        """Whether the model may be solved again."""
        return arrays.nonzeros + len(arrays.products) <= self.budget.nonzeros

    @cached_property
    def linear(self) -> Arrays | None:
        """The matrix form if the objective is linear and it may be solved again."""
        return (
            self.arrays if self.arrays and not len(self.arrays.products) and self.small(self.arrays) else None
        )

    @property
    def solvable(self) -> bool:
        """Whether the model itself, with its whole variables, may be solved again."""
        return self.linear is not None and (not self.discrete or self.linear.nonzeros <= self.budget.discrete)

    @property
    def discrete(self) -> bool:
        """Whether some variable is integer, binary or semicontinuous."""
        return self.arrays is not None and bool(np.any(self.arrays.integrality != CONTINUOUS))

    @cached_property
    def relaxation(self) -> Resolved:
        """The optimum of the linear relaxation (of an LP: its own)."""
        assert self.linear is not None
        return resolve(relaxed(self.linear))

    def resolve(self, arrays: Arrays) -> Resolved:
        """Solve again; once a discrete model took too long, no other one is tried."""
        discrete = bool(np.any(arrays.integrality != CONTINUOUS))
        if discrete and (self._unsettled or arrays.nonzeros > self.budget.discrete):
            return Resolved(Ending.UNKNOWN)
        found = resolve(arrays, self.budget.nodes)
        if discrete and found.ending is Ending.UNKNOWN:
            self._unsettled.append(found)
        return found

    @cached_property
    def box(self) -> Box:
        """What trying every point of the integer box found."""
        assert self.arrays is not None
        return enumerate_box(self.arrays)

    def confirmed(self, x: Floats) -> float | None:
        """The evaluator's objective at `x` if it finds the point feasible beyond doubt, else None."""
        found = self.evaluator.at(self.model.point(x))
        if not found.feasible(STRICT, STRICT):
            return None
        return found.objectives[self.model.objectives[0].name]


def error(code: str, message: str, place: str = "") -> Finding:
    """A finding that refutes the answer."""
    return Finding(code, Severity.ERROR, place, message)


def warning(code: str, message: str, place: str = "") -> Finding:
    """A finding that wants attention."""
    return Finding(code, Severity.WARNING, place, message)


def info(code: str, message: str, place: str = "") -> Finding:
    """Evidence in favour, or what was left out."""
    return Finding(code, Severity.INFO, place, message)
