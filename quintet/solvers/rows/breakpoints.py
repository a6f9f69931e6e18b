"""The breakpoints of `piecewise`, as the row-by-row route reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintet.errors import DataError
from quintet.formulation.arithmetic import check_breakpoints
from quintet.formulation.tree import Call, Comprehension, ListOf

if TYPE_CHECKING:
    from quintet.solvers.rows.algebra import Indices
    from quintet.solvers.rows.walker import Walker


def breakpoints(walker: Walker, node: Call, indices: Indices) -> tuple[list[float], list[float]]:
    """Places and values of the breakpoints of `piecewise`.

    Raises:
        DataError: They are not pairs of numbers from left to right, or too few.
    """
    points = node.arguments[1]
    if isinstance(points, Comprehension):
        found = [walker.value(points.body, inner) for inner in walker.rows(points.generators, indices)]
    else:
        found = [walker.value(item, indices) for item in (points.items if isinstance(points, ListOf) else ())]
    if not all(
        isinstance(pair, tuple) and len(pair) == 2 and all(isinstance(part, int | float) for part in pair)
        for pair in found
    ):
        raise DataError("a breakpoint is not a pair of numbers", remedy="write (place, value)")
    xs, ys = [float(x) for x, _ in found], [float(y) for _, y in found]
    check_breakpoints(xs)
    return xs, ys
