"""Oracles that walk through graphs and stages: shortest paths, flows, dynamic programming."""

from __future__ import annotations

import math
from typing import TypeAlias

from .files import column, rows

Arc: TypeAlias = tuple[str, str]


def irrigation() -> float:
    """Successive shortest paths (Bellman and Ford on the residual network), from giving to drinking places."""
    gives = column("irrigation/places.csv", "place", "litres")
    left = {(r["upper"], r["lower"]): float(r["litres"]) for r in rows("irrigation/channels.csv")}
    hours = {(r["upper"], r["lower"]): float(r["hours"]) for r in rows("irrigation/channels.csv")}
    for place, litres in gives.items():
        arc = ("source", place) if litres > 0 else (place, "sink")
        left[arc], hours[arc] = abs(litres), 0.0
    left |= {(j, i): 0.0 for i, j in list(left)}
    hours |= {(j, i): -cost for (i, j), cost in list(hours.items())}
    wanted, total = sum(-litres for litres in gives.values() if litres < 0), 0.0
    while wanted > 0:
        path = _cheapest_path(left, hours, "source", "sink")
        step = min(wanted, *(left[arc] for arc in path))
        for i, j in path:
            left[i, j] -= step
            left[j, i] += step
        wanted -= step
        total += step * sum(hours[arc] for arc in path)
    return total


def _cheapest_path(left: dict[Arc, float], cost: dict[Arc, float], start: str, end: str) -> list[Arc]:
    """Arcs of a cheapest path over arcs that can still carry something."""
    distance, last = {start: 0.0}, {}
    for _ in range(len({i for arc in left for i in arc})):
        for (i, j), room in left.items():
            reached = distance.get(i, math.inf) + cost[i, j]
            if room > 0 and reached < distance.get(j, math.inf) - 1e-12:
                distance[j], last[j] = reached, i
    path, at = [], end
    while at != start:
        path.append((last[at], at))
        at = last[at]
    return path[::-1]


def lot_sizing() -> float:
    """Dynamic programming over the hundredweights in the loft; whole ones suffice, since all data are whole."""
    months = rows("lot_sizing/months.csv")
    best = {15: 0.0}
    for month in months:
        order, wax = int(month["order"]), float(month["wax"])
        after: dict[int, float] = {}
        for loft, cost in best.items():
            for poured in range(91):
                left = loft + poured - order
                if left >= 0:
                    total = cost + wax * poured + 150 * (poured > 0) + 2 * left
                    after[left] = min(after.get(left, math.inf), total)
        best = after
    return min(cost for loft, cost in best.items() if loft >= 10)
