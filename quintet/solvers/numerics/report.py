"""What is known of the numbers of a model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from quintet.formulation.model import Model, ProblemClass
from quintet.formulation.record import json_text
from quintet.problem import Finding
from quintet.solvers.numerics.parallels import Pair
from quintet.solvers.numerics.ranges import Span
from quintet.solvers.numerics.scaling import Plan
from quintet.solvers.numerics.switches import BigM


@dataclass(frozen=True)
class ConstraintSpans:
    """The numbers of one family of constraints.

    Args:
        name: The family.
        rows: Its rows in the matrix.
        coefficients: Of its rows.
        right_sides: Of its rows, after all data moved to one side.
    """

    name: str
    rows: int
    coefficients: Span
    right_sides: Span


@dataclass(frozen=True)
class VariableSpans:
    """The numbers of one family of variables.

    Args:
        name: The family.
        columns: Its size.
        unit: Its unit.
        coefficients: Of its columns.
        costs: Its coefficients in the objective.
        bounds: Its bounds.
    """

    name: str
    columns: int
    unit: str
    coefficients: Span
    costs: Span
    bounds: Span


@dataclass(frozen=True)
class Numerics:
    """The numbers of a model as a matrix solver gets them.

    Args:
        model: The model that was asked about.
        problem_class: Of the matrix form.
        rows: Of the matrix, those of logic and functions included.
        columns: Of the matrix.
        coefficients: Of the constraints.
        costs: Of the objective.
        bounds: Of the variables.
        right_sides: Of the constraints.
        constraints: By family.
        variables: By family.
        big_ms: Constants M by family.
        pairs: Rows in almost one direction.
        condition: Condition number of the optimal basis of the linear relaxation; None where it was not
            computed.
        plan: Changes of units.
        findings: What can go wrong, and the remedy.
        left_out: Constraints and objectives that are no rows of a matrix.
        notes: What could not be looked at.
        seconds: Wall time.
    """

    model: Model = field(repr=False)
    problem_class: ProblemClass
    rows: int
    columns: int
    coefficients: Span
    costs: Span
    bounds: Span
    right_sides: Span
    constraints: tuple[ConstraintSpans, ...]
    variables: tuple[VariableSpans, ...]
    big_ms: tuple[BigM, ...]
    pairs: tuple[Pair, ...]
    condition: float | None
    plan: Plan
    findings: tuple[Finding, ...] = ()
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0

    def record(self) -> dict[str, Any]:
        """Everything as one JSON-ready document."""
        from quintet.solvers.numerics.record import record

        return record(self)

    def to_json(self) -> str:
        """`record()` as text."""
        return json_text(self.record())

    def to_text(self) -> str:
        """The report for a person."""
        from quintet.solvers.numerics.telling import tell

        return tell(self)
