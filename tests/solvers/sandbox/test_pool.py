"""Queue, cancellation, death of workers, and the end of everything that was started."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from places import ROOT

from quintet.errors import SandboxError
from quintet.solvers.sandbox import Level, Limits, LocalSandbox, Status
from quintet.solvers.sandbox.pool import Turnstile

FAST = "report(objective=1)"
FOR_EVER = "print('up', flush=True)\nimport time\ntime.sleep(1e6)"


@pytest.fixture(scope="module")
def bare(level: Level) -> Iterator[LocalSandbox]:
    with LocalSandbox(workers=2, level=level, preload=()) as made:
        yield made


def children(root: int | None = None) -> set[int]:
    """All processes below one, this one if None."""
    root = root or os.getpid()
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(fields[1])
    found = {root}
    while new := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= new
    return found - {root}


def test_jobs_of_many_threads(bare: LocalSandbox) -> None:
    with ThreadPoolExecutor(50) as callers:
        runs = list(callers.map(lambda n: bare.run(f"report(objective={n})"), range(200)))
    assert [run.claim.objective for run in runs if run.claim] == list(range(200))


def test_two_hundred_coroutines_first_come_first_served(bare: LocalSandbox) -> None:
    done: list[int] = []

    async def one(number: int) -> None:
        run = await bare.run_async(FAST)
        assert run.ok
        done.append(number)

    async def everyone() -> None:
        await asyncio.gather(*(one(number) for number in range(200)))

    asyncio.run(everyone())
    assert max(abs(place - number) for place, number in enumerate(done)) < 20  # two workers: nearly in order


def test_a_cancelled_coroutine_kills_its_job(bare: LocalSandbox) -> None:
    async def scenario() -> None:
        task = asyncio.create_task(bare.run_async(FOR_EVER, limits=Limits(wall=60)))
        waiting = [asyncio.create_task(bare.run_async(FOR_EVER, limits=Limits(wall=60))) for _ in range(3)]
        await asyncio.sleep(0.2)
        for each in (task, *waiting):
            each.cancel()
        ended = await asyncio.gather(task, *waiting, return_exceptions=True)
        assert all(isinstance(each, asyncio.CancelledError) for each in ended)
        assert (await asyncio.wait_for(bare.run_async(FAST), 10)).ok

    asyncio.run(scenario())


def test_cancel_of_a_ticket(bare: LocalSandbox) -> None:
    running = [bare.submit(FOR_EVER, limits=Limits(wall=60)) for _ in range(2)]
    waiting = bare.submit(FAST)
    waiting.cancel()
    assert waiting.result(10).status is Status.KILLED
    for ticket in running:
        ticket.cancel()
        run = ticket.result(10)
        assert run.status is Status.KILLED
        assert "cancelled" in run.detail
    assert bare.run(FAST).ok


def test_a_full_queue_holds_the_next_caller_back(level: Level) -> None:
    with LocalSandbox(workers=1, level=level, preload=(), queue=2) as sandbox:
        first = sandbox.submit(FOR_EVER, limits=Limits(wall=60))
        while sandbox._jobs:
            threading.Event().wait(0.01)
        others = [sandbox.submit(FAST) for _ in range(2)]
        late: list = []
        caller = threading.Thread(target=lambda: late.append(sandbox.submit(FAST)))
        caller.start()
        caller.join(0.2)
        assert not late, "the queue took in more than it may"
        first.cancel()
        caller.join(10)
        assert all(ticket.result(10).ok for ticket in (*others, *late))


def test_turns_are_given_in_order_and_can_be_given_up() -> None:
    turnstile = Turnstile(1)
    held, second, third = (turnstile.enter() for _ in range(3))
    assert held.done()
    second.cancel()
    turnstile.leave()
    assert third.done()
    turnstile.leave()
    assert turnstile.enter().done()


def test_a_killed_worker_starts_again_and_its_job_is_run_again(level: Level) -> None:
    with LocalSandbox(workers=1, level=level, preload=()) as sandbox:
        assert sandbox.run(FAST).ok
        started = sandbox._workers[0].started
        assert started is not None
        slow = sandbox.submit("import time; time.sleep(0.5); report(objective=2)")
        threading.Event().wait(0.2)
        os.kill(started.process.pid, signal.SIGKILL)
        run = slow.result(20)
        assert (run.status, run.attempts) == (Status.OK, 2)


def test_a_job_whose_worker_dies_twice_is_killed(level: Level) -> None:
    with LocalSandbox(workers=1, level=level, preload=()) as sandbox:
        ticket = sandbox.submit(FOR_EVER, limits=Limits(wall=60))
        for _ in range(2):
            before = sandbox._workers[0].started
            threading.Event().wait(0.7)
            started = sandbox._workers[0].started or before
            assert started is not None
            os.kill(started.process.pid, signal.SIGKILL)
        run = ticket.result(20)
        assert (run.status, run.attempts) == (Status.KILLED, 2), run
        assert "died 2 times" in run.detail
        assert sandbox.run(FAST).ok


def test_close_ends_jobs_and_processes(level: Level) -> None:
    before = children()
    sandbox = LocalSandbox(workers=2, level=level, preload=(), queue=10)
    tickets = [sandbox.submit(FOR_EVER, limits=Limits(wall=60)) for _ in range(5)]
    threading.Event().wait(0.3)
    sandbox.close()
    assert {ticket.result(5).status for ticket in tickets} == {Status.KILLED}
    assert children() <= before
    with pytest.raises(SandboxError, match="closed"):
        sandbox.run(FAST)
    sandbox.close()


def test_everything_ends_when_the_caller_is_killed(level: Level) -> None:
    program = f"""
import sys; sys.path.insert(0, {str(ROOT)!r})
from quintet.solvers.sandbox import *
sandbox = LocalSandbox(workers=1, level=Level({level.value!r}), preload=())
sandbox.run("report(objective=1)")
ticket = sandbox.submit("import time; time.sleep(600)", limits=Limits(wall=600))
import time; time.sleep(0.3)
print("ready", flush=True)
time.sleep(600)
"""
    caller = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert caller.stdout is not None
    caller.stdout.readline()
    below = children(caller.pid)
    assert len(below) >= 2  # a worker and the job
    caller.kill()
    caller.wait()
    caller.stdout.close()
    alive: list[int] = []
    for _ in range(100):
        alive = [pid for pid in below if Path(f"/proc/{pid}/cmdline").exists() and _running(pid)]
        if not alive:
            break
        threading.Event().wait(0.05)
    assert not alive


def _running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_worker_that_can_not_start_is_told_to_each_caller(level: Level) -> None:
    with LocalSandbox(workers=1, level=level, preload=(), python="/bin/false") as sandbox:
        for _ in range(2):
            with pytest.raises(SandboxError, match="did not start"):
                sandbox.run(FAST)


def test_descriptors_do_not_grow(bare: LocalSandbox) -> None:
    bare.run(FAST)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for program in (FAST, "1/0", "import os; os._exit(1)", "print('x' * 10**7)") * 5:
        bare.run(program, limits=Limits(output=1000))
    assert len(list(Path("/proc/self/fd").iterdir())) <= before
