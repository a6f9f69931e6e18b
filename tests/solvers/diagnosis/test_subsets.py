"""Constructed infeasible models: the subsets found are those known, and another route agrees."""

from __future__ import annotations

import numpy as np
import pytest

from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.evaluator import evaluate
from quintet.formulation.model import Model
from quintet.formulation.revision import with_bounds, with_rows, without, without_objective
from quintet.solvers.diagnosis import Diagnosis, Limit, LimitKind, diagnose, limits
from quintet.solvers.options import Options
from quintet.solvers.outcome import Outcome
from quintet.solvers.registry import solve
from tests.solvers.diagnosis.cases import CASES, LOGIC, Clash

FOUND: dict[str, Diagnosis] = {}


def bound(case: Clash) -> Model:
    return bind(Formulation.model_validate(case.document()))


def found(case: Clash) -> Diagnosis:
    if case.name not in FOUND:
        FOUND[case.name] = diagnose(bound(case), subsets=8)
    return FOUND[case.name]


def only(model: Model, kept: list[Limit], far: float = np.inf) -> Model:
    """The model with some limits only, other bounds at ±far; `revision` makes it, not the catalogue."""
    for limit in limits(model):
        if limit.kind is not LimitKind.CONSTRAINT and limit not in kept:
            entry = model.variables[limit.name]
            low, high = entry.lower[limit.row], entry.upper[limit.row]
            sides = (-far, high) if limit.kind is LimitKind.LOWER else (low, far)
            model = with_bounds(model, limit.name, np.array([limit.row]), *map(np.array, sides))
    for name in list(model.constraints):
        rows = [limit.row for limit in kept if limit.kind is LimitKind.CONSTRAINT and limit.name == name]
        model = with_rows(model, name, np.array(sorted(rows))) if rows else without(model, [name])
    return without_objective(model)


def ids(case: Clash) -> str:
    return case.name


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_the_known_subsets_are_found_and_no_other(case: Clash) -> None:
    diagnosis = found(case)
    assert diagnosis.outcome is Outcome.INFEASIBLE
    places = {frozenset(member.place for member in subset.members) for subset in diagnosis.subsets}
    assert places == set(case.subsets)
    assert len(diagnosis.subsets) == len(case.subsets)
    assert diagnosis.complete
    assert all(subset.irreducible and all(subset.proven) for subset in diagnosis.subsets)
    if case.whole is not None:
        assert all(subset.integrality_needed is case.whole for subset in diagnosis.subsets)


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_the_families_are_those_of_a_subset_and_irreducible(case: Clash) -> None:
    clash = found(case).families
    assert clash is not None
    assert clash.irreducible
    known = [{place.split("[")[0].split(" ")[0] for place in subset} for subset in case.subsets]
    assert {name for _, name in clash.families} in known


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_another_solver_agrees_member_by_member(case: Clash) -> None:
    model = bound(case)
    far = 1e3 if case in LOGIC else np.inf  # logic needs bounds
    for subset in found(case).subsets:
        members = list(subset.members)
        options = Options(time_limit=20)
        assert solve(only(model, members, far), case.solver, options).outcome is Outcome.INFEASIBLE
        for member in members:
            rest = only(model, [other for other in members if other != member], far)
            solution = solve(rest, case.solver, options)
            assert solution.point is not None, f"without {member.place}: {solution.outcome}"
            assert evaluate(rest, solution.point).feasible(), member.place
