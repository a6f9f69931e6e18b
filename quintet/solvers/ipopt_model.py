"""A Pyomo model as a nonlinear program of casadi, and points from which to start on it.

It goes by way of an `.nl` file (Gay, *Writing .nl files*, 2005), which Pyomo writes and casadi reads,
so that the derivatives are exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from quintet.errors import MissingDependency, SolverError
from quintet.formulation.model import Floats, Ids
from quintet.solvers.pyomo_model import PyomoModel

INSTALL = "pip install 'quintet[local]'"
NUDGE = (0.02, 0.1)
"""How far a first guess is moved off a bound or off 0. Ipopt itself moves it 0.01 off a bound; on a
point that is the same for several variables it could take a saddle for an optimum."""
DECADES = (-1.0, 2.0)
"""Powers of ten between which a random start is away from a bound whose other side is open."""


class NoPoint(Exception):
    """A row without variables is false: no point meets it."""


@dataclass(frozen=True)
class Program:
    """A nonlinear program.

    Args:
        problem: casadi's expressions `x`, `f` (to be minimised) and `g`.
        lower: Lower bounds of x.
        upper: Upper bounds of x.
        row_lower: Lower bounds of g.
        row_upper: Upper bounds of g.
        places: Per family of the formulation, the place of each row in x, -1 where it is not in it.
    """

    problem: Mapping[str, Any]
    lower: Floats
    upper: Floats
    row_lower: Floats
    row_upper: Floats
    places: Mapping[str, Ids]

    @property
    def overdetermined(self) -> bool:
        """Whether it has more equations than variables, which Ipopt can't take."""
        return int(np.sum(self.row_lower == self.row_upper)) > len(self.lower)

    def families(self, x: Floats) -> dict[str, Floats]:
        """A point by family; variables that occur nowhere are 0."""
        padded = np.append(x, 0.0)
        return {name: padded[places] for name, places in self.places.items()}


def load_casadi() -> Any:
    """The module `casadi`.

    Raises:
        MissingDependency: casadi is not installed.
    """
    try:
        import casadi  # pyright: ignore[reportMissingImports]  # an extra that the set-up leaves out
    except ImportError:
        raise MissingDependency(
            "casadi, which carries Ipopt, is not installed", remedy=f"run: {INSTALL}"
        ) from None
    return casadi


def translate(source: PyomoModel, folder: Path) -> Program:
    """Build the nonlinear program.

    Args:
        source: The Pyomo model, without integer variables.
        folder: Where the `.nl` file may lie.

    Raises:
        NoPoint: A row without variables is false.
        SolverError: Pyomo can't write the model, or casadi can't read it.
        MissingDependency: casadi is not installed.
    """
    casadi = load_casadi()
    file = folder / "model.nl"
    places = _written(source, file)
    builder = casadi.NlpBuilder()
    try:
        builder.import_nl(str(file), {})
    except RuntimeError as error:
        reason = str(error).rpartition(": ")[2]
        raise SolverError(f"Ipopt can't take the model: {reason}", remedy="take --solver scip") from None
    problem = {"x": casadi.vertcat(*builder.x), "f": builder.f, "g": casadi.vertcat(*builder.g)}
    lower, upper, row_lower, row_upper = (
        np.array(ends, dtype=np.float64) for ends in (builder.x_lb, builder.x_ub, builder.g_lb, builder.g_ub)
    )
    return Program(problem, lower, upper, row_lower, row_upper, places)


def _written(source: PyomoModel, file: Path) -> dict[str, Ids]:
    """Write the file; where each variable went."""
    from pyomo.common.errors import InfeasibleConstraintException
    from pyomo.repn.plugins.nl_writer import NLWriter

    try:
        with file.open("w", encoding="utf-8") as stream:
            # neither presolved nor scaled: the columns are to be the model's own
            written = NLWriter().write(source.model, stream, linear_presolve=False, scale_model=False)
    except InfeasibleConstraintException as error:
        raise NoPoint(str(error)) from None
    except ValueError as error:
        raise SolverError(f"Pyomo can't write the model for Ipopt: {error}") from None
    order = {id(variable): place for place, variable in enumerate(written.variables)}
    return {
        name: np.array([order.get(id(variable), -1) for variable in rows], dtype=np.int64)
        for name, rows in source.variables.items()
    }


def starting_points(lower: Floats, upper: Floats, seed: int) -> Iterator[Floats]:
    """Points from which to start, without end; the same seed gives the same ones.

    The first is 0 or what the bounds leave nearest to it, the second the middle of the box, and the
    rest are drawn from it (multistart: Rinnooy Kan and Timmer, *Math. Programming* 39, 1987).

    Args:
        lower: One entry a variable, -inf for none.
        upper: One entry a variable, inf for none.
        seed: Of the random numbers.
    """
    random = np.random.default_rng(seed)
    boxed = np.isfinite(lower) & np.isfinite(upper)
    nearest = np.clip(0.0, lower, upper)
    yield _nudged(nearest, lower, upper, random)
    middle = nearest.copy()
    middle[boxed] = lower[boxed] + (upper[boxed] - lower[boxed]) / 2
    yield _nudged(middle, lower, upper, random)
    while True:
        away = random.choice([-1.0, 1.0], len(lower)) * 10 ** random.uniform(*DECADES, len(lower))
        away = np.where(np.isfinite(lower), np.abs(away), np.where(np.isfinite(upper), -np.abs(away), away))
        start = nearest + away
        start[boxed] = random.uniform(lower[boxed], upper[boxed])
        yield start


def _nudged(point: Floats, lower: Floats, upper: Floats, random: np.random.Generator) -> Floats:
    """A little to the side where there is more room, or to either."""
    room_below, room_above = point - lower, upper - point
    side = np.where(room_above > room_below, 1.0, -1.0)
    side = np.where(room_above == room_below, random.choice([-1.0, 1.0], len(point)), side)
    length = np.minimum(1.0, upper - lower) * random.uniform(*NUDGE, len(point))
    return np.clip(point + side * length, lower, upper)
