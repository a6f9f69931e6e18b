"""What a diagnosis finds: subsets of limits that contradict each other, and what grows for ever."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from quintet.formulation.model import Key
from quintet.formulation.record import json_text
from quintet.solvers.diagnosis.limit import Limit, LimitKind
from quintet.solvers.outcome import Outcome


class Evidence(StrEnum):
    """How it is known that a subset leaves no plan, the strongest first."""

    EXACT = "exact"
    FLOATING = "floating point"
    AGREED = "agreed"
    CLAIMED = "claimed"


@dataclass(frozen=True)
class Subset:
    """Limits that leave no plan together.

    It is irreducible if without any one of its members there is a plan. That is not the smallest:
    another subset may have fewer members.

    Args:
        members: The limits.
        doubts: Per member, why it is not proven necessary; "" if a plan without it was checked.
        rows: Per member, the limit with its numbers: `make[cola] >= 500`.
        integrality_needed: Whether there is a plan as soon as decisions may be fractions; None if
            that is not known.
        evidence: How it is known that there is no plan.
        proof: The same for a person.
        weights: Per member, how often it counts when the limits are added up: positive for "at least",
            negative for "at most"; empty where they can't be added up simply.
        asked: What they ask for at least, added up; their other sides are equal then.
        allowed: What they allow at most, added up.
    """

    members: tuple[Limit, ...]
    doubts: tuple[str, ...]
    rows: tuple[str, ...]
    integrality_needed: bool | None
    evidence: Evidence
    proof: str
    weights: tuple[int, ...] = ()
    asked: float = 0.0
    allowed: float = 0.0

    @property
    def proven(self) -> tuple[bool, ...]:
        """Per member, whether there is a plan without it; checked at that plan."""
        return tuple(not doubt for doubt in self.doubts)

    @property
    def irreducible(self) -> bool:
        """Whether each member is proven necessary."""
        return not any(self.doubts)

    @property
    def families(self) -> tuple[tuple[LimitKind, str], ...]:
        """The families of the members, in the order of the document."""
        return tuple(dict.fromkeys((member.kind, member.name) for member in self.members))


@dataclass(frozen=True)
class FamilyClash:
    """Whole families of limits that leave no plan together.

    Args:
        families: Kind and name of each.
        doubts: Per family, why it is not proven necessary; "" if a plan without it was checked.
    """

    families: tuple[tuple[LimitKind, str], ...]
    doubts: tuple[str, ...]

    @property
    def irreducible(self) -> bool:
        """Whether each family is proven necessary."""
        return not any(self.doubts)


@dataclass(frozen=True)
class Step:
    """What one decision does along a direction: `make[A]` by 2.

    Args:
        variable: Its family.
        key: Its key.
        amount: Change per step.
        unit: Its unit, "" if none is declared.
    """

    variable: str
    key: Key
    amount: float
    unit: str = ""


@dataclass(frozen=True)
class Box:
    """The optimum inside a box put round the model.

    Args:
        edge: Bound given to what has none.
        objective: Value of the objective, None if nothing was found.
    """

    edge: float
    objective: float | None


@dataclass(frozen=True)
class Growth:
    """Why the objective has no limit.

    Args:
        objective: Its name.
        gain: By how much it improves per step; 0 if no direction is known.
        unit: Unit of the objective.
        steps: The direction, checked: whatever plan it starts from, no limit is ever met.
        fractional: Whether the direction moves decisions that have to be whole by fractions.
        at_edge: Without a direction: the decisions that hit the box.
        boxes: Without a direction: the optima of growing boxes.
    """

    objective: str
    gain: float = 0.0
    unit: str = ""
    steps: tuple[Step, ...] = ()
    fractional: bool = False
    at_edge: tuple[str, ...] = ()
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True)
class Diagnosis:
    """What stands in the way of a best plan.

    Args:
        outcome: INFEASIBLE, UNBOUNDED, FEASIBLE (nothing to diagnose) or how the search stopped.
        families: The clash in whole families, None unless infeasible.
        subsets: The clash in single limits; several if they were asked for.
        complete: Whether these are all irreducible subsets that there are.
        growth: Why the objective has no limit, None unless unbounded.
        message: One line for a person.
        seconds: Wall time.
        title: Title of the formulation.
    """

    outcome: Outcome
    families: FamilyClash | None = None
    subsets: tuple[Subset, ...] = ()
    complete: bool = False
    growth: Growth | None = None
    message: str = ""
    seconds: float = 0.0
    title: str = field(default="", repr=False)

    def to_text(self) -> str:
        """The diagnosis for a person."""
        from quintet.solvers.diagnosis.telling import tell

        return tell(self)

    def record(self) -> dict[str, Any]:
        """The diagnosis as plain data."""
        from quintet.solvers.diagnosis.record import recorded

        return recorded(self)

    def to_json(self) -> str:
        """The record as a JSON document."""
        return json_text(self.record())
