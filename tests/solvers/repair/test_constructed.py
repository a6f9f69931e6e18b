"""Every constructed model with a contradiction is feasible once its repair is carried out."""

from __future__ import annotations

import pytest

from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.model import Model
from quintet.solvers import solve
from quintet.solvers.diagnosis.limit import bound_limits
from quintet.solvers.outcome import Outcome
from quintet.solvers.repair import Repairs, apply, repair
from tests.solvers.diagnosis.cases import CASES, Clash

FEASIBLE = (Outcome.OPTIMAL, Outcome.LOCALLY_OPTIMAL, Outcome.FEASIBLE, Outcome.UNBOUNDED)


def bound(clash: Clash) -> Model:
    return bind(Formulation.model_validate(clash.document()))


def confirmed(asked: Model, made: Repairs) -> None:
    for part in (made.smallest, made.fewest, made.values):
        if part is not None:
            assert part.changes
            assert part.outcome_after in FEASIBLE
            assert solve(apply(asked, part)).outcome in FEASIBLE


# logic takes its constants from the bounds, so they stay
NEEDED = {"an indicator": "x", "different": "x"}


@pytest.mark.parametrize("clash", CASES, ids=lambda clash: clash.name)
def test_with_every_limit_soft_there_is_a_repair(clash: Clash) -> None:
    asked = bound(clash)
    bounds = {limit.name for limit in bound_limits(asked)} - {NEEDED.get(clash.name)}
    made = repair(asked, soft=[*asked.constraints, *sorted(bounds)])
    assert made.feasible is False
    assert made.smallest is not None
    assert made.fewest is not None
    # every irreducible subset must lose a member
    changed = {change.limit.place for change in made.fewest.changes}
    assert all(changed & subset for subset in clash.subsets)
    confirmed(asked, made)


@pytest.mark.parametrize("clash", CASES, ids=lambda clash: clash.name)
def test_by_default_there_is_a_repair_or_a_contradiction_of_what_is_held(clash: Clash) -> None:
    asked = bound(clash)
    made = repair(asked)
    assert made.feasible is False
    assert made.stuck == (made.smallest is None)
    confirmed(asked, made)
