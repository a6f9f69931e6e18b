"""Starting the process of a worker: a clean environment, the interpreter asked for, and a channel."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ..jail.channel import Channel
from .levels import Level

PACKAGE_ROOT = Path(__file__).resolve().parents[3]
"""The folder that the package lies in."""
# The package's folder is on the path only while the worker's own modules are imported.
BOOT = (
    "import sys; root = sys.argv[1]; sys.path.insert(0, root); "
    "from quintet.solvers.jail import main, zygote, single, capture; "
    "sys.path.remove(root); main.main(sys.argv[2])"
)

# One thread each: OpenBLAS would start threads at import, and then no user namespace can be entered.
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class Setup:
    """How a worker is started.

    Attributes:
        level: The level of isolation.
        modules: Modules imported before any job; those not installed are left out.
        python: The interpreter.
    """

    level: Level
    modules: tuple[str, ...]
    python: str


@dataclass(slots=True)
class Started:
    """A started process, the channel to it, the place for its scratch (if any) and what it says on stderr."""

    process: subprocess.Popen[bytes]
    channel: Channel
    folder: Path | None
    log: IO[bytes]

    def last_words(self) -> str:
        """The last lines that the process wrote about itself."""
        self.log.seek(0)
        return " ".join(self.log.read()[-2000:].decode(errors="replace").split())[-400:]


def clean_environment() -> dict[str, str]:
    """The whole environment of a worker: nothing of the caller's."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": "/scratch",
        "USER": "job",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONHASHSEED": "0",  # sets are walked in the same order each time
        "MALLOC_ARENA_MAX": "4",  # an arena a thread would eat the address space
        **dict.fromkeys(_ONE_THREAD, "1"),
    }


def start(setup: Setup) -> Started:
    """Start a worker's process; it says when it is ready over the channel.

    Raises:
        OSError: The process can't be started.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    folder = (
        None if setup.level in (Level.FULL, Level.BUBBLEWRAP) else Path(tempfile.mkdtemp(prefix="quintet-"))
    )
    log = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process
    try:
        with theirs:
            command = _command(setup, theirs.fileno(), folder)
            process = _spawn(command, theirs.fileno(), log)
    except BaseException:
        ours.close()
        log.close()
        if folder is not None:
            folder.rmdir()
        raise
    return Started(process, Channel(ours), folder, log)


def _command(setup: Setup, channel: int, folder: Path | None) -> list[str]:
    kind = setup.level.value if setup.level in (Level.FULL, Level.LANDLOCK) else "single"
    order: dict[str, Any] = {
        "kind": kind,
        "channel": channel,
        "modules": setup.modules,
        "folder": str(folder) if folder else "",
        "seccomp": setup.level is Level.BUBBLEWRAP,
        "wrapped": setup.level is Level.BUBBLEWRAP,
    }
    root = str(PACKAGE_ROOT)
    python = [setup.python, "-s", "-P", "-B", "-c", BOOT, root, json.dumps(order)]
    if setup.level is Level.BUBBLEWRAP:
        from .bubblewrap import wrap

        return wrap(python, setup.python, root)
    return python


def _spawn(command: Sequence[str], channel: int, log: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=log,
        env=clean_environment(),
        cwd="/",
        pass_fds=[channel],
        start_new_session=True,
    )


def end(started: Started) -> None:
    """Kill a worker with all that it started, and remove its scratch."""
    from ..jail.scratch import remove

    started.channel.close()
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(started.process.pid, 9)
    started.process.kill()
    started.process.wait()
    started.log.close()
    if started.folder is not None:
        remove(str(started.folder))
