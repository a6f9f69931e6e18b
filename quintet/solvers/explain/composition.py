"""What the objective is made of: its terms by name, or by the decisions that cause them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from quintet.errors import QuintetError
from quintet.formulation.evaluator import evaluate
from quintet.formulation.model import Model, ObjectiveData, Point
from quintet.formulation.printer import to_text
from quintet.formulation.schema import Sense
from quintet.formulation.tree import ExpressionRef, Negate, Node, Number, Product, Sum, VariableRef, walk
from quintet.formulation.wording import brief, element_of, entry, listed
from quintet.solvers.matrix import compile

SHOWN = 5
LABEL = 32
"""Most characters of a term that stands for itself."""
SMALL = 1e-9
SCATTERED = 0.1
"""Share of the largest of many parts below which they are not named."""


@dataclass(frozen=True)
class Part:
    """A term of the objective.

    Args:
        label: Its name: a named expression, a family, a decision, or the term as it is written.
        amount: What it adds to the objective.
    """

    label: str
    amount: float


def parts_of(model: Model, point: Point) -> list[Part]:
    """The terms of the first objective, largest first; empty if it can't be split.

    Args:
        model: The model.
        point: The plan.
    """
    tree = model.objectives[0].tree
    if tree is None:
        return []
    found = _by_terms(model, point, tree)
    if len([part for part in found if abs(part.amount) > SMALL]) < 2:
        found = _by_decisions(model, point)
    return sorted((part for part in found if abs(part.amount) > SMALL), key=lambda p: -abs(p.amount))


def composed(parts: list[Part], unit: str) -> str:
    """The terms in a sentence with their shares, "" where there are fewer than two."""
    if len(parts) < 2:
        return ""
    total = sum(part.amount for part in parts)
    if len(parts) > SHOWN and abs(parts[0].amount) < SCATTERED * abs(total):
        return f"It is spread over {len(parts):,} parts; the largest is {_said(parts[0], total)}."
    one_way = all(part.amount * total > 0 for part in parts)
    said = [_said(part, total if one_way else 0.0) for part in parts[:SHOWN]]
    if len(parts) > SHOWN:
        rest = sum(part.amount for part in parts[SHOWN:])
        said.append(f"the other {len(parts) - SHOWN:,} together {brief(rest)}")
    return f"It is the sum of {listed(said)}{f', in {unit}' if unit else ''}."


def _said(part: Part, total: float) -> str:
    share = f" ({_share(part.amount / total)})" if total else ""
    return f"{entry(part.label, brief(part.amount))}{share}"


def _share(share: float) -> str:
    whole = f"{100 * share:.0f}"
    return "under 1 %" if whole == "0" and share > 0 else f"{whole} %"


# terms


def _by_terms(model: Model, point: Point, tree: Node) -> list[Part]:
    terms = list(_terms(model, tree, 1))
    if len(terms) < 2:
        return []
    labels = _distinct([_label(model, term) for term, _ in terms])
    asked = [
        ObjectiveData(label, Sense.MINIMIZE, term) for label, (term, _) in zip(labels, terms, strict=True)
    ]
    values = evaluate(replace(model, objectives=asked), point).objectives
    return [Part(label, sign * values[label]) for label, (_, sign) in zip(labels, terms, strict=True)]


def _terms(model: Model, node: Node, sign: int) -> Iterator[tuple[Node, int]]:
    """The addends; a name that stands alone for a sum is opened."""
    if isinstance(node, Sum):
        for term in node.terms:
            yield from _signed(node=term, sign=sign)
    elif isinstance(node, Negate):
        yield from _terms(model, node.operand, -sign)
    elif isinstance(node, ExpressionRef) and not node.subscripts:
        inner = model.expressions[node.name].tree
        yield from _terms(model, inner, sign) if isinstance(inner, Sum) else ((node, sign),)
    else:
        yield node, sign


def _signed(node: Node, sign: int) -> Iterator[tuple[Node, int]]:
    if isinstance(node, Negate):
        yield from _signed(node.operand, -sign)
    elif isinstance(node, Sum):
        for term in node.terms:
            yield from _signed(term, sign)
    else:
        yield node, sign


def _label(model: Model, term: Node) -> str:
    if isinstance(term, ExpressionRef) and not term.subscripts:
        return term.name
    written = to_text(term)
    if len(written) <= LABEL and isinstance(term, Product | Number | VariableRef):
        return written
    names = [part.name for part in walk(term) if isinstance(part, VariableRef | ExpressionRef)]
    return listed(list(dict.fromkeys(names))) or "what is fixed"


def _distinct(labels: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    for at, label in enumerate(labels):
        seen[label] = seen.get(label, 0) + 1
        labels[at] = label if seen[label] == 1 else f"{label} ({seen[label]})"
    return labels


# decisions


def _by_decisions(model: Model, point: Point) -> list[Part]:
    """By family, or within a single family by its keys; linear objectives only."""
    try:
        arrays = compile(replace(model, constraints={}, objectives=model.objectives[:1]))
    except QuintetError:  # not linear: it has no parts
        return []
    if len(arrays.products):
        return []
    amounts = model.point(arrays.cost * model.flat(point))
    fixed = [Part("what is fixed", arrays.offset)] if abs(arrays.offset) > SMALL else []
    caused = {name: values for name, values in amounts.items() if np.any(np.abs(values) > SMALL)}
    if len(caused) != 1:
        return [*(Part(name, float(values.sum())) for name, values in caused.items()), *fixed]
    ((name, values),) = caused.items()
    keys = model.variables[name].family.keys
    if len(keys) == 1:
        return []
    parts = {element_of(key): value for key, value in zip(keys, values.tolist(), strict=True)}
    if len(keys[0]) > 1 and np.count_nonzero(values) > SHOWN:
        parts = _grouped(parts, [str(key[0]) for key in keys])
    return [*(Part(label, value) for label, value in parts.items()), *fixed]


def _grouped(parts: dict[str, float], groups: list[str]) -> dict[str, float]:
    totals: dict[str, float] = {}
    for group, value in zip(groups, parts.values(), strict=True):
        totals[group] = totals.get(group, 0.0) + value
    return totals
