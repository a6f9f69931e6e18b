from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintet import examples
from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.unit import Unit, parse_unit
from quintet.formulation.units import check_units
from quintet.problem import Severity

FREE = {"lower": None, "upper": None}


def findings(expression: str = "kilos <= bags * per_bag", **rooms: Any) -> list[str]:
    document: dict[str, Any] = {
        "sets": {"Week": "1..3", "Item": ["a", "b"], "Dear": {"from": "i for i in Item if price[i] > limit"}},
        "parameters": {
            "price": {"index": ["Item"], "values": [3, 4], "unit": "EUR/kg"},
            "limit": {"values": 2, "unit": "EUR/kg"},
            "per_bag": {"values": 5, "unit": "kg/bag"},
            "rate": {"values": 7, "unit": "kg/week"},
            "fee": {"values": 9, "unit": "EUR"},
            "span": {"values": 2, "unit": "cm"},
            "area": {"values": 2, "unit": "cm^2"},
            "interest": {"values": 5, "unit": "%"},
            "share": {"values": 0.05, "unit": "%"},
            "bare": 3,
        },
        "variables": {
            "kilos": {**FREE, "unit": "kg"},
            "bags": {**FREE, "unit": "bags"},
            "weekly": {"index": ["Week"], **FREE, "unit": "kg"},
            "money": {**FREE, "unit": "EUR"},
            "open": {"domain": "binary"},
            "loose": FREE,
        },
        "objective": {"sense": "minimize", "expression": "kilos", "unit": "kg"},
        "constraints": {"c": expression},
    }
    for room, entries in rooms.items():
        document[room] = {**document.get(room, {}), **entries}
    return [
        f"{found.place}: {found.message.split(';')[0]}"
        for found in check_units(bind(Formulation.model_validate(document)))
    ]


@pytest.mark.parametrize(
    ("text", "powers"),
    [
        ("EUR/hl", {"eur": 1, "hl": -1}),
        ("kg*m^2", {"kg": 1, "m": 2}),
        ("EUR/(t*km)", {"eur": 1, "t": -1, "km": -1}),
        ("EUR per t per km", {"eur": 1, "t": -1, "km": -1}),
        ("cm**3", {"cm": 3}),
        ("m²", {"m": 2}),
        ("m3", {"m": 3}),
        ("h⁻¹", {"h": -1}),
        ("1/hours", {"h": -1}),
        ("%", {"%": 1}),
        ("€/kg", {"eur": 1, "kg": -1}),
        ("thousand EUR", {"thousand eur": 1}),
        ("1", {}),
        ("kg/kg", {}),
    ],
)
def test_units_are_read(text: str, powers: dict[str, int]) -> None:
    unit = parse_unit(text)
    assert unit is not None
    assert unit.powers == powers


@pytest.mark.parametrize("text", ["", None, "  ", "kg//h", "(kg", "3 kg", "kg^", "kg^h", "kg)", ";", "a,b"])
def test_what_is_no_unit_is_unknown(text: str | None) -> None:
    assert parse_unit(text) is None


WORDS = st.dictionaries(
    st.sampled_from(["kg", "eur", "km", "week"]),
    st.integers(-3, 3).filter(bool).map(Fraction),
)


@given(WORDS)
def test_a_unit_is_read_as_it_is_written(powers: dict[str, Fraction]) -> None:
    unit = Unit(powers)
    assert parse_unit(str(unit)) == unit


@given(WORDS, WORDS)
def test_products_and_quotients_undo_each_other(one: dict[str, Fraction], other: dict[str, Fraction]) -> None:
    first, second = Unit(one), Unit(other)
    assert first.times(second).times(second.power(Fraction(-1))) == first
    assert first.times(second) == second.times(first)
    assert first.fits(second) == (one == other)


