"""How much faster a warm job is than a cold ``bwrap python``, both measured in one run.

    python benchmarks/sandbox.py [--repeats 5] [--cases "Pyomo LP" …] [--json]

Cold: ``bwrap`` with all namespaces unshared, read-only binds and an empty scratch runs a fresh interpreter
on the program. Warm: the same program through `LocalSandbox`, with its payload, claim and result. The two
alternate, so that a slow minute of the machine hits both. The interval is the range over the repeats of
the ratio of medians (latency) and of the ratio of rates (throughput). Only what is installed is used; a
row that can't be had says why.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from quintet.solvers.jail.view import read_only_paths
from quintet.solvers.sandbox import FULL_PRELOAD, PRELOAD, Level, LocalSandbox, probe
from quintet.solvers.sandbox.bubblewrap import program as find_bwrap
from quintet.solvers.sandbox.launch import clean_environment

PYOMO = """
import pyomo.environ as pyo
m = pyo.ConcreteModel()
m.x = pyo.Var(bounds=(0, 4)); m.y = pyo.Var(bounds=(0, 3))
m.c = pyo.Constraint(expr=m.x + 2 * m.y <= 8)
m.o = pyo.Objective(expr=3 * m.x + 2 * m.y, sense=pyo.maximize)
pyo.SolverFactory("appsi_highs").solve(m)
print("Optimal objective:", pyo.value(m.o))
"""
HIGHS = """
import highspy
h = highspy.Highs(); h.silent()
x = h.addVariable(lb=0, ub=4); y = h.addVariable(lb=0, ub=3)
h.addConstr(x + 2 * y <= 8); h.maximize(3 * x + 2 * y)
print("Optimal objective:", h.getObjectiveValue())
"""
CP_SAT = """
from ortools.sat.python import cp_model
m = cp_model.CpModel()
x = m.new_int_var(0, 4, "x"); y = m.new_int_var(0, 3, "y")
m.add(x + 2 * y <= 8); m.maximize(3 * x + 2 * y)
s = cp_model.CpSolver(); s.parameters.num_workers = 1; s.solve(m)
print("Optimal objective:", s.objective_value)
"""
NOOP = "print('Optimal objective: 16')"
CASES = {
    "noop": ((), NOOP),
    "Pyomo LP": (("pyomo", "highspy"), PYOMO),
    "HiGHS LP": (("highspy",), HIGHS),
    "CP-SAT": (("ortools",), CP_SAT),
}
PRELOADS = {"pyomo+highs": PRELOAD, "full": FULL_PRELOAD}
WORKERS = 2
LATENCY_TURNS, RATE_TURNS = 7, 4


@dataclass(frozen=True)
class Row:
    """One case under one preload; each list has one entry a repeat, times in milliseconds, rates a second."""

    case: str
    preload: str
    cold_ms: list[float]
    warm_ms: list[float]
    cold_rate: list[float]
    warm_rate: list[float]

    def latency_ratio(self) -> list[float]:
        return [cold / warm for cold, warm in zip(self.cold_ms, self.warm_ms, strict=True)]

    def throughput_ratio(self) -> list[float]:
        return [warm / cold for cold, warm in zip(self.cold_rate, self.warm_rate, strict=True)]


def cold_command(program: Path) -> list[str]:
    """The command that runs a program in a fresh interpreter under bubblewrap."""
    command = [find_bwrap() or "bwrap", "--unshare-all", "--die-with-parent", "--cap-drop", "ALL"]
    for path in read_only_paths():
        place = Path(path)
        link = place.is_symlink()
        command += ["--symlink", str(place.readlink()), path] if link else ["--ro-bind", path, path]
    config = Path(sys.executable).parent.parent / "pyvenv.cfg"
    command += ["--ro-bind", str(config), str(config)] if config.exists() else []
    command += ["--ro-bind", os.path.realpath(sys.executable), sys.executable]
    command += ["--dev", "/dev", "--tmpfs", "/scratch", "--chdir", "/scratch"]
    return [*command, "--ro-bind", str(program), "/program.py", "--", sys.executable, "-s", "/program.py"]


def run_cold(program: Path) -> None:
    done = subprocess.run(
        cold_command(program), capture_output=True, text=True, check=True, env=clean_environment(),
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert "16" in done.stdout, done.stdout


def run_warm(sandbox: LocalSandbox, source: str) -> None:
    run = sandbox.run(source)
    assert run.claim is not None, run
    assert run.claim.objective is not None, run
    assert abs(run.claim.objective - 16) < 1e-6, run


def seconds(one: Callable[[], None], times: int) -> list[float]:
    """What single runs take, one after the other."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        one()
        taken.append(time.perf_counter() - began)
    return taken


