"""Oracles that try every possibility: whole numbers, sets, orders, ways to share out."""

from __future__ import annotations

import math
from itertools import combinations, permutations, product

import numpy as np

from .files import column, rows


def product_mix() -> float:
    """All whole numbers of ukuleles, mandolins and cellos."""

    def fits(u: int, m: int, c: int) -> bool:
        carving, varnishing, stringing = 3 * u + 5 * m + 19 * c, 2 * u + 5 * m + 8 * c, u + m + 5 * c
        return carving <= 180 and varnishing <= 110 and stringing <= 42

    plans = product(range(12, 56), range(23), range(5))
    return max(80 * u + 130 * m + 440 * c for u, m, c in plans if fits(u, m, c))


def knapsack() -> float:
    """All sets of things."""
    things = [
        (9, 38),
        (5, 17),
        (4, 21),
        (11, 40),
        (3, 12),
        (2, 7),
        (6, 26),
        (13, 45),
        (7, 24),
        (8, 33),
        (10, 36),
    ]
    best = 0
    for taken in product((0, 1), repeat=len(things)):
        weight = sum(w for (w, _), t in zip(things, taken, strict=True) if t)
        if weight <= 40:
            best = max(best, sum(p for (_, p), t in zip(things, taken, strict=True) if t))
    return best


def ratio_objective() -> float:
    """All whole numbers of trays and pots."""
    rates = []
    for dumplings, soup, fritters in product(range(7), range(5), range(1, 11)):
        worked = 0.7 * dumplings + 1.6 * soup + 0.9 * fritters + 3
        if worked <= 16 + 1e-9:
            rates.append((19 * dumplings + 52 * soup + 17 * fritters - 35) / worked)
    return max(rates)


def goal_programming() -> float:
    """All ways to split 40 hectares among three trees."""
    points = []
    for oak in range(41):
        for beech in range(41 - oak):
            fir = 40 - oak - beech
            timber = 9 * oak + 11 * beech + 16 * fir
            birds = 14 * oak + 9 * beech + 4 * fir
            work = 38 * oak + 30 * beech + 22 * fir
            points.append(2 * max(0, 500 - timber) + 3 * max(0, 400 - birds) + max(0, work - 1200))
    return min(points)


def soft_limits() -> float:
    """All whole hours; the soprano's limit is hard beyond four hours more."""
    costs = []
    for mass, motet, carols in product(range(3, 17), repeat=3):
        over = max(0, mass + motet - 10)
        if mass + motet + carols <= 16 and over <= 4:
            grumbling = 50 * max(0, 8 - mass) + 28 * max(0, 6 - motet)
            costs.append(30 * mass + 24 * motet + 18 * carols + grumbling + 15 * over)
    return min(costs)


def lexicographic_levels() -> tuple[int, float]:
    """All 4^6 plans: the fewest nurses, and the fewest kilometres among these plans."""
    table = rows("lexicographic/distances.csv")
    distance = {(r["nurse"], r["patient"]): float(r["kilometres"]) for r in table}
    nurses, patients = sorted({n for n, _ in distance}), sorted({p for _, p in distance})
    plans = (p for p in product(nurses, repeat=len(patients)) if all(p.count(n) <= 3 for n in p))
    return min((len(set(p)), sum(distance[n, q] for n, q in zip(p, patients, strict=True))) for p in plans)


def lexicographic() -> float:
    """The first level; `lexicographic_levels` gives both."""
    return lexicographic_levels()[0]


def project_selection() -> float:
    """All sets of plans."""
    cost = column("project_selection/plans.csv", "plan", "cost")
    visitors = column("project_selection/plans.csv", "plan", "visitors")
    best = -math.inf
    for size in range(len(cost) + 1):
        for chosen in map(set, combinations(cost, size)):
            if sum(cost[p] for p in chosen) <= 100 and _castle_rules(chosen):
                best = max(best, sum(visitors[p] for p in chosen))
    return best


