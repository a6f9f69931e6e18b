"""Many mixed jobs: nothing hangs, nothing is left, nothing grows; also while workers are being killed."""

from __future__ import annotations

import contextlib
import gc
import os
import random
import signal
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from quintet.solvers.sandbox import FULL_PRELOAD, Level, Limits, LocalSandbox, Run, Solve, Status

HIGHS = """
import highspy
h = highspy.Highs(); h.silent(); h.setOptionValue("threads", {threads})
x = [h.addIntegral(lb=0, ub=5) for _ in range(8)]
for i in range(6): h.addConstr(sum((i * j) % 5 * x[j] for j in range(8)) <= 17 + i)
h.maximize(sum((j + 1) * x[j] for j in range(8)))
"""
CP_SAT = """
from ortools.sat.python import cp_model
m = cp_model.CpModel(); x = [m.new_int_var(0, 9, f"x{{i}}") for i in range(6)]
m.add_all_different(x); m.maximize(sum((i + 1) * v for i, v in enumerate(x)))
s = cp_model.CpSolver(); s.parameters.num_workers = {workers}; s.solve(m)
"""
SCIP = """
from pyscipopt import Model
m = Model(); m.hideOutput()
x = m.addVar(lb=0, ub=3); y = m.addVar(lb=0, ub=3); m.addCons(x * y <= 2); m.setObjective(x + y, "maximize")
m.optimize()
"""
PYOMO = """
import pyomo.environ as pyo
m = pyo.ConcreteModel(); m.x = pyo.Var(range(5), bounds=(0, 4))
m.c = pyo.Constraint(expr=sum(m.x[i] for i in range(5)) <= 9)
m.o = pyo.Objective(expr=sum((i + 1) * m.x[i] for i in range(5)), sense=pyo.maximize)
pyo.SolverFactory("appsi_highs").solve(m)
"""
PANDAS = """
import pandas as pd
report(objective=float(pd.DataFrame({"a": range(100), "b": 2}).eval("a * b").sum()))
"""
CONTRACT = "def solve(data): return {'decisions': {'x': data}, 'objective': data}"

# Weight, needed library, program, and how it must end.
MIX: tuple[tuple[int, str, str, Status], ...] = (
    (20, "", "report(objective=1)", Status.OK),
    (15, "highspy", HIGHS.format(threads=1), Status.OK),
    (5, "highspy", HIGHS.format(threads=2), Status.OK),
    (10, "ortools", CP_SAT.format(workers=1), Status.OK),
    (5, "ortools", CP_SAT.format(workers=4), Status.OK),
    (10, "pyscipopt", SCIP, Status.OK),
    (20, "pyomo", PYOMO, Status.OK),
    (5, "pandas", PANDAS, Status.OK),
    (5, "", "1 / 0", Status.ERROR),
    (2, "", "import os; os._exit(1)", Status.NO_RESULT),
    (1, "", "import ctypes; ctypes.string_at(0)", Status.ERROR),
    (1, "", "x = []\nwhile True: x.append(bytearray(1 << 24))", Status.MEMORY),
    (1, "", "import time; time.sleep(60)", Status.TIMEOUT),
)
LIMITS = Limits(wall=20)
OTHERS = {Status.TIMEOUT: Limits(wall=0.5), Status.MEMORY: Limits(wall=20, memory=256 << 20)}


def installed(library: str) -> bool:
    with contextlib.suppress(ImportError):
        return not library or __import__("importlib.util").util.find_spec(library) is not None
    return False


def jobs(count: int) -> list[tuple[str, Status, Limits]]:
    mix = [entry for entry in MIX if installed(entry[1])]
    chosen = random.Random(4).choices(mix, weights=[entry[0] for entry in mix], k=count)
    return [(program, end, OTHERS.get(end, LIMITS)) for _, _, program, end in chosen]


def below(root: int) -> list[int]:
    """Processes below one."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            parents[int(entry.name)] = int(
                (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1]
            )
    found = {root}
    while new := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= new
    return sorted(found - {root})


def resident(pids: list[int]) -> int:
    """Bytes that belong to the processes alone (USS), together."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()
            total += sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) << 10
    return total


