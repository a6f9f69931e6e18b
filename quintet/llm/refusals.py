"""What went wrong at an endpoint, as one line with a remedy; and whether it may pass by itself."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from quintet.errors import EndpointError

_KEY = "set OPENAI_API_KEY or QUINTET_API_KEY"
_ADDRESS = "check the base URL; most end in /v1"
_QUOTA = re.compile(
    r"insufficient_quota|billing|credit|quota exceeded|exceeded your current quota", re.IGNORECASE
)
_TOO_LONG = re.compile(r"context|too long|too many tokens", re.IGNORECASE)


def server_words(body: object) -> str:
    """What a server says in the body of an error, as plain words; "" if it says nothing."""
    if isinstance(body, str) and body.lstrip().startswith("{"):
        try:
            body = json.loads(body)
        except (ValueError, RecursionError):
            return body
    if isinstance(body, dict):
        inner = body.get("error") or body.get("message") or body.get("detail") or body
        return server_words(inner) if isinstance(inner, dict) and inner is not body else _said(body, inner)
    return "" if body is None else str(body)


def _said(body: dict[str, object], inner: object) -> str:
    names = [str(body[name]) for name in ("param", "code", "type") if isinstance(body.get(name), str)]
    text = inner if isinstance(inner, str) else json.dumps(inner, ensure_ascii=False, default=str)
    return f"{text} ({', '.join(names)})" if names else text


def quota_spent(status: int, words: str) -> bool:
    """Whether a 429 means that the account is empty: waiting then helps nobody."""
    return status == 429 and _QUOTA.search(words) is not None


def refused(status: int, words: str, name: str, offered: Sequence[str] = ()) -> EndpointError:
    """The error for a status that the endpoint answered with.

    Args:
        status: The HTTP status.
        words: What the server said.
        name: The model and its host, for people.
        offered: The models that the endpoint has, for a 404.
    """
    said = f"answered {status}: {_cut(words)}" if words and status not in (401, 407) else f"answered {status}"
    return EndpointError(said, place=name, remedy=_remedy(status, words, offered), status=status)


def _remedy(status: int, words: str, offered: Sequence[str]) -> str:
    if status == 404:
        return f"the endpoint has {_some(offered)}" if offered else f"check the model's name, and {_ADDRESS}"
    if status == 400 and _TOO_LONG.search(words):
        return "take a model that reads more, or hand large tables over as files"
    if quota_spent(status, words):
        return "the account has no credit left: top it up, or use another key"
    remedies = {
        401: f"the key was not accepted: {_KEY}",
        403: "this key may not use this model: use another key or model",
        405: _ADDRESS,
        429: "it was asked too often: try later, or lower QUINTET_CONCURRENCY",
    }
    return remedies.get(status, "try later" if status >= 500 else "")


def _some(offered: Sequence[str]) -> str:
    more = f" and {len(offered) - 8} more" if len(offered) > 8 else ""
    return ", ".join(offered[:8]) + more


def come_back(status: int, wait: float, now: datetime, name: str) -> EndpointError:
    """The error for an endpoint that asks for a longer wait than we take."""
    when = (now + timedelta(seconds=wait)).astimezone().strftime("%Y-%m-%d %H:%M")
    return EndpointError(
        f"answered {status} and asks to come back in {_span(wait)}",
        place=name,
        remedy=f"try again after {when}, or raise QUINTET_RETRY_AFTER",
        status=status,
    )


def unreached(name: str, why: str, *, local: bool) -> EndpointError:
    """The error for an endpoint that can't be connected to."""
    remedy = "start the server" if local else "check the network"
    return EndpointError(f"can't be reached: {_cut(why)}", place=name, remedy=f"{remedy}, or {_ADDRESS}")


def hung(name: str, seconds: float, setting: str) -> EndpointError:
    """The error for an endpoint that stopped answering."""
    return EndpointError(
        f"gave no answer for {_span(seconds)}", place=name, remedy=f"try again, or raise QUINTET_{setting}"
    )


def broken(name: str, why: str) -> EndpointError:
    """The error for a connection that broke, or an answer that makes no sense."""
    return EndpointError(
        f"the answer can't be read: {_cut(why)}", place=name, remedy=f"try again, or {_ADDRESS}"
    )


def _cut(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= 300 else words[:300] + "…"


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s" if seconds >= 1 else f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
