"""The cheapest repair of an infeasible model: which limits must give way, by how much, and what then is best.

`choice` says which limits may give way, `elastic` makes them give way at a price, `fewest` counts them,
`application` carries a repair out. `repair` puts it together.
"""

from __future__ import annotations

from quintet.solvers.repair.application import apply
from quintet.solvers.repair.relaxation import Relaxation, Repair, Repairs, Setting
from quintet.solvers.repair.repairing import repair

__all__ = ["Relaxation", "Repair", "Repairs", "Setting", "apply", "repair"]
