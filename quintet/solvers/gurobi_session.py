"""Gurobi's environment and one run in it: arrays in, status and vectors out."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from quintet.errors import MissingDependency, SolverError
from quintet.formulation.model import Floats
from quintet.formulation.schema import Sense
from quintet.solvers.arrays import SEMICONTINUOUS, Arrays
from quintet.solvers.options import Options, OptionValue
from quintet.solvers.quadratic_rows import QuadraticRow

INSTALL = "pip install gurobipy"
KINDS = "CIS"
"""Gurobi's letters for CONTINUOUS, INTEGRAL, SEMICONTINUOUS."""
OURS = ("OutputFlag", "LogToConsole", "LogFile")
"""Parameters by which Quintet keeps Gurobi quiet; they are not a user's."""
FEASIBILITY_TOLERANCE = 1e-7
"""Below our own."""
LICENCE_ERRORS = ("NO_LICENSE", "SIZE_LIMIT_EXCEEDED", "NETWORK", "JOB_REJECTED", "CLOUD", "CSWORKER")
LARGEST_BOUND = 1e99
"""Gurobi writes 1e100 for no bound."""


@dataclass(frozen=True)
class Run:
    """What Gurobi gave back, in the user's sense.

    Args:
        status: Name of its status, `OPTIMAL`.
        x: Its best point, None if there is none.
        bound: Bound on the objective of a model that was branched on, None if it has none.
        row_dual: Multipliers of the matrix rows, None if there are none.
        ray: A direction of unboundedness of an LP, None if Gurobi has none.
    """

    status: str
    x: Floats | None = None
    bound: float | None = None
    row_dual: Floats | None = None
    ray: Floats | None = None


def load_gurobi() -> Any:
    """The module `gurobipy`.

    Raises:
        MissingDependency: gurobipy is not installed.
    """
    try:
        import gurobipy  # pyright: ignore[reportMissingImports]  # proprietary: only the user can bring it
    except ImportError:
        raise MissingDependency("gurobipy is not installed", remedy=f"run: {INSTALL}") from None
    return gurobipy


class Session:
    """A started environment, which holds the licence.

    Args:
        gurobi: The module.
        environment: The environment.
    """

    def __init__(self, gurobi: Any, environment: Any) -> None:
        self._gurobi = gurobi
        self._environment = environment

    def run(self, arrays: Arrays, rows: Sequence[QuadraticRow], **extra: OptionValue) -> Run:
        """Solve. Ctrl-C stops Gurobi at once and is passed on.

        Args:
            arrays: The model's linear rows, bounds and objective.
            rows: Its quadratic rows.
            extra: Parameters of this run, over those of the environment.

        Raises:
            SolverError: The licence does not cover the model, or Gurobi fails.
        """
        with _told(self._gurobi), self._gurobi.Model(env=self._environment) as model:
            for name, value in extra.items():
                model.setParam(name, value)
            built = _Built(self._gurobi, model, arrays, rows)
            model.optimize()
            return built.collected()


@contextmanager
def opened(options: Options, log: Path | None) -> Iterator[Session]:
    """An environment for the runs of one call.

    Args:
        options: What the user asked for; `extra` takes Gurobi's parameters.
        log: File to which Gurobi adds its log, None for no log.

    Raises:
        SolverError: An unknown parameter, a value it can't take, or no licence.
        MissingDependency: gurobipy is not installed.
    """
    gurobi = load_gurobi()
    with _told(gurobi), gurobi.Env(empty=True) as environment:
        environment.setParam("LogToConsole" if log else "OutputFlag", 0)
        if log:
            environment.setParam("LogFile", str(log))
        for name, value in {**_asked(options), **options.extra}.items():
            _set(gurobi, environment, name, value)
        environment.start()
        yield Session(gurobi, environment)


@contextmanager
def _told(gurobi: Any) -> Iterator[None]:
    """Gurobi's errors as ours."""
    try:
        yield
    except gurobi.GurobiError as error:
        licence = {getattr(gurobi.GRB.Error, name, None) for name in LICENCE_ERRORS}
        if error.errno in licence:
            remedy = "mend the licence, or leave --solver gurobi away for a free solver"
            raise SolverError(f"Gurobi's licence does not allow it: {error}", remedy=remedy) from None
        raise SolverError(f"Gurobi failed: {error}") from None


