"""A bound model as a Pyomo `ConcreteModel`, with the formulation's own names and keys.

Built row by row with `rows.Walker`; it has nothing in common with the matrix route but the
resolved trees and the data, so that the two can check each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from quintet.errors import DataError, MissingDependency, QuintetError, SolverError
from quintet.formulation.model import ConstraintData, Family, Key, Model, ObjectiveData, VariableData
from quintet.formulation.schema import Domain, Sense
from quintet.formulation.tolerances import FEASIBILITY, finite_bound
from quintet.formulation.wording import place_of
from quintet.solvers.rewriting.intervals import Ranges
from quintet.solvers.rows.algebra import Indices, is_number
from quintet.solvers.rows.links import Link, links
from quintet.solvers.rows.walker import Walker, located

INSTALL = "pip install 'quintet[nonlinear]'"


@dataclass
class PyomoModel:
    """A Pyomo model and what leads back to the formulation.

    Args:
        model: The `ConcreteModel`; every family is a component of the same name, with `_` behind
            it where Pyomo or another family has taken the name.
        variables: Per family of the formulation, the Pyomo variables, one a row.
        objective: Its objective, 0 for `satisfy`.
        broken: Rows without decision variables that do not hold: the model is infeasible.
    """

    model: Any
    variables: dict[str, list[Any]] = field(default_factory=dict)
    objective: Any = None
    broken: list[str] = field(default_factory=list)


def load_pyomo() -> Any:
    """The module `pyomo.environ`.

    Raises:
        MissingDependency: Pyomo is not installed.
    """
    try:
        import pyomo.environ as pyo
    except ImportError:
        raise MissingDependency("Pyomo is not installed", remedy=f"run: {INSTALL}") from None
    return pyo


def build(model: Model) -> PyomoModel:
    """Build the Pyomo model.

    Args:
        model: A bound model; `abs`, `min` and `max` of variables must have been rewritten.

    Raises:
        DataError: A row has no value: an index outside its set, a division by 0.
        SolverError: A constraint or function this route does not take, or several objectives.
        MissingDependency: Pyomo is not installed.
    """
    return _Builder(model).build()


class _Builder:
    def __init__(self, model: Model) -> None:
        self._pyo = load_pyomo()
        self._source = model
        self._result = PyomoModel(self._pyo.ConcreteModel())
        self._walker = Walker(model, _PyomoAlgebra(self._pyo, self._result, model, self._attach))
        self._ranges = Walker(model, Ranges(model))

    def build(self) -> PyomoModel:
        """The whole model: variables, objective, constraints."""
        for variable in self._source.variables.values():
            self._variable(variable)
        self._objective(self._source.objectives)
        for constraint in self._source.constraints.values():
            self._constraint(constraint)
        return self._result

    def _attach(self, name: str, component: Any) -> Any:
        block = self._result.model
        while hasattr(block, name):
            name += "_"
        block.add_component(name, component)
        return component

    # variables

    def _variable(self, data: VariableData) -> None:
        pyo = self._pyo
        domain = {Domain.INTEGER: pyo.Integers, Domain.BINARY: pyo.Binary}.get(data.domain, pyo.Reals)
        keys = index_keys(data.family)
        component = self._attach(
            data.name, pyo.Var(keys, domain=domain) if keys is not None else pyo.Var(domain=domain)
        )
        rows = [component] if keys is None else [component[key] for key in keys]
        self._result.variables[data.name] = rows
        for row, variable in enumerate(rows):
            variable.setlb(_bound(data.lower[row]))
            variable.setub(_bound(data.upper[row]))
        if data.domain is Domain.SEMICONTINUOUS:
            self._semicontinuous(data, rows)

    def _semicontinuous(self, data: VariableData, rows: Sequence[Any]) -> None:
        """0, or between the bounds: a binary opens them."""
        pyo = self._pyo
        switches = self._attach(f"_{data.name}_on", pyo.Var(range(len(rows)), domain=pyo.Binary))
        limits = self._attach(f"_{data.name}_limits", pyo.ConstraintList())
        for row, variable in enumerate(rows):
            lower, upper = float(data.lower[row]), float(data.upper[row])
            if not (finite_bound(lower) and finite_bound(upper)):
                where = place_of(f"variables.{data.name}", data.family.keys[row])
                raise DataError("a semicontinuous variable needs both bounds", place=where)
            variable.setlb(min(0.0, lower))
            variable.setub(max(0.0, upper))
            limits.add(variable >= lower * switches[row])
            limits.add(variable <= upper * switches[row])

    # objective

    def _objective(self, objectives: Sequence[ObjectiveData]) -> None:
        if len(objectives) > 1:
            raise SolverError("several objectives can't be handed to one solve", place="objective")
        value: Any = 0.0
        sense = self._pyo.minimize
        for data in objectives:
            if data.tree is not None:
                value = self._tried("objective", data.tree)
            if data.sense is Sense.MAXIMIZE:
                sense = self._pyo.maximize
        self._result.objective = self._attach("objective", self._pyo.Objective(expr=value, sense=sense))

    def _tried(self, place: str, tree: Any) -> Any:
        try:
            return self._walker.number(tree, {})
        except QuintetError as error:
            raise located(error, place, ()) from None

    # constraints

    def _constraint(self, data: ConstraintData) -> None:
        relations: dict[Key, Any] = {}
        for key in data.family.keys:
            try:
                found = list(self._relations(data, key))
            except QuintetError as error:
                raise located(error, f"constraints.{data.name}", key) from None
            for number, relation in enumerate(found, 1):
                relations[(*key, number) if len(found) > 1 else key] = relation
        if not relations:
            return
        if list(relations) == [()]:
            component = self._pyo.Constraint(expr=relations[()])
        else:
            rule = {_plain(key): relation for key, relation in relations.items()}
            component = self._pyo.Constraint(list(rule), rule=lambda _, *key: rule[_plain(key)])
        self._attach(data.name, component)

    def _relations(self, data: ConstraintData, key: Key) -> Iterator[Any]:
        indices: Indices = dict(zip(data.family.names, key, strict=True))
        for link in links(self._walker, data.tree, indices):
            left, right = self._walker.number(link.left, indices), self._walker.number(link.right, indices)
            if is_number(left) and is_number(right):
                if not _true(link.operator, left, right):
                    self._result.broken.append(place_of(f"constraints.{data.name}", key))
            else:
                yield self._relation(link, left, right, indices)

    def _relation(self, link: Link, left: Any, right: Any, indices: Indices) -> Any:
        if link.operator == "==":
            return left == right
        if link.operator == "!=":
            raise SolverError("'!=' of variables can't be taken here", remedy="say it with binaries")
        step = self._step(link, indices)
        return left + step <= right if link.operator in ("<", "<=") else left >= right + step

    def _step(self, link: Link, indices: Indices) -> int:
        """1 for `<` between whole values, else 0."""
        if link.operator in ("<=", ">="):
            return 0
        algebra = self._ranges.algebra
        assert isinstance(algebra, Ranges)
        sides = (algebra.range(self._ranges.number(side, indices)) for side in (link.left, link.right))
        return int(all(side.whole for side in sides))


class _PyomoAlgebra:
    """Arithmetic that builds Pyomo expressions."""

    def __init__(self, pyo: Any, result: PyomoModel, model: Model, attach: Any) -> None:
        self._pyo = pyo
        self._result = result
        self._model = model
        self._attach = attach
        self._named: dict[str, Any] = {}

    def variable(self, name: str, row: int) -> Any:
        """The Pyomo variable."""
        return self._result.variables[name][row]

    def named(self, name: str, row: int, value: Any) -> Any:
        """A Pyomo `Expression` of the same name."""
        family = self._model.expressions[name].family
        if name not in self._named:
            component = self._pyo.Expression(self._pyo.Any) if family.arity else self._pyo.Expression()
            self._named[name] = self._attach(name, component)
        key = _plain(family.keys[row])
        if family.arity:
            self._named[name][key] = value
            return self._named[name][key]
        self._named[name].set_value(value)
        return self._named[name]

    def total(self, terms: Sequence[Any]) -> Any:
        """The sum."""
        return self._pyo.quicksum(terms)

    def product(self, factors: Sequence[Any]) -> Any:
        """The product; exactly 0 if a number among them is."""
        scale: Any = 1
        result: Any = None
        for factor in factors:
            if is_number(factor):
                scale = scale * factor
            else:
                result = factor if result is None else result * factor
        if scale == 0:
            return 0
        return result if scale == 1 else scale * result

    def quotient(self, numerator: Any, denominator: Any) -> Any:
        """The quotient; a number below is multiplied as its inverse."""
        return (
            self.product([1 / denominator, numerator]) if is_number(denominator) else numerator / denominator
        )

    def power(self, base: Any, exponent: Any) -> Any:
        """The power; with variables in the exponent by exp and log."""
        if not is_number(exponent):
            return self._exponential(base, exponent)
        if exponent == 0:
            return 1
        return base ** (int(exponent) if float(exponent).is_integer() else exponent)

    def _exponential(self, base: Any, exponent: Any) -> Any:
        if is_number(base) and base <= 0:
            raise DataError(f"{base:g} ** a variable is not defined", remedy="the base must be positive")
        return self._pyo.exp(exponent * self._pyo.log(base))

    def call(self, function: str, arguments: Sequence[Any]) -> Any:
        """A function of one argument."""
        if function in ("abs", "min", "max", "holds", "piecewise"):
            raise SolverError(f"{function}(…) of variables has not been rewritten")
        return getattr(self._pyo, function)(arguments[0])


def index_keys(family: Family) -> list[Any] | None:
    """Keys as Pyomo writes them: elements for one component, tuples for more; None for a scalar."""
    return [_plain(key) for key in family.keys] if family.arity else None


def _plain(key: Key) -> Any:
    return key[0] if len(key) == 1 else key


def _bound(value: float) -> float | None:
    return float(value) if finite_bound(float(value)) else None


def _true(operator: str, left: float, right: float) -> bool:
    slack = FEASIBILITY * max(1.0, abs(left), abs(right))
    if operator == "==":
        return abs(left - right) <= slack
    if operator == "!=":
        return left != right
    return left <= right + slack if operator in ("<", "<=") else left >= right - slack
