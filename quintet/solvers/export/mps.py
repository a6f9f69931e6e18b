"""A matrix as an MPS file in free format, with `OBJSENSE`, `RANGES` and `QUADOBJ` where needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from quintet.formulation.schema import Sense
from quintet.formulation.tolerances import finite_bound
from quintet.solvers.arrays import INTEGRAL, SEMICONTINUOUS, Arrays
from quintet.solvers.export.labels import Labels, plain_labels, shown

OBJECTIVE = "obj"


def mps_text(arrays: Arrays, labels: Labels | None = None, title: str = "") -> str:
    """An MPS file.

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
        self._kinds = [
            _kind(float(low), float(high))
            for low, high in zip(arrays.row_lower, arrays.row_upper, strict=True)
        ]

    def lines(self, title: str) -> Iterator[str]:
        """The whole file."""
        yield from (f"* {line}" for line in [" ".join(title.split())] if line)
        yield from (f"* {name} is {meaning}" for name, meaning in self._labels.meanings.items())
        yield "NAME quintet"
        if self._arrays.sense is Sense.MAXIMIZE:
            yield from ("OBJSENSE", "    MAX")
        yield "ROWS"
        yield f" N {OBJECTIVE}"
        yield from (f" {kind} {name}" for kind, name in zip(self._kinds, self._labels.rows, strict=True))
        yield "COLUMNS"
        yield from self._columns()
        yield "RHS"
        yield from self._right_sides()
        yield from _section("RANGES", self._ranges())
        yield "BOUNDS"
        yield from self._bounds()
        yield from _section("QUADOBJ", self._squares())
        yield "ENDATA"

    def _columns(self) -> Iterator[str]:
        integral = self._arrays.integrality == INTEGRAL
        entries = self._by_column()
        inside = False
        for column, name in enumerate(self._labels.columns):
            if bool(integral[column]) != inside:
                inside = not inside
                yield f"    MARKER 'MARKER' {_marker(inside)}"
            yield from (f"    {name} {row} {shown(value)}" for row, value in entries[column])
        if inside:
            yield f"    MARKER 'MARKER' {_marker(False)}"

    def _by_column(self) -> list[list[tuple[str, float]]]:
        """Row names and values of each column; the objective first, and with 0 if it has nothing."""
        arrays, matrix = self._arrays, self._arrays.matrix
        found: list[list[tuple[str, float]]] = [[] for _ in range(arrays.columns)]
        for row, column, value in zip(matrix.row_of_entries(), matrix.columns, matrix.values, strict=True):
            found[column].append((self._labels.rows[row], float(value)))
        for column, cost in enumerate(arrays.cost):
            if cost or not found[column]:
                found[column].insert(0, (OBJECTIVE, float(cost)))
        return found

    def _right_sides(self) -> Iterator[str]:
        arrays = self._arrays
        if arrays.offset:
            yield f"    RHS {OBJECTIVE} {shown(-arrays.offset)}"
        for row, name in enumerate(self._labels.rows):
            side = arrays.row_lower[row] if self._kinds[row] == "G" else arrays.row_upper[row]
            if self._kinds[row] != "N" and side:
                yield f"    RHS {name} {shown(float(side))}"

    def _ranges(self) -> Iterator[str]:
        arrays = self._arrays
        for row, name in enumerate(self._labels.rows):
            lower, upper = float(arrays.row_lower[row]), float(arrays.row_upper[row])
            if self._kinds[row] == "L" and finite_bound(lower):
                yield f"    RNG {name} {shown(upper - lower)}"

    def _bounds(self) -> Iterator[str]:
        arrays = self._arrays
        for column, name in enumerate(self._labels.columns):
            lower, upper = float(arrays.column_lower[column]), float(arrays.column_upper[column])
            if arrays.integrality[column] == SEMICONTINUOUS:
                yield from _semicontinuous(name, lower, upper)
            else:
                yield from _bound(name, lower, upper, integral=arrays.integrality[column] == INTEGRAL)

    def _squares(self) -> Iterator[str]:
        """One half of the Hessian: a product `q x y` is the entry q, a square `q x²` is 2 q.

        A column's diagonal comes first: HiGHS 1.14 misreads it anywhere else.
        """
        products, names = self._arrays.products, self._labels.columns
        for one, other, value in sorted(zip(products.first, products.second, products.values, strict=True)):
            entry = 2 * float(value) if one == other else float(value)
            yield f"    {names[one]} {names[other]} {shown(entry)}"


def _kind(lower: float, upper: float) -> str:
    if not finite_bound(lower) and not finite_bound(upper):
        return "N"
    if lower == upper:
        return "E"
    return "L" if finite_bound(upper) else "G"


def _marker(opening: bool) -> str:
    return "'INTORG'" if opening else "'INTEND'"


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    for place, line in enumerate(lines):
        if place == 0:
            yield title
        yield line


def _bound(name: str, lower: float, upper: float, *, integral: bool) -> Iterator[str]:
    """Bounds unlike 0 and infinity; an integer column always has both, for readers take 1 for none."""
    if not finite_bound(lower) and not finite_bound(upper):
        yield f" FR BND {name}"
    elif lower == upper:
        yield f" FX BND {name} {shown(lower)}"
    else:
        yield from _lower(name, lower, always=integral)
        if finite_bound(upper):
            yield f" UP BND {name} {shown(upper)}"
        elif integral:
            yield f" PL BND {name}"


def _lower(name: str, lower: float, *, always: bool) -> Iterator[str]:
    if not finite_bound(lower):
        yield f" MI BND {name}"
    elif lower or always:
        yield f" LO BND {name} {shown(lower)}"


def _semicontinuous(name: str, lower: float, upper: float) -> Iterator[str]:
    yield from _lower(name, lower, always=False)
    yield f" SC BND {name} {shown(upper) if finite_bound(upper) else '1e30'}"
