"""Records every call of a model in a file of JSON lines, one call a line.

A line holds the role, the model, the request as it was asked, and the reply or the error; it can be read with
any text editor and played back by `replay`.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from quintet.errors import ModelError, RunError
from quintet.llm.chat import JSON, ChatModel, ChatReply, ChatRequest, OnToken
from quintet.llm.fingerprint import Record, fingerprint, reply_of, reply_record, request_record

VERSION = 1


@dataclass(frozen=True)
class Call:
    """One recorded call.

    Args:
        role: The role that asked.
        model: Name and key of the model.
        hash: The fingerprint of key and request.
        request: The request, as `request_record` writes it.
        reply: The reply; None if the call failed.
        error: Kind and message of the error; empty if there was a reply.
        time: When the reply was in, ISO 8601 in UTC.
    """

    role: str
    model: Mapping[str, Any]
    hash: str
    request: Record
    reply: ChatReply | None
    error: Mapping[str, str]
    time: str


class Recording:
    """A file that calls are appended to, a whole line at a time.

    Args:
        path: The file; made if it does not exist. A last line that a crash cut off is taken away.

    Raises:
        RunError: It can't be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _drop_cut_line(path)
        except OSError as error:
            raise _unwritable(path, error) from None

    def append(self, record: Mapping[str, Any]) -> None:
        """Add one line.

        Raises:
            RunError: It can't be written.
        """
        line = json.dumps(record, ensure_ascii=False) + "\n"
        data = line.encode("utf-8", "backslashreplace")
        try:
            with self._lock, self.path.open("ab", buffering=0) as file:
                while data:
                    data = data[file.write(data) or 0 :]
        except OSError as error:
            raise _unwritable(self.path, error) from None


def _unwritable(path: Path, error: OSError) -> RunError:
    return RunError(f"can't be written: {error.strerror or error}", place=str(path))


def _drop_cut_line(path: Path) -> None:
    if not path.exists():
        return
    with path.open("r+b") as file:
        data = file.read()
        if data and not data.endswith(b"\n"):
            file.truncate(data.rfind(b"\n") + 1)


class RecordingModel:
    """A model whose calls are recorded, failed ones too.

    Args:
        model: Who is asked.
        recording: Where the calls are written; models may share it.
    """

    def __init__(self, model: ChatModel, recording: Recording | Path) -> None:
        self._model = model
        self._recording = Recording(recording) if isinstance(recording, os.PathLike) else recording

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    @property
    def key(self) -> Mapping[str, JSON]:
        """The model's key."""
        return self._model.key

    async def chat(self, request: ChatRequest, on_token: OnToken | None = None) -> ChatReply:
        """Ask the model; see `ChatModel.chat`. The call is on file when this returns or raises."""
        try:
            reply = await self._model.chat(request, on_token)
        except ModelError as error:
            kind = type(error).__name__
            self._append(
                request,
                None,
                {"kind": kind, "message": error.message, "place": error.place, "remedy": error.remedy},
            )
            raise
        self._append(request, reply, {})
        return reply

    def _append(self, request: ChatRequest, reply: ChatReply | None, error: dict[str, str]) -> None:
        self._recording.append(
            {
                "version": VERSION,
                "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "role": request.role,
                "model": {"name": self.name, "key": dict(self.key)},
                "hash": fingerprint(self.key, request),
                "request": request_record(request),
                "reply": None if reply is None else reply_record(reply),
                "error": error,
            }
        )

    async def close(self) -> None:
        """Close the model."""
        await self._model.close()


def read_calls(path: Path) -> list[Call]:
    """The calls of a recording, in the order in which their replies came. A cut last line is left out.

    Raises:
        RunError: There is no such file, it is no recording, or it comes from a newer version.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(f"can't be read: {error}", place=str(path)) from None
    lines = text.split("\n")
    complete = lines[:-1]  # what follows the last newline was cut off, or is empty
    return list(_calls(complete, path))


def _calls(lines: list[str], path: Path) -> Iterator[Call]:
    for number, line in enumerate(lines, start=1):
        place = f"{path}, line {number}"
        try:
            record = json.loads(line)
            if record["version"] > VERSION:
                raise RunError(
                    f"is of version {record['version']}, and this Quintet reads {VERSION}",
                    place=place,
                    remedy="update Quintet",
                )
            yield _call(record)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise RunError(f"is no recorded call ({type(error).__name__}: {error})", place=place) from None


def _call(record: Record) -> Call:
    reply = record["reply"]
    return Call(
        role=record["role"],
        model=record["model"],
        hash=record["hash"],
        request=record["request"],
        reply=None if reply is None else reply_of(reply),
        error=record["error"],
        time=record["time"],
    )
