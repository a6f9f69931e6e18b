"""What one step of a right-hand side or of a number of the data changes: the model is solved again."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from quintet.errors import QuintetError
from quintet.formulation.classify import degree
from quintet.formulation.evaluation import ConstraintValues
from quintet.formulation.evaluator import evaluate
from quintet.formulation.model import ConstraintData, Floats, Model, Point
from quintet.formulation.revision import fresh_name
from quintet.formulation.schema import Kind, Sense
from quintet.formulation.tolerances import agree, slack_of
from quintet.formulation.tree import Compare, Node, Number, Sum
from quintet.solvers.options import Options
from quintet.solvers.outcome import Outcome
from quintet.solvers.rows.scoping import varying
from quintet.solvers.sensitivity.asked import Patience

SETTLED = (Outcome.OPTIMAL, Outcome.LOCALLY_OPTIMAL)
SHARE = 0.01
"""Step of numbers that are not whole, as a share of them."""


class Resolver:
    """Solves changed models, all within the time that the user gave.

    Args:
        options: Of every solve.
        patience: The time for all of them together.
        solver: Which solver, None for the one that fits.
    """

    def __init__(self, options: Options, patience: Patience, solver: str | None = None) -> None:
        self._options = options
        self._solver = solver
        self._patience = patience
        self.stopped = False
        self.refusals: list[str] = []
        """Why changed models could not be solved, each a line."""

    @property
    def late(self) -> bool:
        """Whether the time is used up."""
        return self._patience.over()

    def optimum(self, model: Model) -> float:
        """The optimum in the user's sense; +inf (minimising) or -inf for no plan, NaN if it is not known.

        Raises:
            QuintetError: The solver can't take the model.
        """
        from quintet.solvers.registry import solve

        if self.late:
            self.stopped = True
            return math.nan
        found = solve(model, solver=self._solver, options=self._left())
        worst = -math.inf if model.objectives[0].sense is Sense.MAXIMIZE else math.inf
        if found.outcome is Outcome.INFEASIBLE:
            return worst
        if found.outcome is Outcome.UNBOUNDED:
            return -worst
        settled = found.outcome in SETTLED and found.objective is not None
        return float(found.objective) if settled and found.objective is not None else math.nan

    def _left(self) -> Options:
        left = self._patience.left
        return self._options if math.isinf(left) else replace(self._options, time_limit=max(0.01, left))


@dataclass(frozen=True)
class Side:
    """The right-hand side of one comparison of a model.

    Args:
        name: The constraint.
        row: Its row in the family.
        link: Which comparison of the chain.
        sign: As seen from the side with the decisions.
        value: The side without decisions; where both have some, the numbers of the row on one side, and 0
            where a decision is not linear.
        binding: Whether the plan is at it.
        operand: Which operand of the comparison is that side.
    """

    name: str
    row: int
    link: int
    sign: str
    value: float
    binding: bool
    operand: int

    @property
    def step(self) -> float:
        """One unit, or a hundredth of a value that is not whole."""
        return step_of(self.value, np.array([self.value]))


TURNED = {"<=": ">=", ">=": "<=", "<": ">", ">": "<", "==": "=="}


def sides(model: Model, point: Point) -> list[Side]:
    """All right-hand sides that can be moved, binding ones first, definitions last."""
    found: list[Side] = []
    for name, values in evaluate(model, point).constraints.items():
        tree = model.constraints[name].tree
        if isinstance(tree, Compare) and "!=" not in tree.operators:
            found += _sides(model, name, tree, values.left, values.right)
    found = _with_numbers(model, found)

    def order(side: Side) -> tuple[bool, bool]:
        return model.constraints[side.name].kind is Kind.DEFINITION, not side.binding

    return sorted(found, key=order)


def _sides(model: Model, name: str, tree: Compare, left: Floats, right: Floats) -> Iterator[Side]:
    for link, sign in enumerate(tree.operators):
        one, other = (varying(model, tree.operands[link + at]) for at in (0, 1))
        turned = other and not one
        data = link if turned else link + 1
        for row in range(len(left)):
            ends = float(left[row, link]), float(right[row, link])
            value = math.nan if one and other else ends[0 if turned else 1]
            binding = abs(ends[0] - ends[1]) <= slack_of(*ends)
            yield Side(name, row, link, TURNED[sign] if turned else sign, value, binding, data)


def _with_numbers(model: Model, found: list[Side]) -> list[Side]:
    """Sides that all hold decisions, with the numbers of their rows: what is left where all are 0."""
    mixed = {side.name for side in found if math.isnan(side.value)}
    rows = {
        name: entry for name, entry in model.constraints.items() if name in mixed and _linear(model, entry)
    }
    at_origin = _at_origin(replace(model, constraints=rows)) if rows else {}

    def number(side: Side) -> float:
        if side.name not in at_origin:
            return 0.0
        ends = at_origin[side.name]
        return float(ends.right[side.row, side.link] - ends.left[side.row, side.link])

    return [replace(side, value=number(side)) if math.isnan(side.value) else side for side in found]


def _at_origin(model: Model) -> Mapping[str, ConstraintValues]:
    origin = {name: np.zeros(len(variable.family)) for name, variable in model.variables.items()}
    try:
        return evaluate(model, origin).constraints
    except QuintetError:  # the objective, or another quantity, has no value there
        return {}


def _linear(model: Model, entry: ConstraintData) -> bool:
    assert isinstance(entry.tree, Compare), "sides are of comparisons"
    return all(degree(operand, model) in (0, 1) for operand in entry.tree.operands)


def shifted(model: Model, side: Side, step: float) -> Model:
    """The model with one right-hand side moved."""
    entry = model.constraints[side.name]
    assert isinstance(entry.tree, Compare), "sides are of comparisons"
    others = np.setdiff1d(np.arange(len(entry.family)), [side.row])
    constraints: dict[str, ConstraintData] = dict(model.constraints)
    constraints[side.name] = _only(entry, side.name, others, entry.tree)
    for link in range(len(entry.tree.operators)):
        name = fresh_name(replace(model, constraints=constraints), f"{side.name}_{link}")
        constraints[name] = _only(entry, name, np.array([side.row]), _link(entry.tree, link, side, step))
    return replace(model, constraints=constraints)


def _only(entry: ConstraintData, name: str, rows: np.ndarray, tree: Node) -> ConstraintData:
    family = replace(entry.family, ids=entry.family.ids[rows])
    return replace(entry, name=name, family=family, tree=tree)


def _link(tree: Compare, link: int, side: Side, step: float) -> Node:
    operands = list(tree.operands[link : link + 2])
    if link == side.link:
        at = side.operand - link
        operands[at] = Sum((operands[at], Number(step)))
    return Compare(tuple(operands), (tree.operators[link],))


def step_of(value: float, values: Floats) -> float:
    """How far a number is moved: by one if all of its family are whole, else by a hundredth of it."""
    if np.all(values == np.round(values)):
        return 1.0
    return SHARE * (abs(value) or float(np.abs(values).max(initial=0.0)) or 1.0)


def quotients(
    change: Resolver, base: float, models: tuple[Model | None, Model | None], step: float
) -> tuple[float | None, float | None]:
    """Change of the optimum over a step down and a step up, each divided by the step."""
    found: list[float | None] = []
    for model, sign in zip(models, (-1.0, 1.0), strict=True):
        try:
            value = math.nan if model is None else change.optimum(model)
        except QuintetError as error:
            change.refusals.append(str(error))
            value = math.nan
        if agree(value, base):  # a difference within the solver's tolerance is none
            value = base
        found.append(None if math.isnan(value) else (value - base) / (sign * step) + 0.0)
    return found[0], found[1]
