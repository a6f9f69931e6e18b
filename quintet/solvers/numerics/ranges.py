"""Smallest and largest sizes of numbers, and where they stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from quintet.formulation.model import Floats, Ids


@dataclass(frozen=True)
class Extreme:
    """A number and its place.

    Args:
        value: The number, with its sign.
        place: Where it stands: `room[A, 3] × make[A, cola, 3]`.
    """

    value: float
    place: str


@dataclass(frozen=True)
class Span:
    """The sizes of some numbers, zeros and infinities apart.

    Args:
        count: How many there are.
        least: The smallest in size, None if there is none.
        most: The largest in size, None if there is none.
    """

    count: int
    least: Extreme | None = None
    most: Extreme | None = None

    @property
    def ratio(self) -> float:
        """Largest size over smallest; 1 if there is nothing."""
        if self.least is None or self.most is None:
            return 1.0
        return abs(self.most.value) / abs(self.least.value)


def span(values: Floats, place: Callable[[int], str]) -> Span:
    """The span of an array.

    Args:
        values: Any numbers.
        place: From a position to where the number stands.
    """
    sizes = np.abs(values)
    there: Ids = np.flatnonzero(np.isfinite(values) & (sizes > 0))
    if not len(there):
        return Span(0)
    least = int(there[np.argmin(sizes[there])])
    most = int(there[np.argmax(sizes[there])])
    low, high = Extreme(float(values[least]), place(least)), Extreme(float(values[most]), place(most))
    return Span(len(there), low, high)
