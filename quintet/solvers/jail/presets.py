"""Which modules a worker imports before any job."""

from __future__ import annotations

PRELOAD = ("numpy", "highspy", "pyomo.environ")
FULL_PRELOAD = (
    *PRELOAD,
    "pandas",
    "ortools.sat.python.cp_model",
    "ortools.linear_solver.pywraplp",
    "ortools.math_opt.python.mathopt",
    "pyscipopt",
)
