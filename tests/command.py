"""Runs `quintet …` in this process as a shell would, in the folder it is called in."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from quintet import cli


@dataclass
class Ran:
    """What a run left: exit code, standard output and error."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        return json.loads(self.out)


Run: TypeAlias = Callable[..., Ran]


def runner(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path) -> Run:
    """Moves into `folder` and gives a function that runs the command line there."""
    monkeypatch.chdir(folder)

    def call(*arguments: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["quintet", *arguments])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        captured = capsys.readouterr()
        code = stopped.value.code
        return Ran(code if isinstance(code, int) else 0, captured.out, captured.err)

    return call
