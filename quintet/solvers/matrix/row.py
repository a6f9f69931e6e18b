"""Constraints → matrix rows: constants on one side, variables on the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from quintet.errors import DataError
from quintet.formulation.model import ConstraintData, Floats, Ids
from quintet.formulation.tolerances import FEASIBILITY, INFINITE
from quintet.formulation.tree import Compare, Node
from quintet.solvers.arrays import LOWER_FIRST, UPPER_FIRST
from quintet.solvers.matrix.form import Form, Linear, added, summed_linear
from quintet.solvers.matrix.frame import Frame
from quintet.solvers.matrix.walker import Walker

FLIPPED = {"<=": ">=", ">=": "<=", "==": "=="}
"""No `<` and `>`: `strictness` has replaced them."""


@dataclass(frozen=True)
class Rows:
    """Matrix rows `lower <= terms <= upper`, one an entry of `keys`.

    Args:
        terms: Coefficients; their rows count from 0 to `len(keys)`.
        lower: -inf for none.
        upper: inf for none.
        scale: What the constants of a row measured before they were moved, at least 1.
        keys: Row of the constraint family.
        links: Which comparison of the chain, or LOWER_FIRST or UPPER_FIRST.
    """

    terms: Linear
    lower: Floats
    upper: Floats
    scale: Floats
    keys: Ids
    links: Ids

    def __len__(self) -> int:
        return len(self.keys)


@dataclass(frozen=True)
class Link:
    """`body <= / == / >= bound` for every row of a frame; `size` is the constants' magnitude."""

    body: Linear
    sign: str
    bound: Floats
    size: Floats


def rows_of(walker: Walker, constraint: ConstraintData, columns: int) -> tuple[Rows, int]:
    """The matrix rows of a constraint family, and how many links it has.

    Raises:
        BeyondMatrix: It is no linear comparison.
        DataError: A side or a coefficient is not a finite number.
    """
    tree, frame = constraint.tree, Frame.of(constraint.family)
    rows = _joined(_rows(walker, tree, frame, np.arange(frame.rows)))
    rows = replace(rows, terms=summed_linear(rows.terms, columns))
    _finite(constraint, rows)
    return _with_variables(rows), len(tree.operators) if isinstance(tree, Compare) else 1


def _rows(walker: Walker, tree: Node, frame: Frame, keys: Ids) -> list[Rows]:
    if isinstance(tree, Compare) and "!=" not in tree.operators:
        return _compared(walker, tree, frame, keys)
    return [_data_only(walker, tree, frame, keys)]


def _data_only(walker: Walker, tree: Node, frame: Frame, keys: Ids) -> Rows:
    """A condition on data as a constraint: rows where it fails are rows that nothing satisfies."""
    broken = np.flatnonzero(~walker.truth(tree, frame))
    ones = np.ones(len(broken))
    return Rows(_no_terms(), ones, ones, ones, keys[broken], np.zeros(len(broken), dtype=np.int64))


def _no_terms() -> Linear:
    return Form(np.zeros(0)).linear


def _compared(walker: Walker, tree: Compare, frame: Frame, keys: Ids) -> list[Rows]:
    sides = [walker.form(operand, frame) for operand in tree.operands]
    for operand, side in zip(tree.operands, sides, strict=True):
        if len(side.quadratic) and np.any(side.quadratic.values != 0):
            raise walker.beyond(operand, "in a constraint")
    links = [_link(sides[at], sign, sides[at + 1]) for at, sign in enumerate(tree.operators)]
    if _is_range(sides, tree.operators):
        return [_range(links, keys)]
    return [_single(link, keys, at) for at, link in enumerate(links)]


def _link(left: Form, sign: str, right: Form) -> Link:
    if not left.varies:
        left, sign, right = right, FLIPPED[sign], left
    linear = added([left, right.negated()]).linear if right.varies else left.linear
    bound = right.constant - left.constant
    size = np.maximum(1.0, np.maximum(np.abs(left.constant), np.abs(right.constant)))
    return Link(linear, sign, bound, size)


def _is_range(sides: Sequence[Form], operators: Sequence[str]) -> bool:
    """Whether a chain is `data <= variables <= data` or the same with >=."""
    one_way = len(operators) == 2 and operators[0] == operators[1] != "=="
    return one_way and not sides[0].varies and sides[1].varies and not sides[2].varies


def _range(links: Sequence[Link], keys: Ids) -> Rows:
    """Both links of a chain in one row. The first was turned round, so its sign faces the second's."""
    lower_first = links[0].sign == ">="
    low, high = links if lower_first else reversed(links)
    both = np.full(len(keys), LOWER_FIRST if lower_first else UPPER_FIRST, dtype=np.int64)
    size = np.maximum(low.size, high.size)
    return Rows(low.body, low.bound, high.bound, size, keys, both)


def _single(link: Link, keys: Ids, at: int) -> Rows:
    free = np.full(len(keys), np.inf)
    lower = link.bound if link.sign in (">=", "==") else -free
    upper = link.bound if link.sign in ("<=", "==") else free
    return Rows(link.body, lower, upper, link.size, keys, np.full(len(keys), at, dtype=np.int64))


def _joined(parts: Sequence[Rows]) -> Rows:
    sizes = np.array([0, *(len(part) for part in parts)])
    offsets = np.cumsum(sizes)
    terms = [
        replace(part.terms, rows=part.terms.rows + offset)
        for part, offset in zip(parts, offsets.tolist(), strict=False)
    ]
    empty = np.zeros(0)
    return Rows(
        Linear.joined(terms),
        np.concatenate([empty, *(part.lower for part in parts)]),
        np.concatenate([empty, *(part.upper for part in parts)]),
        np.concatenate([empty, *(part.scale for part in parts)]),
        np.concatenate([empty, *(part.keys for part in parts)]).astype(np.int64),
        np.concatenate([empty, *(part.links for part in parts)]).astype(np.int64),
    )


def _finite(constraint: ConstraintData, rows: Rows) -> None:
    wrong = rows.terms.rows[~np.isfinite(rows.terms.values)]
    sides = np.flatnonzero(np.isnan(rows.lower) | np.isnan(rows.upper) | ~np.isfinite(rows.scale))
    for found, what in ((wrong, "coefficient"), (sides, "constant")):
        if len(found):
            key = constraint.family.keys[int(rows.keys[found[0]])]
            shown = f"[{', '.join(map(repr, key))}]" if key else ""
            raise DataError(
                f"a {what} is not a finite number",
                place=f"constraints.{constraint.name}{shown}",
                remedy="correct the data it is computed from",
            )


def _with_variables(rows: Rows) -> Rows:
    """Without the rows that hold no variable and are true; a false one stays and makes it infeasible."""
    lower = np.where(rows.lower <= -INFINITE, -np.inf, rows.lower)
    upper = np.where(rows.upper >= INFINITE, np.inf, rows.upper)
    slack = FEASIBILITY * rows.scale
    kept = (lower > slack) | (upper < -slack)
    kept[rows.terms.rows] = True
    if kept.all():
        return replace(rows, lower=lower, upper=upper)
    place = np.cumsum(kept) - 1
    return Rows(
        replace(rows.terms, rows=place[rows.terms.rows]),
        lower[kept],
        upper[kept],
        rows.scale[kept],
        rows.keys[kept],
        rows.links[kept],
    )
