"""Names of columns and rows in a file: readable, unique, and with a way back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from quintet.formulation.model import Key, Model
from quintet.solvers.arrays import Arrays

LONGEST = 120
"""Most characters of a name; the readers of LP files stop at 255."""
_UNFIT = re.compile(r"[^A-Za-z0-9_.]+")
# Readers take these for a number, a section or a keyword.
_MISREAD = re.compile(
    r"(?:[0-9.]|e[0-9]|inf|nan).*|e|free|st|s\.t\.|such|subject|min\w*|max\w*|bounds?|bin\w*|gen\w*|int\w*|semi\w*"
    r"|sos[12]?|end|obj|marker|rhs|bnd|rng",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Labels:
    """Names for the columns and rows of a matrix.

    Args:
        columns: One a column.
        rows: One a row.
        meanings: What the names stand for that don't say it themselves: name → `make["A b", 3]`.
    """

    columns: tuple[str, ...]
    rows: tuple[str, ...]
    meanings: dict[str, str]


def labels_of(model: Model, arrays: Arrays) -> Labels:
    """Names from families and keys: `make(A,cola,1)`, `balance(cola,2)`.

    Args:
        model: The model.
        arrays: Its matrix form.
    """
    meanings: dict[str, str] = {}
    columns = _unique(_columns(model), meanings)
    rows = _unique(_rows(model, arrays), meanings)
    return Labels(tuple(columns), tuple(rows), meanings)


def plain_labels(arrays: Arrays) -> Labels:
    """`x1`, `x2` …, `r1`, `r2` … where there is no model."""
    columns = tuple(f"x{number}" for number in range(1, arrays.columns + 1))
    return Labels(columns, tuple(f"r{number}" for number in range(1, arrays.rows + 1)), {})


def _columns(model: Model) -> Iterator[tuple[str, Key, str]]:
    for name, variable in model.variables.items():
        yield from ((name, key, "") for key in variable.family.keys)


def _rows(model: Model, arrays: Arrays) -> Iterator[tuple[str, Key, str]]:
    owners = zip(
        arrays.row_constraint.tolist(), arrays.row_key.tolist(), arrays.row_link.tolist(), strict=True
    )
    for constraint, row, link in owners:
        name = arrays.constraints[constraint]
        known = model.constraints.get(name)
        key = known.family.keys[row] if known is not None else (row,)
        # a negative link stands for both comparisons of a chain in one row
        alone = arrays.links[constraint] == 1 or link < 0
        yield name, key, "" if alone else f".{link + 1}"


def _unique(entries: Iterable[tuple[str, Key, str]], meanings: dict[str, str]) -> list[str]:
    taken: dict[str, int] = {}
    found: list[str] = []
    for family, key, suffix in entries:
        wanted = _label(family, key) + suffix
        name = _free(wanted, taken)
        if name != _meaning(family, key, plain=True) + suffix:
            meanings[name] = _meaning(family, key) + suffix
        found.append(name)
    return found


def _free(wanted: str, taken: dict[str, int]) -> str:
    """The name itself, or with a number behind it."""
    name = wanted
    while name in taken:
        taken[wanted] += 1
        name = f"{wanted}_{taken[wanted]}"
    taken[name] = 1
    return name


def _label(family: str, key: Key) -> str:
    """`make(A,cola,1)`; whatever a reader could stumble over becomes `_`."""
    parts = [_UNFIT.sub("_", str(part)) or "_" for part in key]
    family = f"_{family}" if _MISREAD.fullmatch(family) else family
    return (f"{family}({','.join(parts)})" if parts else family)[:LONGEST]


def _meaning(family: str, key: Key, *, plain: bool = False) -> str:
    if plain:
        return f"{family}({','.join(map(str, key))})" if key else family
    return f"{family}[{', '.join(json.dumps(part) for part in key)}]" if key else family


def wrapped(words: Sequence[str], width: int = 100, indent: str = "   ") -> Iterator[str]:
    """Words on lines of at most `width` characters, where no word is longer."""
    line = ""
    for word in words:
        if line and len(line) + len(word) + 1 > width:
            yield line
            line = indent
        line = f"{line} {word}" if line.strip() else f"{line}{word}"
    if line:
        yield line


def shown(value: float) -> str:
    """A number that reads back as the same: the fewest digits that do."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return repr(float(value))