def descriptors(pids: list[int]) -> int:
    return sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in pids)  # noqa: PTH208 - a count of names


def measure(sandbox: LocalSandbox) -> dict[str, int]:
    gc.collect()
    pids = below(os.getpid())
    return {
        "processes": len(pids),
        "descriptors": descriptors([os.getpid(), *pids]),
        "bytes": resident([os.getpid(), *pids]),
        "scratch": len(list(Path("/tmp").glob("quintet-*/job-*"))),
    }


def run_all(sandbox: LocalSandbox, work: list[tuple[str, Status, Limits]], callers: int) -> Counter[str]:
    """Run jobs from some threads; counts their ends, an unexpected one in full."""

    def one(job: tuple[str, Status, Limits]) -> str:
        run = sandbox.run(job[0], limits=job[2])
        return run.status.value if run.status is job[1] and run.attempts == 1 else f"odd: {run}"

    with ThreadPoolExecutor(callers) as threads:
        return Counter(threads.map(one, work))


def check_stress(level: Level, count: int) -> None:
    with LocalSandbox(workers=2, level=level, preload=FULL_PRELOAD) as sandbox:
        # in parts, because thousands of waiting futures are memory of the test's own; the first part
        # is not measured, because threads and caches come to their size in it
        work, part = jobs(count), max(100, count // 10)
        run_all(sandbox, jobs(part), 16)
        before = measure(sandbox)
        began, ended = time.monotonic(), Counter[str]()
        for start in range(0, count, part):
            ended += run_all(sandbox, work[start : start + part], 16)
        seconds = time.monotonic() - began
        after = measure(sandbox)
    odd = [end for end in ended if end.startswith("odd")]
    print(f"{count} jobs at {level} in {seconds:.1f} s: {count / seconds:.1f} a second")
    print(f"before {before}, after {after}")
    print(ended)
    assert not odd, odd[:3]
    assert after["processes"] == before["processes"]
    assert after["scratch"] == 0
    assert after["descriptors"] <= before["descriptors"] + 2
    assert after["bytes"] < before["bytes"] + (8 << 20)


def test_two_hundred_mixed_jobs(level: Level) -> None:
    check_stress(level, 200)


@pytest.mark.long
def test_ten_thousand_mixed_jobs(level: Level) -> None:
    check_stress(level, 10_000)


def check_killed_workers(level: Level, seconds: float, every: float) -> None:
    """Kill a worker again and again while jobs run: each ends ok or, its worker killed twice, killed."""
    stop = threading.Event()
    kills = 0
    with LocalSandbox(workers=2, level=level, preload=("highspy",)) as sandbox:

        def one(number: int) -> Run:
            return sandbox.run(CONTRACT, calls=[Solve(number)], limits=LIMITS)

        def assassin() -> None:
            nonlocal kills
            while not stop.wait(every):
                started = sandbox._workers[kills % 2].started
                if started is not None:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(started.process.pid, signal.SIGKILL)
                        kills += 1

        thread = threading.Thread(target=assassin)
        thread.start()
        runs: list[Run] = []
        deadline = time.monotonic() + seconds
        with ThreadPoolExecutor(8) as callers:
            while time.monotonic() < deadline:
                runs += callers.map(one, range(64))
        stop.set()
        thread.join()
    ends = Counter((run.status.value, run.attempts) for run in runs)
    print(f"{len(runs)} jobs, {kills} workers killed: {ends}")
    assert kills >= 2
    assert {run.status for run in runs} <= {Status.OK, Status.KILLED}
    assert all(run.attempts == 2 for run in runs if run.status is Status.KILLED)
    assert sum(run.status is Status.OK for run in runs) > 0.9 * len(runs)


def test_workers_killed_every_half_second(level: Level) -> None:
    check_killed_workers(level, 3, 0.5)


@pytest.mark.long
def test_a_worker_killed_every_eight_seconds(level: Level) -> None:
    check_killed_workers(level, 60, 8)
