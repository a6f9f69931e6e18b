"""Requests and replies as plain records, and the hash that two equal requests share."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from typing import Any

from pydantic import BaseModel

from quintet.llm.chat import JSON, ChatReply, ChatRequest, Finish, Usage

Record = dict[str, Any]


def request_record(request: ChatRequest) -> Record:
    """Everything in a request that changes the output: all but the role."""
    return {
        "messages": [{"speaker": m.speaker.value, "text": m.text} for m in request.messages],
        "schema": None if request.schema is None else request.schema.__name__,
        "shape": None if request.schema is None else _shape(request.schema),
        "temperature": request.temperature,
        "max_tokens": request.max_tokens,
        "seed": request.seed,
        "sample": request.sample,
    }


def reply_record(reply: ChatReply) -> Record:
    """A reply as JSON values."""
    return asdict(reply) | {"finish": reply.finish.value}


def reply_of(record: Mapping[str, Any]) -> ChatReply:
    """The reply of a record.

    Raises:
        KeyError, TypeError, ValueError: It is none.
    """
    return ChatReply(
        **{**record, "finish": Finish(record["finish"]), "usage": Usage(**record["usage"])}  # type: ignore[arg-type]  # checked by the dataclass's names
    )


def fingerprint(key: Mapping[str, JSON], request: ChatRequest) -> str:
    """The hash of a model's key and a request, 64 hexadecimal digits."""
    return digest({"model": dict(key), "request": request_record(request)})


def digest(record: object) -> str:
    """SHA-256 of the canonical JSON of a record."""
    return hashlib.sha256(canonical(record).encode()).hexdigest()


def canonical(record: object) -> str:
    """JSON with sorted keys and no blanks, ASCII only."""
    return json.dumps(record, sort_keys=True, separators=(",", ":"))


@cache
def _shape(schema: type[BaseModel]) -> str:
    return digest(schema.model_json_schema())[:16]
