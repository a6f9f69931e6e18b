"""What matters as one JSON-ready document."""

from __future__ import annotations

import math
from typing import Any

from quintet.formulation.document import VERSION
from quintet.formulation.record import finite
from quintet.formulation.tolerances import clean
from quintet.solvers.sensitivity.result import CostRange, ParameterPrice, Price, Sensitivity


def record(found: Sensitivity) -> dict[str, Any]:
    """All of it; infinite values are null beside a flag that says so."""
    fixed = found.fixed_integers
    return {
        "quintet": VERSION,
        "title": found.model.formulation.title,
        "status": found.outcome.value,
        "class": found.problem_class.value,
        "sense": found.model.objectives[0].sense.value,
        "objective": found.objective,
        "unit": found.unit,
        "prices": [_price(price) for price in found.prices],
        "costs": [_cost(cost) for cost in found.costs],
        "parameters": [_parameter(parameter) for parameter in found.parameters],
        "fixed_integers": None
        if fixed is None
        else {"prices": [_price(price) for price in fixed.prices], "still": fixed.still},
        "notes": list(found.notes),
    }


def _price(price: Price) -> dict[str, Any]:
    return {
        "kind": price.kind.value,
        "name": price.name,
        "key": list(price.key),
        "link": price.link,
        "place": price.place,
        "sign": price.sign,
        "value": clean(price.value),
        "binding": price.binding,
        "left": finite(price.left),
        "right": finite(price.right),
        "no_plan_with_less": _endless(price.left),
        "no_plan_with_more": _endless(price.right),
        "range_left": finite(price.range_left),
        "range_right": finite(price.range_right),
        "range_left_endless": _endless(price.range_left),
        "range_right_endless": _endless(price.range_right),
        "least": finite(price.least),
        "most": finite(price.most),
        "step": price.step,
        "unit": price.unit,
        "method": price.method.value,
        "sources": list(price.sources),
    }


def _cost(cost: CostRange) -> dict[str, Any]:
    return {
        "name": cost.name,
        "key": list(cost.key),
        "place": cost.place,
        "value": clean(cost.value),
        "cost": cost.cost,
        "lower": finite(cost.lower),
        "upper": finite(cost.upper),
        "lower_endless": _endless(cost.lower),
        "upper_endless": _endless(cost.upper),
        "unit": cost.unit,
        "method": cost.method.value,
    }


def _parameter(parameter: ParameterPrice) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "key": list(parameter.key),
        "place": parameter.place,
        "value": parameter.value,
        "left": finite(parameter.left),
        "right": finite(parameter.right),
        "no_plan_with_less": _endless(parameter.left),
        "no_plan_with_more": _endless(parameter.right),
        "step": parameter.step,
        "unit": parameter.unit,
        "method": parameter.method.value,
    }


def _endless(value: float | None) -> bool:
    return value is not None and math.isinf(value)
