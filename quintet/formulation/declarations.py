"""What a name can be declared as, and what is asked about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias

from quintet.formulation.functions import FUNCTIONS
from quintet.formulation.tree import (
    And,
    Call,
    Compare,
    Conditional,
    ElementValue,
    ExpressionRef,
    Member,
    Node,
    Not,
    Or,
    SetRef,
    VariableRef,
    walk,
)


class What(StrEnum):
    """What a declared name is."""

    SET = "set"
    PARAMETER = "parameter"
    VARIABLE = "variable"
    EXPRESSION = "expression"


@dataclass(frozen=True)
class Component:
    """Where the elements at one place of a key come from.

    Args:
        domain: The set, resolved, or None if it is computed.
        column: Which component of the set's members.
    """

    domain: SetRef | None = None
    column: int = 0

    @property
    def ordered_set(self) -> SetRef | None:
        """The plain set whose order `prev`, `next` and `ord` follow."""
        return self.domain if self.column == 0 else None


@dataclass(frozen=True)
class Declared:
    """A declared name.

    Args:
        name: The name.
        what: What it is.
        components: One for each subscript it takes.
        arity: For a set, the components of its members.
        home: For a symbolic parameter, the set of its values.
        data: Whether it holds no decision variable.
    """

    name: str
    what: What
    components: tuple[Component, ...] = ()
    arity: int = 1
    home: SetRef | None = None
    data: bool = True


Indices: TypeAlias = Mapping[str, Component]


class Catalogue(Protocol):
    """What the resolver asks about names; `binder.Binder` answers."""

    def declared(self, name: str) -> Declared | None:
        """The declaration of `name`."""
        ...

    def element_of(self, component: Component, value: ElementValue) -> ElementValue | None:
        """The element that `value` (or its text) is at that place, or None."""
        ...

    def names(self) -> Iterable[str]:
        """All declared names, for 'did you mean'."""
        ...


def is_data(node: Node, catalogue: Catalogue) -> bool:
    """Whether a resolved tree holds no decision variable."""
    return not any(decides(part, catalogue) for part in walk(node))


def decides(node: Node, catalogue: Catalogue) -> bool:
    """Whether a node is itself a decision: a variable, or a named expression that holds one."""
    if isinstance(node, VariableRef):
        return True
    if not isinstance(node, ExpressionRef):
        return False
    declared = catalogue.declared(node.name)
    return declared is not None and not declared.data


def is_truth(node: Node) -> bool:
    """Whether a tree is true or false, and not a number or an element."""
    if isinstance(node, Call):
        return FUNCTIONS[node.function].result == "truth"
    if isinstance(node, Conditional):
        return is_truth(node.then) and is_truth(node.otherwise)
    return isinstance(node, Compare | Member | And | Or | Not)
