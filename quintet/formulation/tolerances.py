"""The one place for tolerances and rounding (VERIFICATION: numbers).

A violation counts relative to max(1, |right-hand side|, largest |term|); objectives agree
relative to max(1, |f|, |g|).
"""

from __future__ import annotations

from typing import overload

import numpy as np
import numpy.typing as npt

FEASIBILITY = 1e-6
"""Relative violation that a feasible point may have."""
OBJECTIVE = 1e-6
"""Relative difference that two values of one optimum may have; also the absolute gap asked of solvers."""
INTEGRALITY = 1e-6
"""Distance from the nearest whole number that an integer variable's value may have."""
STRICT = 1e-9
"""Relative violation of a point that is to refute an answer: less than solvers allow themselves."""
INFINITE = 1e20
"""Bounds of this size and more are none."""

Floats = npt.NDArray[np.float64]


def agree(f: float, g: float, tolerance: float = OBJECTIVE) -> bool:
    """Whether two objective values are the same number; two infinities of one sign are."""
    if f == g:
        return True
    return abs(f - g) <= tolerance * max(1.0, abs(f), abs(g)) < float("inf")


@overload
def feasible(violation: float, scale: float, tolerance: float = ...) -> bool: ...
@overload
def feasible(violation: Floats, scale: Floats, tolerance: float = ...) -> npt.NDArray[np.bool_]: ...
def feasible(
    violation: float | Floats, scale: float | Floats, tolerance: float = FEASIBILITY
) -> bool | npt.NDArray[np.bool_]:
    """Whether a violation is within the tolerance; NaN never is. Arrays give one truth an entry."""
    return violation <= tolerance * scale


def slack_of(left: float, right: float) -> float:
    """How far apart two sides of a comparison may be and still be equal."""
    return FEASIBILITY * max(1.0, abs(left), abs(right))


def rounded(values: Floats) -> Floats:
    """The nearest whole numbers, never -0.0. Any shape."""
    return np.round(values) + 0.0


def integrality_gap(values: Floats) -> Floats:
    """Distance from the nearest whole number, one entry a value."""
    return np.abs(values - np.round(values))


def finite_bound(value: float) -> bool:
    """Whether a bound bounds anything."""
    return abs(value) < INFINITE


def plain(value: float) -> float:
    """A value for other programs: the short decimal that it is within rounding of, else as it is.

    Of thirteen digits at most ten may be left, so that a third stays a third: nothing moves by more than
    1e-12 of itself.
    """
    near = float(f"{value:.13g}")
    return near if len(f"{near:.12e}".partition("e")[0].rstrip("0")) <= 11 + (value < 0) else value


def clean(value: float, tolerance: float = INTEGRALITY) -> float:
    """A value for display: rounded to a whole number if it is within the tolerance of one."""
    near = round(value) if abs(value) < 2**53 else value
    return float(near) + 0.0 if abs(value - near) <= tolerance * max(1.0, abs(value)) else value
