"""What a model claims without a program: the reply of the strategy `direct`."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, ConfigDict, FiniteFloat, field_validator


class Claim(BaseModel):
    """An answer that was reasoned out in words.

    Args:
        status: `optimal`, `infeasible` or `unbounded`, as the model says.
        objective: The claimed optimum.
        decisions: The claimed decisions.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    status: str = "optimal"
    objective: FiniteFloat | None = None
    decisions: dict[str, Any] = {}

    @field_validator("decisions")
    @classmethod
    def _finite(cls, decisions: dict[str, Any]) -> dict[str, Any]:
        json.dumps(decisions, allow_nan=False)  # its ValueError goes back to the model
        return decisions
