from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintet.formulation.coverage import cover
from quintet.formulation.document import Formulation
from quintet.formulation.literals import free_literals, literals
from quintet.formulation.quotes import Told
from quintet.problem import Finding, Severity

TEXT = """Two kilns fire three glazes over four weeks.
Kiln A fires 1,400 pots a week and kiln B 250.
A pot earns 12 % more in winter; a third of them break.
The shop wants at least twenty-five bowls."""


def covered(text: str | None = TEXT, **sections: Any) -> list[Finding]:
    document = {"objective": {"sense": "satisfy"}, **sections}
    return cover(Formulation.model_validate(document if text is None else {**document, "text": text}))


def found(code: str, text: str | None = TEXT, **sections: Any) -> list[Finding]:
    return [finding for finding in covered(text, **sections) if finding.code == code]


def parameter(values: Any, source: Any = None, **entry: Any) -> list[Finding]:
    entry = {"values": values, **entry} | ({} if source is None else {"source": source})
    return [f for f in covered(parameters={"p": entry}) if f.place.startswith("parameters")]


WHOLE: dict[str, Any] = {
    "sets": {"Kiln": ["A", "B"], "Glaze": ["x", "y", "z"], "Week": "1..4"},
    "parameters": {
        "capacity": {"values": {"A": 1400, "B": 250}, "source": ["Kiln A fires 1,400 pots", "kiln B 250"]},
        "premium": {"values": 0.12, "source": "12 % more in winter"},
        "broken": {"values": 0.333, "source": "a third of them break"},
        "wanted": {"values": 25, "source": "at least twenty-five bowls"},
    },
}


def test_nothing_is_found_where_everything_is_said() -> None:
    assert covered(**WHOLE) == []


@pytest.mark.parametrize(
    "source",
    [
        "Kiln A fires 1,400",
        "Kiln A … 250.",
        "fires three   glazes\n over",
        "four weeks. Kiln A",
        "Kiln A ... kiln B",
        "…fires 1,400…",
        "implied",
    ],
)
def test_quotes_that_are_in_the_text(source: str) -> None:
    source = source.replace("fires three", "fire three")
    assert found("source-not-in-text", sets={"K": {"values": ["A"], "source": source}}) == []


@pytest.mark.parametrize(
    "source", ["Kiln C", "kiln a fires", "kiln B … Kiln A", "", "…", "fires 1400 pots", "A fires … A fires"]
)
def test_quotes_that_are_not_in_the_text(source: str) -> None:
    (finding,) = found("source-not-in-text", sets={"K": {"values": ["A"], "source": ["Kiln A", source]}})
    assert finding.place == "sets.K.source"
    assert finding.severity is Severity.WARNING
    assert repr(source) in finding.message


@pytest.mark.parametrize(
    ("place", "sections"),
    [
        ("tables.t", {"tables": {"t": {"file": "a.csv", "source": "nowhere"}}}),
        ("parameters.p", {"parameters": {"p": {"expression": "1", "source": "nowhere"}}}),
        ("variables.x", {"variables": {"x": {"lower": 0, "source": "nowhere"}}}),
        ("expressions.e", {"expressions": {"e": {"expression": "1", "source": "nowhere"}}}),
        ("constraints.c", {"constraints": {"c": {"expression": "x <= 1", "source": "nowhere"}}}),
        ("objective", {"objective": {"sense": "satisfy", "source": "nowhere"}}),
        ("objective[2]", {"objective": [{"sense": "satisfy"}, {"sense": "satisfy", "source": "nowhere"}]}),
        ("assumptions[1]", {"assumptions": [{"text": "so", "source": "nowhere"}]}),
    ],
)
def test_every_entry_that_quotes_is_looked_at(place: str, sections: dict[str, Any]) -> None:
    (finding,) = found("source-not-in-text", **sections)
    assert finding.place == f"{place}.source"


@pytest.mark.parametrize(
    ("values", "source"),
    [
        (1400, "1,400 pots"),
        ([1400, 250], "Kiln A … 250"),
        ({"A": {"x": 1400}}, "fires 1,400 pots"),
        (0.12, "12 %"),
        (0.12, "earns 12"),
        (12, "12 %"),
        (0.33, "a third of them"),
        (1 / 3, "a third of them"),
        (25, "twenty-five bowls"),
        (-250, "kiln B 250"),
        ([250, 0], "kiln B 250"),
        ([0, 1, 1, 0], "Kiln A"),
        (1, "pots a week"),
        (4, "over four weeks"),
    ],
)
def test_numbers_that_stand_in_their_quote(values: Any, source: str) -> None:
    assert parameter(values, source) == []


