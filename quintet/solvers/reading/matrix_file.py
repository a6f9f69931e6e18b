"""What an LP or MPS file says: a matrix, with a name for every column and row."""

from __future__ import annotations

from dataclasses import dataclass, field

from quintet.formulation.model import Floats, Ids
from quintet.formulation.schema import Sense


@dataclass(frozen=True)
class Triples:
    """Values at pairs of places, no pair twice, no value 0: sorted by the first, then the second."""

    first: Ids
    second: Ids
    values: Floats

    def __len__(self) -> int:
        return len(self.values)


@dataclass(frozen=True)
class MatrixFile:
    """Minimise or maximise `offset + cost·x + products(x)` subject to bounds on rows and columns.

    Args:
        name: Name of the file, for messages and the title.
        title: What the file calls the model; "" if nothing.
        sense: Direction; SATISFY if the objective is empty.
        columns: Name of each column.
        rows: Name of each row, objective left out.
        cost: One entry a column.
        offset: Constant of the objective.
        entries: Coefficients, by row and column.
        products: Coefficients of the objective's products `x[first] * x[second]`, first <= second.
        column_lower: One entry a column, -inf for none.
        column_upper: One entry a column, inf for none.
        integrality: One of `arrays.CONTINUOUS`, `INTEGRAL`, `SEMICONTINUOUS` a column.
        row_lower: One entry a row, -inf for none. A row without both is reported, and limits nothing.
        row_upper: One entry a row.
        meanings: What names stand for, where Quintet's own comments say it: name → `make["A b", 3]`.
        assumptions: How something was read that other readers take otherwise.
    """

    name: str
    title: str
    sense: Sense
    columns: tuple[str, ...] = field(repr=False)
    rows: tuple[str, ...] = field(repr=False)
    cost: Floats = field(repr=False)
    offset: float
    entries: Triples = field(repr=False)
    products: Triples = field(repr=False)
    column_lower: Floats = field(repr=False)
    column_upper: Floats = field(repr=False)
    integrality: Ids = field(repr=False)
    row_lower: Floats = field(repr=False)
    row_upper: Floats = field(repr=False)
    meanings: dict[str, str] = field(default_factory=dict, repr=False)
    assumptions: tuple[str, ...] = ()
