"""The client: any OpenAI-compatible endpoint as a chat model.

One call is one `POST …/chat/completions`, streamed by default, so that a hang shows as silence between two
pieces. Transport failures are retried here and nowhere else; the client library's own retries are off.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from quintet.errors import MissingDependency, QuintetError, ReplyError, SettingsError
from quintet.llm import refusals
from quintet.llm.chat import JSON, ChatReply, ChatRequest, OnToken
from quintet.llm.dialect import Body, Dialect
from quintet.llm.incoming import SIZE_LIMIT, BadAnswer, Incoming, ServerFault, TooLarge
from quintet.llm.retry import Passing, Patience, asked_wait, backoff, may_pass
from quintet.llm.secret import scrub

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI
    from tenacity import RetryCallState

log = logging.getLogger(__name__)

LOOPBACK = ("127.0.0.1", "localhost", "::1")
NO_KEY = "none"  # what a server without keys is sent, because the library insists on one
UNSEEN_RETRIES = 1
"""Retries of a failed connection to a host that has never answered: mostly it is a wrong address."""


@dataclass(frozen=True)
class Target:
    """Which model to ask, and with what defaults.

    Args:
        model: Its name at the endpoint.
        base_url: The endpoint's address, mostly ending in `/v1`.
        api_key: The key; "" for a server that asks for none.
        temperature: Used where a request names none.
        max_tokens: Used where a request names none.
        reasoning_effort: Sent as it is, for models that have it.
    """

    model: str
    base_url: str = "https://api.openai.com/v1"
    api_key: str = field(default="", repr=False)
    temperature: float | None = None
    max_tokens: int | None = None
    reasoning_effort: str | None = None

    @property
    def host(self) -> str:
        """Host and port of the endpoint."""
        parts = urlsplit(self.base_url)
        return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)

    @property
    def local(self) -> bool:
        """Whether the endpoint is on this machine."""
        return urlsplit(self.base_url).hostname in LOOPBACK


class OpenAIModel:
    """A chat model at an OpenAI-compatible endpoint.

    Args:
        target: Model, address and key.
        patience: How long to wait, and how often to try again.
        concurrency: Calls in flight at most; a call that waits to be sent again counts.
        stream: Whether replies are streamed, where the server can.
        seed: Seed of the random part of waits.
        sleep: Waits; for tests.
        clock: A monotonic clock in seconds; for tests.
        now: The time of day, for a `Retry-After` that is a date; for tests.

    Raises:
        MissingDependency: The client library is not installed.
        SettingsError: The address, or a proxy that the environment names, can't be used.
    """

    def __init__(
        self,
        target: Target,
        patience: Patience | None = None,
        *,
        concurrency: int = 8,
        stream: bool = True,
        seed: int = 0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._target = target
        self._patience = patience or Patience()
        official = target.host == "api.openai.com"
        self._dialect = Dialect("max_completion_tokens" if official else "max_tokens", stream=stream)
        self._slots = asyncio.Semaphore(concurrency)
        self._dice = random.Random(seed)
        self._sleep, self._clock, self._now = sleep, clock, now
        self._seen = False  # whether the endpoint has answered at all
        self._client = _library_client(target, self._patience)

    def __repr__(self) -> str:
        return f"OpenAIModel({self.name!r})"

    @property
    def name(self) -> str:
        """Model and host."""
        return f"{self._target.model} at {self._target.host}"

    @property
    def key(self) -> Mapping[str, JSON]:
        """Model, address and defaults."""
        target = self._target
        return {
            "model": target.model,
            "base_url": target.base_url,
            "temperature": target.temperature,
            "max_tokens": target.max_tokens,
            "reasoning_effort": target.reasoning_effort,
        }

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def chat(self, request: ChatRequest, on_token: OnToken | None = None) -> ChatReply:
        """Ask the endpoint; see `ChatModel.chat`."""
        begun = self._clock()
        request = self._with_defaults(request)
        async with self._slots:
            incoming, attempts = await self._persist(request, on_token)
        asked = "".join(message.text for message in request.messages)
        took = self._clock() - begun
        reply = incoming.reply(asked, model=self._target.model, seconds=took, attempts=attempts)
        return replace(
            reply,
            text=self._scrubbed(reply.text),
            thinking=self._scrubbed(reply.thinking),
            model=self._scrubbed(reply.model),
        )

    def _with_defaults(self, request: ChatRequest) -> ChatRequest:
        target = self._target
        temperature = target.temperature if request.temperature is None else request.temperature
        return replace(request, temperature=temperature, max_tokens=request.max_tokens or target.max_tokens)

    async def _persist(self, request: ChatRequest, on_token: OnToken | None) -> tuple[Incoming, int]:
        """Send until an answer is in, or patience is at its end."""
        from tenacity import AsyncRetrying, retry_if_exception_type

        persistence = AsyncRetrying(
            retry=retry_if_exception_type(Passing),
            stop=self._at_end(self._clock()),
            wait=self._wait,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            async for attempt in persistence:
                with attempt:
                    return await self._adapt(request, on_token), attempt.retry_state.attempt_number
        except Passing as last:
            raise last.error from None
        raise AssertionError("tenacity returns or raises")

    def _at_end(self, begun: float) -> Callable[[RetryCallState], bool]:
        def at_end(state: RetryCallState) -> bool:
            retries = _failure(state).retries
            most = self._patience.retries if retries is None else min(retries, self._patience.retries)
            return state.attempt_number > most or self._clock() - begun > self._patience.total

        return at_end

    def _wait(self, state: RetryCallState) -> float:
        failure = _failure(state)
        own = backoff(state.attempt_number, self._dice)
        wait = own if failure.wait is None else max(failure.wait, own / 4)
        log.info("%s; attempt %d follows in %.1f s", failure, state.attempt_number + 1, wait)
        return wait

    async def _adapt(self, request: ChatRequest, on_token: OnToken | None) -> Incoming:
        """Send, giving up options that the server refuses, until it takes the request."""
        from openai import APIStatusError

        while True:
            body = self._dialect.body(self._target.model, request, self._target.reasoning_effort)
            try:
                return await self._attempt(body, on_token)
            except APIStatusError as error:
                self._seen = True
                words = self._scrubbed(refusals.server_words(error.body))
                if error.status_code not in (400, 422, 500, 501) or not self._dialect.give_way(words, body):
                    raise await self._judged(error.status_code, words, error) from None

    async def _judged(self, status: int, words: str, error: APIStatusError) -> QuintetError | Passing:
        """What a bad status means: an error, or a failure that may pass."""
        offered = await self._offered() if status == 404 else []
        refusal = refusals.refused(status, words, self.name, offered)
        if not may_pass(status) or refusals.quota_spent(status, words):
            return refusal
        wait = asked_wait(error.response.headers, self._now)
        if wait is not None and wait > self._patience.retry_after:
            return refusals.come_back(status, wait, self._now(), self.name)
        return Passing(refusal, wait)

    async def _offered(self) -> list[str]:
        """The names of the models that the endpoint has; none if it does not say."""
        from openai import OpenAIError

        try:
            page = await self._client.models.list(timeout=self._patience.connect)
        except (OpenAIError, ValueError, TypeError, AttributeError):
            return []  # only the remedy of another error is poorer for it
        return sorted(self._scrubbed(str(model.id)) for model in page.data or [])

    async def _attempt(self, body: Body, on_token: OnToken | None) -> Incoming:
        """Send once and read the answer to its end."""
        incoming = Incoming()
        with self._named():
            async with asyncio.timeout(self._patience.call):
                await self._read(body, incoming, on_token)
        self._seen = True
        return incoming

    async def _read(self, body: Body, incoming: Incoming, on_token: OnToken | None) -> None:
        create: Any = self._client.chat.completions.with_streaming_response.create
        async with create(**body) as response:
            self._seen = True
            kind = response.headers.get("content-type", "")
            if "text/html" in kind:
                raise refusals.broken(self.name, "it is a web page")
            streamed = body.get("stream", False) and "application/json" not in kind
            taken: list[str] = []
            size = 0
            async for text in response.iter_text():
                if streamed:
                    incoming.feed(text)
                    _tell(on_token, incoming.pieces)
                    continue
                taken.append(text)
                size += len(text)
                if size > 8 * SIZE_LIMIT:
                    raise TooLarge
            incoming.end() if streamed else incoming.whole("".join(taken))

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Failures of transport and of reading, under the names of the error tree."""
        import httpx2
        from openai import APIConnectionError, APITimeoutError

        patience = self._patience
        try:
            yield
        except (APITimeoutError, httpx2.TimeoutException) as error:
            raise self._timed_out(error) from None
        except TimeoutError:
            raise Passing(refusals.hung(self.name, patience.call, "CALL_TIMEOUT")) from None
        except (APIConnectionError, httpx2.TransportError) as error:
            raise self._unreached(error) from None
        except TooLarge:
            raise ReplyError(
                f"the reply passed {SIZE_LIMIT:,} characters, so reading stopped",
                place=self.name,
                remedy="limit it with QUINTET_MAX_TOKENS, or take another model",
            ) from None
        except (BadAnswer, httpx2.DecodingError) as error:
            raise Passing(refusals.broken(self.name, self._scrubbed(str(error)))) from None
        except ServerFault as fault:
            refusal = refusals.refused(fault.status, self._scrubbed(fault.words), self.name)
            raise Passing(refusal) if may_pass(fault.status) else refusal from None

    def _timed_out(self, error: Exception) -> Passing:
        import httpx2

        cause = error.__cause__ if error.__cause__ is not None else error
        if isinstance(cause, httpx2.ConnectTimeout):
            return self._unreached(cause)
        return Passing(refusals.hung(self.name, self._patience.silence, "TIMEOUT"))

    def _unreached(self, error: Exception) -> Passing:
        cause = error.__cause__ if error.__cause__ is not None else error
        why = self._scrubbed(str(cause)) or type(cause).__name__
        if self._seen:
            return Passing(refusals.broken(self.name, f"the connection broke ({why})"))
        return Passing(refusals.unreached(self.name, why, local=self._target.local), retries=UNSEEN_RETRIES)

    def _scrubbed(self, text: str) -> str:
        return scrub(text, self._target.api_key)


