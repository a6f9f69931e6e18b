"""A point of an elastic model → the limits that give way there, in amounts that people can use."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal

import numpy as np

from quintet.formulation.model import Floats, Model, Point
from quintet.formulation.tolerances import FEASIBILITY, clean
from quintet.solvers.diagnosis.limit import Limit, LimitKind
from quintet.solvers.repair.elastic import DROPPED, Elastic, Give
from quintet.solvers.repair.levers import Levers
from quintet.solvers.repair.relaxation import Relaxation
from quintet.solvers.repair.sides import Side

DIGITS = 9
"""Digits of a new right-hand side, rounded to where the limit is looser."""
EXACT_DIGITS = 13
"""Digits of the new right-hand side of an equation, which has no looser side."""


def broken(elastic: Elastic, point: Point) -> frozenset[int]:
    """The limits that a point breaks by more than the tolerance, counted through `elastic.gives`."""
    flat = elastic.model.flat(point)[elastic.columns]
    return frozenset(elastic.owner[flat > FEASIBILITY * elastic.scale].tolist())


def shared_limits(elastic: Elastic) -> frozenset[Limit]:
    """The limits that move together with another one, because one value sets both."""
    columns, counts = np.unique(elastic.columns, return_counts=True)
    common = set(columns[counts > 1].tolist())
    owners = {owner for owner, column in zip(elastic.owner, elastic.columns, strict=True) if column in common}
    places = [(give, row) for give in elastic.gives for row in range(len(give))]
    return frozenset(limit_of(elastic.original, *places[owner]) for owner in owners)


def relaxations(elastic: Elastic, point: Point, *, wider: float = 0.0) -> tuple[Relaxation, ...]:
    """What gives way at a point.

    Args:
        elastic: The elastic model.
        point: Values of its variables.
        wider: This much of max(1, |side|) is added to every amount of an inequality.
    """
    levers = Levers(elastic.original)
    found: list[Relaxation] = []
    for give in elastic.gives:
        found.extend(_of_family(elastic.original, give, give.amounts(point), levers, wider))
    return tuple(found)


def _of_family(
    model: Model, give: Give, amounts: dict[str, Floats], levers: Levers, wider: float
) -> Iterator[Relaxation]:
    if not give.sides:
        for row in np.flatnonzero(amounts[DROPPED] > 0.5).tolist():
            limit = limit_of(model, give, row)
            yield Relaxation(limit, DROPPED, 1.0, None, None, float(give.weights[row]))
        return
    netted = _netted(give, amounts)
    for row in range(len(give)):
        for stem, values in netted.items():
            side, amount = give.sides[stem][row], float(values[row])
            if amount > FEASIBILITY * side.scale:
                yield _relaxation(model, give, row, stem, amount + _extra(side, wider), levers)


def _netted(give: Give, amounts: dict[str, Floats]) -> dict[str, Floats]:
    """An equation that gives way to both sides at once gives way by the difference."""
    if len(amounts) < 2 or not all(side.equation for column in give.sides.values() for side in column):
        return amounts
    up, down = amounts["excess"], amounts["shortfall"]
    return {"shortfall": np.maximum(0.0, down - up), "excess": np.maximum(0.0, up - down)}


def _extra(side: Side, wider: float) -> float:
    return 0.0 if side.equation else wider * side.scale


def _relaxation(model: Model, give: Give, row: int, stem: str, amount: float, levers: Levers) -> Relaxation:
    side, limit = give.sides[stem][row], limit_of(model, give, row)
    weight = float(give.weights[row])
    unit = levers.unit(give, row, side)
    if side.tree is None:
        return Relaxation(limit, stem, loosened(amount, 1), None, None, weight, unit)
    after = side.value + side.sign * amount
    after = nearest(after) if side.equation else loosened(after, side.sign)
    amount = abs(after - side.value)
    setting = levers.setting(give, row, side, after)
    return Relaxation(limit, stem, amount, side.value, after, weight, unit, setting)


def limit_of(model: Model, give: Give, row: int) -> Limit:
    """A limit by its place in its family of limits."""
    key = give.entry.family.keys[row]
    own = int(give.rows[row])
    if give.kind is LimitKind.CONSTRAINT:
        return Limit(give.kind, give.name, own, key, give.entry.sources, give.entry.kind)
    variable = model.variables[give.name]
    bound = (variable.lower if give.kind is LimitKind.LOWER else variable.upper)[own]
    declared = model.formulation.variables.get(give.name)
    sources = declared.sources if declared is not None else ()
    return Limit(give.kind, give.name, own, key, sources, None, float(bound))


def loosened(value: float, sign: int) -> float:
    """The value with a few digits, moved up (sign 1) or down (sign -1), never the other way."""
    near = clean(value, 1e-9)
    if near != value:
        return near
    rounding = ROUND_CEILING if sign > 0 else ROUND_FLOOR
    return float(Context(DIGITS, rounding).create_decimal(Decimal(value)))


def nearest(value: float) -> float:
    """The value without the noise of the last digits."""
    near = clean(value, 1e-9)
    if near != value or not math.isfinite(value):
        return near
    return float(Context(EXACT_DIGITS, ROUND_HALF_EVEN).create_decimal(Decimal(value)))
