"""Landlock: what the file system and the network look like from inside, whatever the mounts say.

Kernel documentation: ``Documentation/userspace-api/landlock.rst``; works without privilege since 5.13.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable
from pathlib import Path

from . import kernel

# The numbers are the same on x86-64 and aarch64.
_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION_FLAG = 1
_PATH_BENEATH = 1

EXECUTE = 1 << 0
WRITE_FILE = 1 << 1
READ_FILE = 1 << 2
READ_DIR = 1 << 3
REMOVE_DIR = 1 << 4
REMOVE_FILE = 1 << 5
MAKE_DIR = 1 << 7
MAKE_REG = 1 << 8
REFER = 1 << 13
TRUNCATE = 1 << 14
IOCTL_DEV = 1 << 15

_FIRST_VERSION = (1 << 13) - 1  # EXECUTE … MAKE_SYM
READ = READ_FILE | READ_DIR
SCRATCH = READ | WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | REFER | TRUNCATE
DEVICE = READ_FILE | WRITE_FILE
_OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV

_BIND_AND_CONNECT_TCP = 3
_ABSTRACT_SOCKETS_AND_SIGNALS = 3


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def version() -> int:
    """The kernel's Landlock ABI; 0 where there is none."""
    found = kernel.syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_FLAG))
    return max(found, 0)


def _handled(abi: int) -> int:
    files = _FIRST_VERSION
    for right, since in ((REFER, 2), (TRUNCATE, 3), (IOCTL_DEV, 5)):
        files |= right if abi >= since else 0
    return files


def _create(abi: int) -> int:
    ruleset = _Ruleset(_handled(abi), 0, 0)
    ruleset.network = _BIND_AND_CONNECT_TCP if abi >= 4 else 0
    ruleset.scoped = _ABSTRACT_SOCKETS_AND_SIGNALS if abi >= 6 else 0
    size = 8 if abi < 4 else 16 if abi < 6 else 24
    made = kernel.syscall(_CREATE, ctypes.byref(ruleset), ctypes.c_size_t(size), ctypes.c_uint32(0))
    return kernel.check(made, "landlock_create_ruleset")


def _add(ruleset: int, path: str, allowed: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not Path(path).is_dir():
            allowed &= _OF_A_FILE
        rule = _PathBeneath(allowed, place)
        arguments = (
            ctypes.c_int(ruleset),
            ctypes.c_int(_PATH_BENEATH),
            ctypes.byref(rule),
            ctypes.c_uint32(0),
        )
        kernel.check(kernel.syscall(_ADD, *arguments), f"landlock_add_rule({path})")
    finally:
        os.close(place)


def restrict(rules: Iterable[tuple[str, int]]) -> int:
    """Let this process reach only the paths given, for ever; no_new_privs must be set before.

    Args:
        rules: Pairs of a path and the rights beneath it; a path that does not exist is left out.

    Returns:
        The ABI in force.

    Raises:
        KernelRefused: The kernel has no Landlock, or it is switched off.
    """
    abi = version()
    ruleset = _create(abi)
    try:
        for path, allowed in rules:
            _add(ruleset, path, allowed & _handled(abi))
        kernel.check(
            kernel.syscall(_RESTRICT, ctypes.c_int(ruleset), ctypes.c_uint32(0)), "landlock_restrict_self"
        )
    finally:
        os.close(ruleset)
    return abi
