"""What one server takes of the chat-completions options, learnt from what it refuses.

"OpenAI-compatible" servers differ in `response_format`, `stream_options`, `seed`, `temperature`,
`reasoning_effort` and in the name of the token limit. A refusal that names an option we sent costs that
option, for this server from then on, and the request is sent again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from quintet.llm.chat import ChatRequest, Message, Speaker
from quintet.llm.strict import strict_schema

Body = dict[str, Any]

# Words in a refusal that name an option, besides its own name.
_WORDS = {
    "response_format": ("json_schema", "json_object", "schema", "guided", "grammar", "structured output"),
    "stream_options": ("include_usage",),
    "stream": ("streaming",),
    "max_tokens": ("max_completion_tokens",),
    "max_completion_tokens": ("max_tokens",),
    "reasoning_effort": ("reasoning effort", "reasoning.effort"),
}
_OPTIONS = (
    "stream_options",
    "response_format",
    "max_tokens",
    "max_completion_tokens",
    "temperature",
    "seed",
    "reasoning_effort",
    "stream",
)
_LIMITS = ("max_tokens", "max_completion_tokens")
_TOO_LONG = re.compile(
    r"context.{0,10}(length|window|size)|maximum context|too many tokens|prompt is too long", re.I
)


class Dialect:
    """Builds request bodies in a server's dialect, and learns it.

    Args:
        limit: Under which name the token limit is tried first.
        stream: Whether replies are streamed.
    """

    def __init__(self, limit: str = "max_tokens", *, stream: bool = True) -> None:
        self._limit = limit
        self._refused: set[str] = set() if stream else {"stream", "stream_options"}
        self._forms: dict[
            str, list[str]
        ] = {}  # by schema name: the forms of response_format still to be tried

    def body(self, model: str, request: ChatRequest, effort: str | None) -> Body:
        """The JSON body of a request."""
        body: Body = {"model": model, "messages": [_message(m) for m in request.messages]}
        wished = {
            "stream": True,
            "stream_options": {"include_usage": True},
            self._limit: request.max_tokens,
            "temperature": request.temperature,
            "seed": request.seed,
            "reasoning_effort": effort,
            "response_format": self._form(request),
        }
        taken = {n: v for n, v in wished.items() if v is not None and n not in self._refused}
        if "system" in self._refused:
            body["messages"] = _without_system(request.messages)
        return body | taken

    def _form(self, request: ChatRequest) -> Body | None:
        if request.schema is None:
            return None
        forms = self._forms.setdefault(request.schema.__name__, ["json_schema", "json_object"])
        if not forms:
            return None
        if forms[0] == "json_object":
            return {"type": "json_object"}
        schema, strict = strict_schema(request.schema)
        name = re.sub(r"[^\w-]", "_", request.schema.__name__)[:64]
        return {"type": "json_schema", "json_schema": {"name": name, "schema": schema, "strict": strict}}

    def give_way(self, refusal: str, body: Body) -> bool:
        """Learn from a refusal.

        Args:
            refusal: The server's words, and the option it names if it does.
            body: What was sent.

        Returns:
            Whether an option is given up or renamed, so that sending again makes sense.
        """
        if _TOO_LONG.search(refusal):
            return False
        option = next(_named(refusal.lower(), body), None)
        if option is None:
            return self._give_up_system(refusal, body)
        if option == "response_format":
            self._weaken(body["response_format"])
        elif option in _LIMITS and not (set(_LIMITS) - {option}) & self._refused:
            self._refused.add(option)
            self._limit = next(name for name in _LIMITS if name != option)
        else:
            self._refused |= {"stream", "stream_options"} if option == "stream" else {option}
        return True

    def _weaken(self, form: Body) -> None:
        """The next weaker form; for this schema, or for all if it was not a schema that was refused."""
        if form["type"] == "json_schema":
            name = form["json_schema"]["name"]
            self._forms[next((n for n in self._forms if re.sub(r"[^\w-]", "_", n)[:64] == name), name)] = [
                "json_object"
            ]
        else:
            self._refused.add("response_format")

    def _give_up_system(self, refusal: str, body: Body) -> bool:
        """Some chat templates know no system message: its text then opens the first user message."""
        speaks = any(message["role"] == "system" for message in body["messages"])
        if not speaks or not re.search(r"system (role|message|prompt)|role.{0,20}system", refusal, re.I):
            return False
        self._refused.add("system")
        return True


def _named(refusal: str, body: Body) -> Iterator[str]:
    for option in _OPTIONS:
        if option in body and any(word in refusal for word in (option, *_WORDS.get(option, ()))):
            yield option


def _message(message: Message) -> dict[str, str]:
    text = message.text.encode("utf-8", "replace").decode()  # half a surrogate pair can't be sent
    return {"role": message.speaker.value, "content": text}


def _without_system(messages: tuple[Message, ...]) -> list[dict[str, str]]:
    rules = "\n\n".join(m.text for m in messages if m.speaker is Speaker.SYSTEM)
    rest = [_message(m) for m in messages if m.speaker is not Speaker.SYSTEM]
    first = next((m for m in rest if m["role"] == "user"), None)
    if first is None:
        return [{"role": "user", "content": rules}, *rest]
    first["content"] = f"{rules}\n\n{first['content']}"
    return rest
