"""Reads one answer of a chat-completions endpoint, streamed or whole, into text, thinking and usage.

Parsed from JSON without the client library's classes: servers differ in what they add and leave out, and a
streamed reply of a thousand pieces costs a fraction this way.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from quintet.llm.chat import ChatReply, Finish, Usage
from quintet.llm.thinking import split_thinking

SIZE_LIMIT = 2_000_000
"""Characters of text and thinking at which reading stops."""

LINE_LIMIT = 8 * SIZE_LIMIT
"""Characters of one line, or of a whole answer that is not streamed."""

_FINISHES = {
    "stop": Finish.STOP,
    "eos": Finish.STOP,
    "eos_token": Finish.STOP,
    "end_turn": Finish.STOP,
    "stop_sequence": Finish.STOP,
    "length": Finish.LENGTH,
    "max_tokens": Finish.LENGTH,
    "model_length": Finish.LENGTH,
    "content_filter": Finish.REFUSAL,
    "refusal": Finish.REFUSAL,
    "safety": Finish.REFUSAL,
}


class TooLarge(Exception):
    """The answer passed the size limit."""


class BadAnswer(Exception):
    """The answer is not what a chat-completions endpoint sends; the message says how."""


class ServerFault(Exception):
    """The server reports an error inside an answer with a good status.

    Args:
        words: What it says.
        status: The status it gives, 500 if none.
    """

    def __init__(self, words: str, status: int) -> None:
        self.words = words
        self.status = status
        super().__init__(words)


class Incoming:
    """An answer while it comes in."""

    def __init__(self) -> None:
        self.pieces = 0
        self.model = ""
        self._text: list[str] = []
        self._thinking: list[str] = []
        self._refusal: list[str] = []
        self._size = 0
        self._finish: str | None = None
        self._usage: dict[str, Any] = {}
        self._done = False
        self._begun: list[str] = []
        self._begun_size = 0

    def feed(self, chunk: str) -> None:
        """Take the next part of an event stream, cut anywhere.

        Raises:
            TooLarge: The answer, or one line of it, passed the limit.
            BadAnswer: A line that is no event.
            ServerFault: The stream carries an error.
        """
        *lines, rest = chunk.split("\n")
        for line in lines:
            self._line(self._taken() + line)
        self._begun.append(rest)
        self._begun_size += len(rest)
        if self._begun_size > LINE_LIMIT:
            raise TooLarge

    def _taken(self) -> str:
        """The line that has begun, which then is no more."""
        line = "".join(self._begun)
        self._begun, self._begun_size = [], 0
        return line

    def end(self) -> None:
        """The stream is at its end.

        Raises:
            BadAnswer: It broke off before the reply was finished.
        """
        self._line(self._taken())
        if not self._done and self._finish is None:
            raise BadAnswer("the reply broke off before its end")

    def whole(self, body: str) -> None:
        """Take an answer that is not streamed.

        Raises:
            TooLarge, BadAnswer, ServerFault: As for `feed`.
        """
        if len(body) > LINE_LIMIT:
            raise TooLarge
        if body.lstrip().startswith(("data:", "event:", ":")):  # a stream under the name of JSON
            self.feed(body)
            return self.end()
        answer = _object(body)
        if not answer.get("choices"):
            self._fault(answer)
            raise BadAnswer("an answer without choices")
        return self._event(answer)

    def _line(self, line: str) -> None:
        line = line.strip()
        if not line.startswith("data:"):
            if line.startswith("{"):
                self._event(_object(line))
            return  # comments that keep the line open, `event:` and `id:` fields
        data = line[5:].strip()
        if data == "[DONE]":
            self._done = True
        elif data:
            self._event(_object(data))

    def _event(self, event: dict[str, Any]) -> None:
        self._fault(event)
        self.model = event.get("model") or self.model
        self._usage = event.get("usage") or self._usage
        for choice in (event.get("choices") or [])[:1]:
            self._finish = choice.get("finish_reason") or self._finish
            self._piece(choice.get("delta") or choice.get("message") or {})

    def _fault(self, event: dict[str, Any]) -> None:
        error = event.get("error")
        if error:
            words = error.get("message") if isinstance(error, dict) else error
            code = error.get("code") if isinstance(error, dict) else None
            raise ServerFault(str(words or error), code if isinstance(code, int) and code >= 400 else 500)

    def _piece(self, delta: dict[str, Any]) -> None:
        thinking = delta.get("reasoning_content") or delta.get("reasoning") or ""
        for kind, text in (
            *_parts(delta.get("content")),
            ("thinking", thinking),
            ("refusal", delta.get("refusal")),
        ):
            if isinstance(text, str) and text:
                {"thinking": self._thinking, "refusal": self._refusal}.get(kind, self._text).append(text)
                self._size += len(text)
        self.pieces += 1
        if self._size > SIZE_LIMIT:
            raise TooLarge

    def reply(self, asked: str, *, model: str, seconds: float, attempts: int) -> ChatReply:
        """The reply.

        Args:
            asked: The text of the request, for an estimate where the server counts no tokens.
            model: The model that was asked for, where the server names none.
            seconds: Wall time it took.
            attempts: How often it was asked for.
        """
        inline, text = split_thinking(_joined(self._text))
        thinking = "\n".join(part for part in (_joined(self._thinking), inline) if part)
        refusal = _joined(self._refusal)
        finish = _FINISHES.get((self._finish or "").lower(), Finish.OTHER)
        return ChatReply(
            text=text or refusal,
            thinking=thinking,
            finish=Finish.REFUSAL if refusal else finish,
            usage=self._counted(asked),
            model=self.model or model,
            seconds=seconds,
            attempts=attempts,
        )

    def _counted(self, asked: str) -> Usage:
        count = self._usage
        details = count.get("completion_tokens_details") or {}
        given = _whole(count.get("prompt_tokens")), _whole(count.get("completion_tokens"))
        return Usage(
            input_tokens=len(asked) // 4 if given[0] is None else given[0],
            output_tokens=self._size // 4 if given[1] is None else given[1],
            reasoning_tokens=_whole(details.get("reasoning_tokens")) or 0,
            estimated=None in given,
        )


def _joined(pieces: list[str]) -> str:
    """The pieces as one text that any file can hold: halves of a character are put together, or replaced."""
    text = "".join(pieces)
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise BadAnswer(f"not the JSON of a chat completion: {text[:60]!r}")
    return value


def _parts(content: object) -> Iterator[tuple[str, Any]]:
    """The parts of a message's content: a text, or a list of typed parts as Mistral sends it."""
    if not isinstance(content, list):
        yield "text", content
        return
    for part in content:
        if isinstance(part, dict):
            inner = part.get("thinking")
            yield str(part.get("type")), part.get("text") or ("".join(_texts(inner)) if inner else "")


def _texts(parts: object) -> Iterator[str]:
    if isinstance(parts, str):
        yield parts
    elif isinstance(parts, list):
        yield from (
            part["text"] for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str)
        )
