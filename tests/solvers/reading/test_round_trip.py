"""Formulation or matrix → file → formulation: the same model, the same optimum, the same prices."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from quintet import examples
from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.schema import Sense
from quintet.solvers import solve
from quintet.solvers.arrays import CONTINUOUS, INTEGRAL, SEMICONTINUOUS, Arrays
from quintet.solvers.export import export
from quintet.solvers.export.labels import Labels, labels_of, plain_labels
from quintet.solvers.export.lp import lp_text
from quintet.solvers.export.mps import mps_text
from quintet.solvers.matrix import compile
from quintet.solvers.reading import open_formulation
from quintet.solvers.rewrite import rewrite
from tests.solvers.export.test_matrix_files import WRITERS, matrices
from tests.solvers.reading.readings import INF, Rows, Said, labelled, model_from

SUFFIXES = ("lp", "mps")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


def regular_labels(arrays: Arrays) -> Labels:
    """Names with keys, some with the same stem, some none."""
    columns = [f"ship({c % 2},N{c})" if c % 3 else f"c[{c}]" for c in range(arrays.columns)]
    rows = [f"cap(A,{r})" if r % 2 else f"r{r}" for r in range(arrays.rows)]
    return Labels(tuple(columns), tuple(rows), {})


def wanted(arrays: Arrays, labels: Labels) -> Said:
    """What must come back."""
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
    owner = arrays.matrix.row_of_entries()
    for r, name in enumerate(labels.rows):
        entries = np.flatnonzero(owner == r)
        low, high = float(arrays.row_lower[r]), float(arrays.row_upper[r])
        terms = {labels.columns[arrays.matrix.columns[e]]: float(arrays.matrix.values[e]) for e in entries}
        rows[name] = (low, high, terms)
    triples = zip(arrays.products.first, arrays.products.second, arrays.products.values, strict=True)
    products = {frozenset([labels.columns[a], labels.columns[b]]): float(v) for a, b, v in triples}
    return columns, rows, products, arrays.offset, arrays.sense is Sense.MAXIMIZE


def check_same(found: Said, expected: Said) -> None:
    assert found[0] == expected[0]
    assert found[1].keys() == expected[1].keys()
    for name, (low, high, terms) in found[1].items():
        assert terms == expected[1][name][2]
        assert (low, high) == pytest.approx(expected[1][name][:2], rel=1e-15)
    assert found[2] == pytest.approx(expected[2], rel=1e-15)
    assert found[3] == expected[3]
    said_nothing = not expected[2] and not expected[3] and not any(c[0] for c in expected[0].values())
    assert found[4] == (expected[4] and not said_nothing)


def plain(labels: Labels) -> Labels:
    """Brackets as keys are written in our names."""
    return Labels(tuple(name.replace("[", "(").replace("]", ")") for name in labels.columns), labels.rows, {})


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("make", [plain_labels, regular_labels])
@settings(max_examples=40)
@given(data=st.data())
def test_a_matrix_comes_back(suffix: str, make: type, folder: Path, data: st.DataObject) -> None:
    arrays = data.draw(matrices())
    assume(np.all(np.diff(arrays.matrix.starts) > 0))  # `test_empty_rows_and_columns` has the others
    labels = make(arrays)
    text = WRITERS[suffix](arrays, labels, "")
    found = labelled(model_from(text, f"m.{suffix}", folder))
    check_same(found, wanted(arrays, plain(labels)))


SOLVED = [
    "assignment",
    "blending",
    "bottling",
    "cutting_stock",
    "cyclic_roster",
    "diet",
    "facility_location",
    "few_assets",
    "infeasible",
    "knapsack",
    "lot_sizing",
    "min_cost_flow",
    "min_max",
    "multicommodity_flow",
    "p_median",
    "piecewise_tariff",
    "portfolio",
    "product_mix",
    "project_crashing",
    "quantity_discount",
    "semicontinuous",
    "set_covering",
    "setup_carryover",
    "shortest_path",
    "soft_limits",
    "travelling_salesman",
    "two_stage",
    "unbounded",
]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("name", SOLVED)
def test_examples_keep_their_optimum(name: str, suffix: str, folder: Path) -> None:
    formulation = Formulation.load(examples.path(name))
    model = model_from(export(bind(formulation), suffix), f"{name}.{suffix}", folder)
    solution = solve(model)
    if isinstance(formulation.optimum, str):
        assert solution.outcome.value == formulation.optimum
    else:
        assert solution.objective == pytest.approx(formulation.optimum, rel=1e-6)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("name", ["bottling", "unit_commitment", "lot_sizing", "diet", "portfolio"])
def test_examples_keep_their_matrix(name: str, suffix: str, folder: Path) -> None:
    model = rewrite(bind(Formulation.load(examples.path(name))))
    arrays = compile(model)
    write = lp_text if suffix == "lp" else mps_text
    text = write(arrays, labels_of(model, arrays), "")
    found = compile(model_from(text, f"{name}.{suffix}", folder))
    assert (found.rows, found.columns, found.nonzeros) == (arrays.rows, arrays.columns, arrays.nonzeros)
    for one, two in (
        (found.cost, arrays.cost),
        (found.column_lower, arrays.column_lower),
        (found.column_upper, arrays.column_upper),
        (found.integrality, arrays.integrality),
        (found.row_lower, arrays.row_lower),
        (found.row_upper, arrays.row_upper),
        (found.matrix.values, arrays.matrix.values),
    ):
        assert sorted(one.tolist()) == pytest.approx(sorted(two.tolist()))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_prices_come_back_under_the_same_names(suffix: str, folder: Path) -> None:
    model = bind(Formulation.load(examples.path("diet")))
    before = solve(model)
    after = solve(model_from(export(model, suffix), f"diet.{suffix}", folder))
    assert before.duals is not None
    assert after.duals is not None
    flat = [
        sorted(np.concatenate([d.ravel() for d in duals.values()]).tolist())
        for duals in (before.duals, after.duals)
    ]
    assert flat[1] == pytest.approx(flat[0])


def test_the_formulation_survives_as_yaml_and_json(folder: Path) -> None:
    path = folder / "bottling.lp"
    path.write_text(export(bind(Formulation.load(examples.path("bottling"))), "lp"), encoding="utf-8")
    found = open_formulation(path)
    for format in ("yaml", "json"):
        again = Formulation.loads(found.dump(format), format)
        assert again == found
        assert labelled(bind(again)) == labelled(bind(found))


def test_kinds_of_columns_come_back(folder: Path) -> None:
    text = "min\n a + b + x\nst\n c: a + b + x >= 1\nbounds\n a <= 4\n x <= 9\n"
    model = model_from(f"{text}generals\n a\nbinary\n b\nsemi\n x\nend\n", "kinds.lp", folder)
    arrays = compile(model)
    assert sorted(arrays.integrality.tolist()) == sorted([INTEGRAL, INTEGRAL, SEMICONTINUOUS])
    assert {name: v.domain.value for name, v in model.variables.items()} == {
        "integer_column": "integer",
        "binary_column": "binary",
        "semicontinuous_column": "semicontinuous",
    }


def test_a_large_file_makes_few_expressions(folder: Path) -> None:
    rows, columns = 2_000, 1_000
    lines = ["max", " x0", "st"]
    lines += [f" r{r}: x{r % columns} + 2 x{(7 * r + 1) % columns} <= {r + 1}" for r in range(rows)]
    model = model_from("\n".join([*lines, "end", ""]), "large.lp", folder)
    arrays = compile(model)
    assert (arrays.rows, arrays.columns) == (rows, columns)
    assert arrays.nonzeros == 2 * rows
    assert len(model.constraints) == 1
    assert arrays.integrality.max() == CONTINUOUS
    assert math.isinf(arrays.column_upper.min())
    assert arrays.row_upper.max() == rows < INF
