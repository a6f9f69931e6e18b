"""Oracles with a proof on paper: closed forms, certificates of infeasibility, rays."""

from __future__ import annotations

import math
from typing import Literal


def tin_can() -> float:
    """The derivative of 2·pi·seam·r² + 2·volume/r vanishes at one radius, which fits the cartons."""
    radius = (850 / (2 * math.pi * 1.2)) ** (1 / 3)
    height = 850 / (math.pi * radius**2)
    assert 1 <= radius <= 7 and 1 <= height <= 20
    return 2 * math.pi * 1.2 * radius**2 + 2 * 850 / radius


def lighthouse() -> Literal["infeasible"]:
    """Seven days of light need more hours than three keepers may watch."""
    assert 7 * 24 > 3 * 40
    return "infeasible"


def cheese_trade() -> Literal["unbounded"]:
    """From 20 wheels and no salt, one wheel and three sacks more: feasible for ever, and each step gains."""
    gains = []
    for step in range(3):
        cheese, salt = 20 + step, 3 * step
        assert cheese >= 20 and 0 <= salt <= 3 * cheese
        gains.append((38 - 31 - 4) * cheese + (15 - 9 - 2) * salt)
    assert gains[2] - gains[1] == gains[1] - gains[0] > 0
    return "unbounded"
