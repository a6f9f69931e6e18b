"""Lists of lines in replies, where a model may give one line or a map instead."""

from __future__ import annotations

import json
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator


def lines(value: Any) -> Any:
    """One line as a list of one; a map as lines of name and content; what is no text in a list as JSON."""
    if isinstance(value, str):
        return (value,) if value.strip() else ()
    if isinstance(value, dict):
        return tuple(f"{name}: {line(content)}" for name, content in value.items())
    return tuple(map(line, value)) if isinstance(value, list | tuple) else value


def line(value: Any) -> Any:
    """A text as it is, anything else as JSON on one line."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


Lines: TypeAlias = Annotated[tuple[str, ...], BeforeValidator(lines)]
Line: TypeAlias = Annotated[str, BeforeValidator(line)]
