"""Every way a solve can end has words."""

from __future__ import annotations

from quintet.solvers.ending import BRIEF, ENDINGS, told_ending
from quintet.solvers.outcome import Outcome


def test_every_outcome_has_words() -> None:
    assert set(ENDINGS) == set(BRIEF) == set(Outcome)
    assert all(len(words) < 25 for words in BRIEF.values())


def test_an_ending_is_a_sentence() -> None:
    assert told_ending(Outcome.INFEASIBLE) == "No plan meets all the limits."
