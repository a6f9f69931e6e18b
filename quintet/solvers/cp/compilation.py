"""Bound model → program for CP-SAT, row by row, everything exact."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from quintet.errors import DataError
from quintet.formulation.model import ConstraintData, Model, ObjectiveData, VariableData
from quintet.formulation.schema import Sense
from quintet.formulation.tolerances import INFINITE
from quintet.formulation.wording import place_of
from quintet.solvers.cp.affine import Affine
from quintet.solvers.cp.data import Data
from quintet.solvers.cp.numbers import Numbers
from quintet.solvers.cp.program import Program
from quintet.solvers.cp.truths import Truths
from quintet.solvers.solver import Declined


@dataclass(frozen=True)
class Compiled:
    """A model as CP-SAT reads it.

    Args:
        program: The CP-SAT model; its first variables are the columns of the model, in order.
        objective: The objective over the program's variables, None for `satisfy`.
        broken: Rows that can't hold within the bounds of the variables: the model is infeasible.
    """

    program: Program
    objective: Affine | None
    broken: tuple[str, ...] = ()


def compile(model: Model) -> Compiled:
    """Compile a bound model whose decisions are all whole and bounded.

    Raises:
        Declined: A variable is continuous or has no bound, a row or the objective does not scale
            to integers exactly, or something is not linear and CP-SAT has nothing for it.
        DataError: A row has no value: an index outside its set, a division by 0.
        MissingDependency: OR-Tools is not installed.
    """
    _check(model)
    return _Compiler(model).compiled()


def _check(model: Model) -> None:
    for variable in model.variables.values():
        _check_bounds(variable)
    if len(model.objectives) > 1:
        raise Declined(
            "CP-SAT solves for one objective at a time", place="objective", remedy="rank or weigh them"
        )


def _check_bounds(variable: VariableData) -> None:
    if not variable.integral and len(variable.family):
        raise Declined(
            f"CP-SAT takes whole decisions only, and {variable.name!r} is {variable.domain.value}",
            place=f"variables.{variable.name}.domain",
            remedy="another solver takes it (--solver highs or scip)",
        )
    for side, bounds in (("lower", variable.lower), ("upper", variable.upper)):
        for row in np.flatnonzero(~(np.abs(bounds) < INFINITE)):
            name = place_of(variable.name, variable.family.keys[int(row)])
            raise Declined(
                f"CP-SAT needs bounds on every decision, and {name} has no {side} bound",
                place=f"variables.{variable.name}.{side}",
                remedy=f"give {side} a number or an expression of data, with source: implied if it follows",
            )


class _Compiler:
    def __init__(self, model: Model) -> None:
        self._model = model
        self._program = Program()
        data = Data(model)
        self._numbers = Numbers(model, data, self._program, self._columns())
        self._truths = Truths(model, data, self._numbers, self._program)
        self._numbers.truths = self._truths

    def _columns(self) -> dict[str, int]:
        first: dict[str, int] = {}
        for variable in self._model.variables.values():
            first[variable.name] = len(self._program.variables)
            with placed(f"variables.{variable.name}"):
                self._add_columns(variable)
        return first

    def _add_columns(self, variable: VariableData) -> None:
        for key, lower, upper in zip(variable.family.keys, variable.lower, variable.upper, strict=True):
            self._program.integer(int(lower), int(upper), place_of(variable.name, key))

    def compiled(self) -> Compiled:
        """The whole program."""
        broken = [row for constraint in self._model.constraints.values() for row in self._broken(constraint)]
        objective = self._model.objectives[0]
        direction = -1 if objective.sense is Sense.MAXIMIZE else 1
        with placed("objective.expression"):
            form = self._objective(objective, direction)
        return Compiled(self._program, form, tuple(broken))

    def _broken(self, constraint: ConstraintData) -> Iterator[str]:
        """Post every row; those that can't hold come back."""
        names = constraint.family.names
        for key in constraint.family.keys:
            place = place_of(f"constraints.{constraint.name}", key)
            with placed(place):
                indices = dict(zip(names, key, strict=True))
                holds = self._program.post(self._truths.constraint(constraint.tree, indices))
            if not holds:
                yield place

    def _objective(self, objective: ObjectiveData, direction: int) -> Affine | None:
        if objective.tree is None:
            return None
        form = self._numbers.form(objective.tree, {})
        self._program.minimise(form, direction)
        return form


@contextmanager
def placed(place: str) -> Iterator[None]:
    """Errors from inside get a place in the document, unless they have one."""
    try:
        yield
    except (DataError, Declined) as error:
        if error.place:
            raise
        raise type(error)(error.message, place=place, remedy=error.remedy) from None
