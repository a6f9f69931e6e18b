"""What is read out of a reply's text: thinking, code blocks, JSON."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintet.llm.fenced import blocks, code_block
from quintet.llm.jsontext import NoJSON, objects
from quintet.llm.thinking import split_thinking


class TestThinking:
    @pytest.mark.parametrize(
        ("opening", "closing"),
        [
            ("<think>", "</think>"),
            ("<Thinking>", "</thinking>"),
            ("<reasoning>", "</reasoning>"),
            ("[THINK]", "[/THINK]"),
            ("◁think▷", "◁/think▷"),
            ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
        ],
    )
    def test_spellings(self, opening: str, closing: str) -> None:
        assert split_thinking(f" {opening}\nhm {{}}\n{closing}\n\nfour") == ("hm {}", "four")

    def test_never_closed(self) -> None:
        assert split_thinking("<think>so x = 4, and {") == ("so x = 4, and {", "")

    def test_opened_in_the_prompt(self) -> None:
        assert split_thinking("so x = 4\n</think>\nfour") == ("so x = 4", "four")

    @pytest.mark.parametrize(
        "text",
        [
            "four",
            "",
            "  two lines\n",
            "the mark <think> is closed by </think>",
            '{"note": "ends with </think>"}',
            "```python\nprint('</think>')\n```",
        ],
    )
    def test_no_thinking(self, text: str) -> None:
        assert split_thinking(text) == ("", text)

    def test_only_the_head_counts(self) -> None:
        text = "<think>a</think>b <think>c</think>"
        assert split_thinking(text) == ("a", "b <think>c</think>")


class TestCode:
    def test_the_longest_of_the_language(self) -> None:
        text = "```python\nx = 1\n```\nor\n```py\nx = 1\ny = 2\n```\n```sh\npython very_long_name.py\n```"
        assert code_block(text) == "x = 1\ny = 2\n"

    def test_of_two_equally_long_the_later(self) -> None:
        assert code_block("```python\nx = 1\n```\nno:\n```python\nx = 2\n```") == "x = 2\n"

    def test_never_closed(self) -> None:
        assert code_block("here:\n```python\nx = 1\n") == "x = 1\n"

    def test_without_a_language(self) -> None:
        assert code_block("```\nx = 1\n```\n```json\n{}\n```") == "x = 1\n"

    def test_fences_inside_a_longer_fence(self) -> None:
        assert code_block("````python\ns = '''\n```\nx\n```\n'''\n````\n") == "s = '''\n```\nx\n```\n'''\n"

    @pytest.mark.parametrize(
        "text", ["", "no code", "```json\n{}\n```", "inline ```x``` only", "```python\n```"]
    )
    def test_none(self, text: str) -> None:
        assert code_block(text) is None

    def test_indented_code_stays_as_it_is(self) -> None:
        assert code_block("```python\nif x:\n    y = 1\n```") == "if x:\n    y = 1\n"

    def test_windows_line_ends(self) -> None:
        assert code_block("```python\r\nx = 1\r\n```\r\n") == "x = 1\n"

    @given(st.text(alphabet="`~ab \n", max_size=60))
    def test_any_text(self, text: str) -> None:
        assert all(block.text in text for block in blocks(text))


def first(text: str, *, mend: bool = True) -> tuple[object, bool]:
    return next(iter(objects(text, mend=mend)))


class TestJSON:
    @pytest.mark.parametrize(
        "text",
        [
            '{"a": [1, {"b": 2}]}',
            'Sure!\n```json\n{"a": [1, {"b": 2}]}\n```\nHope it helps.',
            'Here it is: {"a": [1, {"b": 2}]} as asked.',
            'With the set {1, 2} of shops:\n{"a": [1, {"b": 2}]}',
            '```\n{"a": [1, {"b": 2}]}',
            '```json\n{"draft": 1}\n```\nbetter:\n```json\n{"a": [1, {"b": 2}]}\n```',
        ],
    )
    def test_found(self, text: str) -> None:
        assert first(text) == ({"a": [1, {"b": 2}]}, False)

    @pytest.mark.parametrize(
        "text",
        [
            '{"a": 1, "b": [2,],}',
            "{'a': 1, 'b': [2]}",
            '{"a": 1, // the first\n "b": [2]}',
            "{a: 1, b: [2]}",
            '{"a": 1 "b": [2]}',
        ],
    )
    def test_small_faults_are_mended(self, text: str) -> None:
        assert first(text) == ({"a": 1, "b": [2]}, True)
        with pytest.raises(NoJSON):
            first(text, mend=False)

    @pytest.mark.parametrize(
        "text",
        [
            '{"a": 1, "constraints": [{"x": 1}, {"x"',
            '{"a": 1, "b": [2, 3',
            '```json\n{"a": 1,\n```',
            '{"a": "half',
        ],
    )
    def test_a_part_is_never_made_a_whole(self, text: str) -> None:
        with pytest.raises(NoJSON, match="breaks off"):
            first(text)

    def test_a_part_of_an_object_within_is_not_taken_for_the_whole(self) -> None:
        with pytest.raises(NoJSON):
            first('{"a": {"b": 1}, "c": {"d": ')

    def test_a_key_that_stands_twice(self) -> None:
        with pytest.raises(NoJSON, match="'a' stands twice"):
            first('{"a": 1, "a": 2}')

    @pytest.mark.parametrize("text", ["", "no braces", "[1, 2]", "null", "}{", "{"])
    def test_none(self, text: str) -> None:
        with pytest.raises(NoJSON):
            first(text)

    @pytest.mark.parametrize("text", ["{" * 2_500_000, '{"a":' * 500_000, '"' * 5_000_000])
    def test_five_megabytes_of_nonsense(self, text: str) -> None:
        with pytest.raises(NoJSON):
            list(objects(text))

    def test_a_million_objects(self) -> None:
        assert len(list(objects("{} " * 1_000_000))) == 1

    @pytest.mark.parametrize(
        "text",
        ['{"a": "half }', '{"a": 1, "b: 2, "c": 3}', '{"a": 1, and so on}', '{"a": [1, 2, ...], "b": }'],
    )
    def test_nothing_is_mended_away(self, text: str) -> None:
        try:
            found = list(objects(text))
        except NoJSON:
            return
        kept = json.dumps(found[0][0])
        assert all(word in kept for word in re.findall(r"\w+", text))

    def test_a_whole_draft_does_not_stand_in_for_a_cut_answer(self) -> None:
        with pytest.raises(NoJSON, match="breaks off"):
            first('```json\n{"a": 1}\n```\nbetter:\n```json\n{"a": 1, "b": [')

    def test_five_megabytes_of_sense(self) -> None:
        value = {"rows": list(range(700_000))}
        assert first(f"Here:\n```json\n{json.dumps(value)}\n```") == (value, False)

    json_values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
        max_leaves=8,
    )

    @given(st.dictionaries(st.text(max_size=4), json_values, min_size=1, max_size=3))
    def test_any_object_in_a_fence(self, value: dict[str, object]) -> None:
        assert first(f"Well:\n```json\n{json.dumps(value)}\n```\n") == (value, False)

    @given(st.dictionaries(st.text(max_size=4), json_values, min_size=1, max_size=3), st.data())
    def test_any_part_of_an_object(self, value: dict[str, object], data: st.DataObject) -> None:
        text = json.dumps(value)
        part = text[: data.draw(st.integers(0, len(text) - 1))]
        with pytest.raises(NoJSON):
            list(objects(part))
