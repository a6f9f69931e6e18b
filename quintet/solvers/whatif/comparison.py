"""Two answers side by side: before and after some changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from quintet.formulation.evaluation import ConstraintValues, Evaluation
from quintet.formulation.evaluator import evaluate
from quintet.formulation.model import Floats, Key, Model
from quintet.formulation.record import json_text
from quintet.formulation.tolerances import agree, clean, slack_of
from quintet.solvers.outcome import Outcome
from quintet.solvers.solution import Solution
from quintet.solvers.whatif.changes import SetObjective, command, dump_changes
from quintet.solvers.whatif.edited import Edited
from quintet.solvers.whatif.keys import target_text

VERSION = 1


@dataclass(frozen=True)
class Difference:
    """One decision, or one named quantity, whose value is another.

    Args:
        name: Of the variable or expression.
        key: Its row.
        before: Its value, None where it did not exist.
        after: Its value, None where it no longer exists.
        unit: Its unit.
    """

    name: str
    key: Key
    before: float | None
    after: float | None
    unit: str = ""

    @property
    def place(self) -> str:
        """`make[A, 3]`."""
        return target_text(self.name, tuple(map(str, self.key)) or None)

    @property
    def size(self) -> float:
        """Absolute difference; what does not exist counts as 0."""
        return abs((self.after or 0.0) - (self.before or 0.0))

    def record(self) -> dict[str, Any]:
        """JSON-ready."""
        return {"name": self.name, "key": list(self.key), "before": self.before, "after": self.after}


@dataclass(frozen=True)
class Tight:
    """An inequality at its limit.

    Args:
        constraint: Its name.
        key: Its row.
    """

    constraint: str
    key: Key

    @property
    def place(self) -> str:
        """`room[A, 3]`."""
        return target_text(self.constraint, tuple(map(str, self.key)) or None)

    def record(self) -> dict[str, Any]:
        """JSON-ready."""
        return {"constraint": self.constraint, "key": list(self.key)}


@dataclass(frozen=True)
class KeptPlan:
    """What becomes of the plan of before under the changes.

    Args:
        fits: Whether it still meets all limits.
        breaks: What it breaks first and worst, "" if nothing.
        objective: Its value under the changes.
    """

    fits: bool
    breaks: str
    objective: float | None


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
        return _differences(_decided(self.before), _decided(self.after), _units(self.before, self.after))

    @cached_property
    def quantities(self) -> list[Difference]:
        """Named expressions whose values differ, in the order of the document."""
        if self._before is None or self._after is None:
            return []
        models = self.before.model, self.after.model
        values = _quantities(models[0], self._before), _quantities(models[1], self._after)
        units = {name: entry.unit for model in models for name, entry in model.expressions.items()}
        return _differences(*values, units, ordered=True)

    @cached_property
    def counted(self) -> int:
        """Decisions before or after, changed or not."""
        return len({*_decided(self.before), *_decided(self.after)})

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


def evaluated(solution: Solution) -> Evaluation | None:
    """The independent evaluation at a solution's point, if it has a plan."""
    if solution.point is None or not solution.outcome.solved:
        return None
    return evaluate(solution.model, solution.point)


def tight(evaluation: Evaluation | None) -> list[Tight]:
    """Inequalities that hold with equality, in the order of the document."""
    families = [] if evaluation is None else evaluation.constraints.values()
    return [row for values in families for row in _tight_rows(values)]


def _tight_rows(values: ConstraintValues) -> Iterator[Tight]:
    if values.logical or set(values.operators) & {"==", "!="}:
        return
    for row, key in enumerate(values.family.keys):
        sides = zip(values.left[row].tolist(), values.right[row].tolist(), strict=True)
        if any(abs(left - right) <= slack_of(left, right) for left, right in sides):
            yield Tight(values.name, key)


def keep(before: Solution, model: Model) -> KeptPlan | None:
    """What becomes of the plan of `before` in another model; None if its decisions are others.

    Raises:
        DataError: The model has no value at that plan.
    """
    if before.point is None or not before.outcome.solved or not _same_decisions(before.model, model):
        return None
    found = evaluate(model, before.point)
    broken = found.violations()
    place = broken[0].place.partition(".")[2] if broken else ""
    breaks = f"the bounds of {place}" if broken and broken[0].what == "bound" else place
    objective = found.objectives[model.objectives[0].name]
    return KeptPlan(not broken, breaks, objective)


def _same_decisions(one: Model, other: Model) -> bool:
    if list(one.variables) != list(other.variables):
        return False
    return all(v.family.keys == other.variables[name].family.keys for name, v in one.variables.items())


Values = Mapping[tuple[str, Key], float]


def _decided(solution: Solution) -> Values:
    if solution.point is None or not solution.outcome.solved:
        return {}
    return _flat({n: (solution.model.variables[n].family.keys, v) for n, v in solution.point.items()})


def _quantities(model: Model, evaluation: Evaluation) -> Values:
    return _flat({n: (model.expressions[n].family.keys, v) for n, v in evaluation.expressions.items()})


def _flat(families: Mapping[str, tuple[Sequence[Key], Floats]]) -> Values:
    return {
        (name, key): clean(value)
        for name, (keys, values) in families.items()
        for key, value in zip(keys, values.tolist(), strict=True)
    }


def _units(*solutions: Solution) -> dict[str, str]:
    return {name: v.unit for solution in solutions for name, v in solution.model.variables.items()}


def _differences(
    before: Values, after: Values, units: Mapping[str, str], ordered: bool = False
) -> list[Difference]:
    if not before or not after:
        return []
    rows = (
        Difference(name, key, before.get((name, key)), after.get((name, key)), units.get(name, ""))
        for name, key in dict.fromkeys([*before, *after])
    )
    changed = [row for row in rows if _changed(row)]
    return changed if ordered else sorted(changed, key=lambda row: -row.size)


def _changed(row: Difference) -> bool:
    if row.before is None or row.after is None:
        return row.size > 0
    return not agree(row.before, row.after)


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
