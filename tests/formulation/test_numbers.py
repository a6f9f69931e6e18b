from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintet.formulation.numbers import SCALES, TENS, UNITS, agrees, numbers_in


def values(text: str) -> list[float]:
    return [number.value for number in numbers_in(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("5 apples", [5]),
        ("1,234.5 and 1,000,000", [1234.5, 1_000_000]),
        ("1,2,3", [1, 2, 3]),
        ("12,3456", [12, 3456]),
        ("10\u00a0000", [10_000]),
        ("3.5. Then", [3.5]),
        (".5", [0.5]),
        ("1e6 and 2.5e-3", [1e6, 0.0025]),
        ("5kg", [5]),
        ("10-20 and 10 to 20", [10, 20, 10, 20]),
        ("9:30", [9, 30]),
        ("2:1", [2, 1]),
        ("5/6/2020", [5, 6, 2020]),
        ("a 30-day month", [30]),
        ("the 2nd and 21st", []),
        ("P1, CO2, x_3 and A-4", []),
        ("20k, $3M and 2bn", [20_000, 3_000_000, 2_000_000_000]),
        ("5 m", [5]),
        ("$1.5 million", [1_500_000]),
        ("2 hundred thousand", [200_000]),
        ("3 dozen", [36]),
        ("½ and 2½", [0.5, 2.5]),
        ("1/4 and 1 1/2", [0.25, 1.5]),
        ("24/7", [24 / 7]),
        ("1/0", [1, 0]),
        ("-5 or (−3)", [-5, -3]),
        ("9" * 400, []),
    ],
)
def test_digits(text: str, found: list[float]) -> None:
    assert values(text) == pytest.approx(found)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("twenty-five", [25]),
        ("Twenty five", [25]),
        ("two hundred and six", [206]),
        ("one hundred thousand", [100_000]),
        ("two million three hundred thousand and five", [2_300_005]),
        ("five thousand two hundred", [5200]),
        ("a hundred, a thousand", [100, 1000]),
        ("zero", [0]),
        ("three and five", [3, 5]),
        ("between two and three hundred", [2, 300]),
        ("two five-hour shifts", [2, 5]),
        ("twenty two-seat planes", [20, 2]),
        ("ten per day", [10]),
        ("a dozen, two dozen, half a dozen, half-dozen", [12, 24, 6, 6]),
        ("half of it, one half, a half", [0.5, 0.5, 0.5]),
        ("half a million", [500_000]),
        ("one and a half, two and a half, 2 and a half", [1.5, 2.5, 2.5]),
        ("two and three quarters", [2.75]),
        ("two-thirds, three quarters, one fifth, three-tenths", [2 / 3, 0.75, 0.2, 0.3]),
        ("a third of it, a quarter as much", [1 / 3, 0.25]),
        ("the third week, a third machine, per quarter, a quarter later", []),
        ("the first second", []),
        ("twice, thrice, double, triple, tenfold", [2, 3, 2, 3, 10]),
        ("hundreds, dozens and thousands", []),
        ("often, tent, none, weighty", []),
        ("and half", [0.5]),
    ],
)
def test_words(text: str, found: list[float]) -> None:
    assert values(text) == pytest.approx(found)


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("12%", (12, 0.12)),
        ("12.5 %", (12.5, 0.125)),
        ("12 percent", (12, 0.12)),
        ("twelve per cent", (12, 0.12)),
        ("3 percentage points", (3, 0.03)),
        ("$1.5 million", (1_500_000, 1.5)),
        ("1/4", (0.25, 1, 4)),
        ("-5", (-5, 5)),
        ("7", (7,)),
    ],
)
def test_several_readings(text: str, readings: tuple[float, ...]) -> None:
    (number,) = numbers_in(text)
    assert number.readings == pytest.approx(readings)
    assert number.value == number.readings[0]


def test_places() -> None:
    text = "Sells at $1,250.50 each, twenty-five % off, or 1 1/2 kg."
    assert [number.text for number in numbers_in(text)] == ["1,250.50", "twenty-five %", "1 1/2"]
    assert all(text[number.start : number.end] == number.text for number in numbers_in(text))


def test_a_third_may_be_rounded() -> None:
    (third,) = numbers_in("a third of")
    assert all(third.means(value) for value in (1 / 3, 0.33, 0.333, 0.333333))
    assert not any(third.means(value) for value in (0.3, 0.34, 0.3334, 3))
    assert not agrees(0.12, 0.125)
    assert not agrees(5, 5.001)


@given(st.integers(0, 10**9))
def test_whole_numbers_are_read_in_every_spelling(value: int) -> None:
    assert values(f"from {value} on") == [value]
    assert values(f"from {value:,} on") == [value]
    assert values(f"from {spelt(value)} on") == [value]


def spelt(value: int) -> str:
    """A whole number in words, written independently of the reader's tables but for the words."""
    unit_words = {number: word for word, number in UNITS.items()}
    ten_words = {number: word for word, number in TENS.items()}
    for word in ("billion", "million", "thousand", "hundred"):
        scale = SCALES[word]
        if value >= scale:
            rest = value % scale
            joint = " and " if rest and rest < 100 and word != "billion" else " "
            return f"{spelt(value // scale)} {word}" + (f"{joint}{spelt(rest)}" if rest else "")
    if value < 20:
        return unit_words[value]
    rest = value % 10
    return ten_words[value - rest] + (f"-{unit_words[rest]}" if rest else "")


@given(st.text() | st.text(alphabet="0129.,/-%½ eEk a"))
def test_any_text_can_be_read(text: str) -> None:
    numbers = numbers_in(text)
    ends = [0, *(number.end for number in numbers)]
    assert all(number.start >= end for number, end in zip(numbers, ends, strict=False))
    assert all(text[number.start : number.end] == number.text for number in numbers)


words = st.sampled_from(
    ["one", "two", "twenty", "hundred", "thousand", "million", "and", "a", "half", "third", "thirds", "dozen"]
    + ["3", "1/2", "%", "percent", "of", "-", "½", "1,000", "twice", "quarter", "five"]
)


@given(st.lists(words, max_size=12).map(" ".join))
def test_any_sequence_of_number_words_can_be_read(text: str) -> None:
    for number in numbers_in(text):
        assert number.readings
        assert text[number.start : number.end] == number.text


@pytest.mark.parametrize(
    "piece", ["1", "1 ", "1/", "1,234", "twenty ", "hundred ", "one and ", "a ", "-", ". 5"]
)
def test_long_texts_end(piece: str) -> None:
    numbers_in(piece * 20_000)
