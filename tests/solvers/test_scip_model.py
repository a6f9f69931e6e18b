"""Pyomo models made by hand, handed to SCIP."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyomo.environ
import pytest

from quintet.errors import SolverError
from quintet.solvers.pyomo_model import PyomoModel
from quintet.solvers.scip_model import translate

pyo: Any = pyomo.environ


def made(*, sense: Any = pyo.maximize) -> PyomoModel:
    model: Any = pyo.ConcreteModel()
    model.x = pyo.Var(bounds=(0, 10))
    model.n = pyo.Var([1, 2], domain=pyo.Integers, bounds=(0, 5))
    model.twice = pyo.Expression(expr=2 * model.x)
    model.total = pyo.Objective(expr=model.twice + model.n[1] - model.n[2], sense=sense)
    model.between = pyo.Constraint(expr=pyo.inequality(1, model.x + model.n[2], 4))
    model.nothing = pyo.Constraint(expr=0 * model.x <= 3)
    variables = {"x": [model.x], "n": [model.n[1], model.n[2]]}
    return PyomoModel(model, variables, model.total)


def solved(source: PyomoModel, **how: Any) -> tuple[Any, list[float]]:
    translated = translate(source, **how)
    translated.scip.optimize()
    columns = [column for rows in translated.columns.values() for column in rows]
    return translated.scip, [translated.scip.getVal(column) for column in columns]


def test_both_ends_of_a_range_hold() -> None:
    _, values = solved(made())
    assert values == pytest.approx([4, 5, 0])
    _, values = solved(made(sense=pyo.minimize))
    assert values == pytest.approx([0, 0, 4])


def test_integers_can_be_fixed() -> None:
    scip, values = solved(made(), fixed={"n": np.array([2.0, 3.0])})
    assert values == pytest.approx([1, 2, 3])
    assert scip.getObjVal() == pytest.approx(1)
    _, values = solved(made(sense=pyo.minimize), fixed={"n": np.array([0.0, 0.0])})
    assert values == pytest.approx([1, 0, 0])


def test_the_objective_can_be_left_out() -> None:
    scip, _ = solved(made(), objective=False)
    assert scip.getObjVal() == 0


def test_a_linear_objective_stays_one() -> None:
    assert translate(made()).scip.getNVars() == 3


def test_an_expression_that_scip_lacks_is_an_error() -> None:
    source = made()
    source.model.more = pyo.Constraint(expr=pyo.atan(source.model.x) <= 1)
    with pytest.raises(SolverError, match="SCIP has no function 'atan'"):
        translate(source)
