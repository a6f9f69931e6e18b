"""What matters, as data: prices of limits, cost ranges, effects of parameters."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from quintet.formulation.model import Key, Model, ProblemClass
from quintet.formulation.record import json_text
from quintet.formulation.wording import place_of
from quintet.solvers.diagnosis.limit import LimitKind
from quintet.solvers.outcome import Outcome
from quintet.solvers.solution import Solution


class Method(StrEnum):
    """How a figure was found."""

    DUALITY = "by duality"
    ONE_SIDED = "one side at a time, by duality"
    ENVELOPE = "by the envelope theorem"
    STEPS = "by solving again after ever smaller steps"
    RESOLVED = "by solving again after one step"


@dataclass(frozen=True)
class Price:
    """What one more, or one less, on the right-hand side of a limit is worth.

    Args:
        kind: What the limit is of.
        name: The family of constraints, or of variables for a bound.
        row: Its row in that family.
        key: The key of that row.
        link: Which comparison of a chain, from 0.
        sign: `<=`, `>=` or `==`, as seen from the side with the decisions.
        value: The right-hand side: all numbers of the row, moved to one side.
        binding: Whether the plan is at this limit.
        left: Change of the objective per unit, for less on the right-hand side (the derivative from
            the left); infinite where less leaves no plan; None if not worked out.
        right: The same for more.
        range_left: Down to this right-hand side `left` holds; None if not worked out.
        range_right: Up to this right-hand side `right` holds.
        least: No plan is left below this right-hand side; -inf for no such end, None if not worked out.
        most: No plan is left above it.
        step: If not None, `left` and `right` are no derivatives: the change of the objective over this
            step, divided by it.
        unit: Unit of the prices, "" if it is not known.
        unit_of_limit: Unit of the right-hand side, "" if it is not known.
        method: How it was found.
        sources: Clauses of the text.
    """

    kind: LimitKind
    name: str
    row: int
    key: Key
    link: int
    sign: str
    value: float
    binding: bool
    left: float | None
    right: float | None
    range_left: float | None
    range_right: float | None
    least: float | None
    most: float | None
    step: float | None
    unit: str
    unit_of_limit: str
    method: Method
    sources: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """`room[A, 3]`."""
        return place_of(self.name, self.key)

    @property
    def single(self) -> bool:
        """Whether left and right price are one number."""
        if self.left is None or self.right is None or math.isinf(self.left) or math.isinf(self.right):
            return False
        return abs(self.right - self.left) <= 1e-6 * max(1e-9, abs(self.left), abs(self.right))

    @property
    def matters(self) -> bool:
        """Whether one more or one less changes anything."""
        return any(side is not None and abs(side) > 1e-9 for side in (self.left, self.right))


@dataclass(frozen=True)
class CostRange:
    """Between which costs the plan stays optimal, all else as it is.

    Args:
        name: The family of variables.
        row: Its row in that family.
        key: The key of that row.
        value: The decision in the plan.
        cost: Its coefficient in the objective.
        lower: Least coefficient at which this plan is still optimal; -inf for any, None if not worked out.
        upper: Largest such coefficient.
        unit: Unit of the coefficient, "" if it is not known.
        method: How it was found.
    """

    name: str
    row: int
    key: Key
    value: float
    cost: float
    lower: float | None
    upper: float | None
    unit: str
    method: Method

    @property
    def place(self) -> str:
        """`make[A]`."""
        return place_of(self.name, self.key)


@dataclass(frozen=True)
class ParameterPrice:
    """What one number of the data is worth.

    Args:
        name: The parameter.
        row: Its row.
        key: The key of that row.
        value: The number.
        left: Change of the objective per unit, for a smaller number; infinite where a smaller one
            leaves no plan; None if not worked out.
        right: The same for a larger one.
        step: If not None, `left` and `right` are no derivatives, as in `Price`.
        unit: Unit of the prices, "" if it is not known.
        unit_of_parameter: Unit of the number.
        method: How it was found.
    """

    name: str
    row: int
    key: Key
    value: float
    left: float | None
    right: float | None
    step: float | None
    unit: str
    unit_of_parameter: str
    method: Method

    @property
    def place(self) -> str:
        """`capacity[A]`."""
        return place_of(self.name, self.key)

    @property
    def single(self) -> bool:
        """Whether left and right are one number."""
        if self.left is None or self.right is None or math.isinf(self.left) or math.isinf(self.right):
            return False
        return abs(self.right - self.left) <= 1e-6 * max(1e-9, abs(self.left), abs(self.right))

    @property
    def matters(self) -> bool:
        """Whether a change of the number changes anything."""
        return any(side is not None and abs(side) > 1e-9 for side in (self.left, self.right))


@dataclass(frozen=True)
class FixedIntegers:
    """Marginal values with every whole decision held where it is: not those of the problem itself.

    Args:
        prices: Of limits that the other decisions can still feel.
        still: Limits at which only whole decisions stand, which have no marginal value.
    """

    prices: tuple[Price, ...]
    still: int


@dataclass(frozen=True)
class Sensitivity:
    """What limits, costs and data are worth at the optimum.

    Args:
        model: The model.
        solution: Its solution.
        problem_class: Class of what was solved.
        objective: Value of the (first) objective, None without a plan.
        unit: Its unit.
        prices: Of the limits, in the order of the document.
        costs: Cost ranges, in the order of the document.
        parameters: Effects of the data, in the order of the document.
        fixed_integers: For models with whole decisions; None for others, and where all are whole.
        notes: What was left out, and why, each a sentence.
    """

    model: Model = field(repr=False)
    solution: Solution = field(repr=False)
    problem_class: ProblemClass
    objective: float | None
    unit: str
    prices: tuple[Price, ...] = ()
    costs: tuple[CostRange, ...] = ()
    parameters: tuple[ParameterPrice, ...] = ()
    fixed_integers: FixedIntegers | None = None
    notes: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """How the solve ended."""
        return self.solution.outcome

    @property
    def settled(self) -> bool:
        """Whether there is a plan to price that is proven best, if only nearby."""
        return self.outcome in (Outcome.OPTIMAL, Outcome.LOCALLY_OPTIMAL)

    def price(self, name: str, *key: str | int, link: int = 0) -> Price:
        """The price of one limit: `sensitivity.price("room", "A", 3)`.

        Raises:
            KeyError: There is none.
        """
        for price in self.prices:
            if (price.name, price.key, price.link) == (name, key, link):
                return price
        raise KeyError(place_of(name, key))

    def record(self) -> dict[str, Any]:
        """Everything as one JSON-ready document; infinite values are null beside a flag that says so."""
        from quintet.solvers.sensitivity.record import record

        return record(self)

    def to_json(self) -> str:
        """`record()` as text."""
        return json_text(self.record())

    def to_text(self) -> str:
        """For a person."""
        from quintet.solvers.sensitivity.telling import tell

        return tell(self)
