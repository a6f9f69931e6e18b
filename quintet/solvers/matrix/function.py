"""The functions of the language over a frame: reductions, ordered sets, functions of numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quintet.errors import DataError
from quintet.formulation.arithmetic import interpolate
from quintet.formulation.functions import OF_SETS, ORDERED
from quintet.formulation.model import Floats, Ids, Ladder
from quintet.formulation.tree import Call, Comprehension, ListOf, Node, TupleOf
from quintet.solvers.arrays import totals
from quintet.solvers.matrix.form import Form
from quintet.solvers.matrix.frame import Elements, Frame, ranges
from quintet.solvers.matrix.membership import ordered

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
    if name == "piecewise":
        return _piecewise(walker, node, frame)
    raise walker.beyond(node)


def _unary(walker: Walker, node: Call, frame: Frame) -> Floats:
    (argument,) = node.arguments
    operand = walker.quantity(argument, frame)
    if isinstance(operand, Form):
        if operand.varies:
            raise walker.beyond(node)
        operand = operand.constant
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
    return totals(parents, body, frame.rows)


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
    function.at(result, parents, values)
    return walker.finite(node, result, frame)


def _number(walker: Walker, node: Call, item: Node, frame: Frame) -> Floats:
    value = walker.quantity(item, frame)
    if not isinstance(value, Form):
        return value
    if value.varies:
        raise walker.beyond(node)
    return value.constant


# piecewise, of data


def _piecewise(walker: Walker, node: Call, frame: Frame) -> Floats:
    """Row by row: the number of breakpoints may differ."""
    values = _number(walker, node, node.arguments[0], frame)
    points = _breakpoints(walker, node, frame)
    slopes = {label: walker.data(slope, frame) for label, slope in node.keywords}
    result = np.empty(frame.rows)
    for row, (xs, ys) in enumerate(points):
        ends = {label: float(numbers[row]) for label, numbers in slopes.items()}
        try:
            result[row] = interpolate(float(values[row]), xs, ys, ends.get("left"), ends.get("right"))
        except DataError as error:
            raise walker.fail(frame, row, f"{error.message} in {walker.shown(node)}", error.remedy) from None
    return result


def _breakpoints(walker: Walker, node: Call, frame: Frame) -> list[tuple[list[float], list[float]]]:
    """Places and values for every row of the frame."""
    listed = node.arguments[1]
    found: list[tuple[list[float], list[float]]] = [([], []) for _ in range(frame.rows)]
    for pair, inner, parents in _pairs(walker, listed, frame):
        if not isinstance(pair, TupleOf) or len(pair.items) != 2:
            raise walker.beyond(node)
        places, heights = (walker.data(item, inner).tolist() for item in pair.items)
        for row, x, y in zip(parents.tolist(), places, heights, strict=True):
            found[row][0].append(x)
            found[row][1].append(y)
    return found


def _pairs(walker: Walker, listed: Node, frame: Frame) -> Iterator[tuple[Node, Frame, Ids]]:
    if isinstance(listed, Comprehension):
        yield listed.body, *walker.expanded(listed, frame)
    elif isinstance(listed, ListOf):
        yield from ((item, frame, np.arange(frame.rows)) for item in listed.items)


# ordered sets


@dataclass(frozen=True)
class Ordered:
    """Per row of a frame, an ordered set: `sizes[r]` of `members` from place `starts[r]` on."""

    members: Ids
    starts: Ids
    sizes: Ids

    def places(self, ids: Ids) -> Ids:
        """Place of an element in its row's set, from 0; -1 where it is no member."""
        starts, first = np.unique(self.starts, return_index=True)
        sizes = self.sizes[first]
        if not sizes.sum():
            return np.full(len(ids), -1, dtype=np.int64)
        where = ranges(starts, sizes)
        ladder = Ladder.build(np.column_stack([np.repeat(starts, sizes), self.members[where]]))
        found = ladder.climb(np.column_stack([self.starts, ids]))
        return np.where(found < 0, -1, where[found] - self.starts)


def _of_set(walker: Walker, node: Call, frame: Frame) -> Value:
    """`first last card ord prev next prevw nextw`; the first argument is the set."""
    members, starts, sizes = ordered(walker, node.arguments[0], frame)
    if node.function == "card":
        return sizes.astype(np.float64)
    if members.shape[1] > 1:
        message = f"{walker.shown(node.arguments[0])} holds tuples in {walker.shown(node)}"
        raise walker.fail(frame, 0, message, "use a set of single elements")
    sets = Ordered(members[:, 0], starts, sizes)
    if node.function in OF_SETS:
        return _end(walker, node, frame, sets)
    place = _place(walker, node, frame, sets)
    if node.function == "ord":
        return (place + 1).astype(np.float64)
    return _stepped(walker, node, frame, sets, place)


def _end(walker: Walker, node: Call, frame: Frame, sets: Ordered) -> Elements:
    if not sets.sizes.all():
        row = int(np.flatnonzero(sets.sizes == 0)[0])
        raise walker.fail(frame, row, f"the set is empty in {walker.shown(node)}", "exclude it by a filter")
    return Elements(sets.members[sets.starts + (sets.sizes - 1 if node.function == "last" else 0)])


def _place(walker: Walker, node: Call, frame: Frame, sets: Ordered) -> Ids:
    place = sets.places(walker.subscript(node.arguments[1], frame))
    outside = np.flatnonzero(place < 0)
    if len(outside):
        message = f"{walker.shown(node.arguments[1])} is not in the set in {walker.shown(node)}"
        raise walker.fail(frame, int(outside[0]), message, "exclude it by a filter")
    return place


def _stepped(walker: Walker, node: Call, frame: Frame, sets: Ordered, place: Ids) -> Elements:
    steps = walker.data(node.arguments[2], frame) if len(node.arguments) > 2 else np.ones(frame.rows)
    broken = np.flatnonzero(steps != np.floor(steps))
    if len(broken):
        raise walker.fail(frame, int(broken[0]), f"the steps of {walker.shown(node)} are not whole")
    target = place + (-1 if node.function.startswith("prev") else 1) * steps.astype(np.int64)
    if node.function.endswith("w"):
        target = np.mod(target, sets.sizes)
    outside = np.flatnonzero((target < 0) | (target >= sets.sizes))
    if len(outside):
        remedy = "exclude it by a filter, or use prevw and nextw to go round"
        raise walker.fail(frame, int(outside[0]), f"{walker.shown(node)} is past the end of its set", remedy)
    return Elements(sets.members[sets.starts + target])
