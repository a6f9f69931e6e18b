"""What if: changes as data, the answers before and after, sweeps over parameters, plots.

`grammar` reads changes from a command line and `changes` says what they are; `edited.apply` makes
them, `run.whatif` compares, `sweeping.sweep` goes over a grid, `plot` draws.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from quintet.solvers.whatif.axes import Axis, Mode, read_axis
    from quintet.solvers.whatif.changes import Change
    from quintet.solvers.whatif.comparison import Comparison
    from quintet.solvers.whatif.edited import Edited, apply
    from quintet.solvers.whatif.run import whatif
    from quintet.solvers.whatif.sweeping import sweep
    from quintet.solvers.whatif.swept import Sweep

__all__ = [
    "Axis",
    "Change",
    "Comparison",
    "Edited",
    "Mode",
    "Sweep",
    "apply",
    "read_axis",
    "sweep",
    "whatif",
]

_HOMES = {
    "Axis": "axes",
    "Mode": "axes",
    "read_axis": "axes",
    "Change": "changes",
    "Comparison": "comparison",
    "Edited": "edited",
    "apply": "edited",
    "whatif": "run",
    "sweep": "sweeping",
    "Sweep": "swept",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'quintet.solvers.whatif' has no attribute {name!r}")
    return getattr(import_module(f"quintet.solvers.whatif.{_HOMES[name]}"), name)
