"""A worker for one job: imports everything, waits for the job, becomes it. For levels without a fork.

Used below ``landlock``: bubblewrap gives such a process its namespaces from outside, and on macOS a fork
after imports is not reliable.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from typing import Any

from . import kernel, privileges, view
from .channel import Channel, ChannelClosed
from .confine import Confinement, forked_job, layers
from .harness import run_and_exit
from .preload import preload


def serve_single(channel: Channel, order: dict[str, Any]) -> None:
    """Preload, say so, wait for one job and turn into it."""
    linux = sys.platform == "linux"
    if linux:
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    loaded, missing = preload(order["modules"])
    how = _confinement(order, linux)
    ready = {"op": "ready", "loaded": loaded, "missing": missing, "layers": layers(how)}
    channel.send({**ready, "cpu": time.process_time()})
    with contextlib.suppress(ChannelClosed):
        job, descriptors = channel.receive()
        if how.identity is not None:
            os.chown(job["scratch"], how.identity, how.identity)
        baseline = privileges.address_space()
        forked_job(how, job, descriptors, baseline=baseline, start=run_and_exit)


def _confinement(order: dict[str, Any], linux: bool) -> Confinement:
    root = linux and not order["wrapped"] and os.geteuid() == 0
    drop = root and privileges.readable_by_others(view.read_only_paths())
    if root and not drop:
        raise PermissionError(
            f"as root this level needs an interpreter that others can read; {sys.prefix} is not"
        )
    return Confinement(
        identity=privileges.JOB_ID if drop else None,
        seccomp=order["seccomp"],
        linux=linux,
        counts_user=not order["wrapped"],
    )
