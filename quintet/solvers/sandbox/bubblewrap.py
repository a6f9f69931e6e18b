"""The command line of ``bwrap`` for a worker: the same view as at ``full``, made by another program."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

_PATH = "/usr/bin:/bin:/usr/local/bin"
_SCRATCH_BYTES = 64 << 20
_ASK = (
    "import json, sys; root = sys.argv[1]; sys.path.insert(0, root); "
    "from quintet.solvers.jail import view; sys.path.remove(root); "
    "print(json.dumps([sys.executable, view.read_only_paths()]))"
)


def program() -> str | None:
    """The path of ``bwrap``, if it is installed."""
    return shutil.which("bwrap", path=_PATH)


@cache
def _paths(python: str, root: str) -> tuple[str, tuple[str, ...]]:
    """The interpreter itself and the folders it reads, as it sees them."""
    command = [python, "-s", "-P", "-B", "-c", _ASK, root]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL, timeout=60
    )
    executable, paths = json.loads(done.stdout)
    return executable, tuple(paths)


def wrap(command: list[str], python: str, root: str) -> list[str]:
    """The command that runs a worker's command inside new namespaces.

    Args:
        command: The worker's own command.
        python: Its interpreter.
        root: The folder that holds the package, which the worker imports before any job.
    """
    executable, paths = _paths(python, root)
    outer = [program() or "bwrap", "--unshare-all", "--die-with-parent", "--as-pid-1", "--cap-drop", "ALL"]
    for path in dict.fromkeys((*paths, f"{root}/quintet", *_virtual(executable))):
        if Path(path).is_symlink():
            outer += ["--symlink", str(Path(path).readlink()), path]
        elif Path(path).exists():
            outer += ["--ro-bind", path, path]
    outer += ["--ro-bind", os.path.realpath(executable), executable]
    outer += ["--dev", "/dev", "--size", str(_SCRATCH_BYTES), "--tmpfs", "/scratch"]
    outer += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/"]
    return [*outer, "--", *command]


def _virtual(executable: str) -> tuple[str, ...]:
    """The file by which an interpreter finds out that it belongs to a virtual environment."""
    return (str(Path(executable).parent.parent / "pyvenv.cfg"),)
