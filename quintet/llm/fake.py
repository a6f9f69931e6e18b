"""A model for tests, demonstrations and dry runs: it answers from a queue."""

from __future__ import annotations

import inspect
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeAlias

from quintet.errors import ModelError
from quintet.llm.chat import JSON, ChatReply, ChatRequest, OnToken, Usage

Given: TypeAlias = "str | ChatReply"
Answer: TypeAlias = "Given | BaseException | Callable[[ChatRequest], Given | Awaitable[Given]]"
"""A text, a whole reply, an exception to raise, or a function of the request (plain or async)."""


class FakeModel:
    """Answers each request with the next of its answers, and remembers the requests.

    Args:
        answers: The queue; or one queue a role, where "" is for roles that have none; or one function for
            every request.
        name: Its name, and the model that its replies name.
    """

    def __init__(
        self,
        answers: Sequence[Answer] | Mapping[str, Sequence[Answer]] | Callable[[ChatRequest], Given] = (),
        *,
        name: str = "fake",
    ) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._always = answers if callable(answers) else None
        queues = {} if callable(answers) else answers if isinstance(answers, Mapping) else {"": answers}
        self._queues = {role: deque(queue) for role, queue in queues.items()}
        self.requests: list[ChatRequest] = []
        self.closed = False

    @property
    def name(self) -> str:
        """As given."""
        return self._name

    @property
    def key(self) -> Mapping[str, JSON]:
        """Its name is all that matters."""
        return {"model": self._name}

    @property
    def left(self) -> int:
        """Answers that were not given yet."""
        with self._lock:
            return sum(len(queue) for queue in self._queues.values())

    def add(self, *answers: Answer, role: str = "") -> None:
        """Put answers at the end of a queue."""
        with self._lock:
            self._queues.setdefault(role, deque()).extend(answers)

    def asked(self, role: str) -> list[ChatRequest]:
        """The requests of one role."""
        with self._lock:
            return [request for request in self.requests if request.role == role]

    async def chat(self, request: ChatRequest, on_token: OnToken | None = None) -> ChatReply:
        """The next answer; see `ChatModel.chat`.

        Raises:
            ModelError: The queue is empty.
        """
        answer = self._next(request)
        if isinstance(answer, BaseException):
            raise answer
        given = answer(request) if callable(answer) else answer
        given = await given if inspect.isawaitable(given) else given
        reply = given if isinstance(given, ChatReply) else self._reply(request, given)
        if on_token is not None:
            on_token(1)
        return reply

    def _next(self, request: ChatRequest) -> Answer:
        with self._lock:
            self.requests.append(request)
            if self._always is not None:
                return self._always
            queue = self._queues.get(request.role) or self._queues.get("")
            if not queue:
                raise ModelError(
                    f"the fake model has no answer left for the role {request.role!r}",
                    remedy="give it one more",
                )
            return queue.popleft()

    def _reply(self, request: ChatRequest, text: str) -> ChatReply:
        asked = sum(len(message.text) for message in request.messages)
        return ChatReply(text, usage=Usage(asked // 4, len(text) // 4, estimated=True), model=self._name)

    async def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True
