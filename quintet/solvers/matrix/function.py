"""The functions of the language over a frame: reductions, ordered sets, functions of numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from quintet.formulation.functions import OF_SETS, ORDERED
from quintet.formulation.model import Floats, Ids
from quintet.formulation.tree import Call, Comprehension, Node
from quintet.solvers.matrix.form import Form
from quintet.solvers.matrix.frame import Elements, Frame

if TYPE_CHECKING:
    from quintet.solvers.matrix.walker import Value, Walker

UNARY: dict[str, Callable[[Floats], Floats]] = {
    "abs": np.abs,
    "sqrt": np.sqrt,
    "exp": np.exp,
    "log": np.log,
    "log10": np.log10,
    "sin": np.sin,
    "cos": np.cos,
    "tanh": np.tanh,
    "floor": np.floor,
    "ceil": np.ceil,
}
REDUCTIONS: dict[str, tuple[np.ufunc, float | None]] = {
    "prod": (np.multiply, 1.0),
    "min": (np.minimum, None),
    "max": (np.maximum, None),
}
"""Function and its value for nothing, None where that is an error."""


def call(walker: Walker, node: Call, frame: Frame) -> Value:
    """The value of a call in every row."""
    name = node.function
    if name == "sum":
        return _sum(walker, node, frame)
    if name in REDUCTIONS:
        return _reduction(walker, node, frame)
    if name in UNARY:
        return _unary(walker, node, frame)
    if name in OF_SETS or name in ORDERED:
        return _of_set(walker, node, frame)
    if name == "holds":
        return walker.truth(node.arguments[0], frame).astype(np.float64)
    raise walker.beyond(node)


def _unary(walker: Walker, node: Call, frame: Frame) -> Floats:
    (argument,) = node.arguments
    operand = walker.quantity(argument, frame)
    if isinstance(operand, Form):
        if operand.varies:
            raise walker.beyond(node)
        operand = operand.constant
    with np.errstate(all="ignore"):
        return walker.finite(node, UNARY[node.function](operand), frame)


# reductions


def _sum(walker: Walker, node: Call, frame: Frame) -> Value:
    (argument,) = node.arguments
    if not isinstance(argument, Comprehension):
        return walker.total([walker.quantity(item, frame) for item in walker.listed(node.arguments)])
    inner, parents = walker.expanded(argument, frame)
    body = walker.quantity(argument.body, inner)
    if isinstance(body, Form):
        return body.moved(parents, frame.rows)
    return np.bincount(parents, body, minlength=frame.rows) if len(parents) else np.zeros(frame.rows)


def _reduction(walker: Walker, node: Call, frame: Frame) -> Value:
    first = node.arguments[0]
    if isinstance(first, Comprehension) and len(node.arguments) == 1:
        return _over_rows(walker, node, first, frame)
    function, _ = REDUCTIONS[node.function]
    values = [_number(walker, node, item, frame) for item in walker.listed(node.arguments)]
    return function.reduce(np.stack(values))


def _over_rows(walker: Walker, node: Call, argument: Comprehension, frame: Frame) -> Floats:
    function, empty = REDUCTIONS[node.function]
    inner, parents = walker.expanded(argument, frame)
    values = _number(walker, node, argument.body, inner)
    counts = np.bincount(parents, minlength=frame.rows)
    if empty is None and not counts.all():
        row = int(np.flatnonzero(counts == 0)[0])
        remedy = "let its filter leave at least one element"
        raise walker.fail(frame, row, f"{node.function} of nothing in {walker.shown(node)}", remedy)
    start = {"prod": 1.0, "min": np.inf, "max": -np.inf}[node.function]
    result = np.full(frame.rows, start)
    with np.errstate(over="ignore"):
        function.at(result, parents, values)
    return walker.finite(node, result, frame)


def _number(walker: Walker, node: Call, item: Node, frame: Frame) -> Floats:
    value = walker.quantity(item, frame)
    if not isinstance(value, Form):
        return value
    if value.varies:
        raise walker.beyond(node)
    return value.constant


# ordered sets


def _of_set(walker: Walker, node: Call, frame: Frame) -> Value:
    """`first last card ord prev next prevw nextw`; the first argument is the set."""
    members, starts, sizes = _ordered_sets(walker, node, frame)
    if node.function == "card":
        return sizes.astype(np.float64)
    if node.function in OF_SETS:
        return _end(walker, node, frame, members, starts, sizes)
    place = _place(walker, node, frame, members, starts, sizes)
    if node.function == "ord":
        return (place + 1).astype(np.float64)
    return _stepped(walker, node, frame, members, starts, sizes, place)


def _ordered_sets(walker: Walker, node: Call, frame: Frame) -> tuple[Ids, Ids, Ids]:
    """Members (shape (n, arity)), and per row where its set starts and how many members it has."""
    domain = node.arguments[0]
    data = walker.domains.fixed(domain)
    if data is not None:
        zeros = np.zeros(frame.rows, dtype=np.int64)
        return data.ids, zeros, np.full(frame.rows, len(data))
    return walker.written(domain, frame)


def _end(walker: Walker, node: Call, frame: Frame, members: Ids, starts: Ids, sizes: Ids) -> Elements:
    if not sizes.all():
        row = int(np.flatnonzero(sizes == 0)[0])
        raise walker.fail(frame, row, f"the set is empty in {walker.shown(node)}", "exclude it by a filter")
    return Elements(members[starts + (sizes - 1 if node.function == "last" else 0), 0])


def _place(
    walker: Walker, node: Call, frame: Frame, members: Ids, starts: Ids, sizes: Ids
) -> Ids:
    """Place of the element in its row's set, from 0."""
    ids = walker.subscript(node.arguments[1], frame)
    place = np.full(frame.rows, -1, dtype=np.int64)
    for start, size in np.unique(np.column_stack([starts, sizes]), axis=0).tolist():
        rows = np.flatnonzero((starts == start) & (sizes == size))
        place[rows] = _positions(members[start : start + size, 0], ids[rows])
    if np.any(place < 0):
        row = int(np.flatnonzero(place < 0)[0])
        message = f"{walker.shown(node.arguments[1])} is not in the set in {walker.shown(node)}"
        raise walker.fail(frame, row, message, "exclude it by a filter")
    return place


def _positions(members: Ids, ids: Ids) -> Ids:
    if not len(members):
        return np.full(len(ids), -1, dtype=np.int64)
    order = np.argsort(members, kind="stable")
    at = np.minimum(np.searchsorted(members[order], ids), len(members) - 1)
    found = order[at]
    return np.where(members[found] == ids, found, -1)


def _stepped(
    walker: Walker, node: Call, frame: Frame, members: Ids, starts: Ids, sizes: Ids, place: Ids
) -> Elements:
    steps = walker.data(node.arguments[2], frame) if len(node.arguments) > 2 else np.ones(frame.rows)
    if np.any(steps != np.floor(steps)):
        row = int(np.flatnonzero(steps != np.floor(steps))[0])
        raise walker.fail(frame, row, f"the steps of {walker.shown(node)} are not whole")
    target = place + (-1 if node.function.startswith("prev") else 1) * steps.astype(np.int64)
    if node.function.endswith("w"):
        target = np.mod(target, np.maximum(sizes, 1))
    outside = np.flatnonzero((target < 0) | (target >= sizes))
    if len(outside):
        remedy = "exclude it by a filter, or use prevw and nextw to go round"
        raise walker.fail(frame, int(outside[0]), f"{walker.shown(node)} is past the end of its set", remedy)
    return Elements(members[starts + target, 0])