class _Built:
    """A Gurobi model and what leads back to the arrays."""

    def __init__(self, gurobi: Any, model: Any, arrays: Arrays, rows: Sequence[QuadraticRow]) -> None:
        self._gurobi = gurobi
        self._model = model
        self._arrays = arrays
        self._linear_rows = not rows
        kinds = [KINDS[kind] for kind in arrays.integrality.tolist()]
        columns = model.addMVar(arrays.columns, lb=arrays.column_lower, ub=arrays.column_upper, vtype=kinds)
        self._columns: list[Any] = columns.tolist()
        self._set_objective()
        self._constraints: list[Any] = []
        self._owners: list[int] = []
        for row in range(arrays.rows):
            self._add(row)
        for quadratic in rows:
            self._add_quadratic(quadratic)

    def _at(self, columns: Any) -> list[Any]:
        return [self._columns[column] for column in columns.tolist()]

    def _set_objective(self) -> None:
        arrays, products = self._arrays, self._arrays.products
        objective = self._gurobi.LinExpr(arrays.cost.tolist(), self._columns) + arrays.offset
        if len(products):
            squares = self._gurobi.QuadExpr(objective)
            squares.addTerms(products.values.tolist(), self._at(products.first), self._at(products.second))
            objective = squares
        maximised = arrays.sense is Sense.MAXIMIZE
        self._model.setObjective(objective, -1 if maximised else 1)

    def _add(self, row: int) -> None:
        """A matrix row; one with two different bounds becomes two constraints."""
        matrix = self._arrays.matrix
        part = slice(matrix.starts[row], matrix.starts[row + 1])
        body = self._gurobi.LinExpr(matrix.values[part].tolist(), self._at(matrix.columns[part]))
        lower, upper = float(self._arrays.row_lower[row]), float(self._arrays.row_upper[row])
        sides = [("=", lower)] if lower == upper else [(">", lower), ("<", upper)]
        for sign, bound in sides:
            if np.isfinite(bound):
                self._constraints.append(self._model.addLConstr(body, sign, bound))
                self._owners.append(row)

    def _add_quadratic(self, row: QuadraticRow) -> None:
        body = self._gurobi.QuadExpr(self._gurobi.LinExpr(row.values.tolist(), self._at(row.columns)))
        body.addTerms(row.products.tolist(), self._at(row.first), self._at(row.second))
        self._model.addQConstr(body, row.sign[0], row.bound)

    def collected(self) -> Run:
        """What is there to read after the run."""
        status = self._status()
        if status == "INTERRUPTED":
            raise KeyboardInterrupt
        if status in ("UNBOUNDED", "INF_OR_UNBD", "INFEASIBLE"):
            return Run(status, ray=self._ray() if status == "UNBOUNDED" else None)
        x = self._point() if self._model.SolCount else None
        return Run(status, x, self._bound(), self._row_dual(status))

    def _point(self) -> Floats:
        """Its point, not outside the bounds by a rounding."""
        x = np.array(self._model.getAttr("X", self._columns), dtype=np.float64)
        inside = np.clip(x, self._arrays.column_lower, self._arrays.column_upper)
        return np.where(self._arrays.integrality == SEMICONTINUOUS, x, inside)

    def _status(self) -> str:
        names = self._gurobi.GRB.Status
        known = {getattr(names, name): name for name in dir(names) if name.isupper()}
        return known.get(self._model.Status, str(self._model.Status))

    def _bound(self) -> float | None:
        if not self._model.IsMIP:
            return None
        bound = float(self._model.ObjBound)
        return bound if abs(bound) < LARGEST_BOUND else None

    def _row_dual(self, status: str) -> Floats | None:
        """Multipliers of an LP or convex QP, those of a row's two bounds added up."""
        if status != "OPTIMAL" or self._model.IsMIP or not self._linear_rows:
            return None
        duals = self._model.getAttr("Pi", self._constraints)
        return np.bincount(self._owners, duals, minlength=self._arrays.rows).astype(np.float64)

    def _ray(self) -> Floats | None:
        try:
            return np.array(self._model.getAttr("UnbdRay", self._columns), dtype=np.float64)
        except (AttributeError, self._gurobi.GurobiError):  # it has one for some LPs only
            return None


# parameters


def _asked(options: Options) -> Mapping[str, OptionValue]:
    asked: dict[str, OptionValue] = {
        "MIPGap": options.gap,
        "MIPGapAbs": options.absolute_gap,
        "Threads": options.threads,
        "Seed": options.seed,
        "FeasibilityTol": FEASIBILITY_TOLERANCE,
    }
    return asked if options.time_limit is None else {**asked, "TimeLimit": float(options.time_limit)}


def _set(gurobi: Any, environment: Any, name: str, value: OptionValue) -> None:
    known = {known.lower(): known for known in dir(gurobi.GRB.Param) if not known.startswith("_")}
    if name.lower() not in known:
        raise _unknown(name, list(known.values()))
    name = known[name.lower()]
    if name in OURS:
        raise SolverError(f"Gurobi's {name!r} is not to be set", remedy="ask for the log: --log")
    place = f"Gurobi parameter {name}"
    try:
        environment.setParam(name, value)
    except gurobi.GurobiError as error:
        raise SolverError(str(error), place=place) from None
    except (TypeError, AttributeError):  # what gurobipy raises for a value of another type
        raise SolverError(f"{value!r} is of the wrong type", place=place) from None
    if isinstance(value, float) and environment.getParam(name) != value:
        raise SolverError(f"{value!r} is not taken as it is", place=place, remedy="give a whole number")


def _unknown(name: str, names: Sequence[str]) -> SolverError:
    lowered = {known.lower(): known for known in names}
    close = difflib.get_close_matches(name.lower(), lowered, n=1)
    remedy = f"did you mean {lowered[close[0]]!r}?" if close else "Gurobi's own documentation lists them"
    return SolverError(f"Gurobi has no parameter {name!r}", remedy=remedy)
