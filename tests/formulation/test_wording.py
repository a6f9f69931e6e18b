"""Numbers, places, clauses, lists and counts as a person writes them."""

from __future__ import annotations

import math

import pytest

from quintet.formulation.columns import columns
from quintet.formulation.record import finite, json_text
from quintet.formulation.wording import (
    amount,
    brief,
    briefly,
    cited,
    counted,
    element_of,
    entry,
    headed,
    listed,
    more,
    number,
    percent,
    place_of,
    plural,
    quoted,
    sentence,
    signed,
    signed_percent,
    subscript,
    with_unit,
)
from quintet.solvers.whatif.keys import read_target


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (4.9999999, "5"),
        (1e-12, "0"),
        (-2.5, "-2.5"),
        (1234567.0, "1,234,567"),
        (-0.0, "0"),
        (1234.5, "1,234.5"),
        (1e15, "1,000,000,000,000,000.00"),
        (1 / 3, "0.333333"),
        (2500003.126, "2,500,003"),
        (-math.inf, "no limit"),
        (math.nan, "no number"),
    ],
)
def test_a_number_is_whole_or_has_six_digits(value: float, shown: str) -> None:
    assert number(value) == shown


def test_more_digits_keep_two_values_apart() -> None:
    assert [number(1000.0001, 9), number(1000.0004, 9)] == ["1,000.0001", "1,000.0004"]
    assert [number(0.0000004, 9), number(0.0000004)] == ["4e-07", "0"]
    assert number(1234567.25, 9) == "1,234,567.25"


def test_a_sign_is_written_unless_the_value_is_nothing() -> None:
    assert [signed(84.2), signed(-3), signed(0.0), signed(-1e-12)] == ["+84.2", "-3", "0", "0"]
    assert [briefly(0.0), briefly(3.0), briefly(-0.5)] == ["0", "+3", "-0.5"]
    assert [signed_percent(0.2), signed_percent(-0.0063), signed_percent(0.0)] == ["+20 %", "-0.63 %", "0 %"]


def test_a_brief_number_has_about_four_digits() -> None:
    assert [brief(0.0123449), brief(161.24), brief(1926.05), brief(-2e6)] == [
        "0.01234",
        "161.2",
        "1,926",
        "-2,000,000",
    ]


def test_shares_are_percent() -> None:
    assert [percent(0.0063), percent(-0.25), percent(1.0), percent(31.4159)] == [
        "0.63 %",
        "-25 %",
        "100 %",
        "3,142 %",
    ]


def test_units() -> None:
    assert [with_unit("4", "box"), with_unit("1", "box"), with_unit("4", "kg*m"), with_unit("-1", "job")] == [
        "4 boxes",
        "1 box",
        "4 kg*m",
        "-1 job",
    ]
    assert [amount(1926.05, "EUR"), amount(3.0)] == ["1,926.05 EUR", "3"]
    assert [headed("cost", "EUR"), headed("cost", "")] == ["cost (EUR)", "cost"]
    assert [plural(unit) for unit in ("box", "berry", "day", "children", "EUR", "kg*m")] == [
        "boxes",
        "berries",
        "days",
        "children",
        "EUR",
        "kg*m",
    ]
    assert [plural(unit) for unit in ("batch", "instrument", "boxes")] == ["batches", "instruments", "boxes"]


def test_places() -> None:
    assert [place_of("room", ("A", 3)), place_of("cost", ())] == ["room[A, 3]", "cost"]
    assert element_of(("A", 3)) == "A/3"


def test_lists_and_counts() -> None:
    assert [listed([]), listed(["a"]), listed(["a", "b"]), listed("abc")] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
    assert listed("abcde", 3) == "a, b and 3 more"
    assert [counted(1, "limit"), counted(3, "limit"), counted(2, "is", "are")] == [
        "1 limit",
        "3 limits",
        "2 are",
    ]
    assert more(1200) == "… and 1,200 more (--json has them all)"
    assert more(2, "limit") == "… and 2 limits more (--json has them all)"
    assert [entry("cola", "3"), entry("4", "3")] == ["cola 3", "4: 3"]


def test_sentences() -> None:
    assert [sentence(" the solver failed"), sentence("Done."), sentence("")] == [
        "The solver failed.",
        "Done.",
        "",
    ]


def test_clauses() -> None:
    assert quoted("a  b\nc") == "“a b c”"
    assert len(quoted("word " * 40)) <= 92
    assert cited(["implied"]) == cited([]) == ""
    assert cited(["implied", "at most 3", "no more"]) == " — “at most 3”"
    assert cited(["at most 3", "no more"], clauses=2) == " — “at most 3”, “no more”"


def test_columns() -> None:
    assert columns([]) == []
    assert columns([("a", "1", ""), ("bcd", "200", "x")]) == ["  a      1", "  bcd  200  x"]
    assert columns([("a", "1"), ("bcd", "200")], left=(1,), indent="") == ["  a  1", "bcd  200"]


def test_documents_have_no_number_that_json_lacks() -> None:
    assert [finite(math.inf), finite(math.nan), finite(None), finite(2.0)] == [None, None, None, 2.0]
    assert json_text({"name": "Zürich"}) == '{\n  "name": "Zürich"\n}'
    with pytest.raises(ValueError, match="JSON compliant"):
        json_text({"bound": math.inf})


@pytest.mark.parametrize(
    ("element", "shown"),
    [
        ("New York", "New York"),
        (3, "3"),
        ("x[1]", '"x[1]"'),
        ("O'Neil", '"O\'Neil"'),
        ('say "hi"', '"say ""hi"""'),
        ("*", '"*"'),
        ("", '""'),
        (" a", '" a"'),
    ],
)
def test_elements_between_brackets_can_be_read_back(element: str | int, shown: str) -> None:
    assert subscript(element) == shown
    assert place_of("x", (element, "b")) == f"x[{shown}, b]"
    assert read_target(place_of("x", (element,)), "")[:2] == ("x", (str(element),))