@pytest.mark.parametrize(
    ("values", "source", "shown"),
    [
        (1500, "1,400 pots", "1500"),
        (250, "1,400 pots", "250"),
        (1, "fires 1", "1 not in"),
        (400, "400 pots", "400"),
        ([1400, 250], "1,400 pots", "250"),
        (0.13, "12 %", "0.13"),
        (0.34, "a third of them", "0.34"),
        (5, "twenty-five bowls", "5"),
        (1, "kiln B 250", "1"),
        (1.12, "12 % more", "1.12"),
    ],
)
def test_numbers_that_do_not_stand_in_their_quote(values: Any, source: str, shown: str) -> None:
    (finding,) = parameter(values, source)
    assert finding.code == "number-not-in-source"
    assert finding.place == "parameters.p"
    assert shown in finding.message


def test_without_a_quote_the_number_has_to_stand_in_the_text() -> None:
    (finding,) = parameter(250)
    assert (finding.code, finding.severity) == ("source-missing", Severity.INFO)
    (finding,) = parameter(777)
    assert (finding.code, finding.severity) == ("number-not-in-source", Severity.WARNING)


def test_many_missing_numbers_make_one_finding() -> None:
    (finding,) = parameter([1000 + number for number in range(50)], "Kiln A")
    assert "and 45 more" in finding.message


@pytest.mark.parametrize("value", [7, 12, 24, 60, 100, 1000, 0.12, 3.14159, 3.141592653589793])
def test_conversions_need_no_quote(value: float) -> None:
    assert parameter(value, "implied") == []


def test_other_implied_numbers_need_a_note() -> None:
    (finding,) = parameter(365, "implied")
    assert finding.code == "implied-number"
    assert parameter(365, "implied", note="days of a year") == []


def test_bounds_are_held_against_the_text() -> None:
    variable = {"lower": 0, "upper": 25}
    assert found("number-not-in-source", variables={"x": variable}) == []
    (finding,) = found("number-not-in-source", variables={"x": {**variable, "upper": 26}})
    assert finding.place == "variables.x"
    assert found("number-not-in-source", variables={"x": {**variable, "source": "kiln B 250"}})


def test_symbolic_parameters_hold_no_numbers() -> None:
    assert parameter({"a": 99}, "Kiln A", **{"in": "S"}) == []


# numbers of the text that nobody uses


def unused(text: str, **sections: Any) -> list[str]:
    return [finding.message.split("'")[1] for finding in found("number-unused", text, **sections)]


def test_numbers_of_the_text_that_are_not_used() -> None:
    parameters = {**WHOLE["parameters"], "capacity": {"values": {"A": 1400}, "source": "fires 1,400 pots"}}
    (finding,) = found("number-unused", **{**WHOLE, "parameters": parameters})
    assert finding.place == "text, line 2"
    assert finding.message.startswith("'250' in '… ")


@pytest.mark.parametrize(
    "sections",
    [
        {"parameters": {"p": {"values": [1, [5]]}}},
        {"parameters": {"p": {"values": [1], "default": 5}}},
        {"parameters": {"p": {"expression": "q / 5"}}},
        {"sets": {"S": ["a", "b", "c", "d", "e"]}},
        {"sets": {"S": [4, 5]}},
        {"sets": {"S": [[4, 5]]}},
        {"sets": {"S": "1..5"}},
        {"sets": {"S": "2..6"}},
        {"sets": {"S": "1..n - 5"}},
        {"sets": {"S": {"table": "t.k", "source": "5 boats"}}},
        {"variables": {"x": {"lower": 5}}},
        {"variables": {"x": {"lower": "q - 5"}}},
        {"variables": {"x": {"lower": 0, "source": "have 5 boats"}}},
        {"expressions": {"e": "5 * x"}},
        {"constraints": {"c": "x <= 5"}},
        {"constraints": {"c": "x >= -5"}},
        {"constraints": {"c": {"expression": "x <= 1", "soft": {"penalty": 5}}}},
        {"objective": {"sense": "minimize", "expression": "5 * x"}},
        {"assumptions": [{"text": "the 5 boats are no limit"}]},
        {"assumptions": [{"text": "no limit", "source": "5 boats"}]},
    ],
)
def test_what_uses_a_number(sections: dict[str, Any]) -> None:
    assert unused("We have 5 boats.") == ["5"]
    assert unused("We have 5 boats.", **sections) == []


