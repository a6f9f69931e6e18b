"""Whether a formulation depends on some parameters in an affine way, read off its expressions.

Where it does, the arrays of the model are affine in these parameters, and those at every point of a
sweep follow from those at its corners. Sets, filters, conditions and functions that involve a swept
parameter, and products of two quantities that do, say no.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from quintet.formulation.parser import parse
from quintet.formulation.schema import Document
from quintet.formulation.tree import (
    Call,
    Compare,
    Comprehension,
    Conditional,
    Name,
    Negate,
    Node,
    Product,
    Quotient,
    Subscript,
    Sum,
)
from quintet.solvers.whatif.overrides import definition, index_nodes, mentioned, names_in


def is_affine(document: Document, parameters: Collection[str], watched: Collection[str] = ()) -> bool:
    """Whether every coefficient, side and bound is affine in the parameters taken together.

    Args:
        document: The formulation.
        parameters: Their names.
        watched: Named expressions that must be affine too.
    """
    used = _used(document, watched)
    moving = _moving(document, parameters, used)
    if any(name in document.sets for name in moving):
        return False
    if any(_mentions(tree, moving) for tree in _indices(document, used)):
        return False
    return all(_affine(tree, moving) for tree in _quantities(document, used))


def _used(document: Document, watched: Collection[str]) -> frozenset[str]:
    """Everything that the model is made of; what nobody uses may depend as it likes."""
    trees = [parse(text) for text in _texts(document) if isinstance(text, str)]
    waiting = [*document.variables, *watched, *(name for tree in trees for name in names_in(tree))]
    for entry in document.constraints.values():
        waiting += [n for tree in (index_nodes(entry.each) if entry.each else ()) for n in names_in(tree)]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += mentioned(name, document)
    return frozenset(found)


def _moving(document: Document, parameters: Collection[str], used: Collection[str]) -> frozenset[str]:
    """Everything used whose definition leads back to the parameters."""
    declared = [*document.parameters, *document.expressions, *document.sets]
    uses = {name: mentioned(name, document) for name in declared if name in used}
    found = set(parameters)
    while more := {name for name in uses if name not in found and found & set(uses[name])}:
        found |= more
    return frozenset(found)


def _indices(document: Document, used: Collection[str]) -> Iterator[Node]:
    for section in (document.sets, document.parameters, document.variables, document.expressions):
        for name, entry in section.items():
            yield from index_nodes(entry.index) if entry.index and name in used else ()
    for entry in document.constraints.values():
        yield from index_nodes(entry.each) if entry.each else ()


def _quantities(document: Document, used: Collection[str]) -> Iterator[Node]:
    for name in (*document.parameters, *document.expressions):
        yield from definition(name, document) if name in used else ()
    for text in _texts(document):
        if isinstance(text, str):
            yield parse(text)


def _texts(document: Document) -> Iterator[object]:
    for variable in document.variables.values():
        yield from (variable.lower, variable.upper)
    for objective in document.objectives:
        yield objective.expression
    for constraint in document.constraints.values():
        yield constraint.expression
        if constraint.soft is not None:
            yield from (constraint.soft.penalty, constraint.soft.limit)


def _mentions(tree: Node, moving: Collection[str]) -> bool:
    return any(name in moving for name in names_in(tree))


def _affine(tree: Node, moving: Collection[str]) -> bool:
    if not _mentions(tree, moving):
        return True
    if isinstance(tree, Name):
        return True
    if isinstance(tree, Subscript):
        return not any(_mentions(part, moving) for part in tree.subscripts)
    if isinstance(tree, Product):
        return sum(_mentions(f, moving) for f in tree.factors) == 1 and _all(tree.factors, moving)
    if isinstance(tree, Quotient):
        return not _mentions(tree.denominator, moving) and _affine(tree.numerator, moving)
    if isinstance(tree, Conditional):
        return not _mentions(tree.condition, moving) and _all((tree.then, tree.otherwise), moving)
    if isinstance(tree, Call):
        return tree.function == "sum" and not tree.keywords and _all(tree.arguments, moving)
    if isinstance(tree, Comprehension):
        ranges = (node for g in tree.generators for node in (g.domain, *g.conditions))
        return not any(_mentions(node, moving) for node in ranges) and _affine(tree.body, moving)
    parts = {Sum: "terms", Compare: "operands"}.get(type(tree))
    if parts is not None:
        return _all(getattr(tree, parts), moving)
    return isinstance(tree, Negate) and _affine(tree.operand, moving)


def _all(trees: tuple[Node, ...], moving: Collection[str]) -> bool:
    return all(_affine(tree, moving) for tree in trees)
