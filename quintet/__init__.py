"""Quintet: decisions told in words → typed optimization model → solution → how far to trust it.

The public names load what they need when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from quintet.agent.answer import Answer
    from quintet.agent.solve import solve
    from quintet.formulation.document import Formulation
    from quintet.problem import Problem

    __version__: str

__all__ = ["Answer", "Formulation", "Problem", "__version__", "solve"]

_HOMES = {
    "Answer": "quintet.agent.answer",
    "Formulation": "quintet.formulation.document",
    "Problem": "quintet.problem",
    "solve": "quintet.agent.solve",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("quintet")
    if name not in _HOMES:
        raise AttributeError(f"module 'quintet' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
