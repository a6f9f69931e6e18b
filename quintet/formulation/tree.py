"""The typed expression tree.

`parser.parse` builds it from text with `Name` and `Subscript` for every name; `scope.resolve`
replaces these by what the name is: an index, a set, a parameter, a decision variable, a named
expression or an element. Evaluator, compilers and renderers read the resolved tree only.
Nodes compare by content; `at` (column in the text, from 1) does not count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import TypeAlias

ElementValue: TypeAlias = int | str


@dataclass(frozen=True, slots=True)
class Node:
    """Base of all nodes."""

    at: int = field(default=0, compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A literal number."""

    value: int | float


@dataclass(frozen=True, slots=True)
class Text(Node):
    """A quoted literal, an element of some set: `'top'`."""

    value: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A bare name before resolution."""

    name: str


@dataclass(frozen=True, slots=True)
class Subscript(Node):
    """`name[a, b]` before resolution."""

    name: str
    subscripts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class TupleOf(Node):
    """`(i, j)` with two or more items."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    """`[a, b]`, an argument of `piecewise` or `sos1`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Negate(Node):
    """`-operand`."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Sum(Node):
    """Two or more terms added; a subtracted term is wrapped in `Negate`."""

    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Product(Node):
    """Two or more factors multiplied."""

    factors: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Quotient(Node):
    """`numerator / denominator`."""

    numerator: Node
    denominator: Node


@dataclass(frozen=True, slots=True)
class Integral(Node):
    """`left // right` or `left % right`, on data only; `operator` is `//` or `%`."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Power(Node):
    """`base ** exponent`."""

    base: Node
    exponent: Node


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """`a <= b <= c`: n operands, n-1 operators out of `< <= == != >= >`."""

    operands: tuple[Node, ...]
    operators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Member(Node):
    """`item in domain`, or `item not in domain` if `negated`."""

    item: Node
    domain: Node
    negated: bool = False


@dataclass(frozen=True, slots=True)
class And(Node):
    """All items hold."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    """At least one item holds."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    """`not operand`."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    """`then if condition else otherwise`; the condition is data, the branch not taken is not looked at."""

    then: Node
    condition: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Generator(Node):
    """`for targets in domain if conditions`.

    `targets` holds as many names as the domain's tuples have components. The domain is a set
    (resolved: `SetRef`), or set algebra (`Sum` is union, `Negate` inside it is difference,
    `Product` is intersection).
    """

    targets: tuple[str, ...]
    domain: Node
    conditions: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Comprehension(Node):
    """`body for … in … if …`, the argument of `sum prod min max` and of counting logic."""

    body: Node
    generators: tuple[Generator, ...]


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function with its arguments: `sum(Comprehension)`, `min(a, b)`, `abs(x)`, `prev(t)`."""

    function: str
    arguments: tuple[Node, ...]
    keywords: tuple[tuple[str, Node], ...] = ()


@dataclass(frozen=True, slots=True)
class IndexRef(Node):
    """Resolved: the current element of an index name (data)."""

    name: str


@dataclass(frozen=True, slots=True)
class Element(Node):
    """Resolved: an element of a set (data)."""

    value: ElementValue


@dataclass(frozen=True, slots=True)
class SetRef(Node):
    """Resolved: a set, or one member of an indexed family of sets."""

    name: str
    subscripts: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class ParameterRef(Node):
    """Resolved: a parameter (data); subscripts are data."""

    name: str
    subscripts: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class VariableRef(Node):
    """Resolved: a decision variable; subscripts are data."""

    name: str
    subscripts: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class ExpressionRef(Node):
    """Resolved: a named expression; its tree stands in the model under the same name."""

    name: str
    subscripts: tuple[Node, ...] = ()


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below `node`, in the order of the text."""
    for slot in fields(node):
        yield from _nodes(getattr(node, slot.name))


def _nodes(value: object) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _nodes(item)


def walk(node: Node) -> Iterator[Node]:
    """`node` and every node below it, without recursion."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(list(children(current))))
