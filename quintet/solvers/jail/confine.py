"""From a forked child to a job: scratch, limits, ids, Landlock, seccomp. After this, the program runs."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import landlock, namespaces, payload, privileges, seccomp
from .view import DEVICES, SCRATCH

_HIGH = 16  # above every place that `wire` fills
RESULT = 3  # the descriptor on which a job answers; 0 to 2 are what they always are


@dataclass(frozen=True, slots=True)
class Confinement:
    """Which layers a worker puts on its jobs, and what it knows for them.

    Attributes:
        namespaces: The worker has its own namespaces; each job gets its own scratch mount.
        identity: The id that a job takes on; None keeps the worker's.
        landlock: Whether Landlock is put on.
        seccomp: Whether the list of allowed calls is put on.
        linux: Whether privileges can be dropped the Linux way.
        readable: Folders that Landlock lets the job read.
        counts_user: Whether the kernel counts all tasks of the user against the job's process limit.
    """

    namespaces: bool = False
    identity: int | None = None
    landlock: bool = False
    seccomp: bool = False
    linux: bool = True
    counts_user: bool = False
    readable: tuple[str, ...] = field(default=())


def layers(how: Confinement) -> list[str]:
    """The names of the layers that a worker's jobs are under."""
    present: dict[str, bool] = {
        "namespaces": how.namespaces,
        "landlock": how.landlock,
        "seccomp": how.seccomp,
        "identity": how.namespaces or how.identity is not None,
    }
    return [name for name, there in present.items() if there]


def furnish(how: Confinement, job: dict[str, Any], descriptor: int) -> payload.Payload:
    """Make the scratch with the input files in it, go there, and read the payload."""
    content = payload.read(descriptor)
    size, names = sum(size for _, size in content.files), [name for name, _ in content.files]
    if how.namespaces:
        namespaces.private_scratch(job["limits"]["disk"], job["limits"]["files"])
        if names:
            namespaces.open_inputs(size, len(names))
            payload.write_files(descriptor, content.files, namespaces.INPUTS)
            namespaces.seal_inputs(names)
        os.chdir(SCRATCH)
    else:
        os.chdir(job["scratch"])
        payload.write_files(descriptor, content.files, ".")
    return content


def wire(descriptors: Sequence[int], keep: int) -> int:
    """Put result, stdout and stderr in their places, close all else but one; returns where that one is."""
    result, stdout, stderr = descriptors
    null = os.open(os.devnull, os.O_RDONLY)
    order = (null, stdout, stderr, result, keep)
    spare = [fcntl.fcntl(number, fcntl.F_DUPFD, _HIGH) for number in order]
    for place, number in enumerate(spare):
        os.dup2(number, place, inheritable=place < RESULT)
    os.closerange(5, _most_descriptors())
    return 4


def _most_descriptors() -> int:
    return min(max(os.sysconf("SC_OPEN_MAX"), 256), 1 << 20)


def lock(how: Confinement, limits: dict[str, int], *, baseline: int) -> None:
    """Bound and confine this process for ever, outermost layer first."""
    user = os.getuid() if how.identity is None else how.identity
    floor = privileges.tasks_of_user(user) if how.counts_user else 2
    pid = os.getpid()
    rules = _rules(how.readable) if how.landlock else []
    if how.identity is not None:
        privileges.become(how.identity)
    privileges.apply_limits(limits, baseline=baseline, floor_processes=floor)
    if how.linux:
        privileges.drop_everything()
        privileges.forbid_new_privileges()
    if how.landlock:
        landlock.restrict(rules)
    if how.seccomp:
        seccomp.install(pid)


def _rules(readable: Sequence[str]) -> list[tuple[str, int]]:
    rules = [(path, landlock.READ) for path in readable]
    rules += [(path, landlock.DEVICE) for path in DEVICES]
    return [*rules, (str(Path.cwd()), landlock.SCRATCH)]


def forked_job(
    how: Confinement, job: dict[str, Any], descriptors: Sequence[int], *, baseline: int,
    start: Callable[[payload.Payload, dict[str, int]], None],
) -> None:  # fmt: skip
    """Turn this child into the job and run it; ends the process, never returns.

    Args:
        how: The layers.
        job: The caller's message: limits, and the scratch folder where there is no mount.
        descriptors: Payload, result, stdout, stderr, and the pipe that tells the worker of a failure.
        baseline: Address space in bytes before the job.
        start: Runs the program; ends the process.
    """
    complain = descriptors[4]
    try:
        content = furnish(how, job, descriptors[0])
        complain = wire(descriptors[1:4], complain)
        lock(how, job["limits"], baseline=baseline)
        os.close(complain)
    except BaseException as error:
        os.write(complain, f"{type(error).__name__}: {error}".encode()[:2000])
        os._exit(1)
    start(content, job["limits"])
    os._exit(1)
