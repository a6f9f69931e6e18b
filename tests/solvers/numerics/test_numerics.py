"""Numbers of models: ranges, constants M, parallel rows, condition, units."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from quintet.examples import names, path
from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.model import Model
from quintet.solvers.matrix import compile
from quintet.solvers.numerics import Numerics, examine
from quintet.verbs.numerics import numerics

PLUS = {"domain": "continuous", "lower": 0, "upper": None}
BINARY = {"domain": "binary"}


def model(variables: Mapping[str, Any], rows: Mapping[str, Any], objective: str = "x", **rooms: Any) -> Model:
    return bind(
        Formulation.model_validate(
            {
                "variables": dict(variables),
                "constraints": dict(rows),
                "objective": {"sense": "minimize", "expression": objective},
                **rooms,
            }
        )
    )


def codes(found: Numerics) -> set[str]:
    return {finding.code for finding in found.findings}


# ranges


def test_extremes_and_their_places() -> None:
    found = examine(
        model(
            {"x": {"index": "i in I", **PLUS, "upper": 250}, "y": PLUS},
            {"a": {"for": "i in I", "expression": "size[i] * x[i] - 0.5 * y <= 90"}, "b": "y >= 0.25"},
            "sum(x[i] for i in I) + 7 * y",
            sets={"I": ["p", "q"]},
            parameters={"size": {"index": ["I"], "values": {"p": 3, "q": -40}}},
        )
    )
    spans = {
        "coefficients": found.coefficients,
        "costs": found.costs,
        "bounds": found.bounds,
        "right sides": found.right_sides,
    }
    told = {
        name: (span.least.value, span.least.place, span.most.value, span.most.place)
        for name, span in spans.items()
        if span.least is not None and span.most is not None
    }
    assert told == {
        "coefficients": (-0.5, "a[p] × y", -40, "a[q] × x[q]"),
        "costs": (1, "x[p]", 7, "y"),
        "bounds": (250, "x[p]", 250, "x[p]"),
        "right sides": (0.25, "b", 90, "a[p]"),
    }
    assert found.coefficients.ratio == 80
    assert [(family.name, family.rows) for family in found.constraints] == [("a", 2), ("b", 1)]
    first, second = found.variables
    assert (first.name, first.columns, first.costs.count) == ("x", 2, 2)
    assert (second.coefficients.count, second.bounds.count) == (3, 0)
    assert found.findings == ()


numbers = st.floats(1e-6, 1e6).map(lambda value: float(f"{value:.3g}"))


@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=4))
def test_ranges_are_those_of_the_matrix(pairs: list[tuple[float, float]]) -> None:
    rows = {f"r{n}": f"{a!r} * x + {b!r} * y >= 1" for n, (a, b) in enumerate(pairs)}
    asked = model({"x": PLUS, "y": PLUS}, rows)
    found, values = examine(asked), np.abs(compile(asked).matrix.values)
    assert found.coefficients.most is not None
    assert found.coefficients.least is not None
    assert found.coefficients.most.value == values.max()
    assert found.coefficients.least.value == values.min()
    assert found.plan.after <= found.plan.before
    assert bool(found.plan.rescalings) == (found.plan.after < found.plan.before)


# what can go wrong


@pytest.mark.parametrize(
    ("variables", "rows", "objective", "code", "place"),
    [
        ({"x": PLUS, "y": PLUS}, {"a": "1e6 * x + 1e-4 * y >= 1"}, "x", "coefficient-range", "a × y"),
        ({"x": PLUS, "y": PLUS}, {"a": "x + 1e-10 * y >= 1"}, "x", "coefficient-tiny", "a × y"),
        ({"x": PLUS, "y": PLUS}, {"a": "1e16 * x + y >= 1"}, "x", "coefficient-huge", "a × x"),
        ({"x": PLUS, "y": PLUS}, {"a": "x + y >= 1"}, "x + 1e-8 * y", "cost-tiny", "y"),
        ({"x": PLUS, "y": PLUS}, {"a": "x + y >= 1"}, "1e10 * x + y", "cost-range", "y"),
        ({"x": PLUS}, {"a": "x >= 1e-8"}, "x", "right-side-tiny", "a"),
        ({"x": PLUS}, {"a": "x >= 1e10"}, "x", "right-side-huge", "a"),
        ({"x": {**PLUS, "upper": 1e12}}, {"a": "x >= 1"}, "x", "bound-huge", "x"),
        ({"x": {**PLUS, "lower": 1e-9}}, {"a": "x >= 1"}, "x", "bound-tiny", "x"),
        ({"x": {**PLUS, "domain": "integer", "upper": 1e16}}, {"a": "x >= 1"}, "x", "integer-huge", "x"),
        ({"x": PLUS, "y": PLUS}, {"a": "1 <= x + y <= 1.00000001"}, "x", "range-narrow", "a"),
        ({"x": {**PLUS, "lower": 1, "upper": 1.00000001}}, {"a": "x >= 1"}, "x", "range-narrow", "x"),
        ({"x": PLUS, "b": BINARY}, {"a": "x <= 1e7 * b", "c": "x >= 1"}, "x", "large-m", "a × b"),
        (
            {"x": {**PLUS, "upper": 30}, "b": BINARY},
            {"a": "x <= 1000 * b", "c": "x >= 1"},
            "x",
            "loose-m",
            "a × b",
        ),
        (
            {"x": PLUS, "y": PLUS},
            {"a": "x + y >= 1", "b": "x + 1.0000001 * y >= 1"},
            "x",
            "rows-parallel",
            "b",
        ),
        (
            {"x": PLUS, "y": PLUS},
            {"a": "1e6 * x == 1e6", "b": "1e-6 * y + x == 2"},
            "x",
            "ill-conditioned",
            "constraints",
        ),
    ],
)
def test_every_finding(
    variables: dict[str, Any], rows: dict[str, str], objective: str, code: str, place: str
) -> None:
    found = examine(model(variables, rows, objective))
    (finding,) = [finding for finding in found.findings if finding.code == code]
    assert finding.place == place
    assert code in found.to_text()


def test_ordinary_numbers_are_left_in_peace() -> None:
    found = examine(model({"x": PLUS, "y": PLUS}, {"a": "3 * x + 40 * y >= 500", "b": "x - y <= 7"}))
    assert found.findings == ()
    assert "No number is out of the ordinary." in found.to_text()
    assert "Nothing to rescale." in found.to_text()


# constants M


@pytest.mark.parametrize(
    ("row", "enough"),
    [
        ("x <= 1000 * b", 30),
        ("x + 1000 * b <= 1005", 25),
        ("x - 5 >= -1000 * b", 5),
        ("x >= 1000 * b - 990", 10),
        ("x <= 20 * b", 30),
    ],
)
def test_what_the_bounds_say_is_enough(row: str, enough: float) -> None:
    """x is within 0 and 30; the least constant keeps the same whole points and cuts off nothing."""
    variables = {"x": {**PLUS, "upper": 30}, "b": BINARY}
    (big,) = examine(model(variables, {"a": row})).big_ms
    assert big.enough == pytest.approx(enough)


def test_without_bounds_nothing_is_known_to_be_enough() -> None:
    (big,) = examine(model({"x": PLUS, "b": BINARY}, {"a": "x <= 1000 * b"})).big_ms
    assert (big.rows, big.most.value, big.enough) == (1, -1000, None)
    assert big.leak == pytest.approx(1e-3)


def test_logic_is_looked_at_as_the_rows_it_becomes() -> None:
    variables = {"x": {**PLUS, "upper": 5000}, "b": BINARY}
    found = examine(model(variables, {"rule": "implies(b == 0, x <= 10)"}))
    (big,) = found.big_ms
    assert big.name == "rows of rule"
    assert abs(big.most.value) == pytest.approx(4990)
    assert "rows of rule" in found.to_text()


# parallel rows and condition


def test_rows_in_one_direction_are_counted() -> None:
    rows = {"a": "x + 2 * y >= 1", "b": "-3 * x - 6 * y <= -3", "c": "x + 3 * y >= 1"}
    found = examine(model({"x": PLUS, "y": PLUS}, rows))
    assert [(pair.first, pair.second, pair.same) for pair in found.pairs] == [("a", "b", True)]
    assert "1 pair of rows has the same left side" in found.to_text()


def test_condition_of_a_basis_worked_by_hand() -> None:
    """Both variables are basic: the matrix [[1, 1], [1, -1]] has orthogonal rows of one length."""
    found = examine(model({"x": PLUS, "y": PLUS}, {"a": "x + y == 3", "b": "x - y == 1"}))
    assert found.condition == pytest.approx(1)
    skewed = examine(model({"x": PLUS, "y": PLUS}, {"a": "x + y == 2", "b": "x + 1.001 * y == 2.0005"}))
    assert skewed.condition == pytest.approx(np.linalg.cond(np.array([[1, 1], [1, 1.001]])))


# units


def test_a_unit_that_is_too_small_is_told() -> None:
    """Grain in grams beside flour in tonnes: grain in tonnes brings the coefficients together."""
    variables = {"grain": {**PLUS, "unit": "g"}, "flour": {**PLUS, "unit": "t"}}
    rows = {"makes": "flour == 0.0000008 * grain", "blend": "flour + 0.0000005 * grain <= 3"}
    found = examine(model(variables, rows, "grain"))
    (change,) = found.plan.rescalings
    assert (change.variable, change.name, change.factor, change.unit) == (True, "grain", 1e6, "g")
    assert change.before == pytest.approx((5e-7, 8e-7))
    assert change.after == pytest.approx((0.5, 0.8))
    assert "express grain in million g: coefficients 5e-07 … 8e-07 → 0.5 … 0.8" in found.to_text()


def test_a_constraint_in_another_unit_is_told() -> None:
    variables = {"x": PLUS, "y": PLUS}
    rows = {"money": "20000000 * x + 30000000 * y <= 90000000", "time": "2 * x + 3 * y <= 10"}
    found = examine(model(variables, rows, "x"))
    assert found.plan.after <= 10
    assert "both sides of" in found.to_text()


def test_whole_variables_keep_their_unit() -> None:
    variables = {"n": {**PLUS, "domain": "integer"}, "x": PLUS}
    rows = {"a": "1000000 * n + x >= 5", "b": "n + x >= 1"}
    found = examine(model(variables, rows, "x + n"))
    assert "n" not in {change.name for change in found.plan.rescalings}


def test_carried_out_the_changes_bring_the_range_down_as_told() -> None:
    variables = {"grain": PLUS, "flour": PLUS, "b": BINARY}
    rows = {
        "makes": "flour == 0.0000008 * grain",
        "blend": "flour + 0.0000005 * grain <= 3",
        "on": "grain >= 2 * b",
    }
    asked = model(variables, rows, "grain")
    found, arrays = examine(asked), compile(asked)
    columns = {entry.name: entry.first_column for entry in asked.variables.values()}
    whole = np.zeros((arrays.rows, arrays.columns))
    whole[arrays.matrix.row_of_entries(), arrays.matrix.columns] = arrays.matrix.values
    for change in found.plan.rescalings:
        if change.variable:
            whole[:, columns[change.name]] *= change.factor
        else:
            whole[arrays.row_constraint == arrays.constraints.index(change.name)] /= change.factor
    sizes = np.abs(whole[whole != 0])
    assert sizes.max() / sizes.min() == pytest.approx(found.plan.after)


# whole models


@pytest.mark.parametrize("name", names())
def test_examples_are_examined_and_told(name: str) -> None:
    found = examine(bind(Formulation.load(path(name))))
    assert found.columns > 0
    assert not [finding for finding in found.findings if finding.severity.value == "error"]
    text = found.to_text()
    assert "_1" not in text.replace("mix_1", "")
    json.dumps(found.record(), allow_nan=False)


def test_what_is_not_linear_is_named() -> None:
    found = examine(bind(Formulation.load(path("pooling"))))
    assert set(found.left_out) == {"mixing", "acidity"}
    assert "Not linear, so not looked at: mixing, acidity." in found.to_text()


def test_a_model_without_constraints() -> None:
    found = examine(model({"x": {**PLUS, "upper": 3}}, {}))
    assert (found.rows, found.coefficients.count, found.condition, found.findings) == (0, 0, None, ())
    assert found.to_text()


def test_logic_without_bounds_is_said_to_be_missing() -> None:
    found = examine(model({"x": PLUS, "b": BINARY}, {"rule": "implies(b == 0, x <= 10)", "a": "x >= 1"}))
    assert "upper bound" in found.to_text()
    assert found.rows == 1


def test_the_verb_prints_text_and_json() -> None:
    app = typer.Typer()
    app.command()(numerics)
    text = CliRunner().invoke(app, [str(path("bottling"))])
    assert text.exit_code == 0
    assert "room: 8 rows, up to 400 (room[A, 1] × run[A, 1])" in text.stdout
    document = json.loads(CliRunner().invoke(app, [str(path("bottling")), "--json"]).stdout)
    assert document["quintet"] == 1
    assert document["coefficients"]["most"] == {"value": -400.0, "place": "room[A, 1] × run[A, 1]"}
    assert [family["name"] for family in document["variables"]] == ["make", "run", "inv"]
