"""Soft constraints → hard ones with deviations that the objective pays for.

`a <= b` becomes `a <= b + excess`, `a >= b` becomes `a + shortfall >= b`, an equation gets both; data
that choose between comparisons choose between the relaxed ones. Soft logic is no constraint any
more: the objective pays for each row that does not hold. The deviations are variables of their own,
with names, and are reported with the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from quintet.errors import DocumentError
from quintet.formulation.model import (
    ConstraintData,
    Floats,
    Model,
    ObjectiveData,
    ParameterData,
    VariableData,
)
from quintet.formulation.schema import Domain, Sense
from quintet.formulation.tree import (
    Call,
    Compare,
    Comprehension,
    Conditional,
    Generator,
    IndexRef,
    Negate,
    Node,
    Number,
    ParameterRef,
    Product,
    Sum,
    VariableRef,
)


@dataclass(frozen=True)
class Softness:
    """What breaking a constraint costs.

    Args:
        penalty: Price of one unit, one entry a row.
        limit: Largest deviation, one entry a row; inf for none.
        priority: The level of the objective that pays.
        generators: The resolved generators of the constraint's rows.
    """

    penalty: Floats
    limit: Floats
    priority: int
    generators: tuple[Generator, ...]


def soften(model: Model, soft: Mapping[str, Softness]) -> Model:
    """The model with every soft constraint rewritten.

    Args:
        model: A bound model.
        soft: Softness by constraint.

    Raises:
        DocumentError: A constraint that can't be soft, or a limit on soft logic.
    """
    if not soft:
        return model
    draft = _Draft(model)
    for name, softness in soft.items():
        draft.soften(model.constraints[name], softness)
    return draft.result()


_PLACES: dict[tuple[str, bool], list[tuple[str, int, bool]]] = {
    ("<", False): [("excess", -1, False)],
    (">", False): [("shortfall", 0, False)],
    ("==", False): [("shortfall", 0, False), ("excess", -1, False)],
    ("<", True): [("shortfall", 0, True), ("excess", -1, False)],
    (">", True): [("excess", 0, False), ("shortfall", -1, True)],
}
"""By sign and whether it is a chain: name, operand and sign of each deviation."""


@dataclass
class _Draft:
    model: Model
    variables: dict[str, VariableData] = field(init=False)
    parameters: dict[str, ParameterData] = field(init=False)
    constraints: dict[str, ConstraintData] = field(init=False)
    prices: dict[int, list[Node]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.variables = dict(self.model.variables)
        self.parameters = dict(self.model.parameters)
        self.constraints = dict(self.model.constraints)

    def soften(self, constraint: ConstraintData, softness: Softness) -> None:
        penalty = self._penalty(constraint, softness)
        if not compares(constraint.tree):
            self._logic(constraint, softness, penalty)
            return
        deviations = {stem: self._deviation(constraint, stem, softness) for stem in stems(constraint)}
        for deviation in deviations.values():
            self._pay(Product((penalty, deviation)), softness)
        tree = relaxed(constraint.tree, deviations)
        self.constraints[constraint.name] = replace(constraint, tree=tree)

    def _penalty(self, constraint: ConstraintData, softness: Softness) -> ParameterRef:
        if np.any(softness.penalty < 0):
            raise _refuse(constraint, "a penalty below 0", "a penalty is a price, 0 or more")
        if np.any(softness.limit < 0):
            raise _refuse(constraint, "a limit below 0", "it is the largest deviation, 0 or more")
        name = self._free(f"{constraint.name}_penalty")
        self.parameters[name] = ParameterData(name, constraint.family, softness.penalty)
        return ParameterRef(name, _references(constraint))

    def _deviation(self, constraint: ConstraintData, stem: str, softness: Softness) -> VariableRef:
        name = self._free(f"{constraint.name}_{stem}")
        first = sum(len(variable.family) for variable in self.variables.values())
        zero = np.zeros(len(constraint.family))
        self.variables[name] = VariableData(
            name, constraint.family, Domain.CONTINUOUS, zero, softness.limit, first
        )
        return VariableRef(name, _references(constraint))

    def _logic(self, constraint: ConstraintData, softness: Softness, penalty: ParameterRef) -> None:
        if np.any(np.isfinite(softness.limit)):
            raise _refuse(constraint, "logic holds or not, a limit has no meaning", "take 'limit' out")
        del self.constraints[constraint.name]
        broken = Sum((Number(1), Negate(Call("holds", (constraint.tree,)))))
        self._pay(Product((penalty, broken)), softness)

    def _pay(self, price: Node, softness: Softness) -> None:
        whole = Call("sum", (Comprehension(price, softness.generators),)) if softness.generators else price
        self.prices.setdefault(softness.priority, []).append(whole)

    def _free(self, name: str) -> str:
        taken = (self.model.sets, self.parameters, self.variables, self.model.expressions)
        while any(name in names for names in taken):
            name += "_"
        return name

    def result(self) -> Model:
        return replace(
            self.model,
            variables=self.variables,
            parameters=self.parameters,
            constraints=self.constraints,
            objectives=_paying(list(self.model.objectives), self.prices),
        )


def compares(tree: Node) -> bool:
    """Whether it is a comparison, or data choose between comparisons."""
    if isinstance(tree, Conditional):
        return compares(tree.then) and compares(tree.otherwise)
    return isinstance(tree, Compare)


def stems(constraint: ConstraintData) -> list[str]:
    """The names of the deviations that its comparisons need."""
    found = dict.fromkeys(
        stem for tree in _comparisons(constraint.tree) for stem, *_ in places(constraint, tree)
    )
    return list(found)


def _comparisons(tree: Node) -> list[Compare]:
    if isinstance(tree, Conditional):
        return [*_comparisons(tree.then), *_comparisons(tree.otherwise)]
    return [tree] if isinstance(tree, Compare) else []


def places(constraint: ConstraintData, tree: Compare) -> list[tuple[str, int, bool]]:
    """Where a comparison gives way: name of each deviation, its operand, and whether it is subtracted there.

    Raises:
        DocumentError: A comparison of this form can't be soft.
    """
    links = len(tree.operators)
    if "!=" in tree.operators:
        raise _refuse(constraint, "'!=' can't be soft", "write it as either(…, …)")
    if links > 2 or (links == 2 and "==" in tree.operators):
        raise _refuse(constraint, "a chain of this kind can't be soft", "split it in two constraints")
    return _PLACES[_key(tree)]


def _key(tree: Compare) -> tuple[str, bool]:
    sign = tree.operators[0]
    return ("==" if sign == "==" else sign[0]), len(tree.operators) > 1


def relaxed(tree: Node, deviations: Mapping[str, Node]) -> Node:
    """A comparison with its deviations, by name.

    Slack stands at the outer operands, so that the middle of a chain stays as it is.
    """
    if isinstance(tree, Conditional):
        then, otherwise = relaxed(tree.then, deviations), relaxed(tree.otherwise, deviations)
        return replace(tree, then=then, otherwise=otherwise)
    assert isinstance(tree, Compare)
    operands = list(tree.operands)
    for stem, place, down in _PLACES[_key(tree)]:
        slack = Negate(deviations[stem]) if down else deviations[stem]
        operands[place] = Sum((operands[place], slack))
    return replace(tree, operands=tuple(operands))


def _paying(objectives: list[ObjectiveData], prices: Mapping[int, list[Node]]) -> list[ObjectiveData]:
    """The penalties join the one objective of their level, or make a level of their own."""
    for priority, terms in prices.items():
        level = [o for o in objectives if o.priority == priority and o.sense is not Sense.SATISFY]
        if len(level) == 1 and level[0].weight == 1.0:
            objectives[objectives.index(level[0])] = _with(level[0], terms)
        else:
            tree = terms[0] if len(terms) == 1 else Sum(tuple(terms))
            name = "penalties" if len(prices) == 1 else f"penalties_{priority}"
            while any(o.name == name for o in objectives):
                name += "_"
            objectives.append(ObjectiveData(name, Sense.MINIMIZE, tree, priority=priority))
    return [o for o in objectives if o.sense is not Sense.SATISFY] or objectives


def _with(objective: ObjectiveData, terms: list[Node]) -> ObjectiveData:
    assert objective.tree is not None
    signed = [Negate(term) if objective.sense is Sense.MAXIMIZE else term for term in terms]
    return replace(objective, tree=Sum((objective.tree, *signed)))


def _references(constraint: ConstraintData) -> tuple[IndexRef, ...]:
    return tuple(IndexRef(name) for name in constraint.family.names)


def _refuse(constraint: ConstraintData, said: str, remedy: str) -> DocumentError:
    return DocumentError(said, place=f"constraints.{constraint.name}.soft", remedy=remedy)
