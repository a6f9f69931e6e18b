"""Tables of index elements, over which a tree is evaluated for all rows at once.

A frame has a row for every combination of elements at hand and an id column for every index name.
Evaluating a tree over a frame gives one value a row, so nothing loops over rows or terms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from quintet.formulation.model import Family, Ids, Universe


@dataclass(frozen=True)
class Frame:
    """Rows of elements.

    Args:
        rows: Number of rows.
        columns: Index name → element id a row.
    """

    rows: int
    columns: Mapping[str, Ids]

    @staticmethod
    def of(family: Family) -> Frame:
        """The keys of a family, one a row."""
        return Frame(len(family), {name: family.ids[:, at] for at, name in enumerate(family.names)})

    def take(self, rows: Ids) -> Frame:
        """The frame of these rows, which may repeat."""
        return Frame(len(rows), {name: ids[rows] for name, ids in self.columns.items()})

    def extended(self, columns: Mapping[str, Ids]) -> Frame:
        """With further columns."""
        return Frame(self.rows, {**self.columns, **columns})

    def only(self, names: frozenset[str]) -> Frame:
        """Without the columns that are not in `names`."""
        return Frame(self.rows, {name: ids for name, ids in self.columns.items() if name in names})

    def describe(self, row: int, universe: Universe) -> str:
        """The elements of one row for a message: `d='cola', w=1`."""
        return ", ".join(f"{name}={universe.elements[ids[row]]!r}" for name, ids in self.columns.items())


@dataclass(frozen=True)
class Elements:
    """A value that is an element in every row.

    Args:
        ids: Element ids, one a row.
    """

    ids: Ids

    def __len__(self) -> int:
        return len(self.ids)


def ranges(starts: Ids, counts: Ids) -> Ids:
    """`starts[k], starts[k]+1, …`, `counts[k]` of them, for every k, end to end."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) + np.repeat(starts - (ends - counts), counts)
