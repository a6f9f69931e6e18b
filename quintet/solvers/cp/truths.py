"""Resolved tree → condition on a program's variables, with negations pushed down to the comparisons.

`a < b` leaves a distance of 1 between whole values and is `a <= b` between others, and so is the
opposite of `a >= b`, as everywhere in the language; counts give the border to whoever needs it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

from quintet.formulation.integrality import is_integral
from quintet.formulation.model import Model
from quintet.formulation.tolerances import slack_of
from quintet.formulation.tree import (
    And,
    Call,
    Compare,
    Comprehension,
    Conditional,
    Node,
    Not,
    Or,
)
from quintet.solvers.cp import conditions
from quintet.solvers.cp.affine import Affine
from quintet.solvers.cp.conditions import Condition
from quintet.solvers.cp.data import Data, Exact, Indices
from quintet.solvers.cp.numbers import ELSEWHERE, Numbers
from quintet.solvers.cp.program import Program
from quintet.solvers.solver import Declined

OPPOSITE = {"<": ">=", "<=": ">", "==": "!=", "!=": "==", ">=": "<", ">": "<="}
Reading: TypeAlias = Callable[[Any, Indices, bool], Condition]


class Truths:
    """Reads conditions and constraints.

    Args:
        model: The bound model.
        data: Works out what holds no decision.
        numbers: Reads the sides of comparisons.
        program: Where the variables are.
    """

    def __init__(self, model: Model, data: Data, numbers: Numbers, program: Program) -> None:
        self._model = model
        self._data = data
        self._numbers = numbers
        self._program = program
        self._whole: dict[int, bool] = {}
        self._by_type: dict[type[Node], Reading] = {
            Not: lambda node, indices, negated: self._read(node.operand, indices, not negated),
            And: lambda node, indices, negated: self._joined(node.items, indices, negated, every=not negated),
            Or: lambda node, indices, negated: self._joined(node.items, indices, negated, every=negated),
            Conditional: self._conditional,
            Compare: self._compare,
            Call: self._call,
        }
        self._calls: dict[str, Reading] = {
            "implies": self._implies,
            "iff": self._iff,
            "either": self._either,
            "at_least": self._count,
            "at_most": self._count,
            "exactly": self._count,
            "all_different": self._different,
            "sos1": self._special,
            "sos2": self._special,
        }

    def condition(self, node: Node, indices: Indices, *, negated: bool = False) -> Condition:
        """The condition that a tree is, or its opposite in the sense of the language.

        Raises:
            DataError: It has no value: an index outside its set, a division by 0.
            Declined: It holds something that CP-SAT does not take.
        """
        return self._read(node, indices, negated)

    def constraint(self, node: Node, indices: Indices) -> Condition:
        """As `condition`, for a whole constraint: data alone are compared within tolerance there."""
        if isinstance(node, Conditional):
            chosen = node.then if self._data.truth(node.condition, indices) else node.otherwise
            return self.constraint(chosen, indices)
        if isinstance(node, Compare):
            return self._compare(node, indices, False)
        return self._read(node, indices, False)

    def _read(self, node: Node, indices: Indices, negated: bool) -> Condition:
        reading = self._by_type.get(type(node))
        if not isinstance(node, Call | Not | And | Or | Conditional) and not self._data.varies(node):
            return self._data.truth(node, indices) != negated
        if reading is None:
            return self._bare(node, indices, negated)
        return reading(node, indices, negated)

    def _bare(self, node: Node, indices: Indices, negated: bool) -> Condition:
        """A number as a condition: more than a half is true."""
        difference = self._numbers.form(node, indices).minus(Affine.of(Fraction(1, 2)))
        return conditions.row(self._program.compared(difference), "<=" if negated else ">")

    def _joined(self, nodes: Sequence[Node], indices: Indices, negated: bool, *, every: bool) -> Condition:
        parts = [self._read(node, indices, negated) for node in nodes]
        return conditions.all_of(parts) if every else conditions.any_of(parts)

    def _conditional(self, node: Conditional, indices: Indices, negated: bool) -> Condition:
        chosen = node.then if self._data.truth(node.condition, indices) else node.otherwise
        return self._read(chosen, indices, negated)

    # comparisons

    def _compare(self, node: Compare, indices: Indices, negated: bool) -> Condition:
        forms = [self._numbers.form(operand, indices) for operand in node.operands]
        whole = [self._is_whole(operand) for operand in node.operands]
        links = [
            self._link(OPPOSITE[sign] if negated else sign, forms[i], forms[i + 1], whole[i] and whole[i + 1])
            for i, sign in enumerate(node.operators)
        ]
        return conditions.any_of(links) if negated else conditions.all_of(links)

    def _is_whole(self, node: Node) -> bool:
        if id(node) not in self._whole:
            self._whole[id(node)] = is_integral(node, self._model)
        return self._whole[id(node)]

    def _link(self, sign: str, left: Affine, right: Affine, whole: bool) -> Condition:
        if not whole:
            sign = {"<": "<=", ">": ">="}.get(sign, sign)
        difference = left.minus(right)
        if difference.is_number:
            return _compared(difference.constant, sign, slack_of(float(left.constant), float(right.constant)))
        return conditions.row(self._program.compared(difference), sign)

    # logic

    def _call(self, node: Call, indices: Indices, negated: bool) -> Condition:
        if node.function == "holds":
            return self._bare(node, indices, negated)
        reading = self._calls.get(node.function)
        if reading is None:
            raise Declined(f"{node.function} is not handed to CP-SAT in this version", remedy=ELSEWHERE)
        return reading(node, indices, negated)

    def _implies(self, node: Call, indices: Indices, negated: bool) -> Condition:
        condition, consequence = node.arguments
        parts = [self._read(condition, indices, not negated), self._read(consequence, indices, negated)]
        return conditions.all_of(parts) if negated else conditions.any_of(parts)

    def _iff(self, node: Call, indices: Indices, negated: bool) -> Condition:
        first, second = node.arguments
        both = self._read(first, indices, False), self._read(second, indices, negated)
        none = self._read(first, indices, True), self._read(second, indices, not negated)
        return conditions.any_of([conditions.all_of(both), conditions.all_of(none)])

    def _either(self, node: Call, indices: Indices, negated: bool) -> Condition:
        parts = self._each(node.arguments, indices, negated)
        return conditions.all_of(parts) if negated else conditions.any_of(parts)

    def _each(self, nodes: Sequence[Node], indices: Indices, negated: bool) -> list[Condition]:
        if not isinstance(nodes[0], Comprehension):
            return [self._read(node, indices, negated) for node in nodes]
        return self._data.each(nodes, indices, lambda node, inside: self._read(node, inside, negated))

    def _count(self, node: Call, indices: Indices, negated: bool) -> Condition:
        """The border counts for both sides, so the opposites of the parts are counted apart."""
        count = self._data.exact(node.arguments[0], indices)
        may = self._each(node.arguments[1:], indices, False)
        may_not = self._each(node.arguments[1:], indices, True)
        if negated:
            below = conditions.at_least(math.floor(len(may) - count) + 1, may_not)
            above = conditions.at_least(math.floor(count) + 1, may)
            join = conditions.any_of
        else:
            above = conditions.at_least(math.ceil(count), may)
            below = conditions.at_least(math.ceil(len(may) - count), may_not)
            join = conditions.all_of
        lower, upper = ("at_least", "exactly"), ("at_most", "exactly")
        wanted = [(below, lower), (above, upper)] if negated else [(above, lower), (below, upper)]
        return join([condition for condition, names in wanted if node.function in names])

    # values

    def _different(self, node: Call, indices: Indices, negated: bool) -> Condition:
        wholes, _ = self._program.whole(self._numbers.forms(node.arguments, indices))
        condition = conditions.different(wholes)
        return conditions.opposite(condition) if negated else condition

    def _special(self, node: Call, indices: Indices, negated: bool) -> Condition:
        """`sos1`: all but one are 0; `sos2`: all but two neighbours are."""
        forms = [self._program.compared(form) for form in self._numbers.forms(node.arguments, indices)]
        zero = [conditions.row(form, "==") for form in forms]
        if node.function == "sos1":
            condition = conditions.at_least(len(zero) - 1, zero)
        else:
            condition = conditions.all_of(
                conditions.any_of([zero[i], zero[j]])
                for i in range(len(zero))
                for j in range(i + 2, len(zero))
            )
        return conditions.opposite(condition) if negated else condition


def _compared(difference: Exact, sign: str, slack: float) -> bool:
    """A comparison in which no decision is left, as the evaluator judges it."""
    if sign == "==":
        return abs(difference) <= slack
    if sign == "!=":
        return abs(difference) > slack
    distance = difference if sign in ("<", "<=") else -difference
    return distance + (sign in ("<", ">")) <= slack
