"""`for … in … if …` over a frame: all rows that the generators make, joined where they can be.

A filter `i == <something known>` or `(l, d) in Set` with some parts known is a look-up of its
matches, not a scan of all elements; whatever the look-up lets through is filtered as written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quintet.errors import SizeError
from quintet.formulation.model import Ids
from quintet.formulation.printer import generators_text
from quintet.formulation.tree import Comprehension, IndexRef, walk
from quintet.solvers.matrix.domain import Pick
from quintet.solvers.matrix.frame import Frame
from quintet.solvers.matrix.join import cheapest
from quintet.solvers.matrix.plan import Step, steps

if TYPE_CHECKING:
    from quintet.solvers.matrix.walker import Walker


def expand(walker: Walker, node: Comprehension, frame: Frame) -> tuple[Frame, Ids]:
    """The rows of a comprehension for every row of `frame`.

    Returns:
        The new frame, and per new row the row of `frame` that it comes from.

    Raises:
        SizeError: There would be more rows than the limit.
        DataError: A filter or a set can't be evaluated.
    """
    used = frozenset(part.name for part in walk(node) if isinstance(part, IndexRef))
    frame = frame.only(used)
    parents = np.arange(frame.rows)
    for step in steps(node.generators):
        frame, chosen = _extend(walker, node, step, frame)
        parents = parents[chosen]
        for condition in step.filters:
            kept = walker.truth(condition, frame)
            if not kept.all():
                rows = np.flatnonzero(kept)
                frame, parents = frame.take(rows), parents[rows]
    return frame, parents


def _extend(walker: Walker, node: Comprehension, step: Step, frame: Frame) -> tuple[Frame, Ids]:
    generator = step.generator
    pick = cheapest(walker, step, frame)
    if isinstance(pick, Pick):
        _guard(walker, node, pick.total)
        parents, members = pick.parents(), pick.members()
    else:
        parents, members = pick
    columns = {name: members[:, at] for at, name in enumerate(generator.targets)}
    return frame.take(parents).extended(columns), parents


def _guard(walker: Walker, node: Comprehension, rows: int) -> None:
    if rows <= walker.limit:
        return
    sizes = [(walker.size_of(g.domain), g) for g in node.generators]
    most, widest = max(sizes, key=lambda pair: pair[0])
    names = ", ".join(widest.targets)
    raise SizeError(
        f"'{generators_text(node.generators)}' would make {rows:,} rows here, more than the limit of "
        f"{walker.limit:,}; the widest index is {names!r} with {most:,} elements",
        place=walker.place,
        remedy=f"add the filter that is missing ('for {names} in … if …'), or a set of the pairs that exist",
    )
