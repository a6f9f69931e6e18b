"""Plots: files that are what their suffix says, and texts that stay texts."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from quintet.errors import DocumentError
from quintet.formulation.document import Formulation
from quintet.solvers.whatif import read_axis, sweep
from quintet.solvers.whatif.page import Table
from quintet.solvers.whatif.plot import HeatMap, Line, Panel, Point, heat_map, line_plot, pareto_scatter, save

pytest.importorskip("matplotlib")
HOSTILE = "<script>alert(1)</script> $x^{2$ & \"q\" 'p'"


def lines() -> Any:
    return line_plot(
        [
            Panel(
                "cost (EUR)",
                [Line("cost", [1, 10, 100], [3, None, 5]), Line(HOSTILE, [1, 10, 100], [1, 2, 3])],
            )
        ],
        x_label=HOSTILE,
        title=HOSTILE,
        marks={"no plan": [10]},
        log=True,
    )


def maps() -> Any:
    one = HeatMap(
        "cost", "x", "y", [1, 2, 3], [4, 5], [[1, 2, None], [None, 3000, 4000]], {(0, 2): "no plan"}
    )
    nothing = HeatMap(HOSTILE, "x", "y", [1], [2], [[None]])
    return heat_map([one, nothing, one, one], title="t")


def front() -> Any:
    return pareto_scatter(
        [Point(1, 5, HOSTILE), Point(2, 2)], x_label="a", y_label="b", others=[Point(1, 2)], chosen=[1]
    )


@pytest.mark.parametrize("draw", [lines, maps, front])
def test_files_are_what_their_suffix_says(draw: Callable[[], Any], tmp_path: Path) -> None:
    for name, start in (("a.png", b"\x89PNG\r\n"), ("a.SVG", b"<?xml"), ("a.html", b"<!doctype html>")):
        save(
            draw(),
            tmp_path / name,
            title=HOSTILE,
            notes=[HOSTILE],
            table=Table(["a", HOSTILE], [["1", HOSTILE]]),
        )
        content = (tmp_path / name).read_bytes()
        assert content.startswith(start)
        assert len(content) > 2000
        assert b"<script" not in content
    ElementTree.parse(tmp_path / "a.SVG")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.SVG", "a.html", "a.png"]


def test_a_page_loads_nothing_and_holds_the_numbers(tmp_path: Path) -> None:
    save(front(), tmp_path / "a.html", title="Front", table=Table(["cost", "time"], [["1,234", "5"]]))
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "<td>1,234</td>" in page
    assert "default-src 'none'" in page
    assert "<img" not in page
    assert " src=" not in page
    assert page.count("<svg") == 1


def test_a_drawing_is_the_same_each_time(tmp_path: Path) -> None:
    for name in ("a.svg", "b.svg"):
        save(lines(), tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


@pytest.mark.parametrize("name", ["a.pdf", "a", "none/a.png"])
def test_files_that_can_not_be_written(name: str, tmp_path: Path) -> None:
    with pytest.raises(DocumentError):
        save(front(), tmp_path / name)
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(DocumentError, match="can't be written"):
        save(front(), tmp_path / "folder.png")


DOCUMENT = {
    "title": "A <b>title</b>",
    "parameters": {"limit": {"values": 4, "unit": "h"}, "price": 2},
    "variables": {"x": {"lower": 0, "upper": 9, "unit": "kg"}},
    "expressions": {"twice": "2 * x"},
    "objective": {"sense": "maximize", "expression": "price * x", "unit": "EUR"},
    "constraints": {"c": "x <= limit", "d": "x >= 1"},
}


@pytest.mark.parametrize(
    "axes", [["limit=0:6:4"], ["limit=0:6:4", "price=1,2,3"], ["limit=1:1000:4log"], ["limit=0"]]
)
def test_sweeps_are_drawn(axes: list[str], tmp_path: Path) -> None:
    found = sweep(Formulation.model_validate(DOCUMENT), [read_axis(a) for a in axes], watch=["x", "twice"])
    for name in ("s.png", "s.svg", "s.html"):
        found.plot(tmp_path / name)
        assert (tmp_path / name).stat().st_size > 2000
    page = (tmp_path / "s.html").read_text(encoding="utf-8")
    assert "A &lt;b&gt;title&lt;/b&gt;" in page
    assert page.count("<tr>") == 1 + len(found.points)
