"""A front as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from quintet.errors import SolverError
from quintet.formulation.wording import number
from quintet.solvers.alternatives.goals import Goal

if TYPE_CHECKING:
    from quintet.solvers.alternatives.efficient import Front

LABELLED = 30
"""Most points that get their number written beside them."""


def plot_front(front: Front, path: Path) -> None:
    """Write a plot of the first two objectives, PNG, SVG or HTML by the suffix.

    With three objectives, the third is written beside each point.

    Raises:
        SolverError: There is no point to draw.
        DocumentError: Another suffix, or it can't be written there.
        MissingDependency: matplotlib is not installed.
    """
    from quintet.solvers.whatif.page import Table
    from quintet.solvers.whatif.plot import Point, pareto_scatter, save

    if not front.points:
        raise SolverError("there is nothing to draw", place=str(path), remedy=front.message)
    labels = [_label(front, place) for place in range(len(front.points))]
    points = [Point(p.values[0], p.values[1], label) for p, label in zip(front.points, labels, strict=True)]
    first, second = front.goals[:2]
    title = front.model.formulation.title or ""
    figure = pareto_scatter(points, x_label=_axis(first), y_label=_axis(second), title=title)
    rows = [[str(n), *map(number, point.values)] for n, point in enumerate(front.points, 1)]
    table = Table(["plan", *(_axis(goal) for goal in front.goals)], rows)
    save(figure, path, title=title, notes=_notes(front), table=table)


def _label(front: Front, place: int) -> str:
    if len(front.points) > LABELLED:
        return ""
    if len(front.goals) < 3:
        return str(place + 1)
    return f"{front.goals[2].name} {number(front.points[place].values[2])}"


def _axis(goal: Goal) -> str:
    return f"{goal.name}{f' ({goal.unit})' if goal.unit else ''}, to {goal.sense.value}"


def _notes(front: Front) -> list[str]:
    from quintet.solvers.alternatives.tradeoffs import tell_end

    return [line for line in (tell_end(front),) if line]
