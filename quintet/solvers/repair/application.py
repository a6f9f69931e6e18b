"""A repair carried out on a model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from quintet.formulation.model import ConstraintData, Floats, Model
from quintet.formulation.revision import with_bounds, with_rows
from quintet.formulation.softening import relaxed, stems
from quintet.formulation.tree import ParameterRef
from quintet.solvers.diagnosis.limit import LimitKind
from quintet.solvers.repair.relaxation import Relaxation, Repair
from quintet.solvers.rewriting.extension import Extension, references


def apply(model: Model, repair: Repair) -> Model:
    """The model in which the limits of a repair have given way.

    Args:
        model: The model that the repair is of.
        repair: From `quintet.solvers.repair.repair`.
    """
    return with_changes(model, repair.changes)


def with_changes(model: Model, changes: Iterable[Relaxation]) -> Model:
    """The model in which some limits have given way."""
    families: dict[str, list[Relaxation]] = {}
    for change in changes:
        if change.limit.kind is not LimitKind.CONSTRAINT:
            model = _with_bound(model, change)
        else:
            families.setdefault(change.limit.name, []).append(change)
    extension, constraints = Extension(model), dict(model.constraints)
    dropped: dict[str, list[Relaxation]] = {}
    for name, rows in families.items():
        if rows[0].dropped:
            dropped[name] = rows
        else:
            constraints[name] = _stretched(extension, model.constraints[name], rows)
    return _without_rows(extension.model(constraints), dropped)


def _with_bound(model: Model, change: Relaxation) -> Model:
    variable, row = model.variables[change.limit.name], change.limit.row
    lower, upper = variable.lower[row], variable.upper[row]
    assert change.after is not None, "a bound is data"
    if change.limit.kind is LimitKind.LOWER:
        lower = change.after
    else:
        upper = change.after
    return with_bounds(model, variable.name, np.array([row]), np.array([lower]), np.array([upper]))


def _stretched(extension: Extension, entry: ConstraintData, rows: list[Relaxation]) -> ConstraintData:
    """The comparison with the amounts as data where its deviations were."""
    slack: dict[str, ParameterRef] = {}
    for stem in stems(entry):
        name = extension.name(f"{entry.name.lstrip('_')}_{stem}")
        extension.parameter(name, entry.family, _amounts(len(entry.family), stem, rows))
        slack[stem] = ParameterRef(name, references(entry.family.names))
    return replace(entry, tree=relaxed(entry.tree, slack))


def _amounts(size: int, stem: str, rows: list[Relaxation]) -> Floats:
    amounts = np.zeros(size)
    for change in rows:
        if change.stem == stem:
            amounts[change.limit.row] = change.amount
    return amounts


def _without_rows(model: Model, dropped: dict[str, list[Relaxation]]) -> Model:
    for name, rows in dropped.items():
        gone = {change.limit.row for change in rows}
        size = len(model.constraints[name].family)
        model = with_rows(model, name, np.array([r for r in range(size) if r not in gone], dtype=np.int64))
    return model
