"""`piecewise` of a decision as linear constraints.

Where the model cannot gain by a value on the wrong side, a convex (or concave) function is the
largest (smallest) of its lines and needs no binary. Elsewhere a binary chooses the piece and the
place within it goes from 0 to 1 (the multiple choice model: Croxton, Gendron and Magnanti, *A
comparison of mixed-integer programming models for nonconvex piecewise linear cost minimization
problems*, Management Science 49, 2003); its relaxation is the convex hull of the pieces, jumps
included. At a jump the function has the lower value; where the model would gain by the higher one
its side keeps away from the jump by ten times the tolerance, or by 1 if only whole places are used.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from quintet.errors import DataError, QuintetError
from quintet.formulation.model import Family, Key, Model
from quintet.formulation.printer import to_text
from quintet.formulation.schema import Domain
from quintet.formulation.tree import (
    Call,
    Compare,
    Comprehension,
    Generator,
    IndexRef,
    Negate,
    Node,
    Number,
    ParameterRef,
    Product,
    SetRef,
    Sum,
    VariableRef,
)
from quintet.solvers.rewriting.bigm import without_bounds
from quintet.solvers.rewriting.comparisons import MARGIN
from quintet.solvers.rewriting.denominators import Bounder
from quintet.solvers.rewriting.extension import Extension, references
from quintet.solvers.rewriting.intervals import Interval
from quintet.solvers.rewriting.occurrences import Need, Occurrence
from quintet.solvers.rewriting.pieces import Piece, is_concave, is_convex, kept_apart, pieces
from quintet.solvers.rows.breakpoints import breakpoints
from quintet.solvers.rows.walker import located

Substitute: TypeAlias = Callable[[Node], Node]
NUMBER = "_n"
"""The index name of the number of a piece."""


@dataclass(frozen=True)
class Graph:
    """The pieces of the function at one key, and how its value compares with their lines.

    Args:
        pieces: From left to right.
        sign: `>=`, `<=` or `==` if the value compares with every line so; "" if one piece is chosen.
    """

    pieces: Sequence[Piece]
    sign: str


class Piecewise:
    """One `piecewise` with all its keys.

    Args:
        occurrence: Where it is used.
        name: Name of the variable that stands for it.
        extension: Where variables and constraints go.
        bounder: Ranges of the argument.
        model: The model it belongs to, for messages.
    """

    def __init__(
        self, occurrence: Occurrence, name: str, extension: Extension, bounder: Bounder, model: Model
    ) -> None:
        assert isinstance(occurrence.node, Call)
        self._node = occurrence.node
        self._occurrence = occurrence
        self._name = name
        self._extension = extension
        self._bounder = bounder
        self._model = model
        self._stand = VariableRef(name, references(occurrence.names))

    def define(self, substitute: Substitute) -> None:
        """Add the constraints.

        Args:
            substitute: Puts the stand-ins of inner expressions into a tree.

        Raises:
            DataError: Pieces must be chosen and the argument has no finite range; names variables.
        """
        needs = {key: need for key, need in self._occurrence.needs.items() if need is not Need.NONE}
        graphs = {key: self._graph(key, need) for key, need in needs.items()}
        if not graphs:
            return
        self._extension.numbers(max(len(graph.pieces) for graph in graphs.values()))
        argument = substitute(self._node.arguments[0])
        for sign, label in ((">=", "above"), ("<=", "below"), ("==", "on")):
            self._lines(argument, label, sign, {k: g.pieces for k, g in graphs.items() if g.sign == sign})
        self._choices(argument, {key: graph.pieces for key, graph in graphs.items() if not graph.sign})

    def _graph(self, key: Key, need: Need) -> Graph:
        try:
            return self._shaped(key, need)
        except QuintetError as error:
            raise located(error, self._occurrence.place, key) from None

    def _shaped(self, key: Key, need: Need) -> Graph:
        box = self._bounder.finite(self._node.arguments[0], self._occurrence.indices(key))
        found = self._pieces(key, box)
        if len(found) == 1:
            return Graph(found, "==")
        if need is Need.OVER and is_convex(found):
            return Graph(found, ">=")
        if need is Need.UNDER and is_concave(found):
            return Graph(found, "<=")
        if math.isinf(box.lower) or math.isinf(box.upper):
            raise self._unbounded()
        if Need.UNDER in need:
            found = kept_apart(found, MARGIN, whole=box.whole)
        return Graph(found, "")

    def _pieces(self, key: Key, box: Interval) -> list[Piece]:
        indices, walker = self._occurrence.indices(key), self._bounder.walker
        xs, ys = breakpoints(walker, self._node, indices)
        ends = {name: float(walker.number(slope, indices)) for name, slope in self._node.keywords}
        return pieces(xs, ys, ends.get("left"), ends.get("right"), box.lower, box.upper)

    def _unbounded(self) -> DataError:
        names = ", ".join(without_bounds(self._model, self._node.arguments[0])) or "its variables"
        return DataError(
            f"'{to_text(self._node)}' has to choose among its pieces, and its argument has no finite range",
            remedy=f"give {names} a lower and an upper bound",
        )

    # constraints

    def _names(self) -> tuple[str, ...]:
        return (*self._occurrence.names, NUMBER)

    def _family(self, graphs: Mapping[Key, Sequence[Piece]]) -> Family:
        keys = [(*key, number) for key, found in graphs.items() for number in range(1, len(found) + 1)]
        return self._extension.family(self._names(), keys)

    def _lines(self, argument: Node, label: str, sign: str, graphs: Mapping[Key, Sequence[Piece]]) -> None:
        """The value compares with the line of every piece."""
        if not graphs:
            return
        name, family = f"{self._name}_{label}", self._family(graphs)
        anchor, value, slope = self._parameters(
            name,
            family,
            {
                "anchor": [piece.anchor for piece in _each(graphs)],
                "value": [piece.value for piece in _each(graphs)],
                "slope": [piece.slope for piece in _each(graphs)],
            },
        )
        line = Sum((value, Product((slope, Sum((argument, Negate(anchor)))))))
        self._extension.constraint(name, family, self._stand, sign, line)

    def _choices(self, argument: Node, graphs: Mapping[Key, Sequence[Piece]]) -> None:
        """One piece is chosen, and the value is its value at the argument."""
        if not graphs:
            return
        family, name = self._family(graphs), self._name
        count, names = len(family), references(self._names())
        chosen, part = f"{name}_piece", f"{name}_part"
        self._extension.variable(chosen, family, np.zeros(count), np.ones(count), Domain.BINARY)
        self._extension.variable(part, family, np.zeros(count), np.ones(count))
        self._extension.set(f"{name}_pieces", family)
        start, width, value, rise = self._parameters(
            name,
            family,
            {
                "start": [piece.start for piece in _each(graphs)],
                "width": [piece.end - piece.start for piece in _each(graphs)],
                "value": [piece.at(piece.start) for piece in _each(graphs)],
                "rise": [piece.at(piece.end) - piece.at(piece.start) for piece in _each(graphs)],
            },
        )
        one, within = VariableRef(chosen, names), VariableRef(part, names)
        self._extension.constraint(f"{name}_within", family, within, "<=", one)
        keys = self._extension.family(self._occurrence.names, list(graphs))
        self._extension.constraint(f"{name}_one", keys, self._sum(one), "==", Number(1))
        place = self._sum(Sum((Product((start, one)), Product((width, within)))))
        self._extension.constraint(f"{name}_place", keys, argument, "==", place)
        height = self._sum(Sum((Product((value, one)), Product((rise, within)))))
        self._extension.constraint(f"{name}_value", keys, self._stand, "==", height)

    def _parameters(
        self, name: str, family: Family, values: Mapping[str, Sequence[float]]
    ) -> Iterator[ParameterRef]:
        for label, numbers in values.items():
            self._extension.parameter(f"{name}_{label}", family, np.array(numbers, dtype=np.float64))
            yield ParameterRef(f"{name}_{label}", references(self._names()))

    def _sum(self, body: Node) -> Node:
        """The sum over the pieces of one key; `body` is over the names of the expression and `NUMBER`."""
        names = self._occurrence.names
        targets = tuple(f"_t{place}" for place in range(1, len(names) + 1))
        pinned = tuple(
            Compare((IndexRef(target), IndexRef(name)), ("==",))
            for target, name in zip(targets, names, strict=True)
        )
        over = Generator((*targets, NUMBER), SetRef(f"{self._name}_pieces"), pinned)
        return Call("sum", (Comprehension(body, (over,)),))


def _each(graphs: Mapping[Key, Sequence[Piece]]) -> Iterator[Piece]:
    for found in graphs.values():
        yield from found
