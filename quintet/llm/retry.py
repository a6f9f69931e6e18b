"""When a failed call is sent again, and after what wait: the only place that retries transport."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from quintet.errors import EndpointError

LONGEST_BACKOFF = 30.0
"""Seconds; waits double up to this."""

RETRIED = frozenset({408, 409, 425, 429})
"""Statuses that may pass by themselves; every 5xx too."""


@dataclass(frozen=True)
class Patience:
    """How long to wait for an endpoint, all in seconds but `retries`.

    Args:
        silence: Longest silence within a reply.
        connect: Longest time for reaching the endpoint.
        call: Longest time for one attempt.
        retries: How often a failed call is sent again.
        total: Time after which a failed call is not sent again.
        retry_after: Longest wait that the endpoint may ask for.
    """

    silence: float = 300.0
    connect: float = 10.0
    call: float = 1200.0
    retries: int = 5
    total: float = 600.0
    retry_after: float = 60.0


class Passing(Exception):
    """A failure that may pass: the error it becomes if it does not, and the wait that was asked for."""

    def __init__(self, error: EndpointError, wait: float | None = None, retries: int | None = None) -> None:
        self.error = error
        self.wait = wait
        self.retries = retries
        super().__init__(str(error))


def may_pass(status: int) -> bool:
    """Whether sending the same again may help."""
    return status in RETRIED or status >= 500


def asked_wait(headers: Mapping[str, str], now: Callable[[], datetime]) -> float | None:
    """The wait in seconds that an answer asks for, by `retry-after-ms` or `Retry-After` (RFC 9110, 10.2.3).

    Returns:
        Seconds, not below 0; None if the answer says nothing that can be read.
    """
    if (milliseconds := _number(headers.get("retry-after-ms"))) is not None:
        return milliseconds / 1000
    text = headers.get("retry-after", "")
    seconds = _number(text)
    return _until(text, now) if seconds is None and text else seconds


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return max(value, 0.0) if value == value and value != float("inf") else None


def _until(text: str, now: Callable[[], datetime]) -> float | None:
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max((when - now()).total_seconds(), 0.0)


def backoff(attempt: int, dice: random.Random) -> float:
    """Seconds to wait after failed attempt `attempt` (from 1): 0.5 s, doubling, times 0.75 to 1.25."""
    return min(0.5 * 2.0 ** (attempt - 1), LONGEST_BACKOFF) * dice.uniform(0.75, 1.25)
