"""What binding one entry asks of the binder."""

from __future__ import annotations

from typing import Protocol

from quintet.formulation.declarations import Component
from quintet.formulation.environment import Environment
from quintet.formulation.families import Indexed
from quintet.formulation.model import SetData, SetFamilyData, Universe
from quintet.formulation.scope import Resolver
from quintet.formulation.tables import TableData
from quintet.formulation.tree import ElementValue, Node


class Context(Protocol):
    """The binder as sets and parameters see it."""

    @property
    def universe(self) -> Universe:
        """All elements."""
        ...

    @property
    def environment(self) -> Environment:
        """What the scalar evaluator reads."""
        ...

    def resolver(self, place: str) -> Resolver:
        """A resolver for one place of the document."""
        ...

    def table(self, name: str, place: str) -> TableData:
        """A table, read once."""
        ...

    def table_keys(self, name: str) -> list[str]:
        """Its key columns."""
        ...

    def table_across(self, name: str) -> str | None:
        """The index that runs across its columns."""
        ...

    def indexed(self, name: str) -> Indexed:
        """The family that an entry's `index` declares."""
        ...

    def set(self, name: str, place: str = "") -> SetData | SetFamilyData:
        """Another set."""
        ...

    def element_of(self, component: Component, value: ElementValue) -> ElementValue | None:
        """The element that a value, or its text, is at that place."""
        ...

    def refuse_wide(self, node: Node, place: str, rows: int) -> None:
        """Refuse a reduction that would visit too many rows."""
        ...
