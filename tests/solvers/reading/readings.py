"""What a matrix file says, from two sides: our reader and HiGHS's."""

from __future__ import annotations

import math
import re
from pathlib import Path

import highspy
import numpy as np

from quintet.formulation.binding import bind
from quintet.formulation.model import Model
from quintet.solvers.arrays import CONTINUOUS, INTEGRAL, SEMICONTINUOUS, Arrays
from quintet.solvers.export.labels import labels_of
from quintet.solvers.matrix import compile
from quintet.solvers.reading import open_formulation
from quintet.solvers.reading.matrix_file import MatrixFile

Columns = dict[str, tuple[float, float, float, int]]
Rows = dict[str, tuple[float, float, dict[str, float]]]
Products = dict[frozenset[str], float]
Said = tuple[Columns, Rows, Products, float, bool]
INF = math.inf
SPLIT = re.compile(r"_(continuous|integer|binary|semicontinuous|at_most|at_least|equal|between)$")


def said_by(matrix: MatrixFile) -> Said:
    """Columns, rows, products, offset and whether it is maximised, as our reader sees them."""
    columns = {
        name: (
            float(matrix.cost[c]),
            float(matrix.column_lower[c]),
            float(matrix.column_upper[c]),
            int(matrix.integrality[c]),
        )
        for c, name in enumerate(matrix.columns)
    }
    rows: Rows = {
        name: (float(matrix.row_lower[r]), float(matrix.row_upper[r]), {})
        for r, name in enumerate(matrix.rows)
    }
    entries = zip(matrix.entries.first, matrix.entries.second, matrix.entries.values, strict=True)
    for row, column, value in entries:
        rows[matrix.rows[row]][2][matrix.columns[column]] = float(value)
    triples = zip(matrix.products.first, matrix.products.second, matrix.products.values, strict=True)
    products = {frozenset([matrix.columns[a], matrix.columns[b]]): float(v) for a, b, v in triples}
    return columns, rows, products, matrix.offset, matrix.sense.value == "maximize"


def said_by_highs(path: Path) -> Said:
    """The same as HiGHS's own reader sees it."""
    highs = highspy.Highs()
    highs.silent()
    assert highs.readModel(str(path)) != highspy.HighsStatus.kError
    lp, hessian = highs.getLp(), highs.getModel().hessian_
    kinds = list(lp.integrality_) or [highspy.HighsVarType.kContinuous] * lp.num_col_
    numbers = {
        highspy.HighsVarType.kContinuous: CONTINUOUS,
        highspy.HighsVarType.kInteger: INTEGRAL,
        highspy.HighsVarType.kSemiContinuous: SEMICONTINUOUS,
    }
    names = list(lp.col_names_)
    columns = {
        name: (lp.col_cost_[c], lp.col_lower_[c], lp.col_upper_[c], numbers[kinds[c]])
        for c, name in enumerate(names)
    }
    rows: Rows = {n: (lp.row_lower_[r], lp.row_upper_[r], {}) for r, n in enumerate(lp.row_names_)}
    starts, index, value = list(lp.a_matrix_.start_), list(lp.a_matrix_.index_), list(lp.a_matrix_.value_)
    for c, name in enumerate(names):
        for entry in range(starts[c], starts[c + 1]):
            if value[entry]:
                rows[lp.row_names_[index[entry]]][2][name] = value[entry]
    products: Products = {}
    for c in range(hessian.dim_):
        for entry in range(hessian.start_[c], hessian.start_[c + 1]):
            pair = frozenset([names[c], names[hessian.index_[entry]]])
            if hessian.value_[entry]:
                products[pair] = hessian.value_[entry] * (0.5 if len(pair) == 1 else 1)
    return columns, rows, products, lp.offset_, lp.sense_ == highspy.ObjSense.kMaximize


def model_from(text: str, name: str, folder: Path) -> Model:
    """A file with that text, read and bound."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return bind(open_formulation(path))


def labelled(model: Model, arrays: Arrays | None = None) -> Said:
    """A compiled model by names; those of columns and rows without regular names are the file's."""
    arrays = compile(model) if arrays is None else arrays
    labels = labels_of(model, arrays)
    names = [_bare(name, labels.meanings) for name in labels.columns]
    columns = {
        name: (
            float(arrays.cost[c]),
            float(arrays.column_lower[c]),
            float(arrays.column_upper[c]),
            int(arrays.integrality[c]),
        )
        for c, name in enumerate(names)
    }
    rows: Rows = {}
    owner = arrays.matrix.row_of_entries()
    for r, label in enumerate(labels.rows):
        chosen = np.flatnonzero(owner == r)
        terms = {names[arrays.matrix.columns[e]]: float(arrays.matrix.values[e]) for e in chosen}
        name = _bare(label, labels.meanings)
        rows[name] = (float(arrays.row_lower[r]), float(arrays.row_upper[r]), terms)
    triples = zip(arrays.products.first, arrays.products.second, arrays.products.values, strict=True)
    products = {frozenset([names[a], names[b]]): float(v) for a, b, v in triples}
    return columns, rows, products, arrays.offset, arrays.sense.value == "maximize"


def _bare(label: str, meanings: dict[str, str]) -> str:
    """The name in the file: `x` of `column(x)`, `ship(0)` of `ship_integer(0)`."""
    meant = meanings.get(label, label).replace('["', "(").replace('"]', ")")
    family, bracket, rest = meant.partition("(")
    family = SPLIT.sub("", family)
    irregular = family == "row" or family.endswith("column")
    return rest.removesuffix(")") if irregular else family + bracket + rest
