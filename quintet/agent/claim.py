"""What a model claims without a program: the reply of the strategy `direct`."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class Claim(BaseModel):
    """An answer that was reasoned out in words.

    Args:
        status: `optimal`, `infeasible` or `unbounded`, as the model says.
        objective: The claimed optimum.
        decisions: The claimed decisions.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    status: str = "optimal"
    objective: float | None = None
    decisions: dict[str, Any] = {}
