"""The families of a matrix that is read: which columns and rows belong together, and under which names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from quintet.formulation.model import Ids, Key
from quintet.formulation.tolerances import INFINITE
from quintet.solvers.arrays import INTEGRAL, SEMICONTINUOUS
from quintet.solvers.reading.labels import Group, groups_of
from quintet.solvers.reading.matrix_file import MatrixFile
from quintet.solvers.reading.names import Names, capitalised

AT_MOST, AT_LEAST, EQUAL, BETWEEN, FREE = "at_most", "at_least", "equal", "between", "free"


@dataclass(frozen=True)
class Members:
    """A family: its name, its set, the places of its members in the file, and their keys.

    `stem` is "" where the members are there under their own names.
    """

    name: str
    home: str
    stem: str
    places: Ids
    keys: tuple[Key, ...]

    @property
    def arity(self) -> int:
        """Components of a key."""
        return len(self.keys[0])


@dataclass(frozen=True)
class Columns(Members):
    """A family of decision variables, all of one domain."""

    domain: str = "continuous"


@dataclass(frozen=True)
class Rows(Members):
    """A family of rows; `kinds` says for each what comparison it is."""

    kinds: tuple[str, ...] = ()


def families_of(matrix: MatrixFile, names: Names) -> tuple[list[Columns], list[Rows]]:
    """The families of columns and those of rows.

    Args:
        matrix: The matrix.
        names: Takes the names of variables first, then those of sets.
    """
    columns = [
        (names.fresh(name), group, chosen, domain)
        for group in groups_of(matrix.columns, matrix.meanings)
        for name, chosen, domain in _split(matrix, group)
    ]
    return (
        [_columns(group, name, chosen, domain, names) for name, group, chosen, domain in columns],
        _rows(matrix, names),
    )


def _columns(group: Group, name: str, chosen: Ids, domain: str, names: Names) -> Columns:
    keys = tuple(group.keys[place] for place in chosen.tolist())
    places = np.array(group.members, dtype=np.int64)[chosen]
    return Columns(name, names.fresh(capitalised(name)), group.stem, places, keys, domain)


def _split(matrix: MatrixFile, group: Group) -> Iterator[tuple[str, Ids, str]]:
    """Name, members and domain: a family of variables has one domain."""
    domains = _domains(matrix, group)
    for place, domain in enumerate(dict.fromkeys(domains)):
        chosen = np.flatnonzero([one == domain for one in domains])
        if group.stem:
            yield (f"{group.stem}_{domain}" if place else group.stem), chosen, domain
        else:
            plain = domain == "continuous" or len(chosen) == len(domains)
            yield ("column" if plain else f"{domain}_column"), chosen, domain


def _domains(matrix: MatrixFile, group: Group) -> list[str]:
    """The domain of each member. Integers of a named family stay together, binary only if all are."""
    members = np.array(group.members, dtype=np.int64)
    kinds = matrix.integrality[members]
    binary = (matrix.column_lower[members] == 0) & (matrix.column_upper[members] == 1)
    together = bool(group.stem) and not binary[kinds == INTEGRAL].all()
    found = np.full(len(members), "continuous", dtype=object)
    found[kinds == INTEGRAL] = "integer"
    found[(kinds == INTEGRAL) & binary & (not together)] = "binary"
    found[kinds == SEMICONTINUOUS] = "semicontinuous"
    return found.tolist()


def _rows(matrix: MatrixFile, names: Names) -> list[Rows]:
    """Rows that limit nothing are families of their own, named in the shared namespace."""
    limits = Names()  # constraints have names of their own
    found: list[Rows] = []
    for group in groups_of(matrix.rows, matrix.meanings):
        places = np.array(group.members, dtype=np.int64)
        sides = zip(matrix.row_lower[places].tolist(), matrix.row_upper[places].tolist(), strict=True)
        kinds = [_kind(*pair) for pair in sides]
        stem = group.stem or "row"
        for free in sorted({kind == FREE for kind in kinds}):
            chosen = [place for place, kind in enumerate(kinds) if (kind == FREE) == free]
            named = names.fresh(f"{stem}_free" if len(chosen) < len(kinds) else stem) if free else stem
            name = named if free else limits.fresh(named)
            keys, own = tuple(group.keys[p] for p in chosen), tuple(kinds[p] for p in chosen)
            home = names.fresh(capitalised(name))
            found.append(Rows(name, home, group.stem, places[chosen], keys, own))
    return found


def _kind(lower: float, upper: float) -> str:
    if lower == upper:
        return EQUAL
    if lower <= -INFINITE:
        return FREE if upper >= INFINITE else AT_MOST
    return AT_LEAST if upper >= INFINITE else BETWEEN
