"""What a story means, written down by hand, and its optimum by enumeration, apart from the reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

Row = tuple[Sequence[float], str, float]
TOLERANCE = 1e-7


@dataclass(frozen=True)
class Truth:
    """Maximise or minimise `cost @ x` over `rows`; integer ones are enumerated up to `top`."""

    sense: str
    cost: Sequence[float]
    rows: Sequence[Row]
    integer: bool = True
    top: int = 60

    def optimum(self) -> float | None:
        """The best value, or `None` if nothing is feasible."""
        points = self._grid() if self.integer else self._vertices()
        feasible = points[self._holds(points)]
        if not len(feasible):
            return None
        values = feasible @ np.asarray(self.cost, dtype=float)
        best = values.max() if self.sense == "maximize" else values.min()
        if self.integer:
            self._check_inside(feasible[np.isclose(values, best)])
        return float(best)

    def _check_inside(self, best: np.ndarray) -> None:
        assert (best.max(axis=1) < self.top).any(), (
            "enumerate further: the optimum lies on the edge of the box"
        )

    def _grid(self) -> np.ndarray:
        axis = np.arange(self.top + 1)
        return np.array(list(product(*[axis] * len(self.cost))), dtype=float)

    def _vertices(self) -> np.ndarray:
        n = len(self.cost)
        lines = [(np.asarray(a, dtype=float), b) for a, _, b in self.rows]
        lines += [(row, 0.0) for row in np.eye(n)]
        found = []
        for chosen in combinations(lines, n):
            matrix = np.array([a for a, _ in chosen])
            if abs(np.linalg.det(matrix)) > 1e-9:
                found.append(np.linalg.solve(matrix, np.array([b for _, b in chosen])))
        return np.array(found) if found else np.empty((0, n))

    def _holds(self, points: np.ndarray) -> np.ndarray:
        holds = np.asarray((points >= -TOLERANCE).all(axis=1))
        for a, sense, b in self.rows:
            slack = points @ np.asarray(a, dtype=float) - b
            scale = TOLERANCE * max(1.0, abs(b))
            holds &= {
                "<=": slack <= scale, ">=": slack >= -scale, "<": slack < -scale, ">": slack > scale,
                "==": abs(slack) <= scale,
            }[sense]  # fmt: skip
        return holds
