"""What a command line says, as changes, and back."""

from __future__ import annotations

import shlex
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintet.errors import DocumentError
from quintet.formulation.schema import Sense
from quintet.solvers.whatif import grammar
from quintet.solvers.whatif.changes import (
    AddConstraint,
    AddElement,
    DropConstraint,
    FixDecision,
    RemoveElement,
    ScaleParameter,
    SetObjective,
    SetParameter,
    ShiftParameter,
    UseTable,
    command,
    dump_changes,
    load_changes,
)

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
ELEMENTS = st.one_of(
    TEXTS, st.integers(-99, 99).map(str), st.sampled_from(["*", "a,b", "it's", "New York", "]", "=", " "])
)
KEYS = st.none() | st.lists(st.none() | ELEMENTS, min_size=1, max_size=3).map(tuple)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
NUMBERS = FLOATS | st.integers(-(10**12), 10**12)
SETS = st.one_of(
    st.builds(SetParameter, parameter=NAMES, key=KEYS, value=NUMBERS | ELEMENTS),
    st.builds(ScaleParameter, parameter=NAMES, key=KEYS, factor=NUMBERS),
    st.builds(ShiftParameter, parameter=NAMES, key=KEYS, amount=NUMBERS),
)
FIXES = st.builds(FixDecision, decision=NAMES, key=KEYS, value=NUMBERS)
DROPS = st.builds(DropConstraint, constraint=NAMES, key=KEYS)


@given(SETS)
def test_a_set_is_read_as_it_is_printed(change: Any) -> None:
    assert grammar.read_set(change.text) == change


@given(FIXES)
def test_a_fix_is_read_as_it_is_printed(change: FixDecision) -> None:
    assert grammar.read_fix(change.text) == change


@given(DROPS)
def test_a_drop_is_read_as_it_is_printed(change: DropConstraint) -> None:
    assert grammar.read_drop(change.text) == change


@given(st.lists(st.one_of(SETS, FIXES, DROPS), max_size=4))
def test_json_and_the_shell_lose_nothing(changes: list[Any]) -> None:
    assert load_changes(dump_changes(changes)) == tuple(changes)
    words = shlex.split(command(changes))
    assert words == [word for change in changes for word in (change.flag, change.text)]


@given(st.builds(AddElement, set=NAMES, element=st.lists(ELEMENTS, min_size=1, max_size=3).map(tuple)))
def test_an_element_is_read_as_it_is_printed(change: AddElement) -> None:
    assert grammar.read_add_element(change.text) == change


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("demand=6000", SetParameter(parameter="demand", value=6000)),
        ("demand = 6e3", SetParameter(parameter="demand", value=6000.0)),
        ("capacity[top]=55", SetParameter(parameter="capacity", key=("top",), value=55)),
        ("cost[A,*]*=1.1", ScaleParameter(parameter="cost", key=("A", None), factor=1.1)),
        ("cost[A, *] /= 2", ScaleParameter(parameter="cost", key=("A", None), factor=0.5)),
        ("demand+=10", ShiftParameter(parameter="demand", amount=10)),
        ("demand-=10", ShiftParameter(parameter="demand", amount=-10)),
        ("demand=+10%", ScaleParameter(parameter="demand", factor=1.1)),
        ("demand=-10%", ScaleParameter(parameter="demand", factor=0.9)),
        ("demand+=10%", ScaleParameter(parameter="demand", factor=1.1)),
        ("demand-=10%", ScaleParameter(parameter="demand", factor=0.9)),
        ("demand*=90%", ScaleParameter(parameter="demand", factor=0.9)),
        ("choice[cola]=B", SetParameter(parameter="choice", key=("cola",), value="B")),
        ("choice['a, b']='3'", SetParameter(parameter="choice", key=("a, b",), value="3")),
        ("cap['*']=-5", SetParameter(parameter="cap", key=("*",), value=-5)),
    ],
)
def test_sets(text: str, expected: Any) -> None:
    assert grammar.read_set(text) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("demand", "gives no value"),
        ("demand=", "gives no value"),
        ("=5", "does not begin with a name"),
        ("demand[A=5", "no closing"),
        ("demand[]=5", "is empty"),
        ("demand['A]=5", "no closing"),
        ("demand=nan", "not a number that a model can use"),
        ("demand=-inf", "not a number that a model can use"),
        ("demand*=inf", "not a number that a model can use"),
        ("demand=1e999", "too large"),
        ("demand+=6,000", "write 6000"),
        ("demand*=fast", "is not a number"),
        ("demand=40%", "write 0.4 for the value, or [+]40% for a change"),
        ("demand=+5", "write =5 or [+]=5"),
        ("demand/=0", "divides by 0"),
        ("demand/=0%", "divides by 0"),
        ("demand 5", "gives no value"),
    ],
)
def test_sets_that_can_not_be_read(text: str, said: str) -> None:
    with pytest.raises(DocumentError, match=said) as caught:
        grammar.read_set(text)
    assert "--set" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["run[A]", "run[A]+=1", "run[A]=nan", "run[A]=much", "run[A]=1%"])
