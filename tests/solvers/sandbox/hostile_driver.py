"""Runs the hostile programs at one level, looks from outside at what they did, and prints a line for each.

A process of its own, so that the same code runs as root and as an ordinary user, with an interpreter that
this user can read: ``python hostile_driver.py FOLDER-OF-THE-PACKAGE LEVEL [NAME …]``.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path[:0] = [sys.argv[1], str(Path(__file__).parent)]

from hostile import PRELUDE, SNIPPETS, Snippet  # noqa: E402 - found on the path made above

from quintet.solvers.jail.privileges import JOB_ID  # noqa: E402 - likewise
from quintet.solvers.sandbox import Level, Limits, LocalSandbox, Run  # noqa: E402 - likewise

LIMITS = Limits(
    wall=1.5,
    cpu=1,
    memory=300 << 20,
    disk=64 << 20,
    files=1024,
    result=4 << 20,
    descriptors=128,
    processes=64,
)
NORMAL = "report(objective=6 * 7)"
SECRET = "the caller's secret"

_X86_64 = {
    "clone": 56,
    "clone3": 435,
    "open_by_handle_at": 304,
    "rt_sigqueueinfo": 129,
    "tgkill": 234,
    "ptrace": 101,
    "process_vm_readv": 310,
    "unshare": 272,
    "mount": 165,
    "setns": 308,
    "io_uring_setup": 425,
    "userfaultfd": 323,
    "bpf": 321,
    "perf_event_open": 298,
    "add_key": 248,
    "shmget": 29,
    "msgget": 68,
    "shmctl": 31,
    "msgctl": 71,
    "mq_open": 240,
    "inotify_init1": 294,
    "personality": 135,
    "syslog": 103,
    "init_module": 175,
}
_AARCH64 = {
    "clone": 220,
    "clone3": 435,
    "open_by_handle_at": 265,
    "rt_sigqueueinfo": 138,
    "tgkill": 131,
    "ptrace": 117,
    "process_vm_readv": 270,
    "unshare": 97,
    "mount": 40,
    "setns": 268,
    "io_uring_setup": 425,
    "userfaultfd": 282,
    "bpf": 280,
    "perf_event_open": 241,
    "add_key": 217,
    "shmget": 194,
    "msgget": 186,
    "shmctl": 195,
    "msgctl": 187,
    "mq_open": 180,
    "inotify_init1": 26,
    "personality": 92,
    "syslog": 116,
    "init_module": 105,
}
NUMBERS = {"x86_64": _X86_64, "aarch64": _AARCH64}


@dataclass(slots=True)
class Scene:
    """What the hostile programs aim at: files, a process, sockets."""

    folder: Path
    level: str
    victim: subprocess.Popen[Any]
    listener: socket.socket
    unix: socket.socket
    abstract: socket.socket

    def target(self) -> dict[str, Any]:
        """What the programs are told, so that they need not search."""
        return {
            "level": self.level,
            "secret": str(self.folder / "secret"),
            "own": str(self.folder / "open" / "own"),
            "outside": str(self.folder / "open"),
            "socket": str(self.folder / "open" / "socket"),
            "port": self.listener.getsockname()[1],
            "abstract": self.abstract.getsockname()[1:].decode(),
            "victim": self.victim.pid,
            "numbers": NUMBERS[os.uname().machine],
        }

    def files(self) -> dict[str, bytes]:
        """The input files of each job."""
        return {
            "target.json": json.dumps(self.target()).encode(),
            "data.csv": b"a,b\n1,2\n",
            "bomb.zip": bomb(),
        }

    def damage(self) -> list[str]:
        """What can be seen from outside; it is put right for the next program."""
        seen = []
        if self.victim.poll() is not None:
            seen.append("the victim is dead")
            self.victim = start_victim()
        if caller_came(self.listener):
            seen.append("a connection came")
        seen += [f"{path.name} was planted" for path in self._planted()]
        own = self.folder / "open" / "own"
        if (
            not own.exists()
            or own.read_text(encoding="utf-8") != "own"
            or own.stat().st_mode & 0o777 != 0o600
        ):
            seen.append("the file of the user was changed")
            self.make_own()
        return seen

    def _planted(self) -> list[Path]:
        found = [path for path in (self.folder / "open").iterdir() if path.name not in ("own", "socket")]
        for path in found:
            path.unlink()
        return found

    def make_own(self) -> None:
        """A private file that belongs to the user under whom jobs run, where that is not hidden from them."""
        own = self.folder / "open" / "own"
        own.unlink(missing_ok=True)
        own.write_text("own", encoding="utf-8")
        own.chmod(0o600)
        if os.geteuid() == 0:
            os.chown(own, JOB_ID, JOB_ID)


@functools.cache
def bomb() -> bytes:
    """A zip file that holds 128 MiB of zeros."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file, file.open("zeros", "w") as part:
        for _ in range(128):
            part.write(bytes(1 << 20))
    return buffer.getvalue()


