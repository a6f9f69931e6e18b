"""Keeps replies in a SQLite file, so that the same request is never paid for twice."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from quintet.errors import SettingsError
from quintet.llm.chat import JSON, ChatModel, ChatReply, ChatRequest, Finish, OnToken
from quintet.llm.fingerprint import canonical, fingerprint, reply_of, reply_record

VERSION = 1
_TABLE = """
CREATE TABLE IF NOT EXISTS replies (
    key TEXT PRIMARY KEY, reply TEXT NOT NULL, model TEXT NOT NULL, role TEXT NOT NULL, created REAL NOT NULL
) WITHOUT ROWID
"""


class ReplyCache:
    """Replies by request, in one file that several threads and processes may use at once.

    Args:
        path: The file; it and its folder are made if they don't exist, readable by their owner only.

    Raises:
        SettingsError: It is no cache, is damaged, or comes from a newer version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        with self._told():
            self._open()

    def _open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        self._base = sqlite3.connect(self.path, timeout=10.0, check_same_thread=False, isolation_level=None)
        try:
            self._prepare()
        except BaseException:
            self._base.close()
            raise

    def _prepare(self) -> None:
        (version,) = self._base.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise SettingsError(
                f"is of version {version}, and this Quintet reads {VERSION}",
                place=f"the reply cache {self.path}",
                remedy="update Quintet, or name another file with QUINTET_CACHE",
            )
        self._base.execute("PRAGMA journal_mode=WAL")
        self._base.execute("PRAGMA synchronous=NORMAL")
        self._base.execute(_TABLE)
        self._base.execute(f"PRAGMA user_version={VERSION}")

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Faults of the file as one line."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise SettingsError(
                f"can't be used: {error}",
                place=f"the reply cache {self.path}",
                remedy="delete the file, or name another one with QUINTET_CACHE",
            ) from None

    def get(self, key: str) -> ChatReply | None:
        """The reply to a request, by its fingerprint."""
        with self._told(), self._lock:
            row = self._base.execute("SELECT reply FROM replies WHERE key = ?", (key,)).fetchone()
        try:
            return None if row is None else replace(reply_of(json.loads(row[0])), cached=True)
        except (KeyError, TypeError, ValueError):
            return None  # a record that can't be read is asked for again, and then written over

    def put(self, key: str, reply: ChatReply, role: str = "") -> None:
        """Keep a reply; it is on file when this returns."""
        row = (key, canonical(reply_record(reply)), reply.model, role, time.time())
        with self._told(), self._lock:
            self._base.execute("INSERT OR REPLACE INTO replies VALUES (?, ?, ?, ?, ?)", row)

    def __len__(self) -> int:
        with self._told(), self._lock:
            return self._base.execute("SELECT COUNT(*) FROM replies").fetchone()[0]

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._base.close()


@dataclass
class _Flight:
    """A call that several wait for."""

    task: asyncio.Task[ChatReply]
    waiting: int = 0


class CachedModel:
    """A model whose finished replies are kept, and whose equal requests share one call.

    A reply is on file before `chat` returns. A reply that ended for an unknown reason is not kept.

    Args:
        model: Who is asked if there is no reply yet.
        cache: Where replies are; it is not closed with the model, because models share it.
    """

    def __init__(self, model: ChatModel, cache: ReplyCache) -> None:
        self._model = model
        self._cache = cache
        self._flights: dict[str, _Flight] = {}

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    @property
    def key(self) -> Mapping[str, JSON]:
        """The model's key."""
        return self._model.key

    async def chat(self, request: ChatRequest, on_token: OnToken | None = None) -> ChatReply:
        """The reply on file, or a new one; see `ChatModel.chat`."""
        key = fingerprint(self.key, request)
        kept = self._cache.get(key)
        if kept is not None:
            return kept
        first = key not in self._flights
        if first:
            task = asyncio.create_task(self._ask(key, request, on_token))
            self._flights[key] = _Flight(task)
        reply = await self._wait(key, self._flights[key])
        return reply if first else replace(reply, cached=True)

    async def _wait(self, key: str, flight: _Flight) -> ChatReply:
        """The shared call's reply; the call is cancelled when the last who waits is."""
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.waiting -= 1
            if not flight.waiting:
                self._flights.pop(key, None)
                flight.task.cancel()

    async def _ask(self, key: str, request: ChatRequest, on_token: OnToken | None) -> ChatReply:
        reply = await self._model.chat(request, on_token)
        if reply.finish is not Finish.OTHER:
            self._cache.put(key, reply, request.role)
        return reply

    async def close(self) -> None:
        """Close the model."""
        await self._model.close()
