"""The answer's record and its telling."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import quintet
from quintet.formulation.document import Formulation
from quintet.problem import Verdict

PLAN = """
quintet: 1
title: Two ovens
text: Oven A bakes 4 hours a day, oven B 6. A loaf takes 2 hours in A, a cake 3 in B.
sets:
  Good: [loaf, cake]
  Oven: [A, B]
parameters:
  hours: {index: [Good, Oven], values: {loaf: {A: 2}, cake: {B: 3}}, default: 0, unit: h}
  open: {index: [Oven], values: {A: 4, B: 6}, unit: h, source: Oven A bakes 4 hours a day}
variables:
  bake: {index: [Good], lower: 0}
  rest: {index: [Oven], lower: 0}
expressions:
  total: "sum(bake[g] for g in Good)"
objective: {sense: maximize, name: income, expression: "3 * bake[loaf] + 5 * bake[cake]", unit: EUR}
constraints:
  time: {for: "o in Oven", expression: "sum(hours[g, o] * bake[g] for g in Good) + rest[o] <= open[o]"}
"""


@pytest.fixture
def answer() -> quintet.Answer:
    return quintet.solve(Formulation.loads(PLAN))


def test_values_binding_limits_and_prices(answer: quintet.Answer) -> None:
    assert answer.objective == pytest.approx(16)
    assert answer.variables == {"bake": {"loaf": 2, "cake": 2}, "rest": {"A": 0, "B": 0}}
    assert answer.quantities == {"total": 4}
    prices = {row.key: row.price for row in answer.binding}
    assert prices == {("A",): pytest.approx(1.5), ("B",): pytest.approx(5 / 3)}
    assert answer.binding[0].sources == ("Oven A bakes 4 hours a day",)
    assert answer.verdict is Verdict.CHECKED


def test_the_telling_names_what_was_decided_and_what_limits_it(answer: quintet.Answer) -> None:
    told = answer.to_text()
    assert "Maximum income: 16 EUR (proven optimal)" in told
    assert "time for A (one more: +1.5), B (one more: +1.66667) — “Oven A bakes 4 hours a day”" in told
    assert "rest\n  none" in told


def test_the_record_is_json_and_its_formulation_solves_to_the_same(answer: quintet.Answer) -> None:
    record = json.loads(answer.to_json())
    again = quintet.solve(Formulation.loads(json.dumps(record["formulation"]), "json"))
    assert again.objective == record["objective"]


def test_whatever_is_handed_over_gives_the_same_answer(tmp_path: Path, answer: quintet.Answer) -> None:
    path = tmp_path / "ovens.yaml"
    Formulation.loads(PLAN).save(path)
    assert quintet.solve(path).record()["variables"] == answer.record()["variables"]
    assert quintet.solve(str(path)).objective == answer.objective


def test_progress_is_told_stage_by_stage() -> None:
    stages: list[str] = []
    quintet.solve(Formulation.loads(PLAN), progress=stages.append)
    assert len(stages) == 4
    assert "4 variables, 2 constraints" in stages[2]


def test_public_names() -> None:
    assert sorted(quintet.__all__) == quintet.__all__
    for name in quintet.__all__:
        assert getattr(quintet, name) is not None
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = quintet.no_such_name  # type: ignore[attr-defined]  # the point of the test
