"""Logic over binary variables as linear rows, and logic over comparisons as disjunctions.

A clause `a or not b` becomes `a + (1 - b) >= 1`; a formula is brought into clauses by the laws of
De Morgan and distribution. Counts become sums.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from math import prod

from quintet.formulation.model import Model
from quintet.formulation.schema import Domain
from quintet.formulation.tree import (
    And,
    Call,
    Compare,
    Comprehension,
    Negate,
    Node,
    Not,
    Number,
    Or,
    Sum,
    VariableRef,
)

MOST_CLAUSES = 50
Clause = list[Node]
"""Terms of which at least one is 1."""
_COUNTS = {"at_least": ">=", "at_most": "<=", "exactly": "=="}


class NotClausalError(Exception):
    """The formula holds more than binary variables, or has too many clauses."""


def linear_rows(tree: Node, model: Model) -> list[Compare] | None:
    """A logical constraint as comparisons, None if it holds more than binary variables.

    Args:
        tree: Resolved tree.
        model: Its model.
    """
    try:
        return _rows(tree, model)
    except NotClausalError:
        return None


def alternatives(tree: Node, model: Model) -> list[list[Compare]] | None:
    """The comparisons of each branch, of which one has to hold; None if it is no such thing."""
    if isinstance(tree, Or):
        branches: Sequence[Node] = tree.items
    elif isinstance(tree, Call) and tree.function == "either":
        branches = tree.arguments
    elif isinstance(tree, Call) and tree.function == "implies":
        return _implication(tree, model)
    else:
        return None
    found = [_comparisons(branch) for branch in branches]
    return None if any(branch is None for branch in found) else [branch for branch in found if branch]


def _implication(tree: Call, model: Model) -> list[list[Compare]] | None:
    condition, conclusion = tree.arguments
    term = _term(condition, False, model)
    branch = _comparisons(conclusion)
    if term is None or branch is None:
        return None
    return [[Compare((term, Number(1)), ("==",))], branch]


def _comparisons(node: Node) -> list[Compare] | None:
    if isinstance(node, Compare):
        return None if "!=" in node.operators else [node]
    if not isinstance(node, And):
        return None
    found = [_comparisons(item) for item in node.items]
    return None if any(part is None for part in found) else [one for part in found if part for one in part]


def _rows(tree: Node, model: Model) -> list[Compare]:
    if isinstance(tree, And):
        return [row for item in tree.items for row in _rows(item, model)]
    if isinstance(tree, Call) and tree.function in _COUNTS:
        limit, *counted = tree.arguments
        return [Compare((_total(counted, model), limit), (_COUNTS[tree.function],))]
    if isinstance(tree, Call) and tree.function == "either" and isinstance(tree.arguments[0], Comprehension):
        return [Compare((_total(tree.arguments, model), Number(1)), (">=",))]
    return [Compare((_added(clause), Number(1)), (">=",)) for clause in _clauses(tree, True, model)]


def _total(counted: Iterable[Node], model: Model) -> Node:
    terms: list[Node] = []
    for item in counted:
        body = item.body if isinstance(item, Comprehension) else item
        term = _term(body, True, model)
        if term is None:
            raise NotClausalError
        whole = Comprehension(term, item.generators) if isinstance(item, Comprehension) else term
        terms.append(Call("sum", (whole,)) if isinstance(whole, Comprehension) else whole)
    return _added(terms)


def _added(terms: Sequence[Node]) -> Node:
    return terms[0] if len(terms) == 1 else Sum(tuple(terms))


def _clauses(node: Node, wanted: bool, model: Model) -> list[Clause]:
    """The formula, or its opposite, as clauses that all hold."""
    term = _term(node, wanted, model)
    if term is not None:
        return [[term]]
    if isinstance(node, Not):
        return _clauses(node.operand, not wanted, model)
    if isinstance(node, And | Or):
        return _combined([(item, wanted) for item in node.items], isinstance(node, And) is wanted, model)
    if isinstance(node, Call) and node.function in ("either", "implies", "iff"):
        return _call(node, wanted, model)
    raise NotClausalError


def _call(node: Call, wanted: bool, model: Model) -> list[Clause]:
    parts = [(argument, wanted) for argument in node.arguments]
    if node.function == "either":
        return _combined(parts, not wanted, model)
    left, right = node.arguments
    if node.function == "implies":
        return _combined([(left, not wanted), (right, wanted)], not wanted, model)
    # equal: (not a or b) and (a or not b); unequal: (a or b) and (not a or not b)
    there = _combined([(left, False), (right, wanted)], False, model)
    back = _combined([(left, True), (right, not wanted)], False, model)
    return [*there, *back]


def _combined(parts: Iterable[tuple[Node, bool]], every: bool, model: Model) -> list[Clause]:
    """All parts hold, or one of them does."""
    each = [_clauses(node, wanted, model) for node, wanted in parts]
    if every:
        return [clause for clauses in each for clause in clauses]
    if prod(map(len, each)) > MOST_CLAUSES:
        raise NotClausalError
    return [[term for clause in chosen for term in clause] for chosen in product(*each)]


def _term(node: Node, wanted: bool, model: Model) -> Node | None:
    """`b` or `1 - b` for a formula that is one binary variable's value."""
    if isinstance(node, Not):
        return _term(node.operand, not wanted, model)
    if not isinstance(node, Compare) or node.operators != ("==",):
        return None
    variable, value = node.operands
    if not isinstance(variable, VariableRef) or not isinstance(value, Number) or value.value not in (0, 1):
        return None
    if model.variables[variable.name].domain is not Domain.BINARY:
        return None
    return variable if (value.value == 1) is wanted else Sum((Number(1), Negate(variable)))
