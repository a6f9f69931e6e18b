"""A person at a terminal: asked questions, shown formulations, told what the roles are doing."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer

from quintet.errors import EndpointError, MissingDependency, ProblemError, RunPaused
from quintet.verbs.parts import printable


def narrate(role: str, line: str) -> None:
    """What a role is doing, on stderr."""
    _say(f"· {role}: {line}")


def _say(text: str) -> None:
    print(printable(text), file=sys.stderr, flush=True)


@contextmanager
def agent_parts() -> Iterator[None]:
    """Around the import of the agent: what it needs may not be installed.

    Raises:
        MissingDependency: Something isn't; the message names it, and the command.
    """
    try:
        yield
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("quintet"):
            raise
        raise MissingDependency(
            f"{missing.name} is not installed, and language models need it",
            remedy="pip install 'quintet[agent]'",
        ) from None


@contextmanager
def resumable(folder: Path) -> Iterator[None]:
    """Says, when a run is stopped before its end, how to go on with it.

    Raises:
        Exit: It was interrupted; with the exit code of a program that an interrupt ended.
    """
    way = f"go on with: quintet resume {shlex.quote(str(folder))}"
    try:
        yield
    except EndpointError as error:
        remedy = "; ".join(part for part in (error.remedy, way) if part)
        raise EndpointError(error.message, status=error.status, place=error.place, remedy=remedy) from None
    except RunPaused as paused:
        raise RunPaused(paused.message, place=paused.place, remedy=way) from None
    except KeyboardInterrupt:
        begun = (folder / "run.json").exists()
        print(f"quintet: interrupted{f'; {way}' if begun else ''}", file=sys.stderr, flush=True)
        _leave_work_behind()
        raise typer.Exit(130) from None


def _leave_work_behind() -> None:
    """End now if a solver is at work: it would abort the process while Python winds up around it."""
    from quintet.agent.aside import busy

    if busy():
        os._exit(130)


class Terminal:
    """Asks on stderr and reads from stdin; without a terminal, defaults are taken and reviews wait."""

    def question(self, asked: Mapping[str, Any]) -> str | None:
        """The answer typed, or the number of an option; an empty line takes the default."""
        if not _interactive():
            return ""
        _say(f"\n{asked['question']}")
        if asked.get("why"):
            _say(f"  ({asked['why']})")
        options: list[str] = list(asked.get("options") or ())
        for number, option in enumerate(options, 1):
            _say(f"  {number}. {option}")
        return _chosen(_typed(f"  [{asked['default']}] "), options)

    def review(self, shown: Mapping[str, Any]) -> str | None:
        """Enter goes on, e opens an editor, q leaves the run to be resumed."""
        if not _interactive():
            return None
        _say(f"\n{shown['reading']}\n")
        for fault in shown.get("faults") or ():
            _say(f"  {fault}")
        while True:
            word = _typed("Enter: go on · e: edit the formulation · q: stop here, to be resumed  ").lower()
            if word in ("", "y", "yes"):
                return ""
            if word in ("q", "quit"):
                return None
            if word in ("e", "edit"):
                return edited(shown["document"])


def edited(document: str) -> str:
    """The document after the user's editor ($VISUAL, $EDITOR, vi) had it.

    Raises:
        ProblemError: The editor can't be started, or failed.
    """
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with tempfile.TemporaryDirectory(prefix="quintet-") as folder:
        file = Path(folder) / "formulation.yaml"
        file.write_text(document, encoding="utf-8")
        try:
            subprocess.run([*shlex.split(editor), str(file)], check=True)
        except (OSError, ValueError, subprocess.CalledProcessError) as error:
            raise ProblemError(
                f"can't be used: {error}", place=f"the editor {editor!r}", remedy="set EDITOR"
            ) from None
        return file.read_text(encoding="utf-8")


def _chosen(typed: str, options: list[str]) -> str:
    number = int(typed) if typed.isdecimal() else 0
    return options[number - 1] if 1 <= number <= len(options) else typed


def _typed(prompt: str) -> str:
    print(printable(prompt), end="", file=sys.stderr, flush=True)
    return (sys.stdin.readline() if sys.stdin else "").strip()


def _interactive() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()
