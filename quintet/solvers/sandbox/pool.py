"""The sandbox on this machine: workers, each with its thread, and one queue before them."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Literal, Self

from quintet.errors import SandboxError

from ..jail.presets import FULL_PRELOAD, PRELOAD
from .launch import Setup
from .levels import Level
from .limits import Limits
from .machine import choose
from .outcome import judge
from .request import Call, FileContent, Request, request
from .run import Run, Status, Usage
from .worker import SingleWorker, Worker, WorkerDied, ZygoteWorker

_ATTEMPTS = 2
_LOOK = 1.0  # seconds between looks of an idle worker's thread at whether its process still lives


class Turnstile:
    """Lets a bounded number through at a time, first come, first served; for threads and for coroutines."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._waiting: deque[Future[None]] = deque()
        self._lock = threading.Lock()

    def enter(self) -> Future[None]:
        """A future that is done when a place is held; cancelling it gives up the turn."""
        turn: Future[None] = Future()
        with self._lock:
            if self._free:
                self._free -= 1
                turn.set_result(None)
            else:
                self._waiting.append(turn)
        return turn

    def leave(self) -> None:
        """Give the place to the next one waiting."""
        with self._lock:
            while self._waiting:
                turn = self._waiting.popleft()
                if turn.set_running_or_notify_cancel():
                    turn.set_result(None)
                    return
            self._free += 1


@dataclass(slots=True, eq=False)
class Ticket:
    """A job in the queue or at work.

    `result` waits for its `Run`; `cancel` stops it, and its run then says ``killed``.
    """

    asked: Request
    pool: LocalSandbox
    future: Future[Run] = field(default_factory=Future)
    worker: Worker | None = None
    cancelled: bool = False

    def result(self, timeout: float | None = None) -> Run:
        """Wait for the run; raises TimeoutError after `timeout` seconds, SandboxError if it can't be made."""
        return self.future.result(timeout)

    def cancel(self) -> None:
        """Stop the job, whether it waits or runs."""
        self.cancelled = True
        worker = self.worker
        if worker is None:
            self.settle(self.pool.empty_run("cancelled by the caller"))
        else:
            worker.wake()

    def settle(self, outcome: Run | BaseException) -> None:
        """Tell the run, unless it was told already."""
        with suppress(InvalidStateError):
            if isinstance(outcome, BaseException):
                self.future.set_exception(outcome)
            else:
                self.future.set_result(outcome)


