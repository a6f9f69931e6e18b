"""A matrix with names → a formulation: few families, their numbers as parameters.

A family of columns `ship` over a set `Ship` gets `cost_ship`, `lower_ship` and `upper_ship` where
they say anything; a family of rows `cap` over a set `Cap` gets `right_cap`, and for each family of
columns a parameter `cap_ship` over the pairs that have a coefficient. Columns and rows whose names
are no keys are `column` and `row` over sets of their names, with plain `cost`, `lower`, `upper`,
`right` and `coefficient`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from quintet.formulation.model import Floats, Ids, Key
from quintet.formulation.schema import Sense
from quintet.formulation.tolerances import INFINITE
from quintet.solvers.reading.families import (
    AT_LEAST,
    AT_MOST,
    BETWEEN,
    EQUAL,
    FREE,
    Columns,
    Members,
    Rows,
    families_of,
)
from quintet.solvers.reading.matrix_file import MatrixFile, Triples
from quintet.solvers.reading.names import Names, at, capitalised, ranged

NO_BOUND = 1e30
"""What stands for no bound in a family where others have one."""
SIGNS = {AT_MOST: "<=", AT_LEAST: ">=", EQUAL: "==", BETWEEN: "<="}


def document_of(matrix: MatrixFile) -> dict[str, Any]:
    """The formulation that says what the matrix says, as plain data."""
    return _Assembly(matrix).document()


class _Assembly:
    def __init__(self, matrix: MatrixFile) -> None:
        self._matrix = matrix
        self._names = Names()
        self._columns, self._rows = families_of(matrix, self._names)
        self._sets: dict[str, Any] = {
            family.home: _members(family.keys) for family in (*self._columns, *self._rows)
        }
        self._parameters: dict[str, Any] = {}
        self._expressions: dict[str, Any] = {}
        self._constraints: dict[str, Any] = {}

    def document(self) -> dict[str, Any]:
        """All sections; the empty ones are left out."""
        objective = self._objective()
        variables = {family.name: self._variable(family) for family in self._columns}
        for family, blocks in zip(self._rows, self._blocks(), strict=True):
            self._declare_rows(family, blocks)
        found = {
            "title": self._matrix.title or self._matrix.name,
            "sets": self._sets,
            "parameters": self._parameters,
            "variables": variables,
            "expressions": self._expressions,
            "objective": objective,
            "constraints": self._constraints,
            "assumptions": [{"text": text} for text in self._matrix.assumptions],
            "note": self._note(),
        }
        return {section: entry for section, entry in found.items() if entry}

    def _note(self) -> str:
        matrix = self._matrix
        return (
            f"read from {matrix.name}: {len(matrix.rows):,} rows, {len(matrix.columns):,} columns, "
            f"{len(matrix.entries):,} nonzeros"
        )

    # parameters

    def _parameter(self, name: str, home: str, keys: Sequence[Key], values: Floats) -> str:
        """Declare a parameter over a set; its name."""
        name = self._names.fresh(name)
        index = ranged(self._names.index("k", len(keys[0])), home)
        self._parameters[name] = {"index": index, "values": _nested(keys, values)}
        return name

    def _own(self, what: str, family: Members, values: Floats) -> str:
        plain = not family.stem and family.name in ("column", "row", f"row_{BETWEEN}")
        name = what if plain else f"{what}_{family.name}"
        return self._parameter(name, family.home, family.keys, values)

    # columns

    def _variable(self, family: Columns) -> dict[str, Any]:
        matrix = self._matrix
        entry: dict[str, Any] = {"index": self._over("c", family), "domain": family.domain}
        if family.domain != "binary":
            entry["lower"] = self._bound("lower", family, matrix.column_lower[family.places])
            entry["upper"] = self._bound("upper", family, matrix.column_upper[family.places])
        return entry

    def _over(self, letter: str, family: Members) -> str:
        return ranged(self._names.index(letter, family.arity), family.home)

    def _bound(self, side: str, family: Columns, values: Floats) -> int | str | None:
        """Nothing and 0 as they are, all else as a parameter."""
        if not np.any(np.abs(values) < INFINITE):
            return None
        if side == "lower" and not np.any(values):
            return 0
        finite = np.where(np.abs(values) < INFINITE, values, np.copysign(NO_BOUND, values))
        return at(self._own(side, family, finite), *self._names.index("c", family.arity))

    # objective

    def _objective(self) -> dict[str, Any]:
        matrix = self._matrix
        if matrix.sense is Sense.SATISFY:
            return {"sense": "satisfy"}
        terms = [self._cost(family) for family in self._columns if np.any(matrix.cost[family.places])]
        terms += self._squares()
        if not terms:  # a constant: the columns stand there with 0, for something has to be decided
            terms = [self._cost(self._columns[0])]
        if matrix.offset:
            name = self._names.fresh("offset")
            self._parameters[name] = _plain(matrix.offset)
            terms.append(name)
        return {"sense": matrix.sense.value, "expression": " + ".join(terms)}

    def _cost(self, family: Columns) -> str:
        cost = self._own("cost", family, self._matrix.cost[family.places])
        index = self._names.index("c", family.arity)
        return f"sum({at(cost, *index)} * {at(family.name, *index)} for {ranged(index, family.home)})"

    def _squares(self) -> Iterator[str]:
        owner, place = _owners(self._columns, len(self._matrix.columns))
        for (one, two), entries in _paired(self._matrix.products, owner, owner):
            first, second = self._columns[one], self._columns[two]
            keys = _keys(self._matrix.products, entries, first, second, (place, place))
            name = f"square_{first.name}" if one == two else f"product_{first.name}_{second.name}"
            home = self._names.fresh(capitalised(name))
            self._sets[home] = _members(keys)
            name = self._parameter(name, home, keys, self._matrix.products.values[entries])
            c, d = self._names.index("c", first.arity), self._names.index("d", second.arity)
            body = f"{at(name, *c, *d)} * {at(first.name, *c)} * {at(second.name, *d)}"
            yield f"sum({body} for {ranged((*c, *d), home)})"

    # rows

    def _blocks(self) -> list[list[str]]:
        """For every family of rows its sums, one a family of columns."""
        entries = self._filled()
        row_owner, row_place = _owners(self._rows, len(self._matrix.rows))
        column_owner, column_place = _owners(self._columns, len(self._matrix.columns))
        found: list[list[str]] = [[] for _ in self._rows]
        for (one, two), chosen in _paired(entries, row_owner, column_owner):
            rows, columns = self._rows[one], self._columns[two]
            keys = _keys(entries, chosen, rows, columns, (row_place, column_place))
            found[one].append(self._block(rows, columns, keys, entries.values[chosen]))
        return found

    def _filled(self) -> Triples:
        """The entries, with a 0 in the first column for families of rows that have none."""
        entries = self._matrix.entries
        lone = [family.places[0] for family in self._rows if not np.isin(family.places, entries.first).any()]
        first = np.concatenate([entries.first, np.array(lone, dtype=np.int64)])
        second = np.concatenate([entries.second, np.zeros(len(lone), dtype=np.int64)])
        return Triples(first, second, np.concatenate([entries.values, np.zeros(len(lone))]))

    def _block(self, rows: Rows, columns: Columns, keys: list[Key], values: Floats) -> str:
        plain = not rows.stem and not columns.stem and (rows.name, columns.name) == ("row", "column")
        name = "coefficient" if plain else f"{rows.name}_{columns.name}"
        home = self._names.fresh("Entry" if plain else capitalised(name))
        self._sets[home] = _members(keys)
        name = self._parameter(name, home, keys, values)
        r, i = self._names.index("r", rows.arity), self._names.index("i", rows.arity)
        c = self._names.index("c", columns.arity)
        same = " and ".join(f"{inner} == {outer}" for inner, outer in zip(i, r, strict=True))
        body = f"{at(name, *r, *c)} * {at(columns.name, *c)}"
        return f"sum({body} for {ranged((*i, *c), home)} if {same})"

    def _declare_rows(self, family: Rows, sums: list[str]) -> None:
        body, kinds = " + ".join(sums), dict.fromkeys(family.kinds)
        if FREE in kinds:
            self._expressions[family.name] = {"index": self._over("r", family), "expression": body}
            return
        right = self._own("right", family, self._right(family))
        for kind in kinds:
            chosen = np.flatnonzero([one == kind for one in family.kinds])
            part = family if len(kinds) == 1 else self._subset(family, kind, chosen)
            self._constraints[part.name] = self._constraint(part, kind, body, right)

    def _right(self, family: Rows) -> Floats:
        upper = self._matrix.row_upper[family.places]
        return np.where(upper < INFINITE, upper, self._matrix.row_lower[family.places])

    def _subset(self, family: Rows, kind: str, chosen: Ids) -> Rows:
        """The rows of one kind, in a set inside that of the family."""
        name = f"{family.name}_{kind}"
        keys = tuple(family.keys[place] for place in chosen.tolist())
        home = self._names.fresh(capitalised(name))
        self._sets[home] = {"in": family.home, "values": _members(keys)}
        return Rows(name, home, family.stem, family.places[chosen], keys, (kind,) * len(keys))

    def _constraint(self, family: Rows, kind: str, body: str, right: str) -> dict[str, Any]:
        index = self._names.index("r", family.arity)
        text = f"{body} {SIGNS[kind]} {at(right, *index)}"
        if kind == BETWEEN:
            left = self._own("left", family, self._matrix.row_lower[family.places])
            text = f"{at(left, *index)} <= {text}"
        return {"for": ranged(index, family.home), "expression": text}


def _members(keys: Sequence[Key]) -> list[Any]:
    return [key[0] if len(key) == 1 else list(key) for key in keys]


def _nested(keys: Sequence[Key], values: Floats) -> dict[str, Any]:
    """Values by key, one map inside another."""
    found: dict[str, Any] = {}
    for key, value in zip(keys, values.tolist(), strict=True):
        inner = found
        for part in key[:-1]:
            inner = inner.setdefault(str(part), {})
        inner[str(key[-1])] = _plain(value)
    return found


def _plain(value: float) -> int | float:
    """A whole number as such, where a float holds it exactly."""
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _owners(families: Sequence[Members], size: int) -> tuple[Ids, Ids]:
    """For each place of the file its family, and its place in that."""
    owner, place = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    for number, family in enumerate(families):
        owner[family.places] = number
        place[family.places] = np.arange(len(family.places))
    return owner, place


def _paired(entries: Triples, first: Ids, second: Ids) -> Iterator[tuple[tuple[int, int], Ids]]:
    """The entries of each pair of families."""
    if not len(entries):
        return
    width = int(second.max()) + 1
    code = first[entries.first] * width + second[entries.second]
    order = np.argsort(code, kind="stable")
    for chosen in np.split(order, np.flatnonzero(np.diff(code[order])) + 1):
        yield divmod(int(code[chosen[0]]), width), chosen


def _keys(
    entries: Triples, chosen: Ids, first: Members, second: Members, places: tuple[Ids, Ids]
) -> list[Key]:
    """The key of the first and that of the second, together, of each chosen entry."""
    ones = places[0][entries.first[chosen]].tolist()
    twos = places[1][entries.second[chosen]].tolist()
    return [first.keys[one] + second.keys[two] for one, two in zip(ones, twos, strict=True)]