@pytest.mark.parametrize(
    "expression",
    [
        "kilos <= bags * per_bag",
        "kilos <= 0",
        "kilos <= 30",
        "kilos <= bare",
        "kilos <= bare * fee",
        "kilos <= 2 * kilos",
        "kilos <= 7 * bags",
        "kilos <= loose",
        "kilos <= (loose if bare > 2 else bare)",
        "sum(price[i] * kilos for i in Item) <= money",
        "money <= fee * open",
        "money <= interest * bare * fee",
        "money <= fee * share",
        "sum(weekly[w] for w in Week) <= kilos",
        "sum(rate for w in Week) <= kilos",
        "area <= span ** 2 + sqrt(area) * span",
        "1 / span * area <= span",
        "sum(open for i in Item) <= bags",
        "abs(kilos) + max(kilos, bags * per_bag) >= min(kilos, 3)",
        "implies(open, kilos <= bags * per_bag)",
        "kilos <= bags * per_bag * (1 - open)",
        "kilos * holds(kilos <= 3) <= kilos",
        "5 % 3 + bare // 2 <= kilos",
    ],
)
def test_no_false_alarms(expression: str) -> None:
    assert findings(expression) == []


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("kilos <= bags", "compares kg and bags"),
        ("kilos + money <= loose", "adds kg and EUR"),
        ("kilos + 1 + bare - money <= loose", "adds kg and EUR"),
        ("kilos <= rate", "compares kg and kg/week"),
        ("sum(kilos * price[i] for i in Item) <= kilos", "compares EUR and kg"),
        ("0 <= kilos <= money", "compares kg and EUR"),
        ("kilos <= fee * open", "compares kg and EUR"),
        ("area <= span", "compares cm^2 and cm"),
        ("span <= sqrt(area) * span", "compares cm and cm^2"),
        ("max(kilos, money) <= loose", "max(…) takes kg and EUR"),
        ("implies(open, kilos <= money)", "compares kg and EUR"),
        ("either(kilos <= 3, not (bags >= money))", "compares bags and EUR"),
        ("at_most(1, (kilos <= money for i in Item))", "compares kg and EUR"),
        ("(kilos if bare > 2 else money) <= loose", "gives, by its condition, kg and EUR"),
        ("kilos <= money / fee", "compares kg and 1"),
        ("money <= fee * interest", "compares EUR and EUR*%"),
        ("piecewise(kilos, [(0, 0), (fee, 3)]) <= loose", "piecewise(…) takes kg and EUR"),
        ("kilos <= piecewise(loose, [(0, 0), (3, fee)])", "compares kg and EUR"),
        ("kilos <= sum(bare for i in Item if price[i] > fee)", "compares EUR/kg and EUR"),
        ("area % span <= loose", "divides cm^2 by cm with a remainder"),
    ],
)
def test_mismatches_are_found(expression: str, message: str) -> None:
    assert findings(expression) == [f"constraints.c.expression: {message}"]


def test_within_a_week_a_rate_is_an_amount() -> None:
    assert findings(constraints={"c": {"for": "w in Week", "expression": "weekly[w] <= rate"}}) == []
    over_all = findings("sum(weekly[w] for w in Week) <= rate")
    assert over_all == []  # known limit: a sum over weeks leaves the exponent of the week open
    assert findings("kilos <= rate") == ["constraints.c.expression: compares kg and kg/week"]


def test_every_place_is_checked() -> None:
    wrong = findings(
        sets={"Dear": {"from": "i for i in Item if price[i] > fee"}},
        parameters={"twice": {"expression": "2 * fee", "unit": "kg"}},
        variables={"bags": {"lower": "fee", "upper": None, "unit": "bag"}},
        expressions={"cost": {"expression": "kilos * per_bag", "unit": "EUR"}},
        objective={"sense": "minimize", "expression": "kilos", "unit": "EUR"},
        constraints={"c": {"for": "i in Item if price[i] < fee", "expression": "kilos >= 0"}},
    )
    assert [line.partition(":")[0] for line in wrong] == [
        "sets.Dear.from",
        "variables.bags.lower",
        "parameters.twice.expression",
        "expressions.cost.expression",
        "objective.expression",
        "constraints.c.expression",
    ]


def test_an_expression_lends_its_unit() -> None:
    stated = {"cost": {"expression": "3 * loose", "unit": "EUR"}}
    assert findings("kilos <= cost", expressions=stated) == ["constraints.c.expression: compares kg and EUR"]
    unstated = {"heap": "bags * per_bag"}
    assert findings("kilos <= heap", expressions=unstated) == []
    assert findings("money <= heap", expressions=unstated) == [
        "constraints.c.expression: compares EUR and kg"
    ]


def test_a_finding_says_the_remedy() -> None:
    document = {
        "variables": {"x": {**FREE, "unit": "kg"}, "y": {**FREE, "unit": "l"}},
        "objective": {"sense": "minimize", "expression": "x + y"},
    }
    (found,) = check_units(bind(Formulation.model_validate(document)))
    assert (found.code, found.severity) == ("unit-mismatch", Severity.WARNING)
    assert found.message == (
        "adds kg and l; correct a unit, or multiply by a parameter that converts"
        " (its own unit, source: implied)"
    )


@pytest.mark.parametrize("name", examples.names())
def test_the_examples_fit(name: str) -> None:
    assert check_units(bind(Formulation.load(examples.path(name)))) == []