def test_fixes_that_can_not_be_read(text: str) -> None:
    with pytest.raises(DocumentError, match="--fix"):
        grammar.read_fix(text)


def test_two_signs_of_equality_fix_too() -> None:
    assert grammar.read_fix("run[A]==1") == FixDecision(decision="run", key=("A",), value=1)


def test_drops() -> None:
    assert grammar.read_drop("calm") == DropConstraint(constraint="calm")
    with pytest.raises(DocumentError, match="follows the name"):
        grammar.read_drop("calm <= 3")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x + y <= 3", AddConstraint(expression="x + y <= 3")),
        ("for w in Week: make[A,w] <= 5", AddConstraint(expression="make[A,w] <= 5", each="w in Week")),
        ("cap: x <= 3", AddConstraint(expression="x <= 3", name="cap")),
        ("cap for w in Week: x[w] <= 3", AddConstraint(expression="x[w] <= 3", each="w in Week", name="cap")),
    ],
)
def test_constraints_to_add(text: str, expected: AddConstraint) -> None:
    assert grammar.read_add(text) == expected
    assert grammar.read_add(expected.text) == expected


@pytest.mark.parametrize("text", ["", ": x <= 3", "for w in Week:", "two words: x <= 3"])
def test_constraints_that_can_not_be_read(text: str) -> None:
    with pytest.raises(DocumentError, match="--add"):
        grammar.read_add(text)


def test_elements_tables_and_objectives() -> None:
    assert grammar.read_add_element("Drink=tonic") == AddElement(set="Drink", element=("tonic",))
    assert grammar.read_remove_element("Arc=(a, b)") == RemoveElement(set="Arc", element=("a", "b"))
    assert grammar.read_table_change("costs=b.xlsx#Two") == UseTable(
        table="costs", file="b.xlsx", sheet="Two"
    )
    assert grammar.read_objective("min x") == SetObjective(sense=Sense.MINIMIZE, expression="x")
    assert grammar.read_objective("satisfy") == SetObjective(sense=Sense.SATISFY)


@pytest.mark.parametrize("text", ["x + y", "minimize", "satisfy x", ""])
def test_objectives_that_can_not_be_read(text: str) -> None:
    with pytest.raises(DocumentError, match="--objective"):
        grammar.read_objective(text)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"change": "set"}, "not a list"),
        ([{"change": "shrink"}], "must be one of"),
        ([{"parameter": "x"}], "must be one of"),
        ([{"change": "set", "parameter": "x"}], "value"),
        ([{"change": "set", "parameter": "x", "value": True}], "finite"),
        ([{"change": "scale", "parameter": "x", "factor": float("nan")}], "finite"),
        ([{"change": "fix", "decision": "x", "value": 1, "extra": 2}], "extra"),
    ],
)
def test_json_that_is_no_list_of_changes(data: Any, said: str) -> None:
    with pytest.raises(DocumentError, match=said):
        load_changes(data)
