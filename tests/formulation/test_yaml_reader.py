from __future__ import annotations

import math
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from quintet.errors import DocumentError
from quintet.formulation import yaml_reader
from quintet.formulation.yaml_reader import DEPTH_LIMIT, read_yaml


@pytest.fixture(params=["C", "Python"], autouse=True)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both parsers of PyYAML have to give the same."""
    if request.param == "Python":
        monkeypatch.setattr(yaml, "CSafeLoader", yaml.SafeLoader, raising=False)


def refusal(text: str, place: str = "") -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        read_yaml(text, place)
    assert "\n" not in str(caught.value)
    assert caught.value.remedy
    return caught.value


@pytest.mark.parametrize(
    "word",
    ["no", "on", "yes", "y", "n", "off", "True", "TRUE", "Null", "12:30", "2026-01-05", "007", "-007", "00"]
    + [
        "1_000",
        "0x1F",
        "0o7",
        "0b1",
        "+5",
        "1e",
        "e6",
        "1.2.3",
        "1..4",
        "190:20:30",
        "=",
        "inf",
        "nan",
        "1,5",
    ]
    + [".", "--1", "1-2", ".e5", "0.5.", "½", "١"],
)
def test_words_stay_strings(word: str) -> None:
    assert read_yaml(f"a: {word}") == {"a": word}
    assert read_yaml(f"[{word}]" if "," not in word else f"- {word}") == [word]


@pytest.mark.parametrize("word", ["null", "~", ""])
def test_null(word: str) -> None:
    assert read_yaml(f"a: {word}\nb: 1") == {"a": None, "b": 1}


@pytest.mark.parametrize(
    ("word", "value"),
    [("0", 0), ("-0", 0), ("12", 12), ("-3", -3), ("true", True), ("false", False)]
    + [("1.5", 1.5), (".5", 0.5), ("-.5", -0.5), ("5.", 5.0), ("1e6", 1e6), ("1.5E-3", 1.5e-3), ("0.0", 0.0)]
    + [("1e+2", 100.0), ("-2e2", -200.0)],
)
def test_numbers_and_truth(word: str, value: Any) -> None:
    found = read_yaml(f"a: {word}")["a"]
    assert found == value
    assert type(found) is type(value)


def test_infinite_and_missing_numbers_are_floats_for_the_schema_to_refuse() -> None:
    found = read_yaml("[.inf, -.inf, .nan, 1e999]")
    assert found[0] == found[3] == math.inf
    assert found[1] == -math.inf
    assert math.isnan(found[2])


@pytest.mark.parametrize("quoted", ["'1'", '"1"', '"true"', "'null'", '""', '"~"'])
def test_quoted_is_a_string(quoted: str) -> None:
    assert read_yaml(f"{{a: {quoted}}}") == {"a": quoted[1:-1]}


def test_blocks_keys_and_order() -> None:
    text = "b: |\n  one\n  two\na: >-\n  three\n  four\n0: {1: x, '2': y}\n"
    found = read_yaml(text)
    assert list(found.items()) == [("b", "one\ntwo\n"), ("a", "three four"), (0, {1: "x", "2": "y"})]


def test_nothing_is_null() -> None:
    assert read_yaml("") is None
    assert read_yaml("# only a comment\n") is None


@pytest.mark.parametrize(
    ("text", "said", "place"),
    [
        ("a: 1\na: 2", "'a' stands twice", "line 2, column 1"),
        ("{1: a, '1': b}", "'1' stands twice", "line 1, column 8"),
        ("a: &x 1", "&x", "line 1, column 4"),
        ("a: &x [1]", "&x", "line 1, column 4"),
        ("a: *x", "*x", "line 1, column 4"),
        ("a: !!python/object/apply:os.system ['true']", "python/object", "line 1, column 4"),
        ("a: !!int 3", "tag", "line 1, column 4"),
        ("a: !x 3", "tag", "line 1, column 4"),
        ("<<: {a: 1}", "merge", "line 1, column 1"),
        ("a: 1\n---\nb: 2", "second document", "line 2, column 1"),
        ("? [a]\n: 1", "key", "line 1, column 3"),
        ("1.5: x", "1.5 can't be a key", "line 1, column 1"),
        ("true: x", "true can't be a key", "line 1, column 1"),
        ("~: x", "~ can't be a key", "line 1, column 1"),
        ("null: x", "null can't be a key", "line 1, column 1"),
        ("a:\n\t- b", "not YAML", "line 2, column 1"),
        ("a: b: c", "not YAML", "line 1, column 5"),
        ("a: @x", "not YAML", "line 1, column 4"),
        ("a: %x", "not YAML", "line 1, column 4"),
        ("a: {b: 1", "not YAML", "line "),
        ("a: [1, 2\nb: 3", "not YAML", "line 2, column 2"),
        ("a: 'x", "not YAML", "line 1, column 6"),
        ('a: "12\\%"', "not YAML", "line 1, column "),
        ("- a\nb: 1", "not YAML", "line 2, column 1"),
        ("a: 1\n b: 2", "not YAML", "line 2, column 3"),
        (f"a: {'9' * 5000}", "5000 digits", "line 1, column 4"),
    ],
)
def test_refused_with_its_place(text: str, said: str, place: str) -> None:
    error = refusal(text)
    assert said in error.message
    assert error.place.startswith(place)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("{source: at least 1,000 units}", "'000 units'"),
        ("{expression: max(a, b)}", "'b)'"),
        ("{A:5}", "'A:5'"),
        ("{A: 5, B}", "'B'"),
        ("values: {A: 1,\n  B: }", "'B'"),
    ],
)
def test_a_key_without_a_value_inside_braces_says_to_quote(text: str, key: str) -> None:
    error = refusal(text)
    assert key in error.message
    assert "quote" in error.remedy


def test_the_place_begins_with_the_document() -> None:
    assert refusal("a: &x 1", "plan.yaml").place == "plan.yaml, line 1, column 4"
    assert str(refusal("a: b: c", "plan.yaml")).startswith("plan.yaml, line 1, column 5: not YAML")


def test_tabs_are_named_in_the_remedy() -> None:
    assert "tab" in refusal("a:\n\tb: 1").remedy


def test_backslashes_are_named_in_the_remedy() -> None:
    assert "single quotes" in refusal(r'a: "12\%"').remedy


@pytest.mark.parametrize("character", ["\x00", "\x07", "\ud800", "\ufffe"])
def test_characters_that_yaml_does_not_allow(character: str) -> None:
    refusal(f"a: x{character}y")


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_depth_is_limited(opening: str) -> None:
    assert f"{DEPTH_LIMIT} levels" in refusal(opening * 10_000).message or opening == "? "


def test_depth_up_to_the_limit_is_read() -> None:
    found = read_yaml("[" * DEPTH_LIMIT + "]" * DEPTH_LIMIT)
    for _ in range(DEPTH_LIMIT - 1):
        found = found[0]
    assert found == []


def test_size_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_reader, "SIZE_LIMIT", 100)
    monkeypatch.setattr(yaml_reader, "NODE_LIMIT", 5)
    assert read_yaml("[1, 2, 3, 4]") == [1, 2, 3, 4]
    assert "CSV" in refusal("[1, 2, 3, 4, 5]").remedy
    assert "longer than 100" in refusal("# " + "x" * 100).message


@given(st.text() | st.text(alphabet="ab:,-[]{}#&*!|>'\"%@`\\ \n\t0.1?~<=_"))
def test_any_text_is_read_or_refused_in_one_line(text: str) -> None:
    said = ""
    try:
        read_yaml(text)
    except DocumentError as error:
        said = str(error)
    assert len(said.splitlines()) <= 1
