"""The part of a model that is a matrix: all of it, or what is linear in it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from quintet.errors import QuintetError
from quintet.formulation.model import Model, ObjectiveData
from quintet.formulation.revision import with_objectives
from quintet.formulation.schema import Sense
from quintet.solvers.arrays import Arrays
from quintet.solvers.matrix import BeyondMatrix, compile
from quintet.solvers.rewrite import rewrite


@dataclass(frozen=True)
class MatrixPart:
    """A matrix form and what it leaves out.

    Args:
        model: The model that was compiled.
        arrays: Its matrix form.
        left_out: Constraints and objectives that are no rows of a matrix, by name.
        notes: Why something could not be looked at as the solver gets it.
    """

    model: Model = field(repr=False)
    arrays: Arrays = field(repr=False)
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


_NOTHING = ObjectiveData("nothing", Sense.SATISFY, None)


def matrix_part(model: Model) -> MatrixPart:
    """Compile a model as a matrix solver gets it: logic and functions rewritten, the first objective alone.

    Raises:
        DataError: A coefficient or a key does not exist.
    """
    first = with_objectives(model, model.objectives[:1])
    try:
        rewritten, notes = rewrite(first), ()
    except QuintetError as error:
        rewritten, notes = first, (f"logic was not written as rows: {error}",)
    try:
        return MatrixPart(rewritten, compile(rewritten), (), notes)
    except BeyondMatrix:
        return _linear_part(rewritten, notes)


def _linear_part(model: Model, notes: tuple[str, ...]) -> MatrixPart:
    objective = model.objectives[0]
    bare = replace(model, constraints={}, objectives=[_NOTHING])
    left_out: list[str] = []
    if not _compiles(replace(bare, objectives=[objective])):
        left_out.append(objective.name)
        objective = _NOTHING
    kept = {}
    for name, entry in model.constraints.items():
        if _compiles(replace(bare, constraints={name: entry})):
            kept[name] = entry
        else:
            left_out.append(name)
    linear = replace(model, constraints=kept, objectives=[objective])
    return MatrixPart(linear, compile(linear), tuple(left_out), notes)


def _compiles(model: Model) -> bool:
    try:
        compile(model)
    except BeyondMatrix:
        return False
    return True
