"""Several objectives → levels: order, weights, names, tolerances, what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from quintet.errors import DocumentError
from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.evaluator import evaluate
from quintet.formulation.model import Model
from quintet.formulation.schema import Sense

Entry = dict[str, Any]
X, Y, Z = 2.0, 3.0, 5.0


def bound(*objectives: Entry, **rooms: Any) -> Model:
    variables = {name: {"lower": 0, "upper": 9} for name in "xyz"}
    document = {"variables": variables, "objective": list(objectives), **rooms}
    return bind(Formulation.model_validate(document))


def most(expression: str, **more: Any) -> Entry:
    return {"sense": "maximize", "expression": expression, **more}


def least(expression: str, **more: Any) -> Entry:
    return {"sense": "minimize", "expression": expression, **more}


def values(model: Model) -> dict[str, float]:
    """The levels' values at x = 2, y = 3, z = 5."""
    point = {name: np.array([value]) for name, value in zip("xyz", (X, Y, Z), strict=True)}
    return dict(evaluate(model, point).objectives)


def test_levels_go_by_priority_not_by_place() -> None:
    model = bound(least("z", priority=3), most("x", priority=-1), least("y", priority=2))
    assert [(o.name, o.sense) for o in model.objectives] == [
        ("objective_2", Sense.MAXIMIZE),
        ("objective_3", Sense.MINIMIZE),
        ("objective", Sense.MINIMIZE),
    ]
    assert values(model) == {"objective_2": X, "objective_3": Y, "objective": Z}


def test_equal_priorities_are_added_up_by_weight_in_the_sense_of_the_first() -> None:
    model = bound(most("x", weight=2), least("y", name="worked"), most("z", name="sold", weight=-0.5))
    assert [o.sense for o in model.objectives] == [Sense.MAXIMIZE]
    assert values(model) == {"2 objective - worked - 0.5 sold": 2 * X - Y - 0.5 * Z}
    turned = bound(least("y", weight=1), most("x", weight=2))
    assert values(turned) == {"objective - 2 objective_2": Y - 2 * X}
    assert turned.objectives[0].sense is Sense.MINIMIZE


def test_levels_of_several_stand_beside_levels_of_one() -> None:
    model = bound(
        least("z", priority=2), most("x", priority=1, weight=3), most("y", priority=1), least("x", priority=2)
    )
    assert values(model) == {"3 objective_2 + objective_3": 3 * X + Y, "objective + objective_4": Z + X}


def test_the_parts_of_a_shared_level_are_reported() -> None:
    model = bound(
        most("x", name="earned", unit="EUR", priority=1), least("y", priority=1), least("z", priority=2)
    )
    assert {name: e.unit for name, e in model.expressions.items()} == {"earned": "EUR", "objective_2": ""}
    point = {name: np.array([value]) for name, value in zip("xyz", (X, Y, Z), strict=True)}
    found = evaluate(model, point).expressions
    assert {name: value.tolist() for name, value in found.items()} == {"earned": [X], "objective_2": [Y]}


def test_a_part_with_a_name_that_is_taken_is_not_reported_twice() -> None:
    model = bound(most("x + y", name="total", weight=1), least("z", name="x"), expressions={"total": "x + y"})
    assert list(model.expressions) == ["total"]


def test_a_weight_of_one_objective_scales_it() -> None:
    model = bound(most("x", priority=1, weight=4), least("y", priority=2))
    assert values(model) == {"4 objective": 4 * X, "objective_2": Y}


def test_units_survive_where_they_agree() -> None:
    one = bound(most("x", unit="EUR", weight=1), least("y", unit="EUR"))
    two = bound(most("x", unit="EUR", weight=1), least("y", unit="h"))
    assert [m.objectives[0].unit for m in (one, two)] == ["EUR", ""]


def test_tolerances_of_a_level_are_those_of_its_parts() -> None:
    model = bound(
        most("x", weight=2, abs_tol=3, rel_tol=0.1), least("y", abs_tol=1, weight=-1), least("z", priority=2)
    )
    first, second = model.objectives
    assert (first.abs_tol, first.rel_tol) == (2 * 3 + 1, 0.1)
    assert (second.abs_tol, second.rel_tol) == (0, 0)


def test_sources_are_collected_once() -> None:
    model = bound(most("x", weight=1, source=["a", "b"]), least("y", source="b"))
    assert model.objectives[0].sources == ("a", "b")


@pytest.mark.parametrize(
    ("objectives", "said"),
    [
        ([most("x"), least("y")], "objective: 2 objectives without an order; give each a 'priority'"),
        ([most("x"), least("y"), least("z")], "objective: 3 objectives without an order"),
        ([most("x", priority=1), {"sense": "satisfy"}], "objective: 'satisfy' stands among other objectives"),
        ([most("x", name="n", weight=1), least("y", name="n")], "objective: two objectives are called 'n'"),
        (
            [most("x", weight=1), least("y", name="objective")],
            "objective: two objectives are called 'objective'",
        ),
        (
            [most("x", priority=1), least("3")],
            "objective.expression: the objective holds no decision variable",
        ),
    ],
)
def test_refused_in_one_line(objectives: list[Entry], said: str) -> None:
    with pytest.raises(DocumentError) as caught:
        bound(*objectives)
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


def test_one_objective_needs_no_order() -> None:
    assert values(bound(most("x"))) == {"objective": X}
    assert [o.tree for o in bound({"sense": "satisfy"}).objectives] == [None]
