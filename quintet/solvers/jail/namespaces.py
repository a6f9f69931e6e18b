"""Namespaces: a worker's own users, mounts, network, IPC and host name, and a pid namespace a job.

The order matters and was found by trying: the user namespace first, because it gives the rights for the
rest; then the id maps, written from outside by root and from inside by an ordinary user; then a fork,
whose child is process 1; then the mounts. A fork straight into a new pid namespace costs far less than
a second fork of a large process, hence `enter_pid_namespace` before and `leave_pid_namespace` after.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
from pathlib import Path

from . import kernel
from .privileges import JOB_ID
from .view import DEVICES, INPUTS, SCRATCH

_WORKER = (
    kernel.CLONE_NEWUSER | kernel.CLONE_NEWNS | kernel.CLONE_NEWNET
    | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS | kernel.CLONE_NEWPID
)  # fmt: skip


def unshare_worker() -> bool:
    """Enter the worker's namespaces, the pid namespace for children; whether ids can be changed inside.

    Raises:
        KernelRefused: Namespaces are not to be had; the text says which call failed.
    """
    changeable = os.geteuid() == 0 and _is_mapped(JOB_ID)
    write_from_outside = _waiting_writer() if changeable else None
    outer = os.geteuid(), os.getegid()
    kernel.unshare(_WORKER, "user, mount, network, ipc, uts, pid")
    if write_from_outside is not None:
        write_from_outside()
    else:
        _write("setgroups", "deny")
        _write("uid_map", f"{JOB_ID} {outer[0]} 1")
        _write("gid_map", f"{JOB_ID} {outer[1]} 1")
    return changeable


def _is_mapped(identity: int) -> bool:
    lines = Path("/proc/self/uid_map").read_text(encoding="ascii").splitlines()
    ranges = [tuple(map(int, line.split())) for line in lines]
    return any(first <= identity < first + count for first, _, count in ranges)


def _write(name: str, text: str, pid: int | str = "self") -> None:
    with Path(f"/proc/{pid}/{name}").open("w", encoding="ascii") as file:
        file.write(text)


class _waiting_writer:
    """A child that stays outside and writes this process's id maps when called."""

    def __init__(self) -> None:
        self.go_read, self.go_write = os.pipe()
        self.child = os.fork()
        if not self.child:
            self._serve(os.getppid())

    def _serve(self, parent: int) -> None:
        code = 1
        try:
            os.close(self.go_write)
            if os.read(self.go_read, 1):
                for name in ("uid_map", "gid_map"):
                    _write(name, f"0 0 1\n{JOB_ID} {JOB_ID} 1", parent)
                code = 0
        finally:
            os._exit(code)

    def __call__(self) -> None:
        os.write(self.go_write, b"x")
        os.close(self.go_write)
        os.close(self.go_read)
        if os.waitstatus_to_exitcode(os.waitpid(self.child, 0)[1]):
            raise kernel.KernelRefused(1, "writing the id maps of a user namespace")


def build_view(read_only: Iterable[str]) -> None:
    """Make the root file system anew: the paths given read-only, devices, nothing else, no /proc."""
    kernel.mount("none", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.mount("view", "/tmp", "tmpfs", kernel.MS_NOSUID, "size=1m,nr_inodes=4096,mode=755")
    for place in ("/tmp/old", "/tmp/new"):
        Path(place).mkdir()
    kernel.pivot_root("/tmp", "/tmp/old")
    os.chdir("/")
    kernel.mount("root", "/new", "tmpfs", kernel.MS_NOSUID, "size=1m,nr_inodes=4096,mode=755")
    for path in read_only:
        _show(path)
    for path in DEVICES:
        _bind(path)
    _furnish()
    os.chdir("/new")
    kernel.pivot_root(".", ".")
    kernel.unmount(".")
    os.chdir("/")
    kernel.mount("none", "/", "", kernel.MS_REMOUNT | kernel.MS_BIND | kernel.MS_RDONLY | kernel.MS_NOSUID)


def _show(path: str) -> None:
    inner = Path(f"/new{path}")
    inner.parent.mkdir(parents=True, exist_ok=True)
    if Path(f"/old{path}").is_symlink():
        inner.symlink_to(Path(f"/old{path}").readlink())
        return
    _bind(path)
    kernel.make_read_only(f"/new{path}")


def _bind(path: str) -> None:
    outer, inner = Path(f"/old{path}"), Path(f"/new{path}")
    inner.parent.mkdir(parents=True, exist_ok=True)
    if outer.is_dir():
        inner.mkdir(exist_ok=True)
    else:
        inner.touch()
    kernel.mount(str(outer), str(inner), "", kernel.MS_BIND | kernel.MS_REC)


def _furnish() -> None:
    for place in (SCRATCH, INPUTS):
        Path(f"/new{place}").mkdir()
    if not Path("/new/tmp").exists():  # it does where the interpreter lives below /tmp
        Path("/new/tmp").symlink_to(SCRATCH.lstrip("/"))
    socket.sethostname("sandbox")


def enter_pid_namespace() -> None:
    """Make the next child process 1 of a new pid namespace."""
    kernel.unshare(kernel.CLONE_NEWPID, "pid")


def leave_pid_namespace(own: int) -> None:
    """Let later children be born here again; `own` is a pidfd of this process."""
    kernel.setns(own, kernel.CLONE_NEWPID)


def private_scratch(size: int, inodes: int) -> None:
    """Give this process, alone, an empty scratch bounded in bytes and in files."""
    kernel.unshare(kernel.CLONE_NEWNS, "mount")
    bounds = f"size={size},nr_inodes={inodes},mode=700"
    kernel.mount("scratch", SCRATCH, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, bounds)


def open_inputs(size: int, count: int) -> None:
    """Mount an empty place for the input files, to be filled and then sealed."""
    bounds = f"size={size + 4096 * (count + 2)},nr_inodes={4 * count + 16},mode=755"
    kernel.mount("inputs", INPUTS, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC, bounds)


def seal_inputs(names: Iterable[str]) -> None:
    """Make the input files read-only and show each in the scratch under its name."""
    kernel.mount(
        "none", INPUTS, "", kernel.MS_REMOUNT | kernel.MS_RDONLY | kernel.MS_NOSUID | kernel.MS_NODEV
    )
    for name in names:
        shown = Path(SCRATCH, name)
        shown.parent.mkdir(parents=True, exist_ok=True)
        shown.touch()
        kernel.mount(f"{INPUTS}/{name}", str(shown), "", kernel.MS_BIND)
