"""Turning what a program returns into plain JSON values, or saying where it is not."""

from __future__ import annotations

import math
from typing import Any

_DEEPEST = 50


class NotPlain(ValueError):
    """A value that JSON has no form for; the text says where it stands and what it is."""


def plain(value: Any, place: str) -> Any:
    """The value with NumPy scalars and arrays unwrapped and keys turned into text.

    A key that is a tuple becomes its parts with commas between: ``("A", 3)`` → ``"A,3"``.

    Raises:
        NotPlain: There is a set, a solver object, NaN, a value inside itself, or 50 levels.
    """
    return _plain(value, place, ())


def _plain(value: Any, place: str, above: tuple[int, ...]) -> Any:
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return _finite(float(value), place)
    if id(value) in above:
        raise NotPlain(f"{place} contains itself")
    if len(above) >= _DEEPEST:
        raise NotPlain(f"{place} lies deeper than {_DEEPEST} levels")
    return _container(value, place, (*above, id(value)))


def _finite(value: float, place: str) -> float:
    if not math.isfinite(value):
        raise NotPlain(f"{place} is {value}, not a finite number")
    return value


def _container(value: Any, place: str, above: tuple[int, ...]) -> Any:
    if isinstance(value, dict):
        return {_key(key, place): _plain(item, f"{place}[{key!r:.40}]", above) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, f"{place}[{index}]", above) for index, item in enumerate(value)]
    if type(value).__module__.partition(".")[0] in ("numpy", "pandas") and hasattr(value, "tolist"):
        return _plain(value.tolist(), place, above)
    kind = type(value)
    raise NotPlain(f"{place} is a {kind.__module__}.{kind.__qualname__}, not a number, text, list or mapping")


def _key(key: Any, place: str) -> str:
    if isinstance(key, tuple):
        return ",".join(_key(part, place) for part in key)
    if isinstance(key, (str, int, float)) or type(key).__module__ == "numpy":
        return str(key)
    raise NotPlain(f"{place} has a key of type {type(key).__qualname__}")
