"""Tells a reasoning model's thinking from its reply, where a server sends both as one text."""

from __future__ import annotations

import re

# Opening and closing mark, as open models spell them: Qwen and DeepSeek, Seed-OSS, Magistral, Kimi, gpt-oss.
_MARKS = (
    *((f"<{word}>", f"</{word}>") for word in ("think", "thinking", "thought", "reasoning", "seed:think")),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
    ("<|channel|>analysis<|message|>", "<|channel|>final<|message|>"),
)
_CLOSING = re.compile("|".join(re.escape(closing) for _, closing in _MARKS))
_LEFT_OVER = re.compile(r"<\|(?:end|start|return)\|>\s*(?:assistant)?")


def split_thinking(text: str) -> tuple[str, str]:
    """The thinking at the head of a text, and the text after it.

    Thinking that was opened and never closed is all there is: the reply is then empty. A closing mark with no
    opening one ends thinking too, because some chat templates put the opening mark into the prompt.
    """
    head = text.lstrip()
    for opening, closing in _MARKS:
        if head[: len(opening)].lower() == opening.lower():
            return _cut(head[len(opening) :], closing)
    return _headless(text)


def _cut(text: str, closing: str) -> tuple[str, str]:
    found = re.search(re.escape(closing), text, re.IGNORECASE)
    if found is None:
        return _plain(text), ""
    return _plain(text[: found.start()]), _plain(text[found.end() :])


def _headless(text: str) -> tuple[str, str]:
    found = _CLOSING.search(text)
    if found is None or _opens(text[: found.start()], found.group()):
        return "", text
    return _plain(text[: found.start()]), _plain(text[found.end() :])


def _opens(before: str, closing: str) -> bool:
    """Whether the mark is only quoted: opened further down, or inside a code block or a JSON text."""
    opening = next(opening for opening, mark in _MARKS if mark == closing)
    return opening in before or before.lstrip().startswith(("{", "[", "```"))


def _plain(text: str) -> str:
    return _LEFT_OVER.sub("", text).strip()
