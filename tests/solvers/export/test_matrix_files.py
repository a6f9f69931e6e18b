from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import highspy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quintet import examples
from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.schema import Sense
from quintet.solvers.arrays import CONTINUOUS, INTEGRAL, SEMICONTINUOUS, Arrays, Products, Sparse
from quintet.solvers.export import export
from quintet.solvers.export.labels import Labels, labels_of, plain_labels
from quintet.solvers.export.lp import lp_text
from quintet.solvers.export.mps import mps_text
from quintet.solvers.matrix import compile

Write = Callable[[Arrays, Labels | None, str], str]
WRITERS: dict[str, Write] = {"lp": lp_text, "mps": mps_text}
INF = math.inf


def quiet() -> highspy.Highs:
    """HiGHS without presolve, which 1.14.0 gets wrong for some small models without bounds."""
    highs = highspy.Highs()
    highs.silent()
    highs.setOptionValue("presolve", "off")
    return highs


def read(text: str, suffix: str, folder: Path) -> highspy.Highs:
    path = folder / f"model.{suffix}"
    path.write_text(text, encoding="utf-8")
    highs = quiet()
    assert highs.readModel(str(path)) == highspy.HighsStatus.kOk
    return highs


def optimum(highs: highspy.Highs) -> float | str:
    highs.run()
    status = highs.getModelStatus()
    if status == highspy.HighsModelStatus.kOptimal:
        return highs.getInfo().objective_function_value
    return str(status)


def passed(arrays: Arrays) -> highspy.Highs:
    """The arrays handed to HiGHS without any file."""
    highs = quiet()
    kinds = {
        CONTINUOUS: highspy.HighsVarType.kContinuous,
        INTEGRAL: highspy.HighsVarType.kInteger,
        SEMICONTINUOUS: highspy.HighsVarType.kSemiContinuous,
    }
    for column in range(arrays.columns):
        low, high = float(arrays.column_lower[column]), float(arrays.column_upper[column])
        highs.addCol(float(arrays.cost[column]), low, high, 0, np.zeros(0, np.int32), np.zeros(0))
        highs.changeColIntegrality(column, kinds[int(arrays.integrality[column])])
    for row in range(arrays.rows):
        part = slice(int(arrays.matrix.starts[row]), int(arrays.matrix.starts[row + 1]))
        columns, values = arrays.matrix.columns[part], arrays.matrix.values[part]
        low, high = float(arrays.row_lower[row]), float(arrays.row_upper[row])
        highs.addRow(low, high, len(columns), columns.astype(np.int32), values)
    highs.changeObjectiveOffset(arrays.offset)
    if arrays.sense is Sense.MAXIMIZE:
        highs.changeObjectiveSense(highspy.ObjSense.kMaximize)
    return highs


Columns = dict[str, tuple[float, float, float, int]]
Rows = dict[str, tuple[float, float, dict[str, float]]]


def said(arrays: Arrays, labels: Labels) -> tuple[Columns, Rows, dict[frozenset[str], float]]:
    """What a file has to say: columns, rows, and the products of columns."""
    columns = {
        name: (
            float(arrays.cost[c]),
            float(arrays.column_lower[c]),
            float(arrays.column_upper[c]),
            int(arrays.integrality[c]),
        )
        for c, name in enumerate(labels.columns)
    }
    rows: Rows = {}
    for r, name in enumerate(labels.rows):
        part = range(arrays.matrix.starts[r], arrays.matrix.starts[r + 1])
        terms = {labels.columns[arrays.matrix.columns[e]]: float(arrays.matrix.values[e]) for e in part}
        rows[name] = (float(arrays.row_lower[r]), float(arrays.row_upper[r]), terms)
    triples = zip(arrays.products.first, arrays.products.second, arrays.products.values, strict=True)
    products = {
        frozenset([labels.columns[one], labels.columns[other]]): float(value) for one, other, value in triples
    }
    return columns, rows, products


def understood(highs: highspy.Highs) -> tuple[Columns, Rows, dict[frozenset[str], float]]:
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
    products: dict[frozenset[str], float] = {}
    for c in range(hessian.dim_):
        for entry in range(hessian.start_[c], hessian.start_[c + 1]):
            pair = frozenset([names[c], names[hessian.index_[entry]]])
            if hessian.value_[entry]:
                products[pair] = hessian.value_[entry] * (0.5 if len(pair) == 1 else 1)
    return columns, merged(rows), products


