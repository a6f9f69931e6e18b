"""Conditions that must hold → linear rows over binary variables.

`some part holds` with one comparison among literals is that comparison with M at the literals;
two comparisons share one binary that chooses; more get one binary each. Everything else is a row
over binaries alone: an implication between them is a clause, `at_least` a plain sum.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from quintet.formulation.model import Key
from quintet.solvers.rewriting.bigm import BigM
from quintet.solvers.rewriting.conditions import (
    AllOf,
    AnyOf,
    AtLeast,
    Body,
    Condition,
    Literal,
    Row,
)


@dataclass
class LinearRow:
    """`terms + body sign right`, ready to be written as a constraint.

    Args:
        key: Key of the constraint it comes from.
        terms: Coefficients by column.
        sign: `<=` or `==`.
        right: A number.
        body: What is not linear.
    """

    key: Key
    terms: dict[int, float] = field(default_factory=dict)
    sign: str = "<="
    right: float = 0.0
    body: Body | None = None

    def add(self, literal: Literal, factor: float) -> None:
        """Add `factor` times a literal to the left side."""
        signed = factor if literal.positive else -factor
        self.terms[literal.column] = self.terms.get(literal.column, 0.0) + signed
        self.right -= 0.0 if literal.positive else factor


class Encoding:
    """Writes the conditions of one constraint after another.

    Args:
        big_m: Finds the constants.
        binary: Makes a new binary variable for a key of the constraint at hand.
    """

    def __init__(self, big_m: BigM, binary: Callable[[Key], int]) -> None:
        self._big_m = big_m
        self._binary = binary
        self._known: dict[Condition, Literal] = {}
        self._key: Key = ()
        self._place = ""
        self.rows: list[LinearRow] = []

    def turn_to(self, key: Key, place: str) -> None:
        """Set the row of a constraint that is at hand: what is added now belongs to it.

        Args:
            key: Key of the constraint.
            place: That constraint and key, for messages.
        """
        self._key, self._place = key, place

    def require(self, condition: Condition) -> None:
        """Make a condition hold.

        Raises:
            DataError: A comparison needs M and has no finite range.
        """
        self._post([], condition)

    def fresh(self) -> Literal:
        """A new binary variable."""
        return Literal(self._binary(self._key))

    def equate(self, terms: Mapping[int, float], right: float, parts: Mapping[Literal, float]) -> None:
        """`terms == right + Σ factor × literal` for the literals and factors of `parts`."""
        row = LinearRow(self._key, dict(terms), "==", right)
        for literal, factor in parts.items():
            row.add(literal, -factor)
        self.rows.append(row)

    def _post(self, others: Sequence[Literal], condition: Condition) -> None:
        """One of `others` holds, or the condition."""
        if isinstance(condition, AllOf):
            for part in condition.parts:
                self._post(others, part)
        elif isinstance(condition, AnyOf):
            self._post_any(others, condition.parts)
        elif isinstance(condition, AtLeast):
            self._post_count(others, condition)
        elif isinstance(condition, Row):
            self._post_row(others, condition)
        elif isinstance(condition, Literal):
            self._clause([*others, condition])
        elif not condition:
            self._clause(others)

    def _clause(self, literals: Sequence[Literal]) -> None:
        """One of the literals holds."""
        row = LinearRow(self._key, right=-1.0)
        for literal in dict.fromkeys(literals):
            row.add(literal, -1.0)
        self.rows.append(row)

    def _post_count(self, others: Sequence[Literal], condition: AtLeast) -> None:
        row = LinearRow(self._key, right=-float(condition.count))
        for part in condition.parts:
            row.add(self._literal(part), -1.0)
        for literal in others:
            row.add(literal, -float(condition.count))
        self.rows.append(row)

    def _post_row(self, others: Sequence[Literal], condition: Row) -> None:
        if not others:
            terms = dict(condition.terms)
            row = LinearRow(self._key, terms, condition.sign, condition.right, condition.body)
            self.rows.append(row)
            return
        for half in condition.halves:
            large = self._big_m.constant(half, self._place)
            row = LinearRow(self._key, dict(half.terms), "<=", half.right, half.body)
            for literal in others:
                row.add(literal, -large)
            if large > 0:
                self.rows.append(row)

    def _post_any(self, others: Sequence[Literal], parts: Sequence[Condition]) -> None:
        literals = [*others]
        rest: list[Condition] = []
        for part in parts:
            known = self._ready(part)
            if known is None:
                rest.append(part)
            else:
                literals.append(known)
        if len(rest) == 1:
            self._post(literals, rest[0])
        elif len(rest) == 2:
            choice = self.fresh()
            self._post([*literals, choice], rest[0])
            self._post([*literals, choice.opposite], rest[1])
        else:
            self._clause([*literals, *(self._literal(part) for part in rest)])

    def _ready(self, condition: Condition) -> Literal | None:
        """A literal that implies the condition and is there already."""
        if isinstance(condition, Literal):
            return condition
        known = self._known.get(condition)
        if known is None and isinstance(condition, Row):
            known = self._turned(condition)
        return known

    def _turned(self, row: Row) -> Literal | None:
        """The literal of the opposite, the other way round: between whole values there is no border."""
        if not row.whole or row.sign != "<=" or row.body is not None:
            return None
        literal = self._known.get(row.mirrored(-row.right - 1))
        if literal is None:
            return None
        self._known[row] = literal.opposite
        self._post([literal], row)
        return literal.opposite

    def _literal(self, condition: Condition) -> Literal:
        """A literal that implies the condition."""
        known = self._ready(condition)
        if known is None:
            known = self._known[condition] = self.fresh()
            self._post([known.opposite], condition)
        return known
