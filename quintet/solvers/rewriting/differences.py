"""`all_different`: an assignment of values where the ranges are small, else pairs that differ.

The assignment has a binary for every expression and value (Lee, *All-different polytopes*, J. Comb.
Optim. 6, 2002); it is far tighter than pairs with M, but grows with the ranges.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from quintet.formulation.tree import Node
from quintet.solvers.rewriting.comparisons import Comparisons
from quintet.solvers.rewriting.conditions import Condition, Literal, all_of, any_of, at_least
from quintet.solvers.rewriting.encoding import Encoding
from quintet.solvers.rewriting.intervals import Affine, Interval, Ranges

PER_PAIR = 10
"""An assignment may have this many binaries for every pair of expressions."""


class Differences:
    """Reads `all_different`.

    Args:
        comparisons: Reads the comparisons of pairs.
        ranges: The bounds of the variables.
        encoding: Where the binaries of an assignment go.
    """

    def __init__(self, comparisons: Comparisons, ranges: Ranges, encoding: Encoding) -> None:
        self._comparisons = comparisons
        self._ranges = ranges
        self._encoding = encoding

    def condition(self, items: Sequence[Node], *, negated: bool) -> Condition:
        """`all_different` over expressions without open indices, or its opposite.

        Args:
            items: The expressions.
            negated: Ask for two that are equal.

        Raises:
            DataError: The values are continuous.
        """
        if negated:
            return any_of(self._comparisons.link("==", a, b, {}) for a, b in combinations(items, 2))
        forms = [self._comparisons.form(item, {}) for item in items]
        boxes = [self._ranges.range(form) for form in forms]
        if all(map(_is_listed, forms, boxes)) and _is_small(boxes):
            return self._assigned([self._values(f, box) for f, box in zip(forms, boxes, strict=True)])
        return all_of(self._comparisons.link("!=", a, b, {}) for a, b in combinations(items, 2))

    def _values(self, form: Affine, box: Interval) -> dict[int, Literal]:
        """A literal for every value that a form can take, of which one is true."""
        values = range(round(box.lower), round(box.upper) + 1)
        chosen = {value: self._encoding.fresh() for value in values}
        self._encoding.equate({}, -1.0, dict.fromkeys(chosen.values(), 1.0))
        by_value = {literal: float(value) for value, literal in chosen.items()}
        self._encoding.equate(form.coefficients, -form.rest.lower, by_value)
        return chosen

    def _assigned(self, choices: Sequence[dict[int, Literal]]) -> Condition:
        """Every value is taken once at most."""
        takers: dict[int, list[Literal]] = {}
        for chosen in choices:
            for value, literal in chosen.items():
                takers.setdefault(value, []).append(literal)
        return all_of(at_least(len(t) - 1, [literal.opposite for literal in t]) for t in takers.values())


def _is_listed(form: Affine, box: Interval) -> bool:
    """Whether the values of a form can be listed."""
    return form.linear and box.whole and box.upper - box.lower < float("inf")


def _is_small(boxes: Sequence[Interval]) -> bool:
    pairs = len(boxes) * (len(boxes) - 1) / 2
    return sum(box.upper - box.lower + 1 for box in boxes) <= PER_PAIR * pairs
