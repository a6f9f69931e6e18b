"""Short ways to ask a model in a test."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from quintet.llm.chat import ChatModel, ChatReply, ChatRequest, Message, Speaker
from quintet.llm.client import OpenAIModel, Target
from quintet.llm.retry import Patience
from tests.llm.endpoint import Endpoint

KEY = "sk-secret-0123456789"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
T = TypeVar("T")


class Timer:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.waits: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.seconds += seconds

    def clock(self) -> float:
        return self.seconds


def question(text: str = "What is 2 + 2?", **options: Any) -> ChatRequest:
    return ChatRequest((Message(Speaker.SYSTEM, "Be short."), Message(Speaker.USER, text)), **options)


def model_at(
    endpoint: Endpoint, timer: Timer | None = None, patience: Patience | None = None, **options: Any
) -> OpenAIModel:
    timer = timer or Timer()
    target = Target("m", endpoint.url, KEY, **options.pop("target", {}))
    return OpenAIModel(target, patience, sleep=timer.sleep, clock=timer.clock, now=lambda: NOON, **options)


def run(model: ChatModel, work: Callable[[ChatModel], Awaitable[T]]) -> T:
    """Does something with a model in an event loop, and closes it."""

    async def inside() -> T:
        try:
            return await work(model)
        finally:
            await model.close()

    return asyncio.run(inside())


def ask_once(model: ChatModel, request: ChatRequest | None = None) -> ChatReply:
    return run(model, lambda m: m.chat(request or question()))
