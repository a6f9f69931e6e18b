from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintet.formulation.tolerances import (
    agree,
    clean,
    feasible,
    finite_bound,
    integrality_gap,
    plain,
    rounded,
    slack_of,
)

FLOATS = st.floats(-1e12, 1e12)


@given(FLOATS, FLOATS)
def test_agreement_is_symmetric_and_reflexive(f: float, g: float) -> None:
    assert agree(f, f)
    assert agree(f, g) == agree(g, f)


@pytest.mark.parametrize(
    ("f", "g", "wanted"),
    [
        (0, 9e-7, True),
        (0, 2e-6, False),
        (1e6, 1e6 + 0.9, True),
        (1e6, 1e6 + 2, False),
        (math.inf, math.inf, True),
        (math.inf, 1, False),
        (math.inf, -math.inf, False),
        (math.nan, math.nan, False),
        (math.nan, 1, False),
    ],
)
def test_agreement_is_relative_from_one_on(f: float, g: float, wanted: bool) -> None:
    assert agree(f, g) is wanted


def test_violations_count_against_their_scale() -> None:
    found = feasible(np.array([1e-6, 2e-6, 2e-6, np.nan]), np.array([1.0, 1.0, 10.0, 1.0]))
    assert found.tolist() == [True, False, True, False]
    assert feasible(0.5, 1e6)


def test_rounding() -> None:
    values = np.array([-0.2, 2.9999999, 1.5])
    assert rounded(values).tolist() == [0, 3, 2]
    assert not np.signbit(rounded(values)[0])
    assert integrality_gap(values) == pytest.approx([0.2, 1e-7, 0.5])


@pytest.mark.parametrize(
    ("value", "wanted"), [(2.9999999, 3), (1e9 + 0.2, 1e9), (0.3, 0.3), (-1e-9, 0), (1e300, 1e300)]
)
def test_clean(value: float, wanted: float) -> None:
    assert clean(value) == wanted
    assert math.copysign(1, clean(-1e-9)) == 1


def test_bounds_and_slack() -> None:
    assert finite_bound(-1e19)
    assert not finite_bound(1e20)
    assert slack_of(-5e6, 1) == pytest.approx(5)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (119.99999999999997, 120.0),
        (0.30000000000000004, 0.3),
        (-0.30000000000000004, -0.3),
        (1926.0500000000002, 1926.05),
        (3.0000000000000004e20, 3e20),
        (1 / 3, 1 / 3),
        (2 / 7e9, 2 / 7e9),
        (123456.7890123, 123456.7890123),
        (0.0, 0.0),
        (math.inf, math.inf),
    ],
)
def test_a_number_for_other_programs_is_a_short_decimal_or_as_it_was(value: float, wanted: float) -> None:
    assert plain(value) == wanted


@given(st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False))
def test_a_number_for_other_programs_is_the_same_number(value: float) -> None:
    assert abs(plain(value) - value) <= 1e-12 * abs(value)
    assert plain(plain(value)) == plain(value)
