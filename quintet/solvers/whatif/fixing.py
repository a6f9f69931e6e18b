"""Decisions held at a value."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from quintet.errors import DataError, DocumentError
from quintet.formulation.model import Model, VariableData
from quintet.formulation.revision import with_bounds, with_constraint
from quintet.formulation.schema import Domain
from quintet.formulation.tree import Compare, Element, Number, VariableRef
from quintet.solvers.whatif.changes import FixDecision
from quintet.solvers.whatif.keys import require, rows_of, target_text

HAIR = 1e-9
"""How far outside its bounds a value may be, relative to the bound."""


def fixed(model: Model, fixes: Sequence[FixDecision]) -> Model:
    """The model with decisions held, by their bounds where that is enough.

    Raises:
        DocumentError: There is no such decision.
        DataError: A value outside domain or bounds, or two values for one decision.
    """
    held: dict[tuple[str, int], FixDecision] = {}
    start = model
    for fix in fixes:
        _require_decision(fix, start)
        variable = start.variables[fix.decision]
        if fix.key is None and variable.family.arity:
            stars = target_text(fix.decision, (None,) * variable.family.arity)
            raise DataError(
                f"{fix.decision} has an index",
                place=fix.place,
                remedy=f"write {stars} for all its keys, or name one",
            )
        rows = rows_of(fix.decision, fix.key, variable.family, fix.place)
        for row in rows:
            _refuse_outside(variable, row, fix)
            earlier = held.setdefault((fix.decision, row), fix)
            if earlier.value != fix.value:
                raise DataError(
                    f"{_named(variable, row)} is held at {earlier.value:g} already",
                    place=fix.place,
                    remedy=f"keep this or {earlier.place}",
                )
        model = _held(model, fix, rows)
    return model


def _require_decision(fix: FixDecision, model: Model) -> None:
    if fix.decision in model.parameters:
        raise DocumentError(
            f"{fix.decision} is a parameter, not a decision",
            place=fix.place,
            remedy=f"write --set '{fix.text}'",
        )
    if fix.decision in model.expressions:
        raise DocumentError(
            f"{fix.decision} is a named expression, not a decision",
            place=fix.place,
            remedy=f"write --add '{fix.text.replace('=', '==')}'",
        )
    families = {n: v.family for n, v in model.variables.items() if n in model.formulation.variables}
    require(fix.decision, families, "decision", fix.place, families)


def _named(variable: VariableData, row: int) -> str:
    return target_text(variable.name, tuple(map(str, variable.family.keys[row])) or None)


def _refuse_outside(variable: VariableData, row: int, fix: FixDecision) -> None:
    value, lower, upper = fix.value, float(variable.lower[row]), float(variable.upper[row])
    if variable.domain is Domain.BINARY and value not in (0, 1):
        raise DataError(
            f"{_named(variable, row)} is 0 or 1, not {value:g}", place=fix.place, remedy="give 0 or 1"
        )
    if variable.integral and float(value) != round(value):
        raise DataError(
            f"{_named(variable, row)} is a whole number, not {value:g}",
            place=fix.place,
            remedy="give a whole number",
        )
    if variable.domain is Domain.SEMICONTINUOUS and value == 0:
        return
    for end, outside, word in ((lower, value < lower, "below"), (upper, value > upper, "above")):
        if outside and abs(value - end) > HAIR * max(1.0, abs(end)):
            bound = "lower" if word == "below" else "upper"
            raise DataError(
                f"{value:g} is {word} the {bound} bound {end + 0.0:g} of {_named(variable, row)}",
                place=fix.place,
                remedy="give a value within its bounds",
            )


def _held(model: Model, fix: FixDecision, rows: list[int]) -> Model:
    """Semicontinuous values other than 0 take a constraint: their bounds would still let 0 through."""
    variable, value = model.variables[fix.decision], float(fix.value)
    if variable.domain is not Domain.SEMICONTINUOUS or value == 0:
        ends = np.full(len(rows), value)
        return with_bounds(model, fix.decision, np.array(rows, dtype=np.int64), ends, ends)
    for row in rows:
        subscripts = tuple(Element(element) for element in variable.family.keys[row])
        tree = Compare((VariableRef(fix.decision, subscripts), Number(value)), ("==",))
        model = with_constraint(model, f"held_{fix.decision}", tree)
    return model
