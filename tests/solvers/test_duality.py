from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.solvers.arrays import Arrays
from quintet.solvers.duality import certificate, is_ray
from quintet.solvers.matrix import compile

FREE = {"lower": None, "upper": None}
PLUS = {"lower": 0, "upper": None}


def arrays(**rooms: Any) -> Arrays:
    return compile(bind(Formulation.model_validate(rooms)))


def at(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)


def test_optimal_points_are_proved_and_others_are_not() -> None:
    qp = arrays(
        variables={"x": FREE, "y": FREE},
        objective={"sense": "minimize", "expression": "x ** 2 + y ** 2 - 2 * x"},
        constraints={"a": "x + y >= 3"},
    )
    best = certificate(qp, at(2, 1), at(2))
    assert best.proves
    assert (best.objective, best.bound) == (1, 1)
    assert not certificate(qp, at(2, 1), at(1.9)).proves  # free columns: the gradient must vanish
    assert not certificate(qp, at(2.5, 1), at(2)).proves
    assert not certificate(qp, at(1, 0), at(0)).proves  # the free optimum, infeasible
    assert certificate(qp, at(1, 0), at(0)).violation == pytest.approx(2 / 3)


@pytest.mark.parametrize("dual", [0.0, 0.4, 1.0, 1.5, 3.0])
def test_the_bound_is_below_the_optimum_whatever_the_duals(dual: float) -> None:
    lp = arrays(
        variables={"x": {"lower": 0, "upper": 9}, "y": {"lower": 0, "upper": 9}},
        objective={"sense": "maximize", "expression": "3 * x + 2 * y"},
        constraints={"a": "x + y <= 4"},
    )
    found = certificate(lp, at(1, 1), at(-dual))
    assert found.bound <= -12 + 1e-12
    assert certificate(lp, at(4, 0), at(-3)).proves


def test_rays() -> None:
    lp = arrays(
        variables={"x": PLUS, "y": PLUS},
        objective={"sense": "maximize", "expression": "x - y"},
        constraints={"a": "x - 2 * y <= 4"},
    )
    assert is_ray(lp, at(2, 1))
    assert is_ray(lp, at(2e9, 1e9))
    assert not is_ray(lp, at(1, 0))  # leaves the row
    assert not is_ray(lp, at(1, 1))  # gains nothing
    assert not is_ray(lp, at(2, -1))  # leaves a bound
    assert not is_ray(lp, at(0, 0))
    curved = arrays(variables={"x": PLUS}, objective={"sense": "minimize", "expression": "x ** 2 - x"})
    assert not is_ray(curved, at(1))
