"""Names of columns and rows → families with keys: `ship(A,B)` and `ship[A,B]` are `ship` at (A, B).

The way back from `solvers.export.labels`; Pyomo's, Gurobi's and AMPL's names are of the same kind.
"""

from __future__ import annotations

import json
import keyword
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quintet.formulation.model import Key
from quintet.formulation.tree import ElementValue

_REGULAR = re.compile(
    r"([A-Za-z_]\w{0,59})(?:\(([^()\[\]]+)\)|\[([^()\[\]]+)\])(?:\.([0-9]{1,3}))?", re.ASCII
)
_MEANT = re.compile(r"([A-Za-z_]\w{0,59})(\[.*\])?(?:\.([0-9]{1,3}))?", re.ASCII)
_WHOLE = re.compile(r"-?[1-9][0-9]{0,14}|0", re.ASCII)
FAMILY_LIMIT = 60
"""Most families of one kind that are made of names; the others stay together under their names."""
ARITY_LIMIT = 5


@dataclass(frozen=True)
class Group:
    """Columns or rows of one family.

    Args:
        stem: What their names begin with; "" for those whose names are not made that way.
        members: Their places in the file, rising.
        keys: Their keys, no key twice.
    """

    stem: str
    members: tuple[int, ...]
    keys: tuple[Key, ...]

    @property
    def arity(self) -> int:
        """Components of a key."""
        return len(self.keys[0])


@dataclass(frozen=True)
class _Label:
    """A name taken apart. `sure`: which components are text although they look like numbers."""

    stem: str
    key: tuple[ElementValue, ...]
    sure: tuple[bool, ...]


def groups_of(names: Sequence[str], meanings: Mapping[str, str]) -> list[Group]:
    """Names by family, in the order in which the families begin.

    Args:
        names: One a column, or one a row.
        meanings: What some stand for: name → `make["A b", 3]`.
    """
    labels = [_label(name, meanings.get(name, "")) for name in names]
    shapes: dict[tuple[str, int], list[int]] = {}
    for place, label in enumerate(labels):
        shapes.setdefault((label.stem, len(label.key)), []).append(place)
    kept = _largest(shapes)
    irregular: list[int] = []
    groups: list[Group] = []
    for shape, members in shapes.items():
        keys = _keys([labels[place] for place in members]) if shape in kept else []
        if keys and len(set(keys)) == len(keys):
            groups.append(Group(shape[0], tuple(members), tuple(keys)))
        else:
            irregular += members
    if irregular:
        groups.append(_irregular(names, labels, sorted(irregular)))
    return sorted(groups, key=lambda group: group.members[0])


def _largest(shapes: Mapping[tuple[str, int], list[int]]) -> set[tuple[str, int]]:
    regular = [shape for shape in shapes if shape[0] and shape[1] <= ARITY_LIMIT]
    return set(sorted(regular, key=lambda shape: -len(shapes[shape]))[:FAMILY_LIMIT])


def _irregular(names: Sequence[str], labels: Sequence[_Label], members: list[int]) -> Group:
    """Under their own names, or what those mean where it is a single word."""
    wanted = [
        str(labels[place].key[0]) if not labels[place].stem and labels[place].key else names[place]
        for place in members
    ]
    shared = {name for name, count in Counter(wanted).items() if count > 1}
    texts = [names[p] if name in shared else name for p, name in zip(members, wanted, strict=True)]
    if len(set(texts)) < len(texts):
        texts = [names[place] for place in members]
    return Group("", tuple(members), tuple((value,) for value in _typed(texts, [False] * len(texts))))


def _label(name: str, meaning: str) -> _Label:
    found = _meant(meaning) if meaning else None
    if found is None:
        found = _regular(name)
    return found or _Label("", (), ())


def _regular(name: str) -> _Label | None:
    match = _REGULAR.fullmatch(name)
    if match is None or keyword.iskeyword(match[1]):
        return None
    parts = tuple(_unquoted(part) for part in (match[2] or match[3]).split(","))
    stem = match[1] + (f"_{match[4]}" if match[4] else "")
    return _Label(stem, parts, (False,) * len(parts)) if all(parts) else None


def _unquoted(part: str) -> str:
    """`'A'` is A, as AMPL writes; so are `_'A'` and `'A'` in PuLP's tuples."""
    part = part.strip()
    bare = part.lstrip("_")
    quoted = len(bare) > 2 and bare[0] == bare[-1] and bare[0] in "'\""
    return bare[1:-1] if quoted else part


def _meant(meaning: str) -> _Label | None:
    match = _MEANT.fullmatch(meaning)
    if match is None or keyword.iskeyword(match[1]):
        return None
    stem = match[1] + (f"_{match[3]}" if match[3] else "")
    if match[2] is None:
        return _Label("", (stem,), (False,))
    try:
        parts = json.loads(match[2])
    except (ValueError, RecursionError):  # a comment that looks like ours and is not
        return None
    if not parts or any(isinstance(p, bool) or not isinstance(p, int | str) or p == "" for p in parts):
        return None
    return _Label(stem, tuple(parts), tuple(isinstance(part, str) for part in parts))


def _keys(labels: Sequence[_Label]) -> list[Key]:
    columns = zip(*(label.key for label in labels), strict=True)
    sure = zip(*(label.sure for label in labels), strict=True)
    typed = [_typed(column, marks) for column, marks in zip(columns, sure, strict=True)]
    return list(zip(*typed, strict=True))


def _typed(values: Sequence[ElementValue], sure: Sequence[bool]) -> list[int] | list[str]:
    """Whole numbers if every value is written as one and none is known to be text."""
    texts = [str(value) for value in values]
    if any(sure) or not all(_WHOLE.fullmatch(text) for text in texts):
        return texts
    return [int(text) for text in texts]
