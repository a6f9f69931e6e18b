"""Formulation → model: every name resolved, every number an array."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from quintet.errors import DataError, DocumentError, ExpressionError, SizeError
from quintet.formulation.binder import Binder, Indexed
from quintet.formulation.declarations import is_data
from quintet.formulation.families import ROW_LIMIT, refuse_too_many, scalar_family
from quintet.formulation.model import (
    ConstraintData,
    ExpressionData,
    Floats,
    Model,
    ObjectiveData,
    ParameterData,
    VariableData,
)
from quintet.formulation.parser import parse
from quintet.formulation.ranking import components, name_of, rank, refuse_unranked
from quintet.formulation.schema import ConstraintEntry, Domain, ObjectiveEntry, Sense, VariableEntry
from quintet.formulation.softening import Softness, soften
from quintet.formulation.strictness import settle
from quintet.formulation.tolerances import INFINITE
from quintet.formulation.tree import Comprehension, ExpressionRef, Node, walk

if TYPE_CHECKING:
    from quintet.formulation.document import Formulation


def bind(
    formulation: Formulation, data: Path | None = None, changes: Mapping[str, Any] | None = None
) -> Model:
    """Bind a formulation to its data.

    Args:
        formulation: The document.
        data: Folder in which its tables are looked up; default: the folder of the document.
        changes: Values by parameter that go over those of the document, shaped as its `values`, for
            all keys or some. What is computed from them is computed anew.

    Raises:
        DocumentError: A name, an arity, a structure is wrong; `ExpressionError` with the column.
        DataError: A table, a key, a value or a bound can't be used.
        SizeError: The model would be too large; names the widest index.
    """
    refuse_unranked(formulation.objectives)
    binder = Binder(formulation, data or formulation.folder or Path.cwd(), changes)
    model = Model(
        formulation=formulation,
        universe=binder.universe,
        sets={name: binder.set(name) for name in formulation.sets},
        parameters={name: _parameter(binder, name) for name in formulation.parameters},
        variables=_variables(binder),
        expressions={name: _expression(binder, name) for name in formulation.expressions},
        objectives=[_objective(binder, entry, n) for n, entry in enumerate(formulation.objectives, 1)],
        constraints={name: _constraint(binder, name, e) for name, e in formulation.constraints.items()},
    )
    _refuse_nested(model)
    _refuse_nothing_to_decide(model, binder)
    return _ranked(soften(settle(model), _softness(binder)), binder)


def _parameter(binder: Binder, name: str) -> ParameterData:
    return binder.parameter(name)


def _variables(binder: Binder) -> Mapping[str, VariableData]:
    bound: dict[str, VariableData] = {}
    column = 0
    for name, entry in binder.document.variables.items():
        bound[name] = _variable(binder, name, entry, column)
        column += len(bound[name].family)
        if column > ROW_LIMIT:
            raise DocumentError(f"the model has more than {ROW_LIMIT:,} variables", place=f"variables.{name}")
    return bound


def _variable(binder: Binder, name: str, entry: VariableEntry, column: int) -> VariableData:
    indexed = binder.indexed(name)
    lower, upper = (_bound(binder, name, entry, side, indexed) for side in ("lower", "upper"))
    if entry.domain in (Domain.INTEGER, Domain.BINARY):
        lower, upper = np.ceil(lower - 1e-9), np.floor(upper + 1e-9)
    crossed = np.flatnonzero(lower > upper)
    if len(crossed):
        key = indexed.family.keys[crossed[0]]
        raise DataError(
            f"bounds cross: lower {lower[crossed[0]]:g} is above upper {upper[crossed[0]]:g}",
            place=f"variables.{name}{list(key) if key else ''}",
            remedy="correct one of them",
        )
    return VariableData(name, indexed.family, entry.domain, lower, upper, column, entry.unit or "")


_FREE = {"lower": -np.inf, "upper": np.inf}
_BINARY = {"lower": 0.0, "upper": 1.0}


def _bound(binder: Binder, name: str, entry: VariableEntry, side: str, indexed: Indexed) -> Floats:
    given = getattr(entry, side)
    default = (_BINARY if entry.domain is Domain.BINARY else _FREE)[side]
    if given is None:
        return np.full(len(indexed.family), default)
    values = _bound_values(binder, given, f"variables.{name}.{side}", indexed)
    values = np.where(np.abs(values) >= INFINITE, np.copysign(np.inf, values), values)
    if entry.domain is Domain.BINARY:
        values = np.clip(values, 0.0, 1.0)
    return values


def _bound_values(
    binder: Binder, given: float | str, place: str, indexed: Indexed, what: str = "bound"
) -> Floats:
    if not isinstance(given, str):
        return np.full(len(indexed.family), float(given))
    node = binder.resolver(place).data(parse(given, place), indexed.indices, f"a {what}")
    values = list(binder.evaluate(node, indexed.family, place).values())
    if not all(isinstance(value, int | float) and value == value for value in values):
        raise DataError(
            f"the {what} is not a number", place=place, remedy="write a number or an expression of data"
        )
    return np.array(values, dtype=np.float64)


def _expression(binder: Binder, name: str) -> ExpressionData:
    tree, indexed = binder.tree(name), binder.indexed(name)
    _refuse_wide(binder, tree, f"expressions.{name}.expression", indexed)
    unit = binder.document.expressions[name].unit or ""
    return ExpressionData(name, indexed.family, tree, is_data(tree, binder), unit)


def _objective(binder: Binder, entry: ObjectiveEntry, number: int) -> ObjectiveData:
    tree = None
    if entry.expression is not None:
        place = "objective.expression"
        tree = binder.resolver(place).value(parse(entry.expression, place), {})
        binder.refuse_wide(tree, place, 1)
    return ObjectiveData(
        name_of(entry, number),
        entry.sense,
        tree,
        entry.unit or "",
        entry.priority,
        entry.weight,
        entry.abs_tol or 0.0,
        entry.rel_tol or 0.0,
        entry.sources,
    )


def _ranked(model: Model, binder: Binder) -> Model:
    taken = {*binder.names(), *model.variables, *model.parameters}
    shared = components(model.objectives, scalar_family(model.universe), taken)
    return replace(model, objectives=rank(model.objectives), expressions={**model.expressions, **shared})


def _constraint(binder: Binder, name: str, entry: ConstraintEntry) -> ConstraintData:
    indexed = binder.family_of(entry.each, f"constraints.{name}.for")
    place = f"constraints.{name}.expression"
    tree = binder.resolver(place).statement(parse(entry.expression, place), indexed.indices)
    _refuse_wide(binder, tree, place, indexed)
    return ConstraintData(name, indexed.family, tree, entry.kind, _sources(binder, entry, tree))


def _sources(binder: Binder, entry: ConstraintEntry, tree: Node) -> tuple[str, ...]:
    """Its own quotes; without any, those of the parameters it uses."""
    if entry.sources:
        return entry.sources
    parameters = binder.document.parameters
    used = (getattr(part, "name", "") for part in walk(tree))
    quotes = (quote for name in used if name in parameters for quote in parameters[name].sources)
    return tuple(dict.fromkeys(quotes))


def _softness(binder: Binder) -> dict[str, Softness]:
    soft: dict[str, Softness] = {}
    for name, entry in binder.document.constraints.items():
        if entry.soft is not None:
            indexed = binder.family_of(entry.each, f"constraints.{name}.for")
            place = f"constraints.{name}.soft"
            penalty = _bound_values(binder, entry.soft.penalty, f"{place}.penalty", indexed, "penalty")
            most = np.inf if entry.soft.limit is None else entry.soft.limit
            limit = _bound_values(binder, most, f"{place}.limit", indexed, "limit")
            soft[name] = Softness(penalty, limit, entry.soft.priority, indexed.generators)
    return soft


def _refuse_wide(binder: Binder, tree: Node, place: str, indexed: Indexed) -> None:
    for part in walk(tree):
        if isinstance(part, Comprehension):
            refuse_too_many(part.generators, binder.environment, place, max(1, len(indexed.family)))


NESTED_LIMIT = 10_000
"""Most named expressions that one tree may stand for once all names in it are written out."""


def _refuse_nested(model: Model) -> None:
    """Refuse expressions that name one another so often that they double at every step."""
    counts: dict[str, int] = {}

    def count(tree: Node) -> int:
        return sum(1 + named(part.name) for part in walk(tree) if isinstance(part, ExpressionRef))

    def named(name: str) -> int:
        if name not in counts:
            counts[name] = count(model.expressions[name].tree)
        if counts[name] > NESTED_LIMIT:
            raise SizeError(
                f"written out, it holds more than {NESTED_LIMIT:,} named expressions",
                place=f"expressions.{name}",
                remedy="make it a variable with a constraint that defines it",
            )
        return counts[name]

    for name in model.expressions:
        named(name)


def _refuse_nothing_to_decide(model: Model, binder: Binder) -> None:
    if not model.variables:
        raise DocumentError(
            "the formulation has no decision variables", place="variables", remedy="declare at least one"
        )
    for objective in model.objectives:
        if (
            objective.sense is not Sense.SATISFY
            and objective.tree is not None
            and is_data(objective.tree, binder)
        ):
            raise ExpressionError(
                "the objective holds no decision variable",
                place="objective.expression",
                remedy="use a variable, or write sense: satisfy",
            )
