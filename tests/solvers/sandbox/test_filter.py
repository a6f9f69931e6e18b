"""The list of allowed calls, interpreted: every verdict on both architectures, without a kernel."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

import pytest

from quintet.solvers.jail import seccomp
from quintet.solvers.jail.syscalls import AARCH64, X86_64

PID = 4711
ALLOWED = seccomp.ALLOW
REFUSED = seccomp.REFUSE


def verdict(machine: str, number: int, *arguments: int, architecture: int | None = None) -> int:
    """Run the filter as the kernel would (classic BPF, the few instructions that are used)."""
    audit = seccomp.ARCHITECTURES[machine][0] if architecture is None else architecture
    data = {0: number, 4: audit} | {
        16 + 8 * place: value & 0xFFFFFFFF for place, value in enumerate(arguments)
    }
    code, at, accumulator = seccomp.program(PID, machine), 0, 0
    while True:
        operation, jump_true, jump_false, constant = code[at]
        at += 1
        if operation == seccomp._LOAD:
            accumulator = data.get(constant, 0)
        elif operation == seccomp._AND:
            accumulator &= constant
        elif operation == seccomp._EQUAL:
            at += jump_true if accumulator == constant else jump_false
        else:
            return constant


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_verdicts(machine: str) -> None:
    numbers = seccomp.ARCHITECTURES[machine][1]
    assert verdict(machine, numbers["read"], 0) == ALLOWED
    assert verdict(machine, numbers["clone"], 0x3D0F00) == ALLOWED  # the flags of pthread_create
    assert verdict(machine, numbers["clone"], 17) == REFUSED
    assert verdict(machine, numbers["clone"], 0x00000100 | 17) == REFUSED  # vfork's memory sharing alone
    assert verdict(machine, numbers["clone3"], 0) == seccomp.UNKNOWN
    assert verdict(machine, numbers["kill"], PID, 9) == ALLOWED
    assert verdict(machine, numbers["kill"], 1, 9) == REFUSED
    assert verdict(machine, numbers["kill"], -1, 9) == REFUSED
    assert verdict(machine, numbers["tgkill"], PID + 1, 1, 9) == REFUSED
    assert verdict(machine, numbers["prctl"], 15) == ALLOWED
    assert verdict(machine, numbers["prctl"], 1) == REFUSED
    assert verdict(machine, numbers["ioctl"], 0, 0x5412) == REFUSED  # TIOCSTI
    assert verdict(machine, numbers["openat"], 0, 0, os.O_RDONLY | os.O_TRUNC) == REFUSED
    assert verdict(machine, numbers["openat"], 0, 0, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) == ALLOWED
    assert verdict(machine, numbers["prlimit64"], 1) == REFUSED
    assert verdict(machine, numbers["fcntl"], 0, 8) == REFUSED  # F_SETOWN
    assert verdict(machine, 9999) == REFUSED
    assert verdict(machine, numbers["read"], architecture=0x40000003) == seccomp.KILL


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
@pytest.mark.parametrize(
    "name", ["execve", "socket", "ptrace", "bpf", "mount", "unshare", "chmod", "truncate", "symlinkat"]
)
def test_what_is_not_on_the_list(machine: str, name: str) -> None:
    assert name not in seccomp.ARCHITECTURES[machine][1]


def test_jumps_fit_in_a_byte_and_the_filter_in_the_kernels_limit() -> None:
    for machine in seccomp.ARCHITECTURES:
        code = seccomp.program(PID, machine)
        assert len(code) < 4096
        assert all(0 <= jump < 256 for _, yes, no, _ in code for jump in (yes, no))
        assert len(seccomp.assemble(code)) == 8 * len(code)
    assert seccomp.UNKNOWN & 0xFFFF == errno.ENOSYS


@pytest.mark.parametrize(
    ("header", "table", "prefix"),
    [
        ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", X86_64, "__NR_"),
        ("/usr/include/asm-generic/unistd.h", AARCH64, "__NR(?:3264)?_"),
    ],
)
def test_numbers_are_those_of_the_kernels_headers(header: str, table: dict[str, int], prefix: str) -> None:
    if not Path(header).exists():
        pytest.skip(f"{header} is not installed")
    text = Path(header).read_text(encoding="utf-8")
    told = {name: int(number) for name, number in re.findall(rf"#define\s+{prefix}(\w+)\s+(\d+)\s", text)}
    told.setdefault("newfstatat", told.get("fstatat", -1))
    assert {name: told.get(name) for name in table} == table
