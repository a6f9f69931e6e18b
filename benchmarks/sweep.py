"""What a warm-started sweep saves: `python benchmarks/sweep.py [--side N] [--grid N] [--threads N] [--json]`.

A production and transport LP (plants make products, and send them to shops over some weeks, with
stocks) is swept over two of its parameters, N × N points each: right-hand sides, costs, and
coefficients of the matrix. The same points are then solved one after another, each from the start,
with the same number of threads in all, in this process. Every point's objective must be the same in
both, or the script fails. Three times are printed for the cold solves:

  solve    `solvers.solve` of the bound model at each point: compile, HiGHS, checks
  whole    binding with the change, and that
  ratio    time of the whole sweep over the time of `solve`, and over `whole`
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import sys
import time
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Any

from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.tolerances import agree
from quintet.solvers import solve
from quintet.solvers.options import Options
from quintet.solvers.whatif import Axis, Mode, Sweep, apply, sweep

TARGET = 0.25
PLUS = {"lower": 0, "upper": None}


@dataclass(frozen=True)
class Measured:
    """One sweep against as many cold solves; times in seconds of wall time."""

    sweep: str
    points: int
    infeasible: int
    route: str
    columns: int
    rows: int
    sweep_seconds: float
    cold_solve: float
    cold_whole: float
    ratio_to_solve: float
    ratio_to_whole: float
    target: float | None


def document(side: int) -> dict[str, Any]:
    """`side` plants, `4 * side` shops, 2 products, 3 weeks: about 25 side² columns."""
    draw = random.Random(side)
    plants, shops = range(1, side + 1), range(1, 4 * side + 1)
    place = {n: (draw.random(), draw.random()) for n in (*plants, *(-s for s in shops))}
    far = {
        str(p): {
            str(s): round(
                10 * ((place[p][0] - place[-s][0]) ** 2 + (place[p][1] - place[-s][1]) ** 2) ** 0.5, 2
            )
            for s in shops
        }
        for p in plants
    }
    products, weeks = ("x", "y"), range(1, 4)
    wanted = {str(s): {d: {str(w): draw.randint(5, 25) for w in weeks} for d in products} for s in shops}
    total = sum(wanted[str(s)][d][str(w)] for s in shops for d in products for w in weeks)
    room = {str(p): round(total / side / 3 * draw.uniform(0.8, 1.6), 1) for p in plants}
    return {
        "sets": {"Plant": f"1..{side}", "Shop": f"1..{4 * side}", "Drink": list(products), "Week": "1..3"},
        "parameters": {
            "far": {"index": ["Plant", "Shop"], "values": far},
            "wanted": {"index": ["Shop", "Drink", "Week"], "values": wanted},
            "room": {"index": ["Plant"], "values": room},
            "unit_cost": {
                "index": ["Plant", "Drink"],
                "values": {str(p): {d: draw.randint(5, 15) for d in products} for p in plants},
            },
            "hours": {
                "index": ["Plant", "Drink"],
                "values": {str(p): {d: round(draw.uniform(0.8, 1.2), 2) for d in products} for p in plants},
            },
            "fuel": {"values": 1},
            "wage": {"values": 1},
            "keep": {"values": 0.4},
        },
        "variables": {
            "make": {"index": "p in Plant for d in Drink for w in Week", **PLUS},
            "send": {"index": "p in Plant for s in Shop for d in Drink for w in Week", **PLUS},
            "stock": {"index": "p in Plant for d in Drink for w in Week", **PLUS},
        },
        "objective": {
            "sense": "minimize",
            "expression": "fuel * sum(far[p, s] * send[p, s, d, w] for p in Plant for s in Shop "
            "for d in Drink for w in Week) + wage * sum(unit_cost[p, d] * make[p, d, w] for p in Plant "
            "for d in Drink for w in Week) + sum(keep * stock[p, d, w] for p in Plant for d in Drink "
            "for w in Week)",
        },
        "constraints": {
            "balance": {
                "for": "p in Plant for d in Drink for w in Week",
                "expression": "(stock[p, d, w - 1] if w > 1 else 0) + make[p, d, w] == "
                "stock[p, d, w] + sum(send[p, s, d, w] for s in Shop)",
            },
            "capacity": {
                "for": "p in Plant for w in Week",
                "expression": "sum(hours[p, d] * make[p, d, w] for d in Drink) <= room[p]",
            },
            "demand": {
                "for": "s in Shop for d in Drink for w in Week",
                "expression": "sum(send[p, s, d, w] for p in Plant) >= wanted[s, d, w]",
            },
        },
    }


def spread(first: float, last: float, count: int) -> tuple[float, ...]:
    return tuple(first + (last - first) * n / (count - 1) for n in range(count))


def sweeps(count: int) -> dict[str, tuple[list[Axis], float | None]]:
    every = (None, None)
    return {
        "right-hand sides": (
            [
                Axis("room", spread(0.95, 1.3, count), (None,), Mode.SCALE),
                Axis("wanted", spread(0.8, 1.3, count), (None, None, None), Mode.SCALE),
            ],
            TARGET,
        ),
        "costs": ([Axis("fuel", spread(0.6, 1.4, count)), Axis("wage", spread(0.6, 1.4, count))], TARGET),
        "coefficients": (
            [
                Axis("hours", spread(0.85, 1.05, count), every, Mode.SCALE),
                Axis("keep", spread(0.2, 0.6, count)),
            ],
            None,
        ),
    }


def measure(
    name: str, formulation: Formulation, axes: list[Axis], target: float | None, threads: int
) -> Measured:
    options = Options(threads=1)
    started = time.perf_counter()
    found = sweep(formulation, axes, options=options, workers=threads)
    seconds = time.perf_counter() - started
    cold, whole = _cold(formulation, found, Options(threads=threads))
    model = bind(formulation)
    return Measured(
        name,
        len(found.points),
        sum(not point.outcome.solved for point in found.points),
        found.route.value,
        model.columns,
        sum(len(c.family) for c in model.constraints.values()),
        seconds,
        cold,
        whole,
        seconds / cold,
        seconds / whole,
        target,
    )


def _cold(formulation: Formulation, found: Sweep, options: Options) -> tuple[float, float]:
    """Every point from the start: seconds of solving, and with binding. Fails where an answer differs."""
    solving = whole = 0.0
    for point in found.points:
        started = time.perf_counter()
        changes = [axis.change(value) for axis, value in zip(found.axes, point.place, strict=True)]
        model = apply(formulation, changes).bind()
        bound = time.perf_counter()
        cold = solve(model, "highs", options)
        ended = time.perf_counter()
        solving, whole = solving + ended - bound, whole + ended - started
        if cold.outcome is not point.outcome or not _same(cold.objective, point.objective):
            raise SystemExit(
                f"{point.place}: {point.outcome} {point.objective}, cold {cold.outcome} {cold.objective}"
            )
    return solving, whole


def _same(one: float | None, other: float | None) -> bool:
    return one is None and other is None if one is None or other is None else agree(one, other)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--side", type=int, default=21, help="plants; 21 makes 10,836 columns")
    asked.add_argument("--grid", type=int, default=9)
    asked.add_argument("--threads", type=int, default=1)
    asked.add_argument("--only", help="one of the sweeps")
    asked.add_argument("--json", action="store_true")
    given = asked.parse_args()
    formulation = Formulation.model_validate(document(given.side))
    results = [
        measure(name, formulation, axes, target, given.threads)
        for name, (axes, target) in sweeps(given.grid).items()
        if given.only in (None, name)
    ]
    if given.json:
        print(json.dumps({**_where(given.threads), "results": [asdict(one) for one in results]}, indent=2))
    else:
        report(results, given.threads)
    sys.exit(any(r.target is not None and r.ratio_to_solve > r.target for r in results))


def _where(threads: int) -> dict[str, Any]:
    return {
        "date": datetime.now().astimezone().date().isoformat(),
        "highspy": version("highspy"),
        "quintet": version("quintet"),
        "python": platform.python_version(),
        "threads": threads,
    }


def report(results: list[Measured], threads: int) -> None:
    print(", ".join(f"{name} {value}" for name, value in _where(threads).items()))
    for one in results:
        target = "no target" if one.target is None else f"target {one.target:g}"
        print(
            f"\n{one.sweep}: {one.points} points ({one.infeasible} without a plan) of an LP with "
            f"{one.columns:,} columns and {one.rows:,} rows, {one.route}\n"
            f"  sweep {one.sweep_seconds:.2f} s, cold solves {one.cold_solve:.2f} s, with binding "
            f"{one.cold_whole:.2f} s; ratio {one.ratio_to_solve:.3f} ({target}), "
            f"with binding {one.ratio_to_whole:.3f}"
        )


if __name__ == "__main__":
    main()
