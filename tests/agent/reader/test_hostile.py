"""Texts that nobody should write: each refused in one line and at once."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintet.agent.reader import read
from quintet.agent.reader.reader import LONGEST_TEXT
from quintet.errors import ProblemError, ReaderDeclined
from tests.agent.reader.stories import STORIES

FILLED = {
    "nothing": "",
    "blanks": " \n\t \u00a0 ",
    "zero bytes": "\x00\x01\x02\x7f" * 50,
    "bytes of a picture": bytes(range(256)).decode("latin-1") * 4,
    "one megabyte": "Each stool takes 2 hours of sawing. " * 30_000,
    "one long word": "a" * LONGEST_TEXT,
    "only numbers": "1 " * (LONGEST_TEXT // 2),
    "only digits": "9" * LONGEST_TEXT,
    "only commas": "," * LONGEST_TEXT,
    "only and": "and " * (LONGEST_TEXT // 4),
    "hyphens": "a-" * (LONGEST_TEXT // 2),
    "thousands": "1,000," * (LONGEST_TEXT // 6),
    "number words": "one hundred thousand " * (LONGEST_TEXT // 21),
    "the A and the B": "the A and the B " * (LONGEST_TEXT // 16),
    "lists of products": "each stool, bench, lamp and chair takes 2 hours of sawing at most. "
    * (LONGEST_TEXT // 68),
    "brackets": "(" * LONGEST_TEXT,
    "code": "__import__('os').system('true') maximize the profit of each and the cost of a thing " * 9,
    "emoji": "\U0001f9f5\U0001f6cb" * 400,
}


@pytest.mark.parametrize("name", FILLED)
def test_refused_in_one_line(name: str) -> None:
    with pytest.raises(ProblemError) as caught:
        read(FILLED[name])
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 1000


def test_number_that_is_too_large_is_no_crash() -> None:
    text = STORIES[0].text.replace("60 hours", f"{'9' * 400} hours")
    with pytest.raises(ProblemError):
        read(text)


def test_division_by_zero_is_no_crash() -> None:
    with pytest.raises(ProblemError):
        read(STORIES[0].text.replace("60 hours", "60/0 hours"))


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(ProblemError):
        read(text)


@given(st.sampled_from(STORIES), st.data())
def test_a_cut_story_is_read_or_refused(story: object, data: st.DataObject) -> None:
    text = getattr(story, "text", "")
    start = data.draw(st.integers(0, len(text)))
    stop = data.draw(st.integers(start, len(text)))
    with contextlib.suppress(ProblemError):
        read(text[:start] + text[stop:])


def test_a_refusal_names_a_clause() -> None:
    with pytest.raises(ReaderDeclined) as caught:
        read(STORIES[0].text + " The shed was bought for $9000 in spring.")
    assert caught.value.clause in STORIES[0].text + " The shed was bought for $9000 in spring."
    assert "9000" in str(caught.value)
