"""What a caller asks of the sandbox, checked and written into one descriptor."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from quintet.errors import SandboxError

from ..jail.payload import encode_header
from .limits import Limits

FileContent = bytes | str | Path
_MOST_FILES = 256
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Solve:
    """Call the program's ``solve(data)``; the data are plain JSON values."""

    data: Any


@dataclass(frozen=True, slots=True)
class Check:
    """Call the program's ``check(data, decisions)``.

    Attributes:
        data: Plain JSON values.
        decisions: The decisions to check.
        solved_by: Instead of decisions: the index of an earlier `Solve` in the same run, whose decisions
            are passed on as they were returned.
    """

    data: Any
    decisions: Any = None
    solved_by: int | None = None


Call = Solve | Check


@dataclass(frozen=True, slots=True)
class Request:
    """One job as the pool holds it."""

    program: bytes
    files: Mapping[str, FileContent]
    calls: tuple[Call, ...]
    limits: Limits
    capture: Literal["", "lp", "mps"] = ""


def request(
    program: str | bytes,
    files: Mapping[str, FileContent] | None = None,
    calls: Sequence[Call] = (),
    limits: Limits | None = None,
    capture: Literal["", "lp", "mps"] = "",
) -> Request:
    """Check the caller's own arguments.

    Raises:
        SandboxError: A file name leads out of the scratch, there are too many files, or a call refers to
            a later one.
    """
    source = program.encode("utf-8", "surrogatepass") if isinstance(program, str) else bytes(program)
    named = dict(files or {})
    if len(named) > _MOST_FILES:
        raise SandboxError(f"{len(named)} input files; {_MOST_FILES} is the most", place="files")
    for name in named:
        _require_inner(name)
    for index, call in enumerate(calls):
        _require_earlier(call, index, calls)
    return Request(source, named, tuple(calls), limits or Limits(), capture)


def _require_inner(name: str) -> None:
    path = PurePosixPath(name)
    plain = bool(path.parts) and str(path) == name and "\0" not in name and len(name.encode()) < 200
    if path.is_absolute() or ".." in path.parts or not plain:
        raise SandboxError(f"{name!r} is not a relative path below the scratch", place="files")


def _require_earlier(call: Call, index: int, calls: Sequence[Call]) -> None:
    if isinstance(call, Solve) or call.solved_by is None:
        return
    if not (0 <= call.solved_by < index and isinstance(calls[call.solved_by], Solve)):
        raise SandboxError(f"solved_by={call.solved_by} is not an earlier Solve", place=f"calls[{index}]")


def write_payload(asked: Request) -> int:
    """Write a request into a new descriptor without a name, ready to be read.

    Raises:
        SandboxError: An input file can't be read or is no plain file, the data are not JSON, or all of it
            is larger than ``limits.input``.
    """
    contents = [(name, _content(name, content, asked.limits.input)) for name, content in asked.files.items()]
    sizes = [(name, len(content)) for name, content in contents]
    header = _header(asked, sizes)
    total = len(header) + len(asked.program) + sum(size for _, size in sizes)
    if total > asked.limits.input:
        raise SandboxError(
            f"program, data and files take {total} bytes, the limit is {asked.limits.input}",
            remedy="raise limits.input",
        )
    return _descriptor([header, asked.program, *(content for _, content in contents)])


def _header(asked: Request, sizes: list[tuple[str, int]]) -> bytes:
    calls = [_as_message(call) for call in asked.calls]
    try:
        return encode_header(len(asked.program), calls, asked.capture, sizes)
    except (TypeError, ValueError, RecursionError) as error:
        raise SandboxError(f"the data of a call are not plain JSON values: {error}", place="calls") from error


def _as_message(call: Call) -> dict[str, Any]:
    if isinstance(call, Solve):
        return {"name": "solve", "data": call.data}
    return {"name": "check", "data": call.data, "decisions": call.decisions, "solved_by": call.solved_by}


def _content(name: str, content: FileContent, most: int) -> bytes:
    if isinstance(content, bytes):
        return content
    if isinstance(content, str):
        return content.encode()
    try:
        return _read(content, most)
    except OSError as error:
        raise SandboxError(f"{content}: {error.strerror or error}", place=f"files[{name!r}]") from error


def _read(path: Path, most: int) -> bytes:
    """Read a plain file; never a link that someone swapped in, a pipe that never ends, or a device."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, "is not a plain file")
        return file.read(most + 1)


def _descriptor(parts: Sequence[bytes]) -> int:
    descriptor = _nameless()
    try:
        for part in parts:
            view = memoryview(part)
            while view:
                view = view[os.write(descriptor, view[:_BLOCK]) :]
        os.lseek(descriptor, 0, os.SEEK_SET)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _nameless() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("payload", os.MFD_CLOEXEC)
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
