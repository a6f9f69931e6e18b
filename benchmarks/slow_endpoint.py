"""An OpenAI-compatible endpoint on loopback that answers after a fixed time, and counts the calls open.

    python benchmarks/slow_endpoint.py --seconds 1 --replies replies.json

`replies.json` maps a mark to a reply: the first mark that occurs in a request decides; `""` is for the rest.
Prints its port. `GET /stats` gives the calls answered and the average number open since the first one came
in, `GET /reset` begins anew. Built on asyncio streams alone, so that it costs little beside what is measured.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Count:
    """Calls open over time; `area` is call-seconds."""

    open: int = 0
    answered: int = 0
    area: float = 0.0
    begun: float = 0.0
    last: float = 0.0
    lull: list[tuple[float, float]] = field(default_factory=list)

    def move(self, step: int) -> None:
        now = time.perf_counter()
        if not self.begun:
            self.begun = self.last = now
        self.area += self.open * (now - self.last)
        self.last = now
        self.open += step
        self.answered += step < 0
        self.lull.append((now - self.begun, self.area))

    def average(self, first: float, last: float) -> float:
        """Calls open on average between two shares of all calls ended: a steady stretch."""
        ends = self.lull
        low, high = ends[int(first * (len(ends) - 1))], ends[int(last * (len(ends) - 1))]
        return (high[1] - low[1]) / (high[0] - low[0]) if high[0] > low[0] else 0.0

    def record(self) -> dict[str, float]:
        seconds = self.last - self.begun
        whole = self.area / seconds if seconds else 0.0
        steady = self.average(0.13, 0.87) if self.lull else 0.0
        return {"answered": self.answered, "seconds": seconds, "open": whole, "open_steady": steady}


class Endpoint:
    """The server.

    Args:
        seconds: Time to a reply.
        replies: Reply by mark.
    """

    def __init__(self, seconds: float, replies: dict[str, str]) -> None:
        self.seconds, self.replies = seconds, replies
        self.count = Count()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                line, _, fields = head.partition(b"\r\n")
                body = await reader.readexactly(_length(fields))
                writer.write(await self.answer(line, body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def answer(self, line: bytes, body: bytes) -> bytes:
        if line.startswith(b"GET"):
            told = json.dumps(self.count.record()).encode()
            if b"/reset" in line:
                self.count = Count()
            return _http(told, "application/json")
        self.count.move(1)
        await asyncio.sleep(self.seconds)
        self.count.move(-1)
        text = body.decode()
        reply = next(reply for mark, reply in self.replies.items() if mark in text)
        return _http(_events(reply) if b'"stream":true' in body else _whole(reply), _kind(body))


def _kind(body: bytes) -> str:
    return "text/event-stream" if b'"stream":true' in body else "application/json"


def _length(fields: bytes) -> int:
    lines = (line for line in fields.split(b"\r\n") if line.lower().startswith(b"content-length"))
    return next((int(line.split(b":")[1]) for line in lines), 0)


def _http(body: bytes, kind: str) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _usage(reply: str) -> dict[str, int]:
    made = len(reply) // 4
    return {"prompt_tokens": 1000, "completion_tokens": made, "total_tokens": 1000 + made}


def _events(reply: str) -> bytes:
    chunks = [
        {"choices": [{"index": 0, "delta": {"role": "assistant", "content": reply}, "finish_reason": None}]},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
        {"choices": [], "usage": _usage(reply)},
    ]
    head = {"id": "slow", "object": "chat.completion.chunk", "created": 0, "model": "slow"}
    lines = [f"data: {json.dumps(head | chunk)}\n\n" for chunk in chunks]
    return "".join([*lines, "data: [DONE]\n\n"]).encode()


def _whole(reply: str) -> bytes:
    message = {"role": "assistant", "content": reply}
    return json.dumps(
        {
            "id": "slow", "object": "chat.completion", "created": 0, "model": "slow", "usage": _usage(reply),
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        }
    ).encode()  # fmt: skip


async def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--replies", type=Path, required=True)
    asked = parser.parse_args()
    endpoint = Endpoint(asked.seconds, json.loads(asked.replies.read_text(encoding="utf-8")))
    server = await asyncio.start_server(endpoint.serve, "127.0.0.1", 0, limit=1 << 22)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
