"""Logic, shape, `abs`, `min`, `max` and ratios of decisions, rewritten for solvers that lack them.

The result is a model of the same language, so that its class is derived afterwards and every
backend gains by it:

- semicontinuous variables become continuous ones with a binary (see `semicontinuous`);
- logical constraints and `holds` become linear rows over binaries (see `logic`);
- `abs`, `min`, `max` and `piecewise` become linear (see `extremes`, `piecewise`);
- a ratio in a constraint is multiplied out (see `ratios`); any other ratio N / D becomes a
  variable t with t * D compared to N. Both need the sign of D: from the bounds, else from the
  linear constraints. A ratio whose denominator can have both signs stays;
- `log`, `sqrt`, powers and denominators get their domain as a constraint where it does not
  follow (see `guards`).

Additions have names that start with `_`; everything else keeps its name, row and column.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from quintet.errors import QuintetError
from quintet.formulation.model import ConstraintData, Key, Model
from quintet.formulation.tree import Call, Node, Product, Quotient, VariableRef
from quintet.solvers.rewriting.denominators import Bounder, Side
from quintet.solvers.rewriting.extension import Extension, references
from quintet.solvers.rewriting.extremes import Extreme
from quintet.solvers.rewriting.guards import Guards
from quintet.solvers.rewriting.intervals import Interval, widened
from quintet.solvers.rewriting.logic import without_logic
from quintet.solvers.rewriting.occurrences import Need, Occurrence, Occurrences
from quintet.solvers.rewriting.piecewise import Piecewise
from quintet.solvers.rewriting.ratios import cleared, scaled
from quintet.solvers.rewriting.semicontinuous import without_semicontinuous
from quintet.solvers.rows.scoping import rebuilt
from quintet.solvers.rows.walker import located

_ADDITION = re.compile(r"_(abs|min|max|piecewise|ratio|domain|denominator)_\d+")


def rewrite(model: Model) -> Model:
    """The model without logic, `piecewise`, `abs`, `min`, `max` of variables and most ratios.

    Args:
        model: A bound model; if it has nothing to rewrite, it is returned itself.

    Returns:
        A model whose first columns are those of `model`, in the same order, and whose optimum is
        the same. What had to be assumed is in its `findings`.

    Raises:
        DataError: An expression needs bounds that some variable lacks; the message names it.
    """
    if is_rewritten(model):
        return model
    model = without_logic(without_semicontinuous(model))
    if not _anything(model):
        return model
    return _Rewriting(_guarded(_without_ratios(model))).result()


def is_rewritten(model: Model) -> bool:
    """Whether this module has made the model."""
    given = {*model.formulation.variables, *model.formulation.constraints}
    return any(_ADDITION.match(name) for name in (*model.variables, *model.constraints) if name not in given)


def _anything(model: Model) -> bool:
    search = Occurrences(model)
    trees = [constraint.tree for constraint in model.constraints.values()]
    trees += [objective.tree for objective in model.objectives if objective.tree is not None]
    return any(search.interesting(tree) for tree in trees)


def _without_ratios(model: Model) -> Model:
    """Ratios in constraints multiplied out."""
    search, extension = Occurrences(model), Extension(model)
    bounder = Bounder(search.walker, search.ranges)
    guards = Guards(extension, bounder)

    def scale(denominator: Node, constraint: ConstraintData) -> float:
        sides = _sides(bounder, denominator, constraint)
        directions = {side.direction for side in sides.values()}
        if len(directions) != 1 or 0 in directions:
            return 0.0
        place = f"constraints.{constraint.name}"
        guards.keep_off_zero(denominator, constraint.family.names, sides, place)
        rows = (dict(zip(constraint.family.names, key, strict=True)) for key in constraint.family.keys)
        return directions.pop() * max(guards.scale(denominator, indices) for indices in rows)

    return extension.model(
        {
            name: cleared(model, constraint, scale) if search.interesting(constraint.tree) else constraint
            for name, constraint in model.constraints.items()
        }
    )


def _sides(bounder: Bounder, denominator: Node, constraint: ConstraintData) -> Mapping[Key, Side]:
    family, found = constraint.family, {}
    for key in family.keys:
        try:
            found[key] = bounder.side(denominator, dict(zip(family.names, key, strict=True)))
        except QuintetError as error:
            raise located(error, f"constraints.{constraint.name}", key) from None
    return found


def _guarded(model: Model) -> Model:
    """Domains and denominators made sure of."""
    search, extension = Occurrences(model), Extension(model)
    guards = Guards(extension, Bounder(search.walker, search.ranges))
    for occurrence in search.search().values():
        guards.guard(occurrence)
    return extension.model(model.constraints)


class _Rewriting:
    """Stand-ins for `abs`, `min`, `max` and for the ratios that are left."""

    def __init__(self, model: Model) -> None:
        search = Occurrences(model)
        self._model = model
        self._found = search.search()
        self._extension = Extension(model)
        self._bounder = Bounder(search.walker, search.ranges)
        self._table: dict[Node, VariableRef] = {}

    def result(self) -> Model:
        """The rewritten model."""
        replaced = [occurrence for occurrence in self._found.values() if self._is_replaced(occurrence)]
        for occurrence in replaced:
            self._enter(occurrence)
        for occurrence in replaced:
            self._define(occurrence)
        return self._substituted()

    def _is_replaced(self, occurrence: Occurrence) -> bool:
        node = occurrence.node
        if isinstance(node, Quotient):
            return all(self._direction(node, occurrence, key) for key in occurrence.needs)
        return isinstance(node, Call) and node.function in ("abs", "min", "max", "piecewise")

    def _direction(self, node: Quotient, occurrence: Occurrence, key: Key) -> int:
        return self._bounder.side(node.denominator, occurrence.indices(key)).direction

    def _enter(self, occurrence: Occurrence) -> None:
        node = occurrence.node
        name = self._extension.name(node.function if isinstance(node, Call) else "ratio")
        family = self._extension.family(occurrence.names, list(occurrence.needs))
        ends = [self._ends(occurrence, key) for key in occurrence.needs]
        lower, upper = np.array(ends, dtype=np.float64).reshape(-1, 2).T
        self._extension.variable(name, family, lower, upper)
        self._table[node] = VariableRef(name, references(occurrence.names))

    def _ends(self, occurrence: Occurrence, key: Key) -> tuple[float, float]:
        try:
            box = widened(self._range(occurrence, key))
        except QuintetError as error:
            raise located(error, occurrence.place, key) from None
        return box.lower, box.upper

    def _range(self, occurrence: Occurrence, key: Key) -> Interval:
        node, indices = occurrence.node, occurrence.indices(key)
        if not isinstance(node, Quotient):
            return self._bounder.box(node, indices)
        inverse = self._bounder.tightened(node.denominator, indices).inverse()
        return self._bounder.finite(node.numerator, indices).times(inverse)

    def _define(self, occurrence: Occurrence) -> None:
        name = self._table[occurrence.node].name
        if isinstance(occurrence.node, Quotient):
            self._define_ratio(occurrence.node, occurrence, name)
            return
        piecewise = isinstance(occurrence.node, Call) and occurrence.node.function == "piecewise"
        parts = occurrence, name, self._extension, self._bounder, self._model
        (Piecewise if piecewise else Extreme)(*parts).define(self._substitute)

    def _define_ratio(self, node: Quotient, occurrence: Occurrence, name: str) -> None:
        rows: dict[str, list[Key]] = {">=": [], "<=": [], "==": [], "": []}
        for key, need in occurrence.needs.items():
            rows[_ratio_sign(need, self._direction(node, occurrence, key))].append(key)
        guards = Guards(self._extension, self._bounder)
        factor = max(guards.scale(node.denominator, occurrence.indices(key)) for key in occurrence.needs)
        product = scaled(Product((self._table[node], self._substitute(node.denominator))), factor)
        numerator = scaled(self._substitute(node.numerator), factor)
        for sign, label in ((">=", "at_least"), ("<=", "at_most"), ("==", "is")):
            family = self._extension.family(occurrence.names, rows[sign])
            self._extension.constraint(f"{name}_{label}", family, product, sign, numerator)

    def _substitute(self, node: Node) -> Node:
        if isinstance(node, Call | Quotient) and node in self._table:
            return self._table[node]
        return rebuilt(node, self._substitute)

    def _substituted(self) -> Model:
        constraints = {
            name: replace(constraint, tree=self._substitute(constraint.tree))
            for name, constraint in self._model.constraints.items()
        }
        model = self._extension.model(constraints)
        expressions = {n: replace(e, tree=self._substitute(e.tree)) for n, e in model.expressions.items()}
        objectives = [
            o if o.tree is None else replace(o, tree=self._substitute(o.tree)) for o in model.objectives
        ]
        return replace(model, expressions=expressions, objectives=objectives)


def _ratio_sign(need: Need, direction: int) -> str:
    """How t * D compares with N, so that t errs only to the side where it may."""
    if need is Need.EXACT:
        return "=="
    if need is Need.NONE:
        return ""
    return ">=" if (need is Need.OVER) == (direction > 0) else "<="
