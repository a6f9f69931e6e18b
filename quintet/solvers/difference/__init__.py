"""What is different between two formulations, or between two answers."""

from __future__ import annotations

from quintet.solvers.difference.compare import (
    Difference,
    FormulationDifference,
    SolutionDifference,
    compare_solutions,
    difference,
    open_side,
)

__all__ = [
    "Difference",
    "FormulationDifference",
    "SolutionDifference",
    "compare_solutions",
    "difference",
    "open_side",
]
