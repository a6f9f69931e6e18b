"""The reader's targets on public items; skipped where the files are not at hand."""

from __future__ import annotations

import pytest

from benchmarks import reader as benchmark


@pytest.fixture(scope="module")
def score() -> benchmark.Score:
    path = benchmark.folder() / "nl4opt_test.jsonl"
    if not path.is_file():
        pytest.skip(f"no {path.name}: set QUINTET_BENCHMARKS to the folder of the public sets")
    return benchmark.score("nl4opt_test")


def test_at_least_60_of_141_are_right(score: benchmark.Score) -> None:
    assert score.n == 141
    assert score.right >= 60


def test_fewer_than_5_percent_of_the_answers_are_wrong(score: benchmark.Score) -> None:
    assert len(score.wrong) < 0.05 * score.answered, score.wrong
