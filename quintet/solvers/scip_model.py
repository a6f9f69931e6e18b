"""A Pyomo model handed to SCIP in memory.

Pyomo's own interface `scip_direct` is not used: it holds the interpreter's lock while SCIP runs
and reads SCIP's output through a pipe, so that a log of more than the pipe's size hangs the
process for ever (tried with Pyomo 6.10.1); it also lifts every objective into a variable.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quintet.errors import MissingDependency, SolverError
from quintet.formulation.model import Floats
from quintet.solvers.pyomo_model import INSTALL, PyomoModel, load_pyomo

EXPANSION_LIMIT = 1000
"""Products of two sums with more terms than this get variables for the sums instead."""


@dataclass
class ScipModel:
    """A SCIP model; `columns` holds its variables per family of the formulation, one a row."""

    scip: Any
    columns: Mapping[str, Sequence[Any]]


def load_scip() -> Any:
    """The module `pyscipopt`.

    Raises:
        MissingDependency: PySCIPOpt is not installed.
    """
    try:
        import pyscipopt
    except ImportError:
        raise MissingDependency("PySCIPOpt is not installed", remedy=f"run: {INSTALL}") from None
    return pyscipopt


def translate(
    source: PyomoModel, *, fixed: Mapping[str, Floats] | None = None, objective: bool = True
) -> ScipModel:
    """Build the SCIP model.

    Args:
        source: The Pyomo model.
        fixed: Per family, values to which the integer variables are fixed.
        objective: False leaves the objective out, to ask for feasibility only.

    Raises:
        SolverError: An expression that SCIP does not take.
        MissingDependency: PySCIPOpt is not installed.
    """
    return _Translation(source).build(fixed or {}, objective=objective)


class _Translation:
    def __init__(self, source: PyomoModel) -> None:
        self._pyo = load_pyomo()
        self._package = load_scip()
        self._source = source
        self._scip = self._package.Model()
        self._scip.hideOutput(True)
        self._variables: dict[int, Any] = {}
        self._visitor = _visitor(self)

    def build(self, fixed: Mapping[str, Floats], *, objective: bool) -> ScipModel:
        for data in self._source.model.component_data_objects(self._pyo.Var):
            self._variable(data)
        columns = {
            name: [self._variables[id(variable)] for variable in rows]
            for name, rows in self._source.variables.items()
        }
        for name, values in fixed.items():
            self._fix(self._source.variables[name], values)
        if objective:
            self._objective()
        for constraint in self._source.model.component_data_objects(self._pyo.Constraint, active=True):
            self._constraint(constraint)
        return ScipModel(self._scip, columns)

    def _variable(self, data: Any) -> None:
        kind = "B" if data.is_binary() else "I" if data.is_integer() else "C"
        self._variables[id(data)] = self._scip.addVar(vtype=kind, lb=data.lb, ub=data.ub)

    def _fix(self, rows: Sequence[Any], values: Floats) -> None:
        for data, value in zip(rows, values.tolist(), strict=True):
            if data.is_integer():
                self._scip.chgVarLb(self._variables[id(data)], value)
                self._scip.chgVarUb(self._variables[id(data)], value)

    def _objective(self) -> None:
        maximize = self._source.objective.sense == self._pyo.maximize
        expression = self._expression(self._source.objective.expr)
        if self._degree(expression) > 1:
            stand = self._scip.addVar(lb=None, ub=None)
            self._scip.addCons(stand <= expression if maximize else stand >= expression)
            expression = stand
        self._scip.setObjective(expression, "maximize" if maximize else "minimize")

    def _degree(self, expression: Any) -> float:
        if isinstance(expression, int | float):
            return 0
        return expression.degree()

    def _constraint(self, constraint: Any) -> None:
        lower, body, upper = constraint.to_bounded_expression()
        lower, upper = (None if end is None else float(self._pyo.value(end)) for end in (lower, upper))
        lower = None if lower is None or lower <= -self._scip.infinity() else lower
        upper = None if upper is None or upper >= self._scip.infinity() else upper
        expression = self._expression(body)
        if isinstance(expression, int | float):
            expression = self._constant(float(expression))
        if lower is not None and lower == upper:
            self._scip.addCons(expression == upper)
            return
        if upper is not None:
            self._scip.addCons(expression <= upper)
        if lower is not None:
            self._scip.addCons(expression >= lower)

    def _constant(self, value: float) -> Any:
        return self._scip.addVar(lb=value, ub=value)

    # expressions

    def _expression(self, expression: Any) -> Any:
        if isinstance(expression, int | float):
            return expression
        return self._visitor.walk_expression(expression)

    def leaf(self, node: Any) -> Any:
        """A number or a variable."""
        if isinstance(node, int | float):
            return node
        return self._variables[id(node)] if node.is_variable_type() else self._pyo.value(node)

    def add(self, terms: Sequence[Any]) -> Any:
        """The sum."""
        if all(isinstance(term, int | float) for term in terms):
            return sum(terms)
        return self._package.quicksum(terms)

    def multiply(self, left: Any, right: Any) -> Any:
        """The product; long sums are not multiplied out."""
        if _length(left) * _length(right) > EXPANSION_LIMIT:
            left, right = self._short(left), self._short(right)
        return left * right

    def _short(self, expression: Any) -> Any:
        if _length(expression) <= 2:
            return expression
        stand = self._scip.addVar(lb=None, ub=None)
        self._scip.addCons(stand == expression)
        return stand

    def raise_(self, base: Any, exponent: Any) -> Any:
        """The power with a number as exponent."""
        if isinstance(exponent, int) and exponent > 1 and _length(base) ** exponent > EXPANSION_LIMIT:
            base = self._short(base)
        return base**exponent

    def function(self, name: str, argument: Any) -> Any:
        """A function; those that SCIP lacks by those that it has."""
        if isinstance(argument, int | float):
            return getattr(math, name)(argument)
        if name == "log10":
            return self._package.log(argument) * (1 / math.log(10))
        if name == "tanh":
            return 1 - 2 / (self._package.exp(2 * argument) + 1)
        if name not in ("exp", "log", "sqrt", "sin", "cos"):
            raise SolverError(f"SCIP has no function {name!r}")
        return getattr(self._package, name)(argument)


def _length(expression: Any) -> int:
    terms = getattr(expression, "terms", None)
    return len(terms) if terms is not None else 1


def _visitor(translation: _Translation) -> Any:
    from pyomo.core.expr import numeric_expr
    from pyomo.core.expr.visitor import StreamBasedExpressionVisitor

    def exit_node(node: Any, data: Sequence[Any]) -> Any:
        if isinstance(node, int | float) or not node.is_expression_type():
            return translation.leaf(node)
        if isinstance(node, numeric_expr.SumExpression):
            return translation.add(data)
        if isinstance(node, numeric_expr.NegationExpression):
            return -data[0]
        if isinstance(node, numeric_expr.PowExpression):
            return translation.raise_(*data)
        if isinstance(node, numeric_expr.DivisionExpression):
            return data[0] / data[1]
        if isinstance(node, numeric_expr.ProductExpression):
            return translation.multiply(*data)
        if isinstance(node, numeric_expr.UnaryFunctionExpression):
            return translation.function(str(node.getname()), data[0])
        if node.is_named_expression_type():
            return data[0]
        raise SolverError(f"SCIP can't take a {type(node).__name__}")

    return StreamBasedExpressionVisitor(exitNode=exit_node)
