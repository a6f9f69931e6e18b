"""A matrix that is being read: columns, rows and entries as they come, checked at the end."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

from quintet.errors import DataError, DocumentError
from quintet.formulation.model import Floats, Ids
from quintet.formulation.schema import Sense, shown
from quintet.formulation.tolerances import INFINITE
from quintet.solvers.arrays import CONTINUOUS, totals
from quintet.solvers.reading.matrix_file import MatrixFile, Triples

NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eEdD][-+]?[0-9]{1,5})?", re.ASCII)
INFINITY = re.compile(r"[-+]?(?:inf|infinity)", re.IGNORECASE)
_MEANING = re.compile(r"[\\*] (\S+) is ([A-Za-z_]\w*(?:\[.*\])?(?:\.[0-9]+)?)", re.ASCII)
_NO_IDS: Ids = np.zeros(0, dtype=np.int64)


class Draft:
    """Collects a matrix.

    Args:
        name: Name of the file, for messages.
        added: Whether entries at one place add up; else the second one is an error.
    """

    def __init__(self, name: str, *, added: bool) -> None:
        self.name = name
        self.title = ""
        self.sense = Sense.MINIMIZE
        self.offset = 0.0
        self.column_of: dict[str, int] = {}
        self.row_of: dict[str, int] = {}
        self.cost: list[float] = []
        self.lower: list[float | None] = []
        self.upper: list[float | None] = []
        self.integrality: list[int] = []
        self.row_lower: list[float] = []
        self.row_upper: list[float] = []
        self.meanings: dict[str, str] = {}
        self.assumptions: list[str] = []
        self._added = added
        self._entries: tuple[list[int], list[int], list[float], list[int]] = ([], [], [], [])
        self._products: tuple[list[int], list[int], list[float], list[int]] = ([], [], [], [])

    # errors

    def at(self, line: int) -> str:
        """The place of a line, for messages."""
        return f"{self.name}, line {line}"

    def wrong(self, message: str, line: int, remedy: str = "") -> DocumentError:
        """The error for a line."""
        return DocumentError(message, place=self.at(line), remedy=remedy)

    # what comes

    def number(self, text: str, line: int, *, infinite: bool = False) -> float:
        """A number; infinities (from 1e20) only where `infinite`.

        Raises:
            DataError: It is none, or infinite.
        """
        if NUMBER.fullmatch(text):
            value = float(text.replace("d", "e").replace("D", "e"))
        elif INFINITY.fullmatch(text):
            value = -math.inf if text.startswith("-") else math.inf
        else:
            raise DataError(f"{shown(text)} is not a number", place=self.at(line), remedy="write digits")
        if abs(value) >= INFINITE and not infinite:
            said = f"{shown(text)} is infinite, from 1e20 on"
            raise DataError(said, place=self.at(line), remedy="write a finite number")
        return math.copysign(math.inf, value) if abs(value) >= INFINITE else value

    def comment(self, text: str) -> None:
        """A line of comment, which may say what a name stands for."""
        found = _MEANING.fullmatch(text.strip())
        if found:
            self.meanings[found[1]] = found[2]

    def add_column(self, name: str, integrality: int = CONTINUOUS) -> int:
        """A new column without bounds said; its place."""
        place = self.column_of[name] = len(self.cost)
        self.cost.append(0.0)
        self.lower.append(None)
        self.upper.append(None)
        self.integrality.append(integrality)
        return place

    def add_row(self, name: str, lower: float, upper: float, line: int) -> int:
        """A new row; its place.

        Raises:
            DocumentError: There is one of that name.
        """
        if name in self.row_of:
            raise self.wrong(f"the row {shown(name)} stands twice", line, "rename one of the two")
        place = self.row_of[name] = len(self.row_lower)
        self.row_lower.append(lower)
        self.row_upper.append(upper)
        return place

    def add_entry(self, row: int, column: int, value: float, line: int) -> None:
        """A coefficient."""
        for items, item in zip(self._entries, (row, column, value, line), strict=True):
            items.append(item)  # type: ignore[arg-type]  # three lists of int, one of float

    def add_product(self, first: int, second: int, value: float, line: int) -> None:
        """`value * x[first] * x[second]` of the objective."""
        pair = (first, second) if first <= second else (second, first)
        for items, item in zip(self._products, (*pair, value, line), strict=True):
            items.append(item)  # type: ignore[arg-type]  # as above

    # the end

    def finished(self) -> MatrixFile:
        """The whole matrix.

        Raises:
            DocumentError: It has no columns, an entry stands twice, or a bound can be read in two ways.
        """
        if not self.cost:
            raise DocumentError("the model has no columns", place=self.name, remedy="name one in a row")
        names, rows = tuple(self.column_of), tuple(self.row_of)
        for what, listed, lower, upper in (
            ("column", names, self.lower, self.upper),
            ("row", rows, self.row_lower, self.row_upper),
        ):
            self._refuse_unreachable(what, listed, lower, upper)
        empty = not any(self.cost) and not self._products[0] and not self.offset
        return MatrixFile(
            name=self.name,
            title=self.title,
            sense=Sense.SATISFY if empty else self.sense,
            columns=names,
            rows=rows,
            cost=np.array(self.cost),
            offset=self.offset,
            entries=self._summed(self._entries, rows, names, added=self._added),
            products=self._summed(self._products, names, names, added=True),
            column_lower=self._lower_bounds(),
            column_upper=np.array([np.inf if upper is None else upper for upper in self.upper]),
            integrality=np.array(self.integrality, dtype=np.int64),
            row_lower=np.array(self.row_lower, dtype=np.float64),
            row_upper=np.array(self.row_upper, dtype=np.float64),
            meanings=self.meanings,
            assumptions=tuple(self.assumptions),
        )

    def _refuse_unreachable(
        self,
        what: str,
        names: Sequence[str],
        lower: Sequence[float | None],
        upper: Sequence[float | None],
    ) -> None:
        for name, low, high in zip(names, lower, upper, strict=True):
            if low == math.inf or high == -math.inf:
                raise DocumentError(
                    f"the {what} {shown(name)} is to reach infinity, which nothing does",
                    place=self.name,
                    remedy="write a finite limit, or leave it out",
                )

    def _lower_bounds(self) -> Floats:
        for name, place in self.column_of.items():
            upper = self.upper[place]
            if self.lower[place] is None and upper is not None and upper < 0:
                raise DocumentError(
                    f"the column {shown(name)} is at most {upper:g} and no lower bound is said, "
                    "which some readers take for 0 and others for none",
                    place=self.name,
                    remedy="say its lower bound too",
                )
        return np.array([0.0 if lower is None else lower for lower in self.lower])

    def _summed(
        self,
        listed: tuple[list[int], list[int], list[float], list[int]],
        firsts: Sequence[str],
        seconds: Sequence[str],
        *,
        added: bool,
    ) -> Triples:
        if not listed[0]:
            return Triples(_NO_IDS, _NO_IDS, np.zeros(0))
        first, second = (np.array(ids, dtype=np.int64) for ids in listed[:2])
        codes, group = np.unique(first * len(seconds) + second, return_inverse=True)
        if len(codes) < len(first) and not added:
            self._refuse_twice(group, listed, firsts, seconds)
        values = totals(group.reshape(-1), np.array(listed[2]), len(codes))
        kept = values != 0
        return Triples(codes[kept] // len(seconds), codes[kept] % len(seconds), values[kept])

    def _refuse_twice(
        self,
        group: Ids,
        listed: tuple[list[int], list[int], list[float], list[int]],
        firsts: Sequence[str],
        seconds: Sequence[str],
    ) -> None:
        seen: set[int] = set()
        for place, code in enumerate(group.reshape(-1).tolist()):
            if code in seen:
                pair = f"{shown(firsts[listed[0][place]])} and {shown(seconds[listed[1][place]])}"
                raise self.wrong(f"the entry of {pair} stands twice", listed[3][place], "keep one")
            seen.add(code)