class LocalSandbox:
    """Runs programs that nobody trusts, on this machine.

    Args:
        workers: Processes that run jobs; the number of cores if None.
        minimum: The weakest level accepted.
        level: Exactly this level, instead of the best that there is.
        preload: Modules that are imported before any job; see `PRELOAD` and `FULL_PRELOAD`.
        queue: Jobs that may wait; a further caller waits before its job is taken in.
        python: The interpreter of the jobs; this one if None.

    Raises:
        SandboxError: The level is not to be had on this machine; the message says how to get it.
    """

    def __init__(
        self,
        *,
        workers: int | None = None,
        minimum: Level = Level.LANDLOCK,
        level: Level | None = None,
        preload: Sequence[str] = PRELOAD,
        queue: int = 256,
        python: str | None = None,
    ) -> None:
        self.level = choose(minimum, level)
        self._setup = Setup(self.level, tuple(preload), python or sys.executable)
        self._room = Turnstile(queue)
        self._jobs: deque[Ticket] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._failing: set[Worker] = set()
        kind = ZygoteWorker if self.level in (Level.FULL, Level.LANDLOCK) else SingleWorker
        self._workers = [kind(self._setup) for _ in range(workers or os.cpu_count() or 1)]
        self._threads = [
            threading.Thread(target=self._serve, args=(worker,), name="sandbox", daemon=True)
            for worker in self._workers
        ]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(
        self,
        program: str | bytes,
        *,
        files: Mapping[str, FileContent] | None = None,
        calls: Sequence[Call] = (),
        limits: Limits | None = None,
        capture: Literal["", "lp", "mps"] = "",
    ) -> Run:
        """Run a program and wait for its record; see `Sandbox.run`."""
        return self.submit(program, files=files, calls=calls, limits=limits, capture=capture).result()

    async def run_async(
        self,
        program: str | bytes,
        *,
        files: Mapping[str, FileContent] | None = None,
        calls: Sequence[Call] = (),
        limits: Limits | None = None,
        capture: Literal["", "lp", "mps"] = "",
    ) -> Run:
        """The same for a coroutine; cancelling it kills the job."""
        ticket = Ticket(request(program, files, calls, limits, capture), self)
        await self._find_room()
        self._take_in(ticket)
        try:
            return await asyncio.wrap_future(ticket.future)
        except asyncio.CancelledError:
            ticket.cancel()
            raise

    async def _find_room(self) -> None:
        turn = self._room.enter()
        try:
            await asyncio.wrap_future(turn)
        except asyncio.CancelledError:
            if not turn.cancel():  # the place was given at the same moment
                self._room.leave()
            raise

    def submit(
        self,
        program: str | bytes,
        *,
        files: Mapping[str, FileContent] | None = None,
        calls: Sequence[Call] = (),
        limits: Limits | None = None,
        capture: Literal["", "lp", "mps"] = "",
    ) -> Ticket:
        """Queue a program; waits only while the queue is full."""
        ticket = Ticket(request(program, files, calls, limits, capture), self)
        self._room.enter().result()
        self._take_in(ticket)
        return ticket

    def _take_in(self, ticket: Ticket) -> None:
        with self._changed:
            if self._closed:
                self._room.leave()
                raise SandboxError("the sandbox is closed")
            self._jobs.append(ticket)
            self._changed.notify()

    def close(self) -> None:
        """End every worker; jobs that wait or run end as ``killed``."""
        with self._changed:
            self._closed = True
            waiting, self._jobs = self._jobs, deque()
            self._changed.notify_all()
        for ticket in waiting:
            ticket.settle(self.empty_run("the sandbox was closed"))
            self._room.leave()
        for worker in self._workers:
            worker.abandon()
        for thread in self._threads:
            thread.join()

    def empty_run(self, detail: str) -> Run:
        """The record of a job that never ran to its end."""
        return Run(Status.KILLED, detail, level=self.level)

    def _serve(self, worker: Worker) -> None:
        """A worker's thread: start the process, run one job after the other, end it."""
        try:
            self._keep(worker)
            while (ticket := self._next(worker)) is not None:
                self._settle(worker, ticket)
                self._keep(worker)
        finally:
            worker.close()

    def _keep(self, worker: Worker) -> None:
        """Have the process ready before the next job; after a failure, leave it to that job."""
        if worker not in self._failing:
            try:
                worker.ensure()
            except SandboxError:  # the next job tries again and tells its caller
                self._failing.add(worker)

    def _next(self, worker: Worker) -> Ticket | None:
        """The next job; while there is none, a worker that died is started again. None when closed."""
        while True:
            with self._changed:
                if not self._jobs and not self._closed:
                    self._changed.wait(_LOOK)
                if self._closed:
                    return None
                ticket = self._jobs.popleft() if self._jobs else None
                if ticket is not None:
                    ticket.worker = worker
            if ticket is None:
                self._keep(worker)
                continue
            self._room.leave()
            if not ticket.future.done():
                return ticket

    def _settle(self, worker: Worker, ticket: Ticket) -> None:
        self._failing.discard(worker)
        try:
            ticket.settle(self._attempts(worker, ticket))
        except BaseException as error:  # whatever went wrong, the caller is not left waiting
            ticket.settle(error)
            if not isinstance(error, SandboxError):
                worker.end()
        finally:
            ticket.worker = None

    def _attempts(self, worker: Worker, ticket: Ticket) -> Run:
        why = ""
        for attempt in range(1, _ATTEMPTS + 1):
            if self._stopping(ticket):
                break
            try:
                return self._attempt(worker, ticket, attempt)
            except WorkerDied as error:
                why = f"its worker died {attempt} times: {error}"
        detail = "cancelled by the caller" if ticket.cancelled else why or "the sandbox was closed"
        return replace(self.empty_run(detail), attempts=_ATTEMPTS if why else 1)

    def _attempt(self, worker: Worker, ticket: Ticket, attempt: int) -> Run:
        ending = worker.run(ticket.asked, lambda: self._stopping(ticket))
        answer = judge(ticket.asked, ending)
        return Run(
            answer.status,
            answer.detail,
            answer.traceback,
            ending.stdout.decode(errors="replace"),
            ending.stderr.decode(errors="replace"),
            answer.claim,
            answer.results,
            answer.model,
            Usage(ending.wall, ending.cpu, ending.peak),
            self.level,
            worker.layers,
            attempt,
        )

    def _stopping(self, ticket: Ticket) -> bool:
        return ticket.cancelled or self._closed


__all__ = ["FULL_PRELOAD", "PRELOAD", "LocalSandbox", "Ticket", "Turnstile"]
