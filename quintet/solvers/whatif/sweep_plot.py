"""A sweep as a plot: lines for one parameter, heat maps for two."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from quintet.formulation.wording import headed
from quintet.solvers.ending import BRIEF
from quintet.solvers.whatif.changes import command
from quintet.solvers.whatif.page import Table
from quintet.solvers.whatif.plot import HeatMap, Line, Panel, check_suffix, heat_map, line_plot, save
from quintet.solvers.whatif.swept import Sweep
from quintet.solvers.whatif.telling import cell

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MAPS = 6
"""Most heat maps of one plot: the objective and five watched quantities."""


def plot_sweep(sweep: Sweep, path: Path) -> None:
    """Write a plot of a sweep, PNG, SVG or HTML by the suffix.

    Raises:
        DocumentError: Another suffix, or it can't be written there.
        MissingDependency: matplotlib is not installed.
    """
    check_suffix(path)
    figure = _lines(sweep) if len(sweep.axes) == 1 else _maps(sweep)
    rows = [
        [_cell(cell) for cell in row[:-1]] + [BRIEF[p.outcome]]
        for row, p in zip(sweep.rows(), sweep.points, strict=True)
    ]
    save(figure, path, title=_title(sweep), notes=sweep.summary(), table=Table(sweep.header(), rows))


def _title(sweep: Sweep) -> str:
    title, asked = sweep.model.formulation.title or "", command(sweep.changes)
    swept = " and ".join(axis.label for axis in sweep.axes)
    return ": ".join(part for part in (title, f"sweep of {swept}") if part) + (
        f", with {asked}" if asked else ""
    )


def _cell(value: float | str | None) -> str:
    return value if isinstance(value, str) else cell(value)


def _lines(sweep: Sweep) -> Figure:
    places = [point.place[0] for point in sweep.points]
    order = sorted(range(len(places)), key=places.__getitem__)
    x = [places[n] for n in order]
    panels = [
        Panel(
            _named(sweep.objective_name, sweep.unit),
            [Line(sweep.objective_name, x, _objective(sweep, order))],
        )
    ]
    by_unit: dict[str, list[Line]] = {}
    for number_, one in enumerate(sweep.watched):
        values = [_watched(sweep, n, number_) for n in order]
        by_unit.setdefault(sweep.watched_unit(number_), []).append(Line(one.label, x, values))
    panels += [
        Panel(_named(lines[0].label if len(lines) == 1 else "", unit), lines)
        for unit, lines in by_unit.items()
    ]
    axis = sweep.axes[0]
    return line_plot(
        panels,
        x_label=_named(axis.label, sweep.axis_unit(0)),
        title=_title(sweep),
        marks=_marks(sweep),
        log=axis.logarithmic,
    )


def _objective(sweep: Sweep, order: list[int]) -> list[float | None]:
    return [sweep.points[n].objective if sweep.points[n].outcome.solved else None for n in order]


def _watched(sweep: Sweep, point: int, number_: int) -> float | None:
    values = sweep.points[point].watched
    return values[number_] if values else None


def _marks(sweep: Sweep) -> dict[str, list[float]]:
    marks: dict[str, list[float]] = {}
    for point in sweep.points:
        if not point.outcome.solved:
            marks.setdefault(BRIEF[point.outcome], []).append(point.place[0])
    return marks


def _named(name: str, unit: str) -> str:
    return headed(name, unit) if name else unit


def _maps(sweep: Sweep) -> Figure:
    objective = _objective(sweep, list(range(len(sweep.points))))
    maps = [_map(sweep, _named(sweep.objective_name, sweep.unit), objective)]
    for number_, one in enumerate(sweep.watched[: MAPS - 1]):
        values = [_watched(sweep, n, number_) for n in range(len(sweep.points))]
        maps.append(_map(sweep, _named(one.label, sweep.watched_unit(number_)), values))
    return heat_map(maps, title=_title(sweep))


def _map(sweep: Sweep, title: str, values: list[float | None]) -> HeatMap:
    """The first axis upwards, the second to the right, both rising."""
    up, right = (_rising(axis.values) for axis in sweep.axes)
    width = len(right)
    places = [[row * width + column for column in right] for row in up]
    missing = {
        (r, c): BRIEF[sweep.points[n].outcome]
        for r, row in enumerate(places)
        for c, n in enumerate(row)
        if values[n] is None
    }
    labels = [_named(axis.label, sweep.axis_unit(n)) for n, axis in enumerate(sweep.axes)]
    x, y = [sweep.axes[1].values[c] for c in right], [sweep.axes[0].values[r] for r in up]
    return HeatMap(title, labels[1], labels[0], x, y, [[values[n] for n in row] for row in places], missing)


def _rising(values: tuple[float, ...]) -> list[int]:
    return sorted(range(len(values)), key=values.__getitem__)
