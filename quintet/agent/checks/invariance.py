"""Is it the same optimum when the model is written in another order and in other units?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from quintet.agent.checks.case import Case, error
from quintet.formulation.model import Floats, Ids
from quintet.formulation.tolerances import agree
from quintet.problem import Finding
from quintet.solvers.arrays import CONTINUOUS, Arrays, Sparse

POWERS = (-2, 3)
"""Scales are powers of two between these exponents: exact in floating point."""


def invariance(case: Case) -> Iterator[Finding]:
    """Permute rows and columns, scale rows and continuous columns, and solve again."""
    if not case.optimal or case.linear is None:
        return
    again = case.resolve(disguised(case.linear, np.random.default_rng(case.seed)))
    if again.ending == "unknown":
        return
    if not again.optimal:
        yield error(
            "invariance", f"in another order and in other units the same model is {again.ending.value}"
        )
    elif not agree(again.objective, case.objective):
        message = f"in another order and in other units the same model has the optimum {again.objective:g}"
        yield error("invariance", message)


def disguised(arrays: Arrays, generator: np.random.Generator) -> Arrays:
    """The same model with rows and columns shuffled and scaled."""
    rows, columns = generator.permutation(arrays.rows), generator.permutation(arrays.columns)
    row_scale = np.exp2(generator.integers(*POWERS, size=arrays.rows))
    column_scale = np.exp2(generator.integers(*POWERS, size=arrays.columns))
    column_scale = np.where(arrays.integrality == CONTINUOUS, column_scale, 1.0)
    scaled = _scaled(arrays, row_scale, column_scale)
    return _permuted(scaled, rows, columns)


def _scaled(arrays: Arrays, rows: Floats, columns: Floats) -> Arrays:
    """Rows times `rows`; a column's unit becomes `columns` times as large."""
    matrix = arrays.matrix
    values = matrix.values * rows[matrix.row_of_entries()] * columns[matrix.columns]
    return replace(
        arrays,
        cost=arrays.cost * columns,
        matrix=Sparse(matrix.starts, matrix.columns, values),
        row_lower=arrays.row_lower * rows,
        row_upper=arrays.row_upper * rows,
        column_lower=arrays.column_lower / columns,
        column_upper=arrays.column_upper / columns,
    )


def _permuted(arrays: Arrays, rows: Ids, columns: Ids) -> Arrays:
    matrix = arrays.matrix
    place = np.empty(arrays.columns, dtype=np.int64)
    place[columns] = np.arange(arrays.columns)
    parts = [np.arange(int(matrix.starts[row]), int(matrix.starts[row + 1])) for row in rows]
    entries = np.concatenate([np.zeros(0, dtype=np.int64), *parts])
    starts = np.concatenate([[0], np.cumsum(np.diff(matrix.starts)[rows])]).astype(np.int64)
    return replace(
        arrays,
        cost=arrays.cost[columns],
        matrix=Sparse(starts, place[matrix.columns[entries]], matrix.values[entries]),
        row_lower=arrays.row_lower[rows],
        row_upper=arrays.row_upper[rows],
        column_lower=arrays.column_lower[columns],
        column_upper=arrays.column_upper[columns],
        integrality=arrays.integrality[columns],
    )
