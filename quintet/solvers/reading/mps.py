"""MPS files, fixed and free, with integers, ranges, semicontinuous columns and quadratic objectives.

Format: the sections of IBM's MPSX with the later additions (`OBJSENSE`, `QUADOBJ`, `QMATRIX`) that
CPLEX, Gurobi, MOSEK and HiGHS share. Where readers differ, HiGHS is followed and the reading is
said as an assumption, or the file is refused.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from quintet.formulation.schema import Sense, shown
from quintet.solvers.arrays import CONTINUOUS, INTEGRAL
from quintet.solvers.reading.draft import Draft
from quintet.solvers.reading.matrix_file import MatrixFile
from quintet.solvers.reading.mps_bounds import bound_integers, set_bound, without_set
from quintet.solvers.reading.mps_lines import Fields, Line, fields_of, lines_of

SENSES = {
    "MAX": Sense.MAXIMIZE,
    "MAXIMIZE": Sense.MAXIMIZE,
    "MIN": Sense.MINIMIZE,
    "MINIMIZE": Sense.MINIMIZE,
}
REFUSED = {
    "SOS": "special ordered sets",
    "SOS1": "special ordered sets",
    "SOS2": "special ordered sets",
    "SETS": "special ordered sets",
    "INDICATORS": "indicator constraints",
    "QCMATRIX": "quadratic constraints",
    "CSECTION": "cones",
    "GENCONS": "general constraints",
    "PWLOBJ": "a piecewise objective",
    "PWLCON": "piecewise constraints",
    "LAZYCONS": "lazy constraints",
    "USERCUTS": "user cuts",
    "BRANCH": "branching priorities",
    "MULTIOBJ": "several objectives",
    "SCENARIOS": "scenarios",
}
"""Sections that say what a matrix with a quadratic objective can't."""
SIDES = {"L": (-math.inf, 0.0), "G": (0.0, math.inf), "E": (0.0, 0.0), "N": (-math.inf, math.inf)}


def read_mps(text: str, name: str) -> MatrixFile:
    """The matrix of an MPS file.

    Args:
        text: The whole file.
        name: Its name, for messages.

    Raises:
        DocumentError: A line can't be read, or a section can't be taken; the place has the line.
        DataError: A number is none, or is infinite where it may not be.
    """
    return _Reader(text, name).read()


