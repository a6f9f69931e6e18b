"""Plots that answers share: lines over a parameter, heat maps over two, fronts of two objectives.

Each function gives a matplotlib figure; `save` writes it as PNG, SVG or HTML by the suffix. The HTML
page is one file: the drawing, and the numbers behind it as a table. Nothing needs a display, and no
text is taken for mathematics or markup.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quintet.errors import DocumentError, MissingDependency
from quintet.formulation.files import require_folder
from quintet.solvers.whatif.page import Table, page, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SUFFIXES = (".png", ".svg", ".html")
INSTALL = "pip install 'quintet[plots]'"
# Okabe and Ito's colours, which people with colour blindness can tell apart.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
LOUD = "#B00020"
GREY = "#D9D9D9"
SETTINGS: Mapping[str, Any] = {
    "text.parse_math": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "quintet",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Arial", "Helvetica", "sans-serif"],
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "legend.frameon": False,
}
WIDTH, HEIGHT, DOTS = 7.2, 4.2, 150
TICKS = 12
"""Most elements named along an axis of a heat map."""
CELLS = 12
"""A heat map of at most so many cells each way has its numbers written in it."""


@dataclass(frozen=True)
class Line:
    """One line: `y` over `x`, None where there is no value."""

    label: str
    x: Sequence[float]
    y: Sequence[float | None]


@dataclass(frozen=True)
class Panel:
    """Lines that share a vertical axis."""

    y_label: str
    lines: Sequence[Line]


@dataclass(frozen=True)
class HeatMap:
    """Values over two parameters.

    Args:
        title: What the values are, with their unit.
        x_label: What runs to the right.
        y_label: What runs upwards.
        x: Values of the one.
        y: Values of the other.
        values: One row a value of `y`, one entry a value of `x`; None where there is no value.
        missing: For an entry without a value, the word to write instead.
    """

    title: str
    x_label: str
    y_label: str
    x: Sequence[float]
    y: Sequence[float]
    values: Sequence[Sequence[float | None]]
    missing: Mapping[tuple[int, int], str] = field(default_factory=dict)


@dataclass(frozen=True)
class Point:
    """A plan in a front: its two values, and the word beside it."""

    x: float
    y: float
    label: str = ""


def check_suffix(path: Path) -> None:
    """Refuse a file that no plot can be written to; asked before the work is done.

    Raises:
        DocumentError: The suffix is none of PNG, SVG and HTML, or the folder is not there.
        MissingDependency: matplotlib is not installed.
    """
    if path.suffix.lower() not in SUFFIXES:
        said = f"a plot can't be written as {path.suffix!r}" if path.suffix else "the plot has no suffix"
        raise DocumentError(said, place=str(path), remedy="name it .png, .svg or .html")
    require_folder(path)
    _settings()


def line_plot(
    panels: Sequence[Panel],
    *,
    x_label: str,
    title: str = "",
    marks: Mapping[str, Sequence[float]] | None = None,
    log: bool = False,
) -> Figure:
    """Lines over one parameter, one panel under the other.

    Args:
        panels: What shares a vertical axis.
        x_label: The parameter, with its unit.
        title: Above it all.
        marks: Word → values of the parameter at which there is nothing to draw: 'no plan'.
        log: Whether the parameter's axis is logarithmic.
    """
    with _settings():
        figure = _figure(WIDTH, HEIGHT + 2.2 * (len(panels) - 1))
        grid = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
        for axes, panel in zip(grid, panels, strict=True):
            _draw_lines(axes, panel, marks or {}, log)
        grid[-1].set_xlabel(x_label)
        _title(figure, title)
    return figure


def _draw_lines(axes: Axes, panel: Panel, marks: Mapping[str, Sequence[float]], log: bool) -> None:
    for number, line in enumerate(panel.lines):
        heights = [math.nan if y is None else y for y in line.y]
        colour = COLOURS[number % len(COLOURS)]
        size = 4 if len(line.x) <= 60 else 0
        axes.plot(line.x, heights, marker="o", markersize=size, color=colour, label=line.label, linewidth=1.6)
    for (word, places), shape in zip(marks.items(), "xv^s", strict=False):
        heights = [0.03] * len(places)
        axes.plot(
            places,
            heights,
            shape,
            transform=axes.get_xaxis_transform(),
            color=LOUD,
            label=word,
            clip_on=False,
        )
    if log:
        axes.set_xscale("log")
    _thousands(axes.yaxis)
    axes.set_ylabel(panel.y_label)
    axes.grid(True, color=GREY, linewidth=0.6)
    if len(panel.lines) > 1 or marks:
        axes.legend()


def _thousands(axis: Any) -> None:
    """Ticks as `12,500`, where they are whole and large; left as they are elsewhere."""
    from matplotlib.ticker import FuncFormatter

    low, high = axis.get_view_interval()
    if max(abs(low), abs(high)) >= 1000 and abs(high - low) >= 10:
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


def heat_map(maps: Sequence[HeatMap], *, title: str = "") -> Figure:
    """Heat maps over two parameters, side by side, at most three in a row."""
    with _settings():
        across = min(3, len(maps))
        down = math.ceil(len(maps) / across)
        figure = _figure(WIDTH if across == 1 else 5.6 * across, (HEIGHT + 0.6) * down)
        grid = list(figure.subplots(down, across, squeeze=False).flat)
        for axes, one in zip(grid, maps, strict=False):
            _draw_map(figure, axes, one)
        for axes in grid[len(maps) :]:
            axes.set_axis_off()
        _title(figure, title)
    return figure


def _draw_map(figure: Figure, axes: Axes, one: HeatMap) -> None:
    import numpy as np

    values = np.array([[math.nan if v is None else v for v in row] for row in one.values], dtype=float)
    masked = np.ma.masked_invalid(values)
    axes.set_facecolor(GREY)
    image = axes.imshow(masked, origin="lower", aspect="auto", cmap="viridis")
    if not masked.mask.all():
        _thousands(figure.colorbar(image, ax=axes, shrink=0.9).ax.yaxis)
    _write_cells(axes, one, masked)
    _ticks(axes.set_xticks, one.x)
    _ticks(axes.set_yticks, one.y)
    axes.set_xlabel(one.x_label)
    axes.set_ylabel(one.y_label)
    axes.set_title(one.title)


def _write_cells(axes: Axes, one: HeatMap, values: Any) -> None:
    if len(one.x) > CELLS or len(one.y) > CELLS:
        return
    middle = (float(values.min()) + float(values.max())) / 2 if values.count() else 0.0
    for row, line in enumerate(one.values):
        for column, value in enumerate(line):
            text = one.missing.get((row, column), "–") if value is None else _brief(value)
            colour = "black" if value is None or value > middle else "white"
            axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=7)


def _brief(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _ticks(place: Any, values: Sequence[float]) -> None:
    step = math.ceil(len(values) / TICKS)
    shown = range(0, len(values), step)
    place(list(shown), [f"{values[n]:g}" for n in shown])


def pareto_scatter(
    points: Sequence[Point],
    *,
    x_label: str,
    y_label: str,
    title: str = "",
    others: Sequence[Point] = (),
    chosen: Sequence[int] = (),
) -> Figure:
    """A front of plans in two objectives.

    Args:
        points: Plans that no other beats in both objectives.
        x_label: The first objective, its direction and unit.
        y_label: The second.
        title: Above it all.
        others: Further points, drawn faintly: the ideal point, plans that are beaten.
        chosen: Numbers of points to stand out.
    """
    with _settings():
        figure = _figure(WIDTH, HEIGHT + 0.3)
        axes = figure.subplots()
        ordered = sorted(points, key=lambda point: (point.x, point.y))
        axes.plot([p.x for p in ordered], [p.y for p in ordered], color=GREY, linewidth=1.2, zorder=1)
        axes.scatter([p.x for p in points], [p.y for p in points], s=34, color=COLOURS[0], zorder=3)
        axes.scatter(
            [p.x for p in others], [p.y for p in others], s=26, color="#8A8A8A", marker="x", zorder=2
        )
        picked = [points[number] for number in chosen]
        axes.scatter(
            [p.x for p in picked], [p.y for p in picked], s=90, facecolors="none", edgecolors=LOUD, zorder=4
        )
        for point in (*points, *others):
            if point.label:
                axes.annotate(
                    point.label, (point.x, point.y), xytext=(5, 5), textcoords="offset points", fontsize=8
                )
        axes.set_xlabel(x_label)
        axes.set_ylabel(y_label)
        axes.grid(True, color=GREY, linewidth=0.6)
        axes.margins(0.08)
        _title(figure, title)
    return figure


def save(
    figure: Figure, path: Path, *, title: str = "", notes: Sequence[str] = (), table: Table | None = None
) -> None:
    """Write a figure: PNG, SVG or HTML by the suffix, the whole or nothing.

    Args:
        figure: What one of the functions here gave.
        path: Where to.
        title: Title of the page; HTML only.
        notes: Lines under the drawing; HTML only.
        table: The numbers behind it; HTML only.

    Raises:
        DocumentError: Another suffix, or it can't be written there.
    """
    check_suffix(path)
    suffix = path.suffix.lower()
    drawing = _rendered(figure, "png" if suffix == ".png" else "svg")
    if suffix == ".html":
        drawing = page(title, drawing.decode("utf-8"), notes, table).encode("utf-8")
    write(path, drawing)


def _rendered(figure: Figure, format: str) -> bytes:
    target = io.BytesIO()
    metadata = {"Date": None, "Creator": "Quintet"} if format == "svg" else {"Software": "Quintet"}
    with _settings():
        figure.savefig(target, format=format, dpi=DOTS, metadata=metadata)
    return target.getvalue()


def _figure(width: float, height: float) -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def _title(figure: Figure, title: str) -> None:
    if title:
        figure.suptitle(title, x=0.01, ha="left", fontsize=12)


def _settings() -> AbstractContextManager[None]:
    try:
        import matplotlib
    except ImportError:
        raise MissingDependency("plots need matplotlib", remedy=f"run: {INSTALL}") from None
    return matplotlib.rc_context(dict(SETTINGS))  # type: ignore[arg-type]  # its keys are names of settings
