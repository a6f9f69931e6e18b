"""The single comparisons that one row of a constraint stands for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from quintet.errors import SolverError
from quintet.formulation.tree import (
    And,
    Call,
    Compare,
    Conditional,
    Node,
    Number,
)
from quintet.solvers.rows.algebra import Indices
from quintet.solvers.rows.scoping import varying
from quintet.solvers.rows.walker import Walker, unsupported


@dataclass(frozen=True, slots=True)
class Link:
    """`left operator right`."""

    operator: str
    left: Node
    right: Node


NEVER = Link("<=", Number(1), Number(0))


def links(walker: Walker, tree: Node, indices: Indices) -> Iterator[Link]:
    """The comparisons of a constraint at one row; a chain gives one a link, a truth of data none.

    Raises:
        SolverError: The constraint is logical, which this route does not take.
    """
    if isinstance(tree, And):
        for item in tree.items:
            yield from links(walker, item, indices)
    elif isinstance(tree, Conditional):
        chosen = tree.then if walker.truth(tree.condition, indices) else tree.otherwise
        yield from links(walker, chosen, indices)
    elif not varying(walker.model, tree):
        if not walker.truth(tree, indices):
            yield NEVER
    elif isinstance(tree, Compare):
        for sign, left, right in zip(tree.operators, tree.operands, tree.operands[1:], strict=False):
            yield Link(sign, left, right)
    else:
        raise _logical(tree)


def _logical(tree: Node) -> SolverError:
    if isinstance(tree, Call):
        return unsupported(tree.function)
    return SolverError(
        f"the nonlinear route does not take '{type(tree).__name__.lower()}' over variables",
        remedy="write it with binaries",
    )
