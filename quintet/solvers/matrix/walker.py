"""The resolved tree, evaluated over a frame: one pass of array arithmetic for all rows together."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from quintet.errors import DataError, SizeError
from quintet.formulation.model import Floats, Ids, Model, SetFamilyData
from quintet.formulation.printer import to_text
from quintet.formulation.tree import (
    And,
    Call,
    Compare,
    Comprehension,
    Conditional,
    Element,
    ExpressionRef,
    IndexRef,
    Integral,
    ListOf,
    Member,
    Negate,
    Node,
    Not,
    Number,
    Or,
    ParameterRef,
    Power,
    Product,
    Quotient,
    SetRef,
    Sum,
    Text,
    VariableRef,
    walk,
)
from quintet.solvers.matrix import condition, function
from quintet.solvers.matrix.domain import Domains
from quintet.solvers.matrix.expansion import expand
from quintet.solvers.matrix.form import NO_IDS, Form, Linear, TooMany, TooNonlinear, added, multiplied
from quintet.solvers.matrix.frame import Elements, Frame
from quintet.solvers.matrix.lookup import rows_of
from quintet.solvers.solver import Declined

Value: TypeAlias = Floats | Elements | Form
"""Numbers, elements or forms in the decision variables; one entry a row of the frame."""
Reference: TypeAlias = ParameterRef | VariableRef | ExpressionRef
SHOWN = 60


class BeyondMatrix(Declined):
    """The model holds something that a matrix with a quadratic objective can't say."""


