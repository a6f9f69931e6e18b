"""Ranges hold every value, and are as tight as interval arithmetic can be on single variables."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintet.formulation import Formulation, bind
from quintet.formulation.tree import Node
from quintet.solvers.rewriting.intervals import Affine, Interval, Ranges
from quintet.solvers.rows.walker import Walker

TEXTS = st.recursive(
    st.sampled_from(["x", "y", "n", "2", "-0.5", "3 * x - y", "(x + n) / 4"]),
    lambda inner: st.one_of(
        st.builds("({} + {})".format, inner, inner),
        st.builds("({} * {})".format, inner, inner),
        st.builds("(-{})".format, inner),
        st.builds("abs({})".format, inner),
        st.builds("min({}, {})".format, inner, inner),
        st.builds("max({}, {})".format, inner, inner),
        st.builds("({}) ** 2".format, inner),
        st.builds("({}) ** 3".format, inner),
        st.builds("(1 / (abs({}) + 1))".format, inner),
        st.builds("sqrt(abs({}))".format, inner),
        st.builds("tanh({})".format, inner),
        st.builds("(sin({}) + cos({}))".format, inner, inner),
    ),
    max_leaves=5,
)


def ranges(expression: str) -> tuple[Ranges, Any]:
    model = bind(
        Formulation.model_validate(
            {
                "variables": {
                    "x": {"lower": -1.5, "upper": 2},
                    "y": {"lower": 0.25, "upper": 3},
                    "n": {"domain": "integer", "lower": -2, "upper": 3.5},
                    "free": {"lower": None, "upper": None},
                    "half": {"lower": 0, "upper": None},
                    "gap": {"domain": "semicontinuous", "lower": 2, "upper": 5},
                },
                "objective": {"sense": "minimize", "expression": f"{expression} + 0 * x"},
            }
        )
    )
    algebra = Ranges(model)
    tree = model.objectives[0].tree
    assert isinstance(tree, Node)
    return algebra, Walker(model, algebra).number(tree, {})


def interval(expression: str) -> Interval:
    algebra, value = ranges(expression)
    return algebra.range(value)


@given(text=TEXTS, x=st.floats(-1.5, 2), y=st.floats(0.25, 3), n=st.integers(-2, 3))
def test_every_value_lies_in_the_range(text: str, x: float, y: float, n: int) -> None:
    names = {"x": x, "y": y, "n": n, "abs": abs, "min": min, "max": max}
    names |= {name: getattr(math, name) for name in ("sqrt", "tanh", "sin", "cos")}
    value = eval(text, {"__builtins__": {}}, names)
    found = interval(text)
    slack = 1e-9 * max(1.0, abs(value))
    assert found.lower - slack <= value <= found.upper + slack
    assert not found.whole or float(value).is_integer()


@pytest.mark.parametrize(
    ("expression", "lower", "upper"),
    [
        ("x - x", 0, 0),
        ("2 * (x + y) - 2 * x", 0.5, 6),
        ("x ** 2", 0, 4),
        ("x ** 3", -3.375, 8),
        ("n", -2, 3),
        ("gap", 0, 5),
        ("x * y", -4.5, 6),
        ("1 / y", 1 / 3, 4),
        ("1 / x", -math.inf, math.inf),
        ("y ** -2", 1 / 9, 16),
        ("y ** 0.5", 0.5, math.sqrt(3)),
        ("2 ** x", 2**-1.5, 4),
        ("exp(free)", 0, math.inf),
        ("log(half + 1)", 0, math.inf),
        ("log10(10 * y)", math.log10(2.5), math.log10(30)),
        ("abs(free)", 0, math.inf),
        ("0 * free", 0, 0),
        ("min(free, x)", -math.inf, 2),
        ("half * half", 0, math.inf),
        ("free ** 2", 0, math.inf),
    ],
)
def test_ranges_that_are_known(expression: str, lower: float, upper: float) -> None:
    found = interval(expression)
    assert (found.lower, found.upper) == pytest.approx((lower, upper))


def test_linear_expressions_keep_their_coefficients() -> None:
    _, value = ranges("3 * x - 2 * (y - x) / 4 + 7 - n")
    assert isinstance(value, Affine)
    assert value.linear
    assert dict(value.coefficients) == pytest.approx({0: 3.5, 1: -0.5, 2: -1})
    assert value.rest.lower == pytest.approx(7)


def test_whole_values_are_known() -> None:
    assert interval("2 * n - 3").whole
    assert interval("abs(n) * max(n, 2)").whole
    assert not interval("n / 2").whole
    assert not interval("n + x").whole
