"""A job's contents in one descriptor: a header, the program, the input files one after another.

The worker that forks the job passes the descriptor on unread, so that it never holds a job's data.
Layout: eight bytes with the header's length (big-endian), the header as JSON, the program, the files.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Payload:
    """What a job reads before it is confined."""

    program: bytes
    calls: Sequence[dict[str, Any]]
    capture: str
    files: Sequence[tuple[str, int]]


def encode_header(program: int, calls: object, capture: str, files: Sequence[tuple[str, int]]) -> bytes:
    """The header and its length, for a program and files of the given sizes in bytes."""
    header = {"program": program, "calls": calls, "capture": capture, "files": files}
    text = json.dumps(header, allow_nan=False).encode()
    return len(text).to_bytes(8, "big") + text


def read(descriptor: int) -> Payload:
    """Read the header and the program; the files stay in the descriptor, next to be read."""
    header = json.loads(_exactly(descriptor, int.from_bytes(_exactly(descriptor, 8), "big")))
    program = _exactly(descriptor, header["program"])
    files = [(str(name), int(size)) for name, size in header["files"]]
    return Payload(program, header["calls"], header["capture"], files)


def write_files(descriptor: int, files: Sequence[tuple[str, int]], folder: str) -> None:
    """Copy the input files from the descriptor into a folder, each readable only."""
    for name, size in files:
        place = Path(folder, name)
        place.parent.mkdir(parents=True, exist_ok=True)
        target = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
        try:
            _copy(descriptor, target, size)
        finally:
            os.close(target)


def _copy(source: int, target: int, size: int) -> None:
    while size:
        block = os.read(source, min(size, _CHUNK))
        if not block:
            raise EOFError("the payload ends inside a file")
        os.write(target, block)
        size -= len(block)


def _exactly(descriptor: int, size: int) -> bytes:
    blocks = []
    while size:
        block = os.read(descriptor, min(size, _CHUNK))
        if not block:
            raise EOFError("the payload ends too early")
        blocks.append(block)
        size -= len(block)
    return b"".join(blocks)
