"""Oracles that try every discrete choice and solve what is left, a linear program or a linear system."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
from scipy.optimize import linprog

from .files import column, rows, sheet


def facility_location() -> float:
    """All sets of barns, each with a transport problem in SciPy."""
    barns, villages = rows("facility_location/sites.csv"), rows("facility_location/villages.csv")
    wanted = np.array([float(v["visits"]) for v in villages])
    best = np.inf
    for size in range(1, len(barns) + 1):
        for chosen in combinations(barns, size):
            best = min(best, _rent_and_driving(chosen, villages, wanted))
    return best


def _rent_and_driving(
    chosen: tuple[dict[str, str], ...], villages: list[dict[str, str]], wanted: np.ndarray
) -> float:
    room = [float(s["visits"]) for s in chosen]
    if sum(room) < wanted.sum():
        return np.inf
    cost = [
        0.9 * np.hypot(float(s["east"]) - float(v["east"]), float(s["north"]) - float(v["north"]))
        for s in chosen
        for v in villages
    ]
    per_barn = np.kron(np.eye(len(chosen)), np.ones(len(villages)))
    per_village = np.kron(np.ones(len(chosen)), np.eye(len(villages)))
    driving = linprog(cost, A_ub=per_barn, b_ub=room, A_eq=per_village, b_eq=wanted)
    return sum(float(s["rent"]) for s in chosen) + driving.fun


def bottling() -> float:
    """All sets of weeks in which each line runs, each with a linear program over the hectolitres."""
    cost = {(line, drink): c for line, drink, c in sheet("bottling/plan.xlsx", "Costs") if c < 90}
    demand = {(r["drink"], w): float(r[str(w)]) for r in rows("bottling/demand.csv") for w in range(1, 5)}
    best = np.inf
    for runs in product((0, 1), repeat=8):
        if sum(runs[:4]) <= 3:
            best = min(best, 120 * sum(runs) + _filling(cost, demand, {"A": runs[:4], "B": runs[4:]}))
    return best


def _filling(
    cost: dict[tuple[str, str], float], demand: dict[tuple[str, int], float], runs: dict[str, tuple[int, ...]]
) -> float:
    """Make-to-stock as: cumulative production of a drink covers its cumulative demand."""
    makes = [(line, drink, w) for line, drink in cost for w in range(1, 5)]
    left, right = [], []
    for line, capacity in (("A", 400), ("B", 250)):
        for w in range(1, 5):
            left.append([float(m[0] == line and m[2] == w) for m in makes])
            right.append(capacity * runs[line][w - 1])
    for drink in ("cola", "lemon", "malt"):
        for w in range(1, 5):
            left.append([-float(m[1] == drink and m[2] <= w) for m in makes])
            right.append(30 - sum(demand[drink, v] for v in range(1, w + 1)))
    solved = linprog([cost[m[0], m[1]] for m in makes], A_ub=left, b_ub=right)
    return solved.fun if solved.status == 0 else np.inf


def portfolio() -> float:
    """All choices of binding constraints; the rest is a linear system (Karush, Kuhn and Tucker)."""
    expected = column("portfolio/returns.csv", "asset", "expected")
    names = list(expected)
    cov = {(r["one"], r["other"]): float(r["covariance"]) for r in rows("portfolio/covariance.csv")}
    q = np.array([[cov[a, b] for b in names] for a in names])
    r = np.array(list(expected.values()))
    assert np.linalg.eigvalsh(q).min() > 0
    # Inequalities g·x >= h: no short sale, the expected return, the cap on the quarry.
    quarry = np.array([-1.0 if a == "quarry" else 0.0 for a in names])
    g, h = np.vstack([np.eye(len(names)), r, quarry]), np.array([0.0] * len(names) + [6.5, -0.12])
    values = []
    for size in range(len(names)):
        for binding in combinations(range(len(g)), size):
            values += _stationary(q, g, h, list(binding))
    return min(values)


def _stationary(q: np.ndarray, g: np.ndarray, h: np.ndarray, binding: list[int]) -> list[float]:
    """Variance at the point where the binding rows hold as equations, if it is feasible."""
    n = len(q)
    rows_ = np.vstack([np.ones(n), g[binding]])
    system = np.block([[2 * q, -rows_.T], [rows_, np.zeros((len(rows_), len(rows_)))]])
    if np.linalg.matrix_rank(system) < len(system):
        return []
    x = np.linalg.solve(system, np.concatenate([np.zeros(n), [1.0], h[binding]]))[:n]
    return [float(x @ q @ x)] if (g @ x >= h - 1e-12).all() else []


def few_assets() -> float:
    """All sets of at most three investments, and the constraints that bind, as in `portfolio`."""
    expected = column("few_assets/returns.csv", "asset", "expected")
    cov = {(r["one"], r["other"]): float(r["covariance"]) for r in rows("few_assets/covariance.csv")}
    values = []
    for size in (1, 2, 3):
        for held in combinations(expected, size):
            q = np.array([[cov[a, b] for b in held] for a in held])
            assert np.linalg.eigvalsh(q).min() > 0
            g = np.vstack([np.eye(size), -np.eye(size), [expected[a] for a in held]])
            h = np.array([0.22] * size + [-0.6] * size + [6.0])
            for number in range(size):
                for binding in combinations(range(len(g)), number):
                    values += _stationary(q, g, h, list(binding))
    return min(values)
