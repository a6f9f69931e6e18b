"""Two answers side by side."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from quintet.errors import DataError
from quintet.formulation.document import Formulation
from quintet.solvers import Options, Outcome
from quintet.solvers.fake import FakeSolver
from quintet.solvers.whatif import Comparison, grammar, whatif
from quintet.solvers.whatif.changes import Change

DOCUMENT: dict[str, Any] = {
    "title": "Two goods",
    "sets": {"Good": ["a", "b"]},
    "parameters": {
        "gain": {"index": ["Good"], "values": {"a": 3, "b": 2}},
        "hours": {"values": 10, "unit": "h"},
        "most": {"index": ["Good"], "values": {"a": 4, "b": 20}},
    },
    "variables": {"make": {"index": ["Good"], "lower": 0, "upper": None, "unit": "kg"}},
    "expressions": {"used": {"expression": "sum(make[g] for g in Good)", "unit": "h"}},
    "objective": {"sense": "maximize", "expression": "sum(gain[g] * make[g] for g in Good)", "unit": "EUR"},
    "constraints": {
        "time": "used <= hours",
        "sold": {"for": "g in Good", "expression": "make[g] <= most[g]"},
    },
}


def compared(*changes: Change, **more: Any) -> Comparison:
    return whatif(Formulation.model_validate(DOCUMENT), changes, **more)


def test_objective_decisions_and_limits() -> None:
    found = compared(grammar.read_set("hours=25"))
    assert (found.before.objective, found.after.objective) == (24, 52)
    assert found.difference == 28
    assert found.percent == pytest.approx(100 * 28 / 24)
    assert [(d.place, d.before, d.after) for d in found.decisions] == [("make[b]", 6, 20)]
    assert [(d.name, d.before, d.after) for d in found.quantities] == [("used", 10, 24)]
    assert [row.place for row in found.reached] == ["sold[b]"]
    assert [row.place for row in found.left] == ["time"]
    assert found.kept is not None
    assert found.kept.fits
    assert found.kept.objective == 24


def test_the_text_says_it_in_the_problems_own_names() -> None:
    text = compared(grammar.read_set("hours=25")).to_text()
    assert "What if --set hours=25" in text
    assert "before: objective 24 EUR (proven optimal)" in text
    assert "change: +28 EUR (+117 %), better" in text
    assert "make[b]  6 → 20  kg" in text
    assert "The old plan still fits, at 24 EUR." in text
    assert "At their limits now, not before: sold[b]." in text
    assert "No longer at their limits: time." in text


def test_an_old_plan_that_is_as_good_is_kept() -> None:
    found = compared(grammar.read_set("gain[a]=2"), grammar.read_set("most[a]=9"))
    assert found.decisions == []
    assert "The old plan still fits, and none is better." in found.to_text()
    assert found.after.point is found.before.point


def test_an_old_plan_that_breaks_something_says_what() -> None:
    found = compared(grammar.read_set("hours=5"))
    assert found.kept is not None
    assert not found.kept.fits
    assert found.kept.breaks == "time"
    assert "The old plan no longer fits: it breaks time." in found.to_text()
    assert ", worse" in found.to_text()


def test_no_plan_after_points_at_the_diagnosis_with_the_same_changes() -> None:
    found = compared(grammar.read_add("make[a] >= 5"))
    assert found.after.outcome is Outcome.INFEASIBLE
    assert not found.solved
    assert found.difference is None
    assert found.decisions == []
    assert "quintet diagnose f.yaml --add 'make[a] >= 5'" in found.to_text("f.yaml")


def test_no_limit_after() -> None:
    found = compared(grammar.read_drop("time"), grammar.read_drop("sold"))
    assert found.after.outcome is Outcome.UNBOUNDED
    assert "the objective can grow without limit" in found.to_text()
    assert found.record()["after"]["objective"] is None


def test_another_objective_is_not_compared_by_its_value() -> None:
    found = compared(grammar.read_objective("minimize make[a]"))
    assert found.difference is None
    assert not found.comparable
    assert "measure different things" in found.to_text()


def test_elements_that_come_and_go() -> None:
    changes = [
        grammar.read_add_element("Good=c"),
        grammar.read_set("gain[c]=9"),
        grammar.read_set("most[c]=1"),
    ]
    found = compared(*changes)
    assert {(d.place, d.before, d.after) for d in found.decisions} == {
        ("make[b]", 6, 5),
        ("make[c]", None, 1),
    }
    assert found.kept is None
    assert "(new)" in found.to_text()
    gone = compared(grammar.read_remove_element("Good=a"))
    assert ("make[a]", 4, None) in {(d.place, d.before, d.after) for d in gone.decisions}
    assert "(gone)" in gone.to_text()


def test_the_record_is_plain_json() -> None:
    record = json.loads(compared(grammar.read_set("hours=25")).to_json())
    assert record["quintet"] == 1
    assert record["changes"] == [{"change": "set", "parameter": "hours", "value": 25}]
    assert record["command"] == "--set hours=25"
    assert record["difference"] == 28
    assert record["decisions"] == [{"name": "make", "key": ["b"], "before": 6.0, "after": 20.0}]
    assert record["decisions_counted"] == 2
    assert record["limits_reached"] == [{"constraint": "sold", "key": ["b"]}]
    assert record["old_plan"] == {"fits": True, "breaks": "", "objective": 24.0}


def test_a_change_that_leaves_no_model_says_so() -> None:
    document = {
        "parameters": {"n": 2},
        "variables": {"x": {"lower": 0, "upper": 9}},
        "objective": {"sense": "minimize", "expression": "x"},
        "constraints": {"c": "x / n >= 1"},
    }
    with pytest.raises(DataError, match="after the changes"):
        whatif(Formulation.model_validate(document), [grammar.read_set("n=0")])


def test_a_solver_that_stops_early_is_reported_as_that() -> None:
    solver = FakeSolver([Outcome.LIMIT_NO_SOLUTION] * 2)
    found = compared(grammar.read_set("hours=25"), solver=solver, options=Options(time_limit=1))
    assert found.difference is None
    assert "the limit was reached before any plan was found" in found.to_text()


def test_a_zero_objective_has_no_percentage() -> None:
    document = {**DOCUMENT, "objective": {"sense": "maximize", "expression": "make[a] - most[a]"}}
    found = whatif(Formulation.model_validate(document), [grammar.read_drop("sold[a]")])
    assert found.before.objective == 0
    assert found.difference == 6
    assert found.percent is None
    assert math.isfinite(found.record()["difference"])
