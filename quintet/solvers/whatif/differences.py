"""What is different between two answers: decisions, quantities, limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quintet.formulation.evaluation import ConstraintValues, Evaluation
from quintet.formulation.evaluator import evaluate
from quintet.formulation.model import Floats, Key, Model
from quintet.formulation.tolerances import agree, clean, slack_of
from quintet.solvers.solution import Solution
from quintet.solvers.whatif.keys import target_text

Values = Mapping[tuple[str, Key], float]


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


def decided(solution: Solution) -> Values:
    """The values of all decisions, none without a plan."""
    if solution.point is None or not solution.outcome.solved:
        return {}
    return _flat({n: (solution.model.variables[n].family.keys, v) for n, v in solution.point.items()})


def named_quantities(model: Model, evaluation: Evaluation) -> Values:
    """The values of all named expressions."""
    return _flat({n: (model.expressions[n].family.keys, v) for n, v in evaluation.expressions.items()})


def _flat(families: Mapping[str, tuple[Sequence[Key], Floats]]) -> Values:
    return {
        (name, key): clean(value)
        for name, (keys, values) in families.items()
        for key, value in zip(keys, values.tolist(), strict=True)
    }


def units_of(*solutions: Solution) -> dict[str, str]:
    """The unit of every decision."""
    return {name: v.unit for solution in solutions for name, v in solution.model.variables.items()}


def differences(
    before: Values, after: Values, units: Mapping[str, str], ordered: bool = False
) -> list[Difference]:
    """What has another value, or is new or gone.

    Args:
        before: The values before; none if there was no plan.
        after: The values after.
        units: By name.
        ordered: Whether the order of the document is kept; else the biggest comes first.
    """
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
