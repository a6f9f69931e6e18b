"""A chat model: what is asked, what comes back, and the protocol that every model keeps.

Needs pydantic only, so that roles, fakes and replays cost no client library.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeAlias, TypeVar, runtime_checkable

from pydantic import BaseModel

JSON: TypeAlias = "str | int | float | bool | None | list[JSON] | dict[str, JSON]"
OnToken: TypeAlias = Callable[[int], None]
"""Told how many pieces (about one token each) of the reply have come so far."""

Shape = TypeVar("Shape", bound=BaseModel, covariant=True)


class Speaker(StrEnum):
    """Who says a message."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True)
class Message:
    """One message of a conversation."""

    speaker: Speaker
    text: str


@dataclass(frozen=True)
class ChatRequest(Generic[Shape]):
    """One question to a model.

    Args:
        messages: The conversation so far, oldest first.
        role: The role of the agent that asks, for accounts and transcripts; no part of the cache key.
        schema: The reply shall be JSON of this shape. The prompt says so too: not every server can be told.
        temperature: Sampling temperature; None leaves it to the model's settings.
        max_tokens: Upper limit on the reply, thinking included; None leaves it to the model's settings.
        seed: Seed of the sampling, where the server has one.
        sample: Another number asks the same again for another reply; part of the cache key.
    """

    messages: tuple[Message, ...]
    role: str = ""
    schema: type[Shape] | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    seed: int | None = None
    sample: int = 0


class Finish(StrEnum):
    """Why a reply ended."""

    STOP = "stop"
    LENGTH = "length"
    REFUSAL = "refusal"
    OTHER = "other"


@dataclass(frozen=True)
class Usage:
    """Tokens of one reply, or of several added up.

    Args:
        input_tokens: Tokens of the request.
        output_tokens: Tokens of the reply, thinking included.
        reasoning_tokens: The part of `output_tokens` that was thinking, where the server says so.
        estimated: Some of these are characters / 4, because the server gave no count.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    estimated: bool = False

    @property
    def total(self) -> int:
        """Tokens in and out."""
        return self.input_tokens + self.output_tokens

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
            self.estimated or other.estimated,
        )


@dataclass(frozen=True)
class ChatReply:
    """One reply.

    Args:
        text: The reply without its thinking; the words of a refusal if the model refused.
        thinking: What the model thought aloud, "" if nothing of it was shown.
        finish: Why it ended.
        usage: Its tokens.
        model: The model as the server names it.
        seconds: Wall time, waits between attempts included.
        cached: No call was made for it now.
        attempts: How often the request was sent.
    """

    text: str
    thinking: str = ""
    finish: Finish = Finish.STOP
    usage: Usage = Usage()
    model: str = ""
    seconds: float = 0.0
    cached: bool = False
    attempts: int = 1


@runtime_checkable
class ChatModel(Protocol):
    """Anything that answers chat requests. One model belongs to one event loop."""

    @property
    def name(self) -> str:
        """For people, such as `qwen3-32b at 127.0.0.1:8000`."""
        ...

    @property
    def key(self) -> Mapping[str, JSON]:
        """What changes the output besides the request: model, address, defaults. Never the API key."""
        ...

    async def chat(self, request: ChatRequest, on_token: OnToken | None = None) -> ChatReply:
        """Answer one request.

        Raises:
            EndpointError: The endpoint can't be reached, or refuses the request.
            ReplyError: The reply can't be taken, for instance because it never ends.
            BudgetSpent: A budget is used up.
        """
        ...

    async def close(self) -> None:
        """Close what is open; the model is of no use afterwards."""
        ...
