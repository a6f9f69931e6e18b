"""Numbers written inside expressions."""

from __future__ import annotations

from collections.abc import Iterator

from quintet.formulation.functions import ORDERED
from quintet.formulation.parser import parse
from quintet.formulation.tree import (
    Call,
    Comprehension,
    Conditional,
    Negate,
    Node,
    Number,
    Power,
    Subscript,
    children,
    walk,
)

HARMLESS = (0, 1)
COUNTING = ("at_least", "at_most", "exactly")


def literals(text: str, place: str = "") -> Iterator[float]:
    """All numbers of an expression; a subtracted number comes out with its sign.

    Args:
        text: The expression; nothing if it is empty.
        place: Its place, for messages.

    Raises:
        ExpressionError: It can't be read.
    """
    for node in walk(parse(text, place)) if text.strip() else ():
        if isinstance(node, Number):
            yield node.value
        elif isinstance(node, Negate) and isinstance(node.operand, Number):
            yield -node.operand.value


def free_literals(text: str, place: str = "") -> Iterator[float]:
    """The numbers of a constraint that ought to be parameters.

    0, 1 and -1 are not among them, nor is what belongs to the structure: a square, a subscript, a
    filter, the branch of a condition, the count of `at_most`.

    Raises:
        ExpressionError: It can't be read.
    """
    for node in _quantities(parse(text, place)):
        if isinstance(node, Number) and node.value not in HARMLESS:
            yield node.value


def _quantities(node: Node) -> Iterator[Node]:
    yield node
    for part in _parts(node):
        yield from _quantities(part)


def _parts(node: Node) -> Iterator[Node]:
    """The nodes below that stand for quantities."""
    if isinstance(node, Subscript):
        return
    if isinstance(node, Comprehension):
        yield node.body
    elif isinstance(node, Conditional):
        yield from (node.then, node.otherwise)
    elif isinstance(node, Power) and node.exponent == Number(2):
        yield node.base
    elif isinstance(node, Call) and node.function in (*ORDERED, *COUNTING):
        yield from node.arguments[1:] if node.function in COUNTING else ()
    else:
        yield from children(node)
