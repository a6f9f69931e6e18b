"""`holds(c)` in arithmetic → a binary variable that is 1 where `c` holds.

It is tied to `c` only as far as the model needs: if a larger value is never wanted, `1` need not
imply `c`. Where `0` must imply that `c` does not hold, comparisons of continuous values keep off
their border by more than the tolerances can bridge (`comparisons.MARGIN`): at `x == 5` both `x <= 5`
and its opposite may hold in a constraint, but `holds(x <= 5)` is 1. A model that would gain by
coming arbitrarily close to the border has no optimum; the answer stays that margin away from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from quintet.formulation.functions import FUNCTIONS
from quintet.formulation.model import ConstraintData, Key, Model
from quintet.formulation.schema import Domain, Kind
from quintet.formulation.tree import Call, Compare, Node, Not, Number, VariableRef, walk
from quintet.solvers.rewriting.extension import Extension, references
from quintet.solvers.rewriting.occurrences import Need, Occurrence, Occurrences
from quintet.solvers.rows.algebra import Indices
from quintet.solvers.rows.scoping import rebuilt, varying


@dataclass(frozen=True)
class Held:
    """A model in which binaries stand for truths, and the logic that ties them to these.

    Args:
        model: The model; the ties are among its constraints.
        places: Per tie, where its truth is used first.
        apart: The ties that keep off the border.
    """

    model: Model
    places: Mapping[str, str]
    apart: frozenset[str]


def without_holds(model: Model) -> Held:
    """Put binaries in place of `holds`, also within named expressions.

    Args:
        model: A model whose constraints are plain comparisons.
    """
    found = _Truths(model).search()
    if not found:
        return Held(model, {}, frozenset())
    extension, table = Extension(model), dict[Node, VariableRef]()
    places, apart = dict[str, str](), set[str]()
    for node, occurrence in found.items():
        name = extension.name("holds")
        family = extension.family(occurrence.names, list(occurrence.needs))
        sizes = np.zeros(len(family)), np.ones(len(family))
        extension.variable(name, family, *sizes, Domain.BINARY)
        table[node] = VariableRef(name, references(occurrence.names))
        for tie in _ties(name, table[node], occurrence, extension):
            places[tie.name] = occurrence.place
            extension.add(tie)
        apart.add(f"{name}_if_not")
    return Held(substituted(model, extension, table), places, frozenset(apart))


def is_stood_for(model: Model, node: Node) -> bool:
    """Whether a node is a `holds` that no solver works out: of decisions, or of logic over data."""
    if not isinstance(node, Call) or node.function != "holds":
        return False
    return varying(model, node) or any(map(is_logic, walk(node.arguments[0])))


def is_logic(node: Node) -> bool:
    """Whether a node is `implies`, `at_least` … or another function that is true or false."""
    return isinstance(node, Call) and FUNCTIONS[node.function].result == "truth"


def substituted(model: Model, extension: Extension, table: Mapping[Node, VariableRef]) -> Model:
    """The model with the additions, and stand-ins in place of what they stand for.

    Args:
        model: The model.
        extension: The additions; what they hold stays as it is.
        table: Expression → stand-in.
    """

    def change(node: Node) -> Node:
        return table[node] if isinstance(node, Call) and node in table else rebuilt(node, change)

    trees = {name: replace(c, tree=change(c.tree)) for name, c in model.constraints.items()}
    expressions = {name: replace(e, tree=change(e.tree)) for name, e in model.expressions.items()}
    objectives = [o if o.tree is None else replace(o, tree=change(o.tree)) for o in model.objectives]
    return replace(extension.model(trees), expressions=expressions, objectives=objectives)


def _ties(
    name: str, stand: VariableRef, occurrence: Occurrence, extension: Extension
) -> list[ConstraintData]:
    """Where it may not be 1 without its condition, and where not 0 with it."""
    assert isinstance(occurrence.node, Call)
    condition = occurrence.node.arguments[0]
    sides = (
        (f"{name}_if", Need.UNDER, 1, condition),
        (f"{name}_if_not", Need.OVER, 0, Not(condition)),
    )
    found: list[ConstraintData] = []
    for label, need, value, consequence in sides:
        keys: list[Key] = [key for key, needs in occurrence.needs.items() if need in needs]
        tree = Call("implies", (Compare((stand, Number(value)), ("==",)), consequence))
        family = extension.family(occurrence.names, keys)
        found.append(ConstraintData(label, family, tree, Kind.DEFINITION))
    return [tie for tie in found if len(tie.family)]


class _Truths(Occurrences):
    """Finds `holds` only, and does not look inside it."""

    def _is_target(self, node: Node) -> bool:
        return is_stood_for(self.model, node)

    def _record(self, node: Node, indices: Indices, need: Need) -> None:
        if self._is_target(node):
            super()._record(node, indices, need)

    def _call(self, node: Call, indices: Indices, need: Need) -> None:
        if self._is_target(node):
            self._record(node, indices, need)
        else:
            super()._call(node, indices, need)
