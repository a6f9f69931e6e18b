"""A scripted OpenAI-compatible endpoint on loopback, for tests over real HTTP.

    with Endpoint(["first", Status(429, headers={"Retry-After": "3"}), Reset("half a"), "last"]) as endpoint:
        model = OpenAIModel(Target("m", endpoint.url))
        …
    endpoint.requests[0].body["messages"]

Each request takes the next step of the script; a function instead of a list is asked for each step.
A request beyond the script is answered 400, which nobody retries, and `overrun` counts it.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self, TypeAlias

Body: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """A reply, streamed if the request asks for it.

    Args:
        text: The content.
        thinking: What goes into the field `thinking_field`.
        finish: `finish_reason`; None sends none.
        refusal: The field `refusal`.
        usage: False leaves it out.
        model: The model it names; the one asked for if "".
        size: Characters of a streamed piece.
        stream: Whether it is streamed; as the request says if None.
        done: Whether a stream ends with `[DONE]`.
        wait: What it waits for before it answers.
    """

    text: str = ""
    thinking: str = ""
    finish: str | None = "stop"
    refusal: str = ""
    usage: bool = True
    model: str = ""
    size: int = 7
    stream: bool | None = None
    done: bool = True
    thinking_field: str = "reasoning_content"
    wait: threading.Event | None = None


@dataclass(frozen=True)
class Status:
    """An answer with another status; the message goes into an error body as OpenAI writes it."""

    code: int
    message: str = "something is wrong"
    headers: Mapping[str, str] = field(default_factory=dict)
    param: str | None = None
    error: str | None = None


@dataclass(frozen=True)
class Raw:
    """An answer of any bytes."""

    data: bytes
    kind: str = "application/json"
    code: int = 200


@dataclass(frozen=True)
class Hang:
    """Sends this much of a streamed reply, then nothing until the endpoint is closed; None: no headers."""

    text: str | None = None


@dataclass(frozen=True)
class Reset:
    """Sends this much of a streamed reply and then resets the connection; None resets before any answer."""

    text: str | None = None


Step: TypeAlias = "str | Reply | Status | Raw | Hang | Reset"
Script: TypeAlias = "Iterable[Step] | Callable[[Body], Step]"


@dataclass(frozen=True)
class Request:
    """A request as it came."""

    path: str
    headers: Mapping[str, str]
    body: Body

    @property
    def last(self) -> str:
        """The text of the last message."""
        return self.body["messages"][-1]["content"]


class Endpoint:
    """The endpoint; a context manager that serves while it is open.

    Args:
        script: The steps, or a function from a request's body to a step.
        models: What `GET /v1/models` names; None answers it 404.
    """

    def __init__(self, script: Script = (), models: Iterable[str] | None = ("m",)) -> None:
        self._choose = script if callable(script) else None
        self._steps: deque[Step] = deque(() if callable(script) else script)
        self._models = None if models is None else list(models)
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._open = 0
        self.requests: list[Request] = []
        self.most_open = 0
        self.overrun = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )

    @property
    def url(self) -> str:
        """The base URL for a client."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    @property
    def left(self) -> int:
        """Steps that were not taken."""
        return len(self._steps)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def add(self, *steps: Step) -> None:
        """Lengthen the script."""
        self._steps.extend(steps)

    def _next(self, request: Request) -> Step:
        with self._lock:
            self.requests.append(request)
            self._open += 1
            self.most_open = max(self.most_open, self._open)
            if self._choose is not None:
                return self._choose(request.body)
            if self._steps:
                return self._steps.popleft()
            self.overrun += 1
            return Status(400, "the script is at its end")

    def _leave(self) -> None:
        with self._lock:
            self._open -= 1


def _handler(endpoint: Endpoint) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # small writes would wait 40 ms for an acknowledgement

        def log_message(self, format: str, *args: Any) -> None:
            pass

        def do_GET(self) -> None:
            models = endpoint._models
            if not self.path.endswith("/models") or models is None:
                return _send(self, 404, b'{"error": {"message": "not found"}}')
            data = [{"id": name, "object": "model", "created": 0, "owned_by": "test"} for name in models]
            return _send(self, 200, json.dumps({"object": "list", "data": data}).encode())

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            headers = {name.title(): value for name, value in self.headers.items()}
            request = Request(self.path, headers, body)
            step = endpoint._next(request)
            try:
                _perform(self, step, body, endpoint._closed, endpoint._leave)
            except OSError:
                self.close_connection = True  # the client has gone

    return Handler


