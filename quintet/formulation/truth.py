"""Truth of conditions and of logic over variables, within tolerance.

A negation is pushed down to the comparisons. On a continuous expression the complement of
`a <= b` is `a >= b` (closed), on an integral one `a >= b + 1`; `<` and `>` follow the same rule.
A count holds if the conditions that certainly hold and those that may hold leave room for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from quintet.errors import DataError
from quintet.formulation import generation
from quintet.formulation.environment import Environment, Indices, Scalar
from quintet.formulation.generation import Build
from quintet.formulation.tolerances import slack_of
from quintet.formulation.tree import (
    And,
    Call,
    Compare,
    Comprehension,
    Conditional,
    ExpressionRef,
    ListOf,
    Node,
    Not,
    Or,
    VariableRef,
    walk,
)

Test: TypeAlias = Callable[[Indices], bool]
OPPOSITE = {"<": ">=", "<=": ">", "==": "!=", "!=": "==", ">=": "<", ">": "<="}


def varying(node: Node, environment: Environment) -> bool:
    """Whether the expression holds a decision variable."""
    return any(
        isinstance(part, VariableRef) or (isinstance(part, ExpressionRef) and environment.varying(part.name))
        for part in walk(node)
    )


def holds(node: Node, environment: Environment, build: Build, *, negated: bool = False) -> Test:
    """The truth of a condition or logical constraint (or of its opposite) at the point of `environment`.

    Raises:
        DataError: The node is no condition, or one that can't be evaluated.
    """
    if isinstance(node, Not):
        return holds(node.operand, environment, build, negated=not negated)
    if isinstance(node, And | Or):
        tests = [holds(item, environment, build, negated=negated) for item in node.items]
        return _all(tests) if isinstance(node, And) != negated else _any(tests)
    if isinstance(node, Conditional):
        return _conditional(node, environment, build, negated=negated)
    if isinstance(node, Call) and node.function in _CALLS:
        return _CALLS[node.function](node, environment, build, negated=negated)
    if not varying(node, environment):
        return _data(node, environment, build, negated=negated)
    if isinstance(node, Compare):
        return _comparison(node, environment, build, negated=negated)
    return _bare(node, environment, build, negated=negated)


def _all(tests: Sequence[Test]) -> Test:
    return lambda indices: all(test(indices) for test in tests)


def _any(tests: Sequence[Test]) -> Test:
    return lambda indices: any(test(indices) for test in tests)


def _conditional(node: Conditional, environment: Environment, build: Build, *, negated: bool) -> Test:
    condition = build(node.condition, environment)
    then = holds(node.then, environment, build, negated=negated)
    otherwise = holds(node.otherwise, environment, build, negated=negated)
    return lambda indices: then(indices) if condition(indices) else otherwise(indices)


def _data(node: Node, environment: Environment, build: Build, *, negated: bool) -> Test:
    value = build(node, environment)
    return lambda indices: bool(value(indices)) != negated


def _bare(node: Node, environment: Environment, build: Build, *, negated: bool) -> Test:
    """A bare binary: 1 is true."""
    value = build(node, environment)
    return lambda indices: (value(indices) > 0.5) != negated


# comparisons


def _comparison(node: Compare, environment: Environment, build: Build, *, negated: bool) -> Test:
    values = [build(operand, environment) for operand in node.operands]
    whole = [environment.integral(operand) for operand in node.operands]
    signs = [OPPOSITE[sign] for sign in node.operators] if negated else node.operators
    links = [
        _link(sign, values[i], values[i + 1], step=float(whole[i] and whole[i + 1]))
        for i, sign in enumerate(signs)
    ]
    return _any(links) if negated else _all(links)


def _link(sign: str, left: Scalar, right: Scalar, *, step: float) -> Test:
    return lambda indices: compare(sign, left(indices), right(indices), step)


def compare(sign: str, left: float, right: float, step: float) -> bool:
    """`left sign right` within tolerance.

    Args:
        sign: One of `< <= == != >= >`.
        left: Left value.
        right: Right value.
        step: 1 if both are integral, so that `<` leaves a distance of 1; else 0.
    """
    return excess(sign, left, right, step) <= slack_of(left, right)


def excess(sign: str, left: float, right: float, step: float) -> float:
    """By how much `left sign right` is violated, 0 if it holds, NaN if a side is.

    `!=` is violated by 1 or not at all.
    """
    if sign == "==":
        return abs(left - right)
    if sign == "!=":
        return float(not abs(left - right) > slack_of(left, right))
    distance = left - right if sign in ("<", "<=") else right - left
    distance += step if sign in ("<", ">") else 0.0
    return 0.0 if distance <= 0.0 else distance


# logic


def _implies(node: Call, environment: Environment, build: Build, *, negated: bool) -> Test:
    condition, consequence = node.arguments
    parts = [
        holds(condition, environment, build, negated=not negated),
        holds(consequence, environment, build, negated=negated),
    ]
    return _all(parts) if negated else _any(parts)


def _iff(node: Call, environment: Environment, build: Build, *, negated: bool) -> Test:
    first, second = node.arguments
    both = [holds(first, environment, build), holds(second, environment, build, negated=negated)]
    none = [
        holds(first, environment, build, negated=True),
        holds(second, environment, build, negated=not negated),
    ]
    return _any([_all(both), _all(none)])


def _either(node: Call, environment: Environment, build: Build, *, negated: bool) -> Test:
    if isinstance(node.arguments[0], Comprehension):
        outcomes, decide = _each(node.arguments, environment, build, negated=negated), all if negated else any
        return lambda indices: decide(outcomes(indices))
    tests = [holds(item, environment, build, negated=negated) for item in node.arguments]
    return _all(tests) if negated else _any(tests)


def _each(
    nodes: Sequence[Node], environment: Environment, build: Build, *, negated: bool = False
) -> Callable[[Indices], list[bool]]:
    if isinstance(nodes[0], Comprehension):
        test = holds(nodes[0].body, environment, build, negated=negated)
        run = generation.rows(nodes[0].generators, environment, build)
        return lambda indices: [test(indices) for _ in run(indices)]
    tests = [holds(node, environment, build, negated=negated) for node in nodes]
    return lambda indices: [test(indices) for test in tests]


def _count(node: Call, environment: Environment, build: Build, *, negated: bool) -> Test:
    wanted, name = build(node.arguments[0], environment), node.function
    may = _each(node.arguments[1:], environment, build)
    may_not = _each(node.arguments[1:], environment, build, negated=True)

    def counted(indices: Indices) -> bool:
        k, most, out = wanted(indices), may(indices), may_not(indices)
        return counts(name, k, len(out) - sum(out), sum(most), negated=negated)

    return counted


def counts(name: str, k: float, surely: int, possibly: int, *, negated: bool) -> bool:
    """Whether `at_least`, `at_most` or `exactly` k conditions hold, or its opposite.

    Args:
        name: Which of the three.
        k: The count.
        surely: How many conditions hold whose opposite does not.
        possibly: How many hold, those on the border included.
        negated: Ask for the opposite.
    """
    if name == "at_least":
        return surely < k if negated else possibly >= k
    if name == "at_most":
        return possibly > k if negated else surely <= k
    return (surely, possibly) != (k, k) if negated else surely <= k <= possibly


def _values(nodes: Sequence[Node], environment: Environment, build: Build) -> Callable[[Indices], list[Any]]:
    if isinstance(nodes[0], ListOf):
        nodes = nodes[0].items
    if isinstance(nodes[0], Comprehension):
        body = build(nodes[0].body, environment)
        run = generation.rows(nodes[0].generators, environment, build)
        return lambda indices: [body(indices) for _ in run(indices)]
    parts = [build(node, environment) for node in nodes]
    return lambda indices: [part(indices) for part in parts]


def _all_different(node: Call, environment: Environment, build: Build, *, negated: bool) -> Test:
    values = _values(node.arguments, environment, build)

    def distinct(indices: Indices) -> bool:
        ordered = sorted(values(indices))
        apart = all(b - a > slack_of(a, b) for a, b in zip(ordered, ordered[1:], strict=False))
        return apart != negated

    return distinct


def _special(most: int) -> Callable[..., Test]:
    def build_special(node: Call, environment: Environment, build: Build, *, negated: bool) -> Test:
        values = _values(node.arguments, environment, build)

        def ordered_set(indices: Indices) -> bool:
            used = [i for i, value in enumerate(values(indices)) if abs(value) > slack_of(0.0, value)]
            return (len(used) <= 1 or used[-1] - used[0] < most) != negated

        return ordered_set

    return build_special


def _later(node: Call, environment: Environment, build: Build, *, negated: bool) -> Test:
    raise DataError(f"{node.function} can't be evaluated in this version", remedy="write it with comparisons")


_CALLS: dict[str, Callable[..., Test]] = {
    "implies": _implies,
    "iff": _iff,
    "either": _either,
    "at_least": _count,
    "at_most": _count,
    "exactly": _count,
    "all_different": _all_different,
    "sos1": _special(1),
    "sos2": _special(2),
    "no_overlap": _later,
    "cumulative": _later,
    "circuit": _later,
    "element": _later,
}
