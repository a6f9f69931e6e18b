"""Subscripts → rows of a family, for all rows of a frame together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np

from quintet.formulation.model import Family, Ids
from quintet.formulation.printer import to_text
from quintet.formulation.tree import ElementValue, Node
from quintet.solvers.matrix.form import Form
from quintet.solvers.matrix.frame import Elements, Frame

if TYPE_CHECKING:
    from quintet.solvers.matrix.walker import Walker


def rows_of(walker: Walker, name: str, family: Family, subscripts: Sequence[Node], frame: Frame) -> Ids:
    """The row of `name[subscripts]` in its family, for every row of the frame.

    Raises:
        DataError: There is no such key; the message names it, and where it is asked for.
    """
    if not subscripts:
        return np.zeros(frame.rows, dtype=np.int64)
    ids = np.column_stack([walker.subscript(subscript, frame) for subscript in subscripts])
    rows = family.locate(ids)
    absent = np.flatnonzero(rows < 0)
    if len(absent):
        at = int(absent[0])
        key = [_shown(walker, part, frame.take(absent[:1])) for part in subscripts]
        remedy = _remedy(name, family, subscripts, ids[at])
        raise walker.fail(frame, at, _why(name, family, key, ids[at]), remedy)
    return rows


def _why(name: str, family: Family, key: Sequence[ElementValue | float], ids: Ids) -> str:
    message = f"{name}[{', '.join(map(_written, key))}] does not exist"
    for at, part in enumerate(key):
        if not np.any(family.ids[:, at] == ids[at]):
            return f"{message}: no key of {name} has {_written(part)} there"
    return message


def _remedy(name: str, family: Family, subscripts: Sequence[Node], ids: Ids) -> str:
    """What to write instead: the subscripts in another order, if there is such a key."""
    for order in permutations(range(len(subscripts))) if len(subscripts) <= ORDERED else ():
        if family.locate(ids[list(order)][np.newaxis])[0] >= 0:
            right = ", ".join(to_text(subscripts[part]) for part in order)
            return f"write {name}[{right}]: its keys are in that order"
    return "add a filter or 'a if condition else b'"


ORDERED = 4
"""Most subscripts that are tried in all orders."""


def _shown(walker: Walker, node: Node, frame: Frame) -> ElementValue | float:
    """The value of a subscript in a frame of one row."""
    value = walker.value(node, frame)
    if isinstance(value, Elements):
        at = int(value.ids[0])
        return walker.model.universe.elements[at] if at >= 0 else to_text(node)
    return float(value.constant[0]) if isinstance(value, Form) else float(value[0])


def _written(part: ElementValue | float) -> str:
    return repr(int(part) if isinstance(part, float) and part.is_integer() else part)
