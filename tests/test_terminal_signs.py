"""What comes from texts, files and replies can't command the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintet.verbs.parts import printable
from tests.command import runner

HOSTILE = """quintet: 1
title: "calm \\e[31mred\\e]0;title\\a"
variables: {x: {lower: 0, upper: 4}}
objective: {sense: maximize, expression: x}
"""


@given(st.text())
def test_only_line_ends_and_tabs_are_left_of_the_controls(text: str) -> None:
    assert not [c for c in printable(text) if (ord(c) < 32 or 127 <= ord(c) < 160) and c not in "\n\t"]


def test_a_title_can_not_colour_the_screen(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "hostile.yaml"
    file.write_text(HOSTILE, encoding="utf-8")
    done = runner(monkeypatch, capsys, tmp_path)("solve", str(file))
    assert "calm" in done.out
    assert "\x1b" not in done.out + done.err