Leave: TypeAlias = Callable[[], None]


def _perform(
    handler: BaseHTTPRequestHandler, step: Step, body: Body, closed: threading.Event, leave: Leave
) -> None:
    if isinstance(step, Hang | Reset):
        return _break(handler, step, closed, leave)
    try:
        if isinstance(step, Reply) and step.wait is not None:
            step.wait.wait()
    finally:
        leave()  # before the last byte, so that a client's next request never meets its own former one
    return _answer(handler, Reply(step) if isinstance(step, str) else step, body)


def _answer(handler: BaseHTTPRequestHandler, step: Reply | Status | Raw, body: Body) -> None:
    if isinstance(step, Raw):
        _send(handler, step.code, step.data, step.kind)
    elif isinstance(step, Status):
        error = {"message": step.message, "param": step.param, "code": step.error, "type": "error"}
        _send(handler, step.code, json.dumps({"error": error}).encode(), headers=step.headers)
    elif step.stream or (step.stream is None and body.get("stream")):
        _stream(handler, _events(step, body))
    else:
        _send(handler, 200, json.dumps(_completion(step, body)).encode())


def _send(
    handler: BaseHTTPRequestHandler,
    code: int,
    data: bytes,
    kind: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> None:
    handler.send_response(code)
    for name, value in {"Content-Type": kind, "Content-Length": str(len(data)), **(headers or {})}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(data)


def _stream(handler: BaseHTTPRequestHandler, events: Iterable[str], *, end: bool = True) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    for event in events:
        data = f"data: {event}\n\n".encode()
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
    if end:
        handler.wfile.write(b"0\r\n\r\n")
    handler.wfile.flush()


def _events(step: Reply, body: Body) -> Iterator[str]:
    base = {"id": "1", "object": "chat.completion.chunk", "model": step.model or body["model"]}
    for name, text in (
        (step.thinking_field, step.thinking),
        ("content", step.text),
        ("refusal", step.refusal),
    ):
        for start in range(0, len(text), step.size):
            delta = {"role": "assistant", name: text[start : start + step.size]}
            yield json.dumps({**base, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    yield json.dumps({**base, "choices": [{"index": 0, "delta": {}, "finish_reason": step.finish}]})
    if step.usage and (body.get("stream_options") or {}).get("include_usage"):
        yield json.dumps({**base, "choices": [], "usage": _usage(step, body)})
    if step.done:
        yield "[DONE]"


def _completion(step: Reply, body: Body) -> Body:
    message = {"role": "assistant", "content": step.text, step.thinking_field: step.thinking or None}
    choice = {
        "index": 0,
        "message": message | {"refusal": step.refusal or None},
        "finish_reason": step.finish,
    }
    answer = {
        "id": "1",
        "object": "chat.completion",
        "model": step.model or body["model"],
        "choices": [choice],
    }
    return answer | ({"usage": _usage(step, body)} if step.usage else {})


def _usage(step: Reply, body: Body) -> Body:
    asked = sum(len(message["content"].split()) for message in body["messages"])
    thought = len(step.thinking.split())
    written = len(step.text.split()) + thought
    details = {"reasoning_tokens": thought}
    return {"prompt_tokens": asked, "completion_tokens": written, "completion_tokens_details": details}


def _break(
    handler: BaseHTTPRequestHandler, step: Hang | Reset, closed: threading.Event, leave: Leave
) -> None:
    try:
        if step.text is not None:
            _stream(handler, list(_events(Reply(step.text), {"model": "m"}))[:-2], end=False)
        if isinstance(step, Hang):
            closed.wait()
    finally:
        leave()
        handler.close_connection = True
    if isinstance(step, Reset):
        # Lingering for no time makes close() send a reset instead of an orderly end.
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
