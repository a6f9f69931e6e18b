"""The BOUNDS section of an MPS file: what each kind of bound does to a column."""

from __future__ import annotations

import math

from quintet.formulation.schema import shown
from quintet.solvers.arrays import INTEGRAL, SEMICONTINUOUS
from quintet.solvers.reading.draft import Draft

VALUED = ("UP", "LO", "FX", "LI", "UI", "SC", "SI")
BARE = ("FR", "MI", "PL", "BV")
WHOLE = ("LI", "UI", "BV")


def without_set(kind: str, words: tuple[str, ...], draft: Draft, line: int) -> tuple[tuple[str, ...], str]:
    """Column and number, and the name of the set of bounds, "" if it has none.

    Raises:
        DocumentError: Too few words, too many, or no kind of bound.
    """
    if kind not in (*VALUED, *BARE):
        raise draft.wrong(f"{shown(kind)} is no kind of bound", line, "write UP, LO, FX, FR …")
    full = 3 if kind in VALUED else 2
    # BV, MI and PL may carry a number that says nothing
    named = len(words) == full or (kind in BARE and len(words) == 3)
    if not named and len(words) != full - 1:
        raise draft.wrong("is no bound", line, "write its kind, a set, a column and a number")
    return (words[1:], words[0]) if named else (words, "")


def set_bound(kind: str, words: tuple[str, ...], draft: Draft, line: int) -> list[str]:
    """Bound a column; which sides were bounded.

    Raises:
        DocumentError: There is no such column, or it is semi-integer.
        DataError: The number is none.
    """
    name = words[0]
    place = draft.column_of.get(name)
    if place is None:
        said = f"the column {shown(name)} is not in COLUMNS"
        raise draft.wrong(said, line, "add it, or correct it")
    value = draft.number(words[1], line, infinite=True) if kind in VALUED else 0.0
    _set_kind(kind, place, name, draft, line)
    lower, upper = _sides(kind, value)
    if lower is not None:
        draft.lower[place] = lower
    if upper is not None:
        draft.upper[place] = upper
    return [side for side, bound in (("lower", lower), ("upper", upper)) if bound is not None]


def _set_kind(kind: str, place: int, name: str, draft: Draft, line: int) -> None:
    whole = draft.integrality[place] == INTEGRAL
    if kind == "SI" or (kind == "SC" and whole):
        said = f"the column {shown(name)} is semi-integer, which can't be read here"
        raise draft.wrong(said, line, "write it as an integer and a binary column")
    if kind in WHOLE:
        draft.integrality[place] = INTEGRAL
    elif kind == "SC":
        draft.integrality[place] = SEMICONTINUOUS


def _sides(kind: str, value: float) -> tuple[float | None, float | None]:
    """The lower and the upper bound that a kind sets, None where it sets none."""
    lower = {"LO": value, "LI": value, "FX": value, "FR": -math.inf, "MI": -math.inf, "BV": 0.0}
    upper = {"UP": value, "UI": value, "SC": value, "FX": value, "FR": math.inf, "PL": math.inf, "BV": 1.0}
    return lower.get(kind), upper.get(kind)


def bound_integers(draft: Draft) -> None:
    """Integer columns that nothing bounds are 0 or 1; said as an assumption."""
    found = 0
    for place, kind in enumerate(draft.integrality):
        if kind == INTEGRAL and draft.lower[place] is None and draft.upper[place] is None:
            draft.lower[place], draft.upper[place] = 0.0, 1.0
            found += 1
    if found:
        columns = "1 integer column" if found == 1 else f"{found:,} integer columns"
        verb = "is" if found == 1 else "are"
        draft.assumptions.append(f"{columns} without bounds {verb} 0 or 1, as HiGHS and CPLEX read MPS files")