def _castle_rules(chosen: set[str]) -> bool:
    return all((
        "tower" not in chosen or "scaffold" in chosen,
        "café" not in chosen or bool(chosen & {"kitchen", "well"}),
        not {"rose garden", "herb garden"} <= chosen,
        not {"tower", "hall"} <= chosen or "lightning rod" in chosen,
        len(chosen & {"tower", "hall", "kitchen", "café"}) >= 2,
        ("lantern walk" in chosen) == ("scaffold" not in chosen),
    ))  # fmt: skip


def magic_hives_squares() -> list[tuple[int, ...]]:
    """All fillings, row by row, that keep every rule."""
    found = []
    for square in permutations(range(1, 10)):
        a, b, c, d, e, f, g, h, i = square
        if a != 2 or c <= g or a + b + c != d + e + f:
            continue
        lines = {a + b + c, g + h + i, a + d + g, b + e + h, c + f + i, a + e + i, c + e + g}
        if len(lines) == 1:
            found.append(square)
    return found


def quadratic_assignment() -> float:
    """All 5! ways to share out the rooms."""
    walk = {(r["one"], r["other"]): float(r["times"]) for r in rows("quadratic_assignment/walks.csv")}
    metres = {(r["here"], r["there"]): float(r["metres"]) for r in rows("quadratic_assignment/corridors.csv")}
    people, rooms = sorted({a for a, _ in walk}), sorted({r for r, _ in metres})
    return min(
        sum(times * metres[room[a], room[b]] for (a, b), times in walk.items())
        for room in (dict(zip(people, order, strict=True)) for order in permutations(rooms))
    )


def p_median() -> float:
    """All sets of three hamlets."""
    hamlets = [tuple(float(r[k]) for k in ("people", "east", "north")) for r in rows("p_median/hamlets.csv")]
    return min(
        sum(people * min(math.dist((x, y), well[1:]) for well in wells) for people, x, y in hamlets)
        for wells in combinations(hamlets, 3)
    )


def set_covering() -> float:
    """All sets of towers."""
    cost = column("set_covering/towers.csv", "tower", "cost")
    sees = {(r["tower"], r["valley"]) for r in rows("set_covering/sees.csv")}
    valleys = {valley for _, valley in sees}
    best = math.inf
    for size in range(len(cost) + 1):
        for manned in combinations(cost, size):
            eyes = {v: sum((t, v) in sees for t in manned) for v in valleys}
            if all(eyes[v] >= (2 if v == "gorge" else 1) for v in valleys):
                best = min(best, sum(cost[t] for t in manned))
    return best


def set_packing() -> float:
    """All sets of bids."""
    bids = {r["bid"]: (r["family"], float(r["price"])) for r in rows("set_packing/bids.csv")}
    plots: dict[str, set[str]] = {bid: set() for bid in bids}
    for r in rows("set_packing/plots.csv"):
        plots[r["bid"]].add(r["plot"])
    best = 0.0
    for size in range(len(bids) + 1):
        for accepted in combinations(bids, size):
            families = [bids[b][0] for b in accepted]
            disjoint = sum(len(plots[b]) for b in accepted) == len(set().union(*(plots[b] for b in accepted)))
            if disjoint and all(families.count(f) <= 2 for f in families):
                best = max(best, sum(bids[b][1] for b in accepted))
    return best


def assignment() -> float:
    """All 6! ways to pair them."""
    wishes = {(r["apprentice"], r["master"]): r for r in rows("assignment/wishes.csv")}
    apprentices, masters = sorted({a for a, _ in wishes}), sorted({m for _, m in wishes})
    best = -math.inf
    for order in permutations(masters):
        of = dict(zip(apprentices, order, strict=True))
        in_street = sum(of[a] in ("baker", "smith") for a in ("Bruno", "Dina"))
        promised = sum(of[a] in ("mill", "smith", "loom") for a in ("Asta", "Cem", "Femi"))
        fares = sum(float(wishes[pair]["fare"]) for pair in of.items())
        if in_street <= 1 and promised >= 2 and fares <= 700:
            best = max(best, sum(float(wishes[pair]["points"]) for pair in of.items()))
    return best


