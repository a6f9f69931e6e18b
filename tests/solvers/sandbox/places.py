"""Where the package under test lies, and an interpreter that every user can read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import quintet
from quintet.solvers.jail.privileges import readable_by_others

HERE = Path(__file__).parent
ROOT = Path(quintet.__path__[0]).resolve().parent


def public_python() -> str | None:
    """An interpreter that every user can read, the one of QUINTET_TEST_PYTHON first."""
    for path in (
        os.environ.get("QUINTET_TEST_PYTHON"),
        sys.executable,
        "/usr/bin/python3",
        "/usr/local/bin/python3",
    ):
        if path and Path(path).exists() and _is_public(path):
            return path
    return None


def _is_public(python: str) -> bool:
    ask = "import json, sys; print(json.dumps([sys.version_info >= (3, 11), sys.base_prefix, sys.prefix]))"
    done = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=False)
    if done.returncode:
        return False
    recent, *folders = json.loads(done.stdout)
    return recent and readable_by_others(tuple(folders))


PUBLIC_PYTHON = public_python()
