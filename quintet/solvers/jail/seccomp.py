"""An allow list of system calls, as a classic BPF program that the kernel runs before each call.

What is not allowed fails with EPERM, so that a library takes its other way or the program sees a
PermissionError. ``clone3`` fails with ENOSYS, because its arguments lie behind a pointer that a filter
can't read and the C library then falls back to ``clone``. A call of another architecture kills.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Iterable
from functools import cache

from . import kernel
from .syscalls import AARCH64, X86_64

_LOAD = 0x20  # BPF_LD | BPF_W | BPF_ABS
_AND = 0x54  # BPF_ALU | BPF_AND | BPF_K
_EQUAL = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_RETURN = 0x06  # BPF_RET | BPF_K

ALLOW = 0x7FFF0000
KILL = 0x80000000
_ERRNO = 0x00050000
REFUSE = _ERRNO | errno.EPERM
UNKNOWN = _ERRNO | errno.ENOSYS

_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16

# AUDIT_ARCH_* of linux/audit.h
ARCHITECTURES: dict[str, tuple[int, dict[str, int]]] = {
    "x86_64": (0xC000003E, X86_64),
    "aarch64": (0xC00000B7, AARCH64),
}

_THREAD = kernel.CLONE_VM | kernel.CLONE_THREAD
_FCNTL = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1032)  # duplicate, flags, locks, pipe size read
_IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # TCGETS TIOCGWINSZ FIONREAD FIONBIO FIO(N)CLEX
_NAME_MAPPING = 0x53564D41  # PR_SET_VMA: malloc names its arenas
_PRCTL = (kernel.PR_SET_NAME, kernel.PR_GET_NAME, _NAME_MAPPING)

Instruction = tuple[int, int, int, int]


def supported(machine: str = "") -> bool:
    """Whether there is an allow list for this machine's architecture."""
    return (machine or os.uname().machine) in ARCHITECTURES


def _if_argument(index: int, values: Iterable[int], mask: int = 0) -> list[Instruction]:
    """Allow the call if the low half of an argument (after the mask) is one of the values, else refuse."""
    code: list[Instruction] = [(_LOAD, 0, 0, _ARGUMENTS_AT + 8 * index)]
    if mask:
        code.append((_AND, 0, 0, mask))
    for value in values:
        code += [(_EQUAL, 0, 1, value), (_RETURN, 0, 0, ALLOW)]
    return [*code, (_RETURN, 0, 0, REFUSE)]


def _unless_truncating(index: int) -> list[Instruction]:
    """Refuse O_RDONLY|O_TRUNC, which empties a file that may only be read (Landlock before ABI 3)."""
    mask = os.O_TRUNC | os.O_ACCMODE
    return [
        (_LOAD, 0, 0, _ARGUMENTS_AT + 8 * index),
        (_AND, 0, 0, mask),
        (_EQUAL, 0, 1, os.O_TRUNC),
        (_RETURN, 0, 0, REFUSE),
        (_RETURN, 0, 0, ALLOW),
    ]


def _rules(pid: int) -> dict[str, list[Instruction]]:
    """The calls whose arguments decide, with the code that decides."""
    return {
        "clone": _if_argument(0, [_THREAD], mask=_THREAD),
        "clone3": [(_RETURN, 0, 0, UNKNOWN)],
        "open": _unless_truncating(1),
        "openat": _unless_truncating(2),
        "fcntl": _if_argument(1, _FCNTL),
        "ioctl": _if_argument(1, _IOCTL),
        "prctl": _if_argument(0, _PRCTL),
        "prlimit64": _if_argument(0, [0, pid]),
        "kill": _if_argument(0, [pid]),
        "tgkill": _if_argument(0, [pid]),
    }


def program(pid: int, machine: str = "") -> list[Instruction]:
    """The filter for a job.

    Args:
        pid: The job's own process id, the only one it may signal.
        machine: ``x86_64`` or ``aarch64``; this machine if empty.
    """
    architecture, numbers = ARCHITECTURES[machine or os.uname().machine]
    rules = _rules(pid)
    code: list[Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
    ]
    for name, number in numbers.items():
        body = rules.get(name, [(_RETURN, 0, 0, ALLOW)])
        code += [(_EQUAL, 0, len(body), number), *body]
    return [*code, (_RETURN, 0, 0, REFUSE)]


def assemble(code: list[Instruction]) -> bytes:
    """The filter in the kernel's layout, eight bytes an instruction."""
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)


@cache
def prepared(pid: int) -> bytes:
    """The assembled filter; a worker whose jobs all have the same id makes it once, before them."""
    return assemble(program(pid))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def install(pid: int) -> None:
    """Put this process under the filter, for ever; no_new_privs must be set before.

    Raises:
        KernelRefused: The kernel has no seccomp filters.
    """
    code = prepared(pid)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = _Program(len(code) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    kernel.prctl(kernel.PR_SET_SECCOMP, 2, ctypes.addressof(header))
