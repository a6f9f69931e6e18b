"""The objectives that are to be traded off: those of the document, or given as text."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from math import gcd, lcm

import numpy as np

from quintet.errors import ExpressionError, SolverError
from quintet.formulation.catalogue import ModelCatalogue
from quintet.formulation.declarations import decides
from quintet.formulation.integrality import is_integral
from quintet.formulation.model import Floats, Model, ObjectiveData
from quintet.formulation.parser import parse
from quintet.formulation.ranking import name_of
from quintet.formulation.revision import with_objectives
from quintet.formulation.schema import Sense
from quintet.formulation.scope import Resolver
from quintet.formulation.tree import ExpressionRef, Node, walk
from quintet.solvers.alternatives.face import linear_arrays

SENSES = {"min": Sense.MINIMIZE, "minimize": Sense.MINIMIZE, "minimise": Sense.MINIMIZE} | {
    "max": Sense.MAXIMIZE,
    "maximize": Sense.MAXIMIZE,
    "maximise": Sense.MAXIMIZE,
}
SPLIT = re.compile(r"\s*([A-Za-z]+)[\s:]+(.+)", re.DOTALL)
LABEL = 40
"""Characters of an objective's text that become its name."""
DENOMINATOR = 10**6
"""Largest common denominator of coefficients that make a lattice."""
MOST = 3
"""Most objectives: a grid over more would be nobody's to read."""


@dataclass(frozen=True)
class Goal:
    """One of several objectives.

    Args:
        name: What it is called.
        sense: Its direction.
        tree: Its expression, resolved.
        unit: Its unit.
    """

    name: str
    sense: Sense
    tree: Node = field(repr=False)
    unit: str = ""

    @property
    def sign(self) -> float:
        """1 to minimise, -1 to maximise."""
        return -1.0 if self.sense is Sense.MAXIMIZE else 1.0

    @property
    def objective(self) -> ObjectiveData:
        """As an objective of a model."""
        return ObjectiveData(self.name, self.sense, self.tree, self.unit)


def goals_of(model: Model, texts: Sequence[str] = ()) -> tuple[Goal, ...]:
    """The objectives to trade off.

    Args:
        model: A bound model.
        texts: `minimize cost`, over names of expressions or of objectives, or any expression; empty
            for the objectives of the document.

    Raises:
        SolverError: Fewer than two or more than three, two alike, or soft constraints whose
            penalties none of them holds.
        ExpressionError: A text can't be read.
    """
    found = [_told(model, text) for text in texts] if texts else _documented(model)
    _refuse_count(found)
    names = [goal.name for goal in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise SolverError(f"{twice!r} stands twice", place="objective", remedy="give different objectives")
    if texts or len(model.objectives) != len(found):
        _refuse_soft(model)
    return tuple(found)


def _refuse_count(found: Sequence[Goal]) -> None:
    if len(found) < 2:
        raise SolverError(
            "one objective alone has nothing to trade off",
            place="objective",
            remedy="name two or three: --objective 'minimize cost' --objective 'maximize service'",
        )
    if len(found) > MOST:
        raise SolverError(
            f"{len(found)} objectives are more than the {MOST} that a front is traced for",
            place="objective",
            remedy="choose with --objective",
        )


def _refuse_soft(model: Model) -> None:
    soft = [name for name, entry in model.formulation.constraints.items() if entry.soft is not None]
    if soft:
        raise SolverError(
            f"the soft constraint {soft[0]!r} is paid for by an objective that is not among these",
            place="objective",
            remedy="make it hard, or a named expression that is one of the objectives",
        )


def _documented(model: Model) -> list[Goal]:
    entries = model.formulation.objectives
    if len(model.objectives) == len(entries):
        return [Goal(o.name, o.sense, o.tree, o.unit) for o in model.objectives if o.tree is not None]
    place = "objective.expression"
    resolver = Resolver(ModelCatalogue(model), place)
    return [
        Goal(
            name_of(entry, number),
            entry.sense,
            resolver.value(parse(entry.expression, place), {}),
            entry.unit or "",
        )
        for number, entry in enumerate(entries, 1)
        if entry.expression is not None
    ]


def _told(model: Model, text: str) -> Goal:
    match = SPLIT.fullmatch(text)
    word = match.group(1).lower() if match else ""
    if match is None or word not in SENSES:
        raise ExpressionError(
            f"{text!r} does not say which way", place="objective", remedy="write 'minimize …' or 'maximize …'"
        )
    sense, expression = SENSES[word], match.group(2).strip()
    for goal in _documented(model):
        if goal.name == expression and expression not in model.expressions:
            return Goal(goal.name, sense, goal.tree, goal.unit)
    return _expressed(model, sense, expression)


def _expressed(model: Model, sense: Sense, expression: str) -> Goal:
    place, catalogue = "objective", ModelCatalogue(model)
    tree = parse(expression, place)
    if expression.isidentifier() and catalogue.declared(expression) is None:
        known = [*model.expressions, *(o.name for o in model.objectives)]
        close = difflib.get_close_matches(expression, known, n=1)
        remedy = f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(known)}"
        raise ExpressionError(f"{expression!r} is no expression", place=place, remedy=remedy)
    resolved = Resolver(catalogue, place).value(tree, {})
    if not any(decides(part, catalogue) for part in walk(resolved)):
        raise ExpressionError(f"{expression!r} holds no decision", place=place, remedy="name one that does")
    unit = model.expressions[resolved.name].unit if isinstance(resolved, ExpressionRef) else ""
    name = expression if len(expression) <= LABEL else expression[: LABEL - 1] + "…"
    return Goal(name, sense, resolved, unit)


def lattice(model: Model, goal: Goal) -> float | None:
    """The step between values that an objective of whole-number decisions can take; None if unknown.

    Args:
        model: The model.
        goal: The objective.
    """
    levels = linear_arrays(with_objectives(model, [goal.objective]))
    if levels is not None:
        used = levels[0].cost != 0
        if np.all(levels[0].integrality[used] == 1):
            return _common(levels[0].cost[used])
    return 1.0 if is_integral(goal.tree, model) else None


def _common(costs: Floats) -> float | None:
    """The greatest common divisor of decimal numbers."""
    fractions = [Fraction(repr(abs(cost))) for cost in costs.tolist()]
    below = reduce(lcm, (fraction.denominator for fraction in fractions), 1)
    if below > DENOMINATOR or not fractions:
        return None
    return gcd(*(int(fraction * below) for fraction in fractions)) / below
