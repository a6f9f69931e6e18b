"""A short note on any solution, in the problem's own nouns, without a language model.

`explain` (`note`) is the way in. `chosen` tells the decisions, `composition` what the objective is
made of, `binding` what limits the plan, `outcome` how the solve ended.
"""

from __future__ import annotations

from quintet.solvers.explain.note import Explanation, explain

__all__ = ["Explanation", "explain"]
