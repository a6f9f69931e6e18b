"""Expression tree → text that parses to the same tree."""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch

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

CONDITIONAL, OR, AND, NOT, COMPARE, SUM, PRODUCT, UNARY, POWER, ATOM = range(10)


def to_text(node: Node) -> str:
    """The expression as text; `parse(to_text(tree)) == tree` for every surface tree."""
    return _write(node)[0]


def generators_text(generators: Iterable[Generator]) -> str:
    """`for i in I if … for j in J`, as inside a comprehension."""
    return " ".join(f"for {_generator(g)}" for g in generators)


def index_text(generators: Iterable[Generator]) -> str:
    """The text of an `index:` or `for:` entry."""
    return generators_text(generators).removeprefix("for ")


def _generator(generator: Generator) -> str:
    targets = ", ".join(generator.targets)
    shown = f"({targets}) in " if len(generator.targets) > 1 else f"{targets} in " if targets else ""
    conditions = "".join(f" if {_at(c, OR)}" for c in generator.conditions)
    return f"{shown}{_at(generator.domain, SUM)}{conditions}"


def _at(node: Node, strength: int) -> str:
    text, own = _write(node)
    return text if own >= strength else f"({text})"


def _list(items: Iterable[Node]) -> str:
    return ", ".join(to_text(item) for item in items)


@singledispatch
def _write(node: Node) -> tuple[str, int]:
    raise TypeError(f"no text for {type(node).__name__}")


@_write.register
def _(node: Number) -> tuple[str, int]:
    return repr(node.value), ATOM


@_write.register
def _(node: Text) -> tuple[str, int]:
    return _quoted(node.value), ATOM


@_write.register
def _(node: Element) -> tuple[str, int]:
    return (_quoted(node.value) if isinstance(node.value, str) else repr(node.value)), ATOM


def _quoted(text: str) -> str:
    return f'"{text}"' if "'" in text else f"'{text}'"


@_write.register
def _(node: Name) -> tuple[str, int]:
    return node.name, ATOM


@_write.register
def _(node: IndexRef) -> tuple[str, int]:
    return node.name, ATOM


@_write.register(Subscript)
@_write.register(SetRef)
@_write.register(ParameterRef)
@_write.register(VariableRef)
@_write.register(ExpressionRef)
def _(node: Subscript | SetRef | ParameterRef | VariableRef | ExpressionRef) -> tuple[str, int]:
    return (f"{node.name}[{_list(node.subscripts)}]" if node.subscripts else node.name), ATOM


@_write.register
def _(node: TupleOf) -> tuple[str, int]:
    return f"({_list(node.items)})", ATOM


@_write.register
def _(node: ListOf) -> tuple[str, int]:
    return f"[{_list(node.items)}]", ATOM


@_write.register
def _(node: Negate) -> tuple[str, int]:
    return f"-{_at(node.operand, UNARY)}", UNARY


@_write.register
def _(node: Sum) -> tuple[str, int]:
    first, *rest = node.terms
    return _at(first, PRODUCT) + "".join(_signed(term) for term in rest), SUM


def _signed(term: Node) -> str:
    if isinstance(term, Negate):
        return f" - {_at(term.operand, PRODUCT)}"
    return f" + {_at(term, PRODUCT)}"


@_write.register
def _(node: Product) -> tuple[str, int]:
    first, *rest = node.factors
    # a quotient may open a product (a / b * c) but not follow in it (a * (b / c))
    opening = _at(first, UNARY) if isinstance(first, Product) else _at(first, PRODUCT)
    return " * ".join([opening, *(_at(factor, UNARY) for factor in rest)]), PRODUCT


@_write.register
def _(node: Quotient) -> tuple[str, int]:
    return f"{_at(node.numerator, PRODUCT)} / {_at(node.denominator, UNARY)}", PRODUCT


@_write.register
def _(node: Integral) -> tuple[str, int]:
    return f"{_at(node.left, PRODUCT)} {node.operator} {_at(node.right, UNARY)}", PRODUCT


@_write.register
def _(node: Power) -> tuple[str, int]:
    return f"{_at(node.base, ATOM)} ** {_at(node.exponent, UNARY)}", POWER


@_write.register
def _(node: Compare) -> tuple[str, int]:
    parts = [_at(node.operands[0], SUM)]
    for operator, operand in zip(node.operators, node.operands[1:], strict=True):
        parts += [operator, _at(operand, SUM)]
    return " ".join(parts), COMPARE


@_write.register
def _(node: Member) -> tuple[str, int]:
    word = "not in" if node.negated else "in"
    return f"{_at(node.item, SUM)} {word} {_at(node.domain, SUM)}", COMPARE


@_write.register
def _(node: And) -> tuple[str, int]:
    return " and ".join(_at(item, NOT) for item in node.items), AND


@_write.register
def _(node: Or) -> tuple[str, int]:
    return " or ".join(_at(item, AND) for item in node.items), OR


@_write.register
def _(node: Not) -> tuple[str, int]:
    return f"not {_at(node.operand, NOT)}", NOT


@_write.register
def _(node: Conditional) -> tuple[str, int]:
    then, condition = _at(node.then, OR), _at(node.condition, OR)
    return f"{then} if {condition} else {to_text(node.otherwise)}", CONDITIONAL


@_write.register
def _(node: Comprehension) -> tuple[str, int]:
    return f"{to_text(node.body)} {generators_text(node.generators)}", CONDITIONAL


@_write.register
def _(node: Call) -> tuple[str, int]:
    items = [_argument(a, alone=len(node.arguments) == 1) for a in node.arguments]
    items += [f"{name}={to_text(value)}" for name, value in node.keywords]
    return f"{node.function}({', '.join(items)})", ATOM


def _argument(node: Node, *, alone: bool) -> str:
    text = to_text(node)
    return f"({text})" if isinstance(node, Comprehension) and not alone else text
