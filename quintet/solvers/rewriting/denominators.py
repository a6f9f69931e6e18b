"""Signs of denominators and of other arguments: from the bounds, then from the linear constraints."""

from __future__ import annotations

from enum import Enum

from quintet.formulation.tree import Node
from quintet.solvers.rewriting.intervals import Interval, Ranges
from quintet.solvers.rewriting.relaxation import Relaxation
from quintet.solvers.rows.algebra import Indices
from quintet.solvers.rows.walker import Walker

PROVED = 1e-6
"""A bound that a linear program proves must be this far from 0 to count."""
ROUNDING = 1e-8


class Side(Enum):
    """Where the values of an expression lie."""

    POSITIVE = "positive"
    NONNEGATIVE = "nonnegative"
    NEGATIVE = "negative"
    NONPOSITIVE = "nonpositive"
    BOTH = "both"

    @property
    def direction(self) -> int:
        """1, -1, or 0 if both signs occur."""
        return {"positive": 1, "nonnegative": 1, "negative": -1, "nonpositive": -1}.get(self.value, 0)

    @property
    def strict(self) -> bool:
        """Whether 0 is excluded."""
        return self in (Side.POSITIVE, Side.NEGATIVE)


class Bounder:
    """Ranges of expressions, cut by the linear constraints where that is asked for.

    Args:
        walker: A walker over `ranges`.
        ranges: The bounds of the variables.
    """

    def __init__(self, walker: Walker, ranges: Ranges) -> None:
        self.walker = walker
        self.ranges = ranges
        self._relaxation = Relaxation(walker, ranges)

    def box(self, node: Node, indices: Indices) -> Interval:
        """The range over the bounds of the variables."""
        return self.ranges.range(self.walker.number(node, indices))

    def tightened(self, node: Node, indices: Indices) -> Interval:
        """The range over the bounds and the linear constraints."""
        form = self.walker.number(node, indices)
        return self._relaxation.tightened(form, self.ranges.range(form))

    def finite(self, node: Node, indices: Indices) -> Interval:
        """The range; the linear constraints are asked only if the bounds leave an end open."""
        box = self.box(node, indices)
        if abs(box.lower) < float("inf") and abs(box.upper) < float("inf"):
            return box
        return self.tightened(node, indices)

    def side(self, node: Node, indices: Indices) -> Side:
        """The sign of an expression."""
        box = self.box(node, indices)
        if box.lower > 0:
            return Side.POSITIVE
        if box.upper < 0:
            return Side.NEGATIVE
        return _side(self.tightened(node, indices))


def _side(cut: Interval) -> Side:
    if cut.lower > PROVED:
        return Side.POSITIVE
    if cut.upper < -PROVED:
        return Side.NEGATIVE
    if cut.lower >= -ROUNDING:
        return Side.NONNEGATIVE
    return Side.NONPOSITIVE if cut.upper <= ROUNDING else Side.BOTH
