"""Importing solvers and data libraries before any job, so that no job pays for it.

Nothing may be solved here that leaves threads behind: a child forked after a parallel HiGHS run hangs.
The one small model that is solved runs on one thread and HiGHS's scheduler is shut down after it.
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
from collections.abc import Callable, Iterable


def preload(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Import the modules named and run their warm-up; returns those loaded and those not installed."""
    loaded: list[str] = []
    missing: list[str] = []
    for name in names:
        if importlib.util.find_spec(name.partition(".")[0]) is None:
            missing.append(name)
            continue
        importlib.import_module(name)
        loaded.append(name)
    for name, warm in _WARM.items():
        if name in loaded:
            warm(loaded)
    gc.collect()
    gc.freeze()
    return loaded, missing


def _warm_highspy(loaded: list[str]) -> None:
    import highspy

    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    variable = solver.addVariable(lb=0, ub=1)
    solver.maximize(variable)
    highspy.Highs.resetGlobalScheduler(True)


def _warm_pyomo(loaded: list[str]) -> None:
    if "highspy" not in loaded:
        return
    import highspy
    from pyomo import environ

    for name in ("appsi_highs", "highs"):
        model = environ.ConcreteModel()
        model.x = environ.Var(["a", "b"], bounds=(0, 1))  # pyright: ignore[reportAttributeAccessIssue]
        model.c = environ.Constraint(expr=model.x["a"] + model.x["b"] <= 1)  # pyright: ignore
        model.o = environ.Objective(expr=model.x["a"], sense=environ.maximize)  # pyright: ignore
        environ.SolverFactory(name).solve(model)
    highspy.Highs.resetGlobalScheduler(True)


_WARM: dict[str, Callable[[list[str]], None]] = {
    "highspy": _warm_highspy,
    "pyomo.environ": _warm_pyomo,
}
