"""Resolved tree → exact linear form over a program's variables, row by row.

Products, `abs`, `min`, `max`, `piecewise` and `holds` of decisions become variables of the program
that are equal to them. A third compiler beside the matrix and the Pyomo routes: it shares only the
tree and the data with them and with the evaluator.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol, TypeAlias

from quintet.errors import DataError
from quintet.formulation.functions import FUNCTIONS
from quintet.formulation.model import Model
from quintet.formulation.printer import to_text
from quintet.formulation.tree import (
    Call,
    Comprehension,
    Conditional,
    ExpressionRef,
    ListOf,
    Negate,
    Node,
    Power,
    Product,
    Quotient,
    Sum,
    TupleOf,
    VariableRef,
)
from quintet.solvers.cp import conditions
from quintet.solvers.cp.affine import Affine, Whole, unscaled
from quintet.solvers.cp.conditions import Condition
from quintet.solvers.cp.data import Data, Exact, Indices, exact, simplest
from quintet.solvers.cp.program import Program
from quintet.solvers.solver import Declined

MOST_POWER = 64
ELSEWHERE = "leave the choice of the solver to Quintet"
Adder: TypeAlias = Callable[[Any, Indices, Exact, Affine], None]


class Truths(Protocol):
    """What reads conditions; `truths.Truths` does."""

    def condition(self, node: Node, indices: Indices, *, negated: bool = False) -> Condition:
        """The condition that a tree is."""
        ...


@dataclass(frozen=True)
class Piece:
    """One piece of a piecewise linear function.

    Args:
        low: Where it begins, None for no end.
        high: Where it ends, None for no end.
        start: A place on its line.
        height: The value there.
        slope: Of the line.
    """

    low: Exact | None
    high: Exact | None
    start: Exact
    height: Exact
    slope: Exact


class Numbers:
    """Reads numeric expressions.

    Args:
        model: The bound model.
        data: Works out what holds no decision.
        program: Where variables are, and are added.
        columns: Per variable family, the program's variable of its first row.
    """

    def __init__(self, model: Model, data: Data, program: Program, columns: dict[str, int]) -> None:
        self._model = model
        self._data = data
        self._program = program
        self._columns = columns
        self._named: dict[tuple[str, int], Affine] = {}
        self.truths: Truths | None = None
        self._adders: dict[type[Node], Adder] = {
            VariableRef: self._add_variable,
            ExpressionRef: self._add_named,
            Negate: lambda node, indices, factor, total: self._add(node.operand, indices, -factor, total),
            Sum: self._add_sum,
            Product: self._add_product,
            Quotient: self._add_quotient,
            Power: self._add_power,
            Conditional: self._add_chosen,
            Call: self._add_call,
        }

    def form(self, node: Node, indices: Indices) -> Affine:
        """The linear form that a numeric tree is.

        Raises:
            DataError: It has no value: an index outside its set, a division by 0.
            Declined: It is not linear and CP-SAT has nothing for it, or its numbers are too large.
        """
        total = Affine.of()
        self._add(node, indices, 1, total)
        return total

    def forms(self, nodes: Sequence[Node], indices: Indices) -> list[Affine]:
        """The forms of arguments, of the rows of a comprehension or of the items of a list."""
        return self._data.each(nodes, indices, self.form)

    def _add(self, node: Node, indices: Indices, factor: Exact, total: Affine) -> None:
        """Add `factor` times a tree to `total`."""
        if not self._data.varies(node):
            total.constant += factor * self._data.exact(node, indices)
            return
        adder = self._adders.get(type(node))
        if adder is None:
            raise Declined(f"{to_text(node)!r} is nothing that CP-SAT takes", remedy=ELSEWHERE)
        adder(node, indices, factor, total)

    # linear

    def _add_variable(self, node: VariableRef, indices: Indices, factor: Exact, total: Affine) -> None:
        row = self._data.row(self._model.variables[node.name].family.position, node, indices)
        if factor:
            total.add_term(self._columns[node.name] + row, factor)

    def _add_named(self, node: ExpressionRef, indices: Indices, factor: Exact, total: Affine) -> None:
        data = self._model.expressions[node.name]
        row = self._data.row(data.family.position, node, indices)
        if (node.name, row) not in self._named:
            inside = dict(zip(data.family.names, data.family.keys[row], strict=True))
            self._named[node.name, row] = self.form(data.tree, inside)
        total.add(self._named[node.name, row], factor)

    def _add_sum(self, node: Sum, indices: Indices, factor: Exact, total: Affine) -> None:
        for term in node.terms:
            self._add(term, indices, factor, total)

    def _add_quotient(self, node: Quotient, indices: Indices, factor: Exact, total: Affine) -> None:
        below = self.form(node.denominator, indices)
        if not below.is_number:
            raise Declined(
                f"CP-SAT does not divide by a decision, as {to_text(node)!r} does", remedy=ELSEWHERE
            )
        if not below.constant:
            raise DataError(f"division by 0 in {to_text(node)!r}", remedy="exclude it by a filter")
        self._add(node.numerator, indices, simplest(Fraction(factor) / below.constant), total)

    def _add_chosen(self, node: Conditional, indices: Indices, factor: Exact, total: Affine) -> None:
        chosen = node.then if self._data.truth(node.condition, indices) else node.otherwise
        self._add(chosen, indices, factor, total)

    # products

    def _add_product(self, node: Product, indices: Indices, factor: Exact, total: Affine) -> None:
        varying = []
        for part in node.factors:
            if self._data.varies(part):
                varying.append(part)
            else:
                factor = simplest(factor * self._data.exact(part, indices))
        if len(varying) == 1:
            self._add(varying[0], indices, factor, total)
        else:
            total.add(self._product([self.form(part, indices) for part in varying]), factor)

    def _product(self, forms: Sequence[Affine]) -> Affine:
        result = Affine.of(1)
        for form in sorted(forms, key=lambda form: len(form.terms)):
            result = self._times(result, form)
        return result

    def _times(self, first: Affine, second: Affine) -> Affine:
        if first.is_number or second.is_number:
            number, form = (first, second) if first.is_number else (second, first)
            product = Affine.of()
            product.add(form, number.constant)
            return product
        (one,), one_factor = self._program.whole([first])
        (two,), two_factor = self._program.whole([second])
        return unscaled({self._program.times(one, two): 1}, one_factor * two_factor)

    def _add_power(self, node: Power, indices: Indices, factor: Exact, total: Affine) -> None:
        base, exponent = self.form(node.base, indices), self.form(node.exponent, indices)
        if not exponent.is_number:
            raise Declined(f"CP-SAT has no decision as exponent, as in {to_text(node)!r}", remedy=ELSEWHERE)
        power = exponent.constant
        if power != int(power) or not 0 <= power <= MOST_POWER:
            raise Declined(
                f"CP-SAT takes no power {float(power):g}, as in {to_text(node)!r}",
                remedy=f"write a whole one from 0 to {MOST_POWER}, or {ELSEWHERE}",
            )
        total.add(self._power(base, int(power)), factor)

    def _power(self, base: Affine, power: int) -> Affine:
        if power < 2:
            return base if power else Affine.of(1)
        half = self._power(base, power // 2)
        square = self._times(half, half)
        return self._times(square, base) if power % 2 else square

    # functions

    def _add_call(self, node: Call, indices: Indices, factor: Exact, total: Affine) -> None:
        if node.function == "sum" and isinstance(node.arguments[0], Comprehension):
            body, generators = node.arguments[0].body, node.arguments[0].generators
            for inside in self._data.domains.rows(generators, indices):
                self._add(body, inside, factor, total)
            return
        total.add(self._call(node, indices), factor)

    def _call(self, node: Call, indices: Indices) -> Affine:
        if node.function == "holds":
            return self._holds(node, indices)
        if node.function == "piecewise":
            return self._piecewise(node, indices)
        if node.function not in ("sum", "prod", "min", "max", "abs"):
            group = FUNCTIONS[node.function].group
            what = "of decisions" if group == "arithmetic" else "in this version"
            raise Declined(f"CP-SAT has no {node.function} {what}", remedy=ELSEWHERE)
        forms = self.forms(node.arguments, indices)
        if node.function == "prod":
            return self._product(forms)
        if node.function == "sum":
            return self._total(forms)
        return self._extreme(node, forms)

    def _total(self, forms: Sequence[Affine]) -> Affine:
        total = Affine.of()
        for form in forms:
            total.add(form)
        return total

    def _extreme(self, node: Call, forms: Sequence[Affine]) -> Affine:
        if not forms:
            raise DataError(
                f"{node.function} of nothing in {to_text(node)!r}",
                remedy="let its filter leave at least one element",
            )
        if len(forms) == 1 and node.function != "abs":
            return forms[0]
        wholes, factor = self._program.whole(forms)
        if node.function == "abs":
            return unscaled({self._program.size(wholes[0]): 1}, factor)
        if node.function == "max":
            return unscaled({self._program.largest(wholes): 1}, factor)
        return unscaled({self._program.largest([whole.negated() for whole in wholes]): -1}, factor)

    def _holds(self, node: Call, indices: Indices) -> Affine:
        assert self.truths is not None, "set by the compiler"
        condition = self.truths.condition(node.arguments[0], indices)
        return self._program.truth(condition, conditions.opposite(condition))

    # piecewise

    def _piecewise(self, node: Call, indices: Indices) -> Affine:
        """A variable for the value, equal to that of the piece in which the argument lies."""
        argument, points = self.form(node.arguments[0], indices), self._points(node, indices)
        slopes = {name: self._data.exact(slope, indices) for name, slope in node.keywords}
        pieces = _pieces(points, slopes.get("left"), slopes.get("right"))
        if argument.is_number:
            return self._piece_at(argument.constant, pieces)
        lines = [self._line(argument, piece) for piece in pieces]
        wholes, factor = self._program.whole(lines)
        inside = [self._inside(argument, piece) for piece in pieces]
        ends = [self._program.range(whole) for whole in wholes]
        value = self._program.integer(
            min(low for low, _ in ends), max(high for _, high in ends), to_text(node)[:60]
        )
        for whole, condition in zip(wholes, inside, strict=True):
            equal = conditions.row(_with_term(whole, value, -1), "==")
            self._program.post(conditions.any_of([conditions.opposite(condition), equal]))
        return unscaled({value: 1}, factor)

    def _points(self, node: Call, indices: Indices) -> list[tuple[Exact, Exact]]:
        found = self._data.each(node.arguments[1:], indices, self._point)
        places = [place for place, _ in found]
        if places == sorted(places) and 1 < len(set(places)) < len(places):
            raise Declined(f"CP-SAT is not given the jump in {to_text(node)!r}", remedy=ELSEWHERE)
        if len(found) < 2 or any(a[0] >= b[0] for a, b in zip(found, found[1:], strict=False)):
            raise DataError(
                f"the breakpoints of {to_text(node)!r} do not increase, or there are fewer than two",
                remedy="list at least two, from left to right",
            )
        return found

    def _point(self, node: Node, indices: Indices) -> tuple[Exact, Exact]:
        if not isinstance(node, TupleOf | ListOf) or len(node.items) != 2 or self._data.varies(node):
            raise Declined(f"{to_text(node)!r} is no pair of data, as a breakpoint is", remedy=ELSEWHERE)
        return self._data.exact(node.items[0], indices), self._data.exact(node.items[1], indices)

    def _line(self, argument: Affine, piece: Piece) -> Affine:
        line = Affine.of(piece.height - piece.slope * piece.start)
        line.add(argument, piece.slope)
        return line

    def _inside(self, argument: Affine, piece: Piece) -> Condition:
        parts: list[Condition] = []
        for end, sign in ((piece.low, ">="), (piece.high, "<=")):
            if end is not None:
                distance = argument.minus(Affine.of(end))
                parts.append(conditions.row(self._program.compared(distance), sign))
        return conditions.all_of(parts)

    def _piece_at(self, value: Exact, pieces: Sequence[Piece]) -> Affine:
        piece = next(p for p in pieces if p.high is None or value <= p.high)
        return Affine.of(simplest(exact(piece.height) + piece.slope * (value - piece.start)))


def _pieces(points: Sequence[tuple[Exact, Exact]], left: Exact | None, right: Exact | None) -> list[Piece]:
    """The pieces between the breakpoints, the outer ones beyond them; they meet at the breakpoints."""
    inner = [
        Piece(a, b, a, fa, simplest(Fraction(fb - fa) / Fraction(b - a)))
        for (a, fa), (b, fb) in zip(points, points[1:], strict=False)
    ]
    (first, first_value), (last, last_value) = points[0], points[-1]
    before = Piece(None, first, first, first_value, inner[0].slope if left is None else left)
    after = Piece(last, None, last, last_value, inner[-1].slope if right is None else right)
    return [before, *inner, after]


def _with_term(form: Whole, variable: int, coefficient: int) -> Whole:
    return Whole((*form.terms, (variable, coefficient)), form.constant)
