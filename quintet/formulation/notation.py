"""Expression trees as a textbook writes them: indexed, not expanded.

Surface and resolved trees are both taken. In a surface tree a bare word is an index if one of that
name is in force, else a declared name, else an element.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence

from quintet.formulation.symbols import element, number, symbol
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
    Name,
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
    Subscript,
    Sum,
    Text,
    TupleOf,
    VariableRef,
)

LOGIC, OR, AND, NOT, COMPARE, SUM, SERIES, PRODUCT, POWER, ATOM = range(10)
"""How firmly a formula holds together; SERIES is a sum with a sign, which takes all that follows."""
WIDE = 26
"""Above this width, the conditions under a sum have a line of their own."""

_SIGNS = {"<=": r"\le", ">=": r"\ge", "==": "=", "!=": r"\ne", "<": r"\lt", ">": r"\gt"}
_SERIES = {"sum": r"\sum", "prod": r"\prod", "min": r"\min", "max": r"\max"}
_NAMED = {
    "exp": r"\exp", "log": r"\ln", "log10": r"\log_{10}", "sin": r"\sin", "cos": r"\cos", "tanh": r"\tanh",
    "min": r"\min", "max": r"\max", "sum": r"\operatorname{sum}", "prod": r"\operatorname{prod}",
    "all_different": r"\operatorname{alldifferent}", "sos1": r"\operatorname{SOS1}",
    "sos2": r"\operatorname{SOS2}",
}  # fmt: skip
_FENCES = {
    "abs": (r"\lvert", r"\rvert"),
    "card": (r"\lvert", r"\rvert"),
    "floor": (r"\lfloor", r"\rfloor"),
    "ceil": (r"\lceil", r"\rceil"),
    "holds": ("[", "]"),
}
_COUNTS = {"at_least": r"\ge", "at_most": r"\le", "exactly": "="}
_ARROWS = {"implies": r"\Rightarrow", "iff": r"\Leftrightarrow"}
_TALL = (r"\frac", r"\sum", r"\prod", r"\begin", r"\bigvee")
_FONT = re.compile(r"\\(?:mathit|text|textit|texttt|thinspace|left|right)\b|[{}_^]")
_COMMAND = re.compile(r"\\[A-Za-z]+")
Scope = frozenset[str]


class Notation:
    """Writes the trees of one document.

    Args:
        declared: Names of sets, parameters, variables and expressions.
        decisions: Those that are decision variables.
    """

    def __init__(self, declared: Collection[str], decisions: Collection[str]) -> None:
        self._declared = declared
        self._decisions = decisions
        self._by_type: dict[type[Node], Callable[..., tuple[str, int]]] = {
            Number: lambda node, _: (number(node.value), ATOM),
            Text: lambda node, _: (element(node.value), ATOM),
            Element: lambda node, _: (element(node.value), ATOM),
            IndexRef: lambda node, _: (symbol(node.name), ATOM),
            Name: self._name,
            Subscript: self._reference,
            SetRef: self._reference,
            ParameterRef: self._reference,
            VariableRef: self._reference,
            ExpressionRef: self._reference,
            TupleOf: lambda node, scope: (f"({self._list(node.items, scope)})", ATOM),
            ListOf: lambda node, scope: (self._list(node.items, scope), ATOM),
            Negate: lambda node, scope: (f"-{self.at(node.operand, SERIES, scope)}", SUM),
            Sum: self._sum,
            Product: self._product,
            Quotient: self._quotient,
            Integral: self._integral,
            Power: self._power,
            Compare: self._compare,
            Member: self._member,
            And: lambda node, scope: (self._joined(node.items, r"\land", NOT, scope), AND),
            Or: lambda node, scope: (self._joined(node.items, r"\lor", AND, scope), OR),
            Not: self._not,
            Conditional: self._conditional,
            Comprehension: lambda node, scope: (self._each(node, scope), LOGIC),
            Call: self._call,
        }

    # entry points

    def math(self, node: Node, scope: Collection[str] = ()) -> str:
        """A tree as mathematics; `scope` holds the index names in force."""
        return self._write(node, frozenset(scope))[0]

    def at(self, node: Node, strength: int, scope: Collection[str] = ()) -> str:
        """As `math`, in parentheses if it holds together less firmly than `strength`."""
        shown, own = self._write(node, frozenset(scope))
        return shown if own >= strength else fenced("(", shown, ")")

    def truth(self, node: Node, strength: int, scope: Scope) -> str:
        """A tree in logic, where a bare binary `b` stands for `b = 1`."""
        if self._decides(node):
            node = Compare((node, Number(1)), ("==",))
        return self.at(node, strength, scope)

    def ranges(self, generators: Sequence[Generator], scope: Collection[str] = ()) -> str:
        r"""`l \in L, d \in D : conditions`, as under a sum or after a quantifier."""
        members, conditions, _ = self._ranges(generators, frozenset(scope))
        return f"{members} : {conditions}" if conditions else members

    def members(self, node: Node, scope: Collection[str] = ()) -> str:
        """A set's `from`: what it collects, or set algebra."""
        if not isinstance(node, Comprehension):
            return self.domain(node, frozenset(scope))
        members, conditions, inside = self._ranges(node.generators, frozenset(scope))
        body = self.math(node.body, inside)
        first, *others = node.generators
        if not others and body == self._targets(first):
            return _collected(members, conditions)
        return _collected(body, ", ".join(part for part in (members, conditions) if part))

    # names

    def _write(self, node: Node, scope: Scope) -> tuple[str, int]:
        return self._by_type[type(node)](node, scope)

    def _name(self, node: Name, scope: Scope) -> tuple[str, int]:
        known = node.name in scope or node.name in self._declared
        return (symbol(node.name) if known else element(node.name)), ATOM

    def _reference(self, node: Subscript, scope: Scope) -> tuple[str, int]:
        if not node.subscripts:
            return symbol(node.name), ATOM
        return f"{symbol(node.name)}_{{{self._list(node.subscripts, scope)}}}", ATOM

    def _list(self, nodes: Iterable[Node], scope: Scope) -> str:
        return ", ".join(self.math(node, scope) for node in nodes)

    def _decides(self, node: Node) -> bool:
        return isinstance(node, Name | Subscript | VariableRef) and node.name in self._decisions

    # arithmetic

    def _sum(self, node: Sum, scope: Scope) -> tuple[str, int]:
        first, *rest = node.terms
        return self.at(first, SUM, scope) + "".join(self._signed(term, scope) for term in rest), SUM

    def _signed(self, term: Node, scope: Scope) -> str:
        sign, term = ("-", term.operand) if isinstance(term, Negate) else ("+", term)
        return f" {sign} {self.at(term, SERIES, scope)}"

    def _product(self, node: Product, scope: Scope) -> tuple[str, int]:
        first = node.factors[0]
        if isinstance(first, Negate):
            positive = Product((first.operand, *node.factors[1:]))
            return f"-{self.at(positive, SERIES, scope)}", SUM
        *firm, last = node.factors
        shown = [self.at(factor, PRODUCT, scope) for factor in firm]
        shown.append(self.at(last, SERIES, scope))
        pairs = zip(node.factors, shown[1:], strict=False)
        return shown[0] + "".join(_times(before, after) for before, after in pairs), _product_strength(last)

    def _quotient(self, node: Quotient, scope: Scope) -> tuple[str, int]:
        above, below = (self.math(part, scope) for part in (node.numerator, node.denominator))
        return rf"\frac{{{above}}}{{{below}}}", PRODUCT

    def _integral(self, node: Integral, scope: Scope) -> tuple[str, int]:
        if node.operator == "//":
            above, below = (self.math(part, scope) for part in (node.left, node.right))
            return fenced(r"\lfloor", rf"\frac{{{above}}}{{{below}}}", r"\rfloor"), ATOM
        left, right = (self.at(part, POWER, scope) for part in (node.left, node.right))
        return rf"({left} \bmod {right})", ATOM

    def _power(self, node: Power, scope: Scope) -> tuple[str, int]:
        return f"{self.at(node.base, ATOM, scope)}^{{{self.math(node.exponent, scope)}}}", POWER

    def _conditional(self, node: Conditional, scope: Scope) -> tuple[str, int]:
        branches: list[str] = []
        rest: Node = node
        while isinstance(rest, Conditional):
            condition = self.truth(rest.condition, OR, scope)
            branches.append(rf"{self.math(rest.then, scope)} & \text{{if }} {condition}")
            rest = rest.otherwise
        branches.append(rf"{self.math(rest, scope)} & \text{{otherwise}}")
        inside = r" \cr ".join(branches)
        return rf"\begin{{cases}} {inside} \end{{cases}}", LOGIC

    # truth

    def _compare(self, node: Compare, scope: Scope) -> tuple[str, int]:
        first, *rest = (self.at(operand, SUM, scope) for operand in node.operands)
        pairs = zip(node.operators, rest, strict=True)
        return first + "".join(f" {_SIGNS[sign]} {operand}" for sign, operand in pairs), COMPARE

    def _member(self, node: Member, scope: Scope) -> tuple[str, int]:
        sign = r"\notin" if node.negated else r"\in"
        return f"{self.at(node.item, SUM, scope)} {sign} {self.domain(node.domain, scope)}", COMPARE

    def _not(self, node: Not, scope: Scope) -> tuple[str, int]:
        if self._decides(node.operand):
            return f"{self.math(node.operand, scope)} = 0", COMPARE
        return rf"\lnot {self.at(node.operand, ATOM, scope)}", NOT

    def _joined(self, nodes: Iterable[Node], sign: str, strength: int, scope: Scope) -> str:
        return f" {sign} ".join(self.truth(node, strength, scope) for node in nodes)

    # sets

    def domain(self, node: Node, scope: Scope = frozenset()) -> str:
        """A set, or set algebra."""
        if isinstance(node, Sum):
            first, *rest = node.terms
            return self._operand(first, scope) + "".join(self._merged(term, scope) for term in rest)
        if isinstance(node, Product):
            return r" \cap ".join(self._operand(factor, scope) for factor in node.factors)
        if isinstance(node, ListOf | TupleOf):
            return rf"\lbrace {self._list(node.items, scope)} \rbrace"
        return self.math(node, scope)

    def _merged(self, term: Node, scope: Scope) -> str:
        sign, term = (r"\setminus", term.operand) if isinstance(term, Negate) else (r"\cup", term)
        return f" {sign} {self._operand(term, scope)}"

    def _operand(self, node: Node, scope: Scope) -> str:
        shown = self.domain(node, scope)
        return f"({shown})" if isinstance(node, Sum | Product) else shown

    def _targets(self, generator: Generator) -> str:
        names = ", ".join(symbol(target) for target in generator.targets)
        return f"({names})" if len(generator.targets) > 1 else names

    def _ranges(self, generators: Sequence[Generator], scope: Scope) -> tuple[str, str, Scope]:
        """Memberships, conditions, and the index names in force after them."""
        members: list[str] = []
        conditions: list[str] = []
        for generator in generators:
            members.append(rf"{self._targets(generator)} \in {self.domain(generator.domain, scope)}")
            scope = scope | set(generator.targets)
            conditions += [self.truth(c, OR, scope) for c in _flat(generator.conditions)]
        return ", ".join(members), ", ".join(conditions), scope

    # calls

    def _call(self, node: Call, scope: Scope) -> tuple[str, int]:
        name, arguments = node.function, node.arguments
        if name in _ARROWS:
            left, right = (self.truth(argument, OR, scope) for argument in arguments)
            return f"{left} {_ARROWS[name]} {right}", LOGIC
        if name == "either":
            return self._either(node, scope)
        if name in _COUNTS:
            return self._count(node, scope)
        if len(arguments) == 1 and isinstance(arguments[0], Comprehension) and name in _SERIES:
            return self._series(name, arguments[0], scope)
        return self._function(node, scope), ATOM

    def _function(self, node: Call, scope: Scope) -> str:
        name, arguments = node.function, node.arguments
        if name in _FENCES:
            left, right = _FENCES[name]
            inside = self.domain(arguments[0], scope) if name == "card" else self.math(arguments[0], scope)
            return fenced(left, inside, right)
        if name == "sqrt":
            return rf"\sqrt{{{self.math(arguments[0], scope)}}}"
        if name in ("prev", "next", "prevw", "nextw", "ord"):
            arguments = arguments[1:] if isinstance(arguments[0], SetRef) else arguments
        if len(arguments) == 1 or name == "piecewise":
            shown = [self._argument(argument, scope) for argument in arguments]
        else:
            shown = [self._grouped(argument, scope) for argument in arguments]
        shown += [rf"\text{{{key} slope }} {self.math(value, scope)}" for key, value in node.keywords]
        named = _NAMED.get(name) or rf"\operatorname{{{name.replace('_', '-')}}}"
        return named + fenced("(", ", ".join(shown), ")")

    def _argument(self, node: Node, scope: Scope) -> str:
        return self._each(node, scope) if isinstance(node, Comprehension) else self.math(node, scope)

    def _grouped(self, node: Node, scope: Scope) -> str:
        """An argument among others: a collection of its own has its own fence."""
        shown = self._argument(node, scope)
        if isinstance(node, Comprehension):
            return fenced(r"\lbrace", shown, r"\rbrace")
        return fenced("[", shown, "]") if isinstance(node, ListOf) else shown

    def _each(self, node: Comprehension, scope: Scope) -> str:
        members, conditions, inside = self._ranges(node.generators, scope)
        return f"{self.math(node.body, inside)} : {', '.join(part for part in (members, conditions) if part)}"

    def _series(self, name: str, node: Comprehension, scope: Scope) -> tuple[str, int]:
        inside = self._ranges(node.generators, scope)[2]
        body = self.at(node.body, SERIES, inside)
        return f"{_SERIES[name]}_{{{self._below(node, scope)}}} {body}", SERIES

    def _below(self, node: Comprehension, scope: Scope) -> str:
        members, conditions, _ = self._ranges(node.generators, scope)
        if conditions and width(members) + width(conditions) > WIDE:
            return rf"\substack{{{members} : \cr {conditions}}}"
        return f"{members} : {conditions}" if conditions else members

    def _either(self, node: Call, scope: Scope) -> tuple[str, int]:
        first = node.arguments[0]
        if not isinstance(first, Comprehension):
            return self._joined(node.arguments, r"\lor", AND, scope), OR
        inside = self._ranges(first.generators, scope)[2]
        return rf"\bigvee_{{{self._below(first, scope)}}} {self.truth(first.body, AND, inside)}", OR

    def _count(self, node: Call, scope: Scope) -> tuple[str, int]:
        """The size of a set of rows, or a sum of truths."""
        limit, *rest = node.arguments
        right = f"{_COUNTS[node.function]} {self.at(limit, SUM, scope)}"
        first = rest[0] if len(rest) == 1 else None
        if not isinstance(first, Comprehension):
            terms = (fenced("[", self.truth(item, LOGIC, scope), "]") for item in rest)
            return f"{' + '.join(terms)} {right}", COMPARE
        members, conditions, inside = self._ranges(first.generators, scope)
        holds = ", ".join(part for part in (conditions, self.truth(first.body, OR, inside)) if part)
        size = fenced(r"\lvert", _collected(members, holds), r"\rvert")
        return f"{size} {right}", COMPARE