def merged(rows: Rows) -> Rows:
    """The two halves of a range as one row again."""
    whole: Rows = {}
    for name, (low, high, terms) in rows.items():
        stem = name.removesuffix(".low").removesuffix(".high")
        before = whole.get(stem, (-INF, INF, terms))
        whole[stem] = (max(before[0], low), min(before[1], high), terms)
    return whole


NUMBERS = st.integers(-9, 9).map(float) | st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-6)
ENDS = st.none() | st.integers(-9, 9).map(float)


@st.composite
def bounds(draw: st.DrawFn) -> tuple[float, float]:
    low, high = draw(ENDS), draw(ENDS)
    if low is not None and high is not None and low > high:
        low, high = high, low
    return (-INF if low is None else low), (INF if high is None else high)


BOXES = st.tuples(st.integers(-9, 9), st.integers(0, 9)).map(lambda pair: (float(pair[0]), float(sum(pair))))


@st.composite
def matrices(draw: st.DrawFn, numbers: st.SearchStrategy[float] = NUMBERS, *, boxed: bool = False) -> Arrays:
    columns, rows = draw(st.integers(1, 5)), draw(st.integers(0, 4))
    entries = [
        draw(st.dictionaries(st.integers(0, columns - 1), numbers.filter(bool), max_size=4))
        for _ in range(rows)
    ]
    sides = [draw(bounds().filter(lambda pair: pair != (-INF, INF))) for _ in range(rows)]
    boxes = [draw(BOXES if boxed else bounds()) for _ in range(columns)]
    kinds = [draw(st.sampled_from([CONTINUOUS, INTEGRAL])) for _ in range(columns)]
    for column in range(columns):
        if draw(st.integers(0, 5)) == 0:
            kinds[column], boxes[column] = SEMICONTINUOUS, draw(st.sampled_from([(2.0, 7.0), (0.0, 3.0)]))
    pairs = st.tuples(st.integers(0, columns - 1), st.integers(0, columns - 1)).map(
        lambda p: (min(p), max(p))
    )
    products = draw(st.dictionaries(pairs, numbers.filter(bool), max_size=3)) if not boxed else {}
    return Arrays(
        sense=draw(st.sampled_from([Sense.MINIMIZE, Sense.MAXIMIZE])),
        cost=np.array([draw(numbers) for _ in range(columns)]),
        offset=draw(numbers),
        products=Products(
            np.array([p[0] for p in products], dtype=np.int64),
            np.array([p[1] for p in products], dtype=np.int64),
            np.array(list(products.values()), dtype=np.float64),
        ),
        matrix=Sparse(
            np.concatenate([[0], np.cumsum([len(row) for row in entries])]).astype(np.int64),
            np.array([c for row in entries for c in sorted(row)], dtype=np.int64),
            np.array([row[c] for row in entries for c in sorted(row)], dtype=np.float64),
        ),
        row_lower=np.array([side[0] for side in sides]),
        row_upper=np.array([side[1] for side in sides]),
        column_lower=np.array([box[0] for box in boxes]),
        column_upper=np.array([box[1] for box in boxes]),
        integrality=np.array(kinds, dtype=np.int64),
        constraints=("r",),
        links=(1,),
        sizes=(rows,),
        row_constraint=np.zeros(rows, dtype=np.int64),
        row_key=np.arange(rows),
        row_link=np.zeros(rows, dtype=np.int64),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


@pytest.mark.parametrize("suffix", WRITERS)
@settings(max_examples=80)
@given(arrays=matrices())
def test_highs_reads_what_was_written(suffix: str, folder: Path, arrays: Arrays) -> None:
    highs = read(WRITERS[suffix](arrays, None, ""), suffix, folder)
    columns, rows, products = understood(highs)
    wanted = said(arrays, plain_labels(arrays))
    assert columns == wanted[0]
    assert rows.keys() == wanted[1].keys()
    for name, (low, high, terms) in rows.items():
        assert terms == wanted[1][name][2]
        assert (low, high) == pytest.approx(wanted[1][name][:2], rel=1e-15)
    assert products == pytest.approx(wanted[2], rel=1e-15)
    assert highs.getLp().offset_ == arrays.offset
    assert (highs.getLp().sense_ == highspy.ObjSense.kMaximize) == (arrays.sense is Sense.MAXIMIZE)


@pytest.mark.parametrize("suffix", WRITERS)
@settings(max_examples=40)
@given(arrays=matrices(st.integers(-5, 5).map(float), boxed=True))
def test_the_optimum_stays(suffix: str, folder: Path, arrays: Arrays) -> None:
    reread = optimum(read(WRITERS[suffix](arrays, None, ""), suffix, folder))
    direct = optimum(passed(arrays))
    if isinstance(direct, float) or isinstance(reread, float):
        assert reread == pytest.approx(direct, abs=1e-6)


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize(
    "name",
    [
        "blending",
        "bottling",
        "diet",
        "job_shop",
        "knapsack",
        "lot_sizing",
        "portfolio",
        "semicontinuous",
        "travelling_salesman",
    ],
)
def test_examples_keep_their_optimum(name: str, suffix: str, tmp_path: Path) -> None:
    formulation = Formulation.load(examples.path(name))
    highs = read(export(bind(formulation), suffix), suffix, tmp_path)
    assert optimum(highs) == pytest.approx(formulation.optimum, rel=1e-6)


def model_of(**rooms: Any) -> Any:
    document: dict[str, Any] = {
        "title": "A title\nof two \\ lines",
        "sets": {"S": ["a b", "a_b", "a,b", "a-b", "long" * 60, "x\ny", "é"], "N": [-1, 1]},
        "variables": {
            "free": {"lower": None, "upper": None},
            "e1": {"lower": 0, "upper": 4},
            "x": {"index": ["S", "N"], "lower": 0, "upper": 2},
        },
        "objective": {
            "sense": "maximize",
            "expression": "sum(x[s, n] for s in S for n in N) + free + e1 + 3",
        },
        "constraints": {
            "st": "free <= 5",
            "obj": "1 <= e1 + free <= 3",
            "end": {"for": "s in S", "expression": "0 <= x[s, 1] + free <= x[s, -1] + 4 * e1"},
        },
    }
    return bind(Formulation.model_validate({**document, **rooms}))


@pytest.mark.parametrize("suffix", WRITERS)
def test_any_name_can_be_read_and_traced_back(suffix: str, tmp_path: Path) -> None:
    model = model_of()
    arrays = compile(model)
    labels = labels_of(model, arrays)
    text = export(model, suffix)
    assert len(set(labels.columns)) == arrays.columns
    assert len(set(labels.rows)) == arrays.rows
    columns, rows, _ = understood(read(text, suffix, tmp_path))
    assert set(columns) == set(labels.columns)
    assert set(rows) == set(labels.rows)
    for meaning in ('x["a b", 1]', 'x["a,b", -1]', 'x["x\\ny", 1]', 'x["\\u00e9", 1]', "free", "e1"):
        assert sum(line.endswith(f" is {meaning}") for line in text.splitlines()) == 1
    assert optimum(read(text, suffix, tmp_path)) == pytest.approx(optimum(passed(arrays)))


def test_names_that_say_what_they_are_need_no_comment() -> None:
    model = bind(Formulation.load(examples.path("lot_sizing")))
    labels = labels_of(model, compile(model))
    assert labels.columns[:2] == ("pour(1)", "pour(2)")
    assert labels.rows[0] == "balance(1)"
    assert labels.meanings == {"_end": "end"}


def test_an_lp_file_is_readable() -> None:
    model = model_of(
        sets={"S": ["a"]},
        variables={
            "x": {"index": ["S"], "lower": 0, "upper": 2},
            "y": {"lower": None},
            "n": {"domain": "integer", "lower": 0, "upper": 9},
            "b": {"domain": "binary"},
        },
        objective={"sense": "minimize", "expression": "x['a'] ** 2 - 2 * y * y + x['a'] * y + n - 1"},
        constraints={"c": {"for": "s in S", "expression": "2 * x[s] - y >= 1.5 * b"}, "d": "1 <= n + y <= 5"},
    )
    assert export(model, "lp").splitlines() == [
        "\\ A title of two \\ lines",
        "Minimize",
        " obj: n + [ 2 x(a) ^ 2 + 2 x(a) * y - 4 y ^ 2 ] / 2 - 1",
        "Subject To",
        " c(a): 2 x(a) - y - 1.5 b >= 0",
        " d.low: y + n >= 1",
        " d.high: y + n <= 5",
        "Bounds",
        " 0 <= x(a) <= 2",
        " y free",
        " 0 <= n <= 9",
        "Binaries",
        " b",
        "Generals",
        " n",
        "End",
    ]
