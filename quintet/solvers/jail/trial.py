"""Trying out, in a process of its own, what this kernel allows; prints why each part does not work."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable

from . import kernel, landlock, namespaces, privileges, seccomp


def main() -> None:
    """Print a JSON mapping from each part to the reason against it, empty if it works."""
    trials: dict[str, Callable[[], None]] = {
        "namespaces": _try_namespaces,
        "landlock": _try_landlock,
        "seccomp": _try_seccomp,
    }
    sys.stdout.write(json.dumps({name: _in_a_child(trial) for name, trial in trials.items()}))


def _in_a_child(trial: Callable[[], None]) -> str:
    read, write = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            trial()
        except BaseException as error:
            os.write(write, f"{error}".encode()[:1000] or b"it failed")
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as file:
        why = file.read().decode(errors="replace")
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return why or (f"the trial ended with {status}" if status else "")


def _try_namespaces() -> None:
    namespaces.unshare_worker()
    pid = os.fork()
    if not pid:
        code = 1
        try:
            namespaces.build_view(["/usr/lib"])
            own = kernel.pidfd_open(os.getpid())
            namespaces.enter_pid_namespace()
            namespaces.leave_pid_namespace(own)
            namespaces.private_scratch(1 << 16, 16)
            code = 0
        except OSError as error:
            sys.stderr.write(f"{error}\n")
        finally:
            os._exit(code)
    if os.waitpid(pid, 0)[1]:
        raise kernel.KernelRefused(1, "a user namespace can be made, but its mounts are refused")


def _try_landlock() -> None:
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    landlock.restrict([("/usr", landlock.READ)])


def _try_seccomp() -> None:
    if not seccomp.supported():
        raise OSError(f"there is no list of allowed calls for {os.uname().machine}")
    privileges.forbid_new_privileges()
    seccomp.install(os.getpid())
    os.getpid()