def min_max() -> float:
    """All 3^9 ways to share out the letters."""
    minutes = {(r["scribe"], r["letter"]): float(r["minutes"]) for r in rows("min_max/minutes.csv")}
    scribes, letters = sorted({s for s, _ in minutes}), sorted({n for _, n in minutes})
    best = math.inf
    for sharing in product(scribes, repeat=len(letters)):
        busy = dict.fromkeys(scribes, 0.0)
        for letter, scribe in zip(letters, sharing, strict=True):
            busy[scribe] += minutes[scribe, letter]
        best = min(best, max(busy.values()))
    return best


def quantity_discount() -> float:
    """All numbers of sacks from two of the mills; a sack too many may reach a cheaper step."""
    offers = rows("quantity_discount/offers.csv")
    price = []
    for mill in ("Upper", "Lower", "Wind"):
        bill = np.full(521, np.inf)
        bill[0] = 0.0
        for offer in (o for o in offers if o["mill"] == mill):
            sacks = np.arange(int(offer["from_sacks"]), int(offer["to_sacks"]) + 1)
            bill[sacks] = np.minimum(bill[sacks], float(offer["price"]) * sacks + 45)
        price.append(np.minimum.accumulate(bill[::-1])[::-1])  # at least so many sacks
    return min(price[0][a] + price[1][b] + price[2][520 - a - b] for a in range(521) for b in range(521 - a))


def semicontinuous() -> float:
    """All sets of lit kilns; each at its least, the rest to the thriftiest."""
    kilns = [tuple(float(r[k]) for k in ("wood", "least", "most")) for r in rows("semicontinuous/kilns.csv")]
    best = math.inf
    for size in range(len(kilns) + 1):
        for lit in combinations(kilns, size):
            if sum(k[1] for k in lit) <= 95 <= sum(k[2] for k in lit):
                best = min(best, _wood(sorted(lit)))
    return best


def _wood(lit: list[tuple[float, ...]]) -> float:
    rest, wood = 95 - sum(least for _, least, _ in lit), sum(w * least for w, least, _ in lit)
    for per_kilogram, least, most in lit:
        more = min(rest, most - least)
        rest, wood = rest - more, wood + per_kilogram * more
    return wood


def piecewise_tariff() -> float:
    """Both bills are linear between breakpoints, so an optimum lies at one of them."""

    def town(x: float) -> float:
        return 3 * min(x, 200) + 2 * min(max(x - 200, 0), 300) + max(x - 500, 0)

    def well(x: float) -> float:
        return 0.5 * min(x, 250) + 1.4 * min(max(x - 250, 0), 240) + 4 * max(x - 490, 0)

    breaks = {0, 200, 500, 600} | {900 - x for x in (0, 250, 490, 600)}
    return min(town(x) + well(900 - x) for x in breaks if 0 <= x <= 600 and 0 <= 900 - x <= 600)


def cyclic_roster() -> int:
    """All rosters of 13 people, as many as Saturday needs (none will do), then of 14, and so on."""
    need = [6, 9, 9, 6, 10, 13, 12]
    for people in range(max(need), sum(need)):
        if _roster(need, people):
            return people
    raise AssertionError("no roster")


def _roster(need: list[int], people: int) -> bool:
    """Whether so many people can be spread over the first days; on a day those of two first days rest."""

    def place(day: int, rest: int, begun: list[int]) -> bool:
        # Off on day d: who began on d+1 or d+2 (their five days ended before d).
        if day == 7:
            return rest == 0 and all(
                people - begun[(d + 1) % 7] - begun[(d + 2) % 7] >= need[d] for d in range(7)
            )
        for number in range(rest + 1):
            begun[day] = number
            if day >= 2 and people - begun[day] - begun[day - 1] < need[day - 2]:
                break
            if place(day + 1, rest - number, begun):
                return True
        begun[day] = 0
        return False

    return place(0, people, [0] * 7)