class Walker:
    """Evaluates the trees of one place of the document.

    Args:
        model: The model.
        place: Path of keys in the document, for messages.
        domains: The model's sets, shared between places.
        limit: Most rows of an expansion, and most terms of a product.
    """

    def __init__(self, model: Model, place: str, domains: Domains, limit: int) -> None:
        self.model = model
        self.place = place
        self.domains = domains
        self.limit = limit
        self._by_type: dict[type[Node], Callable[..., Value]] = {
            Number: self._number,
            Element: self._element,
            Text: self._element,
            IndexRef: self._index,
            ParameterRef: self._parameter,
            VariableRef: self._variable,
            ExpressionRef: self._expression,
            Negate: self._negate,
            Sum: self._sum,
            Product: self._product,
            Quotient: self._quotient,
            Integral: self._integral,
            Power: self._power,
            Conditional: self._conditional,
            Call: self._call,
            **dict.fromkeys((Compare, Member, And, Or, Not), self._truth_value),
        }

    # what the parts of the walk ask for

    def value(self, node: Node, frame: Frame) -> Value:
        """The value of `node` in every row of `frame`.

        Raises:
            DataError: It has none in some row; the message names the row.
            BeyondMatrix: It is neither data nor affine nor quadratic.
            SizeError: An expansion or a product would pass the limit.
        """
        run = self._by_type.get(type(node))
        if run is None:
            raise self.beyond(node)
        return run(node, frame)

    def truth(self, node: Node, frame: Frame) -> np.ndarray:
        """Whether a condition on data holds, row by row."""
        return condition.truth(self, node, frame)

    def quantity(self, node: Node, frame: Frame) -> Floats | Form:
        """As `value`, where it must be a number or a form."""
        value = self.value(node, frame)
        return self._numbers(value, node, frame) if isinstance(value, Elements) else value

    def form(self, node: Node, frame: Frame) -> Form:
        """As `quantity`, numbers as constants."""
        value = self.quantity(node, frame)
        return value if isinstance(value, Form) else Form(value)

    def data(self, node: Node, frame: Frame, role: str = "") -> Floats:
        """As `quantity`, where no decision variable may be left."""
        value = self.quantity(node, frame)
        if not isinstance(value, Form):
            return value
        if value.varies:
            raise self.beyond(node, role)
        return value.constant

    def subscript(self, node: Node, frame: Frame) -> Ids:
        """The element that `node` is in every row, -1 where it is none."""
        value = self.value(node, frame)
        if isinstance(value, Elements):
            return value.ids
        if isinstance(value, Form):
            raise self.beyond(node, "used as an index")
        return self.model.universe.ids_of(value)

    def beyond(self, node: Node, role: str = "") -> BeyondMatrix:
        """The error for something that has no place in a matrix."""
        what = f"{self.shown(node)} {role}".strip()
        return BeyondMatrix(
            f"{what} is not linear or quadratic in the decisions",
            place=self.place,
            remedy="a nonlinear solver can take it (--solver scip)",
        )

    def shown(self, node: Node) -> str:
        """An expression for a message, shortened."""
        text = to_text(node)
        return f"'{text}'" if len(text) <= SHOWN else f"'{text[: SHOWN - 1]}…'"

    def fail(self, frame: Frame, row: int, message: str, remedy: str = "") -> DataError:
        """An error in one row of a frame."""
        at = frame.describe(int(row), self.model.universe)
        return DataError(f"{message} at {at}" if at else message, place=self.place, remedy=remedy)

    def size_of(self, domain: Node) -> int:
        """Members of the largest set that a generator runs over."""
        refs = [part for part in walk(domain) if isinstance(part, SetRef)]
        sets = [self.model.sets[ref.name] for ref in refs]
        return max((len(found.ids) for found in sets), default=0)

    def owners(self, domain: SetRef, frame: Frame) -> tuple[SetFamilyData, Ids]:
        """A family of sets, and which of its sets is meant in every row."""
        family = self.domains.family(domain.name)
        return family, rows_of(self, domain.name, family.family, domain.subscripts, frame)

    # leaves

    def _number(self, node: Number, frame: Frame) -> Value:
        return np.full(frame.rows, float(node.value))

    def _element(self, node: Element | Text, frame: Frame) -> Value:
        return Elements(np.full(frame.rows, self.model.universe.find(node.value)))

    def _index(self, node: IndexRef, frame: Frame) -> Value:
        return Elements(frame.columns[node.name])

    def _numbers(self, value: Elements, node: Node, frame: Frame) -> Floats:
        numbers = self.model.universe.numbers[value.ids] if len(value) else np.zeros(0)
        missing = np.isnan(numbers) | (value.ids < 0)
        if missing.any():
            row = int(np.flatnonzero(missing)[0])
            remedy = "only integer elements are numbers"
            raise self.fail(frame, row, f"{self.shown(node)} is text where a number is needed", remedy)
        return numbers

    def _parameter(self, node: ParameterRef, frame: Frame) -> Value:
        parameter = self.model.parameters[node.name]
        rows = rows_of(self, node.name, parameter.family, node.subscripts, frame)
        if parameter.ids is not None:
            return Elements(parameter.ids[rows])
        return parameter.values[rows]

    def _variable(self, node: VariableRef, frame: Frame) -> Value:
        variable = self.model.variables[node.name]
        rows = rows_of(self, node.name, variable.family, node.subscripts, frame)
        terms = Linear(np.arange(frame.rows), rows + variable.first_column, np.ones(frame.rows))
        return Form(np.zeros(frame.rows), terms)

    def _expression(self, node: ExpressionRef, frame: Frame) -> Value:
        """The expression's tree over the distinct keys that are asked for, then dealt out."""
        expression = self.model.expressions[node.name]
        rows = rows_of(self, node.name, expression.family, node.subscripts, frame)
        asked, where = np.unique(rows, return_inverse=True)
        inner = Walker(self.model, f"expressions.{node.name}", self.domains, self.limit)
        value = inner.quantity(expression.tree, Frame.of(expression.family).take(asked))
        if not isinstance(value, Form):
            return value[where]
        try:
            return value.gathered(where, self.limit)
        except TooMany as error:
            raise self.too_many(node, error) from None

    def too_many(self, node: Node, error: TooMany) -> SizeError:
        """The error for a result with too many terms."""
        return SizeError(
            f"{self.shown(node)} would have {error.terms:,} terms here, above the limit of {self.limit:,}",
            place=self.place,
            remedy="give it a variable of its own with a constraint that defines it, or add a filter",
        )

    # arithmetic

    def _negate(self, node: Negate, frame: Frame) -> Value:
        operand = self.quantity(node.operand, frame)
        return operand.negated() if isinstance(operand, Form) else -operand

    def _sum(self, node: Sum, frame: Frame) -> Value:
        return self.total([self.quantity(term, frame) for term in node.terms])

    def total(self, values: list[Floats | Form]) -> Value:
        """The sum of values, at least one."""
        numbers = [value for value in values if not isinstance(value, Form)]
        forms = [value for value in values if isinstance(value, Form)]
        constant = sum(numbers[1:], start=numbers[0]) if numbers else None
        if not forms:
            assert constant is not None, "a sum has terms"
            return constant
        return added(forms if constant is None else [*forms, Form(constant)])

    def _product(self, node: Product, frame: Frame) -> Value:
        factors = [self.quantity(factor, frame) for factor in node.factors]
        scale = np.ones(frame.rows)
        forms: list[Form] = []
        for factor in factors:
            if isinstance(factor, Form):
                forms.append(factor)
            else:
                scale = scale * factor
        if not forms:
            return scale
        first = forms[0].scaled(scale)
        for form in forms[1:]:
            first = self.times(node, first, form)
        return first

    def times(self, node: Node, left: Form, right: Form) -> Form:
        """The product of two forms, at `node`."""
        try:
            return multiplied(left, right, self.limit)
        except TooNonlinear:
            raise self.beyond(node) from None
        except TooMany as error:
            raise self.too_many(node, error) from None

    def _quotient(self, node: Quotient, frame: Frame) -> Value:
        numerator = self.quantity(node.numerator, frame)
        divisor = self.data(node.denominator, frame, "as a divisor")
        self._nonzero(node, node.denominator, divisor, frame)
        return numerator.scaled(1.0 / divisor) if isinstance(numerator, Form) else numerator / divisor

    def _nonzero(self, node: Node, part: Node, values: Floats, frame: Frame) -> None:
        zeros = np.flatnonzero(values == 0)
        if len(zeros):
            remedy = f"exclude it by a filter, or give {self.shown(part)} another value"
            raise self.fail(frame, int(zeros[0]), f"division by 0 in {self.shown(node)}", remedy)

    def _integral(self, node: Integral, frame: Frame) -> Value:
        left, right = self.data(node.left, frame), self.data(node.right, frame)
        self._nonzero(node, node.right, right, frame)
        return np.floor_divide(left, right) if node.operator == "//" else np.mod(left, right)

    def _power(self, node: Power, frame: Frame) -> Value:
        base = self.quantity(node.base, frame)
        exponent = self.data(node.exponent, frame, "as an exponent")
        if isinstance(base, Form) and base.varies:
            return self._form_power(node, base, exponent)
        numbers = base.constant if isinstance(base, Form) else base
        return self.finite(node, np.power(numbers, exponent), frame)

    def _form_power(self, node: Power, base: Form, exponent: Floats) -> Form:
        """Exponents 0, 1 and 2, each row its own."""
        if np.any((exponent != 0) & (exponent != 1) & (exponent != 2)):
            raise self.beyond(node)
        if np.all(exponent == 2):
            return self.times(node, base, base)
        parts = [Form((exponent == 0).astype(np.float64)), base.scaled((exponent == 1).astype(np.float64))]
        squared = base.scaled((exponent == 2).astype(np.float64))
        return added([*parts, self.times(node, squared, base)])

    def finite(self, node: Node, values: Floats, frame: Frame) -> Floats:
        """`values`, if all are numbers."""
        wrong = np.flatnonzero(~np.isfinite(values))
        if len(wrong):
            message = f"{self.shown(node)} is undefined or too large"
            raise self.fail(frame, int(wrong[0]), message, "exclude it by a filter")
        return values

    def _conditional(self, node: Conditional, frame: Frame) -> Value:
        holds = self.truth(node.condition, frame)
        if holds.all():
            return self.value(node.then, frame)
        if not holds.any():
            return self.value(node.otherwise, frame)
        yes, no = np.flatnonzero(holds), np.flatnonzero(~holds)
        then, otherwise = frame.take(yes), frame.take(no)
        first, second = self.value(node.then, then), self.value(node.otherwise, otherwise)
        if isinstance(first, Elements) and isinstance(second, Elements):
            return Elements(_dealt(first.ids, second.ids, holds))
        one = self._numbers(first, node.then, then) if isinstance(first, Elements) else first
        two = self._numbers(second, node.otherwise, otherwise) if isinstance(second, Elements) else second
        if isinstance(one, Form) or isinstance(two, Form):
            moved = [_as_form(one).moved(yes, frame.rows), _as_form(two).moved(no, frame.rows)]
            return added(moved)
        return _dealt(one, two, holds)

    # calls

    def _truth_value(self, node: Node, frame: Frame) -> Value:
        """A condition where a number is wanted: 1 or 0, as `holds` has it."""
        return self.truth(node, frame).astype(np.float64)

    def _call(self, node: Call, frame: Frame) -> Value:
        return function.call(self, node, frame)

    def expanded(self, node: Comprehension, frame: Frame) -> tuple[Frame, Ids]:
        """The rows of a comprehension and the row of `frame` each belongs to."""
        if not frame.rows:
            return Frame(0, {**frame.columns, **_empty_columns(node)}), NO_IDS
        return expand(self, node, frame)

    def listed(self, arguments: tuple[Node, ...]) -> tuple[Node, ...]:
        """The arguments of a reduction, or the items of its one list."""
        if len(arguments) == 1 and isinstance(arguments[0], ListOf):
            return arguments[0].items
        return arguments


def _empty_columns(node: Comprehension) -> dict[str, Ids]:
    return {name: NO_IDS for generator in node.generators for name in generator.targets}


def _as_form(value: Floats | Form) -> Form:
    return value if isinstance(value, Form) else Form(value)


def _dealt(yes: np.ndarray, no: np.ndarray, holds: np.ndarray) -> np.ndarray:
    merged = np.empty(len(holds), dtype=yes.dtype)
    merged[holds], merged[~holds] = yes, no
    return merged
