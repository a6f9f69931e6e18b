"""Forced decisions as text: stars, bare binaries, names that are nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from quintet.errors import ExpressionError
from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.evaluator import evaluate
from quintet.formulation.model import Model
from quintet.solvers.alternatives.forcing import forcing

DOCUMENT: dict[str, Any] = {
    "sets": {
        "Plant": ["A", "B"],
        "Town": ["u", "north v"],
        "Day": "1..3",
        "Open": {"in": "Plant", "values": ["A"]},
    },
    "parameters": {"cost": {"index": ["Plant"], "values": [1, 2]}, "home": {"in": "Plant", "values": "A"}},
    "variables": {
        "open": {"index": ["Plant"], "domain": "binary"},
        "ship": {"index": ["Plant", "Town", "Day"], "domain": "integer", "lower": 0, "upper": 9},
        "extra": {"index": ["Open", "Town"], "domain": "continuous", "lower": 0, "upper": 9},
        "flat": {"domain": "continuous", "lower": 0, "upper": 9},
    },
    "expressions": {"spent": "sum(cost[p] * open[p] for p in Plant)"},
    "objective": {"sense": "minimize", "expression": "spent + flat"},
    "constraints": {
        "forced": {"expression": "flat >= 0"},
        "quiet": {"for": "p in Plant", "expression": "open[p] <= 0", "soft": {"penalty": 2}},
    },
}


@pytest.fixture(scope="module")
def model() -> Model:
    return bind(Formulation.model_validate(DOCUMENT))


def test_names_itself_apart_from_the_constraints_there_are(model: Model) -> None:
    forced, name = forcing(model, "open[B] == 1")
    assert name == "forced_"
    assert list(forced.constraints) == [*model.constraints, name]
    assert "forced_" not in model.constraints


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("ship[A, u, 1] >= 2", [()]),
        ("ship[A, *, 1] >= 2", [("u",), ("north v",)]),
        ("ship[*, u, *] >= 2", [(p, d) for p in "AB" for d in (1, 2, 3)]),
        ("ship[*,'north v',2] <= 3 * open[*]", [("A",), ("B",)]),
        ("ship[*, u, 1] >= extra[*, u]", [("A",)]),
        ("2*flat + 3 * ship[A,u,*] >= 1", [(1,), (2,), (3,)]),
        ("ship[home, u, 1] >= 1", [()]),
        ("sum(ship[A, t, 1] for t in Town) >= 4", [()]),
        ("spent >= 2", [()]),
        ("not open[A] or open[B]", [()]),
    ],
)
def test_rows_are_the_keys_that_fit(model: Model, text: str, keys: list[tuple[Any, ...]]) -> None:
    forced, name = forcing(model, text)
    assert forced.constraints[name].family.keys == keys


@pytest.mark.parametrize(
    ("text", "at_one"), [("open[B]", True), ("not open[B]", False), ("open[B] < 1", False)]
)
def test_a_bare_binary_means_one(model: Model, text: str, at_one: bool) -> None:
    forced, name = forcing(model, text)
    for value in (0.0, 1.0):
        point = {n: np.zeros(len(v.family)) for n, v in forced.variables.items()}
        point["open"] = np.array([0.0, value])
        held = bool(evaluate(forced, point).constraints[name].satisfied().all())
        assert held is (at_one is (value == 1.0))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("opne[B]", "did you mean 'open'"),
        ("nothing_like_it[B] >= 1", "decisions: open, ship, extra, flat"),
        ("open[C]", "'C' is no index of 'open'"),
        ("open['C'] == 1", "'C' is no index of 'open'"),
        ("ship[A, north, 1] >= 1", "did you mean 'north v'"),
        ("open[A, B] == 1", "takes 1 index, not 2"),
        ("open >= 1", "takes 1 index, not 0"),
        ("cost[A] >= 1", "holds no decision"),
        ("flat", "needs a comparison"),
        ("spent", "needs a comparison"),
        ("ship[A, u, 1] = 2", "write =="),
        ("ship[A, u, *] >= extra[*, u]", "fits no key"),
        ("spent >= cost[*]", "no decision gives '*' its range"),
        ("quiet_excess[A] >= 1", "soft constraint"),
        ("", "is missing"),
        ("open[B] ==", ""),
        ("open[B] == 1; import os", "one expression at a time"),
    ],
)
def test_what_it_refuses(model: Model, text: str, said: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        forcing(model, text)
    assert said in str(caught.value)
    assert "forced decision" in str(caught.value)
    assert "\n" not in str(caught.value)
