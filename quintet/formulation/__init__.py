"""The five elements: a typed document, its expression language, its data, its evaluation."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from quintet.formulation.binding import bind
    from quintet.formulation.document import Formulation
    from quintet.formulation.evaluator import evaluate
    from quintet.formulation.model import Model

__all__ = ["Formulation", "Model", "bind", "evaluate"]

_HOMES = {
    "Formulation": "quintet.formulation.document",
    "Model": "quintet.formulation.model",
    "bind": "quintet.formulation.binding",
    "evaluate": "quintet.formulation.evaluator",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'quintet.formulation' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
