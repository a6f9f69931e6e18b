"""The arrays of a model at every point of a sweep.

`Compiled` binds and compiles at each point. `Affine` does so at the corners of the sweep only, and
follows from there, where the formulation is affine in what is swept (`dependence`) and the arrays at
one more point inside agree with that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Protocol

import numpy as np

from quintet.errors import DataError, QuintetError
from quintet.formulation.model import ExpressionData, Floats, Model, ObjectiveData
from quintet.formulation.schema import Sense
from quintet.formulation.tree import Element, ExpressionRef
from quintet.solvers.arrays import Arrays, Sparse, inner
from quintet.solvers.matrix import BeyondMatrix, compile
from quintet.solvers.whatif.axes import Place
from quintet.solvers.whatif.watching import Watched

VECTORS = ("cost", "row_lower", "row_upper", "column_lower", "column_upper")
LAYOUT = ("integrality", "row_constraint", "row_key", "row_link")
INSIDE = (0.6180339887498949, 0.4142135623730951)
"""Where inside the sweep the arrays are checked, as shares of its axes; no grid has points there."""
AGREE = 1e-9
"""Relative difference that arrays at the check may have."""


@dataclass(frozen=True)
class Instant:
    """A model at one point of a sweep, as arrays.

    Args:
        model: A model with the same columns; bounds and data may be those of another point.
        arrays: The arrays at this point.
        watched: Per watched quantity, its cost vector and constant; None where it is not linear.
    """

    model: Model
    arrays: Arrays
    watched: tuple[tuple[Floats, float] | None, ...] = ()

    def values(self, x: Floats, watched: Sequence[Watched]) -> tuple[float | None, ...]:
        """The watched quantities at a point."""
        if any(line is None for line in self.watched):
            return tuple(one.at(self.model, self.model.point(x)) for one in watched)
        return tuple(inner(line[0], x) + line[1] for line in self.watched if line is not None)


class Source(Protocol):
    """Gives the arrays at every point."""

    def at(self, place: Place) -> Instant:
        """The model at one point.

        Raises:
            DataError: The data can't be used there.
        """
        ...


@dataclass(frozen=True)
class Compiled:
    """Binds and compiles at each point; `model` gives the bound, linear model there."""

    model: Callable[[Place], Model]
    watched: Sequence[Watched]

    def at(self, place: Place) -> Instant:
        """The model at one point."""
        model = self.model(place)
        return Instant(model, compile(model), tuple(_line(model, one) for one in self.watched))


def _line(model: Model, watched: Watched) -> tuple[Floats, float] | None:
    """A watched quantity as a linear form; None if it is none."""
    if watched.name in model.variables:
        cost = np.zeros(model.columns)
        cost[model.variables[watched.name].first_column + watched.row(model)] = 1.0
        return cost, 0.0
    entry: ExpressionData = model.expressions[watched.name]
    key = entry.family.keys[watched.row(model)]
    tree = ExpressionRef(watched.name, tuple(Element(element) for element in key))
    try:
        alone = replace(model, constraints={}, objectives=[ObjectiveData("watched", Sense.MINIMIZE, tree)])
        arrays = compile(alone)
    except (BeyondMatrix, DataError):
        return None
    return None if len(arrays.products) else (arrays.cost, arrays.offset)


@dataclass(frozen=True)
class Affine:
    """Arrays that are affine in what is swept.

    Args:
        start: At the first corner.
        origin: Its place.
        slopes: Per axis, the derivative of every number by the axis: by name of the array.
    """

    start: Instant
    origin: Place
    slopes: tuple[Mapping[str, Floats], ...]

    def at(self, place: Place) -> Instant:
        """The model at one point."""
        numbers = _numbers(self.start)
        for value, first, slope in zip(place, self.origin, self.slopes, strict=True):
            for name, derivative in slope.items():
                numbers[name] = numbers[name] + (value - first) * derivative
        return _instant(self.start, numbers)


def affine(source: Compiled, axes: Sequence[Sequence[float]]) -> Affine | None:
    """The arrays as affine functions, or None if they are not.

    Args:
        source: Compiles at a point.
        axes: The values of each axis.
    """
    ends = [(min(values), max(values)) for values in axes]
    if any(first == last for first, last in ends):
        return None
    inside = tuple(first + share * (last - first) for (first, last), share in zip(ends, INSIDE, strict=False))
    try:
        corners = {corner: source.at(corner) for corner in product(*ends)}
        check = source.at(inside)
    except QuintetError:
        return None  # some point can't be compiled: each is then tried by itself, and says so
    origin = tuple(first for first, _ in ends)
    start = corners[origin]
    if not all(_same_layout(start, other) for other in (*corners.values(), check)):
        return None
    found = Affine(start, origin, _slopes(start, corners, ends))
    return (
        found if all(_agree(found.at(p), other) for p, other in {**corners, inside: check}.items()) else None
    )


def _slopes(
    start: Instant, corners: Mapping[Place, Instant], ends: Sequence[tuple[float, float]]
) -> tuple[Mapping[str, Floats], ...]:
    before, slopes = _numbers(start), []
    for axis, (first, last) in enumerate(ends):
        corner = tuple(e[1] if n == axis else e[0] for n, e in enumerate(ends))
        after = _numbers(corners[corner])
        differences = {name: _difference(after[name], before[name]) / (last - first) for name in before}
        slopes.append({name: slope for name, slope in differences.items() if np.any(slope)})
    return tuple(slopes)


def _difference(after: Floats, before: Floats) -> Floats:
    finite = np.isfinite(after) & np.isfinite(before)
    return np.where(finite, np.where(finite, after, 0.0) - np.where(finite, before, 0.0), 0.0)


def _numbers(instant: Instant) -> dict[str, Floats]:
    arrays = instant.arrays
    numbers = {name: getattr(arrays, name) for name in VECTORS}
    numbers |= {"offset": np.array([arrays.offset]), "matrix": arrays.matrix.values}
    for number, line in enumerate(instant.watched):
        if line is not None:
            numbers |= {f"watched {number}": line[0], f"constant {number}": np.array([line[1]])}
    return numbers


def _instant(like: Instant, numbers: Mapping[str, Floats]) -> Instant:
    old = like.arrays
    matrix = Sparse(old.matrix.starts, old.matrix.columns, numbers["matrix"])
    vectors = {name: numbers[name] for name in VECTORS}
    arrays = replace(old, **vectors, matrix=matrix, offset=float(numbers["offset"][0]))
    watched = tuple(
        (numbers[f"watched {n}"], float(numbers[f"constant {n}"][0])) for n in range(len(like.watched))
    )
    return Instant(like.model, arrays, watched)


def same_structure(one: Arrays, other: Arrays) -> bool:
    """Whether two arrays have the same rows, columns and places of coefficients."""
    if one.sense is not other.sense or len(one.products) or len(other.products):
        return False
    same = [np.array_equal(getattr(one, name), getattr(other, name)) for name in LAYOUT]
    places = (np.array_equal(getattr(one.matrix, n), getattr(other.matrix, n)) for n in ("starts", "columns"))
    return all(same) and all(places)


def _same_layout(one: Instant, other: Instant) -> bool:
    if None in one.watched or None in other.watched or not same_structure(one.arrays, other.arrays):
        return False
    left, right = _numbers(one), _numbers(other)
    return all(np.array_equal(np.isfinite(left[name]), np.isfinite(right[name])) for name in left)


def _agree(one: Instant, other: Instant) -> bool:
    left, right = _numbers(one), _numbers(other)
    return all(np.allclose(left[name], right[name], rtol=AGREE, atol=AGREE) for name in left)
