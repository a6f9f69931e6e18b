"""Quantities that are followed through a sweep: decisions, named expressions and later objectives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quintet.errors import DataError
from quintet.formulation.evaluator import evaluate
from quintet.formulation.families import scalar_family
from quintet.formulation.model import Family, Model, Point
from quintet.formulation.point import ModelEnvironment
from quintet.solvers.whatif.keys import Pattern, read_target, require, rows_of, target_text

LIMIT = 50
"""Most quantities that one sweep follows."""


@dataclass(frozen=True)
class Watched:
    """One decision or one row of a named expression.

    Args:
        name: Of the variable, the expression or the objective.
        key: Its row, as text; empty for a scalar.
    """

    name: str
    key: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """`make[A, 3]`."""
        return target_text(self.name, self.key or None)

    def row(self, model: Model) -> int:
        """Its row in a model.

        Raises:
            DataError: The model has no such row.
        """
        return rows_of(self.name, self.key or None, _family(self.name, model), f"--watch {self.label!r}")[0]

    def at(self, model: Model, point: Point) -> float | None:
        """Its value at a point; None where it has none."""
        row = self.row(model)
        if self.name in model.variables:
            return float(point[self.name][row])
        if self.name not in model.expressions:
            return evaluate(model, point).objectives[self.name]
        environment = ModelEnvironment(model)
        environment.move({name: np.asarray(point[name], dtype=np.float64) for name in model.variables})
        try:
            value = environment.expression(self.name)[model.expressions[self.name].family.keys[row]]
        except DataError:
            return None
        return float(value)


def _family(name: str, model: Model) -> Family:
    if name in model.variables:
        return model.variables[name].family
    return model.expressions[name].family if name in model.expressions else scalar_family(model.universe)


def read_watched(text: str, model: Model) -> list[Watched]:
    """The quantities that `NAME` or `NAME[key]` names.

    Raises:
        DocumentError: There is no such decision or named expression.
        DataError: The key names nothing, or too much.
    """
    place = f"--watch {text!r}"
    name, key, rest = read_target(text, place)
    levels = [level.name for level in model.objectives[1:]]
    what = "decision, named expression or later objective" if levels else "decision or named expression"
    require(name, [*model.variables, *model.expressions, *levels], what, place)
    if rest.strip():
        raise DataError(f"{rest.strip()!r} follows the name", place=place, remedy="write NAME or NAME[key]")
    family = _family(name, model)
    rows = rows_of(name, key, family, place)
    if len(rows) > LIMIT:
        raise DataError(
            f"{text} names {len(rows)} quantities, more than {LIMIT}", place=place, remedy=_narrower(key)
        )
    return [Watched(name, tuple(map(str, family.keys[row]))) for row in rows]


def _narrower(key: Pattern | None) -> str:
    return "name some of its keys: NAME[key]" if key is None else "put an element for some *"