def together(callers: ThreadPoolExecutor, one: Callable[[], None], times: int) -> float:
    """The seconds that some runs take, as many at a time as there are callers."""
    began = time.perf_counter()
    for done in [callers.submit(one) for _ in range(times)]:
        done.result()
    return time.perf_counter() - began


def add_latency(row: Row, cold: Callable[[], None], warm: Callable[[], None]) -> None:
    """One repeat: a cold run and six warm ones take turns; the medians in milliseconds."""
    pairs = [(seconds(cold, 1), seconds(warm, 6)) for _ in range(LATENCY_TURNS)]
    row.cold_ms.append(1000 * statistics.median(one for colds, _ in pairs for one in colds))
    row.warm_ms.append(1000 * statistics.median(one for _, warms in pairs for one in warms))


def add_rate(row: Row, cold: Callable[[], None], warm: Callable[[], None]) -> None:
    """One repeat: four cold runs and forty warm ones take turns, two at a time; the rate over all turns."""
    with ThreadPoolExecutor(WORKERS) as callers:
        pairs = [(together(callers, cold, 4), together(callers, warm, 40)) for _ in range(RATE_TURNS)]
    row.cold_rate.append(4 * RATE_TURNS / sum(taken for taken, _ in pairs))
    row.warm_rate.append(40 * RATE_TURNS / sum(taken for _, taken in pairs))


def measure(case: str, preload: str, repeats: int, sandbox: LocalSandbox, folder: Path) -> Row:
    """All repeats of one case."""
    source = CASES[case][1]
    program = folder / "program.py"
    program.write_text(source, encoding="utf-8")

    def cold() -> None:
        run_cold(program)

    def warm() -> None:
        run_warm(sandbox, source)

    row = Row(case, preload, [], [], [], [])
    cold()
    warm()
    for _ in range(repeats):
        add_latency(row, cold, warm)
        add_rate(row, cold, warm)
    return row


def why_not(case: str, level: Level) -> str:
    """Why a case can't be measured here; empty if it can."""
    if find_bwrap() is None:
        return "bwrap is not installed"
    if level is not probe().level:
        return f"the level {level} is not to be had"
    missing = [name for name in CASES[case][0] if importlib.util.find_spec(name) is None]
    return f"not installed: {', '.join(missing)}" if missing else ""


def span(values: list[float], digits: int = 1) -> str:
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def table(rows: list[Row], skipped: list[str]) -> str:
    lines = [
        "| job | preload | cold ms | warm ms | latency × | cold/s | warm/s | throughput × |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        cells = [
            row.case, row.preload, span(row.cold_ms, 0), span(row.warm_ms), span(row.latency_ratio()),
            span(row.cold_rate), span(row.warm_rate, 0), span(row.throughput_ratio()),
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, *(f"\nSkipped: {reason}" for reason in skipped)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--cases", nargs="*", choices=list(CASES), default=list(CASES))
    parser.add_argument("--preloads", nargs="*", choices=list(PRELOADS), default=list(PRELOADS))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows, skipped = [], []
    with tempfile.TemporaryDirectory() as folder:
        for preload in options.preloads:
            modules = PRELOADS[preload]
            with LocalSandbox(workers=WORKERS, level=Level.FULL, preload=modules) as sandbox:
                for case in options.cases:
                    if preload != "full" and "ortools" in CASES[case][0]:
                        continue
                    if why := why_not(case, Level.FULL):
                        skipped.append(f"{case}: {why}")
                        continue
                    rows.append(measure(case, preload, options.repeats, sandbox, Path(folder)))
                    print(f"{case}, {preload}: done", file=sys.stderr)
    text = json.dumps([asdict(row) for row in rows], indent=1) if options.json else table(rows, skipped)
    print(text)


if __name__ == "__main__":
    main()
