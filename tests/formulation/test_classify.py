from __future__ import annotations

from typing import Any

import pytest

from quintet.formulation.binding import bind
from quintet.formulation.classify import classify, degree
from quintet.formulation.document import Formulation
from quintet.formulation.model import ProblemClass

FREE = {"lower": None, "upper": None}
DATA = {
    "sets": {"I": [1, 2]},
    "parameters": {
        "two": 2,
        "half": 0.5,
        "powers": {"index": ["I"], "values": [1, 2]},
        "cubes": {"index": ["I"], "values": [1, 3]},
    },
}


def bound(expression: str, **rooms: Any) -> Any:
    document = {
        **DATA,
        "variables": {"x": FREE, "y": FREE},
        "expressions": {"named": "x + y", "given": "two + 1"},
        "objective": {"sense": "minimize", "expression": expression},
    }
    return bind(Formulation.model_validate({**document, **rooms}))


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("3 * x - y / two + given", 1),
        ("sum(i * x for i in I if i > 1)", 1),
        ("x * y", 2),
        ("named ** 2", 2),
        ("named * x", 2),
        ("x * y * x", None),
        ("x ** 3", None),
        ("x ** two", 2),
        ("x ** half", None),
        ("sum(x ** powers[i] for i in I)", 2),
        ("sum(x ** cubes[i] for i in I)", None),
        ("x ** 0 + y", 1),
        ("two ** x", None),
        ("x / y", None),
        ("x / 4", 1),
        ("abs(x)", None),
        ("max(x, y)", None),
        ("abs(two) * x", 1),
        ("exp(two) * x", 1),
        ("(x if two > 1 else y)", 1),
        ("holds(x >= 1) * two", None),
        ("piecewise(x, [(0, 0), (1, 1)])", None),
        ("prod(x for i in I)", None),
        ("prod(i for i in I) * x", 1),
    ],
)
def test_degree(expression: str, wanted: int | None) -> None:
    model = bound(expression)
    assert degree(model.objectives[0].tree, model) == wanted


WHOLE = {"variables": {"x": {"domain": "integer", "lower": 0, "upper": 5}, "y": FREE}}


@pytest.mark.parametrize(
    ("objective", "constraint", "rooms", "wanted"),
    [
        ("x + y", "x <= y", {}, ProblemClass.LP),
        ("x + y", "x <= y", WHOLE, ProblemClass.MILP),
        ("x * x", "x <= y", {}, ProblemClass.QP),
        ("x * x", "x <= y", WHOLE, ProblemClass.MIQP),
        ("x", "x * y >= 1", {}, ProblemClass.QCQP),
        ("x", "x ** 2 >= y", WHOLE, ProblemClass.MIQCQP),
        ("x", "log(x) >= 1", {}, ProblemClass.NLP),
        ("x", "x >= abs(y)", WHOLE, ProblemClass.MINLP),
        ("x", "implies(x >= 1, y >= 1)", WHOLE, ProblemClass.MINLP),
        ("x", "x != 3", {}, ProblemClass.NLP),
        ("x", "two >= 1", {}, ProblemClass.LP),
    ],
)
def test_class(objective: str, constraint: str, rooms: Any, wanted: ProblemClass) -> None:
    assert classify(bound(objective, constraints={"c": constraint}, **rooms)) is wanted


def test_semicontinuous_is_discrete() -> None:
    variables = {"x": {"domain": "semicontinuous", "lower": 2, "upper": 5}, "y": FREE}
    assert classify(bound("x + y", variables=variables)) is ProblemClass.MILP


def test_satisfaction_has_no_objective() -> None:
    model = bound("x", objective={"sense": "satisfy"})
    assert classify(model) is ProblemClass.LP
