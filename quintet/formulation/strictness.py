"""What `<` and `>` mean: one less or more for whole values, `<=` and `>=` for the rest, both said."""

from __future__ import annotations

from dataclasses import replace

from quintet.errors import ExpressionError
from quintet.formulation.integrality import is_integral
from quintet.formulation.model import ConstraintData, Model
from quintet.formulation.tree import Compare, Conditional, Negate, Node, Number, Sum
from quintet.problem import Finding, Severity

_WEAK = {"<": "<=", ">": ">="}


def settle(model: Model) -> Model:
    """The model with every strict constraint replaced by the weak one it stands for, and findings.

    Raises:
        ExpressionError: A strict chain of more than three operands.
    """
    findings: list[Finding] = []
    constraints = {name: _settled(c, model, findings) for name, c in model.constraints.items()}
    return replace(model, constraints=constraints, findings=(*model.findings, *findings))


def _settled(constraint: ConstraintData, model: Model, findings: list[Finding]) -> ConstraintData:
    place = f"constraints.{constraint.name}.expression"

    def weak(tree: Node) -> Node:
        if isinstance(tree, Conditional):
            return replace(tree, then=weak(tree.then), otherwise=weak(tree.otherwise))
        if not isinstance(tree, Compare) or not set(tree.operators) & set(_WEAK):
            return tree
        whole = all(is_integral(operand, model) for operand in tree.operands)
        found = _finding(tree, place, whole=whole)
        if found not in findings:
            findings.append(found)
        return _weakened(tree, place, whole=whole)

    return replace(constraint, tree=weak(constraint.tree))


def _finding(tree: Compare, place: str, *, whole: bool) -> Finding:
    signs = " ".join(sign for sign in tree.operators if sign in _WEAK)
    if whole:
        return Finding(
            "strict-whole",
            Severity.INFO,
            place,
            f"{signs!r} between whole values means a difference of at least 1",
        )
    meant = " ".join(_WEAK[sign] for sign in signs.split())
    message = f"{signs!r} between continuous values is taken as {meant!r}: no solver can tell them apart"
    return Finding("strict-continuous", Severity.WARNING, place, message)


def _weakened(tree: Compare, place: str, *, whole: bool) -> Compare:
    if whole and len(tree.operands) > 3:
        raise ExpressionError(
            "a strict chain of more than three parts", place=place, remedy="split it in two"
        )
    operands = list(tree.operands)
    for link, sign in enumerate(tree.operators):
        if whole and sign in _WEAK:
            _shift(operands, link, sign)
    operators = tuple(_WEAK.get(sign, sign) for sign in tree.operators)
    return replace(tree, operands=tuple(operands), operators=operators)


def _shift(operands: list[Node], link: int, sign: str) -> None:
    """Move the outer operand of a link one inwards, so that the middle of a chain stays as it is."""
    outer = 0 if link == 0 else link + 1
    towards = 1 if (sign == "<") == (outer == 0) else -1
    one: Node = Number(1) if towards > 0 else Negate(Number(1))
    operands[outer] = Sum((operands[outer], one))
