"""A bound model as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from quintet.errors import DataError, SizeError, SolverError
from quintet.formulation.model import Ids, Model, ObjectiveData
from quintet.formulation.schema import Domain
from quintet.solvers.arrays import CONTINUOUS, INTEGRAL, SEMICONTINUOUS, Arrays, Products, Sparse
from quintet.solvers.matrix.domain import Domains
from quintet.solvers.matrix.form import Form, summed_linear, summed_pairs
from quintet.solvers.matrix.frame import Frame
from quintet.solvers.matrix.row import Rows, rows_of
from quintet.solvers.matrix.walker import Walker

ROW_LIMIT = 20_000_000
"""Most rows of one expansion (about 100 bytes each)."""
NONZERO_LIMIT = 50_000_000
"""Most coefficients of the matrix."""
INTEGRALITY = {
    Domain.CONTINUOUS: CONTINUOUS,
    Domain.INTEGER: INTEGRAL,
    Domain.BINARY: INTEGRAL,
    Domain.SEMICONTINUOUS: SEMICONTINUOUS,
}


def compile(model: Model, limit: int = ROW_LIMIT, nonzeros: int = NONZERO_LIMIT) -> Arrays:
    """Compile a model with a linear or quadratic objective and linear constraints.

    Args:
        model: The bound model.
        limit: Most rows that one expansion may make.
        nonzeros: Most coefficients that the matrix may have.

    Raises:
        BeyondMatrix: Something is nonlinear, or quadratic in a constraint; another solver may take it.
        DataError: A key that does not exist, a division by 0, a coefficient that is no finite number.
        SizeError: It would pass a limit; names the place and the widest index.
        SolverError: It has several objectives.
    """
    domains = Domains(model)
    # what overflows or is undefined is found in the results, with its row
    with np.errstate(all="ignore"):
        objective = _objective(model, domains, limit)
        blocks, links = _blocks(model, domains, limit, nonzeros)
    linear = summed_linear(objective.linear, model.columns)
    cost = np.zeros(model.columns)
    cost[linear.columns] = linear.values
    return Arrays(
        sense=model.objectives[0].sense,
        cost=cost,
        offset=float(objective.constant[0]),
        products=Products(*summed_pairs(objective.quadratic, model.columns)),
        matrix=_matrix(blocks),
        row_lower=np.concatenate([np.zeros(0), *(block.lower for block in blocks)]),
        row_upper=np.concatenate([np.zeros(0), *(block.upper for block in blocks)]),
        column_lower=_joined([v.lower for v in model.variables.values()]),
        column_upper=_joined([v.upper for v in model.variables.values()]),
        integrality=_integrality(model),
        constraints=tuple(model.constraints),
        links=tuple(links),
        sizes=tuple(len(constraint.family) for constraint in model.constraints.values()),
        row_constraint=np.repeat(np.arange(len(blocks)), [len(block) for block in blocks]),
        row_key=np.concatenate([_NO_IDS, *(block.keys for block in blocks)]),
        row_link=np.concatenate([_NO_IDS, *(block.links for block in blocks)]),
    )


_NO_IDS = np.zeros(0, dtype=np.int64)


def _objective(model: Model, domains: Domains, limit: int) -> Form:
    objective = _only(model.objectives)
    if objective.tree is None:
        return Form(np.zeros(1))
    walker = Walker(model, "objective.expression", domains, limit)
    form = walker.form(objective.tree, Frame(1, {}))
    values = (form.constant, form.linear.values, form.quadratic.values)
    if not all(np.isfinite(part).all() for part in values):
        raise DataError(
            "a coefficient is not a finite number",
            place=walker.place,
            remedy="correct the data it is computed from",
        )
    return form


def _only(objectives: Sequence[ObjectiveData]) -> ObjectiveData:
    if len(objectives) != 1:
        raise SolverError(
            f"there are {len(objectives)} objectives, and this version solves one",
            place="objective",
            remedy="keep one, or add them up with weights",
        )
    return objectives[0]


def _blocks(model: Model, domains: Domains, limit: int, nonzeros: int) -> tuple[list[Rows], list[int]]:
    blocks: list[Rows] = []
    links: list[int] = []
    left = nonzeros
    for name, constraint in model.constraints.items():
        walker = Walker(model, f"constraints.{name}", domains, limit)
        rows, count = rows_of(walker, constraint, model.columns)
        left -= len(rows.terms)
        if left < 0:
            raise SizeError(
                f"the matrix would have more than {nonzeros:,} coefficients",
                place=walker.place,
                remedy="add filters, or a variable for a sum that many rows repeat",
            )
        blocks.append(rows)
        links.append(count)
    return blocks, links


def _matrix(blocks: Sequence[Rows]) -> Sparse:
    offsets = accumulate((len(block) for block in blocks), initial=0)
    rows: list[Ids] = [block.terms.rows + offset for block, offset in zip(blocks, offsets, strict=False)]
    counts = np.bincount(np.concatenate([_NO_IDS, *rows]), minlength=sum(len(block) for block in blocks))
    return Sparse(
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        np.concatenate([_NO_IDS, *(block.terms.columns for block in blocks)]),
        np.concatenate([np.zeros(0), *(block.terms.values for block in blocks)]),
    )


def _joined(parts: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate([np.zeros(0), *parts])


def _integrality(model: Model) -> Ids:
    families = model.variables.values()
    parts = [np.full(len(v.family), INTEGRALITY[v.domain], dtype=np.int64) for v in families]
    return np.concatenate([_NO_IDS, *parts])
