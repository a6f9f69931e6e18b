"""Two formulations side by side: every known edit is found, as itself and as nothing else."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quintet import examples
from quintet.formulation.document import Formulation
from quintet.solvers.difference import difference
from quintet.solvers.difference.change import Change, What

PLAN: dict[str, Any] = {
    "title": "Two mills",
    "text": "Two mills mill flour.\nEach has its ceiling.\n",
    "sets": {
        "Mill": ["A", "B"],
        "Sort": ["rye", "oat", "spelt"],
        "Can": {"from": "(m, s) for m in Mill for s in Sort"},
    },
    "parameters": {
        "price": {"index": ["Sort"], "values": {"rye": 3, "oat": 4, "spelt": 6}, "unit": "EUR/t"},
        "limit": {"index": ["Mill"], "values": {"A": 10, "B": 20}},
        "half": {"index": "m in Mill", "expression": "limit[m] / 2"},
        "fee": 7,
    },
    "variables": {
        "grind": {"index": "(m, s) in Can", "lower": 0, "upper": "limit[m]"},
        "open": {"index": ["Mill"], "domain": "binary"},
        "spare": {"lower": 0, "upper": None},
    },
    "expressions": {"income": "sum(price[s] * grind[m, s] for (m, s) in Can)"},
    "objective": {"sense": "maximize", "expression": "income - fee * sum(open[m] for m in Mill) - spare"},
    "constraints": {
        "room": {
            "for": "m in Mill",
            "expression": "sum(grind[m, s] for s in Sort) <= limit[m] * open[m] + spare",
        },
        "most": {"expression": "2 <= sum(open[m] for m in Mill) + spare", "kind": "policy"},
    },
    "assumptions": [{"text": "tonnes may be split"}],
    "scenarios": {"low": {"set": {"fee": 1}}},
}


def changes(edit: dict[str, Any], before: dict[str, Any] = PLAN) -> list[Change]:
    """What is different after an edit: a document."""
    found = difference(Formulation.model_validate(before), Formulation.model_validate(edit))
    back = difference(Formulation.model_validate(edit), Formulation.model_validate(before))
    assert found.equal == back.equal
    assert len(found.changes) == len(back.changes)
    return list(found.changes)


def edited(path: str, value: Any) -> dict[str, Any]:
    """The plan with another value at a path of keys; None takes the entry out."""
    document = copy.deepcopy(PLAN)
    *inner, last = path.split("/")
    place: Any = document
    for key in inner:
        place = place[key]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return document


def told(found: list[Change]) -> list[tuple[str, str, str, list[tuple[Any, ...]]]]:
    return [
        (c.section, c.name, c.what.value, [(d.field, d.key, d.old, d.new) for d in c.details]) for c in found
    ]


@pytest.mark.parametrize("name", examples.names())
def test_nothing_is_different_from_itself(name: str) -> None:
    formulation = Formulation.load(examples.path(name))
    found = difference(formulation, Formulation.load(examples.path(name)))
    assert found.equal, found.to_text()
    assert found.note == ""
    assert not difference(formulation, Formulation.model_validate(PLAN)).equal


@pytest.mark.parametrize(
    ("path", "value", "wanted"),
    [
        ("sets/Sort", ["rye", "oat"], ("sets", "Sort", "changed", [("element", ("spelt",), "spelt", None)])),
        ("sets/Mill", ["B", "A"], ("sets", "Mill", "changed", [("order", (), "A, B", "B, A")])),
        (
            "parameters/price/values/oat",
            4.5,
            ("parameters", "price", "changed", [("value", ("oat",), 4, 4.5)]),
        ),
        (
            "parameters/price/unit",
            "EUR/kg",
            ("parameters", "price", "changed", [("unit", (), "EUR/t", "EUR/kg")]),
        ),
        ("parameters/fee", 8, ("parameters", "fee", "changed", [("value", (), 7, 8)])),
        ("variables/spare/upper", 9, ("variables", "spare", "changed", [("upper", (), None, 9)])),
        ("variables/spare/lower", 1, ("variables", "spare", "changed", [("lower", (), 0, 1)])),
        (
            "variables/spare/domain",
            "integer",
            ("variables", "spare", "changed", [("domain", (), "continuous", "integer")]),
        ),
        (
            "variables/grind/upper",
            "half[m]",
            ("variables", "grind", "changed", [("upper", (), "limit[m]", "half[m]")]),
        ),
        (
            "objective/sense",
            "minimize",
            ("objective", "objective", "changed", [("sense", (), "maximize", "minimize")]),
        ),
        (
            "constraints/most/kind",
            "physical",
            ("constraints", "most", "changed", [("kind", (), "policy", "physical")]),
        ),
        ("constraints/most/kind", None, ("constraints", "most", "changed", [("kind", (), "policy", None)])),
        (
            "constraints/most/soft",
            {"penalty": 5},
            ("constraints", "most", "changed", [("penalty", (), None, 5), ("priority", (), None, 1)]),
        ),
        (
            "constraints/most/source",
            "Each has its ceiling",
            ("constraints", "most", "changed", [("source", (), None, "Each has its ceiling")]),
        ),
        (
            "title",
            "Three mills",
            ("document", "title", "changed", [("title", (), "Two mills", "Three mills")]),
        ),
        (
            "text",
            "Two mills mill flour.\nEach has a ceiling.\n",
            (
                "document",
                "text",
                "changed",
                [("line", (), "Each has its ceiling.", None), ("line", (), None, "Each has a ceiling.")],
            ),
        ),
        (
            "scenarios/low/set/fee",
            2,
            ("scenarios", "low", "changed", [("set", (), '{"fee": 1}', '{"fee": 2}')]),
        ),
        ("constraints/most", None, ("constraints", "most", "removed", None)),
        ("scenarios/low", None, ("scenarios", "low", "removed", None)),
    ],
)
def test_one_edit_is_one_change(path: str, value: Any, wanted: tuple[Any, ...]) -> None:
    found = told(changes(edited(path, value)))
    first = [entry for entry in found if entry[:2] == wanted[:2]]
    assert len(first) == 1
    assert first[0][2] == wanted[2]
    assert wanted[3] is None or first[0][3] == wanted[3]
    # a set's elements are those of everything over it too
    assert path.startswith("sets") or len(found) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("constraints/room/expression", "limit[m]*open[m] + spare >= sum(grind[m, k] for k in Sort)"),
        ("constraints/room/expression", "sum((grind[m,s]) for s in Sort)<=spare + open[m] * limit[m]"),
        (
            "constraints/room",
            {
                "for": "q in Mill",
                "expression": "sum(grind[q, s] for s in Sort) <= spare + limit[q] * open[q]",
            },
        ),
        ("constraints/most/expression", "spare + sum(open[x] for x in Mill) >= 2.0"),
        ("expressions/income", "sum(grind[a, b] * price[b] for (a, b) in Can)"),
        ("sets/Can", {"from": "(a, b) for a in Mill for b in Sort"}),
        ("sets/Sort", {"values": ["rye", "oat", "spelt"]}),
        ("parameters/limit/index", "mill in Mill"),
        ("parameters/limit/values", [10, 20.0]),
        ("parameters/half", {"index": ["Mill"], "values": {"A": 5, "B": 10}}),
        ("objective/expression", "-spare - sum(open[m] for m in Mill) * fee + income"),
        ("variables/open/index", "i in Mill"),
    ],
)
def test_the_same_said_otherwise_is_no_change(path: str, text: Any) -> None:
    found = changes(edited(path, text))
    if path == "parameters/half":  # computed or given is a difference of its own
        assert told(found) == [("parameters", "half", "changed", [("expression", (), "limit[m] / 2", None)])]
    else:
        assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "sum(grind[m, s] for s in Sort) >= limit[m] * open[m] + spare",
        "sum(grind[m, s] for s in Sort) < limit[m] * open[m] + spare",
        "sum(grind[m, s] for s in Sort) == limit[m] * open[m] + spare",
        "sum(grind[m, s] for s in Sort if s != 'rye') <= limit[m] * open[m] + spare",
        "sum(grind[m, s] for s in Sort) <= limit[m] * open[m] - spare",
        "sum(grind[m, s] for s in Sort) <= limit[m] + open[m] + spare",
        "sum(grind[k, s] for (k, s) in Can) <= limit[m] * open[m] + spare",
        "sum(grind[m, s] for s in Sort) <= limit['A'] * open[m] + spare",
    ],
)
def test_another_meaning_is_a_change(text: str) -> None:
    found = changes(edited("constraints/room/expression", text))
    assert [(c.section, c.name, c.what) for c in found] == [("constraints", "room", What.CHANGED)]


def renamed(document: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    return json.loads(re.sub(rf"\b{old}\b", new, json.dumps(document)))


@pytest.mark.parametrize(
    ("section", "old", "new"),
    [
        ("sets", "Mill", "Plant"),
        ("parameters", "limit", "capacity"),
        ("parameters", "price", "worth"),
        ("variables", "grind", "make"),
        ("variables", "open", "run"),
        ("expressions", "income", "sales"),
        ("constraints", "room", "space"),
        ("constraints", "most", "least"),
    ],
)
def test_a_new_name_is_found(section: str, old: str, new: str) -> None:
    found = changes(renamed(PLAN, old, new))
    assert told(found) == [(section, old, "renamed", [])]
    assert found[0].new_name == new


def test_two_new_names_that_depend_on_each_other() -> None:
    found = changes(renamed(renamed(renamed(PLAN, "Mill", "Plant"), "limit", "capacity"), "room", "space"))
    assert [(c.name, c.new_name) for c in found] == [
        ("Mill", "Plant"),
        ("limit", "capacity"),
        ("room", "space"),
    ]


def test_what_only_looks_alike_is_no_new_name() -> None:
    document = copy.deepcopy(PLAN)
    del document["parameters"]["fee"]
    document["parameters"]["toll"] = 7
    document["objective"]["expression"] = "income - sum(open[m] for m in Mill) - spare"
    document["constraints"]["most"]["expression"] = "toll - toll + 2 <= sum(open[m] for m in Mill) + spare"
    found = changes(document)
    assert ("parameters", "fee", "removed", [("value", (), 7, None)]) in told(found)
    assert ("parameters", "toll", "added", [("value", (), None, 7)]) in told(found)


def test_elements_that_come_bring_their_values() -> None:
    document = edited("sets/Mill", ["A", "B", "C"])
    document["parameters"]["limit"]["values"]["C"] = 30
    assert told(changes(document)) == [
        ("sets", "Mill", "changed", [("element", ("C",), None, "C")]),
        (
            "sets",
            "Can",
            "changed",
            [("element", ("C", s), None, f"C, {s}") for s in ("rye", "oat", "spelt")],
        ),
        ("parameters", "limit", "changed", [("value", ("C",), None, 30)]),
        ("parameters", "half", "changed", [("value", ("C",), None, 15)]),
    ]


def test_assumptions_come_and_go() -> None:
    found = changes(edited("assumptions", [{"text": "a week has seven days"}]))
    assert [(c.section, c.name, c.what.value) for c in found] == [
        ("assumptions", "tonnes may be split", "removed"),
        ("assumptions", "a week has seven days", "added"),
    ]


def test_several_objectives_are_compared_one_by_one() -> None:
    levels = [
        {"sense": "maximize", "expression": "income", "name": "a"},
        {"sense": "minimize", "expression": "spare", "name": "b"},
    ]
    before, after = (
        edited("objective", levels),
        edited("objective", [levels[0], {**levels[1], "priority": 2}]),
    )
    assert told(changes(after, before)) == [("objective", "objective 2", "changed", [("priority", (), 1, 2)])]
    added = changes(after)
    assert [(c.name, c.what.value) for c in added] == [("objective 1", "changed"), ("objective 2", "added")]


def test_data_in_files_are_compared_too(tmp_path: Path) -> None:
    document = {**copy.deepcopy(PLAN), "tables": {"t": {"file": "t.csv", "keys": ["mill"]}}}
    document["parameters"]["limit"] = {"index": ["Mill"], "table": "t.limit"}
    sides = []
    for name, limit in (("one", 10), ("two", 12)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "t.csv").write_text(f"mill,limit\nA,{limit}\nB,20\n", encoding="utf-8")
        sides.append(Formulation.model_validate(document).within(tmp_path / name))
    assert told(list(difference(*sides).changes)) == [
        ("parameters", "limit", "changed", [("value", ("A",), 10, 12)]),
        ("parameters", "half", "changed", [("value", ("A",), 5, 6)]),
    ]


def test_what_can_not_be_bound_is_compared_as_written() -> None:
    broken = edited("constraints/most/expression", "2 <= nothing")
    broken["parameters"]["price"]["values"]["oat"] = 5
    found = difference(Formulation.model_validate(PLAN), Formulation.model_validate(broken), ("a", "b"))
    assert found.note.startswith(
        "data compared as written, for b can't be bound: constraints.most.expression"
    )
    assert told(list(found.changes)) == [
        ("parameters", "price", "changed", [("value", ("oat",), 4, 5)]),
        (
            "constraints",
            "most",
            "changed",
            [("expression", (), "2 <= sum(open[m] for m in Mill) + spare", "2 <= nothing")],
        ),
    ]


# Any handful of edits: exactly those come back.

EDITS: dict[str, tuple[str, Any]] = {
    "parameters price": ("parameters/price/values/rye", 33),
    "parameters fee": ("parameters/fee", 70),
    "variables spare": ("variables/spare/upper", 4),
    "variables open": ("variables/open/unit", "mill"),
    "expressions income": ("expressions/income", "2 * sum(price[s] * grind[m, s] for (m, s) in Can)"),
    "objective objective": ("objective/expression", "income - fee"),
    "constraints room": ("constraints/room/kind", "physical"),
    "constraints most": ("constraints/most", None),
    "constraints extra": ("constraints/extra", "spare <= fee"),
    "variables extra_": ("variables/extra_", {"lower": 0}),
    "document title": ("title", "Mills"),
    "scenarios high": ("scenarios/high", {"set": {"fee": 9}}),
}


@settings(max_examples=40)
@given(st.sets(st.sampled_from(sorted(EDITS))))
def test_known_edits_come_back(chosen: set[str]) -> None:
    document = copy.deepcopy(PLAN)
    for name in chosen:
        path, value = EDITS[name]
        *inner, last = path.split("/")
        place: Any = document
        for key in inner:
            place = place[key]
        if value is None:
            del place[last]
        else:
            place[last] = value
    assert {f"{c.section} {c.name}" for c in changes(document)} == chosen
