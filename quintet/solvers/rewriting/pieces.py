"""The straight pieces of a piecewise linear function over an interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

INF = math.inf


@dataclass(frozen=True)
class Piece:
    """One piece: `value + slope * (x - anchor)` from `start` to `end`; the anchor is finite."""

    start: float
    end: float
    anchor: float
    value: float
    slope: float

    def at(self, x: float) -> float:
        """The value of its line."""
        return self.value + (self.slope * (x - self.anchor) if self.slope else 0.0)


def pieces(
    xs: Sequence[float],
    ys: Sequence[float],
    left: float | None,
    right: float | None,
    lower: float,
    upper: float,
) -> list[Piece]:
    """The pieces between two places, from left to right; pieces on one line are one.

    A jump at the first or the last place leaves a piece of that place alone if it is the lower side.

    Args:
        xs: Breakpoints from left to right; one that stands twice is a jump.
        ys: Values there.
        left: Slope before the first breakpoint, None for that of the first piece.
        right: Slope after the last one, None for that of the last piece.
        lower: Where to begin, may be infinite.
        upper: Where to end, may be infinite; not below `lower`.
    """
    points = list(zip(xs, ys, strict=True))
    inner = [Piece(x, z, x, y, (v - y) / (z - x)) for (x, y), (z, v) in pairwise(points) if x < z]
    before = Piece(-INF, xs[0], xs[0], ys[0], inner[0].slope if left is None else left)
    after = Piece(xs[-1], INF, xs[-1], ys[-1], inner[-1].slope if right is None else right)
    cut = [
        replace(piece, start=max(piece.start, lower), end=min(piece.end, upper))
        for piece in (before, *inner, after)
    ]
    wide = [piece for piece in cut if piece.start < piece.end]
    narrow = [piece for piece in cut if piece.start == piece.end]
    if not wide:
        return [min(narrow, key=lambda piece: piece.at(piece.start))]
    before_all = [p for p in narrow if p.end == wide[0].start and p.at(p.end) < wide[0].at(p.end)]
    after_all = [p for p in narrow if p.start == wide[-1].end and p.at(p.start) < wide[-1].at(p.start)]
    return [*before_all[:1], *_joined(wide), *after_all[-1:]]


def _joined(found: Sequence[Piece]) -> list[Piece]:
    result = [found[0]]
    for piece in found[1:]:
        last = result[-1]
        if last.slope == piece.slope and not jumps(last, piece):
            result[-1] = replace(last, end=piece.end)
        else:
            result.append(piece)
    return result


def jumps(first: Piece, second: Piece) -> bool:
    """Whether two neighbours do not meet."""
    gap = abs(first.at(first.end) - second.at(second.start))
    return gap > 1e-12 * max(1.0, abs(second.at(second.start)))


def is_convex(found: Sequence[Piece]) -> bool:
    """Whether the pieces meet, with slopes that never fall."""
    return all(not jumps(a, b) and a.slope <= b.slope for a, b in pairwise(found))


def is_concave(found: Sequence[Piece]) -> bool:
    """Whether the pieces meet, with slopes that never rise."""
    return all(not jumps(a, b) and a.slope >= b.slope for a, b in pairwise(found))


def span(found: Sequence[Piece]) -> tuple[float, float]:
    """The least and the greatest value."""
    values = [piece.at(x) for piece in found for x in (piece.start, piece.end)]
    return min(values), max(values)


def kept_apart(found: Sequence[Piece], margin: float, *, whole: bool) -> list[Piece]:
    """The pieces without the place of a jump on its higher side, where the value is the lower one.

    Args:
        found: The pieces.
        margin: How far the higher side stays away, relative to max(1, |place|).
        whole: Whether only whole places are used.
    """
    result = list(found)
    for number, (first, second) in enumerate(pairwise(found)):
        if not jumps(first, second):
            continue
        place = first.end
        if first.at(place) > second.at(place):
            end = math.ceil(place) - 1.0 if whole else place - margin * max(1.0, abs(place))
            result[number] = replace(result[number], end=end)
        else:
            start = math.floor(place) + 1.0 if whole else place + margin * max(1.0, abs(place))
            result[number + 1] = replace(result[number + 1], start=start)
    return [piece for piece in result if piece.start <= piece.end]
