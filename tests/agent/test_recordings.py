"""Recorded runs of our own problems, answered by a real reader of the prompts, replayed without a model.

The replies are as they came. Checks, programs, solves and the answer are made anew from them.
Prompts may have changed since; then the recorded request that is most alike stands in.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from quintet.agent.session import replay

RECORDINGS = sorted((Path(__file__).parent / "recordings").iterdir())


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.name)
def test_a_recorded_run_comes_to_the_same_answer(folder: Path) -> None:
    before = sorted(path.name for path in folder.iterdir())
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    said: list[str] = []
    answer = replay(folder, say=lambda role, line: said.append(role))
    assert answer.status == expected["status"]
    assert answer.verdict.value == expected["verdict"]
    if expected["objective"] is None:
        assert answer.objective is None
    else:
        assert answer.objective == pytest.approx(expected["objective"], rel=1e-6)
    assert answer.account is not None
    assert answer.account.total.calls == expected["calls"]
    assert said
    assert sorted(path.name for path in folder.iterdir()) == before, "a replay writes nothing"


def test_the_recordings_cover_the_strategies() -> None:
    names = " ".join(folder.name for folder in RECORDINGS)
    assert all(strategy in names for strategy in ("compile", "five-element", "optimai", "quintet"))
