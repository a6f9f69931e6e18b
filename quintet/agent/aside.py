"""Long work beside the event loop, which an interrupt does not have to wait for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")
NAME = "quintet-aside"


async def aside(work: Callable[..., T], *arguments: Any) -> T:
    """What a function returns, which runs in a thread of its own.

    Unlike the threads of `asyncio.to_thread`, this one holds up neither the end of the loop nor that of the
    process: after Ctrl-C a solve of five minutes is left alone.

    Args:
        work: The function.
        arguments: What it is given.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        try:
            tell = partial(outcome.set_result, work(*arguments))
        except BaseException as error:
            tell = partial(outcome.set_exception, error)
        with suppress(RuntimeError):  # the loop is closed, and nobody waits
            loop.call_soon_threadsafe(lambda: None if outcome.done() else tell())

    Thread(target=copy_context().run, args=(run,), name=NAME, daemon=True).start()
    return await outcome


def busy() -> bool:
    """Whether such work still goes on, though nobody may wait for it."""
    return any(thread.name == NAME for thread in threading.enumerate())
