"""What files say, held against HiGHS's own reader where that one reads them, else against the format."""

from __future__ import annotations

from pathlib import Path

import pytest

from quintet.formulation.schema import Sense
from quintet.solvers.arrays import INTEGRAL, SEMICONTINUOUS
from quintet.solvers.reading import read_matrix
from quintet.solvers.reading.lp import read_lp
from quintet.solvers.reading.matrix_file import MatrixFile
from quintet.solvers.reading.mps import read_mps
from tests.solvers.reading.readings import INF, said_by, said_by_highs

MPS = """\
NAME {name}
{sense}ROWS
 N obj
 {kind} r
COLUMNS
{columns}RHS
    RHS r 4
    RHS obj 5
{ranges}{bounds}{more}ENDATA
"""
COLUMNS = "    x obj 1\n    x r 1\n    y obj 2 r 3\n"
INTEGERS = f"    M1 'MARKER' 'INTORG'\n{COLUMNS}    M2 'MARKER' 'INTEND'\n"


def mps(
    *,
    kind: str = "L",
    columns: str = COLUMNS,
    ranges: str = "",
    bounds: str = "",
    more: str = "",
    sense: str = "",
) -> str:
    """An MPS file with one row and two columns."""
    return MPS.format(
        name="small",
        sense=sense,
        kind=kind,
        columns=columns,
        ranges=f"RANGES\n{ranges}" if ranges else "",
        bounds=f"BOUNDS\n{bounds}" if bounds else "",
        more=more,
    )


@pytest.mark.parametrize("columns", [COLUMNS, INTEGERS])
@pytest.mark.parametrize(
    "bounds",
    [
        "",
        " UP B x 0\n",
        " UP B x 3\n",
        " UP x 3\n",
        " LO B x 2\n",
        " LO B x -2\n",
        " MI B x\n",
        " MI x\n",
        " MI B x\n UP B x -1\n",
        " UP B x -1\n MI B x\n",
        " LO B x -3\n UP B x -1\n",
        " BV B x\n",
        " BV B x 1\n",
        " LI B x 2\n",
        " UI B x 5\n",
        " PL B x\n",
        " FX B x -3.5\n",
        " FR B x\n",
        " FR B x\n LO B y 1\n UP B y 8\n",
    ],
)
def test_bounds_are_those_of_highs(bounds: str, columns: str, tmp_path: Path) -> None:
    path = tmp_path / "m.mps"
    path.write_text(mps(bounds=bounds, columns=columns), encoding="utf-8")
    assert said_by(read_matrix(path)) == said_by_highs(path)


@pytest.mark.parametrize("kind", "LGE")
@pytest.mark.parametrize("width", ["3", "-3", "0"])
def test_ranges_are_those_of_highs(kind: str, width: str, tmp_path: Path) -> None:
    path = tmp_path / "m.mps"
    path.write_text(mps(kind=kind, ranges=f"    RNG r {width}\n"), encoding="utf-8")
    assert said_by(read_matrix(path)) == said_by_highs(path)


@pytest.mark.parametrize(
    ("kind", "width", "wanted"),
    [("L", 3, (1, 4)), ("G", -3, (4, 7)), ("E", 3, (4, 7)), ("E", -3, (1, 4)), ("E", 0, (4, 4))],
)
def test_ranges_by_the_book(kind: str, width: float, wanted: tuple[float, float]) -> None:
    matrix = read_mps(mps(kind=kind, ranges=f"    RNG r {width}\n"), "m.mps")
    assert (matrix.row_lower[0], matrix.row_upper[0]) == wanted


@pytest.mark.parametrize(
    "sense", ["OBJSENSE\n    MAX\n", "OBJSENSE MAX\n", "OBJSENSE\n MAXIMIZE\n", "OBJSENSE MAXIMIZE\n"]
)
def test_every_way_to_say_maximise(sense: str) -> None:
    """HiGHS 1.13 takes the last one for minimise without a word."""
    assert read_mps(mps(sense=sense), "m.mps").sense is Sense.MAXIMIZE


def test_a_right_side_of_the_objective_is_its_constant_negated() -> None:
    assert read_mps(mps(), "m.mps").offset == -5


