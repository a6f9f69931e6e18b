"""The way in: a solution → a note of a few lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from quintet.formulation.document import VERSION
from quintet.formulation.evaluation import Evaluation
from quintet.formulation.evaluator import evaluate
from quintet.formulation.model import Model
from quintet.formulation.record import json_text
from quintet.formulation.revision import with_objectives
from quintet.formulation.schema import Sense
from quintet.formulation.wording import brief, listed, with_unit
from quintet.solvers.arrays import CONTINUOUS
from quintet.solvers.explain.binding import room, spare, tight_rows, told
from quintet.solvers.explain.chosen import chosen, unused
from quintet.solvers.explain.composition import Part, composed, parts_of
from quintet.solvers.explain.outcome import headline, without_plan
from quintet.solvers.outcome import Outcome
from quintet.solvers.sensitivity.amounts import Units
from quintet.solvers.sensitivity.marginal import marginal_prices
from quintet.solvers.sensitivity.result import Price
from quintet.solvers.solution import Solution

QUANTITIES = 4
"""Most named quantities that are told."""
PRICED = 20
"""Most limits with two prices of which both are worked out for a note."""


@dataclass(frozen=True)
class Explanation:
    """A note on a solution; every part is a sentence, a line, or empty.

    Args:
        model: The model.
        solution: What is explained.
        headline: How the solve ended and what was reached.
        composition: What the objective is made of.
        decisions: What was chosen, a line a family.
        quantities: Values of named quantities.
        limits: What limits the plan and what that is worth, a line a family.
        held: Whether the worth of limits is with all whole decisions held.
        room: What is nearly at its limit, and where there is room.
        unused: What the plan does without.
        parts: The terms of the objective.
        prices: Prices of all limits, as far as there are any.
    """

    model: Model = field(repr=False)
    solution: Solution = field(repr=False)
    headline: str
    composition: str = ""
    decisions: tuple[str, ...] = ()
    quantities: str = ""
    limits: tuple[str, ...] = ()
    held: bool = False
    room: str = ""
    unused: str = ""
    parts: tuple[Part, ...] = ()
    prices: tuple[Price, ...] = field(default=(), repr=False)

    def to_text(self) -> str:
        """The note."""
        title = self.model.formulation.title or ""
        blocks = [
            " ".join(part for part in (self.headline, self.composition) if part),
            _block("Chosen", [*self.decisions, *([self.quantities] if self.quantities else [])]),
            _block(self._limits_title, self.limits),
            " ".join(part for part in (self.room, self.unused) if part),
        ]
        return "\n".join(part for part in (title, *blocks) if part)

    @property
    def _limits_title(self) -> str:
        return "What limits it (worth with all whole decisions held)" if self.held else "What limits it"

    def record(self) -> dict[str, Any]:
        """The note as a JSON-ready document."""
        return {
            "quintet": VERSION,
            "title": self.model.formulation.title,
            "status": self.solution.outcome.value,
            "objective": self.solution.objective if self.solution.outcome.solved else None,
            "headline": self.headline,
            "composition": self.composition,
            "parts": [{"label": part.label, "amount": part.amount} for part in self.parts],
            "decisions": list(self.decisions),
            "quantities": self.quantities,
            "limits": list(self.limits),
            "whole_decisions_held": self.held,
            "room": self.room,
            "unused": self.unused,
            "text": self.to_text(),
        }

    def to_json(self) -> str:
        """`record()` as text."""
        return json_text(self.record())


def _block(title: str, lines: list[str] | tuple[str, ...]) -> str:
    return "\n".join([title, *(f"  {line}" for line in lines)]) if lines else ""


def explain(solution: Solution) -> Explanation:
    """A short note on a solution: what was chosen, what it makes up, what limits it.

    Args:
        solution: Of any solver, solved or not.

    Raises:
        DataError: The model can't be evaluated at the solution's point.
    """
    model = solution.model
    if not solution.outcome.solved or solution.point is None:
        return Explanation(model, solution, without_plan(solution))
    found = evaluate(model, solution.point)
    unit = Units(model).objective
    parts = parts_of(model, solution.point)
    prices = _prices(solution)
    tight = tight_rows(model, found, prices)
    sizes = {name: len(entry.family) for name, entry in model.constraints.items()}
    return Explanation(
        model=model,
        solution=solution,
        headline=headline(solution, dict(found.objectives), unit),
        composition=composed(parts, unit),
        decisions=tuple(chosen(model, solution.point)),
        quantities=_quantities(model, found, {part.label for part in parts}),
        limits=tuple(told(tight, unit, sizes)),
        held=any(row.worth for row in tight) and _has_whole(model),
        room=spare(room(model, found)),
        unused=unused(model, solution.point),
        parts=tuple(parts),
        prices=prices,
    )


def _prices(solution: Solution) -> tuple[Price, ...]:
    """Of an optimal plan of one objective; nothing else has any."""
    model = solution.model
    plain = len(model.objectives) == 1 and model.objectives[0].sense is not Sense.SATISFY
    if not plain or solution.outcome is not Outcome.OPTIMAL:
        return ()
    return marginal_prices(with_objectives(model, model.objectives), solution, PRICED)


def _has_whole(model: Model) -> bool:
    from quintet.solvers.matrix.compilation import INTEGRALITY

    return any(INTEGRALITY[v.domain] != CONTINUOUS for v in model.variables.values())


def _quantities(model: Model, found: Evaluation, said: set[str]) -> str:
    """Named quantities without index that the composition does not name already."""
    values = [
        f"{name} {with_unit(brief(float(found.expressions[name][0])), entry.unit)}"
        for name, entry in model.expressions.items()
        if not entry.family.arity and name not in said and name in model.formulation.expressions
    ]
    return f"This makes {listed(values[:QUANTITIES])}." if values else ""
