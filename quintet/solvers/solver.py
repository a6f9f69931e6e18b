"""The seam behind which every solver stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from quintet.errors import SolverError
from quintet.formulation.model import Model, ProblemClass
from quintet.solvers.options import Options
from quintet.solvers.solution import Solution


@dataclass(frozen=True)
class Availability:
    """Whether a solver can be used here.

    Args:
        ok: Whether its package is installed and loads.
        version: Version of the solver, "" if it is not there.
        install: The command that installs it.
    """

    ok: bool
    version: str = ""
    install: str = ""


class Declined(SolverError):
    """This solver can't take the model, another one may.

    Raised by a backend that finds out only from the data, as with a quadratic objective that
    proves not to be convex. `registry.solve` then asks the next solver of the class.
    """


@runtime_checkable
class Solver(Protocol):
    """A backend. `TEMPLATE.py` is a file to start a new one from."""

    @property
    def name(self) -> str:
        """Short name, as given to `--solver`."""
        ...

    @property
    def classes(self) -> frozenset[ProblemClass]:
        """The problem classes it solves to proven optimality."""
        ...

    def available(self) -> Availability:
        """Whether it can be used here; cheap, and never raises."""
        ...

    def solve(self, model: Model, options: Options) -> Solution:
        """Solve a bound model.

        Raises:
            Declined: The data make it a model this solver can't take.
            SolverError: An option it doesn't know, or a model it refuses.
            MissingDependency: It is not installed.
        """
        ...


@runtime_checkable
class LocalSolver(Solver, Protocol):
    """A backend that finds local optima of some classes; its outcome for them is `LOCALLY_OPTIMAL`."""

    local_classes: frozenset[ProblemClass]
    """The problem classes it takes without proving anything about the optimum."""


def classes_taken(solver: Solver) -> frozenset[ProblemClass]:
    """All classes that a solver takes, to proven or to local optimality."""
    return solver.classes | solver.local_classes if isinstance(solver, LocalSolver) else solver.classes
