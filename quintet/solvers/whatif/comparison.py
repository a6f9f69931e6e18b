"""Two answers side by side: before and after some changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from quintet.formulation.document import VERSION
from quintet.formulation.evaluation import Evaluation
from quintet.formulation.record import json_text
from quintet.formulation.tolerances import agree, clean
from quintet.solvers.outcome import Outcome
from quintet.solvers.solution import Solution
from quintet.solvers.whatif.changes import SetObjective, command, dump_changes
from quintet.solvers.whatif.differences import (
    Difference,
    KeptPlan,
    Tight,
    decided,
    differences,
    evaluated,
    named_quantities,
    tight,
    units_of,
)
from quintet.solvers.whatif.edited import Edited


@dataclass(frozen=True)
class Comparison:
    """The answers before and after some changes.

    Args:
        edited: The changes, and the formulation after them.
        before: The solution without them.
        after: The solution with them.
        kept: What becomes of the old plan, None where there is none or its decisions are others.
    """

    edited: Edited
    before: Solution = field(repr=False)
    after: Solution = field(repr=False)
    kept: KeptPlan | None = None

    @property
    def solved(self) -> bool:
        """Whether there is a plan after the changes."""
        return self.after.outcome.solved

    @property
    def comparable(self) -> bool:
        """Whether both objectives measure the same."""
        return not any(isinstance(change, SetObjective) for change in self.edited.changes)

    @property
    def unit(self) -> str:
        """Unit of the objective after the changes."""
        return self.after.model.objectives[0].unit

    @property
    def difference(self) -> float | None:
        """Objective after less objective before; None where one is missing or they measure two things."""
        values = self.before.objective, self.after.objective
        if values[0] is None or values[1] is None or not self.comparable:
            return None
        return 0.0 if agree(values[0], values[1]) else values[1] - values[0]

    @property
    def percent(self) -> float | None:
        """`difference` in per cent of the objective before; None where that is 0."""
        if self.difference is None or not self.before.objective:
            return None
        return 100 * self.difference / abs(self.before.objective)

    @cached_property
    def decisions(self) -> list[Difference]:
        """Decisions whose values differ, the biggest difference first; none where a plan is missing."""
        return differences(decided(self.before), decided(self.after), units_of(self.before, self.after))

    @cached_property
    def quantities(self) -> list[Difference]:
        """Named expressions whose values differ, in the order of the document."""
        if self._before is None or self._after is None:
            return []
        models = self.before.model, self.after.model
        values = named_quantities(models[0], self._before), named_quantities(models[1], self._after)
        units = {name: entry.unit for model in models for name, entry in model.expressions.items()}
        return differences(*values, units, ordered=True)

    @cached_property
    def levels(self) -> list[Difference]:
        """The objectives after the first, changed or not; none where a plan is missing."""
        if self._before is None or self._after is None or not self.comparable:
            return []
        values = self._before.objectives, self._after.objectives
        return [
            Difference(level.name, (), clean(values[0][level.name]), clean(values[1][level.name]), level.unit)
            for level in self.after.model.objectives[1:]
            if level.name in values[0]
        ]

    @cached_property
    def counted(self) -> int:
        """Decisions before or after, changed or not."""
        return len({*decided(self.before), *decided(self.after)})

    @cached_property
    def reached(self) -> list[Tight]:
        """Inequalities at their limit after, and not before."""
        return [row for row in self._tight_after if row not in set(self._tight_before)]

    @cached_property
    def left(self) -> list[Tight]:
        """Inequalities at their limit before, and not after."""
        return [row for row in self._tight_before if row not in set(self._tight_after)]

    @cached_property
    def _before(self) -> Evaluation | None:
        return evaluated(self.before)

    @cached_property
    def _after(self) -> Evaluation | None:
        return evaluated(self.after)

    @cached_property
    def _tight_before(self) -> list[Tight]:
        return tight(self._before) if self._after is not None else []

    @cached_property
    def _tight_after(self) -> list[Tight]:
        return tight(self._after) if self._before is not None else []

    def record(self) -> dict[str, Any]:
        """Everything as one JSON-ready document."""
        return {
            "quintet": VERSION,
            "title": self.edited.formulation.title,
            "changes": dump_changes(self.edited.changes),
            "command": command(self.edited.changes),
            "notes": list(self.edited.notes),
            "before": _side(self.before),
            "after": _side(self.after),
            "unit": self.unit,
            "comparable": self.comparable,
            "difference": self.difference,
            "percent": self.percent,
            "levels": [row.record() for row in self.levels],
            "decisions": [row.record() for row in self.decisions],
            "decisions_counted": self.counted,
            "quantities": [row.record() for row in self.quantities],
            "limits_reached": [row.record() for row in self.reached],
            "limits_left": [row.record() for row in self.left],
            "old_plan": None if self.kept is None else vars(self.kept),
        }

    def to_json(self) -> str:
        """`record()` as text."""
        return json_text(self.record())

    def to_text(self, file: str = "FILE") -> str:
        """The comparison for a person.

        Args:
            file: The formulation's file, for the command that is recommended where there is no plan.
        """
        from quintet.solvers.whatif.telling import tell

        return tell(self, file)


def _side(solution: Solution) -> dict[str, Any]:
    return {
        "status": solution.outcome.value,
        "objective": solution.objective if solution.outcome is not Outcome.UNBOUNDED else None,
        "bound": solution.bound if solution.bound is None or abs(solution.bound) < float("inf") else None,
        "stopped_by": solution.stopped_by,
        "class": solution.problem_class.value,
        "solver": solution.solver,
        "seconds": round(solution.seconds, 4),
        "message": solution.message,
    }
