"""Other plans: why not that one, which are as good, what trades off, what stays close to the last.

`whynot` forces a decision and tells what speaks against it; `alternatives` says whether the optimum
is the only one, lists the best plans and how far each decision may move; `pareto` traces what
several objectives cost one another; `replan` changes the last plan as little as it must.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from quintet.solvers.alternatives.best import alternatives
    from quintet.solvers.alternatives.front import pareto
    from quintet.solvers.alternatives.staying import replan
    from quintet.solvers.alternatives.why import whynot

__all__ = ["alternatives", "pareto", "replan", "whynot"]

_HOMES = {"alternatives": "best", "pareto": "front", "replan": "staying", "whynot": "why"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'quintet.solvers.alternatives' has no attribute {name!r}")
    return getattr(import_module(f"quintet.solvers.alternatives.{_HOMES[name]}"), name)
