"""Entry point of a worker process: ``main(json)``, called by the few lines of `launch.BOOT`."""

from __future__ import annotations

import json
import socket
import sys

from .channel import Channel


def main(text: str) -> None:
    """Become the worker that the caller asked for, and serve it until it goes away.

    Args:
        text: JSON with ``kind`` (full, landlock, single), ``channel`` (descriptor), ``modules`` and
            ``folder``; for ``single`` also ``seccomp`` and ``scratch``.
    """
    order = json.loads(text)
    channel = Channel(socket.socket(fileno=order["channel"]))
    channel.stream.set_inheritable(False)
    try:
        _serve(channel, order)
    except Exception as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        sys.stderr.flush()
        raise SystemExit(1) from error


def _serve(channel: Channel, order: dict) -> None:
    if order["kind"] == "full":
        from .zygote import serve_full

        serve_full(channel, order["modules"])
    elif order["kind"] == "landlock":
        from .zygote import serve_landlock

        serve_landlock(channel, order["modules"], order["folder"])
    else:
        from .single import serve_single

        serve_single(channel, order)
