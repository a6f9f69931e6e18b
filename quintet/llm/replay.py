"""Plays a recording back: the same requests get the same replies, without a network."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from quintet import errors
from quintet.errors import BudgetSpent, ModelError
from quintet.llm.chat import JSON, ChatReply, ChatRequest, OnToken
from quintet.llm.fingerprint import Record, digest, request_record
from quintet.llm.recorded import Call, read_calls

_ERRORS: dict[str, type[ModelError]] = {
    kind.__name__: kind
    for kind in (errors.ModelError, errors.EndpointError, errors.ReplyError, errors.BudgetSpent)
}


class ReplayModel:
    """A model that answers from a recording.

    A request that was recorded several times is answered in the recorded order, and by the last reply ever
    after; where several models got the same request, the role decides. Errors are raised again, but for an
    endpoint's failure after which the same request was answered: the run was resumed then.

    Args:
        path: The recording.
        loose: Answer a request that was not recorded, because prompts have changed since, with the reply to
            the recorded request of that role that is most like it and was not used yet.
        stopped: What ended the recorded run, a spent budget; a request that was not recorded ends the new
            one in the same way.

    Raises:
        RunError: It can't be read.
    """

    def __init__(self, path: Path, *, loose: bool = False, stopped: str = "") -> None:
        self._path = path
        self._stopped = stopped
        self._loose = loose
        self._used: set[int] = set()
        self._calls = _got_over(read_calls(path))
        self._lock = threading.Lock()
        self._waiting: dict[tuple[str, str], list[Call]] = defaultdict(list)
        for call in self._calls:
            for role in {call.role, ""}:
                self._waiting[_essence(call.request), role].append(call)

    @property
    def name(self) -> str:
        """The recorded model's name, and that it is a recording."""
        return f"recording of {self._calls[0].model['name']}" if self._calls else "empty recording"

    @property
    def key(self) -> Mapping[str, JSON]:
        """The key of the first recorded model."""
        return self._calls[0].model["key"] if self._calls else {"model": "recording"}

    async def chat(self, request: ChatRequest, on_token: OnToken | None = None) -> ChatReply:
        """The recorded reply; see `ChatModel.chat`.

        Raises:
            ModelError: The request was not recorded; the message names the first difference.
            BudgetSpent: It was not, because the recorded run had been stopped.
        """
        record = request_record(request)
        call = self._next(_essence(record), request.role)
        if call is None and self._loose:
            call = self._alike(record, request.role)
        if call is None and self._stopped:
            raise BudgetSpent(self._stopped)
        if call is None:
            raise ModelError(
                f"this request is not in the recording: {self._difference(record, request.role)}",
                place=f"{self._path}, role {request.role!r}",
                remedy="record the run again",
            )
        if call.reply is None:
            error = call.error
            raise _ERRORS.get(error["kind"], ModelError)(
                error["message"], place=error["place"], remedy=error["remedy"]
            )
        return call.reply

    def _next(self, essence: str, role: str) -> Call | None:
        with self._lock:
            calls = self._waiting.get((essence, role)) or self._waiting.get((essence, ""))
            if not calls:
                return None
            return calls.pop(0) if len(calls) > 1 else calls[0]

    def _alike(self, asked: Record, role: str) -> Call | None:
        """The unused call of a role and sample whose last message is most like the asked one."""
        with self._lock:
            left = [k for k, call in enumerate(self._calls) if call.role == role and k not in self._used]
            if not left:
                return None
            same = [k for k in left if self._calls[k].request.get("sample") == asked["sample"]]
            chosen = max(same or left[:1], key=lambda k: _similarity(self._calls[k].request, asked))
            self._used.add(chosen)
            return self._calls[chosen]

    def _difference(self, asked: Record, role: str) -> str:
        """How the request differs from the recorded one that is most like it."""
        calls = [call for call in self._calls if call.role == role] or self._calls
        if not calls:
            return "the recording is empty"
        nearest = max(calls, key=lambda call: _likeness(call.request, asked))
        return _first_difference(nearest.request, asked)

    async def close(self) -> None:
        """Nothing is open."""


def _got_over(calls: list[Call]) -> list[Call]:
    """The calls without the endpoint's failures after which the same request of the role was answered."""
    left: list[Call] = []
    answered: set[tuple[str, str]] = set()
    for call in reversed(calls):
        asked = (call.role, _essence(call.request))
        if call.reply is not None:
            answered.add(asked)
        if call.error.get("kind") != errors.EndpointError.__name__ or asked not in answered:
            left.append(call)
    return left[::-1]


def _essence(record: Mapping[str, Any]) -> str:
    """What must be equal: all but the schema's details, which change with Quintet, not with the question."""
    return digest({name: value for name, value in record.items() if name != "shape"})


def _similarity(recorded: Record, asked: Record) -> float:
    last = (record["messages"][-1]["text"] for record in (recorded, asked))
    return SequenceMatcher(None, *last, autojunk=False).quick_ratio()


def _likeness(recorded: Record, asked: Record) -> tuple[int, int]:
    pairs = list(zip(recorded["messages"], asked["messages"], strict=False))
    equal = next((n for n, (a, b) in enumerate(pairs) if a != b), len(pairs))
    alike = _common(pairs[equal][0]["text"], pairs[equal][1]["text"]) if equal < len(pairs) else 0
    return equal, alike


def _common(a: str, b: str) -> int:
    """Length of the common head."""
    return next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _first_difference(recorded: Record, asked: Record) -> str:
    for name in ("schema", "temperature", "max_tokens", "seed", "sample"):
        if recorded.get(name) != asked[name]:
            return f"{name} was {recorded.get(name)!r}, now it is {asked[name]!r}"
    for number, (was, now) in enumerate(zip(recorded["messages"], asked["messages"], strict=False), start=1):
        if was != now:
            at = _common(was["text"], now["text"])
            place = f"message {number} ({now['speaker']}) from character {at + 1}"
            return f"{place} was {was['text'][at : at + 60]!r}, now it is {now['text'][at : at + 60]!r}"
    return f"it had {len(recorded['messages'])} messages, now it has {len(asked['messages'])}"
