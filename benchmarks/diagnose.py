"""How long a diagnosis takes: `python benchmarks/diagnose.py [--rows N] [--repeats N] [--json]`.

Infeasible linear programs of N constraints (20,000 by default), indexed, whose irreducible subset is known:

- core: a transport plan in which one sink needs more than its sources hold; 4 constraints clash.
- chain: a stock that has to rise by 1 in each period, and a ceiling after 300 of them; 300 constraints clash.
- dense: each row sums up 40 of 500 decisions with scattered coefficients; two rows clash among all that
  share the same decisions.
- wide: 201 rows of 200 random coefficients each, which clash only all together, among rows that hold easily.
- shuffled: 300 differences that form a ring in random order, among random rows that hold easily.

Each is diagnosed N times (binding is timed apart), with the proof, and the subset is compared with the known
one. Printed are medians. Nothing is asserted about time.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import numpy as np

from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.model import Model
from quintet.solvers.diagnosis import Diagnosis, diagnose
from quintet.solvers.matrix import compile

PLUS = {"lower": 0, "upper": None}
CHAIN, WIDE = 300, 200


@dataclass(frozen=True)
class Measured:
    """One model; medians in seconds."""

    model: str
    rows: int
    columns: int
    coefficients: int
    bind: float
    diagnose: float
    slowest: float
    members: int
    as_known: bool
    irreducible: bool
    evidence: str


def core(rows: int) -> tuple[dict[str, Any], int]:
    """Blocks of 3 sources and 1 sink; the sink of one block needs too much. 4 constraints, no bounds."""
    blocks = rows // 4
    need = f"40 if b == {blocks // 2} else 25"
    document = {
        "sets": {"Block": f"1..{blocks}", "Source": "1..3"},
        "parameters": {"need": {"index": "b in Block", "expression": need}},
        "variables": {"ship": {"index": "b in Block for s in Source", **PLUS}},
        "objective": minimum("sum(s * ship[b, s] for b in Block for s in Source)"),
        "constraints": {
            "stock": {"for": "b in Block for s in Source", "expression": "ship[b, s] <= 10"},
            "demand": {"for": "b in Block", "expression": "sum(ship[b, s] for s in Source) >= need[b]"},
        },
    }
    return document, 4


def chain(rows: int) -> tuple[dict[str, Any], int]:
    """A stock that rises every period, and its ceiling: 299 rises, the ceiling and the first bound."""
    document = {
        "sets": {"T": f"1..{rows}"},
        "variables": {"stock": {"index": "t in T", **PLUS}},
        "objective": minimum("sum(stock[t] for t in T)"),
        "constraints": {
            "rise": {"for": "t in T if t > 1", "expression": "stock[t] - stock[t-1] >= 1"},
            "ceiling": f"stock[{CHAIN}] <= {CHAIN - 2}",
        },
    }
    return document, CHAIN + 1


def dense(rows: int) -> tuple[dict[str, Any], int]:
    """Rows of 40 random coefficients that a known point meets, and one row that contradicts another."""
    pattern = "1 + (7 * r + 13 * k * k) % 97"
    document = {
        "sets": {"Row": f"1..{rows - 1}", "Term": "1..40", "Column": "0..499"},
        "parameters": {
            "size": {"index": "r in Row for k in Term", "expression": pattern},
            "most": {"index": "r in Row", "expression": "sum(size[r, k] for k in Term)"},
        },
        "variables": {"x": {"index": "j in Column", **PLUS}},
        "objective": minimum("sum(x[j] for j in Column)"),
        "constraints": {
            "room": {
                "for": "r in Row",
                "expression": "sum(size[r, k] * x[(r * 11 + k * 12) % 500] for k in Term) <= most[r]",
            },
            "duty": "sum(size[77, k] * x[(77 * 11 + k * 12) % 500] for k in Term) >= 1 + most[77]",
        },
    }
    return document, 2


def shuffled(rows: int) -> tuple[dict[str, Any], int]:
    """A ring of differences in random order, and rows that hold easily."""
    random = np.random.default_rng(5)
    order = random.permutation(rows)[:CHAIN].tolist()
    links = [[int(a), int(b)] for a, b in zip(order, [*order[1:], order[0]], strict=True)]
    others = random.integers(0, rows, size=(rows - CHAIN, 2)).tolist()
    document = {
        "sets": {
            "Place": f"0..{rows - 1}",
            "Link": [f"l{i}" for i in range(CHAIN)],
            "Other": [f"o{i}" for i in range(rows - CHAIN)],
        },
        "parameters": {
            "a": {"index": ["Link"], "values": {f"l{i}": pair[0] for i, pair in enumerate(links)}},
            "b": {"index": ["Link"], "values": {f"l{i}": pair[1] for i, pair in enumerate(links)}},
            "c": {"index": ["Other"], "values": {f"o{i}": pair[0] for i, pair in enumerate(others)}},
            "d": {"index": ["Other"], "values": {f"o{i}": pair[1] for i, pair in enumerate(others)}},
        },
        "variables": {"x": {"index": "p in Place", "lower": None, "upper": None}},
        "objective": {"sense": "satisfy"},
        "constraints": {
            "ring": {"for": "l in Link", "expression": "x[b[l]] - x[a[l]] >= 0.25"},
            "loose": {"for": "o in Other", "expression": "x[c[o]] - x[d[o]] <= 1000000"},
        },
    }
    return document, CHAIN


def wide(rows: int) -> tuple[dict[str, Any], int]:
    """Half-spaces whose normals add up to zero with positive weights: any 200 of 201 have a point."""
    normals = np.round(np.random.default_rng(6).normal(size=(WIDE, WIDE)), 3)
    last = np.round(-normals.sum(axis=0), 3)
    table = {f"w{i}": row.tolist() for i, row in enumerate([*normals, last])}
    document = {
        "sets": {"Column": f"0..{WIDE - 1}", "Wide": list(table), "Other": f"1..{rows - WIDE - 1}"},
        "parameters": {"size": {"index": ["Wide", "Column"], "values": table}},
        "variables": {"x": {"index": "j in Column", "lower": None, "upper": None}},
        "objective": {"sense": "satisfy"},
        "constraints": {
            "face": {"for": "w in Wide", "expression": "sum(size[w, j] * x[j] for j in Column) >= 1"},
            "loose": {
                "for": "o in Other",
                "expression": f"x[o % {WIDE}] - 2 * x[(o * 7 + 1) % {WIDE}] <= 1000000",
            },
        },
    }
    return document, WIDE + 1


def minimum(expression: str) -> dict[str, str]:
    """An objective."""
    return {"sense": "minimize", "expression": expression}


MODELS: dict[str, Callable[[int], tuple[dict[str, Any], int]]] = {
    "core": core,
    "chain": chain,
    "dense": dense,
    "wide": wide,
    "shuffled": shuffled,
}


def measure(name: str, rows: int, repeats: int) -> Measured:
    """Diagnose one model `repeats` times."""
    document, members = MODELS[name](rows)
    started = time.perf_counter()
    model = bind(Formulation.model_validate(document))
    bound = time.perf_counter() - started
    times, found = _timed(model, repeats)
    arrays, subset = compile(model), found.subsets[0]
    return Measured(
        name,
        arrays.rows,
        arrays.columns,
        arrays.nonzeros,
        bound,
        statistics.median(times),
        max(times),
        len(subset.members),
        len(subset.members) == members,
        subset.irreducible,
        subset.evidence.value,
    )


def _timed(model: Model, repeats: int) -> tuple[list[float], Diagnosis]:
    found = [diagnose(model) for _ in range(repeats)]
    return [each.seconds for each in found], found[-1]


def main() -> None:
    """Print the table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = [measure(name, options.rows, options.repeats) for name in MODELS]
    about = {
        "date": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "highspy": version("highspy"),
        "machine": platform.machine(),
        "repeats": options.repeats,
    }
    if options.json:
        print(json.dumps({**about, "models": [asdict(each) for each in found]}, indent=2))
        return
    print(", ".join(f"{name} {value}" for name, value in about.items()))
    heads = f"{'rows':>6} {'columns':>7} {'coeff.':>8} {'bind':>6} {'diagnose':>8} {'slowest':>7}"
    print(f"{'model':9} {heads}  subset")
    for each in found:
        known = "as known" if each.as_known else "NOT as known"
        proof = f"{known}, {'irreducible' if each.irreducible else 'NOT proven'}, {each.evidence}"
        sizes = f"{each.rows:6} {each.columns:7} {each.coefficients:8}"
        print(
            f"{each.model:9} {sizes} {each.bind:6.2f} {each.diagnose:8.2f} {each.slowest:7.2f}  "
            f"{each.members} ({proof})"
        )


if __name__ == "__main__":
    main()
