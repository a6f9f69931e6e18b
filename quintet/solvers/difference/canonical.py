"""Expressions in one form, so that two of them compare by what they say and not by how.

White space, brackets that change nothing, names of indices, the order of terms, factors and
conditions, `a >= b` for `b <= a`, and quotes around elements make no difference.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from quintet.errors import ExpressionError
from quintet.formulation.domains import rebuilt
from quintet.formulation.parser import parse, parse_index, parse_members
from quintet.formulation.printer import index_text, to_text
from quintet.formulation.tree import (
    And,
    Call,
    Compare,
    Comprehension,
    Generator,
    Name,
    Node,
    Number,
    Or,
    Product,
    Subscript,
    Sum,
    Text,
)

Indices: TypeAlias = Mapping[str, str]
"""Index name → what it is called here."""
FLIPPED = {">=": "<=", ">": "<"}


class Canonical:
    """Brings texts of one document into one form.

    Args:
        declared: Names of the document; other bare words are elements.
        renames: Names of this document → those of the other one.
    """

    def __init__(self, declared: Collection[str], renames: Mapping[str, str] | None = None) -> None:
        self._declared = declared
        self._renames = renames or {}

    def name(self, name: str) -> str:
        """What the other document calls it."""
        return self._renames.get(name, name)

    def expression(self, text: str, index: str | Sequence[str] | None = None) -> str:
        """One form of an expression under the indices of its entry; as it is if it can't be read."""
        try:
            return to_text(self._node(parse(text), self._indices(index)))
        except ExpressionError:
            return text.strip()

    def members(self, text: str, index: str | Sequence[str] | None = None) -> str:
        """One form of the `from:` of a set."""
        try:
            return to_text(self._node(parse_members(text), self._indices(index)))
        except ExpressionError:
            return text.strip()

    def index(self, index: str | Sequence[str] | None) -> str:
        """One form of an `index:` or `for:`."""
        if not index:
            return ""
        try:
            generators, _ = self._generators(parse_index(index), {})
            if any(generator.conditions for generator in generators):
                return index_text(generators)
            return " for ".join(to_text(generator.domain) for generator in generators)
        except ExpressionError:
            return str(index)

    def _indices(self, index: str | Sequence[str] | None) -> Indices:
        return self._generators(parse_index(index), {})[1] if index else {}

    def _generators(
        self, generators: Sequence[Generator], indices: Indices
    ) -> tuple[tuple[Generator, ...], Indices]:
        """Targets are called #0, #1 … by their place from the outside."""
        found: list[Generator] = []
        inside = dict(indices)
        for generator in generators:
            domain = self._node(generator.domain, inside)
            targets = generator.targets or ("",)
            inside.update({name: f"#{len(inside) + at}" for at, name in enumerate(targets)})
            conditions = self._sorted(generator.conditions, inside)
            found.append(Generator(tuple(inside[name] for name in targets), domain, conditions))
        return tuple(found), inside

    def _node(self, node: Node, indices: Indices) -> Node:
        if isinstance(node, Name):
            return self._word(node, indices)
        if isinstance(node, Number):
            whole = isinstance(node.value, float) and node.value.is_integer()
            return Number(int(node.value)) if whole else node
        if isinstance(node, Comprehension):
            generators, inside = self._generators(node.generators, indices)
            return Comprehension(self._node(node.body, inside), generators)
        if isinstance(node, Compare):
            return self._compare(node, indices)
        for kind, part in ((Sum, "terms"), (Product, "factors"), (And, "items"), (Or, "items")):
            if isinstance(node, kind):
                return kind(self._sorted(getattr(node, part), indices))
        found = rebuilt(node, lambda part: self._node(part, indices))
        if isinstance(found, Call):
            keywords = ((name, self._node(value, indices)) for name, value in found.keywords)
            return replace(found, keywords=tuple(sorted(keywords, key=lambda pair: pair[0])))
        return replace(found, name=self.name(found.name)) if isinstance(found, Subscript) else found

    def _word(self, node: Name, indices: Indices) -> Node:
        if node.name in indices:
            return Name(indices[node.name])
        return Name(self.name(node.name)) if node.name in self._declared else Text(node.name)

    def _sorted(self, nodes: Sequence[Node], indices: Indices) -> tuple[Node, ...]:
        return tuple(sorted((self._node(node, indices) for node in nodes), key=to_text))

    def _compare(self, node: Compare, indices: Indices) -> Node:
        operands = tuple(self._node(operand, indices) for operand in node.operands)
        signs = node.operators
        if any(sign in FLIPPED for sign in signs):
            operands, signs = operands[::-1], tuple(FLIPPED.get(sign, sign) for sign in signs[::-1])
        if set(signs) <= {"=="} or signs == ("!=",):
            operands = tuple(sorted(operands, key=to_text))
        return Compare(operands, signs)


def shown_expression(text: str) -> str:
    """An expression as Quintet writes it; as it is if it can't be read."""
    try:
        return to_text(parse(text))
    except ExpressionError:
        return text.strip()