class _Reader:
    def __init__(self, text: str, name: str) -> None:
        self._text = text
        self._draft = Draft(name, added=False)
        self._kinds: list[str] = []
        self._objective = ""
        self._wanted = ""
        self._free: set[str] = set()
        self._integral = False
        self._sets: dict[str, str] = {}
        self._ranges: dict[int, float] = {}
        self._said: set[tuple[str, str]] = set()
        self._half: dict[tuple[int, int], bool] = {}
        self._column = ""
        self._section = ""
        self._sections: dict[str, Callable[[Fields, int], None]] = {
            "OBJSENSE": self._sense,
            "OBJNAME": self._objective_name,
            "OBJECTIVE": self._objective_name,
            "ROWS": self._row,
            "COLUMNS": self._entry,
            "RHS": self._right_side,
            "RANGES": self._range,
            "BOUNDS": self._bound,
            "QUADOBJ": self._square,
            "QMATRIX": self._square,
            "QSECTION": self._square,
        }

    def read(self) -> MatrixFile:
        """All lines, then what they mean together."""
        ended = False
        for line in lines_of(self._text, self._draft.comment):
            if ended:
                raise self._draft.wrong("something stands after ENDATA", line.number, "take it out")
            ended = line.section == "ENDATA"
            if not ended:
                self._take(line)
        if not ended:
            last = self._text.count("\n") + 1
            raise self._draft.wrong("the file ends before ENDATA: it may be cut off", last, "add ENDATA")
        self._apply_ranges()
        bound_integers(self._draft)
        return self._draft.finished()

    # sections

    def _take(self, line: Line) -> None:
        if line.header:
            self._open(line)
            return
        run = self._sections.get(line.section)
        if run is None:
            raise self._draft.wrong(
                f"{shown(line.text.strip())} stands in no section", line.number, "begin with NAME and ROWS"
            )
        self._section = line.section
        run(fields_of(line, self._draft), line.number)

    def _open(self, line: Line) -> None:
        section, words = line.section, line.text.split()[1:]
        if section == "NAME":
            self._draft.title = " ".join(words)
        elif section in REFUSED:
            raise self._draft.wrong(
                f"the section {section} holds {REFUSED[section]}, which can't be read here",
                line.number,
                "write them in the language of formulations",
            )
        elif section not in self._sections:
            raise self._draft.wrong(f"unknown section {shown(section)}", line.number, "correct its name")
        elif words and section == "OBJSENSE":
            self._sense(Fields("", tuple(words)), line.number)
        elif section == "QSECTION" and words != [self._objective]:
            raise self._draft.wrong(
                "QSECTION belongs to a row that is not the objective: a quadratic constraint, "
                "which can't be read here",
                line.number,
                "write it in the language of formulations",
            )

    def _sense(self, fields: Fields, line: int) -> None:
        word = " ".join(fields.words).upper()
        if word not in SENSES:
            raise self._draft.wrong(f"{shown(word)} is no sense", line, "write MIN or MAX")
        self._draft.sense = SENSES[word]

    def _objective_name(self, fields: Fields, line: int) -> None:
        self._wanted = " ".join(fields.words)

    # rows and columns

    def _row(self, fields: Fields, line: int) -> None:
        kind = fields.kind.upper()
        if kind not in SIDES or len(fields.words) != 1:
            raise self._draft.wrong("is no row", line, "write N, L, G or E and a name")
        name = fields.words[0]
        if kind == "N" and not self._objective and self._wanted in ("", name):
            self._objective = name
            return
        if name == self._objective:
            raise self._draft.wrong(f"the row {shown(name)} stands twice", line, "rename one of the two")
        self._draft.add_row(name, *SIDES[kind], line)
        self._kinds.append(kind)

    def _entry(self, fields: Fields, line: int) -> None:
        words = list(fields.words)
        if len(words) >= 3 and words[1].strip("'\"").upper() == "MARKER":
            self._marker(words[2].strip("'\"").upper(), line)
            return
        if len(words) not in (3, 5):
            raise self._draft.wrong("is no entry", line, "write a column, a row and a number")
        name, column = words[0], self._column_at(words[0], line)
        for row, text in _pairs(words[1:]):
            value = self._draft.number(text, line)
            if row == self._objective:
                self._cost(column, value, name, line)
            else:
                self._draft.add_entry(self._row_at(row, line), column, value, line)

    def _cost(self, column: int, value: float, name: str, line: int) -> None:
        if ("cost", name) in self._said:
            raise self._draft.wrong(f"the cost of {shown(name)} stands twice", line, "keep one")
        self._said.add(("cost", name))
        self._draft.cost[column] = value

    def _marker(self, word: str, line: int) -> None:
        if word not in ("INTORG", "INTEND"):
            said = f"the marker {shown(word)} opens special ordered sets, which can't be read here"
            raise self._draft.wrong(said, line, "only INTORG and INTEND are read")
        self._integral = word == "INTORG"

    def _column_at(self, name: str, line: int) -> int:
        known = self._draft.column_of.get(name)
        if known is None:
            self._column = name
            return self._draft.add_column(name, INTEGRAL if self._integral else CONTINUOUS)
        if name != self._column:
            said = f"the column {shown(name)} goes on after {shown(self._column)}"
            raise self._draft.wrong(said, line, "put its entries together, or rename it")
        return known

    def _row_at(self, name: str, line: int) -> int:
        if name not in self._draft.row_of:
            raise self._draft.wrong(f"the row {shown(name)} is not in ROWS", line, "add it, or correct it")
        return self._draft.row_of[name]

    # right sides and ranges

    def _vector(self, fields: Fields, line: int) -> Iterator[tuple[str, str]]:
        """Row and number of each pair, the name of the vector checked and left out."""
        words = fields.words
        if len(words) not in (2, 3, 4, 5):
            raise self._draft.wrong(f"is no line of {self._section}", line, "write a row and a number")
        named = len(words) % 2 == 1
        self._only_set(words[0] if named else "", line)
        yield from _pairs(words[1:] if named else words)

    def _only_set(self, name: str, line: int) -> None:
        """Of several vectors a reader would take the first: which one is meant can't be known."""
        first = self._sets.setdefault(self._section, name)
        if name != first:
            said = f"{self._section} holds two vectors, {shown(first)} and {shown(name)}"
            raise self._draft.wrong(said, line, "keep one")

    def _once(self, what: str, name: str, line: int) -> None:
        if (what, name) in self._said:
            raise self._draft.wrong(f"{what} of {shown(name)} is said twice", line, "keep one")
        self._said.add((what, name))

    def _right_side(self, fields: Fields, line: int) -> None:
        for name, text in self._vector(fields, line):
            value = self._draft.number(text, line)
            self._once("the right-hand side", name, line)
            if name == self._objective:
                self._draft.offset = -value
                continue
            row = self._row_at(name, line)
            if self._kinds[row] == "N":
                said = f"the row {shown(name)} limits nothing and has a right-hand side"
                raise self._draft.wrong(said, line, "take it out")
            self._draft.row_lower[row] += value
            self._draft.row_upper[row] += value

    def _range(self, fields: Fields, line: int) -> None:
        for name, text in self._vector(fields, line):
            self._once("the range", name, line)
            row = -1 if name == self._objective else self._row_at(name, line)
            if row < 0 or self._kinds[row] == "N":
                said = f"the row {shown(name)} limits nothing and has a range"
                raise self._draft.wrong(said, line, "take it out")
            self._ranges[row] = self._draft.number(text, line)

    def _apply_ranges(self) -> None:
        """L: [rhs - |R|, rhs]; G: [rhs, rhs + |R|]; E: towards the sign of R."""
        for row, width in self._ranges.items():
            kind = self._kinds[row]
            if kind == "L" or (kind == "E" and width < 0):
                self._draft.row_lower[row] = self._draft.row_upper[row] - abs(width)
            else:
                self._draft.row_upper[row] = self._draft.row_lower[row] + abs(width)

    # bounds

    def _bound(self, fields: Fields, line: int) -> None:
        kind = fields.kind.upper()
        words, named = without_set(kind, fields.words, self._draft, line)
        self._only_set(named, line)
        for side in set_bound(kind, words, self._draft, line):
            self._once(f"the {side} bound", words[0], line)

    # the quadratic objective, (1/2) x'Qx

    def _square(self, fields: Fields, line: int) -> None:
        words, known = fields.words, self._draft.column_of
        if len(words) != 3 or words[0] not in known or words[1] not in known:
            raise self._draft.wrong("is no quadratic term", line, "write two columns and a number")
        first, second = known[words[0]], known[words[1]]
        value = self._draft.number(words[2], line)
        if (first, second) in self._half:
            raise self._draft.wrong("this quadratic term stands twice", line, "keep one")
        self._half[first, second] = True
        if self._section != "QMATRIX" and first != second and (second, first) in self._half:
            said = f"{self._section} holds one half of a symmetric matrix, and this is of the other half"
            raise self._draft.wrong(said, line, "take it out, or call the section QMATRIX")
        whole = self._section == "QMATRIX" or first == second
        self._draft.add_product(first, second, value / 2 if whole else value, line)


def _pairs(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    return zip(words[::2], words[1::2], strict=True)
