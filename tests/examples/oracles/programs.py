"""Oracles that write the matrices of a linear program by hand and give them to SciPy."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import scipy.sparse as sp
from scipy.optimize import linprog, milp

from .files import column, rows, sheet


def blending() -> float:
    """Columns: santos, sumatra, robusta in the breakfast blend, then the same in the espresso."""
    cost, price = np.array([5.2, 7.4, 3.1]), np.array([11.5, 13.8])
    points = np.array([3.0, 6.0, 9.0])
    profit = np.concatenate([price[0] - cost, price[1] - cost])
    one, none = np.ones(3), np.zeros(3)
    santos, sumatra, robusta = np.eye(3)
    left = [
        *np.hstack([np.eye(3), np.eye(3)]),  # what the ship brought
        np.r_[one, none],
        np.r_[none, one],
        np.r_[-one, none],  # the cafés' order
        np.r_[robusta - 0.15 * one, none],
        np.r_[none, robusta - 0.3 * one],
        np.r_[0.7 * one - santos, none],
        np.r_[none, 0.6 * one - sumatra],
        np.r_[points - 4.6, none],
        np.r_[none, points - 5.8],
    ]
    right = [800, 500, 500, 1000, 800, -600, 0, 0, 0, 0, 0, 0]
    return -linprog(-profit, A_ub=left, b_ub=right).fun


def diet() -> float:
    """One column per food; least and most of each nutrient, weight, share of fish."""
    price = column("diet/foods.csv", "food", "eur_per_kg")
    foods = list(price)
    holds = {(r["food"], r["nutrient"]): float(r["per_kg"]) for r in rows("diet/content.csv")}
    left, right = [], []
    for need in rows("diet/needs.csv"):
        row = np.array([holds[f, need["nutrient"]] for f in foods])
        left += [row, -row]
        right += [float(need["most"]), -float(need["least"])]
    left += [np.ones(len(foods)), np.array([0.25 - (f == "dried fish") for f in foods])]
    right += [1.25, 0.0]
    return linprog(list(price.values()), A_ub=left, b_ub=right).fun


def transport() -> float:
    """Primal and dual from SciPy, both then proved feasible and equal in whole cents and tonnes."""
    supply = dict(sheet("transport/apples.xlsx", "Orchards"))
    demand = dict(sheet("transport/apples.xlsx", "Presses"))
    road = {(o, p): round(100 * c) for o, p, c in sheet("transport/apples.xlsx", "Roads")}
    cents = np.array([[road[o, p] for p in demand] for o in supply])
    have, want = np.array(list(supply.values())), np.array(list(demand.values()))
    by_orchard = sp.kron(sp.eye(len(have)), np.ones((1, len(want))))
    by_press = sp.kron(np.ones((1, len(have))), sp.eye(len(want)))
    matrix = sp.vstack([by_orchard, -by_press]).tocsr()
    found = linprog(cents.ravel(), A_ub=matrix, b_ub=np.concatenate([have, -want]), method="highs-ds")
    tonnes = np.rint(found.x).astype(int).reshape(cents.shape)
    dual = -np.rint(found.ineqlin.marginals).astype(int)
    scarce, worth = dual[: len(have)], dual[len(have) :]
    assert (tonnes >= 0).all()
    assert (tonnes.sum(axis=1) <= have).all()
    assert (tonnes.sum(axis=0) >= want).all()
    assert (dual >= 0).all()
    assert (worth[None, :] - scarce[:, None] <= cents).all()
    primal_cents = int((cents * tonnes).sum())
    assert primal_cents == int(worth @ want - scarce @ have)
    return primal_cents / 100


def cutting_stock() -> float:
    """Integer program over all patterns that fit; the rounded relaxation bounds it from below."""
    lengths, needed = np.array([135, 108, 93, 42]), np.array([24, 42, 37, 51])
    counts = [range(300 // length + 1) for length in lengths]
    patterns = np.array([p for p in product(*counts) if 0 < lengths @ p <= 300])
    ones = np.ones(len(patterns))
    relaxed = linprog(ones, A_ub=-patterns.T, b_ub=-needed)
    whole = milp(ones, constraints=(patterns.T, needed, np.inf), integrality=ones)
    cut = np.rint(whole.x)
    assert (patterns.T @ cut >= needed).all()
    assert cut.sum() == math.ceil(relaxed.fun - 1e-9)
    return cut.sum()


def two_stage() -> float:
    """Columns: bought in summer; then per winter bought late, burnt and sold; chips before pellets."""
    winters = rows("two_stage/winters.csv")
    late = {(r["winter"], r["fuel"]): float(r["price"]) for r in rows("two_stage/market.csv")}
    cost, equal, heat, needs = [84.0, 190.0], [], [], []
    for number, winter in enumerate(winters):
        likely, first = float(winter["probability"]), 2 + 6 * number
        cost += [likely * late[winter["winter"], f] for f in ("chips", "pellets")]
        cost += [0, 0, -45 * likely, -120 * likely]
        for fuel in range(2):
            row = np.zeros(2 + 6 * len(winters))
            row[[fuel, first + fuel, first + 2 + fuel, first + 4 + fuel]] = 1, 1, -1, -1
            equal.append(row)
        burnt = np.zeros(2 + 6 * len(winters))
        burnt[[first + 2, first + 3]] = -3.4, -4.8
        heat.append(burnt)
        needs.append(-float(winter["heat"]))
    barn = np.r_[1.0, 1.0, np.zeros(6 * len(winters))]
    return linprog(cost, A_ub=[*heat, barn], b_ub=[*needs, 600], A_eq=equal, b_eq=np.zeros(len(equal))).fun


def pooling() -> float:
    """A dense grid over the acidity of the vat; for one acidity the rest is linear.

    Columns: from the vat into table and fine oil, bought oil into table and fine oil. One litre in
    the vat of acidity a costs what the mixture of mild and sharp oil with that acidity costs.
    """
    best = 0.0
    for acidity in np.linspace(0.8, 3.0, 441):
        sharp = (acidity - 0.8) / 2.2
        vat = 4 * sharp + 6 * (1 - sharp)
        left = [
            [acidity - 2.4, 0, 1.6 - 2.4, 0],
            [0, acidity - 1.2, 0, 1.6 - 1.2],
            [1, 0, 1, 0],
            [0, 1, 0, 1],
        ]
        profit = np.array([7 - vat, 9 - vat, 7 - 5.5, 9 - 5.5])
        best = max(best, -linprog(-profit, A_ub=left, b_ub=[0, 0, 300, 200]).fun)
    return best


def multicommodity_flow() -> float:
    """Loads on paths without a circle, from every town that sends to every town that receives."""
    ways = {(r["start"], r["end"]): r for r in rows("multicommodity_flow/ways.csv")}
    towns = rows("multicommodity_flow/towns.csv")
    paths = []
    for good in ("salt", "wool"):
        senders = [t["town"] for t in towns if float(t[good]) > 0]
        receivers = [t["town"] for t in towns if float(t[good]) < 0]
        paths += [(good, p) for s in senders for r in receivers for p in _paths(ways, s, r)]
    toll = [sum(float(ways[w][f"{good}_toll"]) for w in path) for good, path in paths]
    room = [[float(way in path) for _, path in paths] for way in ways]
    ends, amounts = [], []
    for town in towns:
        for good in ("salt", "wool"):
            side = 0 if float(town[good]) > 0 else -1
            at_end = [float(g == good and p[side][side] == town["town"]) for g, p in paths]
            if float(town[good]):
                ends.append(at_end)
                amounts.append(abs(float(town[good])))
    rooms = [float(w["room"]) for w in ways.values()]
    return linprog(toll, A_ub=room, b_ub=rooms, A_eq=ends, b_eq=amounts).fun


def _paths(ways: dict, start: str, end: str, seen: tuple[str, ...] = ()) -> list[list[tuple[str, str]]]:
    """All paths without a circle, as lists of ways."""
    if start == end:
        return [[]]
    onward = [way for way in ways if way[0] == start and way[1] not in seen]
    return [[way, *rest] for way in onward for rest in _paths(ways, way[1], end, (*seen, start))]
