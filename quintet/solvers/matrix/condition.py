"""Conditions on data over a frame. `and`, `or` and chains look no further than Python's do."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from quintet.formulation.model import Floats
from quintet.formulation.tree import And, Compare, Member, Node, Not, Or, TupleOf
from quintet.solvers.matrix.form import Form
from quintet.solvers.matrix.frame import Elements, Frame
from quintet.solvers.matrix.membership import belongs

if TYPE_CHECKING:
    from quintet.solvers.matrix.walker import Walker

COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}


def truth(walker: Walker, node: Node, frame: Frame) -> np.ndarray:
    """Whether `node` holds, row by row."""
    if isinstance(node, And | Or):
        return _narrowed(walker, node.items, frame, until=isinstance(node, Or))
    if isinstance(node, Not):
        return ~truth(walker, node.operand, frame)
    if isinstance(node, Compare):
        return _chain(walker, node, frame)
    if isinstance(node, Member):
        return _member(walker, node, frame)
    raise walker.beyond(node, "as a condition")


def _narrowed(walker: Walker, items: Sequence[Node], frame: Frame, *, until: bool) -> np.ndarray:
    """`and` (until=False) or `or` (until=True): a row that is decided is looked at no more."""
    result = np.full(frame.rows, not until)
    rows = np.arange(frame.rows)
    for item in items:
        if not len(rows):
            break
        found = truth(walker, item, frame if len(rows) == frame.rows else frame.take(rows))
        result[rows] = found
        rows = rows[found != until]
    return result


def _chain(walker: Walker, node: Compare, frame: Frame) -> np.ndarray:
    if len(node.operators) == 1:
        return _compare(walker, node, frame)
    links = [
        Compare(node.operands[at : at + 2], (sign,), at=node.at) for at, sign in enumerate(node.operators)
    ]
    return _narrowed(walker, links, frame, until=False)


def _member(walker: Walker, node: Member, frame: Frame) -> np.ndarray:
    items = node.item.items if isinstance(node.item, TupleOf) else (node.item,)
    ids = np.column_stack([walker.subscript(item, frame) for item in items])
    return belongs(walker, node.domain, frame, ids) != node.negated


def _compare(walker: Walker, node: Compare, frame: Frame) -> np.ndarray:
    left, right = node.operands
    if isinstance(left, TupleOf) and isinstance(right, TupleOf):
        return _tuples(walker, node, left.items, right.items, frame)
    return _values(walker, node, left, right, node.operators[0], frame)


def _tuples(
    walker: Walker, node: Node, left: Sequence[Node], right: Sequence[Node], frame: Frame
) -> np.ndarray:
    """Tuples compare as in Python: by the first items that differ, then by length."""
    assert isinstance(node, Compare), "tuples are compared by a comparison"
    sign = node.operators[0]
    pairs = list(zip(left, right, strict=False))
    equal = [_values(walker, node, one, two, "==", frame) for one, two in pairs]
    alike = np.logical_and.reduce([*equal, np.ones(frame.rows, dtype=bool)])
    if sign in ("==", "!="):
        same = alike if len(left) == len(right) else np.zeros(frame.rows, dtype=bool)
        return same if sign == "==" else ~same
    result = np.full(frame.rows, COMPARISONS[sign](len(left), len(right)))
    for (one, two), same in reversed(list(zip(pairs, equal, strict=True))):
        rows = np.flatnonzero(~same)
        result[rows] = _values(walker, node, one, two, sign, frame.take(rows))
    return result


def _values(walker: Walker, node: Node, left: Node, right: Node, sign: str, frame: Frame) -> np.ndarray:
    one, two = _plain(walker, left, frame), _plain(walker, right, frame)
    compare = COMPARISONS[sign]
    if isinstance(one, Elements) and isinstance(two, Elements) and sign in ("==", "!="):
        return compare(one.ids, two.ids)
    numbers = [_numbers(walker, value) for value in (one, two)]
    if sign in ("==", "!="):
        return compare(numbers[0], numbers[1])
    unordered = np.isnan(numbers[0]) | np.isnan(numbers[1])
    if unordered.any():
        return _texts(walker, node, one, two, compare, frame)
    return compare(numbers[0], numbers[1])


def _plain(walker: Walker, node: Node, frame: Frame) -> Floats | Elements:
    value = walker.value(node, frame)
    if not isinstance(value, Form):
        return value
    if value.varies:
        raise walker.beyond(node, "in a condition")
    return value.constant


def _numbers(walker: Walker, value: Floats | Elements) -> Floats:
    """Numbers; NaN for text, which equals no number either."""
    if not isinstance(value, Elements):
        return value
    known = walker.model.universe.numbers
    return (
        np.where(value.ids >= 0, known[np.maximum(value.ids, 0)], np.nan)
        if len(known)
        else np.full(len(value), np.nan)
    )


def _texts(
    walker: Walker,
    node: Node,
    one: Floats | Elements,
    two: Floats | Elements,
    compare: Callable[[Any, Any], Any],
    frame: Frame,
) -> np.ndarray:
    """Order among elements that are text; rare, so row by row."""
    elements = walker.model.universe.elements
    sides = [
        [elements[i] for i in value.ids] if isinstance(value, Elements) else value.tolist()
        for value in (one, two)
    ]
    result = np.empty(frame.rows, dtype=bool)
    for row, (left, right) in enumerate(zip(*sides, strict=True)):
        if isinstance(left, str) != isinstance(right, str):
            raise walker.fail(frame, row, f"{left!r} and {right!r} have no order in {walker.shown(node)}")
        result[row] = compare(left, right)
    return result
