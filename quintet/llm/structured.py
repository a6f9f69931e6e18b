"""Asks for a reply of a given shape, and asks again, saying exactly what was wrong, until it has it.

Where the server takes a JSON schema the client sends one; nothing here relies on it. The prompt itself must
describe the shape.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from quintet.errors import ModelError, QuintetError, ReplyError
from quintet.llm.chat import ChatModel, ChatReply, ChatRequest, Finish, Message, OnToken, Speaker
from quintet.llm.jsontext import NoJSON, objects

T = TypeVar("T", bound=BaseModel)
OnReply = Callable[[ChatReply], None]

FAULTS = 8
"""Faults named in one re-ask."""

QUOTED = 20_000
"""Characters of a faulty reply that are sent back with the re-ask."""


@dataclass(frozen=True)
class Asked(Generic[T]):
    """A typed reply, and how it came about.

    Args:
        value: What was asked for.
        replies: Every reply, the last of which held the value.
        mended: Small faults of its JSON were mended.
    """

    value: T
    replies: tuple[ChatReply, ...]
    mended: bool = False


class _Unusable(Exception):
    """Why a reply can't be taken, in words for the model."""


async def ask(
    model: ChatModel,
    request: ChatRequest[T],
    *,
    tries: int = 3,
    on_reply: OnReply | None = None,
    on_token: OnToken | None = None,
) -> Asked[T]:
    """Ask for a reply of the shape `request.schema`.

    Args:
        model: Who is asked.
        request: What is asked; it has a schema.
        tries: Replies at most.
        on_reply: Told every reply, usable or not.
        on_token: Told how many pieces of a reply have come.

    Raises:
        ReplyError: The model refused, or no reply was usable; `.reply` is the last one's text.
        EndpointError, BudgetSpent: As `ChatModel.chat`.
    """
    if request.schema is None:
        raise ValueError("ask() needs a request with a schema")
    replies: list[ChatReply] = []
    asking, why, cuts = request, "", 0
    while len(replies) < tries and cuts < 2:
        reply = await model.chat(asking, on_token)
        replies.append(reply)
        if on_reply is not None:
            on_reply(reply)
        try:
            value, mended = read(reply, request.schema)
            return Asked(value, tuple(replies), mended)
        except _Unusable as fault:
            why = str(fault)
        cuts += reply.finish is Finish.LENGTH
        asking = _again(asking, reply, why)
    raise _given_up(request, replies, why)


def read(reply: ChatReply, schema: type[T]) -> tuple[T, bool]:
    """The value that a reply holds, and whether its JSON was mended.

    Raises:
        ReplyError: The model refused.
        _Unusable: The reply can't be taken; the message says why, to the model.
    """
    if reply.finish is Finish.REFUSAL:
        raise ReplyError(
            f"the model refused: {_start(reply.text) or 'it gave no reason'}",
            reply=reply.text,
            refused=True,
            remedy="put the problem in other words, or take another model",
        )
    cut = reply.finish is Finish.LENGTH
    if not reply.text.strip():
        raise _Unusable("was cut at the token limit before it began" if cut else "was empty")
    try:
        return _fitting(reply.text, schema, mend=not cut)
    except _Unusable as fault:
        raise _Unusable(f"was cut at the token limit, and {fault}" if cut else str(fault)) from None


def _fitting(text: str, schema: type[T], *, mend: bool) -> tuple[T, bool]:
    """The first object that fits; else the faults of the first object."""
    faults: list[str] = []
    try:
        for value, mended in objects(text, mend=mend):
            try:
                return schema.model_validate_json(json.dumps(value)), mended
            except ValidationError as error:
                faults.append(_told(error))
            except ModelError:
                raise
            except QuintetError as error:
                faults.append(str(error))
    except NoJSON as error:
        raise _Unusable(f"can't be read: {error}") from None
    raise _Unusable(f"does not fit: {faults[0]}")


def _told(error: ValidationError) -> str:
    """The faults by their paths."""
    faults = error.errors(include_url=False, include_context=False)
    lines = [_fault(fault) for fault in faults[:FAULTS]]
    more = [f"and {len(faults) - FAULTS} more"] if len(faults) > FAULTS else []
    return "; ".join(lines + more)


def _fault(fault: Any) -> str:
    place = ".".join(str(part) for part in fault["loc"]) or "the object"
    message = fault["msg"].removeprefix("Value error, ")
    got = "" if fault["type"] == "missing" else f" (you gave {json.dumps(fault['input'], default=str)[:80]})"
    return f"{place}: {message}{got}"


def _again(request: ChatRequest[T], reply: ChatReply, why: str) -> ChatRequest[T]:
    """The same request with the faulty reply and what is wrong with it; more room if it was cut."""
    cut = reply.finish is Finish.LENGTH
    wish = "Answer again, much shorter" if cut else "Answer again in full"
    complaint = f"Your reply {why}. {wish}, with one JSON object of the shape asked for and nothing else."
    room = 2 * request.max_tokens if cut and request.max_tokens else request.max_tokens
    return replace(request, messages=_with(request.messages, _quoted(reply.text), complaint), max_tokens=room)


def _with(messages: tuple[Message, ...], said: str, complaint: str) -> tuple[Message, ...]:
    """The conversation gone on; in turns, because some chat templates take nothing else."""
    if said.strip():
        return (*messages, Message(Speaker.ASSISTANT, said), Message(Speaker.USER, complaint))
    *before, last = messages
    return (*before, replace(last, text=f"{last.text}\n\n({complaint})"))


def _quoted(text: str) -> str:
    """A faulty reply as it is sent back; the middle of a very long one is left out."""
    if len(text) <= QUOTED:
        return text
    half = QUOTED // 2
    return f"{text[:half]}\n[… {len(text) - QUOTED} characters …]\n{text[-half:]}"


def _given_up(request: ChatRequest[Any], replies: list[ChatReply], why: str) -> ReplyError:
    last = replies[-1]
    cut = last.finish is Finish.LENGTH
    count = "the reply" if len(replies) == 1 else f"the last of {len(replies)} replies"
    began = f" (it begins {_start(last.text)!r})" if last.text.strip() else ""
    return ReplyError(
        f"{count} {why}{began}",
        reply=last.text,
        place=request.role,
        remedy="raise QUINTET_MAX_TOKENS or take another model"
        if cut
        else "try again, or take another model",
    )


def _start(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 200 else words[:200] + "…"
