"""Objective, named quantities and residuals of a bound model at a point.

This is the judge of solvers' answers: scalar arithmetic over the tree, independent of every
compiler. Violations count relative to the largest term of the row, and a logical constraint is
judged in its logical form.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from quintet.errors import DataError
from quintet.formulation.addends import Terms, compile_addends, total
from quintet.formulation.environment import Indices
from quintet.formulation.evaluation import ConstraintValues, Evaluation
from quintet.formulation.integrality import is_integral
from quintet.formulation.model import ConstraintData, Family, Floats, Model, Point, VariableData
from quintet.formulation.point import ModelEnvironment
from quintet.formulation.scalar import compile_scalar
from quintet.formulation.schema import Domain
from quintet.formulation.tolerances import finite_bound, integrality_gap
from quintet.formulation.tree import Compare, Conditional, Node
from quintet.formulation.truth import excess, holds
from quintet.formulation.wording import place_of

Link: TypeAlias = tuple[float, float, float, float]
"""Left, right, violation, scale."""
Row: TypeAlias = Callable[[Indices], list[Link]]


def evaluate(model: Model, point: Point) -> Evaluation:
    """Evaluate `model` at `point` (one array of values a variable family).

    Raises:
        DataError: A value does not exist there (division by 0, logarithm of 0 …).
    """
    return Evaluator(model).at(point)


class Evaluator:
    """Evaluates one model at many points; everything is compiled once.

    Args:
        model: The bound model.

    Raises:
        DataError: A part of the model can't be evaluated at all; it names the part.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self._environment = ModelEnvironment(model)
        self._objectives = [
            (o.name, None if o.tree is None else compile_addends(o.tree, self._environment))
            for o in model.objectives
        ]
        self._rows = {name: self._compile(entry) for name, entry in model.constraints.items()}

    def at(self, point: Point) -> Evaluation:
        """Evaluate at `point`, one array of values a variable family.

        Raises:
            DataError: A value does not exist there (division by 0, logarithm of 0 …).
        """
        variables = self.model.variables
        values = {name: np.asarray(point[name], dtype=np.float64) for name in variables}
        self._environment.move(values)
        return Evaluation(
            objectives={name: self._objective(name, terms) for name, terms in self._objectives},
            expressions={name: self._expression(name) for name in self.model.expressions},
            constraints={name: self._constraint(entry) for name, entry in self.model.constraints.items()},
            families={name: variable.family for name, variable in variables.items()},
            bound_violations={name: _outside(v, values[name]) for name, v in variables.items()},
            integrality_violations={name: _broken(v, values[name]) for name, v in variables.items()},
        )

    def _compile(self, entry: ConstraintData) -> Row:
        try:
            return self._row(entry.tree)
        except DataError as error:
            raise _located(error, f"constraints.{entry.name}") from None

    def _row(self, tree: Node) -> Row:
        if isinstance(tree, Conditional) and operators(tree):
            condition = compile_scalar(tree.condition, self._environment)
            then, otherwise = self._row(tree.then), self._row(tree.otherwise)
            return lambda indices: then(indices) if condition(indices) else otherwise(indices)
        if not isinstance(tree, Compare):
            return _logical(holds(tree, self._environment, compile_scalar))
        sides = [compile_addends(operand, self._environment) for operand in tree.operands]
        whole = [is_integral(operand, self.model) for operand in tree.operands]
        steps = [float(a and b) for a, b in zip(whole, whole[1:], strict=False)]
        return _links(tree.operators, sides, steps)

    def _objective(self, name: str, terms: Terms | None) -> float:
        try:
            return total(terms({})) if terms else 0.0
        except DataError as error:
            raise _located(error, f"objective {name}".strip()) from None

    def _expression(self, name: str) -> Floats:
        table, family = self._environment.expression(name), self.model.expressions[name].family
        try:
            return np.array([table[key] for key in family.keys], dtype=np.float64)
        except DataError as error:
            raise _located(error, f"expressions.{name}") from None

    def _constraint(self, entry: ConstraintData) -> ConstraintValues:
        signs = operators(entry.tree)
        rows = self._links(entry.name, entry.family)
        values = np.array(rows, dtype=np.float64).reshape(len(rows), max(1, len(signs)), 4)
        left, right, violation, scale = np.moveaxis(values, 2, 0)
        return ConstraintValues(entry.name, entry.family, signs, left, right, violation, scale)

    def _links(self, name: str, family: Family) -> list[list[Link]]:
        run, rows = self._rows[name], []
        for key in family.keys:
            try:
                rows.append(run(dict(zip(family.names, key, strict=True))))
            except DataError as error:
                raise _located(error, place_of(f"constraints.{name}", key)) from None
        return rows


def operators(tree: Node) -> tuple[str, ...]:
    """The comparisons of a constraint, the same in all branches of a conditional; none for logic."""
    if isinstance(tree, Compare):
        return tree.operators
    if not isinstance(tree, Conditional):
        return ()
    then, otherwise = operators(tree.then), operators(tree.otherwise)
    return then if then == otherwise else ()


def _located(error: DataError, place: str) -> DataError:
    return DataError(error.message, place=place, remedy=error.remedy)


def _logical(test: Callable[[Indices], bool]) -> Row:
    def row(indices: Indices) -> list[Link]:
        truth = float(test(indices))
        return [(truth, 1.0, 1.0 - truth, 1.0)]

    return row


def _links(signs: Sequence[str], sides: Sequence[Terms], steps: Sequence[float]) -> Row:
    def row(indices: Indices) -> list[Link]:
        terms = [side(indices) for side in sides]
        sums = [total(each) for each in terms]
        largest = [max(map(abs, each), default=0.0) for each in terms]
        return [
            _link(sign, sums[i], sums[i + 1], steps[i], max(1.0, largest[i], largest[i + 1]))
            for i, sign in enumerate(signs)
        ]

    return row


def _link(sign: str, left: float, right: float, step: float, scale: float) -> Link:
    amount = excess(sign, left, right, step)
    # `!=` is broken or not, whatever the size of the row
    return left, right, amount * scale if sign == "!=" else amount, scale


def _outside(variable: VariableData, values: Floats) -> Floats:
    """Distance outside the bounds, relative to max(1, |bound|); a semicontinuous 0 is inside."""
    below = _beyond(variable.lower, variable.lower - values)
    outside = np.maximum(below, _beyond(variable.upper, values - variable.upper))
    if variable.domain is Domain.SEMICONTINUOUS:
        return np.minimum(outside, np.abs(values))
    return outside


def _beyond(bounds: Floats, distance: Floats) -> Floats:
    finite = np.array([finite_bound(bound) for bound in bounds.tolist()], dtype=bool)
    scale = np.maximum(1.0, np.abs(np.where(finite, bounds, 0.0)))
    return np.where(finite, np.maximum(0.0, distance / scale), 0.0)


def _broken(variable: VariableData, values: Floats) -> Floats:
    return integrality_gap(values) if variable.integral else np.zeros(len(values))
