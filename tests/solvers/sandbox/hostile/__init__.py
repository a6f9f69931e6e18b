from __future__ import annotations

from . import harness, machine, resources
from .snippet import PRELUDE, Snippet

SNIPPETS: tuple[Snippet, ...] = (*resources.SNIPPETS, *machine.SNIPPETS, *harness.SNIPPETS)

__all__ = ["PRELUDE", "SNIPPETS", "Snippet"]
