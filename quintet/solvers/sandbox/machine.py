"""Finding out what this machine can hold a program with, and saying how to get what it can't."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from typing import Any

from quintet.errors import SandboxError

from . import bubblewrap
from .launch import PACKAGE_ROOT, clean_environment
from .levels import PREFERENCE, Level

_ASK = "import sys; sys.path.insert(0, sys.argv[1]); from quintet.solvers.jail import trial; trial.main()"
_TIMEOUT = 30


@dataclass(frozen=True, slots=True)
class Part:
    """One thing the levels are made of: whether it works here, and if not, why and what would help."""

    name: str
    works: bool
    why: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Probe:
    """What this machine offers.

    Attributes:
        level: The level that is taken if none is asked for.
        levels: Every level that can be had.
        parts: What was tried.
    """

    level: Level
    levels: tuple[Level, ...]
    parts: tuple[Part, ...]

    def lacking(self, level: Level) -> tuple[Part, ...]:
        """The parts that keep a level from being had."""
        wanted = _NEEDS[level]
        return tuple(part for part in self.parts if part.name in wanted and not part.works)


_NEEDS: dict[Level, tuple[str, ...]] = {
    Level.FULL: ("linux", "namespaces", "landlock", "seccomp"),
    Level.LANDLOCK: ("linux", "landlock", "seccomp"),
    Level.BUBBLEWRAP: ("linux", "bubblewrap", "seccomp"),
    Level.PROCESS: (),
}

_REMEDIES = {
    "linux": "run it on Linux, for instance in a virtual machine",
    "namespaces": "allow user namespaces (sysctl user.max_user_namespaces and, on Ubuntu, "
    "kernel.apparmor_restrict_unprivileged_userns=0 or an AppArmor profile); in a container, "
    "a seccomp profile that allows unshare and mount",
    "landlock": "use Linux 5.13 or later with landlock among the security modules (boot option lsm=…)",
    "seccomp": "use a kernel with seccomp filters, on x86-64 or aarch64",
    "bubblewrap": "install bubblewrap 0.8 or later (for instance: apt-get install bubblewrap)",
}


@cache
def probe() -> Probe:
    """Try the parts in a process of its own, once; later calls return the same."""
    facts = _trial() if sys.platform == "linux" else {}
    parts = [_part("linux", {"linux": "" if sys.platform == "linux" else f"this is {sys.platform}"})]
    parts += [_part(name, facts) for name in ("namespaces", "landlock", "seccomp")]
    parts.append(_part("bubblewrap", {"bubblewrap": _try_bubblewrap()}))
    works = {part.name for part in parts if part.works}
    levels = tuple(level for level in PREFERENCE if works.issuperset(_NEEDS[level]))
    return Probe(levels[0], levels, tuple(parts))


def _part(name: str, facts: dict[str, str]) -> Part:
    why = facts.get(name, "it could not be tried")
    return Part(name, not why, why, _REMEDIES[name] if why else "")


def _trial() -> dict[str, str]:
    """Why each part does not work; empty for what works."""
    root = str(PACKAGE_ROOT)
    done = _quiet([sys.executable, "-s", "-P", "-B", "-c", _ASK, root])
    try:
        told: Any = json.loads(done)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _try_bubblewrap() -> str:
    found = bubblewrap.program()
    if found is None:
        return "bwrap is not installed"
    tried = [
        found,
        "--unshare-all",
        "--ro-bind",
        "/",
        "/",
        "--size",
        "4096",
        "--tmpfs",
        "/tmp",
        "--",
        "echo",
        "works",
    ]
    return "" if _quiet(tried).strip() == "works" else "bwrap could not make its namespaces"


def _quiet(command: list[str]) -> str:
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=_TIMEOUT, check=False, env=clean_environment(),
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout


def choose(minimum: Level, exactly: Level | None = None) -> Level:
    """The level to use.

    Args:
        minimum: The weakest level accepted.
        exactly: This level and no other.

    Raises:
        SandboxError: There is none on this machine that will do; says what is missing and the remedy.
    """
    have = probe().levels
    wanted = [exactly] if exactly else [level for level in PREFERENCE if level.satisfies(minimum)]
    for level in wanted:
        if level in have:
            return level
    goal = exactly or minimum
    lacking = probe().lacking(goal)
    why = "; ".join(f"{part.name}: {part.why}" for part in lacking)
    remedy = "; ".join(part.remedy for part in lacking)
    best = f"the best here is {probe().level!s}"
    raise SandboxError(f"the sandbox level {goal!s} is not to be had ({why}); {best}", remedy=remedy)
