"""Reading a job's output and answer under caps and a deadline, until it ends or is stopped."""

from __future__ import annotations

import os
import selectors
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from .limits import Limits

GRACE = 5.0  # seconds that a worker has, past the wall limit or a kill, to say that the job ended
_BLOCK = 1 << 16


@dataclass(slots=True)
class Stream:
    """One pipe from a job, with the bytes read from it."""

    name: str
    most: int
    read: int
    write: int
    text: bytearray = field(default_factory=bytearray)

    def take(self) -> bool:
        """Read what is there; False at the end. The text may pass the cap by one block."""
        try:
            block = os.read(self.read, _BLOCK)
        except BlockingIOError:
            return True
        self.text += block
        return bool(block)

    @property
    def full(self) -> bool:
        """Whether more than the cap came."""
        return len(self.text) > self.most


class Streams:
    """The three pipes of a job: result, stdout and stderr."""

    def __init__(self, limits: Limits) -> None:
        caps = {"result": limits.result, "stdout": limits.output, "stderr": limits.output}
        self.all = [Stream(name, most, *os.pipe()) for name, most in caps.items()]
        for stream in self.all:
            os.set_blocking(stream.read, False)

    def __enter__(self) -> Streams:
        return self

    def __exit__(self, *_: object) -> None:
        self.close_writes()
        for stream in self.all:
            os.close(stream.read)

    def writes(self) -> list[int]:
        """The ends that the job gets, in the order that it expects."""
        return [stream.write for stream in self.all]

    def close_writes(self) -> None:
        """Close this side's copies, so that the job's end is the end of the pipe."""
        for stream in self.all:
            if stream.write >= 0:
                os.close(stream.write)
                stream.write = -1

    def text(self, name: str) -> bytes:
        """What came on a pipe, at most its cap."""
        stream = next(stream for stream in self.all if stream.name == name)
        return bytes(stream.text[: stream.most])


@dataclass(slots=True)
class Listener:
    """Waits for a job.

    Attributes:
        streams: The job's pipes.
        patience: Seconds after which the job is stopped for its wall time.
        life: A descriptor that becomes readable when the job ended or the worker died.
        wake: A descriptor that becomes readable when `cancelled` should be looked at.
        cancelled: Whether the caller wants it stopped.
        stop: Asks for the job's kill.
    """

    streams: Streams
    patience: float
    life: int
    wake: int
    cancelled: Callable[[], bool]
    stop: Callable[[], None]
    reason: str = ""

    def wait(self) -> bool:
        """Listen until the job ends; False if it did not end though it was stopped."""
        deadline = time.monotonic() + self.patience
        with selectors.DefaultSelector() as selector:
            self._register(selector)
            while True:
                before = self.reason
                ready = selector.select(max(0.0, deadline - time.monotonic()))
                if self._handle(selector, ready):
                    return True
                if time.monotonic() >= deadline:
                    if before:
                        return False
                    self.reason = "wall"
                if self.reason and not before:
                    self.stop()
                    deadline = time.monotonic() + GRACE

    def _register(self, selector: selectors.BaseSelector) -> None:
        selector.register(self.life, selectors.EVENT_READ)
        selector.register(self.wake, selectors.EVENT_READ)
        for stream in self.streams.all:
            selector.register(stream.read, selectors.EVENT_READ, stream)

    def _handle(self, selector: selectors.BaseSelector, ready: list) -> bool:
        for key, _ in ready:
            if isinstance(key.data, Stream):
                self._take(selector, key.data)
            elif key.fd == self.wake:
                os.read(self.wake, _BLOCK)
                self.reason = self.reason or ("cancelled" if self.cancelled() else "")
        return any(key.fd == self.life for key, _ in ready)

    def _take(self, selector: selectors.BaseSelector, stream: Stream) -> None:
        open_still = stream.take()
        if stream.full:
            self.reason = self.reason or stream.name
        if stream.full or not open_still:
            selector.unregister(stream.read)

    def drain(self) -> None:
        """Read what the ended job left in its pipes, without waiting for whoever still holds them."""
        for stream in self.streams.all:
            before = -1
            while not stream.full and len(stream.text) != before:
                before = len(stream.text)
                stream.take()
            if stream.full:
                self.reason = self.reason or stream.name
