"""Oracles that walk through graphs and stages: shortest paths, flows, dynamic programming."""

from __future__ import annotations

import heapq
import math
from itertools import permutations, product
from typing import TypeAlias

from .files import column, figures, rows

Arc: TypeAlias = tuple[str, str]


def min_cost_flow() -> float:
    """Successive shortest paths (Bellman and Ford on the residual network), from spring to terraces."""
    gives = column("min_cost_flow/places.csv", "place", "litres")
    left = {(r["upper"], r["lower"]): float(r["litres"]) for r in rows("min_cost_flow/channels.csv")}
    hours = {(r["upper"], r["lower"]): float(r["hours"]) for r in rows("min_cost_flow/channels.csv")}
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
    """Dynamic programming over what is in the loft; whole hundredweights suffice, as all data are whole."""
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


def shortest_path() -> float:
    """Dijkstra, with a heap."""
    paths = [(r["upper"], r["lower"], float(r["minutes"])) for r in rows("shortest_path/paths.csv")]
    waiting, reached = [(0.0, "hut")], set()
    while waiting:
        minutes, place = heapq.heappop(waiting)
        if place == "station":
            return minutes
        if place not in reached:
            reached.add(place)
            for upper, lower, more in paths:
                if upper == place:
                    heapq.heappush(waiting, (minutes + more, lower))
    return math.inf


def unit_commitment() -> float:
    """State: for each plant, whether it runs and for how many hours it has (counted to its minimum)."""
    plants = list(figures("unit_commitment/plants.csv", "plant").values())
    best = {tuple((bool(p["before"]), 99) for p in plants): 0.0}
    for hour in rows("unit_commitment/demand.csv"):
        need = float(hour["megawatts"])
        after: dict[tuple, float] = {}
        for states, cost in best.items():
            for runs in product((False, True), repeat=len(plants)):
                moved = [_moved(p, s, r) for p, s, r in zip(plants, states, runs, strict=True)]
                if all(m is not None for m in moved):
                    lit = sum(
                        p["lighting"]
                        for p, (was, _), r in zip(plants, states, runs, strict=True)
                        if r and not was
                    )
                    total = cost + lit + _dispatch([p for p, r in zip(plants, runs, strict=True) if r], need)
                    key = tuple(moved)
                    after[key] = min(after.get(key, math.inf), total)
        best = after
    return min(best.values())


def _moved(plant: dict[str, float], state: tuple[bool, int], runs: bool) -> tuple[bool, int] | None:
    """The state after one more hour, None if it must still run or rest."""
    ran, hours = state
    if runs == ran:
        return ran, min(hours + 1, 99)
    return (runs, 1) if hours >= plant["up" if ran else "down"] else None


def _dispatch(running: list[dict[str, float]], need: float) -> float:
    """Everyone at the least, the rest by merit."""
    rest = need - sum(p["least"] for p in running)
    if rest < 0:
        return math.inf
    cost = sum(p["running"] + p["fuel"] * p["least"] for p in running)
    for plant in sorted(running, key=lambda p: p["fuel"]):
        more = min(rest, plant["most"] - plant["least"])
        rest, cost = rest - more, cost + plant["fuel"] * more
    return cost if rest < 1e-9 else math.inf


def setup_carryover() -> float:
    """State: barrels of black and red that wait, and the colour that the mill is clean for."""
    orders = {(r["colour"], r["week"]): int(r["barrels"]) for r in rows("setup_carryover/orders.csv")}
    best: dict[tuple[int, int, str], float] = {(2, 1, ""): 0.0}
    for week in "123456":
        after: dict[tuple[int, int, str], float] = {}
        for (black, red, clean), cost in best.items():
            for cleanings, mixable in _cleanings(clean):
                hours = 10 - sum({"black": 1, "red": 2}[c] for c in cleanings)
                rags = sum({"black": 40, "red": 90}[c] for c in cleanings)
                for b, r in product(range(hours + 1), repeat=2):
                    if b + r > hours or (b and "black" not in mixable) or (r and "red" not in mixable):
                        continue
                    left = black + b - orders["black", week], red + r - orders["red", week]
                    if min(left) >= 0:
                        key = (*left, cleanings[-1] if cleanings else clean)
                        total = cost + rags + 7 * left[0] + 9 * left[1]
                        after[key] = min(after.get(key, math.inf), total)
        best = after
    return min(best.values())


def _cleanings(clean: str) -> list[tuple[tuple[str, ...], set[str]]]:
    """Sequences of cleanings in a week, each colour once at most, with the colours that can be mixed."""
    colours = ("black", "red")
    sequences = [()] + [o for size in (1, 2) for o in permutations(colours, size)]
    return [(cleanings, {*cleanings, clean}) for cleanings in sequences]
