from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintet.errors import SizeError
from quintet.solvers import convexity
from quintet.solvers.arrays import Products
from quintet.solvers.convexity import components, is_convex


def products(hessian: np.ndarray) -> Products:
    first, second = np.nonzero(np.triu(hessian))
    values = hessian[first, second] * np.where(first == second, 0.5, 1.0)
    return Products(first, second, values)


@pytest.mark.parametrize(
    ("hessian", "convex", "concave"),
    [
        ([[2, 0], [0, 0]], True, False),
        ([[-2, 0], [0, -1]], False, True),
        ([[2, 1], [1, 2]], True, False),
        ([[1, 1], [1, 1]], True, False),  # singular
        ([[1, 2], [2, 1]], False, False),
        ([[0, 1], [1, 0]], False, False),
        ([[0, 1], [1, 5]], False, False),
        ([[3, 2, 2], [2, 3, 2], [2, 2, 3]], True, False),  # not diagonally dominant
        ([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]], False, False),  # each 2 by 2 block is
    ],
)
def test_small_hessians(hessian: list[list[float]], convex: bool, concave: bool) -> None:
    found = products(np.array(hessian, dtype=float))
    assert is_convex(found, len(hessian)) is convex
    assert is_convex(found, len(hessian), direction=-1.0) is concave


@given(st.integers(0, 2**32 - 1), st.integers(2, 12), st.integers(1, 12))
def test_against_eigenvalues(seed: int, size: int, rank: int) -> None:
    random = np.random.default_rng(seed)
    factor = random.integers(-3, 4, (size, rank)).astype(float)
    hessian = factor @ factor.T
    hessian[0, 0] -= random.choice([0, 0, 1, 5])
    least = np.linalg.eigvalsh(hessian).min()
    if abs(least) > 1e-6:
        assert is_convex(products(hessian), size) is bool(least > 0)
    if np.array_equal(hessian, factor @ factor.T):
        assert is_convex(products(hessian), size)


def test_blocks_are_judged_one_by_one() -> None:
    """A thousand blocks, dense together only if the blocks were not found."""
    block = np.array([[3.0, 2, 2], [2, 3, 2], [2, 2, 3]])
    one = products(block)
    offsets = np.repeat(np.arange(0, 3000, 3), len(one))
    many = Products(
        np.tile(one.first, 1000) + offsets, np.tile(one.second, 1000) + offsets, np.tile(one.values, 1000)
    )
    assert is_convex(many, 3000)
    many.values[-2] = 9.0
    assert not is_convex(many, 3000)


def test_a_block_too_large_to_factorise_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convexity, "LARGEST_BLOCK", 2)
    with pytest.raises(SizeError, match=r"^objective\.expression: 3 variables meet in products"):
        is_convex(products(np.array([[3.0, 2, 2], [2, 3, 2], [2, 2, 3]])), 3)


@given(st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=25))
def test_components_against_a_search(edges: list[tuple[int, int]]) -> None:
    label = list(range(20))
    for one, two in edges:
        low, high = sorted((label[one], label[two]))
        label = [low if each == high else each for each in label]
    ends = np.array(edges, dtype=np.int64).reshape(-1, 2)
    assert components(ends[:, 0], ends[:, 1], 20).tolist() == label
