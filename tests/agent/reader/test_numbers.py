"""Number words, scales, money, percentages, multiples and parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintet.agent.reader.numbers import ONES, TENS, merge_numbers, number_words
from quintet.agent.reader.words import Token, raw_tokens

ONE_WORD = {value: word for word, value in ONES.items()}
TEN_WORD = {value: word for word, value in TENS.items() if word != "fourty"}


def in_words(number: int) -> list[str]:
    """A number below a billion as English words: a way of its own, not the reader's."""
    if number < 20:
        return [ONE_WORD[number]]
    if number < 100:
        rest = [ONE_WORD[number % 10]] if number % 10 else []
        return [TEN_WORD[number // 10 * 10], *rest]
    for scale, word in ((1_000_000, "million"), (1_000, "thousand"), (100, "hundred")):
        if number >= scale:
            head, rest = divmod(number, scale)
            return [*in_words(head), word, *(in_words(rest) if rest else [])]
    raise AssertionError(number)


def numbers_of(text: str) -> list[Token]:
    return [token for token in merge_numbers(raw_tokens(text)) if token.is_number]


@given(st.integers(0, 999_999_999))
def test_number_words_round_trip(number: int) -> None:
    assert number_words(in_words(number)) == number


@given(st.integers(0, 999_999_999), st.sampled_from(["units", "dollars", "hours"]))
def test_number_words_in_a_text(number: int, unit: str) -> None:
    (token,) = numbers_of(f"It needs {' '.join(in_words(number))} {unit}.")
    assert token.value == number
    assert token.flavor == ("money" if unit == "dollars" else "plain")


@given(st.integers(0, 10**12), st.booleans())
def test_digits_round_trip(number: int, commas: bool) -> None:
    (token,) = numbers_of(f"It has {number:,} units." if commas else f"It has {number} units.")
    assert token.value == number


@given(st.text(max_size=200))
def test_tokens_lie_in_the_text_in_order(text: str) -> None:
    tokens = merge_numbers(raw_tokens(text))
    assert all(0 <= token.start < token.end <= len(text) for token in tokens)
    assert all(a.end <= b.start for a, b in zip(tokens, tokens[1:], strict=False))


@pytest.mark.parametrize(
    ("text", "value", "flavor"),
    [
        ("$1.5 million", 1_500_000, "money"),
        ("12,500 dollars", 12_500, "money"),
        ("3 $", 3, "money"),
        ("€40", 40, "money"),
        ("25 cents", 0.25, "money"),
        ("7.5%", 0.075, "percent"),
        ("thirty percent", 0.3, "percent"),
        ("a dozen eggs", 12, "plain"),
        ("three dozen eggs", 36, "plain"),
        ("half a dozen eggs", 6, "plain"),
        ("twenty-five hours", 25, "plain"),
        ("one hundred and five hours", 105, "plain"),
        (".5 kg", 0.5, "plain"),
        ("twice as many", 2, "multiple"),
        ("three times as many", 3, "multiple"),
        ("1.5 times the number", 1.5, "multiple"),
        ("a third of the total", 1 / 3, "fraction"),
        ("two-thirds of the total", 2 / 3, "fraction"),
        ("three quarters of the total", 0.75, "fraction"),
        ("half of the total", 0.5, "fraction"),
        ("1/4 of the total", 0.25, "fraction"),
    ],
)
def test_numbers_as_people_write_them(text: str, value: float, flavor: str) -> None:
    (token,) = numbers_of(text)
    assert (token.value, token.flavor) == (pytest.approx(value), flavor)


@pytest.mark.parametrize(
    "text", ["checked five times a week", "the third plant", "a 2-piece suit", "x1 and x2"]
)
def test_no_multiples_and_no_parts_where_none_are_meant(text: str) -> None:
    assert all(token.flavor == "plain" for token in numbers_of(text))
