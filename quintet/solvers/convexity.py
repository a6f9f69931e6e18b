"""Whether a quadratic objective is convex, proved by a factorisation."""

from __future__ import annotations

import numpy as np

from quintet.errors import SizeError
from quintet.formulation.model import Floats, Ids
from quintet.solvers.arrays import Products, totals

SHIFT = 1e-10
"""Added to the diagonal, relative to its largest entry, so that a semidefinite matrix factorises."""
LARGEST_BLOCK = 6_000
"""Most variables of one dense block (288 MB, about half a minute on one core)."""


def is_convex(products: Products, columns: int, direction: float = 1.0) -> bool:
    """Whether `direction * products` is a convex function.

    The Hessian falls apart into blocks of variables that meet in a product. A block whose diagonal
    dominates is semidefinite by Gershgorin's theorem; any other must have a Cholesky factor once
    `SHIFT` times its largest diagonal entry is added, so its smallest eigenvalue is at least
    -SHIFT times that entry. (Golub and Van Loan, Matrix Computations, 4th ed., sections 4.1.1, 4.2.)

    Args:
        products: The quadratic part of an objective.
        columns: Number of variables.
        direction: 1 for a function to be minimised, -1 for one to be maximised.

    Raises:
        SizeError: A block is too large to factorise.
    """
    values = direction * products.values
    beside = products.first != products.second
    diagonal = totals(products.first[~beside], 2.0 * values[~beside], columns)
    first, second, coupling = products.first[beside], products.second[beside], values[beside]
    if np.any(diagonal < 0) or np.any(diagonal[first] == 0) or np.any(diagonal[second] == 0):
        return False
    reach = totals(first, np.abs(coupling), columns) + totals(second, np.abs(coupling), columns)
    if np.all(diagonal >= reach):
        return True
    return _blocks_are(first, second, coupling, diagonal)


def _blocks_are(first: Ids, second: Ids, coupling: Floats, diagonal: Floats) -> bool:
    label = components(first, second, len(diagonal))
    order = np.argsort(label[first], kind="stable")
    first, second, coupling = first[order], second[order], coupling[order]
    starts = np.flatnonzero(np.diff(label[first], prepend=-1))
    for start, end in zip(starts, [*starts[1:], len(first)], strict=True):
        part = slice(start, end)
        if not _semidefinite(first[part], second[part], coupling[part], diagonal):
            return False
    return True


def _semidefinite(first: Ids, second: Ids, coupling: Floats, diagonal: Floats) -> bool:
    members, place = np.unique(np.concatenate([first, second]), return_inverse=True)
    size = len(members)
    if size > LARGEST_BLOCK:
        raise SizeError(
            f"{size:,} variables meet in products, too many to prove the objective convex",
            place="objective.expression",
            remedy=f"split it into sums of fewer than {LARGEST_BLOCK:,} variables each",
        )
    hessian = np.diag(diagonal[members] + SHIFT * diagonal[members].max())
    rows, columns = place[: len(first)], place[len(first) :]
    hessian[rows, columns] += coupling
    hessian[columns, rows] += coupling
    try:
        np.linalg.cholesky(hessian)
    except np.linalg.LinAlgError:
        return False
    return True


def components(first: Ids, second: Ids, size: int) -> Ids:
    """Connected components of a graph, as the smallest member's number, one entry a node.

    Every node takes the least label among its neighbours, then follows labels to their end; the
    rounds are about the logarithm of the number of nodes (Shiloach and Vishkin, 1982).
    """
    label = np.arange(size)
    while True:
        least = np.minimum(label[first], label[second])
        new = label.copy()
        np.minimum.at(new, label[first], least)
        np.minimum.at(new, label[second], least)
        new = _followed(new)
        if np.array_equal(new, label):
            return label
        label = new


def _followed(label: Ids) -> Ids:
    while True:
        further = label[label]
        if np.array_equal(further, label):
            return label
        label = further
