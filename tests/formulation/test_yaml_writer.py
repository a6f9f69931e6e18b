from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from quintet.formulation.yaml_reader import read_yaml
from quintet.formulation.yaml_writer import WIDTH, write_yaml

NASTY = [
    "",
    " ",
    "no",
    "Yes",
    "~",
    "null",
    "12:30",
    "2026-01-05",
    "007",
    "1_000",
    "0x1F",
    "0o7",
    "1e6",
    "1e16",
    ".5",
    "+5",
    "-",
    "- a",
    "a: b",
    "a #b",
    "#",
    "%",
    "12 %",
    "@x",
    "`x`",
    "{A:5}",
    "[1, 2]",
    "x['top']",
    'say "hi"',
    'it\'s "both"',
    "\\%",
    "&a",
    "*a",
    "!t",
    "<<",
    "=",
    "|",
    ">",
    "? a",
    "---",
    "...",
    "\t",
    "a\tb",
    " a",
    "a ",
    "a\n",
    "\na",
    "a\n\nb",
    "a\n  b\n c\n",
    "a\n\tb",
    "a\n \n",
    "a\n\n",
    "a \nb ",
    "# a\nb",
    "--- a\n...\nb",
    "a\r\nb",
    "a\x85b",
    "a\u2028b\u2029c",
    "\ufeffa",
    "\x00\x07\x1b\x7f",
    "é ü ß 中 …",
    "😀",
    "\u00a0x\u00a0",
    "k" * 1100,
    "w " * 300,
    "line\n" * 3,
]


def _nasty(number: int) -> str:
    return NASTY[number]


nasty = st.integers(0, len(NASTY) - 1).map(_nasty)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | nasty
    | st.text(alphabet="ab01 -:#'\"\n\t,[]{}&*!|>%@`?~.\\")
)
keys = st.text() | nasty | st.integers(-5, 1000)


def _maps(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[Any, Any]]:
    pairs = st.lists(st.tuples(keys, values), max_size=4, unique_by=lambda pair: str(pair[0]))
    return pairs.map(dict)


documents = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | _maps(inner), max_leaves=25)


def same(left: Any, right: Any) -> bool:
    """Equal in value, type and order of keys."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return left == right


@settings(max_examples=150)
@given(documents)
def test_what_was_written_is_read_back(value: Any) -> None:
    assert same(read_yaml(write_yaml(value)), value)


@settings(max_examples=150)
@given(documents)
def test_a_stock_loader_reads_the_same(value: Any) -> None:
    assert same(yaml.safe_load(write_yaml(value)), value)


@pytest.mark.parametrize("text", NASTY)
def test_strings_stay_strings_everywhere(text: str) -> None:
    for value in (text, [text], {text: text}, {"a": {"b": {"c": text, "d": [text, [text]]}}}, [{"x": text}]):
        written = write_yaml(value)
        assert same(read_yaml(written), value)
        assert same(yaml.safe_load(written), value)


def test_keys_that_are_numbers_keep_their_type() -> None:
    value = {"values": {0: {1: 4}, "1": 3}}
    assert same(read_yaml(write_yaml(value)), value)


def test_the_style_is_for_people() -> None:
    document = {
        "quintet": 1,
        "text": "Two lines fill\nthree drinks.\n",
        "sets": {"Line": ["A", "B"], "Week": "1..4"},
        "parameters": {
            "cost": {"index": ["Line", "Drink"], "table": "costs.unit_cost", "unit": "EUR/hl"},
            "capacity": {"index": ["Line"], "values": {"A": 400, "B": 250.5}, "source": "line A's 400 hl"},
        },
        "constraints": {
            "balance": {"for": "d in Drink", "expression": "x[d] + " + "long[d] + " * 12 + "y['top'] == 0"},
        },
        "assumptions": [{"text": "hectolitres may be split"}],
    }
    assert write_yaml(document) == (
        "quintet: 1\n"
        "text: |\n"
        "  Two lines fill\n"
        "  three drinks.\n"
        "sets:\n"
        "  Line: [A, B]\n"
        "  Week: 1..4\n"
        "parameters:\n"
        "  cost: {index: [Line, Drink], table: costs.unit_cost, unit: EUR/hl}\n"
        '  capacity: {index: [Line], values: {A: 400, B: 250.5}, source: "line A\'s 400 hl"}\n'
        "constraints:\n"
        "  balance:\n"
        '    for: "d in Drink"\n'
        f"    expression: \"x[d] + {'long[d] + ' * 12}y['top'] == 0\"\n"
        "assumptions:\n"
        '  - {text: "hectolitres may be split"}\n'
    )


def test_long_lists_wrap_inside_the_width() -> None:
    written = write_yaml({"p": {"values": {"a": list(range(100)), "b": [[i, i + 1] for i in range(40)]}}})
    assert max(map(len, written.splitlines())) <= WIDTH
    assert len(written.splitlines()) < 15


@pytest.mark.parametrize("value", [{1.5: 2}, {True: 1}, {None: 1}, {"a": {1, 2}}, [object()], {"a": b"x"}])
def test_other_types_are_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        write_yaml(value)
