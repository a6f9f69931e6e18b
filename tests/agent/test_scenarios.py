"""Scenarios of a document: changes reach computed data, differences are named."""

from __future__ import annotations

import pytest

from quintet.agent.scenarios import play
from quintet.errors import DataError, DocumentError
from quintet.formulation.document import Formulation

DOCUMENT = """
quintet: 1
sets: {Good: [a, b]}
parameters:
  income: {index: [Good], values: {a: 3, b: 5}}
  hours: 10
  half: {expression: hours / 2}
variables:
  make: {index: [Good], lower: 0, upper: half}
expressions: {made: "sum(make[g] for g in Good)"}
objective: {sense: maximize, expression: "sum(income[g] * make[g] for g in Good)"}
constraints: {time: made <= hours - 2}
scenarios:
  as it is: {expect: {objective: 34, made: 8}}
  longer: {set: {hours: 12}, expect: {objective: 42, make: {b: 6}}}
  one price: {set: {income: {b: 1}}, expect: {objective: 18, status: optimal}}
  none: {set: {hours: 1}, expect: {status: infeasible}}
  wrong: {set: {hours: 12}, expect: {objective: 1, make: {a: 7}}}
"""


def test_scenarios() -> None:
    found = {played.name: played.differences for played in play(Formulation.loads(DOCUMENT))}
    wrong = found.pop("wrong")
    assert wrong == ("objective is 42, expected 1", "make[a] is 4, expected 7")
    assert set(found.values()) == {()}
    assert len(found) == 4


@pytest.mark.parametrize(
    ("old", "new", "error", "said"),
    [
        ("{hours: 1}", "{horus: 1}", DocumentError, "'horus' is no parameter"),
        ("{hours: 1}", "{hours: one}", DataError, "'one' is not a number"),
        ("{b: 1}", "{z: 1}", DataError, "'z' is not in Good"),
        ("made: 8", "maid: 8", DocumentError, "'maid' is no outcome"),
    ],
)
def test_scenarios_that_cannot_be_run(old: str, new: str, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match="scenario|change") as caught:
        play(Formulation.loads(DOCUMENT.replace(old, new)))
    assert said in str(caught.value)