@pytest.mark.parametrize(
    "more",
    [
        "QUADOBJ\n    x x 2\n    x y 3\n    y y 8\n",
        "QMATRIX\n    x x 2\n    x y 3\n    y x 3\n    y y 8\n",
        "QSECTION obj\n    x x 2\n    x y 3\n    y y 8\n",
    ],
)
def test_quadratic_objectives(more: str, tmp_path: Path) -> None:
    path = tmp_path / "m.mps"
    path.write_text(mps(more=more), encoding="utf-8")
    ours = said_by(read_matrix(path))
    assert ours[2] == {frozenset("x"): 1.0, frozenset("xy"): 3.0, frozenset("y"): 4.0}
    if not more.startswith("QSECTION"):
        assert ours == said_by_highs(path)


def test_semicontinuous_columns() -> None:
    matrix = read_mps(mps(bounds=" LO B x 2\n SC B x 9\n"), "m.mps")
    assert matrix.integrality.tolist() == [SEMICONTINUOUS, 0]
    assert (matrix.column_lower[0], matrix.column_upper[0]) == (2, 9)


def test_integers_without_bounds_are_said_as_an_assumption() -> None:
    matrix = read_mps(mps(columns=INTEGERS, bounds=" UP B y 7\n"), "m.mps")
    assert matrix.column_upper.tolist() == [1, 7]
    assert matrix.assumptions == (
        "1 integer column without bounds is 0 or 1, as HiGHS and CPLEX read MPS files",
    )


def test_vectors_without_a_name_and_two_pairs_a_line() -> None:
    text = (
        "NAME\nROWS\n N f\n L a\n G b\n N spare\nCOLUMNS\n x f 1 a 2\n x b 1 spare 4\nRHS\n a 9 b 1\nENDATA\n"
    )
    columns, rows, _, _, _ = said_by(read_mps(text, "m.mps"))
    assert columns == {"x": (1, 0, INF, 0)}
    assert rows == {"a": (-INF, 9, {"x": 2}), "b": (1, INF, {"x": 1}), "spare": (-INF, INF, {"x": 4})}


def test_the_objective_may_be_named() -> None:
    text = "NAME\nOBJNAME\n g\nROWS\n N f\n N g\n L a\nCOLUMNS\n x f 1 g 7\n x a 2\nRHS\n a 9\nENDATA\n"
    matrix = read_mps(text, "m.mps")
    assert matrix.cost.tolist() == [7]
    assert "f" in matrix.rows


def test_names_with_spaces_in_the_fixed_format() -> None:
    text = "\n".join(
        [
            "NAME          PLAN",
            "ROWS",
            " N  COST",
            " L  OLD MILL",
            " E  NEW",
            "COLUMNS",
            "    RED ALE   COST              -2.5   OLD MILL            3.",
            "    RED ALE   NEW               1D+1",
            "    PALE      OLD MILL            1.",
            "RHS",
            "              OLD MILL           12.   NEW                 4.",
            "BOUNDS",
            " UP           RED ALE             8.",
            "ENDATA",
        ]
    )
    columns, rows, _, _, _ = said_by(read_mps(text, "m.mps"))
    assert columns == {"RED ALE": (-2.5, 0, 8, 0), "PALE": (0, 0, INF, 0)}
    assert rows["OLD MILL"] == (-INF, 12, {"RED ALE": 3, "PALE": 1})
    assert rows["NEW"] == (4, 4, {"RED ALE": 10})


LP = """\
\\ a comment
Maximize
 profit: 3x + 2 y - 0.5 z
   + 1e1 s + [ 2 x ^ 2 - 4 x * y + y^2 ] / 2 + 7
Subject To
 cap: 2 x + 3 y <= 55
 low: x + z >= -1.5
 x - z = 0.5
 y + s >= 1 \\ another
 both: -x + s =< 3
Bounds
 x <= 40
 -inf <= z <= 8
 1 <= s <= 9
Generals
 y
Semi-Continuous
 s
End
"""


def test_an_lp_file_with_all_of_it(tmp_path: Path) -> None:
    path = tmp_path / "m.lp"
    path.write_text(LP, encoding="utf-8")
    columns, rows, products, offset, maximised = said_by(read_matrix(path))
    assert columns == {
        "x": (3, 0, 40, 0),
        "y": (2, 0, INF, INTEGRAL),
        "z": (-0.5, -INF, 8, 0),
        "s": (10, 1, 9, SEMICONTINUOUS),
    }
    assert rows == {
        "cap": (-INF, 55, {"x": 2, "y": 3}),
        "low": (-1.5, INF, {"x": 1, "z": 1}),
        "c3": (0.5, 0.5, {"x": 1, "z": -1}),
        "c4": (1, INF, {"y": 1, "s": 1}),
        "both": (-INF, 3, {"x": -1, "s": 1}),
    }
    assert products == {frozenset("x"): 1, frozenset("xy"): -2, frozenset("y"): 0.5}
    assert (offset, maximised) == (7, True)
    path.write_text(LP.replace("=<", "<="), encoding="utf-8")  # which HiGHS does not take
    theirs = said_by_highs(path)
    assert (columns, products, offset) == (theirs[0], theirs[2], theirs[3])
    assert list(rows.values()) == list(theirs[1].values())


