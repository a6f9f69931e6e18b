"""Giving up ids, capabilities and the right to gain either; bounding what one process may use."""

from __future__ import annotations

import math
import mmap
import os
import resource
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from . import kernel

# An id above the ordinary users' and the system's, and within the 65,536 that a container usually maps.
# Nothing on the machine belongs to it.
JOB_ID = 64_917

_LAST_CAPABILITY = 63
_SECURE_BITS = 0b1110_1111  # no root magic, no setuid fix-up, no ambient; all but KEEP_CAPS locked

# Names of resource limits and what a job may have of each besides what its Limits say.
_FIXED = {"CORE": 0, "MSGQUEUE": 0, "MEMLOCK": 0, "SIGPENDING": 256}


def readable_by_others(paths: tuple[str, ...]) -> bool:
    """Whether a user with no rights of its own could read beneath every one of the folders."""
    return all(_reachable(Path(path)) for path in paths if Path(path).exists())


def _reachable(path: Path) -> bool:
    whole = path.resolve()
    enterable = all(place.stat().st_mode & 0o001 for place in whole.parents)
    return enterable and bool(whole.stat().st_mode & (0o001 if whole.is_dir() else 0o004))


def become(identity: int) -> None:
    """Take the user and group id given, with no other group; needs the right to do so."""
    os.setgroups([])
    os.setresgid(identity, identity, identity)
    os.setresuid(identity, identity, identity)


def drop_everything() -> None:
    """Drop every capability and the way back to one. Linux only."""
    for capability in range(_LAST_CAPABILITY + 1):
        try:
            kernel.prctl(kernel.PR_CAPBSET_DROP, capability)
        except kernel.KernelRefused:  # past the last one this kernel knows, or none to drop
            break
    _lock_secure_bits()
    kernel.drop_capabilities()


def _lock_secure_bits() -> None:
    try:
        kernel.prctl(kernel.PR_SET_SECUREBITS, _SECURE_BITS)
    except kernel.KernelRefused:  # no CAP_SETPCAP: then there is nothing to lock
        return


def forbid_new_privileges() -> None:
    """Set no_new_privs, make the process unreadable for others and let it die with its parent."""
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)


def apply_limits(numbers: Mapping[str, int], *, baseline: int, floor_processes: int = 0) -> None:
    """Set the resource limits of a job, hard and soft alike.

    Args:
        numbers: ``memory`` and ``disk`` in bytes, ``cpu`` in seconds, ``processes`` and ``descriptors``.
        baseline: Address space in bytes that the process had before the job; the memory is on top.
        floor_processes: Tasks the user has already, where the kernel counts them all.
    """
    _limit("AS", baseline + numbers["memory"])
    _limit("FSIZE", numbers["disk"])
    _limit("NOFILE", numbers["descriptors"])
    _limit("NPROC", floor_processes + numbers["processes"])
    # Soft and hard alike: process 1 of a namespace ignores SIGXCPU, and SIGKILL comes at the hard limit.
    _limit("CPU", math.ceil(time.process_time() - 0.1) + numbers["cpu"])
    for name, value in _FIXED.items():
        _limit(name, value)


def _limit(name: str, value: int) -> None:
    kind = getattr(resource, f"RLIMIT_{name}", None)
    if kind is None:  # not every system has every limit
        return
    highest = resource.getrlimit(kind)[1]
    value = value if highest < 0 else min(value, highest)
    try:
        resource.setrlimit(kind, (value, value))
    except (ValueError, OSError):
        if sys.platform == "linux":  # macOS refuses RLIMIT_AS; the level's table says so
            raise


def address_space() -> int:
    """Bytes of address space of this process now; 0 where it can't be told."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    except OSError:
        return _searched_address_space() if sys.platform == "linux" else 0
    return int(pages) * resource.getpagesize()


def _searched_address_space() -> int:
    """Without /proc: the lowest limit under which one more page can be had, to a mebibyte."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    low, high = 0, 1 << 46
    try:
        while high - low > 1 << 20:
            middle = (low + high) // 2
            resource.setrlimit(resource.RLIMIT_AS, (middle, before[1]))
            low, high = (low, middle) if _one_more_page() else (middle, high)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
    return high


def _one_more_page() -> bool:
    try:
        mmap.mmap(-1, mmap.PAGESIZE).close()
    except OSError:
        return False
    return True


def tasks_of_user(user: int) -> int:
    """Tasks (threads) on the machine that run under a user id; 0 if it can't be told."""
    total = 0
    for entry in os.scandir("/proc") if Path("/proc").is_dir() else ():
        try:
            if entry.name.isdigit() and entry.stat().st_uid == user:
                total += sum(1 for _ in os.scandir(f"{entry.path}/task"))
        except OSError:  # it ended meanwhile
            continue
    return total
