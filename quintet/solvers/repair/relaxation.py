"""What a repair is: limits that give way, by how much, and what that makes possible."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from quintet.formulation.model import Key, Model
from quintet.formulation.record import json_text
from quintet.formulation.wording import place_of
from quintet.solvers.diagnosis.limit import Limit
from quintet.solvers.outcome import Outcome
from quintet.solvers.repair.choice import Standing

if TYPE_CHECKING:
    from quintet.solvers.diagnosis import Subset


@dataclass(frozen=True)
class Setting:
    """A parameter's value that would have to change.

    Args:
        parameter: Its name.
        key: Which of its values, `()` for a scalar.
        before: The value now.
        after: The value that is needed.
        unit: The parameter's unit.
    """

    parameter: str
    key: Key
    before: float
    after: float
    unit: str = ""

    @property
    def place(self) -> str:
        """`capacity[A]`."""
        return place_of(self.parameter, self.key)

    @property
    def change(self) -> str:
        """`capacity[A]=430`, as `--set` of what-if takes it."""
        return f"{self.place}={self.after:.15g}"


@dataclass(frozen=True)
class Relaxation:
    """One limit that gives way.

    Args:
        limit: The limit.
        stem: How: `excess`, `shortfall`, or `dropped` for logic.
        amount: By how much, in units of the row; 1 for what is dropped.
        before: The side that is data as it is; None if both sides hold decisions.
        after: The side as it would have to be.
        weight: Price of one unit.
        unit: Unit of the row, "" if it is not known.
        setting: The parameter that would have to change; None if it is not one alone.
    """

    limit: Limit
    stem: str
    amount: float
    before: float | None
    after: float | None
    weight: float
    unit: str = ""
    setting: Setting | None = None

    @property
    def dropped(self) -> bool:
        """Whether the row goes as a whole."""
        return self.stem == "dropped"


@dataclass(frozen=True)
class Repair:
    """Limits that give way so that a plan exists.

    Args:
        changes: What gives way; none if the model is feasible as it is.
        total: The weighted sum of the amounts.
        count: Number of limits that change.
        proven: Whether nothing smaller (or fewer) exists, by the solver's proof.
        outcome_after: How solving the repaired model ended.
        objective_after: Its objective, in the user's sense; None without a plan.
        settings: Parameters that would have to change, each once; none
            where a value sets other limits too (see `Repairs.values`).
        settings_hold: Whether the document with these settings was bound and solved, and has a plan; None if
            not every change is one of a parameter, or the document can't be bound as it was.
        objective_with_settings: The objective then; a parameter may stand in more places than the limit.
    """

    changes: tuple[Relaxation, ...]
    total: float
    count: int
    proven: bool
    outcome_after: Outcome
    objective_after: float | None
    settings: tuple[Setting, ...] = ()
    settings_hold: bool | None = None
    objective_with_settings: float | None = None


@dataclass(frozen=True)
class Weight:
    """The price of one unit of a family of limits.

    Args:
        standing: The family.
        least: Of its rows.
        most: Of its rows.
        set_by_user: Whether the user set it; else it is 1 / max(1, |right-hand side|).
    """

    standing: Standing
    least: float
    most: float
    set_by_user: bool


@dataclass(frozen=True)
class Repairs:
    """The cheapest ways to make a model feasible.

    Args:
        model: The model that was asked about.
        smallest: The least weighted total; None if nothing was found.
        fewest: The fewest limits changed; None if nothing was found.
        values: The smallest change of values where limits of the other two share a value, which moves all
            of them; each value is paid for once. None where nothing is shared.
        standings: How every family of limits stood.
        weights: Prices of those that may give way.
        feasible: Whether the model is feasible as it is; None if that was not found out.
        stuck: Whether what may not give way contradicts itself alone.
        conflict: An irreducible part of that contradiction, where it was found.
        message: One line where something has to be said.
        seconds: Wall time.
    """

    model: Model = field(repr=False)
    smallest: Repair | None = None
    fewest: Repair | None = None
    values: Repair | None = None
    standings: tuple[Standing, ...] = ()
    weights: tuple[Weight, ...] = ()
    feasible: bool | None = None
    stuck: bool = False
    conflict: Subset | None = None
    message: str = ""
    seconds: float = 0.0

    def record(self) -> dict[str, Any]:
        """Everything as one JSON-ready document."""
        from quintet.solvers.repair.record import record

        return record(self)

    def to_json(self) -> str:
        """`record()` as text."""
        return json_text(self.record())

    def to_text(self) -> str:
        """The repairs for a person."""
        from quintet.solvers.repair.telling import tell

        return tell(self)