def lp(
    rows: str = "c: x + y <= 4",
    objective: str = "x + y",
    bounds: str = "",
    more: str = "",
    start: str = "min",
) -> MatrixFile:
    """A small LP file."""
    return read_lp(f"{start}\n {objective}\nst\n {rows}\nbounds\n {bounds}\n{more}\nend\n", "m.lp")


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ("c: 1 <= x + y <= 4", (1, 4)),
        ("c: 4 >= x + y >= 1", (1, 4)),
        ("c: -inf <= x + y <= 4", (-INF, 4)),
        ("c: x + y + 3 <= 4", (-INF, 1)),
        ("c: x + y => - 2.5", (-2.5, INF)),
        ("c: x + y = +4", (4, 4)),
        ("c: x + 2 x - 2 x + y < 4", (-INF, 4)),
        ("c: x + y >= -1e30", (-INF, INF)),
        ("c: x - -1 y >= 1e2", (100, INF)),
        ("c:\n x\n + y\n >=\n 2", (2, INF)),
    ],
)
def test_rows(rows: str, wanted: tuple[float, float]) -> None:
    assert said_by(lp(rows))[1] == {"c": (*wanted, {"x": 1, "y": 1})}


@pytest.mark.parametrize(
    ("bounds", "wanted"),
    [
        ("x free", (-INF, INF)),
        ("x FREE", (-INF, INF)),
        ("x = 3", (3, 3)),
        ("x >= -inf", (-INF, INF)),
        ("-infinity <= x <= -2", (-INF, -2)),
        ("-3 <= x <= +Inf", (-3, INF)),
        ("5 >= x", (0, 5)),
        ("2 <= x\n x <= 9", (2, 9)),
        ("x >= 1\n 1 <= x <= 4", (1, 4)),
        ("x <= 1e20", (0, INF)),
    ],
)
def test_bounds_of_an_lp_file(bounds: str, wanted: tuple[float, float]) -> None:
    matrix = lp(bounds=bounds)
    assert (matrix.column_lower[0], matrix.column_upper[0]) == wanted


def test_binaries_keep_tighter_bounds() -> None:
    matrix = lp(bounds="x = 1\n y <= 9", more="binary\n x y")
    assert matrix.integrality.tolist() == [INTEGRAL, INTEGRAL]
    assert matrix.column_lower.tolist() == [1, 0]
    assert matrix.column_upper.tolist() == [1, 1]


@pytest.mark.parametrize(("start", "sense"), [("MAXIMISE", "maximize"), ("minimum", "minimize")])
def test_senses(start: str, sense: str) -> None:
    assert lp(start=start).sense.value == sense


def test_names_with_brackets_and_products_without_spaces() -> None:
    matrix = lp(
        "c: ship[A-1,B+2] + x(-1) + y<=4",
        objective="2 y + ship[A-1,B+2] + x(-1) + [2x(-1)*y+4 y^2]/2",
    )
    assert matrix.columns == ("y", "ship[A-1,B+2]", "x(-1)")
    assert said_by(matrix)[2] == {frozenset(["x(-1)", "y"]): 1.0, frozenset("y"): 2.0}


def test_no_objective_at_all() -> None:
    assert lp(objective="").sense is Sense.SATISFY
    assert lp(objective="obj:").sense is Sense.SATISFY
    assert lp(objective="0 x").sense is Sense.SATISFY


def test_headings_on_one_line_with_what_follows() -> None:
    text = "Maximize obj: 2 x\nSubject To c1: x + y <= 4\nc2: y >= 1\nBounds\nx <= 3\nEnd"
    columns, rows, _, _, _ = said_by(read_lp(text, "m.lp"))
    assert columns["x"] == (2, 0, 3, 0)
    assert list(rows) == ["c1", "c2"]
