"""What a sweep goes over: `share=0.1:0.9:9`, `capacity[A]=300,350,400`, `demand*=0.8:1.2:9`.

NAME[key] = FROM : TO : COUNT        COUNT values at equal distances, both ends included
NAME[key] = FROM : TO : COUNTlog     at equal ratios
NAME[key] = VALUE, VALUE, …          these values
NAME[key] *= … and += …              factors on, or amounts added to, what the data say
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise, product
from typing import TypeAlias

from quintet.errors import DocumentError
from quintet.solvers.whatif.changes import ParameterChange, ScaleParameter, SetParameter, ShiftParameter
from quintet.solvers.whatif.grammar import assigned, number
from quintet.solvers.whatif.keys import Pattern, target_text

POINTS = 10_000
"""Most points of one sweep."""
FORMS = "write NAME=FROM:TO:COUNT, NAME=FROM:TO:COUNTlog or NAME=VALUE,VALUE,…"

Place: TypeAlias = tuple[float, ...]
"""One value an axis."""


class Mode(StrEnum):
    """What a value of an axis does to the parameter."""

    SET = "="
    SCALE = "*="
    SHIFT = "+="


@dataclass(frozen=True)
class Axis:
    """One parameter of a sweep, with its values in the order given.

    Args:
        parameter: Its name.
        values: The values, factors or amounts.
        key: Which of its keys; None for a scalar, or for all with `SCALE` and `SHIFT`.
        mode: What a value does.

    Raises:
        DocumentError: No value, a value twice, or one that is not finite.
    """

    parameter: str
    values: tuple[float, ...]
    key: Pattern | None = None
    mode: Mode = Mode.SET

    def __post_init__(self) -> None:
        place = f"--sweep {self.label}"
        if not self.values:
            raise DocumentError("it has no values", place=place, remedy=FORMS)
        if not all(math.isfinite(value) for value in self.values):
            raise DocumentError("a value is not a finite number", place=place, remedy=FORMS)
        twice = (
            [value for value in self.values if self.values.count(value) > 1]
            if len(self.values) <= POINTS
            else []
        )
        if twice:
            raise DocumentError(f"the value {twice[0]:g} stands twice", place=place, remedy="keep one")

    @property
    def label(self) -> str:
        """`capacity[A]`, `demand ×`, `demand +`."""
        sign = {Mode.SET: "", Mode.SCALE: " ×", Mode.SHIFT: " +"}[self.mode]
        return target_text(self.parameter, self.key) + sign

    @property
    def logarithmic(self) -> bool:
        """Whether its values are at equal ratios rather than distances: a plot takes a log scale then."""
        rising = self.values
        if len(rising) < 3 or min(rising) <= 0 or max(rising) / min(rising) < 10:
            return False
        ratios = [b / a for a, b in pairwise(rising)]
        return max(ratios) <= min(ratios) * (1 + 1e-6)

    def replaces(self, change: ParameterChange) -> bool:
        """Whether nothing is left of a change where the axis has set its values."""
        if self.mode is not Mode.SET or change.parameter != self.parameter:
            return False
        if self.key in (None, (None,)) or self.key == change.key:
            return True
        pairs = zip(self.key or (), change.key or (), strict=False)
        return len(self.key or ()) == len(change.key or ()) and all(a in (None, b) for a, b in pairs)

    def change(self, value: float) -> ParameterChange:
        """The change that a value stands for."""
        name, key = self.parameter, self.key
        if self.mode is Mode.SCALE:
            return ScaleParameter(parameter=name, key=key, factor=value)
        if self.mode is Mode.SHIFT:
            return ShiftParameter(parameter=name, key=key, amount=value)
        return SetParameter(parameter=name, key=key, value=value)


def read_axis(text: str) -> Axis:
    """An axis as a command line gives it.

    Raises:
        DocumentError: It can't be read, ends before it starts, or has no points.
    """
    place = f"--sweep {text!r}"
    name, key, sign, values = assigned(text, place, FORMS)
    if sign in ("-=", "/="):
        raise DocumentError(f"{sign} can't be swept", place=place, remedy="use =, *= or +=")
    parts = [part.strip() for part in values.split(":")]
    if len(parts) == 3:
        found = _range(parts, place)
    elif len(parts) == 1:
        found = tuple(float(number(part.strip(), place)) for part in values.split(","))
    else:
        raise DocumentError(f"{values!r} can't be read", place=place, remedy=FORMS)
    return Axis(name, found, key, Mode(sign))


def _range(parts: Sequence[str], place: str) -> tuple[float, ...]:
    first, last = (float(number(part, place)) for part in parts[:2])
    text = parts[2]
    logarithmic = text.endswith("log")
    count = _count(text.removesuffix("log").strip(), place)
    if first > last:
        remedy = f"write {parts[1]}:{parts[0]}:{parts[2]}"
        raise DocumentError(
            f"it ends at {parts[1]}, before it starts at {parts[0]}", place=place, remedy=remedy
        )
    if (count == 1) != (first == last):
        said = f"one value can't reach from {first:g} to {last:g}" if count == 1 else "both ends are the same"
        raise DocumentError(said, place=place, remedy=FORMS)
    if logarithmic and first <= 0:
        raise DocumentError(f"equal ratios can't start at {first:g}", place=place, remedy="start above 0")
    return tuple(_spaced(first, last, count, logarithmic))


def _count(text: str, place: str) -> int:
    count = number(text, place) if text else 0
    if isinstance(count, float) or count < 1:
        said = f"{text or 'no'} points are none" if count < 1 else f"{text} points can't be counted"
        raise DocumentError(said, place=place, remedy="give a whole number of points, 9 for nine")
    if count > POINTS:
        raise DocumentError(f"{count:,} points are more than {POINTS:,}", place=place, remedy="take fewer")
    return count


def _spaced(first: float, last: float, count: int, logarithmic: bool) -> list[float]:
    """Both ends exactly; the rest without the noise of a floating-point step."""
    if count == 1:
        return [first]
    steps = [step / (count - 1) for step in range(count)]
    between = (first * (last / first) ** s if logarithmic else first + (last - first) * s for s in steps)
    values = [float(f"{value:.12g}") for value in between]
    return [first, *values[1:-1], last]


def grid(axes: Sequence[Axis]) -> list[Place]:
    """All places, the last axis fastest.

    Raises:
        DocumentError: No axis, more than two, one parameter on both, or too many points.
    """
    if not 1 <= len(axes) <= 2:
        said = "nothing is swept" if not axes else f"{len(axes)} parameters are swept"
        raise DocumentError(said, place="--sweep", remedy="sweep one parameter, or two")
    if len(axes) == 2 and _same(*axes):
        raise DocumentError(f"{axes[0].label} is swept twice", place="--sweep", remedy="sweep it once")
    total = math.prod(len(axis.values) for axis in axes)
    if total > POINTS:
        raise DocumentError(
            f"{total:,} points are more than {POINTS:,}", place="--sweep", remedy="take fewer"
        )
    return list(product(*(axis.values for axis in axes)))


def _same(one: Axis, other: Axis) -> bool:
    """Whether two axes set the same number: a value set would undo the other."""
    if one.parameter != other.parameter:
        return False
    if one.key is None or other.key is None or len(one.key) != len(other.key):
        return True
    return all(a == b or a is None or b is None for a, b in zip(one.key, other.key, strict=True))


def snake(axes: Sequence[Axis]) -> list[int]:
    """Numbers of the places of `grid`, in an order in which each is next to the one before."""
    if len(axes) == 1:
        return list(range(len(axes[0].values)))
    across = len(axes[1].values)
    rows = [list(range(row * across, (row + 1) * across)) for row in range(len(axes[0].values))]
    return [place for number, row in enumerate(rows) for place in (row if number % 2 == 0 else reversed(row))]