def fenced(left: str, inside: str, right: str) -> str:
    """Between fences, which grow if what is inside is tall."""
    if any(tall in inside for tall in _TALL):
        return rf"\left{left} {inside} \right{right}"
    gap = " " if left.startswith("\\") else ""
    return f"{left}{gap}{inside}{gap}{right}"


def width(formula: str) -> int:
    """About how many characters wide a formula is set."""
    return len(_COMMAND.sub("x", _FONT.sub("", formula)).replace(" ", ""))


def _collected(members: str, conditions: str) -> str:
    inside = rf"{members} \mid {conditions}" if conditions else members
    return fenced(r"\lbrace", inside, r"\rbrace")


def _times(before: Node, after: str) -> str:
    """A factor behind another: beside a number nothing stands between, else a dot."""
    close = isinstance(before, Number) and not after[:1].isdigit() and not after.startswith("-")
    return rf" \thinspace {after}" if close else rf" \cdot {after}"


def _product_strength(last: Node) -> int:
    series = isinstance(last, Call) and last.function in _SERIES
    return SERIES if series else PRODUCT


def _flat(conditions: Iterable[Node]) -> Iterable[Node]:
    for condition in conditions:
        if isinstance(condition, And):
            yield from _flat(condition.items)
        else:
            yield condition