def test_a_quote_of_a_parameter_uses_only_the_parameters_numbers() -> None:
    source = "3 hours and 5 planks"
    assert unused("It takes 3 hours and 5 planks.", parameters={"p": {"values": 3, "source": source}}) == [
        "5"
    ]


@pytest.mark.parametrize(
    "text", ["one of the boats", "1. first\n2. second\n(3) third", "2) a\n 4. b", "the 2nd"]
)
def test_what_is_no_number_to_be_used(text: str) -> None:
    assert unused(text) == []


def test_a_number_that_ends_a_line_is_no_list_mark() -> None:
    assert unused("We have\n5.5 boats and\n6 cars.") == ["5.5", "6"]


def test_many_unused_numbers_are_summed_up() -> None:
    findings = found("number-unused", " ".join(f"{1000 + number};" for number in range(80)))
    assert len(findings) == 51
    assert "30 more" in findings[-1].message


def test_without_a_text_there_is_nothing_to_hold_against() -> None:
    assert covered(None) == []
    (finding,) = covered(None, parameters={"p": {"values": 3, "source": "x"}})
    assert (finding.code, finding.severity) == ("text-missing", Severity.INFO)


# literals


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("x + 5 <= 30 * y", [5, 30]),
        ("x[4] + y[t - 3, 'a'] <= 1", []),
        ("0 <= x <= 1", []),
        ("x >= -1", []),
        ("x ** 2 + y ** 3 <= 1", [3]),
        ("2 * x <= y", [2]),
        ("sum(4 * x[i] for i in S if i > 7) <= p", [4]),
        ("x[i] <= (9 if i > 8 else p)", [9]),
        ("at_most(3, (x[i] == 1 for i in S))", []),
        ("x[prev(t, 2)] + p[next(t, 3)] <= 1", []),
        ("ord(t) * x[t] <= 1", []),
        ("max(x, 6) <= p", [6]),
        ("x <= 0.5", [0.5]),
    ],
)
def test_literals_that_ought_to_be_parameters(expression: str, values: list[float]) -> None:
    assert list(free_literals(expression)) == values


def test_all_literals() -> None:
    assert sorted(literals("x[4] - 5 <= 30 if t > 2 else 1")) == [-5, 1, 2, 4, 5, 30]
    assert list(literals(" ")) == []


def test_a_literal_in_a_constraint_is_a_finding() -> None:
    (finding,) = found("literal-in-constraint", None, constraints={"c": "x + 5 <= 30 * y + 5"})
    assert finding.place == "constraints.c.expression"
    assert finding.message.startswith("5, 30 inside")
    assert finding.severity is Severity.WARNING
    (finding,) = found("literal-in-constraint", None, constraints={"c": "x + y <= 2"})
    assert finding.severity is Severity.INFO


# places


@given(st.text(alphabet="ab1 \n\t.", max_size=60), st.data())
def test_every_part_of_a_text_is_found_where_it_stands(text: str, data: st.DataObject) -> None:
    told = Told(text)
    start = data.draw(st.integers(0, len(text)))
    quote = text[start : data.draw(st.integers(start, len(text)))]
    spans = told.find(quote)
    assert bool(spans) == bool(quote.strip())
    for span in spans:
        assert " ".join(text[span.start : span.end].split()) == " ".join(quote.split())


@given(st.text(max_size=80), st.lists(st.text(max_size=5), max_size=3).map("…".join))
def test_any_quote_can_be_looked_for(text: str, quote: str) -> None:
    for span in Told(text).find(quote):
        assert 0 <= span.start < span.end <= len(text)


def test_the_shortest_stretch_is_taken() -> None:
    text = "B is far. B 7, B 250, and B 8 of the 250."
    spans = Told(text).find("B … 250")
    assert [text[span.start : span.end] for span in spans] == ["B 250", "B 8 of the 250"]


def test_a_demand_that_nobody_quotes_is_a_finding() -> None:
    text = """
quintet: 1
text: Bake at most 30 loaves. At least 5 cakes must be there! How many at least?
parameters: {most: {values: 30, source: at most 30 loaves}}
variables: {loaf: {lower: 0}, cake: {lower: 0}}
objective: {sense: maximize, expression: loaf - cake}
constraints: {ovens: loaf <= most}
"""
    found = [finding for finding in cover(Formulation.loads(text)) if finding.code == "clause-unused"]
    assert len(found) == 1
    assert "At least 5 cakes must be there" in found[0].message
