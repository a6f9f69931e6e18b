"""One worker as the caller sees it: start, run a job, notice its death, start again."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from quintet.errors import SandboxError

from ..jail.channel import ChannelClosed
from . import launch
from .levels import Layer, layers_of
from .listen import GRACE, Listener, Streams
from .outcome import Ending
from .request import Request, write_payload

START_TIMEOUT = 120.0  # seconds; a cold disk may take tens of them to import everything
_TRIES = 3


class WorkerDied(Exception):
    """The worker ended under a job, or did not answer."""


class Worker:
    """A process that runs one job at a time, started when needed and again when it died.

    Not for use from two threads at once, but for `wake` and `abandon`.
    """

    def __init__(self, setup: launch.Setup) -> None:
        self.setup = setup
        self.layers: tuple[Layer, ...] = ()
        self.missing: tuple[str, ...] = ()
        self.spent = 0.0  # processor seconds that a process for one job used before it
        self.started: launch.Started | None = None
        self._abandoned = False
        self._waking = threading.Lock()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)

    def ensure(self) -> launch.Started:
        """Start the process unless it is there and ready.

        Raises:
            SandboxError: It did not start, three times in a row.
        """
        words = ""
        for _ in range(_TRIES):
            if self.started is not None and self._alive(self.started):
                return self.started
            self.end()
            started = self.started = self._launch()
            if self._abandoned:
                self.end()
                raise SandboxError("the sandbox was closed")
            try:
                self._greet(started)
                return started
            except ChannelClosed:
                words = started.last_words()
                self.end()
        raise SandboxError(
            f"a {self.setup.level} worker did not start: {words or 'it said nothing'}",
            remedy="see `quintet doctor`",
        )

    def _launch(self) -> launch.Started:
        try:
            return launch.start(self.setup)
        except OSError as error:
            raise SandboxError(f"{self.setup.python} can't be started: {error.strerror or error}") from error

    def _greet(self, started: launch.Started) -> None:
        if not _readable(started, START_TIMEOUT):
            raise ChannelClosed("it was not ready in time")
        ready, _ = started.channel.receive()
        self.missing = tuple(ready["missing"])
        self.spent = ready.get("cpu", 0.0)
        self.layers = layers_of(self.setup.level, linux=_is_linux(), reported=frozenset(ready["layers"]))

    @staticmethod
    def _alive(started: launch.Started) -> bool:
        if started.process.poll() is not None:
            return False
        return not _readable(started, 0)  # nothing but its end comes unasked

    def run(self, asked: Request, cancelled: Callable[[], bool]) -> Ending:
        """Run one job to its end.

        Raises:
            WorkerDied: The worker was killed or stuck; the job may be run again.
            SandboxError: The request can't be carried out, or the job could not be confined.
        """
        started = self.ensure()
        with Streams(asked.limits) as streams:
            began = time.monotonic()
            ending = self._converse(started, asked, streams, cancelled)
            return replace(ending, wall=time.monotonic() - began)

    def _converse(
        self, started: launch.Started, asked: Request, streams: Streams, cancelled: Callable[[], bool]
    ) -> Ending:
        raise NotImplementedError

    def _hand_over(
        self,
        started: launch.Started,
        asked: Request,
        streams: Streams,
        more: dict[str, Any],
        extra: list[int],
    ) -> None:
        payload = write_payload(asked)
        message = {"op": "job", "limits": asked.limits.message(), **more}
        try:
            started.channel.send(message, [payload, *streams.writes(), *extra])
        except ChannelClosed as error:
            self.end()
            raise WorkerDied(str(error)) from error
        finally:
            os.close(payload)
            streams.close_writes()

    def wake(self) -> None:
        """Let a running job look at whether it is cancelled."""
        with self._waking, contextlib.suppress(BlockingIOError):  # a full pipe wakes it as well
            if self._wake_write >= 0:
                os.write(self._wake_write, b"x")

    def abandon(self) -> None:
        """Kill the process from another thread, for good: it is not started again."""
        self._abandoned = True
        started = self.started
        if started is not None:
            with contextlib.suppress(ProcessLookupError):
                started.process.kill()

    def end(self) -> None:
        """Kill the process, if there is one."""
        if self.started is not None:
            started, self.started = self.started, None
            launch.end(started)

    def close(self) -> None:
        """End for good."""
        self.end()
        with self._waking:
            os.close(self._wake_read)
            os.close(self._wake_write)
            self._wake_write = -1


class ZygoteWorker(Worker):
    """A worker that forks a job from what it has imported; it stays for the next."""

    def _converse(
        self, started: launch.Started, asked: Request, streams: Streams, cancelled: Callable[[], bool]
    ) -> Ending:
        self._hand_over(started, asked, streams, {}, [])
        stop = _quietly(lambda: started.channel.send({"op": "kill"}))
        patience = asked.limits.wall + GRACE  # the worker keeps the wall time; this is for when it can't
        life = started.channel.fileno()
        listener = Listener(streams, patience, life, self._wake_read, cancelled, stop)
        try:
            if not listener.wait():
                raise ChannelClosed("it did not answer in time")
            ended, _ = started.channel.receive()
        except ChannelClosed as error:
            self.end()
            raise WorkerDied(str(error)) from error
        listener.drain()
        return _ending(ended, listener)


class SingleWorker(Worker):
    """A worker that becomes the job and is gone after it; the next one is started at once."""

    def _converse(
        self, started: launch.Started, asked: Request, streams: Streams, cancelled: Callable[[], bool]
    ) -> Ending:
        read, write = os.pipe()
        try:
            self._send(started, asked, streams, write)
            ended, listener = self._watch(started, asked, streams, cancelled)
            ended["cpu"] = max(0.0, ended["cpu"] - self.spent)
            ended["setup"] = os.read(read, 2000).decode(errors="replace")
        finally:
            os.close(read)
            self.end()
        return _ending(ended, listener)

    def _send(self, started: launch.Started, asked: Request, streams: Streams, complaint: int) -> None:
        try:
            scratch = str(started.folder or "/scratch")
            self._hand_over(started, asked, streams, {"scratch": scratch}, [complaint])
        finally:
            os.close(complaint)

    def _watch(
        self, started: launch.Started, asked: Request, streams: Streams, cancelled: Callable[[], bool]
    ) -> tuple[dict[str, Any], Listener]:
        reaper = _Reaper(started.process)
        try:
            stop = _quietly(lambda: os.killpg(started.process.pid, signal.SIGKILL))
            listener = Listener(streams, asked.limits.wall, reaper.life, self._wake_read, cancelled, stop)
            if not listener.wait():
                raise WorkerDied("a killed process did not end")
            listener.drain()
            return reaper.ended(), listener
        finally:
            reaper.close()


class _Reaper:
    """Waits for a process in a thread and keeps what it used; `life` becomes readable at its end."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.life, self._end = os.pipe()
        self._usage: Any = None
        self._thread = threading.Thread(target=self._wait, daemon=True)
        self._thread.start()

    def _wait(self) -> None:
        _, status, self._usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        os.close(self._end)

    def ended(self) -> dict[str, Any]:
        """Exit code, processor seconds and peak bytes."""
        self._thread.join()
        code = self.process.returncode
        unit = 1024 if _is_linux() else 1
        return {
            "exit": 128 - code if 128 < code < 193 else code,  # how bwrap tells a signal
            "reason": "",
            "cpu": self._usage.ru_utime + self._usage.ru_stime,
            "peak": self._usage.ru_maxrss * unit,
        }

    def close(self) -> None:
        """Stop the process if it still runs, and close."""
        with contextlib.suppress(ProcessLookupError):
            if self._usage is None:
                os.killpg(self.process.pid, signal.SIGKILL)
        self._thread.join(GRACE)
        os.close(self.life)


def _readable(started: launch.Started, seconds: float) -> bool:
    """Whether something comes over the channel in time; by poll, which takes any descriptor number."""
    waiter = select.poll()
    waiter.register(started.channel.fileno(), select.POLLIN)
    return bool(waiter.poll(seconds * 1000))


def _quietly(call: Callable[[], None]) -> Callable[[], None]:
    def quiet() -> None:
        with contextlib.suppress(
            ChannelClosed, ProcessLookupError
        ):  # its death is noticed where it is waited for
            call()

    return quiet


def _ending(ended: dict[str, Any], listener: Listener) -> Ending:
    if ended["setup"]:
        raise SandboxError(f"a job could not be confined: {ended['setup']}", remedy="see `quintet doctor`")
    text = listener.streams.text
    return Ending(
        exit=ended["exit"],
        reason=listener.reason or ("wall" if ended["reason"] == "wall" else ""),
        cpu=ended["cpu"],
        peak=ended["peak"],
        wall=0.0,
        stdout=text("stdout"),
        stderr=text("stderr"),
        result=text("result"),
    )


def _is_linux() -> bool:
    return os.uname().sysname == "Linux"
