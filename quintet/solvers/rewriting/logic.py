"""Logical constraints as linear rows over binary variables.

Every row of a logical constraint becomes a condition (`truths`), which becomes rows (`encoding`)
with constants from the bounds (`bigm`), which are written as constraints of the language again
(`blocks`). A point satisfies the rows for some values of the binaries exactly if the evaluator
accepts it; nothing is cut off at the border of a continuous comparison.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from quintet.errors import DataError
from quintet.formulation.integrality import is_integral
from quintet.formulation.model import ConstraintData, Key, Model
from quintet.formulation.printer import to_text
from quintet.formulation.schema import Domain
from quintet.formulation.tree import Compare, Conditional, Node, VariableRef, walk
from quintet.formulation.wording import place_of
from quintet.problem import Finding, Severity
from quintet.solvers.rewriting.bigm import BigM
from quintet.solvers.rewriting.blocks import NUMBER, Blocks
from quintet.solvers.rewriting.columns import Columns
from quintet.solvers.rewriting.comparisons import Comparisons
from quintet.solvers.rewriting.differences import Differences
from quintet.solvers.rewriting.encoding import Encoding
from quintet.solvers.rewriting.extension import Extension
from quintet.solvers.rewriting.holds import Held, is_logic, is_stood_for, without_holds
from quintet.solvers.rewriting.intervals import Ranges
from quintet.solvers.rewriting.truths import Truths
from quintet.solvers.rows.scoping import varying
from quintet.solvers.rows.walker import Walker, located
from quintet.solvers.solver import Declined

PLAIN = {"<=", "==", ">="}


def is_logical(model: Model) -> bool:
    """Whether some constraint is more than comparisons that a solver takes as they are, or uses `holds`."""
    trees = [constraint.tree for constraint in model.constraints.values()]
    if any(_is_logical(model, tree) for tree in trees):
        return True
    trees += [entry.tree for entry in model.expressions.values()]
    trees += [objective.tree for objective in model.objectives if objective.tree is not None]
    return any(is_stood_for(model, part) for tree in trees for part in walk(tree))


def _is_logical(model: Model, tree: Node) -> bool:
    if isinstance(tree, Compare):
        return not set(tree.operators) <= PLAIN and varying(model, tree)
    return isinstance(tree, Conditional) or varying(model, tree) or any(map(is_logic, walk(tree)))


def without_logic(model: Model) -> Model:
    """The model with linear rows in place of logical constraints, and binaries in place of `holds`.

    Args:
        model: A bound model; if it has no logic, it is returned itself.

    Raises:
        DataError: A comparison in logic has no finite range (names the variable that needs a
            bound), or is a `!=` of continuous values.
        Declined: A constraint is about scheduling.
    """
    held = Held(model, {}, frozenset())
    original = model
    while True:
        if any(_is_logical(held.model, c.tree) for c in held.model.constraints.values()):
            held = replace(held, model=_Pass(original, held).result())
        before, held = held.model, without_holds(held.model)
        if held.model is before:
            return before


class _Pass:
    """Rewrites all logical constraints of a model once.

    Args:
        original: The model as it was bound: it says which expressions are whole.
        held: The model, and what is known of its constraints that tie binaries to truths.
    """

    def __init__(self, original: Model, held: Held) -> None:
        self._original = original
        self._held = held
        self._model = held.model
        self._extension = Extension(held.model)
        self._columns = Columns(held.model)
        ranges = Ranges(held.model)
        walker = Walker(held.model, ranges)
        big_m = BigM(held.model, walker, ranges, self._columns, self._tell)
        self._encoding = Encoding(big_m, self._binary)
        comparisons = Comparisons(walker, ranges, self._integral, self._weakened)
        differences = Differences(comparisons, ranges, self._encoding)
        self._truths = Truths(walker, comparisons, differences, self._encoding)
        self._blocks = Blocks(self._extension, self._columns)
        self._binaries: list[Key] = []
        self._findings: dict[Finding, None] = {}
        self._name = self._place = ""

    def result(self) -> Model:
        """The model without logical constraints."""
        kept: dict[str, ConstraintData] = {}
        for name, constraint in self._model.constraints.items():
            plain = replace(constraint, tree=_unified(constraint.tree))
            if _is_logical(self._model, plain.tree):
                self._rewrite(constraint)
            else:
                kept[name] = plain
        for finding in self._findings:
            self._extension.finding(finding)
        return self._extension.model(kept)

    def _rewrite(self, constraint: ConstraintData) -> None:
        prefix = self._extension.name(constraint.name.lstrip("_"))
        self._name, self._binaries, self._encoding.rows = f"{prefix}_true", [], []
        self._place = self._held.places.get(constraint.name, f"constraints.{constraint.name}")
        for key in constraint.family.keys:
            self._require(constraint, key)
        if self._binaries:
            self._add_binaries(constraint)
        self._blocks.write(prefix, constraint, self._encoding.rows)

    def _require(self, constraint: ConstraintData, key: Key) -> None:
        indices = dict(zip(constraint.family.names, key, strict=True))
        place = place_of(self._place, key)
        self._encoding.turn_to(key, place)
        apart = constraint.name in self._held.apart
        try:
            self._encoding.require(self._truths.condition(constraint.tree, indices, apart=apart))
        except DataError as error:
            raise located(error, self._place, key) from None
        except Declined as error:
            raise Declined(error.message, place=place, remedy=error.remedy) from None

    def _add_binaries(self, constraint: ConstraintData) -> None:
        count = len(self._binaries)
        self._extension.numbers(count)
        names = (*constraint.family.names, NUMBER)
        keys = [(*key, number) for number, key in enumerate(self._binaries, 1)]
        family = self._extension.family(names, keys)
        self._extension.variable(self._name, family, np.zeros(count), np.ones(count), Domain.BINARY)

    def _binary(self, key: Key) -> int:
        self._binaries.append(key)
        return self._columns.add(self._name, (*key, len(self._binaries)))

    def _integral(self, node: Node) -> bool:
        """As the evaluator judges it, by the expressions as they were bound."""
        own = all(p.name in self._original.variables for p in walk(node) if isinstance(p, VariableRef))
        return is_integral(node, self._original if own else self._model)

    def _tell(self, finding: Finding) -> None:
        self._findings[finding] = None

    def _weakened(self, comparison: Compare) -> None:
        message = (
            f"'{to_text(comparison)}' of continuous values is taken as true on its border, "
            "and so is its opposite: no solver can tell them apart"
        )
        self._tell(Finding("strict-continuous", Severity.INFO, self._place, message))


def _unified(tree: Node) -> Node:
    """A conditional of two comparisons alike as one comparison of conditionals."""
    if not isinstance(tree, Conditional):
        return tree
    then, otherwise = _unified(tree.then), _unified(tree.otherwise)
    if not (isinstance(then, Compare) and isinstance(otherwise, Compare)):
        return tree
    if then.operators != otherwise.operators or not set(then.operators) <= PLAIN:
        return tree
    sides = zip(then.operands, otherwise.operands, strict=True)
    chosen = tuple(Conditional(yes, tree.condition, no) for yes, no in sides)
    return Compare(chosen, then.operators, at=tree.at)
