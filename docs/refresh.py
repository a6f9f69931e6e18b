"""Runs every command that README and docs show and puts its real output in place.

    python docs/refresh.py            rewrite the files
    python docs/refresh.py --check    exit 1 if any output is no longer what the command prints

A block looks like this, with the command's output in the fence, or, if it is a table, bare:

    <!-- run: quintet solve quintet/examples/bakery.txt -->
    ```text
    …
    ```

    <!-- table: python docs/functions.py -->
    …
    <!-- end -->

Times and versions differ between runs and machines; `--check` does not compare them.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"(<!-- run: (?P<command>.+?) -->\n```\w*\n)(?P<shown>(?:(?!```).*\n)*)(```)")
TABLE = re.compile(r"(<!-- table: (?P<command>.+?) -->\n)(?P<shown>(?:(?!<!-- end -->).*\n)*)(<!-- end -->)")
VOLATILE = re.compile(r"\d+\.\d+ s\b|\d+\.\d+(?:\.\d+)+|\"(?:solver_)?seconds\": [\d.]+")


def output(command: str) -> str:
    """What a command prints, with the `quintet` of this interpreter, run in the repository."""
    words = shlex.split(command)
    if words[0] == "quintet":
        words[:1] = [sys.executable, "-m", "quintet"]
    elif words[0] == "python":
        words[0] = sys.executable
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{command}: exit code {done.returncode}: {done.stderr.strip()}")
    return done.stdout.rstrip("\n")


def refreshed(text: str) -> str:
    """The page with every block's output run anew."""
    for block in (BLOCK, TABLE):
        text = block.sub(lambda found: f"{found[1]}{output(found['command'])}\n{found[4]}", text)
    return text


def stable(text: str) -> str:
    """The page without what differs from run to run."""
    return VOLATILE.sub("#", text)


def main() -> int:
    """Rewrite, or compare."""
    check = "--check" in sys.argv[1:]
    stale = 0
    for page in PAGES:
        old = page.read_text(encoding="utf-8")
        new = refreshed(old)
        if check and stable(old) != stable(new):
            print(f"{page.relative_to(ROOT)} shows output that its commands no longer print", file=sys.stderr)
            stale = 1
        elif not check and old != new:
            page.write_text(new, encoding="utf-8")
    return stale


if __name__ == "__main__":
    sys.exit(main())
