"""The numbers of a model: ranges, constants M, parallel rows, condition, and what to rescale.

`matrix_part` compiles, `examination` collects, `judgement` says what can go wrong.
"""

from __future__ import annotations

from quintet.solvers.numerics.examination import examine
from quintet.solvers.numerics.report import Numerics

__all__ = ["Numerics", "examine"]
