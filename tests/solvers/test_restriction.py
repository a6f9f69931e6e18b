"""What a rewritten model's solution says of the model that was asked about."""

from __future__ import annotations

import pytest

from quintet.formulation import Formulation, bind
from quintet.solvers import solve

SHARE = """
quintet: 1
variables:
  good: {lower: 1, upper: 10}
  bad: {lower: 1, upper: 10}
objective: {sense: maximize, expression: good}
constraints:
  share: good / (good + bad) <= 0.5
  least: bad <= 4
"""


def test_a_ratio_that_was_multiplied_out_has_no_price_of_its_own() -> None:
    solution = solve(bind(Formulation.loads(SHARE)))
    assert solution.objective == pytest.approx(4)
    assert solution.duals is not None
    assert "share" not in solution.duals
    assert solution.duals["least"][0] == pytest.approx(1)
