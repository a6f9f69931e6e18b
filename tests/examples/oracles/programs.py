"""Oracles that write the matrices of a linear program by hand and give them to SciPy."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.optimize import linprog

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
        np.r_[robusta - 0.2 * one, none],
        np.r_[none, robusta - 0.3 * one],
        np.r_[0.5 * one - santos, none],
        np.r_[none, 0.4 * one - sumatra],
        np.r_[points - 4.2, none],
        np.r_[none, points - 6.1],
    ]
    right = [900, 500, 600, 1000, 800, -400, 0, 0, 0, 0, 0, 0]
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
    right += [1.6, 0.0]
    return linprog(list(price.values()), A_ub=left, b_ub=right).fun


def transport() -> float:
    """Primal and dual from SciPy, both then proved feasible and equal in whole cents and tonnes."""
    supply = {o: t for o, t in sheet("transport/apples.xlsx", "Orchards")}
    demand = {p: t for p, t in sheet("transport/apples.xlsx", "Presses")}
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
    assert (tonnes >= 0).all() and (tonnes.sum(axis=1) <= have).all() and (tonnes.sum(axis=0) >= want).all()
    assert (dual >= 0).all() and (worth[None, :] - scarce[:, None] <= cents).all()
    primal_cents = int((cents * tonnes).sum())
    assert primal_cents == int(worth @ want - scarce @ have)
    return primal_cents / 100
