"""What a sweep goes over."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintet.errors import DocumentError
from quintet.solvers.whatif import Axis, Mode, read_axis
from quintet.solvers.whatif.axes import grid, snake
from quintet.solvers.whatif.changes import ScaleParameter, SetParameter


def test_ranges_lists_and_ratios() -> None:
    assert read_axis("share=0.1:0.9:9").values == (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
    assert read_axis("capacity[A]=300,350,400") == Axis("capacity", (300, 350, 400), ("A",))
    assert read_axis("fee=1:1000:4log").values == (1, 10, 100, 1000)
    assert read_axis("fee=1:1000:4log").logarithmic
    assert not read_axis("fee=1:1000:4").logarithmic
    assert read_axis("demand*=0.8:1.2:3") == Axis("demand", (0.8, 1, 1.2), None, Mode.SCALE)
    assert read_axis("x=-1:-0.5:2").values == (-1, -0.5)
    assert read_axis("x=5:5:1").values == (5,)


def test_an_axis_makes_changes() -> None:
    assert read_axis("a[b]=1,2").change(2) == SetParameter(parameter="a", key=("b",), value=2)
    assert read_axis("a*=1,2").change(2) == ScaleParameter(parameter="a", factor=2)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("share=0.9:0.1:9", "ends at 0.1, before it starts at 0.9; write 0.1:0.9:9"),
        ("share=0.1:0.9:0", "0 points are none"),
        ("share=0.1:0.9:-3", "-3 points are none"),
        ("share=0.1:0.9:2.5", "can't be counted"),
        ("share=0.1:0.9:", "no points"),
        ("share=0.1:0.9:1", "one value can't reach"),
        ("share=0.5:0.5:3", "both ends are the same"),
        ("share=0.1:0.9:100000", "more than 10,000"),
        ("share=0.1:0.9", "can't be read"),
        ("share=nan:1:3", "not a number"),
        ("share=0:1:3log", "can't start at 0"),
        ("share=1,2,2", "stands twice"),
        ("share=1,,2", "is not a number"),
        ("share=A,B", "is not a number"),
        ("share", "gives no value"),
        ("share/=1,2", "can't be swept"),
    ],
)
def test_axes_that_can_not_be_read(text: str, said: str) -> None:
    with pytest.raises(DocumentError, match=said):
        read_axis(text)


def test_one_axis_or_two_of_different_numbers() -> None:
    two = Axis("a", (1, 2)), Axis("b", (3, 4, 5))
    assert grid(two) == [(1, 3), (1, 4), (1, 5), (2, 3), (2, 4), (2, 5)]
    with pytest.raises(DocumentError, match="nothing is swept"):
        grid([])
    with pytest.raises(DocumentError, match="3 parameters are swept"):
        grid([*two, Axis("c", (1,))])
    with pytest.raises(DocumentError, match="swept twice"):
        grid([Axis("a", (1, 2), ("x",)), Axis("a", (1, 2), (None,))])
    assert len(grid([Axis("a", (1, 2), ("x",)), Axis("a", (1, 2), ("y",))])) == 4
    with pytest.raises(DocumentError, match="more than 10,000"):
        grid([Axis("a", tuple(range(200))), Axis("b", tuple(range(200)))])


@given(st.integers(1, 6), st.integers(1, 6))
def test_a_snake_visits_all_and_never_jumps(down: int, across: int) -> None:
    order = snake([Axis("a", tuple(range(down))), Axis("b", tuple(range(across)))])
    assert sorted(order) == list(range(down * across))
    places = [divmod(number, across) for number in order]
    assert all(abs(a - c) + abs(b - d) == 1 for (a, b), (c, d) in zip(places, places[1:], strict=False))
