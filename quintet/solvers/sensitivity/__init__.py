"""What limits, costs and numbers of the data are worth at the optimum.

`sensitivity` (`analysis`) is the way in and `result` what it gives. `limits` is the matrix form with
one side a row, `cone` the linear program over directions from which everything local follows:
`duals` for left and right prices, `reach` for how far they hold, `local` for both in the user's
names, `gradient` and `parameters` for the data. `resolving` solves again where no price exists.
"""

from __future__ import annotations

from quintet.solvers.sensitivity.analysis import sensitivity
from quintet.solvers.sensitivity.result import (
    CostRange,
    FixedIntegers,
    Method,
    ParameterPrice,
    Price,
    Sensitivity,
)

__all__ = [
    "CostRange",
    "FixedIntegers",
    "Method",
    "ParameterPrice",
    "Price",
    "Sensitivity",
    "sensitivity",
]
