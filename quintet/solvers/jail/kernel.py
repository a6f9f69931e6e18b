"""The few kernel calls that Python's standard library has no name for, through ctypes."""

from __future__ import annotations

import ctypes
import os

CLONE_THREAD = 0x00010000
CLONE_VM = 0x00000100
CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY = 1
MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_REMOUNT = 32
MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18
MNT_DETACH = 2

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_KEEPCAPS = 8
PR_SET_NAME = 15
PR_GET_NAME = 16
PR_SET_SECCOMP = 22
PR_CAPBSET_DROP = 24
PR_SET_SECUREBITS = 28
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47

_AT_FDCWD = -100
_AT_RECURSIVE = 0x8000
_CAP_VERSION_3 = 0x20080522

# Numbers of calls that glibc of 2022 does not wrap; these are the same on x86-64 and aarch64.
_PIDFD_OPEN = 434
_MOUNT_SETATTR = 442
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


class KernelRefused(OSError):
    """The kernel refused a call; the text names the call and its reason."""


def check(result: int, call: str) -> int:
    """Return the result of a kernel call, or raise KernelRefused with the call's name."""
    if result < 0:
        code = ctypes.get_errno()
        raise KernelRefused(code, f"{call}: {os.strerror(code)}")
    return result


def syscall(number: int, *arguments: int | bytes | None | ctypes.c_void_p | object) -> int:
    """Make a raw system call; -1 on failure, with errno kept by ctypes."""
    return int(_libc.syscall(ctypes.c_long(number), *arguments))


def unshare(flags: int, name: str) -> None:
    """Leave the namespaces named by the CLONE_NEW* flags for new ones."""
    check(_libc.unshare(ctypes.c_int(flags)), f"unshare({name})")


def setns(descriptor: int, kind: int) -> None:
    """Enter the namespace that a descriptor stands for."""
    check(_libc.setns(ctypes.c_int(descriptor), ctypes.c_int(kind)), "setns")


def pidfd_open(pid: int) -> int:
    """Return a descriptor of a process."""
    return check(syscall(_PIDFD_OPEN, ctypes.c_int(pid), ctypes.c_uint(0)), "pidfd_open")


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """Mount a file system, or change one (mount(2))."""
    result = _libc.mount(
        source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode()
    )
    check(result, f"mount({kind or 'bind'} on {target})")


def unmount(target: str) -> None:
    """Detach a mount lazily."""
    check(_libc.umount2(target.encode(), ctypes.c_int(MNT_DETACH)), f"umount({target})")


def pivot_root(new: str, old: str) -> None:
    """Make the mount at `new` the root and put the old root at `old`."""
    number = _PIVOT_ROOT[os.uname().machine]
    check(syscall(number, new.encode(), old.encode()), "pivot_root")


class _MountAttributes(ctypes.Structure):
    _fields_ = (
        ("set", ctypes.c_uint64),
        ("clear", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("userns", ctypes.c_uint64),
    )


def make_read_only(target: str, *, devices: bool = False) -> None:
    """Make a mount and all below it read-only, without set-uid and (unless told) without devices."""
    attributes = _MountAttributes(MS_RDONLY | MS_NOSUID | (0 if devices else MS_NODEV), 0, 0, 0)
    result = syscall(
        _MOUNT_SETATTR,
        ctypes.c_int(_AT_FDCWD),
        target.encode(),
        ctypes.c_uint(_AT_RECURSIVE),
        ctypes.byref(attributes),
        ctypes.c_size_t(ctypes.sizeof(attributes)),
    )
    check(result, f"mount_setattr({target})")


def prctl(option: int, *arguments: int) -> int:
    """Change or read a property of this process (prctl(2)); raises KernelRefused."""
    values = [ctypes.c_ulong(value) for value in (*arguments, 0, 0, 0, 0)[:4]]
    return check(_libc.prctl(ctypes.c_int(option), *values), f"prctl({option})")


def drop_capabilities() -> None:
    """Empty the permitted, effective and inheritable sets of this thread."""
    header = (ctypes.c_uint32 * 2)(_CAP_VERSION_3, 0)
    data = (ctypes.c_uint32 * 6)()
    check(_libc.capset(ctypes.byref(header), ctypes.byref(data)), "capset")


def raise_capabilities() -> None:
    """Make every permitted capability effective again, after a change of user id."""
    header = (ctypes.c_uint32 * 2)(_CAP_VERSION_3, 0)
    data = (ctypes.c_uint32 * 6)()
    check(_libc.capget(ctypes.byref(header), ctypes.byref(data)), "capget")
    data[0], data[3] = data[1], data[4]
    check(_libc.capset(ctypes.byref(header), ctypes.byref(data)), "capset")
