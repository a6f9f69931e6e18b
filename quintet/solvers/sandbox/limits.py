"""What one job may use."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass

from quintet.errors import SandboxError

_MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one job; the defaults suit a model of some ten thousand variables.

    Attributes:
        wall: Seconds from the start of the job to its kill.
        cpu: Seconds of processor time over all threads; None for the wall time on every core.
        memory: Bytes of address space beyond the preloaded libraries. CP-SAT with eight workers needs
            512 MiB of it; each thread takes its stack and an arena.
        disk: Bytes in the scratch, and in any one file.
        files: Files and folders in the scratch.
        processes: Threads (no level lets a job start a process but ``process``).
        descriptors: Open files.
        output: Bytes of stdout, and of stderr.
        result: Bytes of the answer.
        input: Bytes of program, data and input files together.
    """

    wall: float = 30.0
    cpu: int | None = None
    memory: int = 2048 * _MEBIBYTE
    disk: int = 64 * _MEBIBYTE
    files: int = 4096
    processes: int = 64
    descriptors: int = 256
    output: int = 1 * _MEBIBYTE
    result: int = 8 * _MEBIBYTE
    input: int = 256 * _MEBIBYTE

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if name == "cpu" and value is None:
                continue
            if not (isinstance(value, (int, float)) and math.isfinite(value) and value > 0):
                raise SandboxError(f"{value!r} is not a positive number", place=f"limits.{name}")

    @property
    def cpu_seconds(self) -> int:
        """The processor time in whole seconds."""
        return self.cpu if self.cpu is not None else math.ceil(self.wall) * (os.cpu_count() or 1)

    def message(self) -> dict[str, float]:
        """The numbers that the worker needs, none of them from the job."""
        names = ("wall", "memory", "disk", "files", "processes", "descriptors")
        return {**{name: getattr(self, name) for name in names}, "cpu": self.cpu_seconds}
