from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from quintet.formulation.schema import (
    ConstraintEntry,
    Document,
    ExpressionEntry,
    Kind,
    ObjectiveEntry,
    ParameterEntry,
    Sense,
    SetEntry,
    Soft,
    VariableEntry,
    shown,
)


@pytest.mark.parametrize(
    ("record", "short", "long"),
    [
        (SetEntry, ["a", 1], {"values": ["a", 1]}),
        (SetEntry, "1..4", {"range": "1..4"}),
        (SetEntry, [["a", 1], ["b", 2]], {"values": [["a", 1], ["b", 2]]}),
        (ParameterEntry, 3, {"values": 3}),
        (ParameterEntry, 0.5, {"values": 0.5}),
        (ExpressionEntry, "x + y", {"expression": "x + y"}),
        (ConstraintEntry, "x <= 1", {"expression": "x <= 1"}),
    ],
)
def test_short_and_long_form_are_the_same(record: Any, short: Any, long: dict[str, Any]) -> None:
    entry = record.model_validate(short)
    assert entry == record.model_validate(long)
    for form in (short, long):
        written = record.model_validate(form).model_dump(mode="json", by_alias=True, exclude_unset=True)
        assert written == short


def test_an_entry_that_says_more_has_no_short_form() -> None:
    long = {"values": 3, "unit": "h"}
    written = ParameterEntry.model_validate(long).model_dump(mode="json", by_alias=True, exclude_unset=True)
    assert written == long


def test_the_keys_of_the_document_are_pythons_words_too() -> None:
    entry = ConstraintEntry.model_validate({"for": "i in S", "expression": "x[i] <= 1", "kind": "policy"})
    assert (entry.each, entry.kind) == ("i in S", Kind.POLICY)
    assert SetEntry.model_validate({"from": "A + B", "in": "C"}).computed == "A + B"
    assert ParameterEntry.model_validate({"in": "S", "values": "a"}).within == "S"


def test_keys_become_text_and_numbers_keep_their_kind() -> None:
    values = ParameterEntry.model_validate({"values": {1: {"a": 2}, 2: [1, 2.5, "x"]}}).values
    assert values == {"1": {"a": 2}, "2": [1, 2.5, "x"]}
    assert type(values["1"]["a"]) is int
    assert SetEntry.model_validate([["a", 1]]).values == [("a", 1)]


def test_sources_are_none_one_or_several() -> None:
    assert VariableEntry(lower=0).sources == ()
    assert VariableEntry(lower=0, source="a").sources == ("a",)
    assert VariableEntry(lower=0, source=["a", "b"]).sources == ("a", "b")


def test_objectives_is_always_a_list() -> None:
    one = {"sense": "minimize", "expression": "x"}
    assert [o.sense for o in Document.model_validate({"objective": one}).objectives] == [Sense.MINIMIZE]
    several = Document.model_validate({"objective": [one, {"sense": "maximize", "expression": 3}]})
    assert [o.expression for o in several.objectives] == ["x", "3"]


def test_records_are_frozen() -> None:
    entry = ObjectiveEntry(sense=Sense.SATISFY)
    with pytest.raises(ValidationError, match="frozen"):
        entry.weight = 2.0  # type: ignore[misc] # the mistake under test


@pytest.mark.parametrize(
    ("record", "data"),
    [
        (ParameterEntry, {"values": None}),
        (ParameterEntry, {"values": True}),
        (ParameterEntry, {"values": [[[[[[[[[[[[[[1]]]]]]]]]]]]]]}),
        (ParameterEntry, {"default": float("inf")}),
        (ParameterEntry, {"value": 3}),
        (ParameterEntry, True),
        (SetEntry, {"values": [1.0]}),
        (SetEntry, {"values": [[1, [2]]]}),
        (VariableEntry, {"lower": False}),
        (VariableEntry, {"domain": "real"}),
        (Soft, {"penalty": 1, "priority": 1.5}),
        (Soft, {"penalty": 1, "priority": True}),
        (Soft, {}),
        (ObjectiveEntry, {"sense": "minimize", "expression": "x", "weight": "2"}),
        (ObjectiveEntry, {"sense": "minimize", "expression": "x", "abs_tol": -1}),
        (ConstraintEntry, {"expression": True}),
        (ConstraintEntry, {"expression": "x <= 1", "kind": "law"}),
    ],
)
def test_what_a_record_refuses(record: Any, data: Any) -> None:
    with pytest.raises(ValidationError):
        record.model_validate(data)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (1, "1"),
        ("a", "'a'"),
        ([1], "[1]"),
        (10**1000, "a number of 996 digits"),
    ],
)
def test_values_in_messages(value: Any, text: str) -> None:
    assert shown(value) == text
    assert len(shown("x" * 1000)) < 70
