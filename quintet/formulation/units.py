"""Unit checking: what is added or compared has one unit; nothing is ever converted.

Only what is surely wrong is reported. A parameter or variable without a unit, and a literal number,
may be anything; 1 and 2 as factors are pure numbers. Binary variables without a unit are counts.
Inside an index over a set that is named after a span of time (`Week`), an amount and an amount per
week are the same. A product with a percentage whose values lie within -1..1 is left alone, for then
the values are shares already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from functools import reduce

import numpy as np

from quintet.formulation.catalogue import ModelCatalogue
from quintet.formulation.model import Model, ParameterData, VariableData
from quintet.formulation.schema import Domain
from quintet.formulation.tree import (
    Call,
    Compare,
    Comprehension,
    Conditional,
    ExpressionRef,
    Generator,
    Integral,
    Negate,
    Node,
    Number,
    ParameterRef,
    Power,
    Product,
    Quotient,
    SetRef,
    Sum,
    TupleOf,
    VariableRef,
    children,
    walk,
)
from quintet.formulation.unit import COUNT, ONE, Unit, canonical, parse_unit
from quintet.problem import Finding, Severity

PERIODS = frozenset({"h", "d", "week", "month", "quarter", "a", "shift", "period", "night", "season"})
PERCENT = parse_unit("%")
REMEDY = "correct a unit, or multiply by a parameter that converts (its own unit, source: implied)"


def check_units(model: Model) -> list[Finding]:
    """Addends, compared sides, bounds and stated units that do not fit.

    Args:
        model: A bound model.

    Returns:
        Findings `unit-mismatch`, warnings, one a place and pair of units.
    """
    check = _Check(model)
    check.sets()
    check.bounds()
    check.computed()
    check.expressions()
    check.objectives()
    check.constraints()
    return list(dict.fromkeys(check.findings))


def unit_of(model: Model, tree: Node) -> Unit | None:
    """The unit of an expression, and of a comparison that of its sides; None where it is not known.

    Args:
        model: A bound model.
        tree: A resolved tree of it.
    """
    check = _Check(model)
    return check.shared(tree.operands) if isinstance(tree, Compare) else check.unit(tree)


class _Check:
    def __init__(self, model: Model) -> None:
        self.findings: list[Finding] = []
        self._model = model
        self._catalogue = ModelCatalogue(model)
        self._place = ""
        self._loose: frozenset[str] = frozenset()
        self._named: dict[str, Unit | None] = {}
        self._by_type: dict[type[Node], Callable[..., Unit | None]] = {
            ParameterRef: lambda node: self._stated(self._model.parameters[node.name]),
            VariableRef: lambda node: self._stated(self._model.variables[node.name]),
            ExpressionRef: self._expression,
            Negate: lambda node: self._unit(node.operand),
            Sum: lambda node: self._same(node.terms, "adds"),
            Product: self._product,
            Quotient: self._quotient,
            Integral: self._whole,
            Power: self._power,
            Compare: self._compare,
            Conditional: self._conditional,
            Comprehension: self._comprehension,
            Call: self._call,
        }

    def unit(self, node: Node) -> Unit | None:
        """The unit of a tree, None where it is not known."""
        return self._unit(node)

    def shared(self, nodes: Sequence[Node]) -> Unit | None:
        """The unit that all have, None where it is not known."""
        return self._same(nodes, "compares")

    # places

    def sets(self) -> None:
        """Filters of computed sets."""
        for name, entry in self._model.formulation.sets.items():
            if entry.computed is not None:
                generators, indices = self._catalogue.rows(name)
                self._place = f"sets.{name}.from"
                with self._over(generators):
                    self._unit(self._catalogue.members(entry.computed, self._place, indices))

    def bounds(self) -> None:
        """Bounds of variables that are expressions."""
        for name, entry in self._model.formulation.variables.items():
            generators, indices = self._catalogue.rows(name)
            for side in ("lower", "upper"):
                text = getattr(entry, side)
                if isinstance(text, str):
                    place = f"variables.{name}.{side}"
                    tree = self._catalogue.tree(text, place, indices)
                    self._against(tree, entry.unit, place, generators)

    def computed(self) -> None:
        """Computed parameters against their stated unit."""
        for name, entry in self._model.formulation.parameters.items():
            if entry.expression is not None and not self._model.parameters[name].symbolic:
                generators, indices = self._catalogue.rows(name)
                place = f"parameters.{name}.expression"
                tree = self._catalogue.tree(entry.expression, place, indices)
                self._against(tree, entry.unit, place, generators)

    def expressions(self) -> None:
        """Named expressions against their stated unit."""
        for name, data in self._model.expressions.items():
            generators = self._catalogue.rows(name)[0] if name in self._model.formulation.expressions else ()
            self._against(data.tree, data.unit, f"expressions.{name}.expression", generators)

    def objectives(self) -> None:
        """Objectives against their stated unit."""
        for objective in self._model.objectives:
            if objective.tree is not None:
                self._against(objective.tree, objective.unit, "objective.expression", ())

    def constraints(self) -> None:
        """Both sides of every constraint."""
        entries = self._model.formulation.constraints
        for name, data in self._model.constraints.items():
            each = entries[name].each if name in entries else None
            generators, _ = self._catalogue.rows_of(each, f"constraints.{name}.for")
            self._against(data.tree, None, f"constraints.{name}.expression", generators)

    def _against(self, tree: Node, stated: str | None, place: str, generators: Sequence[Generator]) -> None:
        self._place = place
        with self._over(generators):
            self._filters(generators)
            found, wanted = self._unit(tree), parse_unit(stated)
            if found is not None and wanted is not None and not found.fits(wanted, self._loose):
                self._report(f"its unit is said to be {wanted}, and the expression gives {found}")

    def _report(self, message: str) -> None:
        self.findings.append(Finding("unit-mismatch", Severity.WARNING, self._place, f"{message}; {REMEDY}"))

    @contextmanager
    def _over(self, generators: Iterable[Generator]) -> Iterator[frozenset[str]]:
        """Inside indices over spans of time; gives their words."""
        before, words = self._loose, frozenset(_periods(generators))
        self._loose = before | words
        try:
            yield words
        finally:
            self._loose = before

    # trees

    def _unit(self, node: Node) -> Unit | None:
        """The unit of a tree, None where it is not known. Findings are made on the way."""
        rule = self._by_type.get(type(node))
        if rule is not None:
            return rule(node)
        for child in children(node):
            self._unit(child)
        return None

    def _stated(self, data: ParameterData | VariableData) -> Unit | None:
        unit = parse_unit(data.unit)
        if unit is None:
            binary = isinstance(data, VariableData) and data.domain is Domain.BINARY
            return COUNT if binary else None
        values = data.values if isinstance(data, ParameterData) else np.append(data.lower, data.upper)
        shares = unit == PERCENT and bool(np.all(np.abs(values) <= 1))
        return None if shares else unit

    def _expression(self, node: ExpressionRef) -> Unit | None:
        data = self._model.expressions[node.name]
        if parse_unit(data.unit) is not None:
            return parse_unit(data.unit)
        if node.name not in self._named:
            # its own findings are made at its own place
            silent = _Check(self._model)
            silent._named = self._named
            self._named[node.name] = silent._unit(data.tree)
        return self._named[node.name]

    def _same(self, nodes: Iterable[Node], verb: str) -> Unit | None:
        """The unit that all share; a finding for the first that does not."""
        units = [unit for unit in (self._unit(node) for node in nodes) if unit is not None]
        firm = [unit for unit in units if not unit.vague]
        for one, other in zip(firm, firm[1:], strict=False):
            if not one.fits(other, self._loose):
                self._report(f"{verb} {one} and {other}")
                return None
        return firm[0].without(_all_loose(firm)) if firm else units[0] if units else None

    def _product(self, node: Product) -> Unit | None:
        return _times([self._factor(factor) for factor in node.factors])

    def _factor(self, node: Node) -> Unit | None:
        """As `_unit`; 1 and 2 are pure numbers as factors."""
        inner = node.operand if isinstance(node, Negate) else node
        if isinstance(inner, Number):
            return ONE if inner.value in (1, 2) else None
        return self._unit(node)

    def _quotient(self, node: Quotient) -> Unit | None:
        above, below = self._factor(node.numerator), self._factor(node.denominator)
        if below is None or below.vague:
            return None
        return _times([above, below.power(Fraction(-1))])

    def _whole(self, node: Integral) -> Unit | None:
        left, right = self._unit(node.left), self._unit(node.right)
        if node.operator == "%" and left and right and not left.fits(right, self._loose):
            self._report(f"divides {left} by {right} with a remainder")
        return left if node.operator == "%" else None

    def _power(self, node: Power) -> Unit | None:
        base, exponent = self._unit(node.base), node.exponent
        self._unit(exponent)
        sign = -1 if isinstance(exponent, Negate) else 1
        inner = exponent.operand if isinstance(exponent, Negate) else exponent
        if base is None or base.count or not isinstance(inner, Number):
            return None
        return base.power(sign * Fraction(inner.value).limit_denominator(100))

    def _compare(self, node: Compare) -> None:
        self._same(node.operands, "compares")

    def _conditional(self, node: Conditional) -> Unit | None:
        self._unit(node.condition)
        return self._same((node.then, node.otherwise), "gives, by its condition,")

    def _filters(self, generators: Iterable[Generator]) -> None:
        for generator in generators:
            for condition in generator.conditions:
                self._unit(condition)

    def _comprehension(self, node: Comprehension) -> Unit | None:
        with self._over(node.generators) as words:
            self._filters(node.generators)
            unit = self._unit(node.body)
        return None if unit is None else unit.without(words)

    def _call(self, node: Call) -> Unit | None:
        if node.function in ("min", "max", "abs", "sum"):
            return self._same(node.arguments, f"{node.function}(…) takes")
        if node.function == "sqrt":
            unit = self._unit(node.arguments[0])
            return None if unit is None or unit.count else unit.power(Fraction(1, 2))
        if node.function == "piecewise":
            return self._piecewise(node)
        for argument in node.arguments:
            self._unit(argument)
        return COUNT if node.function == "holds" else None

    def _piecewise(self, node: Call) -> Unit | None:
        """The unit of the second coordinates; the first ones go with the argument."""
        points = [part.items for part in walk(node.arguments[1]) if isinstance(part, TupleOf)]
        pairs = [items for items in points if len(items) == 2]
        self._same([node.arguments[0], *(pair[0] for pair in pairs)], "piecewise(…) takes")
        return self._same([pair[1] for pair in pairs], "piecewise(…) gives")


def _times(units: Sequence[Unit | None]) -> Unit | None:
    known = [unit for unit in units if unit is not None]
    if len(known) < len(units):
        return None
    return reduce(Unit.times, [unit for unit in known if unit != ONE] or [ONE])


def _all_loose(units: Iterable[Unit]) -> frozenset[str]:
    return frozenset().union(*(unit.loose for unit in units))


def _periods(generators: Iterable[Generator]) -> Iterator[str]:
    """Words of time that the sets of generators are named after: `Week`, `weeks`, `Hour`."""
    for generator in generators:
        for part in walk(generator.domain):
            if isinstance(part, SetRef) and canonical(part.name) in PERIODS:
                yield canonical(part.name)
