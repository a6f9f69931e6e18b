"""Code blocks in a reply."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[ \t]*([\w+#.-]*)[^\n`]*$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """One fenced block: its language in lower case, its text, and whether it was closed."""

    language: str
    text: str
    closed: bool


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a text, in order; one that is never closed reaches to the end."""
    return list(_blocks(text))


def _blocks(text: str) -> Iterator[Block]:
    opening: re.Match[str] | None = None
    for fence in _FENCE.finditer(text):
        if opening is None:
            opening = fence
        elif _closes(fence, opening):
            yield Block(opening[2].lower(), text[opening.end() + 1 : fence.start()], True)
            opening = None
    if opening is not None:
        yield Block(opening[2].lower(), text[opening.end() + 1 :], False)


def _closes(fence: re.Match[str], opening: re.Match[str]) -> bool:
    return not fence[2] and fence[1].startswith(opening[1])


def code_block(text: str, languages: tuple[str, ...] = ("python", "py")) -> str | None:
    """The program in a reply.

    The longest block of one of the languages; a later one wins over an equally long one. Without any, a block
    that names no language. A block that is never closed counts, because a reply may end with its program.

    Returns:
        The block's text; None if there is no such block.
    """
    found = [block for block in blocks(text) if block.text.strip()]
    named = [block for block in found if block.language in languages or block.language == f"{languages[0]}3"]
    chosen = named or [block for block in found if not block.language]
    if not chosen:
        return None
    longest = max(reversed(chosen), key=lambda block: len(block.text)).text
    return longest.replace("\r\n", "\n").strip("\n") + "\n"
