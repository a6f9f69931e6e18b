"""What an objective is made of, at one plan and at another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from quintet.formulation.evaluator import evaluate
from quintet.formulation.families import scalar_family
from quintet.formulation.model import ExpressionData, Model, Point
from quintet.formulation.printer import to_text
from quintet.formulation.tolerances import agree, clean
from quintet.formulation.tree import ExpressionRef, Negate, Node, Sum
from quintet.formulation.wording import number, signed

STEM = "_term_"
LABEL = 50
"""Characters of a term that are shown."""


@dataclass(frozen=True)
class Term:
    """One addend of an objective.

    Args:
        label: Name of its expression, or its text.
        before: Its value at the first plan, signed as it counts.
        after: Its value at the second.
    """

    label: str
    before: float
    after: float

    @property
    def moved(self) -> bool:
        """Whether it differs."""
        return not agree(self.before, self.after)

    @property
    def row(self) -> tuple[str, str, str, str]:
        """`rents  800  → 950  (+150)` as columns."""
        difference = signed(self.after - self.before)
        return self.label, number(self.before), f"→ {number(self.after)}", f"({difference})"

    def record(self) -> dict[str, Any]:
        """JSON-ready."""
        return {"term": self.label, "before": clean(self.before), "after": clean(self.after)}


def terms(model: Model, before: Point, after: Point) -> tuple[Term, ...]:
    """The addends of the objectives at two plans; none where an objective has only one."""
    named = {f"{STEM}{n}": node for n, node in enumerate(_all(model), 1)}
    scalar = scalar_family(model.universe)
    extra = {n: ExpressionData(n, scalar, node, data=False) for n, node in named.items()}
    wider = replace(model, constraints={}, expressions={**model.expressions, **extra})
    one, other = evaluate(wider, before).expressions, evaluate(wider, after).expressions
    return tuple(Term(_label(node), float(one[n][0]), float(other[n][0])) for n, node in named.items())


def _all(model: Model) -> Iterator[Node]:
    for objective in model.objectives:
        parts = [] if objective.tree is None else list(_addends(objective.tree, model))
        yield from parts if len(parts) > 1 else []


def _addends(node: Node, model: Model) -> Iterator[Node]:
    """The terms of a sum; a named sum that stands alone is opened."""
    if isinstance(node, ExpressionRef) and not node.subscripts:
        inner = model.expressions[node.name].tree
        yield from _addends(inner, model) if isinstance(inner, Sum) else [node]
        return
    if not isinstance(node, Sum):
        yield node
        return
    yield from node.terms


def _label(node: Node) -> str:
    sign, inner = ("- ", node.operand) if isinstance(node, Negate) else ("", node)
    text = sign + to_text(inner)
    return text if len(text) <= LABEL else text[: LABEL - 1] + "…"
