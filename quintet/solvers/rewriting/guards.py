"""Constraints that keep functions within their domain and denominators off 0.

They are added only where bounds and linear constraints do not imply them. What they exclude
although the formulation may allow it is said in a finding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from quintet.formulation.model import Family, Key
from quintet.formulation.printer import to_text
from quintet.formulation.tree import Call, Negate, Node, Number, Power, Quotient
from quintet.problem import Finding, Severity
from quintet.solvers.rewriting.denominators import Bounder, Side
from quintet.solvers.rewriting.extension import Extension
from quintet.solvers.rewriting.occurrences import Occurrence
from quintet.solvers.rows.algebra import Indices

DENOMINATOR_FLOOR = 1e-3
"""Least distance from 0 that is asked of a denominator whose sign the model does not settle."""
LOGARITHM_FLOOR = 1e-9
"""Least argument of a logarithm."""


class Guards:
    """Adds the constraints.

    Args:
        extension: Where they go.
        bounder: Ranges of the arguments.
    """

    def __init__(self, extension: Extension, bounder: Bounder) -> None:
        self._extension = extension
        self._bounder = bounder

    def guard(self, occurrence: Occurrence) -> None:
        """Guard a quotient, logarithm, root or power wherever it is used."""
        node = occurrence.node
        if isinstance(node, Quotient):
            sides = {k: self._bounder.side(node.denominator, occurrence.indices(k)) for k in occurrence.needs}
            self.keep_off_zero(node.denominator, occurrence.names, sides, occurrence.place)
        elif isinstance(node, Power):
            self._keep_above(node, node.base, occurrence)
        elif isinstance(node, Call) and node.function in ("sqrt", "log", "log10"):
            self._keep_above(node, node.arguments[0], occurrence)

    def keep_off_zero(
        self, denominator: Node, names: Sequence[str], sides: Mapping[Key, Side], place: str
    ) -> None:
        """Keep a denominator off 0 at the keys where its side leaves 0 open."""
        for direction in (1, -1, 0):
            keys = [k for k, side in sides.items() if side.direction == direction and not side.strict]
            if keys:
                self._off_zero(denominator, self._extension.family(names, keys), direction, place)

    def scale(self, denominator: Node, indices: Indices) -> float:
        """1 over the least size of a denominator that is kept off 0, between 1 and 1000."""
        box = self._bounder.box(denominator, indices)
        least = max(box.lower, -box.upper, DENOMINATOR_FLOOR)
        return max(1.0, 1.0 / least)

    def _off_zero(self, denominator: Node, family: Family, direction: int, place: str) -> None:
        name, floor = self._extension.name("denominator"), Number(DENOMINATOR_FLOOR)
        said = f"{DENOMINATOR_FLOOR:g} or more away from 0, and its ratio is left to the solver"
        if direction > 0:
            self._extension.constraint(name, family, denominator, ">=", floor)
            said = f"at {DENOMINATOR_FLOOR:g} or more"
        elif direction < 0:
            self._extension.constraint(name, family, denominator, "<=", Negate(floor))
            said = f"at {-DENOMINATOR_FLOOR:g} or less"
        else:
            square, least = Power(denominator, Number(2)), Number(DENOMINATOR_FLOOR**2)
            self._extension.constraint(name, family, square, ">=", least)
        text = f"the denominator '{to_text(denominator)}' can be 0 by its bounds; it is kept {said}"
        self._extension.finding(Finding("denominator-sign", Severity.WARNING, place, f"{text}: bound it"))

    def _keep_above(self, node: Node, argument: Node, occurrence: Occurrence) -> None:
        floors = {key: self._floor(node, occurrence.indices(key)) for key in occurrence.needs}
        for floor in sorted({f for f in floors.values() if f is not None}):
            asked = [key for key, f in floors.items() if f == floor]
            keys = [key for key in asked if self._below(argument, occurrence, key, floor)]
            if not keys:
                continue
            family = self._extension.family(occurrence.names, keys)
            self._extension.constraint(self._extension.name("domain"), family, argument, ">=", Number(floor))
            if floor:
                self._say(node, argument, floor, occurrence.place)

    def _floor(self, node: Node, indices: Indices) -> float | None:
        if isinstance(node, Call):
            return 0.0 if node.function == "sqrt" else LOGARITHM_FLOOR
        assert isinstance(node, Power)
        exponent = self._bounder.box(node.exponent, indices)
        if not exponent.is_point:
            return LOGARITHM_FLOOR
        if exponent.lower < 0:
            return DENOMINATOR_FLOOR
        return None if exponent.whole else 0.0

    def _below(self, argument: Node, occurrence: Occurrence, key: Key, floor: float) -> bool:
        indices = occurrence.indices(key)
        if self._bounder.box(argument, indices).lower >= floor:
            return False
        return self._bounder.tightened(argument, indices).lower < floor + 1e-6

    def _say(self, node: Node, argument: Node, floor: float, place: str) -> None:
        message = f"'{to_text(node)}' needs '{to_text(argument)}' above 0; it is kept at {floor:g} or more"
        self._extension.finding(Finding("function-domain", Severity.INFO, place, message))
