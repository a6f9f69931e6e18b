"""A model → its elastic form.

A comparison gets deviations, in its own units; a bound becomes a comparison first; logic gets a
binary that drops a row as a whole. Shared, a deviation belongs to a parameter's value instead of a
row: all limits that the value sets move together, and it is paid for once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from quintet.formulation.integrality import is_integral
from quintet.formulation.model import ConstraintData, Family, Floats, Ids, Model, ObjectiveData
from quintet.formulation.schema import Domain, Sense
from quintet.formulation.softening import compares, relaxed, stems
from quintet.formulation.tolerances import INFINITE
from quintet.formulation.tree import (
    Call,
    Compare,
    Comprehension,
    Conditional,
    Generator,
    Node,
    Number,
    Or,
    ParameterRef,
    Product,
    SetRef,
    Sum,
    VariableRef,
)
from quintet.solvers.diagnosis.limit import LimitKind
from quintet.solvers.repair.bounds import as_constraint, soft_bounds, unbounded
from quintet.solvers.repair.choice import Standing, labels
from quintet.solvers.repair.elastic import DROPPED, Deviation, Elastic, Give
from quintet.solvers.repair.levers import Levers, Spots
from quintet.solvers.repair.sides import Side, Sides
from quintet.solvers.rewriting.extension import Extension, references
from quintet.solvers.rewriting.intervals import Ranges
from quintet.solvers.rows.walker import Walker


def elastic(
    model: Model, standings: Sequence[Standing], weights: Mapping[str, float], *, shared: bool = False
) -> Elastic:
    """Make a model elastic.

    Args:
        model: A bound model.
        standings: Which families may give way.
        weights: Price of one unit by family; default 1 / max(1, |right-hand side|) a row.
        shared: Whether limits that one value of a parameter sets move together.
    """
    soft = [standing for standing in standings if standing.soft]
    return _Draft(model, soft, weights, shared=shared).result()


@dataclass(frozen=True)
class _Price:
    """What one family of deviations costs, one price a row of `family`."""

    variable: str
    family: Family
    prices: Floats


class _Draft:
    def __init__(
        self, model: Model, soft: Sequence[Standing], weights: Mapping[str, float], *, shared: bool
    ) -> None:
        self._original = model
        self._bounds = soft_bounds(model, soft)
        free = unbounded(model, self._bounds)
        self._extension = Extension(free)
        self._constraints = dict(model.constraints)
        self._soft = soft
        self._weights = weights
        self._sides = Sides(model)
        self._levers = Levers(model) if shared else None
        self._shared: dict[tuple[str, int], str] = {}
        self._whole = _all_whole(free)
        self._prices: list[_Price] = []

    def result(self) -> Elastic:
        gives = [self._give(standing) for standing in self._soft]
        # paid in units of the lowest price: a solver stops at a gap of 1e-6, whatever a unit is worth
        unit = min((float(np.min(p.prices)) for p in self._prices if len(p.prices)), default=1.0)
        terms = [self._cost(price, unit) for price in self._prices]
        tree = (Sum(tuple(terms)) if len(terms) > 1 else terms[0]) if terms else None
        objective = ObjectiveData("repair", Sense.MINIMIZE if terms else Sense.SATISFY, tree)
        model = replace(self._extension.model(self._constraints), objectives=[objective])
        return Elastic(self._original, model, tuple(gives), unit)

    # limits

    def _give(self, standing: Standing) -> Give:
        if standing.kind is not LimitKind.CONSTRAINT:
            return self._bound(standing)
        entry = self._original.constraints[standing.name]
        if not stretches(entry.tree):
            return self._logic(standing, entry)
        give = self._comparison(standing, entry, np.arange(len(entry.family)), self._sides)
        self._constraints[entry.name] = _stretched(give)
        return give

    def _bound(self, standing: Standing) -> Give:
        rows = self._bounds[standing.name, standing.kind]
        variable = self._original.variables[standing.name]
        entry = as_constraint(self._extension, variable, standing.kind, rows)
        give = self._comparison(standing, entry, rows, Sides(self._extension.model({})))
        self._extension.add(_stretched(give))
        return give

    def _comparison(self, standing: Standing, entry: ConstraintData, rows: Ids, sides: Sides) -> Give:
        found = {stem: sides.of(entry, stem) for stem in stems(entry)}
        weights, by_user = self._weigh(standing, found, len(rows))
        give = Give(standing.kind, standing.name, entry, rows, {}, found, weights, by_user)
        return replace(give, deviations={stem: self._deviation(give, stem) for stem in found})

    def _logic(self, standing: Standing, entry: ConstraintData) -> Give:
        size = len(entry.family)
        weights, by_user = self._weigh(standing, {}, size)
        name = self._extension.name(f"{entry.name.lstrip('_')}_{DROPPED}")
        self._extension.variable(name, entry.family, np.zeros(size), np.ones(size), Domain.BINARY)
        self._prices.append(_Price(name, entry.family, weights))
        slack = VariableRef(name, references(entry.family.names))
        tree = Or((Compare((slack, Number(1)), ("==",)), entry.tree))
        self._constraints[entry.name] = replace(entry, tree=tree)
        deviations = {DROPPED: Deviation(name, slack, np.arange(size))}
        return Give(standing.kind, entry.name, entry, np.arange(size), deviations, {}, weights, by_user)

    def _weigh(
        self, standing: Standing, sides: Mapping[str, Sequence[Side]], size: int
    ) -> tuple[Floats, bool]:
        for label in labels(standing.kind, standing.name):
            if label in self._weights:
                return np.full(size, float(self._weights[label])), True
        scales = np.array([[side.scale for side in column] for column in sides.values()], dtype=np.float64)
        return 1.0 / np.max(scales.reshape(len(sides), size), axis=0, initial=1.0), False

    # deviations

    def _deviation(self, give: Give, stem: str) -> Deviation:
        spots = self._levers.spots(give, stem) if self._levers is not None else None
        if spots is not None:
            return self._of_parameter(give, spots)
        entry = give.entry
        name = self._extension.name(f"{entry.name.lstrip('_')}_{stem}")
        self._add(name, entry.family, self._most(entry))
        self._prices.append(_Price(name, entry.family, give.weights))
        slack = VariableRef(name, references(entry.family.names))
        return Deviation(name, slack, np.arange(len(give)))

    def _of_parameter(self, give: Give, spots: Spots) -> Deviation:
        """The deviation of a parameter in one direction; all its limits have it in common."""
        known = self._shared.get((spots.parameter, spots.sign))
        name = known or self._extension.name(f"{spots.parameter}_{'raised' if spots.sign > 0 else 'lowered'}")
        if known is None:
            parameter = self._original.parameters[spots.parameter]
            size = len(parameter.family)
            self._add(name, parameter.family, None)
            prices = 1.0 / np.maximum(1.0, np.abs(parameter.values))
            if give.set_by_user:
                prices = np.full(size, give.weights[0])
            self._prices.append(_Price(name, parameter.family, prices))
            self._shared[spots.parameter, spots.sign] = name
        return Deviation(name, VariableRef(name, spots.subscripts), spots.rows)

    def _add(self, name: str, family: Family, most: Floats | None) -> None:
        upper = np.full(len(family), np.inf) if most is None else most
        domain = Domain.CONTINUOUS if most is None else Domain.INTEGER
        self._extension.variable(name, family, np.zeros(len(family)), upper, domain)

    def _most(self, entry: ConstraintData) -> Floats | None:
        """How far each row can ever be broken, where all is whole and bounded; else it is not needed."""
        if not self._whole or not all(is_integral(side, self._original) for side in _operands(entry.tree)):
            return None
        ranges = Ranges(self._original)
        walker = Walker(self._original, ranges)
        found: list[float] = []
        for key in entry.family.keys:
            indices = dict(zip(entry.family.names, key, strict=True))
            boxes = [ranges.range(walker.number(side, indices)) for side in _operands(entry.tree)]
            found.append(max(box.upper for box in boxes) - min(box.lower for box in boxes))
        most = np.ceil(np.array(found, dtype=np.float64))
        return most if bool(np.all(np.isfinite(most))) else None

    def _cost(self, price: _Price, unit: float) -> Node:
        weight = self._extension.name(f"{price.variable.lstrip('_')}_weight")
        self._extension.parameter(weight, price.family, price.prices / unit)
        subscripts = references(price.family.names)
        term = Product((ParameterRef(weight, subscripts), VariableRef(price.variable, subscripts)))
        return self._summed(price.family, term)

    def _summed(self, family: Family, body: Node) -> Node:
        """The sum over the rows of a family, which becomes a set of the model."""
        if not family.names:
            return body
        rows = self._extension.name("rows")
        self._extension.set(rows, family)
        return Call("sum", (Comprehension(body, (Generator(family.names, SetRef(rows)),)),))


def _stretched(give: Give) -> ConstraintData:
    slack = {stem: deviation.slack for stem, deviation in give.deviations.items()}
    return replace(give.entry, tree=relaxed(give.entry.tree, slack))


def stretches(tree: Node) -> bool:
    """Whether a constraint can give way by an amount: comparisons of one link, or of two that run one way."""
    if isinstance(tree, Conditional):
        return stretches(tree.then) and stretches(tree.otherwise)
    if not compares(tree) or not isinstance(tree, Compare) or "!=" in tree.operators:
        return False
    return len(tree.operators) == 1 or (len(tree.operators) == 2 and "==" not in tree.operators)


def _operands(tree: Node) -> list[Node]:
    if isinstance(tree, Conditional):
        return [*_operands(tree.then), *_operands(tree.otherwise)]
    return list(tree.operands) if isinstance(tree, Compare) else []


def _all_whole(model: Model) -> bool:
    return all(
        v.integral and bool(np.all(np.abs([v.lower, v.upper]) < INFINITE)) for v in model.variables.values()
    )