def _failure(state: RetryCallState) -> Passing:
    failure = state.outcome.exception() if state.outcome else None
    assert isinstance(failure, Passing)  # nothing else is retried
    return failure


def _tell(on_token: OnToken | None, pieces: int) -> None:
    if on_token is not None:
        on_token(pieces)


def _library_client(target: Target, patience: Patience) -> AsyncOpenAI:
    try:
        import httpx2
        import openai
        import tenacity  # noqa: F401  -- said here, before the first call, if it is missing
    except ImportError as error:
        raise MissingDependency(
            f"{error.name} is not installed, and language models need it",
            remedy="pip install 'quintet[agent]'",
        ) from None
    timeout = httpx2.Timeout(patience.silence, connect=patience.connect)
    try:
        # No proxy can reach this machine's own servers, so one that the environment names is left out there.
        transport = openai.DefaultAsyncHttpxClient(timeout=timeout, trust_env=not target.local)
        return openai.AsyncOpenAI(
            api_key=target.api_key or NO_KEY,
            base_url=target.base_url,
            max_retries=0,
            timeout=timeout,
            http_client=transport,
        )
    except (httpx2.InvalidURL, ValueError, ImportError, OSError) as error:
        raise SettingsError(
            f"no connection can be set up: {scrub(str(error), target.api_key)}",
            place=target.host,
            remedy="check QUINTET_BASE_URL, and the variables for proxies and certificates",
        ) from None
