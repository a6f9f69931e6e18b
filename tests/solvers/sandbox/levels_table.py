"""Writes the table of what each level does not stop into docs/sandbox.md, from the table of the tests.

``python tests/solvers/sandbox/levels_table.py`` rewrites the part of the page between its two marks.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from hostile import SNIPPETS, Snippet

PAGE = Path(__file__).resolve().parents[3] / "docs" / "sandbox.md"
START, END = "<!-- levels: start -->", "<!-- levels: end -->"
LEVELS = ("full", "bubblewrap", "landlock", "process")


def cell(snippet: Snippet, level: str) -> str:
    """What a level does about a program."""
    root, user = snippet.leaks_at(level, "root"), snippet.leaks_at(level, "user")
    if root and user:
        return "**gets through**"
    return f"**gets through** as {'root' if root else 'user'}" if root or user else "held"


def table() -> str:
    """The table: one row for each program that gets through somewhere, and the counts."""
    lines = ["| a program tries to … | " + " | ".join(f"`{level}`" for level in LEVELS) + " |"]
    lines.append("|---|" + "---|" * len(LEVELS))
    through = [snippet for snippet in SNIPPETS if snippet.leaks]
    for snippet in sorted(through, key=lambda snippet: -len(snippet.leaks)):
        lines.append(f"| {snippet.idea} | " + " | ".join(cell(snippet, level) for level in LEVELS) + " |")
    counts = [sum(cell(snippet, level) == "held" for snippet in SNIPPETS) for level in LEVELS]
    lines.append(f"| **held, of {len(SNIPPETS)} programs** | " + " | ".join(map(str, counts)) + " |")
    return "\n".join(lines)


def renewed(page: str) -> str:
    """The page with its table made anew."""
    before, _, rest = page.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
