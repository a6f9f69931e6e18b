"""Units of limits, of costs and of prices, as far as the document says them."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property

from quintet.formulation.model import Model
from quintet.formulation.unit import ONE, Unit, parse_unit
from quintet.formulation.units import unit_of


class Units:
    """The units of one model.

    Args:
        model: The model; its first objective is the one that is meant.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._constraints: dict[str, str] = {}
        self._per: dict[str, str] = {}

    @cached_property
    def objective(self) -> str:
        """Unit of the objective, "" if it is not known."""
        first = self._model.objectives[0]
        return first.unit or _written(None if first.tree is None else unit_of(self._model, first.tree))

    def constraint(self, name: str) -> str:
        """Unit of both sides of a constraint, "" if it is not known."""
        if name not in self._constraints:
            found = unit_of(self._model, self._model.constraints[name].tree)
            self._constraints[name] = _written(found)
        return self._constraints[name]

    def variable(self, name: str) -> str:
        """Unit of a decision."""
        return self._model.variables[name].unit

    def per(self, unit: str) -> str:
        """Unit of the objective per unit: `EUR/h`; "" if either is not known."""
        if unit not in self._per:
            self._per[unit] = self._quotient(unit)
        return self._per[unit]

    def _quotient(self, unit: str) -> str:
        above, below = parse_unit(self.objective), parse_unit(unit)
        if above is None or below is None:
            return ""
        if above == below:
            return f"{self.objective} per {unit}"
        return _written(above.times(below.power(Fraction(-1))))


def _written(unit: Unit | None) -> str:
    return "" if unit is None or unit == ONE or unit.vague else str(unit)
