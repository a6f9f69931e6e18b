"""Findings about the structure of a bound model: what is unused, unlimited or empty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from quintet.formulation.model import Model
from quintet.formulation.tokens import tokenize
from quintet.formulation.tolerances import INFINITE
from quintet.formulation.tree import (
    ExpressionRef,
    Node,
    ParameterRef,
    SetRef,
    VariableRef,
    walk,
)
from quintet.problem import Finding, Severity

RANGE_LIMIT = 1e9
"""Largest over smallest number beyond which rounding in a solver can decide."""


def structure(model: Model) -> list[Finding]:
    """What is declared and not used, constraints that decide nothing, data that was filled in.

    Args:
        model: A bound model.
    """
    found = [*model.findings, *_unused(model), *_undecided(model), *_filled(model), *_empty(model)]
    return [*found, *_ranged(model)]


def _trees(model: Model) -> Iterator[Node]:
    for objective in model.objectives:
        if objective.tree is not None:
            yield objective.tree
    for constraint in model.constraints.values():
        yield constraint.tree
    for expression in model.expressions.values():
        yield expression.tree


def _unused(model: Model) -> Iterator[Finding]:
    decided = {part.name for tree in _trees(model) for part in walk(tree) if isinstance(part, VariableRef)}
    for name in model.variables:
        if name not in decided:
            yield _warn(
                "unused-variable", f"variables.{name}", "no objective and no constraint uses it: take it out"
            )
    written = _names_in_document(model)
    for room, names in (("sets", model.sets), ("parameters", model.parameters)):
        for name in names:
            if name not in written:
                yield _warn(
                    f"unused-{room[:-1]}",
                    f"{room}.{name}",
                    "nothing uses it: take it out, or a constraint is missing",
                )


def _names_in_document(model: Model) -> set[str]:
    """Every name that the document uses anywhere, in indices, bounds and computed data too."""
    used = {
        part.name
        for tree in _trees(model)
        for part in walk(tree)
        if isinstance(part, ParameterRef | SetRef | ExpressionRef)
    }
    return used | _words(model)


def _words(model: Model) -> set[str]:
    texts = list(_texts(model.formulation.model_dump(by_alias=False, exclude_unset=True)))
    return {token.text for text in texts for token in tokenize(text) if token.kind == "name"}


_READ = ("index", "expression", "computed", "range", "within", "lower", "upper", "each", "penalty", "limit")


def _texts(entry: object, key: str = "") -> Iterator[str]:
    if isinstance(entry, Mapping):
        for name, inner in entry.items():
            short_range = key == "sets" and isinstance(inner, str)  # Day: 1..days
            yield from _texts(inner, "range" if short_range else str(name))
    elif isinstance(entry, list | tuple) and key == "index":
        yield from (str(item) for item in entry)
    elif isinstance(entry, str) and key in _READ:
        yield from entry.split("..") if key == "range" else [entry]


def _undecided(model: Model) -> Iterator[Finding]:
    data = {name for name, expression in model.expressions.items() if expression.data}
    for name, constraint in model.constraints.items():
        parts = list(walk(constraint.tree))
        decides = any(
            isinstance(p, VariableRef) or (isinstance(p, ExpressionRef) and p.name not in data) for p in parts
        )
        if not decides:
            yield _warn(
                "constraint-without-variable", f"constraints.{name}", "it holds data only: it decides nothing"
            )


def _filled(model: Model) -> Iterator[Finding]:
    for name, parameter in model.parameters.items():
        if parameter.defaulted:
            message = f"{parameter.defaulted:,} of {len(parameter.family):,} keys took the default"
            yield Finding("defaulted", Severity.INFO, f"parameters.{name}", message)
        if parameter.ignored:
            message = f"{parameter.ignored:,} row(s) of its table name no key of its index and were left out"
            yield Finding("rows-ignored", Severity.INFO, f"parameters.{name}", message)


def _ranged(model: Model) -> Iterator[Finding]:
    """Numbers so far apart that a solver's tolerances can't serve both ends."""
    sizes = {
        name: np.abs(p.values[(np.abs(p.values) < INFINITE) & (p.values != 0)])
        for name, p in model.parameters.items()
    }
    least = min(((v.min(), name) for name, v in sizes.items() if len(v)), default=(1.0, ""))
    most = max(((v.max(), name) for name, v in sizes.items() if len(v)), default=(1.0, ""))
    if most[0] / least[0] > RANGE_LIMIT:
        message = (
            f"the numbers run from {least[0]:g} ({least[1]}) to {most[0]:g} ({most[1]}), wider than "
            f"{RANGE_LIMIT:g}: choose units that bring them closer"
        )
        yield _warn("numeric-range", "parameters", message)


def _empty(model: Model) -> Iterator[Finding]:
    for room, families in (("variables", model.variables), ("constraints", model.constraints)):
        for name, entry in families.items():
            if not len(entry.family):
                yield _warn(
                    "empty-family", f"{room}.{name}", "its index has no rows: check its filter and its data"
                )


def _warn(code: str, place: str, message: str) -> Finding:
    return Finding(code, Severity.WARNING, place, message)
