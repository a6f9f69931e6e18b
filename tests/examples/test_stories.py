"""The problems told in words alone: what the built-in reader makes of them is right, or it declines."""

from __future__ import annotations

from pathlib import Path

import pytest

from quintet import examples
from quintet.agent.intake import read_problem
from quintet.agent.solve import solve_alone
from quintet.errors import ReaderDeclined
from quintet.formulation.tolerances import agree
from tests.examples.oracles import stories

TEXTS = examples.stories()
READABLE = {"bakery", "goats"}
"""Stories that the reader must not decline."""


def test_every_story_is_short_and_has_an_oracle():
    assert len(TEXTS) >= 7
    for text in TEXTS:
        assert 70 <= len(text.read_text(encoding="utf-8").split()) <= 120
        assert callable(getattr(stories, text.stem))


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.stem)
def test_a_story_is_read_to_its_optimum_or_declined(text: Path):
    try:
        answer = solve_alone(read_problem(str(text)))
    except ReaderDeclined:
        if text.stem in READABLE:
            raise
        return
    assert answer.solution.objective is not None
    assert agree(answer.solution.objective, getattr(stories, text.stem)())
