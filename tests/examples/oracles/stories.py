"""Optima of the problems told in words alone, by enumeration or by matrices written out by hand."""

from __future__ import annotations

from itertools import product

from scipy.optimize import linprog


def bakery() -> float:
    """Whole loaves: rye, walnut. In tenths, so that nothing is rounded."""
    loaves = product(range(40, 151), range(121))
    return max(
        25 * rye + 38 * walnut
        for rye, walnut in loaves
        if 6 * rye + 5 * walnut <= 900 and 4 * rye + 7 * walnut <= 840 and 10 * walnut <= 4 * (rye + walnut)
    ) / 10  # fmt: skip


def garden() -> float:
    """Whole bulbs: tulips, crocuses."""
    bulbs = product(range(301), range(451))
    return max(5 * t + 3 * c for t, c in bulbs if 30 * t + 12 * c <= 9000 and 2 * t + c <= 720 and c >= 2 * t)


def lifeboats() -> float:
    """Whole trips: ferry, lifeboat."""
    trips = product(range(7), range(30))
    return min(50 * f + 22 * b for f, b in trips if 35 * f + 14 * b >= 310 and 3 * b >= f + b)


def savings() -> float:
    """Dollars in bonds, account, wind farm."""
    left = [[1, 1, 1], [-0.35, -0.35, 0.65], [0, -1, 0], [-1, 0, 1]]
    return -linprog([-0.03, -0.015, -0.065], A_ub=left, b_ub=[24000, 0, -5000, 0]).fun


def goats() -> float:
    """Kilograms of hay, beet pulp."""
    left = [[-80, -100], [-300, -180], [0, -1]]
    return linprog([0.25, 0.28], A_ub=left, b_ub=[-5200, -15000, -20]).fun


def posters() -> float:
    """Whole advertisements: posters, radio spots, balloons."""
    orders = product(range(12, 61), range(19), range(76))
    return max(
        120 * p + 800 * r + 350 * b
        for p, r, b in orders
        if 15 * p + 90 * r + 40 * b <= 3000 and 4 * b <= p + r + b
    )


def fountain_pens() -> float:
    """Whole pens and cases."""
    goods = product(range(30, 134), range(45, 141))
    return max(
        14 * p + 9 * c
        for p, c in goods
        if 18 * p + 11 * c <= 2400 and 3 * p + 5 * c <= 700 and 2 * p <= 3 * c
    )
