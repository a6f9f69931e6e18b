"""Oracles for tours and schedules: every order is tried, or every set of what has been done."""

from __future__ import annotations

import math
from functools import cache
from itertools import combinations, permutations, product

from .files import figures, rows


def travelling_salesman() -> float:
    """Held and Karp: the shortest way from the mill through a set of villages to one of them."""
    places = [(float(p["east"]), float(p["north"])) for p in rows("travelling_salesman/places.csv")]
    last = len(places)

    @cache
    def way(visited: frozenset[int], end: int) -> float:
        rest = visited - {end}
        if not rest:
            return math.dist(places[0], places[end])
        return min(way(rest, before) + math.dist(places[before], places[end]) for before in rest)

    everywhere = frozenset(range(1, last))
    return min(way(everywhere, end) + math.dist(places[end], places[0]) for end in everywhere)


def vehicle_routing() -> float:
    """Best order of every set of customers, then the best partition into at most three sets."""
    stops = list(figures("vehicle_routing/stops.csv", "stop").values())
    customers = range(1, len(stops))
    round_trip = {}
    for size in range(1, len(stops)):
        for group in combinations(customers, size):
            if sum(stops[c]["churns"] for c in group) <= 16:
                kilometres = min(_kilometres(stops, order) for order in permutations(group))
                if kilometres < math.inf:
                    round_trip[frozenset(group)] = kilometres
    return _partition(frozenset(customers), round_trip, 3)


def _kilometres(stops: list[dict[str, float]], order: tuple[int, ...]) -> float:
    """Length of a round, infinite if a customer is reached too late."""
    here, minute, driven = stops[0], 0.0, 0.0
    for stop in (*(stops[c] for c in order), stops[0]):
        step = math.hypot(here["east"] - stop["east"], here["north"] - stop["north"])
        driven += step
        minute = max(minute + here["unloading"] + 4 * step, stop["opens"])
        if minute > stop["closes"]:
            return math.inf
        here = stop
    return driven


def _partition(left: frozenset[int], parts: dict[frozenset[int], float], most: int) -> float:
    if not left:
        return 0.0
    if most == 0:
        return math.inf
    first = min(left)
    fitting = [(part, value) for part, value in parts.items() if first in part and part <= left]
    return min(
        (value + _partition(left - part, parts, most - 1) for part, value in fitting), default=math.inf
    )


def job_shop() -> float:
    """All orders of the bells at each place; then every step begins as early as its predecessors allow."""
    steps = [(r["bell"], int(r["step"]), r["place"], float(r["hours"])) for r in rows("job_shop/steps.csv")]
    places = sorted({place for _, _, place, _ in steps})
    bells = sorted({bell for bell, _, _, _ in steps})
    return min(
        _makespan(steps, dict(zip(places, orders, strict=True)))
        for orders in product(permutations(bells), repeat=len(places))
    )


def _makespan(steps: list[tuple[str, int, str, float]], order: dict[str, tuple[str, ...]]) -> float:
    at = {(bell, place): (bell, step) for bell, step, place, _ in steps}
    hours = {(bell, step): h for bell, step, _, h in steps}
    before: dict[tuple[str, int], list[tuple[str, int]]] = {key: [] for key in hours}
    for bell, step, place, _ in steps:
        if step > 1:
            before[bell, step].append((bell, step - 1))
        queue = [at[b, place] for b in order[place]]
        earlier = queue.index((bell, step))
        if earlier:
            before[bell, step].append(queue[earlier - 1])
    done: dict[tuple[str, int], float] = {}
    while len(done) < len(hours):
        ready = [k for k in hours if k not in done and all(p in done for p in before[k])]
        if not ready:
            return math.inf
        for key in ready:
            done[key] = max((done[p] for p in before[key]), default=0.0) + hours[key]
    return max(done.values())


def project_scheduling() -> int:
    """Every order of the tasks, each task as early as predecessors and carpenters allow."""
    tasks = {r["task"]: (int(r["days"]), int(r["carpenters"])) for r in rows("project_scheduling/tasks.csv")}
    before = [(r["first"], r["then"]) for r in rows("project_scheduling/order.csv")]
    ends = []
    for order in permutations(tasks):
        rank = {task: n for n, task in enumerate(order)}
        if all(rank[a] < rank[b] for a, b in before):
            ends.append(_serial(order, tasks, before))
    assert min(ends) <= 24
    return min(ends)


def _serial(order: tuple[str, ...], tasks: dict[str, tuple[int, int]], before: list[tuple[str, str]]) -> int:
    """The last day of the schedule that takes the tasks in this order."""
    busy, end = [0] * 80, dict.fromkeys(order, 0)
    for task in order:
        days, crew = tasks[task]
        begin = max((end[a] for a, b in before if b == task), default=0)
        while any(busy[d] + crew > 6 for d in range(begin, begin + days)):
            begin += 1
        for day in range(begin, begin + days):
            busy[day] += crew
        end[task] = begin + days
    return max(end.values())


def project_crashing() -> float:
    """All ways to save whole days, with the longest chain of works for each."""
    works = {r["work"]: r for r in rows("project_crashing/works.csv")}
    before = [(r["first"], r["then"]) for r in rows("project_crashing/order.csv")]
    most = [int(w["usual"]) - int(w["least"]) for w in works.values()]
    costs = [float(w["cost"]) for w in works.values()]
    best = math.inf
    for saved in product(*(range(m + 1) for m in most)):
        cost = sum(c * s for c, s in zip(costs, saved, strict=True))
        if cost < best:
            days = {w: int(r["usual"]) - s for (w, r), s in zip(works.items(), saved, strict=True)}
            best = cost if _longest(days, before) <= 21 else best
    return best


def _longest(days: dict[str, int], before: list[tuple[str, str]]) -> int:
    end = dict(days)
    for _ in days:
        for first, then in before:
            end[then] = max(end[then], end[first] + days[then])
    return max(end.values())
