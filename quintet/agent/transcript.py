"""A run as a person reads it: who asked what, what came back, what was run, what came of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from quintet.agent.run_folder import RunFolder
from quintet.llm.accounts import Tally, table
from quintet.llm.chat import Usage
from quintet.llm.recorded import Call, read_calls

CUT = 1_500
"""Most characters of a message that the short transcript shows."""


def transcript(folder: RunFolder, *, whole: bool = False) -> str:
    """The run as text.

    Args:
        folder: The run directory.
        whole: Show prompts, and nothing is cut.

    Raises:
        RunError: The recording can't be read.
    """
    return "\n\n".join(part for part in _parts(folder, whole) if part)


def record(folder: RunFolder) -> dict[str, Any]:
    """The run as one JSON-ready document: orders, events, calls, answer."""
    answer = folder.path / "answer.json"
    return {
        "orders": folder.orders.record(),
        "problem": folder.problem.text,
        "events": folder.events(),
        "calls": [_call_record(call) for call in _calls(folder)],
        "answer": json.loads(answer.read_text(encoding="utf-8")) if answer.exists() else None,
    }


def _parts(folder: RunFolder, whole: bool) -> Iterator[str]:
    orders = folder.orders
    models = ", ".join(f"{role or 'all roles'}: {name}" for role, name in orders.models.items())
    yield f"{folder.path}\nbegun {orders.created}, strategy {orders.tactics.strategy.value}, {models}"
    yield _headed("problem", folder.problem.text, whole)
    for number, call in enumerate(_calls(folder), 1):
        yield _told(number, call, whole)
    yield "\n".join(f"· {event['role']}: {event['line']}" for event in folder.events())
    yield _spending(folder)
    answer = folder.path / "answer.txt"
    if answer.exists():
        yield f"answer\n{answer.read_text(encoding='utf-8').rstrip()}"
    else:
        yield f"No answer yet. Go on with: quintet resume {folder.path}"


def _calls(folder: RunFolder) -> list[Call]:
    return list(read_calls(folder.calls)) if folder.calls.exists() else []


def _spending(folder: RunFolder) -> str:
    """What each role used; the prices are those of the run's end."""
    file = folder.path / "answer.json"
    account = json.loads(file.read_text(encoding="utf-8")).get("account") if file.exists() else None
    if not account:
        return ""
    roles = account["spending"].items()
    return table({role: Tally(**{**used, "usage": Usage(**used["usage"])}) for role, used in roles})


def _told(number: int, call: Call, whole: bool) -> str:
    lines = []
    if whole:
        lines = [_headed(m["speaker"], m["text"], whole) for m in call.request["messages"]]
    head = f"── call {number}: {call.role or 'no role'} ──"
    if call.reply is None:
        return "\n".join([head, *lines, f"failed: {call.error.get('message', '')}"])
    used = call.reply.usage
    counts = f"{used.input_tokens:,} tokens in, {used.output_tokens:,} out, {call.reply.seconds:.1f} s"
    thinking = [_headed("thinking", call.reply.thinking, whole)] if whole and call.reply.thinking else []
    return "\n".join([f"{head} {counts}", *lines, *thinking, _cut(call.reply.text, whole)])


def _headed(head: str, text: str, whole: bool) -> str:
    return f"[{head}]\n{_cut(text.strip(), whole)}"


def _cut(text: str, whole: bool) -> str:
    if whole or len(text) <= CUT:
        return text
    return f"{text[:CUT]}\n… {len(text) - CUT:,} more characters (--whole shows them)"


def _call_record(call: Call) -> dict[str, Any]:
    reply = call.reply
    return {
        "role": call.role,
        "model": dict(call.model),
        "request": dict(call.request),
        "reply": None if reply is None else reply.text,
        "error": dict(call.error),
        "time": call.time,
    }
