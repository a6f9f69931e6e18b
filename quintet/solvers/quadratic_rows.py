"""Constraints with products of two decision variables, by the matrix route.

`matrix.compile` takes linear constraints only. Here a model is taken apart: what is linear is compiled
as ever, and every row that is quadratic is kept beside the matrix.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from quintet.formulation.classify import degree
from quintet.formulation.model import ConstraintData, Floats, Ids, Model
from quintet.formulation.tree import Compare
from quintet.solvers.arrays import Arrays
from quintet.solvers.matrix import compile
from quintet.solvers.matrix.compilation import ROW_LIMIT
from quintet.solvers.matrix.domain import Domains
from quintet.solvers.matrix.form import Form, added
from quintet.solvers.matrix.frame import Frame
from quintet.solvers.matrix.walker import Walker

LINEAR = 1


@dataclass(frozen=True)
class QuadraticRow:
    """`values·x[columns] + products·(x[first] * x[second])  <= | >= | ==  bound`.

    Args:
        columns: Columns of the linear terms; one may occur twice.
        values: Their coefficients.
        first: Left columns of the products.
        second: Right columns of the products.
        products: Their coefficients.
        sign: `<=`, `>=` or `==`.
        bound: The constant side.
    """

    columns: Ids
    values: Floats
    first: Ids
    second: Ids
    products: Floats
    sign: str
    bound: float

    def violation(self, x: Floats) -> float:
        """How far the row is from its bound at `x`, relative to the larger of 1 and the bound."""
        activity = np.dot(self.values, x[self.columns])
        activity += np.dot(self.products, x[self.first] * x[self.second])
        excess = float(activity) - self.bound
        distance = {"<=": excess, ">=": -excess, "==": abs(excess)}[self.sign]
        return max(0.0, distance) / max(1.0, abs(self.bound))


def compile_quadratic(model: Model) -> tuple[Arrays, tuple[QuadraticRow, ...]]:
    """Compile a model whose objective and constraints are linear or quadratic.

    Args:
        model: The bound model.

    Returns:
        The arrays of everything but the quadratic constraint families, and the rows of those.

    Raises:
        BeyondMatrix: Something is neither linear nor quadratic; another solver may take it.
        DataError: A key that does not exist, a division by 0, a coefficient that is no finite number.
        SizeError: It would pass a limit; names the place and the widest index.
    """
    quadratic = [constraint for constraint in model.constraints.values() if _is_quadratic(constraint, model)]
    names = {constraint.name for constraint in quadratic}
    linear = {name: constraint for name, constraint in model.constraints.items() if name not in names}
    arrays = compile(replace(model, constraints=linear))
    domains = Domains(model)
    rows = [
        row
        for constraint in quadratic
        for row in _rows(Walker(model, f"constraints.{constraint.name}", domains, ROW_LIMIT), constraint)
    ]
    return arrays, tuple(rows)


def _is_quadratic(constraint: ConstraintData, model: Model) -> bool:
    if not isinstance(constraint.tree, Compare) or not len(constraint.family):
        return False
    return any((degree(operand, model) or 0) > LINEAR for operand in constraint.tree.operands)


def _rows(walker: Walker, constraint: ConstraintData) -> Iterator[QuadraticRow]:
    tree, frame = constraint.tree, Frame.of(constraint.family)
    assert isinstance(tree, Compare)
    if "!=" in tree.operators:
        raise walker.beyond(tree)
    with np.errstate(all="ignore"):  # what overflows is found in the results
        sides = [walker.form(operand, frame) for operand in tree.operands]
        bodies = [added([left, right.negated()]) for left, right in zip(sides, sides[1:], strict=False)]
    for body, sign in zip(bodies, tree.operators, strict=True):
        _refuse_infinite(walker, frame, body)
        yield from _rows_of(body, sign)


def _refuse_infinite(walker: Walker, frame: Frame, body: Form) -> None:
    parts = [(np.arange(len(body)), body.constant)]
    parts += [(terms.rows, terms.values) for terms in (body.linear, body.quadratic)]
    for rows, values in parts:
        wrong = rows[~np.isfinite(values)]
        if len(wrong):
            raise walker.fail(
                frame, int(wrong[0]), "a coefficient is not a finite number", "correct the data"
            )


def _rows_of(body: Form, sign: str) -> Iterator[QuadraticRow]:
    linear = body.linear.by_row
    order = np.argsort(body.quadratic.rows, kind="stable")
    owners = body.quadratic.rows[order]
    ends = np.arange(len(body) + 1)
    own, products = np.searchsorted(linear.rows, ends), np.searchsorted(owners, ends)
    for row in range(len(body)):
        terms, pairs = slice(own[row], own[row + 1]), order[products[row] : products[row + 1]]
        yield QuadraticRow(
            columns=linear.columns[terms],
            values=linear.values[terms],
            first=body.quadratic.first[pairs],
            second=body.quadratic.second[pairs],
            products=body.quadratic.values[pairs],
            sign=sign,
            bound=-float(body.constant[row]),
        )
