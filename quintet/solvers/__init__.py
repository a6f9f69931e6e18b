"""Bound models → solutions: one file a backend, one way in (`solve`)."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from quintet.solvers.options import Options
    from quintet.solvers.outcome import Outcome
    from quintet.solvers.registry import solve
    from quintet.solvers.solution import Solution
    from quintet.solvers.solver import Availability, Solver

__all__ = ["Availability", "Options", "Outcome", "Solution", "Solver", "solve"]

_HOMES = {
    "Availability": "quintet.solvers.solver",
    "Options": "quintet.solvers.options",
    "Outcome": "quintet.solvers.outcome",
    "Solution": "quintet.solvers.solution",
    "Solver": "quintet.solvers.solver",
    "solve": "quintet.solvers.registry",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'quintet.solvers' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
