"""Small models that no plan fits, and how to write more of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.model import Model


def model(
    variables: Mapping[str, Any],
    constraints: Mapping[str, Any],
    objective: Mapping[str, Any] | None = None,
    **rooms: Any,
) -> Model:
    """Bind a document given as dictionaries; without an objective any plan will do."""
    document = {
        "variables": dict(variables),
        "constraints": dict(constraints),
        "objective": dict(objective or {"sense": "satisfy"}),
        **rooms,
    }
    return bind(Formulation.model_validate(document))


def policy(expression: str, each: str = "") -> dict[str, str]:
    """A constraint that somebody decided."""
    entry = {"expression": expression, "kind": "policy"}
    return {**entry, "for": each} if each else entry


def whole(lower: int = 0, upper: int = 3) -> dict[str, Any]:
    """An integer variable."""
    return {"domain": "integer", "lower": lower, "upper": upper}


def amount(lower: float | None = 0, upper: float | None = None) -> dict[str, Any]:
    """A continuous variable."""
    return {"domain": "continuous", "lower": lower, "upper": upper}


def linear(coefficients: Sequence[int], names: Sequence[str]) -> str:
    """`2*x + -1*y`."""
    return " + ".join(f"({c})*{name}" for c, name in zip(coefficients, names, strict=True)) or "0"
