"""The Jinja of prompts: strict, sandboxed, with a filter that keeps hostile text inside its tag."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from jinja2 import FunctionLoader, StrictUndefined, Undefined, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

BLANK = r"[\s\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff]*"
"""White space, and signs that a reader does not see."""
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
"""Signs that endpoints refuse or that hide text: control characters, and changes of direction."""


TAGS = (
    *("problem", "data", "answers", "elements", "analysis", "plan", "program", "result", "feedback"),
    *("document", "findings", "facts", "verdict"),
)
"""The tags of the prompts: none of them can be closed inside another."""


def environment(fetch: Callable[[str], str]) -> ImmutableSandboxedEnvironment:
    """Jinja as prompts use it.

    Args:
        fetch: Gives the text of an included piece by its path.
    """
    room = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,  # an included piece keeps its last line's end
        loader=FunctionLoader(fetch),
    )
    room.filters["quoted"] = quoted
    room.filters["inside"] = inside
    return room


def included(room: ImmutableSandboxedEnvironment, source: str) -> set[str]:
    """Paths of the pieces that a template takes in, and those that these take in.

    Raises:
        ValueError: A piece is named by a variable, so nobody can say which it is.
    """
    found: set[str] = set()
    waiting = [source]
    while waiting:
        for path in meta.find_referenced_templates(room.parse(waiting.pop())):
            if path is None:
                raise ValueError("an include names its piece by a variable")
            if path not in found:
                found.add(path)
                waiting.append(_source(room, path))
    return found


def _source(room: ImmutableSandboxedEnvironment, path: str) -> str:
    assert room.loader is not None
    return room.loader.get_source(room, path)[0]


def quoted(value: Any, tag: str) -> str:
    """Text that is data, between `<tag>` and `</tag>`; nothing inside closes this or another tag.

    Args:
        value: The text.
        tag: Name of the tag.

    Raises:
        TypeError: The value is no text.
    """
    return f"<{tag}>\n{inside(value, tag).strip()}\n</{tag}>"


def inside(value: Any, tag: str) -> str:
    r"""Text that can stand between `<tag>` and `</tag>`: nothing in it closes a tag, or hides.

    `</tag` becomes `<\/tag`, also where blanks or invisible signs stand in it; control characters
    become U+FFFD.

    Args:
        value: The text.
        tag: Name of the tag.

    Raises:
        TypeError: The value is no text.
    """
    if isinstance(value, Undefined):
        return str(value)  # raises, and names what is missing
    if not isinstance(value, str):
        raise TypeError(f"<{tag}> takes a text, not {type(value).__name__}")
    shown = CONTROL.sub("\ufffd", value.replace("\r\n", "\n"))
    return _closing(tag).sub(lambda found: f"<\\/{found['tag']}", shown)


@cache
def _closing(tag: str) -> re.Pattern[str]:
    names = "|".join(BLANK.join(name) for name in dict.fromkeys((tag, *TAGS)))
    return re.compile(rf"<{BLANK}/{BLANK}(?P<tag>{names})", re.IGNORECASE)
