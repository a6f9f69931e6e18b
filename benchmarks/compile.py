"""How long compilation takes: `python benchmarks/compile.py [--repeats N] [--size N] [--json]`.

Three indexed models of about a million coefficients are compiled to arrays, and the arrays are handed to
HiGHS by its flat `passModel`, both N times in turns in this process. Printed are medians, the ratio of the
two and coefficients a second. Binding (reading the data) is timed once. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.model import Model
from quintet.solvers.arrays import Arrays
from quintet.solvers.matrix import compile
from quintet.solvers.options import Options
from quintet.solvers.session import Session

PLUS = {"lower": 0, "upper": None}


@dataclass(frozen=True)
class Measured:
    """One model; times in seconds, medians where they were repeated."""

    model: str
    rows: int
    columns: int
    coefficients: int
    bind: float
    compile: float
    pass_model: float
    ratio: float
    coefficients_per_second: float


def transport(size: int) -> dict[str, Any]:
    """Every source to every sink: two dense families of sums."""
    return {
        "sets": {"Source": f"1..{size}", "Sink": f"1..{size}"},
        "parameters": {
            "cost": {"index": "i in Source for j in Sink", "expression": "(7 * i + 3 * j) % 11 + 1"},
            "need": {"index": "j in Sink", "expression": "j % 5 + 1"},
        },
        "variables": {"ship": {"index": "i in Source for j in Sink", **PLUS}},
        "objective": {
            "sense": "minimize",
            "expression": "sum(cost[i, j] * ship[i, j] for i in Source for j in Sink)",
        },
        "constraints": {
            "demand": {"for": "j in Sink", "expression": "sum(ship[i, j] for i in Source) >= need[j]"},
            "supply": {"for": "i in Source", "expression": "sum(ship[i, j] for j in Sink) <= 100"},
        },
    }


def flow(size: int) -> dict[str, Any]:
    """Flow over sparse arcs: every sum is a join of the arcs with a node."""
    nodes, degree = 10 * size, size // 14
    return {
        "sets": {
            "Node": f"1..{nodes}",
            "Step": f"1..{degree}",
            "Arc": {"from": f"(i, (i + 13 * s) % {nodes} + 1) for i in Node for s in Step"},
        },
        "parameters": {"cost": {"index": "(i, j) in Arc", "expression": "(i + 3 * j) % 17 + 1"}},
        "variables": {"go": {"index": "(i, j) in Arc", **PLUS}},
        "objective": {"sense": "minimize", "expression": "sum(cost[i, j] * go[i, j] for (i, j) in Arc)"},
        "constraints": {
            "balance": {
                "for": "n in Node",
                "expression": "sum(go[i, j] for (i, j) in Arc if i == n)"
                " - sum(go[i, j] for (i, j) in Arc if j == n) == 0",
            }
        },
    }


def stock(size: int) -> dict[str, Any]:
    """Stock carried from period to period: conditionals and arithmetic on an index."""
    items = size // 3
    return {
        "sets": {"Item": f"1..{items}", "Period": f"1..{size}"},
        "parameters": {
            "need": {"index": "i in Item for t in Period", "expression": "(i * t) % 13"},
            "opening": {"index": "i in Item", "expression": "i % 4"},
        },
        "variables": {
            "make": {"index": "i in Item for t in Period", **PLUS},
            "held": {"index": "i in Item for t in Period", **PLUS},
        },
        "objective": {
            "sense": "minimize",
            "expression": "sum(make[i, t] + 2 * held[i, t] for i in Item for t in Period)",
        },
        "constraints": {
            "carry": {
                "for": "i in Item for t in Period",
                "expression": "(held[i, t-1] if t > 1 else opening[i]) + make[i, t]"
                " == need[i, t] + held[i, t]",
            },
            "room": {"for": "t in Period", "expression": "sum(make[i, t] for i in Item) <= 40 * card(Item)"},
            "cap": {"for": "i in Item for t in Period", "expression": "make[i, t] + held[i, t] <= 500"},
        },
    }


MODELS: dict[str, Callable[[int], dict[str, Any]]] = {"transport": transport, "flow": flow, "stock": stock}


def timed(run: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    result = run()
    return time.perf_counter() - started, result


def measure(name: str, size: int, repeats: int) -> Measured:
    document = Formulation.model_validate(MODELS[name](size))
    binding, bound = timed(lambda: bind(document))
    pairs = [_once(bound) for _ in range(repeats)]
    arrays = pairs[0][2]
    compiling = statistics.median(pair[0] for pair in pairs)
    passing = statistics.median(pair[1] for pair in pairs)
    return Measured(
        name,
        arrays.rows,
        arrays.columns,
        arrays.nonzeros,
        binding,
        compiling,
        passing,
        compiling / passing,
        arrays.nonzeros / compiling,
    )


def _once(bound: Model) -> tuple[float, float, Arrays]:
    compiling, arrays = timed(lambda: compile(bound))
    passing, _ = timed(lambda: Session(arrays, Options(), {}))
    return compiling, passing, arrays


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--size", type=int, default=700, help="about 2 * size² coefficients a model")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found = [measure(name, asked.size, asked.repeats) for name in MODELS]
    packages = {name: version(name) for name in ("numpy", "highspy")}
    if asked.json:
        print(
            json.dumps(
                {"python": platform.python_version(), **packages, "models": [asdict(m) for m in found]}
            )
        )
        return
    print(f"Python {platform.python_version()}, {packages}, medians of {asked.repeats}")
    print("model          rows  columns    coeff.  bind s compile s  pass s ratio")
    for m in found:
        sizes = f"{m.model:10} {m.rows:8,} {m.columns:8,} {m.coefficients:9,}"
        print(f"{sizes} {m.bind:7.2f} {m.compile:9.3f} {m.pass_model:7.3f} {m.ratio:5.1f}")


if __name__ == "__main__":
    main()
