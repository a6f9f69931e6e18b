"""Oracles with a proof on paper: closed forms, certificates of infeasibility, rays."""

from __future__ import annotations

import math
from typing import Literal

from .files import rows


def tin_can() -> float:
    """The derivative of 2·pi·seam·r² + 2·volume/r vanishes at one radius, which fits the cartons."""
    radius = (850 / (2 * math.pi * 1.2)) ** (1 / 3)
    height = 850 / (math.pi * radius**2)
    assert 1 <= radius <= 7
    assert 1 <= height <= 20
    return 2 * math.pi * 1.2 * radius**2 + 2 * 850 / radius


def infeasible() -> Literal["infeasible"]:
    """Seven days of light need more hours than three keepers may watch."""
    assert 7 * 24 > 3 * 40
    return "infeasible"


def unbounded() -> Literal["unbounded"]:
    """From 20 wheels and no salt, one wheel and three sacks more: feasible for ever, and each step gains."""
    gains = []
    for step in range(3):
        cheese, salt = 20 + step, 3 * step
        assert cheese >= 20
        assert 0 <= salt <= 3 * cheese
        gains.append((38 - 31 - 4) * cheese + (15 - 9 - 2) * salt)
    assert gains[2] - gains[1] == gains[1] - gains[0] > 0
    return "unbounded"


def manhattan_location() -> float:
    """A weighted median for the streets, and one for the avenues, not west of avenue 3."""
    sites = rows("manhattan_location/sites.csv")

    def blocks(coordinate: str, where: float) -> float:
        return sum(float(s["meals"]) * abs(float(s[coordinate]) - where) for s in sites)

    return blocks("street", _median(sites, "street")) + blocks("avenue", max(3.0, _median(sites, "avenue")))


def _median(sites: list[dict[str, str]], coordinate: str) -> float:
    half, passed = sum(float(s["meals"]) for s in sites) / 2, 0.0
    for site in sorted(sites, key=lambda s: float(s[coordinate])):
        passed += float(site["meals"])
        if passed >= half:
            return float(site[coordinate])
    raise AssertionError("no site")
