"""Repairs of random small systems against enumeration of all plans."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quintet.formulation.model import Model
from quintet.solvers import Outcome, solve
from quintet.solvers.repair import Repair, Repairs, apply, repair
from tests.solvers.repair.models import amount, linear, model, policy, whole

NAMES = ("x", "y")
TOP = 3
SIGNS = ("<=", ">=", "==")


@dataclass(frozen=True)
class Row:
    """`a x + b y sign right`."""

    coefficients: tuple[int, int]
    sign: str
    right: int

    def text(self) -> str:
        return f"{linear(self.coefficients, NAMES)} {self.sign} {self.right}"

    def missed(self, point: tuple[float, ...]) -> float:
        left = sum(c * v for c, v in zip(self.coefficients, point, strict=True))
        over, under = max(0.0, left - self.right), max(0.0, self.right - left)
        return {"<=": over, ">=": under, "==": over + under}[self.sign]

    @property
    def weight(self) -> float:
        return 1.0 / max(1, abs(self.right))


coefficients = st.tuples(st.integers(-2, 3), st.integers(-2, 3)).filter(any)
row = st.builds(Row, coefficients, st.sampled_from(SIGNS), st.integers(-4, 9))
rows = st.lists(row, min_size=2, max_size=5)


def build(found: list[Row], *, discrete: bool) -> Model:
    entry = whole(0, TOP) if discrete else amount(0, TOP)
    return model(
        dict.fromkeys(NAMES, entry),
        {f"row{n}": policy(row.text()) for n, row in enumerate(found)},
        {"sense": "minimize", "expression": "x + y"},
    )


def holds(found: Repairs, part: Repair | None) -> Repair:
    """A repair that solving the repaired model again confirms."""
    assert part is not None
    assert part.outcome_after is Outcome.OPTIMAL
    again = solve(apply(found.model, part))
    assert again.outcome is Outcome.OPTIMAL
    assert again.objective == pytest.approx(part.objective_after)
    return part


@given(rows)
@settings(max_examples=40)
def test_integers_agree_with_enumeration(found: list[Row]) -> None:
    made = repair(build(found, discrete=True))
    points = list(itertools.product(range(TOP + 1), repeat=2))
    total = min(sum(row.weight * row.missed(p) for row in found) for p in points)
    count = min(sum(row.missed(p) > 0 for row in found) for p in points)
    smallest, fewest = holds(made, made.smallest), holds(made, made.fewest)
    assert smallest.total == pytest.approx(total, abs=1e-6)
    assert fewest.count == count
    assert smallest.proven
    assert fewest.proven
    assert made.feasible is (count == 0)


GRID = [n / 4 for n in range(4 * TOP + 1)]


@given(rows)
@settings(max_examples=40)
def test_no_grid_point_needs_less_than_a_linear_repair(found: list[Row]) -> None:
    made = repair(build(found, discrete=False))
    points = list(itertools.product(GRID, repeat=2))
    smallest, fewest = holds(made, made.smallest), holds(made, made.fewest)
    assert smallest.total <= min(sum(r.weight * r.missed(p) for r in found) for p in points) + 1e-6
    assert fewest.count <= min(sum(r.missed(p) > 1e-9 for r in found) for p in points)
    assert smallest.total <= fewest.total + 1e-6
    assert fewest.count <= smallest.count


KINDS = {
    "bounded": dict.fromkeys(NAMES, amount(0, TOP)),
    "free": dict.fromkeys(NAMES, amount(None, None)),
    "mixed": {"x": whole(0, TOP), "y": amount(None, None)},
}


@pytest.mark.parametrize("kind", KINDS)
@given(found=rows)
@settings(max_examples=20)
def test_fewest_agrees_with_all_subsets(found: list[Row], kind: str) -> None:
    """Dropping any smaller set of rows leaves nothing feasible; dropping the found set does."""
    made = repair(system(found, kind))
    assert made.fewest is not None
    assert made.fewest.proven
    chosen = {change.limit.name for change in made.fewest.changes}
    assert _feasible_without(found, chosen, kind)
    names = [f"row{n}" for n in range(len(found))]
    for size in range(len(chosen)):
        for dropped in itertools.combinations(names, size):
            assert not _feasible_without(found, set(dropped), kind)


def system(found: list[Row], kind: str) -> Model:
    return model(KINDS[kind], {f"row{n}": policy(row.text()) for n, row in enumerate(found)})


def _feasible_without(found: list[Row], dropped: set[str], kind: str) -> bool:
    kept = [row for n, row in enumerate(found) if f"row{n}" not in dropped]
    return solve(system(kept, kind)).outcome is Outcome.OPTIMAL
