"""The result of a sweep: a table, a document, a plot."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from quintet.formulation.columns import columns
from quintet.formulation.document import VERSION
from quintet.formulation.model import Model
from quintet.formulation.record import json_text
from quintet.formulation.schema import Sense
from quintet.formulation.wording import amount, headed, listed, number
from quintet.solvers.ending import BRIEF
from quintet.solvers.outcome import Outcome
from quintet.solvers.whatif.axes import Axis
from quintet.solvers.whatif.changes import Change, command, dump_changes
from quintet.solvers.whatif.point import SweepPoint
from quintet.solvers.whatif.telling import cell
from quintet.solvers.whatif.watching import Watched


class Route(StrEnum):
    """How the points were solved."""

    AFFINE = "warm-started, arrays interpolated"
    COMPILED = "warm-started, compiled at each point"
    SEPARATE = "each from the start"


@dataclass(frozen=True)
class Sweep:
    """The answers at every point of a grid.

    Args:
        model: The model at one of the points, for names and units.
        axes: What was swept.
        changes: What else was changed at every point.
        watched: What was followed besides the objective.
        points: The answers, the last axis fastest.
        route: How they were solved.
        workers: Threads or processes that solved them.
        seconds: Wall time in all.
    """

    model: Model = field(repr=False)
    axes: tuple[Axis, ...]
    changes: tuple[Change, ...]
    watched: tuple[Watched, ...]
    points: tuple[SweepPoint, ...] = field(repr=False)
    route: Route
    workers: int
    seconds: float

    @property
    def objective_name(self) -> str:
        """Name of the (first) objective."""
        return self.model.objectives[0].name

    @property
    def unit(self) -> str:
        """Unit of the (first) objective."""
        return self.model.objectives[0].unit

    @property
    def settled(self) -> bool:
        """Whether every point has a proven answer, a plan or that there is none."""
        return all(point.outcome.solved or point.outcome.proven for point in self.points)

    def axis_unit(self, number: int) -> str:
        """Unit of a swept parameter; none for factors."""
        axis = self.axes[number]
        return "" if axis.mode.value == "*=" else self.model.parameters[axis.parameter].unit

    def watched_unit(self, number: int) -> str:
        """Unit of a watched quantity."""
        name = self.watched[number].name
        levels = {level.name: level for level in self.model.objectives}
        return {**levels, **self.model.variables, **self.model.expressions}[name].unit

    @property
    def best(self) -> SweepPoint | None:
        """The point with the best objective; None without one, or if nothing is optimised."""
        sense = self.model.objectives[0].sense
        plans = [p for p in self.points if p.outcome.solved and p.objective is not None]
        if not plans or sense is Sense.SATISFY:
            return None
        pick = min if sense is Sense.MINIMIZE else max
        return pick(plans, key=lambda p: p.objective if p.objective is not None else 0.0)

    def record(self) -> dict[str, Any]:
        """Everything as one JSON-ready document."""
        return {
            "quintet": VERSION,
            "title": self.model.formulation.title,
            "changes": dump_changes(self.changes),
            "axes": [
                {
                    "name": a.label,
                    "parameter": a.parameter,
                    "mode": a.mode.value,
                    "values": list(a.values),
                    "unit": self.axis_unit(n),
                }
                for n, a in enumerate(self.axes)
            ],
            "objective": {
                "name": self.objective_name,
                "sense": self.model.objectives[0].sense.value,
                "unit": self.unit,
            },
            "watched": [
                {"name": one.label, "unit": self.watched_unit(n)} for n, one in enumerate(self.watched)
            ],
            "points": [point.record() for point in self.points],
            "best": None if self.best is None else list(self.best.place),
            "route": self.route.value,
            "workers": self.workers,
            "seconds": round(self.seconds, 4),
        }

    def to_json(self) -> str:
        """`record()` as text."""
        return json_text(self.record())

    def header(self) -> list[str]:
        """Heads of the table: axes, objective, watched quantities, status."""
        axes = [headed(a.label, self.axis_unit(n)) for n, a in enumerate(self.axes)]
        watched = [headed(one.label, self.watched_unit(n)) for n, one in enumerate(self.watched)]
        return [*axes, headed(self.objective_name, self.unit), *watched, "status"]

    def rows(self) -> list[list[float | str | None]]:
        """Cells of the table, numbers as they are, one row a point."""
        return [[*p.place, p.objective, *self._watched(p), p.outcome.value] for p in self.points]

    def _watched(self, point: SweepPoint) -> list[float | None]:
        return list(point.watched) or [None] * len(self.watched)

    def to_csv(self) -> str:
        """The table as CSV, numbers in full."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.header())
        writer.writerows(["" if cell is None else cell for cell in row] for row in self.rows())
        return text.getvalue()

    def to_text(self) -> str:
        """The sweep for a person."""
        title = self.model.formulation.title
        asked = command(self.changes)
        head = [line for line in (title, f"with {asked}" if asked else "") if line]
        return "\n\n".join(
            part for part in ("\n".join(head), self._table(), "\n".join(self.summary())) if part
        )

    def _table(self) -> str:
        if len(self.axes) == 2 and not self.watched:
            return self._crosstab()
        rows = [
            [_cell(cell) for cell in row[:-1]] + [BRIEF[p.outcome]]
            for row, p in zip(self.rows(), self.points, strict=True)
        ]
        return "\n".join(columns([self.header(), *rows], left=(len(self.header()) - 1,), indent=""))

    def _crosstab(self) -> str:
        down, across = self.axes
        width = len(across.values)
        lines = [[f"{self._name(0)} ↓  {self._name(1)} →", *(number(value) for value in across.values)]]
        for row, value in enumerate(down.values):
            cells = self.points[row * width : (row + 1) * width]
            lines.append([number(value), *(_short(point) for point in cells)])
        return f"{headed(self.objective_name, self.unit)}\n\n" + "\n".join(columns(lines, left=(), indent=""))

    def _name(self, axis: int) -> str:
        return headed(self.axes[axis].label, self.axis_unit(axis))

    def summary(self) -> list[str]:
        """What came of it, in a few lines."""
        counts = Counter(point.outcome for point in self.points)
        said = ", ".join(f"{count:,} {BRIEF[outcome]}" for outcome, count in counts.most_common())
        lines = [f"{len(self.points):,} points: {said}.", *self._levels()]
        if self.best is not None and len(self.points) > 1:
            where = ", ".join(
                f"{a.label} = {number(v)}" for a, v in zip(self.axes, self.best.place, strict=True)
            )
            lines.append(f"Best: {amount(self.best.objective or 0.0, self.unit)} at {where}.")
        lines += dict.fromkeys(p.message for p in self.points if p.message and p.outcome is Outcome.UNKNOWN)
        hands = f", {self.workers} workers" if self.workers > 1 else ""
        return [*lines, f"Solved {self.route.value}{hands}, in {self.seconds:.2f} s."]

    def _levels(self) -> list[str]:
        """Which of several objectives the table shows, and how to see the others."""
        first, *later = self.model.objectives
        others = [level.name for level in later if level.name not in {one.name for one in self.watched}]
        if not later:
            return []
        way = f"; --watch {others[0]} follows {'it' if len(others) == 1 else 'the next'}" if others else ""
        rest = f", before {listed(level.name for level in later)}"
        return [f"{first.name} is the first of {len(later) + 1} objectives{rest}{way}."]

    def plot(self, path: Path) -> None:
        """Write a plot: PNG, SVG or HTML by the suffix of the path.

        Raises:
            DocumentError: Another suffix, or it can't be written there.
            MissingDependency: matplotlib is not installed.
        """
        from quintet.solvers.whatif.sweep_plot import plot_sweep

        plot_sweep(self, path)


def _cell(value: float | str | None) -> str:
    return value if isinstance(value, str) else cell(value)


def _short(point: SweepPoint) -> str:
    if point.outcome.solved and point.objective is not None:
        return number(point.objective) + ("~" if point.outcome is Outcome.FEASIBLE else "")
    return BRIEF[point.outcome]
