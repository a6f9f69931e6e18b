"""The worker: a process that has imported everything and forks a confined child for each job.

It holds no program, no data and no result; they pass through descriptors that it closes unread. It ends
when its caller's end of the channel closes, and every job ends with it. One job runs at a time.
"""

from __future__ import annotations

import contextlib
import os
import resource
import select
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import kernel, landlock, namespaces, privileges, scratch, seccomp, view
from .channel import Channel, ChannelClosed
from .confine import Confinement, forked_job, layers
from .harness import run_and_exit
from .preload import preload

_LONGEST_COMPLAINT = 2000


@dataclass(slots=True)
class Zygote:
    """A worker after its start: the channel to the caller and what it puts on each job."""

    channel: Channel
    how: Confinement
    own: int
    statm: int
    folder: Path | None
    jobs: int = 0

    def serve(self) -> None:
        """Run jobs until the caller goes away."""
        with contextlib.suppress(ChannelClosed):
            while True:
                message, descriptors = self.channel.receive()
                if message["op"] == "job":
                    self._run(message, descriptors)

    def _run(self, job: dict[str, Any], descriptors: list[int]) -> None:
        self.jobs += 1
        if self.folder is not None:
            job["scratch"] = self._make_scratch(self.folder)
        pid, complaint = self._fork(job, descriptors)
        for number in descriptors:
            os.close(number)
        try:
            ended = self._wait(pid, job["limits"]["wall"])
            ended["setup"] = os.read(complaint, _LONGEST_COMPLAINT).decode(errors="replace")
        finally:
            os.close(complaint)
            if self.folder is not None:
                scratch.remove(job["scratch"])
        self.channel.send(ended)

    def _make_scratch(self, folder: Path) -> str:
        place = folder / f"job-{self.jobs}"
        place.mkdir(mode=0o700)
        if self.how.identity is not None:
            os.chown(place, self.how.identity, self.how.identity)
        return str(place)

    def _fork(self, job: dict[str, Any], descriptors: list[int]) -> tuple[int, int]:
        read, write = os.pipe()
        baseline = self._address_space()
        if self.how.namespaces:
            namespaces.enter_pid_namespace()
        pid = os.fork()
        if not pid:
            forked_job(self.how, job, [*descriptors, write], baseline=baseline, start=run_and_exit)
        os.close(write)
        if self.how.namespaces:
            namespaces.leave_pid_namespace(self.own)
        return pid, read

    def _address_space(self) -> int:
        text = os.pread(self.statm, 64, 0)
        return int(text.split()[0]) * resource.getpagesize()

    def _wait(self, pid: int, wall: float) -> dict[str, Any]:
        """Wait for the job's end; kill it at the wall limit, or when the caller says so or is gone."""
        process = kernel.pidfd_open(pid)
        try:
            reason = self._watch(process, time.monotonic() + wall)
            if reason:
                os.kill(pid, signal.SIGKILL)
        finally:
            os.close(process)
        _, status, usage = os.wait4(pid, 0)
        if reason == "gone":
            raise ChannelClosed("the caller is gone")
        return {
            "op": "ended",
            "exit": os.waitstatus_to_exitcode(status),
            "reason": reason,
            "cpu": usage.ru_utime + usage.ru_stime,
            "peak": usage.ru_maxrss * 1024,
        }

    def _watch(self, process: int, deadline: float) -> str:
        waiter = select.poll()
        waiter.register(process, select.POLLIN)
        waiter.register(self.channel.fileno(), select.POLLIN)
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                return "wall"
            ready = dict(waiter.poll(left * 1000 + 1))
            if process in ready:
                return ""
            if ready:
                return self._asked()

    def _asked(self) -> str:
        try:
            self.channel.receive()
        except ChannelClosed:
            return "gone"
        return "asked"


def serve_landlock(channel: Channel, modules: list[str], folder: str) -> None:
    """Run a worker without namespaces: Landlock, the call list, limits; ends when the caller goes.

    The folder is removed at the end.
    """
    readable = view.read_only_paths()
    drop = os.geteuid() == 0 and privileges.readable_by_others(readable)
    if drop:
        Path(folder).chmod(0o711)
    how = Confinement(
        identity=privileges.JOB_ID if drop else None,
        landlock=True,
        seccomp=True,
        counts_user=True,
        readable=readable,
    )
    try:
        _begin(channel, how, modules, Path(folder)).serve()
    finally:
        scratch.remove(folder)


def serve_full(channel: Channel, modules: list[str]) -> None:
    """Run a worker with every layer; this process stays outside and ends the worker when the caller goes."""
    changeable = namespaces.unshare_worker()
    pid = os.fork()
    if not pid:
        _inside(channel, modules, changeable)
    _guard(pid, channel)


def _inside(channel: Channel, modules: list[str], changeable: bool) -> None:
    code = 1
    try:
        statm = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
        readable = view.read_only_paths()
        namespaces.build_view(readable)
        if changeable:
            kernel.prctl(kernel.PR_SET_KEEPCAPS, 1)
            privileges.become(privileges.JOB_ID)
            kernel.raise_capabilities()
        watch_parent()
        how = Confinement(namespaces=True, landlock=landlock.version() > 0, seccomp=True, readable=readable)
        _begin(channel, how, modules, None, statm).serve()
        code = 0
    except Exception as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
    finally:
        sys.stderr.flush()
        os._exit(code)


def _begin(
    channel: Channel, how: Confinement, modules: list[str], folder: Path | None, statm: int = -1
) -> Zygote:
    loaded, missing = preload(modules)
    if statm < 0:
        statm = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
    if how.namespaces:
        seccomp.prepared(1)  # every job is process 1 of its namespace
    worker = Zygote(channel, how, kernel.pidfd_open(os.getpid()), statm, folder)
    channel.send({"op": "ready", "loaded": loaded, "missing": missing, "layers": layers(how)})
    return worker


def watch_parent() -> None:
    """Die with the parent, also if it died just now."""
    parent = os.getppid()
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _guard(pid: int, channel: Channel) -> None:
    """Wait until the worker ends or the caller is gone; the worker dies with this process."""
    process = kernel.pidfd_open(pid)
    waiter = select.poll()
    waiter.register(process, select.POLLIN)
    waiter.register(channel.fileno(), select.POLLHUP)
    waiter.poll()
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
