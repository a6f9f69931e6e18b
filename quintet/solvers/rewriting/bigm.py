"""The constant M of `expression <= right + M * (1 - switch)`, from the ranges of the variables.

There is no default: where the bounds leave the expression open the linear constraints are asked
(bound tightening by a linear program), and failing that the error names the variable. M is the
least that is right over the box, row by row (Bonami et al., *On mathematical programming with
indicator constraints*, Math. Prog. 151, 2015, on why a small one matters).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import starmap

import numpy as np

from quintet.errors import DataError
from quintet.formulation.model import Model
from quintet.formulation.printer import to_text
from quintet.formulation.tree import ExpressionRef, Node, VariableRef, walk
from quintet.problem import Finding, Severity
from quintet.solvers.rewriting.columns import Columns
from quintet.solvers.rewriting.conditions import Row
from quintet.solvers.rewriting.intervals import Affine, Interval, Ranges
from quintet.solvers.rewriting.relaxation import Relaxation
from quintet.solvers.rows.walker import Walker

LARGE_M = 1e6
"""From this size on, a constant M is a finding: a solver's tolerance times M is no longer small."""


class BigM:
    """Finds the constants.

    Args:
        model: The model, for the names of variables without bounds.
        walker: A walker over `ranges`.
        ranges: The bounds of the variables.
        columns: Which variable a column is.
        tell: Takes the findings.
    """

    def __init__(
        self,
        model: Model,
        walker: Walker,
        ranges: Ranges,
        columns: Columns,
        tell: Callable[[Finding], None],
    ) -> None:
        self._model = model
        self._ranges = ranges
        self._relaxation = Relaxation(walker, ranges)
        self._columns = columns
        self._tell = tell

    def constant(self, row: Row, place: str) -> float:
        """By how much the left side of an inequality can exceed its right side at most.

        Raises:
            DataError: There is no bound on it; names the variables that have none.
        """
        upper = self._box(row).upper
        if upper - row.right > LARGE_M and row.body is None:
            upper = min(upper, self._relaxation.tightened(Affine(dict(row.terms)), self._box(row)).upper)
        if math.isinf(upper):
            raise self._unbounded(row, place)
        large = upper - row.right
        if large > LARGE_M:
            self._large(row, large, place)
        return max(0.0, large)

    def _box(self, row: Row) -> Interval:
        linear = self._ranges.range(Affine(dict(row.terms)))
        return linear if row.body is None else linear.plus(row.body.range)

    def _unbounded(self, row: Row, place: str) -> DataError:
        names = list(dict.fromkeys(starmap(_asked, self._open(row)))) or ["give its variables bounds"]
        return DataError(
            f"{_text(row)} stands in logic and has no finite range", place=place, remedy=" and ".join(names)
        )

    def _open(self, row: Row) -> Iterator[tuple[str, str]]:
        """The variables that leave the left side without an upper bound, and the bounds they lack."""
        for column, factor in row.terms:
            end = self._ranges.upper[column] if factor > 0 else self._ranges.lower[column]
            if math.isinf(end):
                yield self._columns.label(column), "an upper" if factor > 0 else "a lower"
        if row.body is not None:
            for name in without_bounds(self._model, row.body.left, row.body.right):
                yield name, "a lower and an upper"

    def _large(self, row: Row, large: float, place: str) -> None:
        names = [self._columns.label(column) for column in self._widest(row)]
        if row.body is not None:
            names += variables_of(self._model, row.body.left, row.body.right)
        self._tell(
            Finding(
                "large-m",
                Severity.WARNING,
                place,
                f"{_text(row)} needs the constant {large:g}, beside which a solver's tolerance is large; "
                f"tighten the bounds of {', '.join(names) or 'its variables'}",
            )
        )

    def _widest(self, row: Row) -> list[int]:
        """The column whose range adds most to M."""
        widths = {c: abs(f) * float(self._ranges.upper[c] - self._ranges.lower[c]) for c, f in row.terms}
        return sorted(widths, key=lambda column: -widths[column])[:1]


def _asked(name: str, bounds: str) -> str:
    return f"give {name} {bounds} bound"


def _text(row: Row) -> str:
    return f"'{to_text(row.origin)}'" if row.origin is not None else "an expression"


def variables_of(model: Model, *nodes: Node) -> list[str]:
    """The decision variables under some trees, named expressions opened."""
    found: dict[str, None] = {}
    waiting, seen = list(nodes), set[str]()
    while waiting:
        for part in walk(waiting.pop()):
            if isinstance(part, ExpressionRef) and part.name not in seen:
                seen.add(part.name)
                waiting.append(model.expressions[part.name].tree)
            elif isinstance(part, VariableRef):
                found[part.name] = None
    return list(found)


def without_bounds(model: Model, *nodes: Node) -> list[str]:
    """Those of the variables under some trees that lack a bound."""
    variables = {name: model.variables[name] for name in variables_of(model, *nodes)}
    return [
        name
        for name, v in variables.items()
        if not (np.all(np.isfinite(v.lower)) and np.all(np.isfinite(v.upper)))
    ]
