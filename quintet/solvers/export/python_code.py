"""Resolved expression trees as the Python that a person would write with Pyomo.

Names are identifiers that were checked, elements and numbers go through `repr`: no text of the
document becomes code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from quintet.errors import SolverError
from quintet.formulation.functions import OF_SETS, ORDERED
from quintet.formulation.model import Model
from quintet.formulation.tree import (
    And,
    Call,
    Compare,
    Comprehension,
    Conditional,
    Element,
    ExpressionRef,
    Generator,
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
    TupleOf,
    VariableRef,
)
from quintet.solvers.export.python_names import PythonNames
from quintet.solvers.rows.scoping import varying

CONDITIONAL, OR, AND, NOT, COMPARE, SUM, PRODUCT, UNARY, POWER, ATOM = range(10)
Coded = tuple[str, int]
_OF_PYOMO = ("sqrt", "exp", "log", "log10", "sin", "cos", "tanh", "floor", "ceil")


class Coder:
    """Writes the trees of one model.

    Args:
        model: The model.
        names: Its names in Python.
    """

    def __init__(self, model: Model, names: PythonNames) -> None:
        self._model = model
        self._names = names
        self._place = ""
        self._by_type: dict[type[Node], Callable[..., Coded]] = {
            Number: lambda node, _: _literal(node.value),
            Text: lambda node, _: _literal(node.value),
            Element: lambda node, _: _literal(node.value),
            IndexRef: lambda node, _: (self._names.index(node.name), ATOM),
            SetRef: lambda node, _: (self._reference(node), ATOM),
            ParameterRef: self._parameter,
            ExpressionRef: self._parameter,
            VariableRef: lambda node, _: (self._reference(node), ATOM),
            TupleOf: lambda node, data: (f"({self._list(node.items, data)})", ATOM),
            ListOf: lambda node, data: (f"[{self._list(node.items, data)}]", ATOM),
            Negate: lambda node, data: (f"-{self.at(node.operand, UNARY, data)}", UNARY),
            Sum: self._sum,
            Product: self._product,
            Quotient: self._quotient,
            Integral: self._integral,
            Power: self._power,
            Compare: self._compare,
            Member: self._member,
            And: lambda node, _: (self._joined(node.items, " and ", NOT), AND),
            Or: lambda node, _: (self._joined(node.items, " or ", AND), OR),
            Not: lambda node, _: (f"not {self.at(node.operand, NOT, True)}", NOT),
            Conditional: self._conditional,
            Call: self._call,
        }

    # entry points

    def algebra(self, node: Node, place: str) -> str:
        """An expression with decision variables; `place` is for messages.

        Raises:
            SolverError: It holds something that Pyomo's solvers don't take.
        """
        self._place = place
        return self._write(node, False)[0]

    def side(self, node: Node, place: str) -> str:
        """As `algebra`, to stand beside a comparison."""
        self._place = place
        return self.at(node, SUM, False)

    def data(self, node: Node, place: str) -> str:
        """An expression of data, whose scalars are taken by value."""
        self._place = place
        return self._write(node, True)[0]

    def loops(self, generators: Sequence[Generator]) -> str:
        """`for l, d in model.Can if …`."""
        return " ".join(self._loop(generator) for generator in generators)

    def listed(self, generators: Sequence[Generator], body: str = "") -> str:
        """A list of all rows of the generators; by default of their targets as tuples."""
        targets = [self._names.index(name) for generator in generators for name in generator.targets]
        inside = body or (f"({', '.join(targets)})" if len(targets) > 1 else targets[0])
        return f"[{inside} {self.loops(generators)}]"

    def at(self, node: Node, strength: int, data: bool) -> str:
        """In parentheses if it holds together less firmly than `strength`."""
        text, own = self._write(node, data)
        return text if own >= strength else f"({text})"

    def _write(self, node: Node, data: bool) -> Coded:
        rule = self._by_type.get(type(node))
        if rule is None:
            raise self.refusal(type(node).__name__.lower())
        return rule(node, data)

    def refusal(self, what: str, place: str = "") -> SolverError:
        """The error for what Pyomo's solvers don't take."""
        linear = what.startswith(("abs", "min", "max"))
        remedy = "export with --to lp, where it becomes linear rows" if linear else "write it with binaries"
        return SolverError(
            f"a Pyomo script can't say {what} of decision variables",
            place=place or self._place,
            remedy=remedy,
        )

    # references

    def _reference(self, node: SetRef | ParameterRef | VariableRef | ExpressionRef) -> str:
        name = self._names.component(node.name)
        return f"{name}[{self._list(node.subscripts, True)}]" if node.subscripts else name

    def _parameter(self, node: ParameterRef | ExpressionRef, data: bool) -> Coded:
        shown = self._reference(node)
        return (f"pyo.value({shown})" if data and not node.subscripts else shown), ATOM

    def _list(self, nodes: Iterable[Node], data: bool) -> str:
        return ", ".join(self._write(node, data)[0] for node in nodes)

    # arithmetic

    def _sum(self, node: Sum, data: bool) -> Coded:
        first, *rest = node.terms
        return self.at(first, SUM, data) + "".join(self._signed(term, data) for term in rest), SUM

    def _signed(self, term: Node, data: bool) -> str:
        sign, term = ("-", term.operand) if isinstance(term, Negate) else ("+", term)
        return f" {sign} {self.at(term, PRODUCT, data)}"

    def _product(self, node: Product, data: bool) -> Coded:
        first, *rest = node.factors
        return " * ".join([self.at(first, PRODUCT, data), *(self.at(f, UNARY, data) for f in rest)]), PRODUCT

    def _quotient(self, node: Quotient, data: bool) -> Coded:
        above, below = self.at(node.numerator, PRODUCT, data), self.at(node.denominator, UNARY, data)
        return f"{above} / {below}", PRODUCT

    def _integral(self, node: Integral, data: bool) -> Coded:
        left, right = self.at(node.left, PRODUCT, True), self.at(node.right, UNARY, True)
        return f"{left} {node.operator} {right}", PRODUCT

    def _power(self, node: Power, data: bool) -> Coded:
        return f"{self.at(node.base, ATOM, data)} ** {self.at(node.exponent, UNARY, data)}", POWER

    def _conditional(self, node: Conditional, data: bool) -> Coded:
        then, condition = self.at(node.then, OR, data), self.at(node.condition, OR, True)
        return f"{then} if {condition} else {self._write(node.otherwise, data)[0]}", CONDITIONAL

    # truth, of data only

    def _compare(self, node: Compare, data: bool) -> Coded:
        parts = [self.at(node.operands[0], SUM, data)]
        for sign, operand in zip(node.operators, node.operands[1:], strict=True):
            parts += [sign, self.at(operand, SUM, data)]
        return " ".join(parts), COMPARE

    def _joined(self, nodes: Iterable[Node], word: str, strength: int) -> str:
        return word.join(self.at(node, strength, True) for node in nodes)

    def _member(self, node: Member, data: bool) -> Coded:
        item = self.at(node.item, SUM, True)
        if isinstance(node.domain, SetRef):
            return f"{item} {'not in' if node.negated else 'in'} {self.domain(node.domain)}", COMPARE
        text, strength = self._inside(item, node.domain)
        return (f"not ({text})", NOT) if node.negated else (text, strength)

    def _inside(self, item: str, domain: Node) -> Coded:
        """Whether an item is in a set; set algebra becomes logic."""
        if isinstance(domain, Product):
            return " and ".join(f"({self._inside(item, part)[0]})" for part in domain.factors), AND
        if isinstance(domain, Sum):
            text = self._inside(item, domain.terms[0])[0]
            for term in domain.terms[1:]:
                minus = isinstance(term, Negate)
                other = self._inside(item, term.operand if isinstance(term, Negate) else term)[0]
                text = f"({text}) and not ({other})" if minus else f"({text}) or ({other})"
                text = f"({text})"
            return text, ATOM
        return f"{item} in {self.domain(domain)}", COMPARE

    # sets

    def domain(self, node: Node) -> str:
        """A set, or set algebra as a list in the order of the language."""
        if isinstance(node, Product):
            first, *rest = node.factors
            tests = "".join(f" if one in {self.domain(part)}" for part in rest)
            return f"[one for one in {self.domain(first)}{tests}]"
        if isinstance(node, Sum):
            return self._united(node)
        return self._write(node, True)[0]

    def _united(self, node: Sum) -> str:
        text = self.domain(node.terms[0])
        for term in node.terms[1:]:
            if isinstance(term, Negate):
                text = f"[one for one in {text} if one not in {self.domain(term.operand)}]"
            else:
                text = f"list(dict.fromkeys([*{text}, *{self.domain(term)}]))"
        return text

    def _loop(self, generator: Generator) -> str:
        targets = ", ".join(self._names.index(target) for target in generator.targets)
        conditions = "".join(f" if {self.at(c, OR, True)}" for c in _flat(generator.conditions))
        return f"for {targets} in {self.domain(generator.domain)}{conditions}"

    # calls

    def _call(self, node: Call, data: bool) -> Coded:
        name = node.function
        if name in ORDERED or name in OF_SETS:
            return self._ordered(node), ATOM
        if name in ("sum", "prod"):
            return f"{'sum' if name == 'sum' else 'pyo.prod'}({self._each(node, data)})", ATOM
        decided = varying(self._model, node)
        if name in ("min", "max", "abs") and not decided:
            return f"{name}({self._each(node, True)})", ATOM
        if name in _OF_PYOMO:
            return f"pyo.{name}({self._list(node.arguments, not decided)})", ATOM
        raise self.refusal(f"{name}(…)")

    def _each(self, node: Call, data: bool) -> str:
        parts: list[str] = []
        for argument in node.arguments:
            if isinstance(argument, Comprehension):
                parts.append(f"{self.at(argument.body, OR, data)} {self.loops(argument.generators)}")
            elif isinstance(argument, ListOf) and len(node.arguments) == 1:
                parts.append(f"[{self._list(argument.items, data)}]")
            else:
                parts.append(self._write(argument, data)[0])
        if node.function in ("sum", "prod") and not isinstance(node.arguments[0], Comprehension | ListOf):
            return f"[{', '.join(parts)}]"
        return ", ".join(parts)

    def _ordered(self, node: Call) -> str:
        domain = self.domain(node.arguments[0])
        if node.function == "card":
            return f"len({domain})"
        if node.function in ("first", "last"):
            end = 0 if node.function == "first" else -1
            named = isinstance(node.arguments[0], SetRef)
            return f"{domain}.{node.function}()" if named else f"{domain}[{end}]"
        rest = node.arguments[1:]
        if len(rest) == 2 and rest[1] == Number(1):
            rest = rest[:1]
        steps = [self._write(rest[0], True)[0], *(f"int({self._write(step, True)[0]})" for step in rest[1:])]
        return f"{domain}.{node.function}({', '.join(steps)})"


def _literal(value: object) -> Coded:
    text = repr(value)
    return text, UNARY if text.startswith("-") else ATOM


def _flat(conditions: Iterable[Node]) -> Iterator[Node]:
    for condition in conditions:
        if isinstance(condition, And):
            yield from _flat(condition.items)
        else:
            yield condition
