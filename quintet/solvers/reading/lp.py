"""LP files: CPLEX's format, as Gurobi, HiGHS, SCIP, Pyomo and Quintet itself write it.

Linear rows, a linear or quadratic objective, bounds, integers, binaries and semicontinuous columns.
What a file says beyond that is refused with its line.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from quintet.formulation.schema import Sense, shown
from quintet.solvers.arrays import INTEGRAL, SEMICONTINUOUS
from quintet.solvers.reading.draft import INFINITY, Draft
from quintet.solvers.reading.lp_tokens import Section, Token, sections_of
from quintet.solvers.reading.lp_words import Expression, Words
from quintet.solvers.reading.matrix_file import MatrixFile

FLIPPED = {"<=": ">=", ">=": "<=", "=": "="}
SIGNS = {"<": "<=", "<=": "<=", "=<": "<=", ">": ">=", ">=": ">=", "=>": ">=", "=": "="}


def read_lp(text: str, name: str) -> MatrixFile:
    """The matrix of an LP file.

    Args:
        text: The whole file.
        name: Its name, for messages.

    Raises:
        DocumentError: Something can't be read, or can't be taken; the place has the line.
        DataError: A number is none, or is infinite where it may not be.
    """
    return _Reader(name).read(text)


@dataclass(frozen=True)
class _Row:
    """A row as it stands: its name, "" for none, the sum, its limits and its line."""

    name: str
    body: Expression
    lower: float
    upper: float
    line: int


class _Reader:
    def __init__(self, name: str) -> None:
        self._draft = Draft(name, added=True)
        self._bounded: dict[tuple[str, int], float] = {}

    def read(self, text: str) -> MatrixFile:
        """All sections."""
        kinds: list[str] = []
        for section in sections_of(text, self._draft.comment):
            if "end" in kinds:
                raise self._draft.wrong(f"{section.heading!r} stands after End", section.line, "take it out")
            self._take(section, kinds)
            kinds.append(section.kind)
        if "end" not in kinds:
            last = text.count("\n") + 1
            raise self._draft.wrong("the file ends without End: it may be cut off", last, "add End")
        return self._draft.finished()

    def _take(self, section: Section, before: list[str]) -> None:
        if not section.kind or section.kind == "end":
            self._nothing(section)
            return
        if section.kind == "refused":
            said = f"the section {section.heading!r} can't be read here"
            raise self._draft.wrong(said, section.line, "write it in the language of formulations")
        if "objective" not in before and section.kind != "objective":
            raise self._draft.wrong("the objective is missing", section.line, "begin with Minimize")
        words = Words(section.tokens, self._draft, section.line)
        {
            "objective": self._objective,
            "rows": self._rows,
            "bounds": self._bounds,
            "integers": self._integers,
            "binaries": self._binaries,
            "semi": self._semicontinuous,
        }[section.kind](words, section)

    def _nothing(self, section: Section) -> None:
        if section.tokens:
            first = section.tokens[0]
            said = f"{shown(first.text)} stands {'after End' if section.kind else 'before the objective'}"
            raise self._draft.wrong(said, first.line, "an LP file begins with Minimize or Maximize")

    # objective

    def _objective(self, words: Words, section: Section) -> None:
        draft = self._draft
        draft.sense = Sense.MAXIMIZE if section.heading.startswith("max") else Sense.MINIMIZE
        words.label()
        found = words.expression()
        if not words.done:
            raise words.wrong("does not belong to an objective", "write a sum of terms")
        draft.offset = found.constant
        for name, value, _line in found.terms:
            draft.cost[self._column(name)] += value
        for first, second, value, line in found.products:
            draft.add_product(self._column(first), self._column(second), value, line)

    def _column(self, name: str) -> int:
        known = self._draft.column_of.get(name)
        return self._draft.add_column(name) if known is None else known

    # rows

    def _rows(self, words: Words, section: Section) -> None:
        rows: list[_Row] = []
        while not words.done:
            line = words.line
            rows.append(self._row(words.label(), words, line))
        named = {row.name for row in rows}
        for place, row in enumerate(rows, 1):
            self._add_row(row, row.name or _unnamed(place, named))

    def _row(self, label: str | None, words: Words, line: int) -> _Row:
        left = self._lower_of_range(words)
        body = words.expression()
        sign = SIGNS[words.sign()]
        side = words.value()
        words.refuse_right_side(line)
        if body.products:
            named = f"the row {shown(label)}" if label else "this row"
            raise self._draft.wrong(f"{named} is quadratic, which can't be read here", line)
        lower, upper = _sides(sign, side - body.constant)
        if left is not None:
            lower, upper = self._ranged(left, sign, side, body.constant, words)
        return _Row(label or "", body, lower, upper, line)

    def _lower_of_range(self, words: Words) -> tuple[float, str] | None:
        """`2 <=` at the start of a row."""
        if not words.opens_range():
            return None
        value = words.value()
        return value, SIGNS[words.sign()]

    def _ranged(
        self, left: tuple[float, str], sign: str, side: float, constant: float, words: Words
    ) -> tuple[float, float]:
        if left[1] != sign or sign == "=":
            raise words.wrong("closes a row whose two comparisons run both ways", "write 1 <= x + y <= 4")
        low, high = (left[0], side) if sign == "<=" else (side, left[0])
        return low - constant, high - constant

    def _add_row(self, found: _Row, name: str) -> None:
        row = self._draft.add_row(name, found.lower, found.upper, found.line)
        for column, value, at in found.body.terms:
            self._draft.add_entry(row, self._column(column), value, at)

    # bounds

    def _bounds(self, words: Words, section: Section) -> None:
        while not words.done:
            first = words.peek()
            if first.kind == "name" and not INFINITY.fullmatch(first.text):
                self._after_name(words)
            else:
                self._after_value(words)

    def _after_name(self, words: Words) -> None:
        name, line = words.name(), words.line
        if words.free():
            self._bound(name, ">=", -math.inf, line)
            self._bound(name, "<=", math.inf, line)
            return
        sign = SIGNS[words.sign()]
        self._bound(name, sign, words.value(), line)

    def _after_value(self, words: Words) -> None:
        value, sign = words.value(), FLIPPED[SIGNS[words.sign()]]
        line = words.line
        name = words.name()
        self._bound(name, sign, value, line)
        if not words.done and words.peek().kind == "sign":
            self._bound(name, SIGNS[words.sign()], words.value(), line)

    def _bound(self, name: str, sign: str, value: float, line: int) -> None:
        place = self._known(name, line)
        for one, bounds in ((">=", self._draft.lower), ("<=", self._draft.upper)):
            if sign in (one, "="):
                said = self._bounded.setdefault((one, place), value)
                if said != value:
                    what = "lower" if one == ">=" else "upper"
                    message = f"{shown(name)} has two {what} bounds, {said:g} and {value:g}"
                    raise self._draft.wrong(message, line, "keep one")
                bounds[place] = value

    def _known(self, name: str, line: int) -> int:
        place = self._draft.column_of.get(name)
        if place is None:
            said = f"the column {shown(name)} stands in no row and not in the objective"
            raise self._draft.wrong(said, line, "correct its name, or add 0 times it to the objective")
        return place

    # kinds of columns

    def _listed(self, words: Words) -> Iterator[tuple[str, int, Token]]:
        while not words.done:
            token = words.peek()
            name = words.name()
            yield name, self._known(name, token.line), token

    def _integers(self, words: Words, section: Section) -> None:
        for name, place, token in self._listed(words):
            self._whole(name, place, token)

    def _whole(self, name: str, place: int, token: Token) -> None:
        if self._draft.integrality[place] == SEMICONTINUOUS:
            self._refuse_semi_integer(name, token)
        self._draft.integrality[place] = INTEGRAL

    def _binaries(self, words: Words, section: Section) -> None:
        """0 or 1; bounds that were said and are tighter stay."""
        draft = self._draft
        for name, place, token in self._listed(words):
            self._whole(name, place, token)
            lower, upper = draft.lower[place], draft.upper[place]
            draft.lower[place] = 0.0 if lower is None else max(0.0, lower)
            draft.upper[place] = 1.0 if upper is None else min(1.0, upper)

    def _semicontinuous(self, words: Words, section: Section) -> None:
        for name, place, token in self._listed(words):
            if self._draft.integrality[place] == INTEGRAL:
                self._refuse_semi_integer(name, token)
            self._draft.integrality[place] = SEMICONTINUOUS

    def _refuse_semi_integer(self, name: str, token: Token) -> None:
        said = f"the column {shown(name)} is semi-integer, which can't be read here"
        raise self._draft.wrong(said, token.line, "write it as an integer and a binary column")


def _sides(sign: str, value: float) -> tuple[float, float]:
    lower = value if sign in (">=", "=") else -math.inf
    return lower, value if sign in ("<=", "=") else math.inf


def _unnamed(place: int, named: Collection[str]) -> str:
    """What a row without a name is called: c3 if it is the third."""
    name = f"c{place}"
    while name in named:
        name += "_"
    return name
