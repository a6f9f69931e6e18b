"""Formulation → matrix, by array arithmetic: no Python loop runs over rows or terms.

`compile` (`compilation`) evaluates each tree once over a table of all its rows (`frame`). Generators
become joins (`plan`, `join`, `expansion`; sets in `domain` and `membership`), the body an affine or
quadratic form for all rows together (`walker`, `form`, `lookup`, `condition`, `function`), and
comparisons matrix rows (`row`).
"""

from __future__ import annotations

from quintet.solvers.matrix.compilation import compile
from quintet.solvers.matrix.walker import BeyondMatrix

__all__ = ["BeyondMatrix", "compile"]
