"""Programs of 20,000 constraints with a known subset, and multipliers that are judged by themselves."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.diagnose import MODELS
from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.revision import with_rows, without
from quintet.solvers.diagnosis import Evidence, LimitKind, diagnose
from quintet.solvers.diagnosis.block import Block
from quintet.solvers.diagnosis.catalogue import Catalogue
from quintet.solvers.diagnosis.farkas import contradiction, proves
from quintet.solvers.outcome import Outcome
from quintet.solvers.registry import solve


@pytest.mark.parametrize("name", ["core", "chain"])
def test_twenty_thousand_constraints(name: str) -> None:
    document, members = MODELS[name](20_000)
    found = diagnose(bind(Formulation.model_validate(document)))
    (subset,) = found.subsets
    assert len(subset.members) == members
    assert subset.irreducible
    assert subset.evidence is Evidence.EXACT


@pytest.mark.long
@pytest.mark.parametrize("name", ["dense", "wide", "shuffled"])
def test_twenty_thousand_dense_constraints(name: str) -> None:
    document, members = MODELS[name](20_000)
    (subset,) = diagnose(bind(Formulation.model_validate(document))).subsets
    assert (len(subset.members), subset.irreducible) == (members, True)


def test_each_member_of_a_long_chain_is_needed_by_another_solver() -> None:
    """The chain's rows alone, each one taken away, solved by SCIP."""
    document, _ = MODELS["chain"](400)
    model = bind(Formulation.model_validate(document))
    (subset,) = diagnose(model).subsets
    rows = [m.row for m in subset.members if m.kind is LimitKind.CONSTRAINT and m.name == "rise"]
    assert solve(with_rows(model, "rise", np.array(rows)), "scip").outcome is Outcome.INFEASIBLE
    for gone in (rows[0], rows[-1]):
        rest = np.array([row for row in rows if row != gone])
        assert solve(with_rows(model, "rise", rest), "scip").outcome.solved
    assert solve(without(model, ["ceiling"]), "scip").outcome.solved


def test_a_program_that_the_simplex_method_leaves_open() -> None:
    """HiGHS ends 'Unknown' on these 201 dense half-spaces; the elastic program settles them."""
    document, members = MODELS["wide"](260)
    (subset,) = diagnose(bind(Formulation.model_validate(document))).subsets
    assert (len(subset.members), subset.irreducible) == (members, True)


def chain() -> tuple[Catalogue, Block]:
    document, _ = MODELS["chain"](400)
    catalogue = Catalogue(bind(Formulation.model_validate(document)))
    return catalogue, Block.of(catalogue)


def test_multipliers_are_judged_and_not_believed() -> None:
    catalogue, block = chain()
    whole = catalogue.whole
    ceiling = block.arrays.rows - 1
    good = np.zeros(block.arrays.rows)
    good[:299] = 1.0
    good[ceiling] = -1.0
    found = contradiction(block, whole, good)
    assert found is not None
    assert int(found.core.sum()) == 301
    assert proves(block, whole, good)
    for wrong in (good * np.where(np.arange(len(good)) == 17, 0.0, 1.0), np.abs(good), np.zeros_like(good)):
        assert contradiction(block, whole, wrong) is None
        assert not proves(block, whole, wrong)


def test_multipliers_that_need_a_limit_taken_away_prove_nothing() -> None:
    catalogue, block = chain()
    good = np.zeros(block.arrays.rows)
    good[:299], good[-1] = 1.0, -1.0
    for number in (0, 150, catalogue.rows - 1, catalogue.rows):  # rows, the ceiling, the first lower bound
        kept = catalogue.whole
        kept[number] = False
        assert contradiction(block, kept, good) is None
        assert not proves(block, kept, good)


def test_rounded_multipliers_are_made_exact() -> None:
    catalogue, block = chain()
    rough = np.zeros(block.arrays.rows)
    rough[:299], rough[-1] = 1.0, -1.0
    rough *= 1 / 3 + 1e-12 * np.random.default_rng(1).normal(size=len(rough))
    assert proves(block, catalogue.whole, rough)
