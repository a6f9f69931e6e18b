"""What a job sees of the machine: interpreter, packages, shared libraries, a few devices, its scratch."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

SCRATCH = "/scratch"
INPUTS = "/inputs"
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")

# Where a C library looks for shared libraries; on most systems some of these are links to others.
_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")


def read_only_paths() -> tuple[str, ...]:
    """The folders and files that Python and its packages need, no folder inside another."""
    wanted = [f"{sys.base_prefix}/lib", *_packages(), *_LIBRARIES, "/usr/share/zoneinfo"]
    wanted += [os.path.realpath(path) for path in wanted]
    return _outermost(path for path in wanted if os.path.lexists(path))


def _packages() -> list[str]:
    kinds = ("stdlib", "platstdlib", "purelib", "platlib")
    return [sysconfig.get_path(kind) for kind in kinds] + [
        path for path in sys.path if path.endswith(("site-packages", "dist-packages")) and Path(path).is_dir()
    ]


def _outermost(paths: Iterable[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not any(path.startswith(f"{outer}/") for outer in kept):
            kept.append(path)
    return tuple(kept)
