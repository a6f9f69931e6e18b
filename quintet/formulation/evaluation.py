"""What the evaluator finds: sides, violations and scales, by constraint and row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quintet.formulation.model import Family, Floats
from quintet.formulation.tolerances import FEASIBILITY, INTEGRALITY, feasible
from quintet.formulation.wording import place_of


@dataclass(frozen=True)
class ConstraintValues:
    """One family of constraints at a point.

    Args:
        name: The constraint.
        family: Its rows.
        operators: One comparison for every link of a chain; empty for logic, which has one link.
        left: Left sides, shape (rows, links). For logic 1 if it holds, else 0.
        right: Right sides, the same shape. For logic 1.
        violation: By how much each link is broken, >= 0, in the units of the row; NaN if a side is.
        scale: What the violation is measured against, >= 1.
    """

    name: str
    family: Family
    operators: tuple[str, ...]
    left: Floats
    right: Floats
    violation: Floats
    scale: Floats

    @property
    def logical(self) -> bool:
        """Whether it is logic, true or false, without sides."""
        return not self.operators

    @property
    def relative(self) -> Floats:
        """Violation over scale, shape (rows, links)."""
        return self.violation / self.scale

    def satisfied(self, tolerance: float = FEASIBILITY) -> npt.NDArray[np.bool_]:
        """Whether each row holds, all its links together. Shape (rows,)."""
        return np.all(feasible(self.violation, self.scale, tolerance), axis=1)


@dataclass(frozen=True)
class Violation:
    """A violated row, bound or integrality.

    Args:
        place: `constraints.room[A, 3]` or `variables.make[A]`; empty if nothing is violated.
        amount: Relative violation; for integrality the distance from a whole number.
        what: What is violated: `constraint`, `bound` or `integrality`; empty if nothing.
    """

    place: str = ""
    amount: float = 0.0
    what: str = ""


@dataclass(frozen=True)
class Evaluation:
    """A bound model at a point.

    Args:
        objectives: Value by name, in the user's sense; 0 for `satisfy`.
        expressions: Values of every named expression, one a row.
        constraints: Sides and violations by name.
        families: The keys of every family of variables.
        bound_violations: Per variable family, distance outside its bounds over max(1, |bound|).
        integrality_violations: Per variable family, distance from the nearest whole number, 0 where
            it need not be whole.
    """

    objectives: Mapping[str, float]
    expressions: Mapping[str, Floats]
    constraints: Mapping[str, ConstraintValues]
    families: Mapping[str, Family]
    bound_violations: Mapping[str, Floats]
    integrality_violations: Mapping[str, Floats]

    def feasible(self, tolerance: float = FEASIBILITY, integrality: float = INTEGRALITY) -> bool:
        """Whether all rows, bounds and integrality hold within tolerance; NaN never does."""
        within = all(bool(np.all(values.satisfied(tolerance))) for values in self.constraints.values())
        bounded = all(bool(np.all(broken <= tolerance)) for broken in self.bound_violations.values())
        whole = all(bool(np.all(broken <= integrality)) for broken in self.integrality_violations.values())
        return within and bounded and whole

    def violations(self, tolerance: float = FEASIBILITY, integrality: float = INTEGRALITY) -> list[Violation]:
        """Everything that does not hold, the worst first."""
        found = [
            *self._rows(tolerance),
            *self._columns("bound", self.bound_violations, tolerance),
            *self._columns("integrality", self.integrality_violations, integrality),
        ]
        return sorted(found, key=lambda v: -np.nan_to_num(v.amount, nan=np.inf))

    @property
    def worst(self) -> Violation:
        """The largest violation of all, however small."""
        found = self.violations(0.0, 0.0)
        return found[0] if found else Violation()

    def _rows(self, tolerance: float) -> Iterable[Violation]:
        for name, values in self.constraints.items():
            for row in np.flatnonzero(~values.satisfied(tolerance)):
                amount = float(np.max(values.relative[row]))
                place = place_of(f"constraints.{name}", values.family.keys[row])
                yield Violation(place, amount, "constraint")

    def _columns(self, what: str, broken: Mapping[str, Floats], tolerance: float) -> Iterable[Violation]:
        for name, amounts in broken.items():
            for row in np.flatnonzero(~(amounts <= tolerance)):
                yield Violation(
                    place_of(f"variables.{name}", self.families[name].keys[row]), float(amounts[row]), what
                )
