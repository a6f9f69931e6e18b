"""One hostile program, what it is after, and where it gets it."""

from __future__ import annotations

from dataclasses import dataclass

# Before each program. It tells by print what it got: the claim is of no use, since a program may forge it.
PRELUDE = """
import ctypes, json, os, sys, time
T = json.load(open("target.json"))
libc = ctypes.CDLL(None, use_errno=True)
report(objective=0)

def leaked(why):
    print("LEAKED", why, flush=True)

def held(why):
    print("HELD", why, flush=True)

def attempt(action, *arguments, **options):
    try:
        value = action(*arguments, **options)
    except (OSError, ValueError, RuntimeError, MemoryError, ImportError, LookupError) as error:
        held(f"{type(error).__name__}: {error}")
        return None
    leaked(repr(value)[:100])
    return value

def call(name, *arguments):
    result = libc.syscall(ctypes.c_long(T["numbers"][name]), *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result

def exists(path):
    try:
        return os.stat(path)
    except OSError:
        return None
"""


@dataclass(frozen=True)
class Snippet:
    """A hostile program.

    Attributes:
        name: Short and unique.
        idea: What it tries, for the table in the docs.
        program: Its source, after the prelude.
        leaks: Where it gets what it wants: levels, or ``level:root`` and ``level:user``.
        ends: The statuses with which it may end at `full`.
    """

    name: str
    idea: str
    program: str
    leaks: tuple[str, ...] = ()
    ends: tuple[str, ...] = ("ok",)

    def leaks_at(self, level: str, who: str) -> bool:
        """Whether it is expected to get through."""
        return level in self.leaks or f"{level}:{who}" in self.leaks
