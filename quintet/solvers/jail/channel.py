"""Messages between the caller and a worker: one JSON object a line over a stream socket, with descriptors."""

from __future__ import annotations

import json
import socket
from collections.abc import Sequence
from typing import Any

_BLOCK = 1 << 16
_MOST_DESCRIPTORS = 16
_LONGEST = 1 << 20


class ChannelClosed(ConnectionError):
    """The other side is gone."""


class Channel:
    """A stream socket that carries JSON lines; descriptors travel with the line they were sent with."""

    def __init__(self, stream: socket.socket) -> None:
        self.stream = stream
        self._text = b""
        self._descriptors: list[int] = []

    def fileno(self) -> int:
        """The descriptor to wait on."""
        return self.stream.fileno()

    def send(self, message: dict[str, Any], descriptors: Sequence[int] = ()) -> None:
        """Send one message; raises ChannelClosed if nobody is there."""
        line = json.dumps(message).encode() + b"\n"
        try:
            sent = socket.send_fds(self.stream, [line], list(descriptors))
            if sent < len(line):  # even an empty send fails once the other side has read and gone
                self.stream.sendall(line[sent:])
        except OSError as error:
            raise ChannelClosed(str(error)) from error

    def receive(self) -> tuple[dict[str, Any], list[int]]:
        """Wait for one message and the descriptors that came with it; raises ChannelClosed at the end."""
        while b"\n" not in self._text:
            self._fill()
        line, _, self._text = self._text.partition(b"\n")
        descriptors, self._descriptors = self._descriptors, []
        return json.loads(line), descriptors

    def pending(self) -> bool:
        """Whether a whole message has been read already."""
        return b"\n" in self._text

    def _fill(self) -> None:
        try:
            block, descriptors, _, _ = socket.recv_fds(self.stream, _BLOCK, _MOST_DESCRIPTORS)
        except OSError as error:
            raise ChannelClosed(str(error)) from error
        if not block or len(self._text) > _LONGEST:
            raise ChannelClosed("the other side closed")
        self._text += block
        self._descriptors += descriptors

    def close(self) -> None:
        """Close the socket."""
        self.stream.close()
