"""Removing what a job left in its folder, however deep, however many, whatever its modes."""

from __future__ import annotations

import contextlib
import os
import subprocess
from pathlib import Path


def remove(folder: str) -> None:
    """Remove a folder and everything in it.

    The system's ``rm`` does it: Python's own removal recurses once a level, and a program can nest deeper.
    """
    if not Path(folder).exists():
        return
    _spawn("rm", "-rf", "--", folder)
    if Path(folder).exists():
        _spawn("chmod", "-R", "u+rwX", "--", folder)
        _spawn("rm", "-rf", "--", folder)


def _spawn(*command: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        subprocess.run(
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.defpath},
        )
