"""The answer: what was decided, what it is worth, what limits it, how far it can be trusted."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from quintet.formulation.document import VERSION
from quintet.formulation.evaluation import ConstraintValues, Evaluation
from quintet.formulation.evaluator import evaluate
from quintet.formulation.model import Family, Key
from quintet.formulation.record import finite, json_text
from quintet.formulation.schema import Sense
from quintet.formulation.tolerances import clean, plain, slack_of
from quintet.formulation.wording import place_of
from quintet.problem import Finding, Problem, Verdict

if TYPE_CHECKING:
    from quintet.agent.account import Account
    from quintet.agent.verify import Verification
    from quintet.formulation.document import Formulation
    from quintet.solvers.solution import Solution


class Origin(StrEnum):
    """Who wrote the formulation."""

    DOCUMENT = "formulation file"
    READER = "built-in reader"
    MODEL = "language model"


@dataclass(frozen=True)
class Binding:
    """A limit that holds with equality at the answer.

    Args:
        constraint: Its name.
        key: Its row.
        value: The value of both sides.
        price: Change of the objective for one more unit on the right; None if there is no price.
        sources: The clauses of the text it comes from.
    """

    constraint: str
    key: Key
    value: float
    price: float | None
    sources: tuple[str, ...]

    @property
    def place(self) -> str:
        """`room[A, 3]`."""
        return place_of(self.constraint, self.key)


@dataclass(frozen=True)
class Answer:
    """An answer with its evidence.

    Args:
        problem: What was asked.
        formulation: The model it was turned into.
        origin: Who wrote the formulation.
        solution: What the solver found.
        verification: The verdict and its findings.
        seconds: Wall time from the words to the verdict.
        account: What the language models took; None if none took part.
    """

    problem: Problem
    formulation: Formulation = field(repr=False)
    origin: Origin
    solution: Solution
    verification: Verification
    seconds: float
    account: Account | None = None

    @property
    def status(self) -> str:
        """How the solve ended."""
        return self.solution.outcome.value

    @property
    def settled(self) -> bool:
        """Whether there is a plan that passed the checks."""
        return self.solution.outcome.solved and self.verdict is not Verdict.UNSOLVED

    @property
    def objective(self) -> float | None:
        """Value of the objective in the user's sense, None without a point."""
        return self.solution.objective

    @property
    def sense(self) -> Sense:
        """Direction of the (first) objective."""
        return self.solution.model.objectives[0].sense

    @property
    def unit(self) -> str:
        """Unit of the objective, "" if none is stated."""
        return self.solution.model.objectives[0].unit

    @property
    def verdict(self) -> Verdict:
        """How far the answer can be trusted."""
        return self.verification.verdict

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the checks noticed."""
        return self.verification.findings

    @cached_property
    def evaluation(self) -> Evaluation | None:
        """The independent evaluation at the answer's point."""
        point = self.solution.point if self.solution.outcome.solved else None
        return None if point is None else evaluate(self.solution.model, point)

    @property
    def objectives(self) -> dict[str, float]:
        """Value of every level of the objective by name, the first first."""
        return {} if self.evaluation is None else dict(self.evaluation.objectives)

    @cached_property
    def variables(self) -> dict[str, Any]:
        """Values by name: a number, or nested maps by the text of each index; empty if it is not solved."""
        if self.solution.point is None or not self.solution.outcome.solved:
            return {}
        families = self.solution.model.variables
        return {n: nested(families[n].family, values.tolist()) for n, values in self.solution.point.items()}

    @cached_property
    def quantities(self) -> dict[str, Any]:
        """Values of the named expressions, shaped as `variables`."""
        if self.evaluation is None:
            return {}
        families = self.solution.model.expressions
        return {n: nested(families[n].family, v.tolist()) for n, v in self.evaluation.expressions.items()}

    @cached_property
    def binding(self) -> list[Binding]:
        """Inequalities that hold with equality, in the order of the document."""
        if self.evaluation is None:
            return []
        return [row for values in self.evaluation.constraints.values() for row in self._tight(values)]

    def _tight(self, values: ConstraintValues) -> list[Binding]:
        if set(values.operators) & {"==", "!="} or values.logical:
            return []
        constraint = self.solution.model.constraints[values.name]
        found: list[Binding] = []
        for row, key in enumerate(values.family.keys):
            sides = zip(values.left[row].tolist(), values.right[row].tolist(), strict=True)
            for link, (left, right) in enumerate(sides):
                if abs(left - right) <= slack_of(left, right):
                    price = self._price(values.name, row, link)
                    found.append(Binding(values.name, key, clean(right), price, constraint.sources))
        return found

    def _price(self, name: str, row: int, link: int) -> float | None:
        if self.solution.duals is None or name not in self.solution.duals:
            return None
        prices = self.solution.duals[name]
        value = float(prices[row, min(link, prices.shape[1] - 1)] if prices.ndim > 1 else prices[row])
        return None if value != value else value + 0.0

    def record(self) -> dict[str, Any]:
        """Everything as one JSON-ready document."""
        solution = self.solution
        return {
            "quintet": VERSION,
            "title": self.formulation.title,
            "status": self.status,
            "sense": self.sense.value,
            "objective": None if self.objective is None else plain(self.objective),
            "objectives": {name: plain(value) for name, value in self.objectives.items()},
            "unit": self.unit,
            "bound": None if solution.bound is None else finite(plain(solution.bound)),
            "gap": finite(solution.gap),
            "variables": self.variables,
            "quantities": self.quantities,
            "binding": [_binding_record(row) for row in self.binding],
            "verdict": self.verdict.value,
            "scope": self.verification.scope,
            "missing": list(self.verification.missing),
            "findings": [_finding_record(finding) for finding in self.findings],
            "class": solution.problem_class.value,
            "solver": solution.solver,
            "solver_version": solution.version,
            "message": solution.message,
            "origin": self.origin.value,
            "seconds": round(self.seconds, 4),
            "solver_seconds": round(solution.seconds, 4),
            "account": None if self.account is None else self.account.record(),
            "formulation": json.loads(self.formulation.dump("json")),
        }

    def to_json(self) -> str:
        """`record()` as text."""
        return json_text(self.record())

    def to_text(self) -> str:
        """The answer for a person."""
        from quintet.agent.telling import tell

        return tell(self)


def nested(family: Family, values: list[float]) -> Any:
    """Values as the document writes them: a number, or maps nested by index."""
    if not family.arity:
        return plain(clean(values[0]))
    whole: dict[str, Any] = {}
    for key, value in zip(family.keys, values, strict=True):
        inner = whole
        for element in key[:-1]:
            inner = inner.setdefault(str(element), {})
        inner[str(key[-1])] = plain(clean(value))
    return whole


def _binding_record(row: Binding) -> dict[str, Any]:
    return {
        "constraint": row.constraint,
        "key": list(row.key),
        "value": row.value,
        "price": row.price,
        "sources": list(row.sources),
    }


def _finding_record(finding: Finding) -> dict[str, str]:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "place": finding.place,
        "message": finding.message,
    }
