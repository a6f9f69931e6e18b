"""Looks for model servers, for `doctor` only: this machine's at their usual ports, and the configured one."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from quintet.llm.secret import scrub

PORTS = {"Ollama": 11434, "vLLM": 8000, "LM Studio": 1234, "llama.cpp": 8080, "SGLang": 30000}
"""Where each server listens unless told otherwise."""

LOOK = 0.3
"""Seconds that a local server has for its answer."""

SIZE = 1_000_000
"""Bytes of an answer that are read at most."""


@dataclass(frozen=True)
class Found:
    """What an endpoint says of itself.

    Args:
        name: The server's usual name, or the host.
        base_url: Its address.
        models: The names of its models.
        status: The HTTP status of its answer, None if it gave none.
        why: What is wrong, "" if it answered well.
    """

    name: str
    base_url: str
    models: tuple[str, ...] = ()
    status: int | None = None
    why: str = ""

    @property
    def ok(self) -> bool:
        """Whether it answered with its models."""
        return not self.why


def local_servers(ports: Mapping[str, int] = PORTS, timeout: float = LOOK) -> list[Found]:
    """The model servers that run on this machine, in the order of `ports`."""
    with ThreadPoolExecutor(len(ports) or 1) as pool:
        looks = pool.map(
            lambda item: look(f"http://127.0.0.1:{item[1]}/v1", timeout=timeout, name=item[0]), ports.items()
        )
        return [found for found in looks if found.ok]


def look(base_url: str, api_key: str = "", *, timeout: float = 3.0, name: str = "") -> Found:
    """Ask an endpoint for its models, `GET …/models`.

    Args:
        base_url: Its address.
        api_key: Sent as a bearer token; "" sends none. It is not sent on to where the endpoint redirects.
        timeout: Seconds.
        name: The server's name; its host if "".
    """
    name = name or urlsplit(base_url).netloc
    request = urllib.request.Request(f"{base_url}/models", headers={"Accept": "application/json"})
    if api_key:
        request.add_unredirected_header("Authorization", f"Bearer {api_key}")
    try:
        with _opener(base_url).open(request, timeout=timeout) as answer:
            models = _models(json.loads(answer.read(SIZE)))
            return Found(name, base_url, tuple(scrub(model, api_key) for model in models), answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return Found(name, base_url, status=error.code, why=f"it answers {error.code}")
    except urllib.error.URLError as error:
        return Found(name, base_url, why=scrub(f"it can't be reached ({_plain(error.reason)})", api_key))
    except (OSError, HTTPException) as error:
        return Found(name, base_url, why=scrub(f"it can't be reached ({_plain(error)})", api_key))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Found(name, base_url, status=200, why="what it answers is no list of models")


def _models(answer: Any) -> tuple[str, ...]:
    return tuple(str(model["id"]) for model in answer["data"] or ())


def _plain(reason: object) -> str:
    if isinstance(reason, TimeoutError):
        return "no answer in time"
    return str(getattr(reason, "strerror", None) or reason)


def _opener(base_url: str) -> urllib.request.OpenerDirector:
    """Through the environment's proxy, except to this machine."""
    local = urlsplit(base_url).hostname in ("127.0.0.1", "localhost", "::1")
    return urllib.request.build_opener(*([urllib.request.ProxyHandler({})] if local else []))
