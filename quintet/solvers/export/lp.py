"""A matrix as an LP file (CPLEX's format, as HiGHS, SCIP, Gurobi and CBC read it).

A row with both a lower and an upper bound becomes two rows, because HiGHS reads no ranges.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from quintet.formulation.schema import Sense
from quintet.formulation.tolerances import finite_bound
from quintet.solvers.arrays import INTEGRAL, SEMICONTINUOUS, Arrays
from quintet.solvers.export.labels import Labels, plain_labels, shown, wrapped


def lp_text(arrays: Arrays, labels: Labels | None = None, title: str = "") -> str:
    """An LP file.

    Args:
        arrays: The matrix.
        labels: Names of columns and rows; default: `x1` and `r1`.
        title: A comment in the first line.
    """
    return "\n".join(_Writer(arrays, labels or plain_labels(arrays)).lines(title)) + "\n"


class _Writer:
    def __init__(self, arrays: Arrays, labels: Labels) -> None:
        self._arrays = arrays
        self._labels = labels

    def lines(self, title: str) -> Iterator[str]:
        """The whole file."""
        yield from (rf"\ {line}" for line in [" ".join(title.split())] if line)
        yield from (rf"\ {name} is {meaning}" for name, meaning in self._labels.meanings.items())
        yield "Maximize" if self._arrays.sense is Sense.MAXIMIZE else "Minimize"
        yield from wrapped([" obj:", *self._objective()])
        yield "Subject To"
        yield from self._rows()
        yield "Bounds"
        yield from self._bounds()
        yield from self._section("Binaries", self._binary())
        yield from self._section("Generals", self._integral() & ~self._binary())
        yield from self._section("Semi-Continuous", self._arrays.integrality == SEMICONTINUOUS)
        yield "End"

    # objective and rows

    def _objective(self) -> Iterator[str]:
        """All columns that no row names stand here too, with 0, so that none is lost."""
        arrays = self._arrays
        used = np.zeros(arrays.columns, dtype=bool)
        used[arrays.matrix.columns] = True
        listed = np.flatnonzero((arrays.cost != 0) | ~used)
        yield from _sum((arrays.cost[column], self._labels.columns[column]) for column in listed)
        if len(arrays.products):
            yield from ["+", "[", *self._squares(), "]", "/", "2"]
        if arrays.offset:
            yield from _term(arrays.offset, "")

    def _squares(self) -> Iterator[str]:
        products, names = self._arrays.products, self._labels.columns
        triples = zip(products.first, products.second, products.values, strict=True)
        yield from _sum(
            (2 * value, f"{names[one]} ^ 2" if one == other else f"{names[one]} * {names[other]}")
            for one, other, value in triples
        )

    def _rows(self) -> Iterator[str]:
        arrays = self._arrays
        for row, name in enumerate(self._labels.rows):
            lower, upper = float(arrays.row_lower[row]), float(arrays.row_upper[row])
            terms = list(self._terms(row))
            for suffix, sign, side in _sides(lower, upper):
                yield from wrapped([f" {name}{suffix}:", *terms, sign, shown(side)])

    def _terms(self, row: int) -> Iterator[str]:
        matrix = self._arrays.matrix
        entries = range(matrix.starts[row], matrix.starts[row + 1])
        pairs = [(matrix.values[entry], self._labels.columns[matrix.columns[entry]]) for entry in entries]
        yield from _sum(pairs or [(0.0, self._labels.columns[0])] if self._labels.columns else [])

    # columns

    def _bounds(self) -> Iterator[str]:
        arrays = self._arrays
        binary = self._binary()
        for column, name in enumerate(self._labels.columns):
            lower, upper = float(arrays.column_lower[column]), float(arrays.column_upper[column])
            if not binary[column]:
                yield f" {_bounded(name, lower, upper)}"

    def _integral(self) -> np.ndarray:
        return self._arrays.integrality == INTEGRAL

    def _binary(self) -> np.ndarray:
        arrays = self._arrays
        return self._integral() & (arrays.column_lower == 0) & (arrays.column_upper == 1)

    def _section(self, title: str, chosen: np.ndarray) -> Iterator[str]:
        names = [self._labels.columns[column] for column in np.flatnonzero(chosen)]
        if names:
            yield title
            yield from wrapped([f" {names[0]}", *names[1:]])


def _sides(lower: float, upper: float) -> Iterator[tuple[str, str, float]]:
    """Suffix, sign and right-hand side of the lines that a row needs."""
    if lower == upper:
        yield "", "=", lower
        return
    both = finite_bound(lower) and finite_bound(upper)
    if finite_bound(lower):
        yield ".low" if both else "", ">=", lower
    if finite_bound(upper):
        yield ".high" if both else "", "<=", upper


def _bounded(name: str, lower: float, upper: float) -> str:
    if not finite_bound(lower) and not finite_bound(upper):
        return f"{name} free"
    if lower == upper:
        return f"{name} = {shown(lower)}"
    left = shown(lower) if finite_bound(lower) else "-inf"
    right = f" <= {shown(upper)}" if finite_bound(upper) else ""
    return f"{left} <= {name}{right}"


def _sum(pairs: Iterable[tuple[float, str]]) -> Iterator[str]:
    for place, (value, name) in enumerate(pairs):
        words = list(_term(float(value), name))
        yield from words[1:] if place == 0 and words[0] == "+" else words


def _term(value: float, name: str) -> Iterator[str]:
    yield "-" if value < 0 else "+"
    if abs(value) != 1 or not name:
        yield shown(abs(value))
    if name:
        yield name
