"""One thing that limits a plan: a row of a constraint, or a bound of a decision variable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from quintet.formulation.model import Floats, Key, Model, VariableData
from quintet.formulation.schema import Domain, Kind
from quintet.formulation.tolerances import INFINITE, clean
from quintet.formulation.wording import place_of


class LimitKind(StrEnum):
    """What a limit is of."""

    CONSTRAINT = "constraint"
    LOWER = "lower bound"
    UPPER = "upper bound"


@dataclass(frozen=True)
class Limit:
    """One thing that can be dropped or relaxed.

    Args:
        kind: What it is of.
        name: The family of constraints, or of variables for a bound.
        row: Its row in that family.
        key: The key of that row, `()` for a scalar.
        sources: Clauses that it comes from.
        kind_of: Kind of a constraint, None for one that has none and for bounds.
        value: The bound; None for a constraint.
    """

    kind: LimitKind
    name: str
    row: int
    key: Key = ()
    sources: tuple[str, ...] = field(default=(), compare=False)
    kind_of: Kind | None = field(default=None, compare=False)
    value: float | None = field(default=None, compare=False)

    @property
    def place(self) -> str:
        """`room[A, 3]` for a constraint, `make[A] >= 0` for a bound."""
        named = place_of(self.name, self.key)
        if self.kind is LimitKind.CONSTRAINT or self.value is None:
            return named
        return f"{named} {self.sign} {clean(self.value):g}"

    @property
    def sign(self) -> str:
        """`>=` for a lower bound, `<=` for an upper one, nothing for a constraint."""
        return {LimitKind.LOWER: ">=", LimitKind.UPPER: "<="}.get(self.kind, "")


def limits(model: Model) -> list[Limit]:
    """All limits of a model: every row of every constraint, then every bound that is not its domain's.

    0 and 1 of a binary variable, and both ends of a semicontinuous one, are its domain and no limits.
    """
    return [*constraint_limits(model), *bound_limits(model)]


def constraint_limits(model: Model) -> Iterator[Limit]:
    """Every row of every constraint, in the order of the document."""
    for name, entry in model.constraints.items():
        for row, key in enumerate(entry.family.keys):
            yield Limit(LimitKind.CONSTRAINT, name, row, key, entry.sources, entry.kind)


def bound_limits(model: Model) -> Iterator[Limit]:
    """Every bound that can be taken away, in the order of the document."""
    for entry in model.variables.values():
        sources = sources_of_bound(model, entry.name)
        for kind, row, value in _bounds(entry):
            yield Limit(kind, entry.name, row, entry.family.keys[row], sources, None, value)


def _bounds(entry: VariableData) -> Iterator[tuple[LimitKind, int, float]]:
    lows, highs = free_bounds(entry)
    for row, (lower, upper) in enumerate(zip(entry.lower.tolist(), entry.upper.tolist(), strict=True)):
        if lower > lows[row]:
            yield LimitKind.LOWER, row, lower
        if upper < highs[row]:
            yield LimitKind.UPPER, row, upper


def free_bounds(entry: VariableData) -> tuple[Floats, Floats]:
    """The bounds that the domain alone sets, one a row: what is left when a bound is taken away."""
    lows, highs = np.full(len(entry.family), -np.inf), np.full(len(entry.family), np.inf)
    if entry.domain is Domain.BINARY:
        return np.zeros_like(lows), np.ones_like(highs)
    if entry.domain is Domain.SEMICONTINUOUS:
        return entry.lower, entry.upper
    # bounds of INFINITE and more are none: nothing is there to take away
    lows = np.where(np.abs(entry.lower) >= INFINITE, entry.lower, lows)
    return lows, np.where(np.abs(entry.upper) >= INFINITE, entry.upper, highs)


def sources_of_bound(model: Model, variable: str) -> tuple[str, ...]:
    """The clauses from which a variable, and so its bounds, come."""
    entry = model.formulation.variables.get(variable)
    return entry.sources if entry is not None else ()