def start_victim() -> subprocess.Popen[Any]:
    """A process of the user under whom jobs run."""
    options: dict[str, Any] = (
        {"user": JOB_ID, "group": JOB_ID, "extra_groups": []} if os.geteuid() == 0 else {}
    )
    victim = subprocess.Popen(["sleep", "600"], stdin=subprocess.DEVNULL, cwd="/", **options)
    time.sleep(0.05)  # until it has become the other program
    return victim


def caller_came(listener: socket.socket) -> bool:
    """Whether someone connected; the listener does not block."""
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def scene(level: str) -> Iterator[Scene]:
    """Set up what the programs aim at, and take it down."""
    folder = Path(tempfile.mkdtemp(prefix="hostile-"))
    folder.chmod(0o755)
    (folder / "open").mkdir()
    (folder / "open").chmod(0o777)
    (folder / "secret").write_text(SECRET, encoding="utf-8")
    (folder / "secret").chmod(0o600)
    listener = socket.create_server(("127.0.0.1", 0))
    unix, abstract = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
    unix.bind(str(folder / "open" / "socket"))
    (folder / "open" / "socket").chmod(0o777)
    abstract.bind(f"\0{folder.name}")
    for server in (listener, unix, abstract):
        server.listen(64)
        server.setblocking(False)
    made = Scene(folder, level, start_victim(), listener, unix, abstract)
    made.make_own()
    try:
        yield made
    finally:
        made.victim.kill()
        made.victim.wait()
        for server in (listener, unix, abstract):
            server.close()
        shutil.rmtree(folder)


def adopt_orphans() -> None:
    """Become the parent of every orphan below this process (PR_SET_CHILD_SUBREAPER): none is missed."""
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)


def strays(known: Callable[[], set[int]]) -> list[int]:
    """Orphans that this process inherited and that stay: no victim, no worker, also none that is starting."""
    left: set[int] = set()
    for _ in range(20):
        left = children() - known()
        if not left:
            break
        time.sleep(0.05)
    return sorted(left)


def children() -> set[int]:
    """Living processes whose parent is this one."""
    found = set()
    for entry in os.scandir("/proc"):
        with contextlib.suppress(OSError, ValueError):
            fields = Path(entry.path, "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            if int(fields[1]) == os.getpid() and fields[0] != "Z":
                found.add(int(entry.name))
    return found


def judge(snippet: Snippet, run: Run, seen: list[str], normal: Run) -> dict[str, Any]:
    """What came of a program, as a line of the report."""
    words = [line for line in run.stdout[:100_000].splitlines() if line.startswith(("LEAKED", "HELD"))]
    leaks = [line for line in words if line.startswith("LEAKED")] + seen
    return {
        "name": snippet.name,
        "status": run.status.value,
        "detail": run.detail,
        "leaks": leaks[:5],
        "held": [line for line in words if line.startswith("HELD")][:5],
        "normal": normal.claim.objective if normal.claim else normal.detail,
        "seconds": round(run.usage.wall, 3),
        "layers": [layer.value for layer in run.layers],
    }


def main() -> None:
    """Run the programs named, or all, and print what came of each."""
    level, names = sys.argv[2], sys.argv[3:]
    os.environ["SECRET"] = SECRET
    adopt_orphans()
    held = LocalSandbox(workers=1, level=Level(level), preload=())
    with scene(level) as place, held as sandbox:

        def known() -> set[int]:
            started = sandbox._workers[0].started
            return {place.victim.pid} | ({started.process.pid} if started is not None else set())

        first = sandbox.run(NORMAL, files={"x.txt": "x"})
        print(json.dumps({"name": "", "status": first.status.value, "detail": first.detail}), flush=True)
        for snippet in SNIPPETS:
            if names and snippet.name not in names:
                continue
            run = sandbox.run(PRELUDE + snippet.program, files=place.files(), limits=LIMITS)
            normal = sandbox.run(NORMAL)
            left = strays(known)
            for pid in left:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            seen = place.damage() + ([f"{len(left)} processes left"] if left else [])
            print(json.dumps(judge(snippet, run, seen, normal)), flush=True)


if __name__ == "__main__":
    main()
