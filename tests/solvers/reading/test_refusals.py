"""Files that are damaged, hostile, or say what can't be taken: one clear line each, nothing dropped."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quintet.errors import DataError, DocumentError, QuintetError
from quintet.solvers.reading import open_formulation, read_matrix
from quintet.solvers.reading.content import text_of
from quintet.solvers.reading.lp import read_lp
from quintet.solvers.reading.matrix_file import MatrixFile
from quintet.solvers.reading.mps import read_mps

HEAD = "NAME t\nROWS\n N f\n L a\n"
BODY = "COLUMNS\n x f 1 a 2\n y a 1\n"
TAIL = "RHS\n RHS a 9\n"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (HEAD + BODY + TAIL + "SOS\n S1 s\n", 10, "special ordered sets"),
        (HEAD + BODY + TAIL + "INDICATORS\n IF a x 1\n", 10, "indicator constraints"),
        (HEAD + BODY + TAIL + "QCMATRIX a\n x x 1\n", 10, "quadratic constraints"),
        (HEAD + BODY + TAIL + "QSECTION a\n x x 1\n", 10, "quadratic constraint"),
        (HEAD + BODY + TAIL + "GENCONS\n", 10, "general constraints"),
        (HEAD + BODY + TAIL + "LAZYCONS\n", 10, "lazy constraints"),
        (HEAD + BODY + TAIL + "CSECTION k 1 QUAD\n", 10, "cones"),
        (HEAD + BODY + TAIL + "EXTRAS\n", 10, "unknown section 'EXTRAS'"),
        (HEAD + BODY + TAIL, 10, "ends before ENDATA"),
        (HEAD + BODY + "ENDATA\nmore\n", 9, "after ENDATA"),
        (" x a 1\n", 1, "stands in no section"),
        ("NAME t\nROWS\n N f\n L a\n G a\n", 5, "'a' stands twice"),
        ("NAME t\nROWS\n N f\n G f\n", 4, "'f' stands twice"),
        ("NAME t\nROWS\n N f\n Q a\n", 4, "is no row"),
        (HEAD + "COLUMNS\n x b 1\n", 6, "'b' is not in ROWS"),
        (HEAD + "COLUMNS\n x a 1\n x a 2\nENDATA\n", 7, "'a' and 'x' stands twice"),
        (HEAD + "COLUMNS\n x f 1\n x f 2\nENDATA\n", 7, "the cost of 'x' stands twice"),
        (HEAD + "COLUMNS\n x a 1\n y a 1\n x f 2\nENDATA\n", 8, "'x' goes on after 'y'"),
        (HEAD + "COLUMNS\n x a nan\nENDATA\n", 6, "'nan' is not a number"),
        (HEAD + "COLUMNS\n x a 1e20\nENDATA\n", 6, "'1e20' is infinite"),
        (HEAD + "COLUMNS\n x a inf\nENDATA\n", 6, "infinite"),
        (HEAD + "COLUMNS\n x a 1e999\nENDATA\n", 6, "infinite"),
        (HEAD + "COLUMNS\n x a 1_0\nENDATA\n", 6, "'1_0' is not a number"),
        (HEAD + "COLUMNS\n x a \uff11\nENDATA\n", 6, "not a number"),
        (HEAD + "COLUMNS\n x\nENDATA\n", 6, "is no entry"),
        (HEAD + "COLUMNS\n M 'MARKER' 'SOSORG'\nENDATA\n", 6, "special ordered sets"),
        (HEAD + BODY + "RHS\n R a 9\n S a 8\nENDATA\n", 10, "two vectors, 'R' and 'S'"),
        (HEAD + BODY + "RHS\n R a 9\n R a 9\nENDATA\n", 10, "said twice"),
        (HEAD + BODY + "RHS\n R b 9\nENDATA\n", 9, "'b' is not in ROWS"),
        (HEAD + BODY + "RHS\n a\nENDATA\n", 9, "is no line of RHS"),
        (HEAD + BODY + "RANGES\n R f 9\nENDATA\n", 9, "limits nothing and has a range"),
        (HEAD + BODY + "BOUNDS\n UP B z 9\nENDATA\n", 9, "'z' is not in COLUMNS"),
        (HEAD + BODY + "BOUNDS\n UP B x 9\n UP B x 8\nENDATA\n", 10, "said twice"),
        (HEAD + BODY + "BOUNDS\n UP B x 9\n UP C y 8\nENDATA\n", 10, "two vectors"),
        (HEAD + BODY + "BOUNDS\n XX B x 9\nENDATA\n", 9, "'XX' is no kind of bound"),
        (HEAD + BODY + "BOUNDS\n UP B x\nENDATA\n", 9, "is not in COLUMNS"),
        (HEAD + BODY + "BOUNDS\n SI B x 9\nENDATA\n", 9, "semi-integer"),
        (HEAD + BODY + "BOUNDS\n LI B x 2\n SC B x 9\nENDATA\n", 10, "semi-integer"),
        (HEAD + BODY + "QUADOBJ\n x z 1\nENDATA\n", 9, "is no quadratic term"),
        (HEAD + BODY + "QUADOBJ\n x y 1\n y x 1\nENDATA\n", 10, "the other half"),
        (HEAD + BODY + "QMATRIX\n x x 1\n x x 1\nENDATA\n", 10, "stands twice"),
        ("OBJSENSE\n UP\n" + HEAD, 2, "'UP' is no sense"),
        (HEAD + "COLUMNS\n old mill a 1\nENDATA\n", 6, "is no entry"),
        (
            "ROWS\n N  f\n L  old mill\nCOLUMNS\n    x         old mill  1" + 40 * " more" + "\n",
            5,
            "fixed format",
        ),
    ],
)
def test_mps_files_that_are_refused(text: str, line: int, said: str) -> None:
    with pytest.raises((DocumentError, DataError), match="m.mps") as caught:
        read_mps(text, "m.mps")
    assert caught.value.place == f"m.mps, line {line}"
    assert said in caught.value.message


def test_a_negative_upper_bound_alone_can_be_read_in_two_ways() -> None:
    with pytest.raises(DocumentError, match="'x' is at most -2 and no lower bound is said"):
        read_mps(HEAD + BODY + "BOUNDS\n UP B x -2\nENDATA\n", "m.mps")
    with pytest.raises(DocumentError, match="'x' is at most -2 and no lower bound is said"):
        read_lp("min\n x\nst\n c: x >= 1\nbounds\n x <= -2\nend\n", "m.lp")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("min\n x\nst\n c: x >= 1\n", 5, "ends without End"),
        ("st\n c: x >= 1\nend\n", 1, "the objective is missing"),
        ("hello\nmin\n x\nend\n", 1, "before the objective"),
        ("min\n x\nend\nst\n c: x >= 1\n", 4, "after End"),
        ("min\n x\nend\n c: x >= 1\n", 4, "after End"),
        ("min\n x\nend\nend\n", 4, "after End"),
        ("min\n x\nst\n c: x >= 1\n c: x <= 2\nend\n", 5, "'c' stands twice"),
        ("min\n x\nst\n c: x >= y\nend\n", 4, "stands where a number is needed"),
        ("min\n x\nst\n c: x >= 3 y\nend\n", 4, "follows the right-hand side"),
        ("min\n x\nst\n c: x >= 3 + y\nend\n", 4, "follows the right-hand side"),
        ("min\n x\nst\n c: x >= 3 <= 4\nend\n", 4, "follows the right-hand side"),
        ("min\n x\nst\n c: x\nend\n", 4, "stands where <=, >= or = is needed"),
        ("min\n x\nst\n c: x y >= 1\nend\n", 4, "follows a term without + or -"),
        ("min\n x\nst\n c: 1 <= x >= 1\nend\n", 4, "both ways"),
        ("min\n x\nst\n c: x * y >= 1\nend\n", 4, "product outside [ ]"),
        ("min\n x\nst\n c: x + [ x ^ 2 ] <= 1\nend\n", 4, "'c' is quadratic"),
        ("min\n x\nst\n c: b = 1 -> x <= 1\nend\n", 4, "indicator constraint"),
        ("min\n x\nst\n 3: x <= 1\nend\n", 4, "can't be the name of a row"),
        ("min\n x\nst\n c: nan x <= 1\nend\n", 4, "follows a term"),
        ("min\n x\nst\n c: 1e400 x <= 1\nend\n", 4, "infinite"),
        ("min\n x\nst\n c: x <= nan\nend\n", 4, "stands where a number is needed"),
        ("min\n [ x ^ 3 ] / 2\nst\n c: x <= 1\nend\n", 2, "^ 2 or *"),
        ("min\n [ x ^ 2 ] / 3\nst\n c: x <= 1\nend\n", 2, "stands where 2 is needed"),
        ("min\n [ x ^ 2\nend\n", 2, "lacks ']'"),
        ("min\n x ^ 2\nst\n c: x <= 1\nend\n", 2, "product outside [ ]"),
        ("min\n x <= 3\nst\n c: x <= 1\nend\n", 2, "does not belong to an objective"),
        ("min\n x + \\\nst\n c: x <= 1\nend\n", 2, "stands where a term is needed"),
        ("min\n x\nst\n c: x <= 1\nbounds\n y <= 1\nend\n", 6, "stands in no row"),
        ("min\n x\nst\n c: x <= 1\nbounds\n x <= 1\n x <= 2\nend\n", 7, "two upper bounds, 1 and 2"),
        ("min\n x\nst\n c: x <= 1\nbounds\n x\nend\n", 6, "stands where <=, >= or = is needed"),
        ("min\n x\nst\n c: x <= 1\ngenerals\n y\nend\n", 6, "stands in no row"),
        ("min\n x\nst\n c: x <= 1\ngenerals\n 3\nend\n", 6, "the name of a column is needed"),
        ("min\n x\nst\n c: x <= 1\ngen\n x\nsemi\n x\nend\n", 8, "semi-integer"),
        ("min\n x\nst\n c: x <= 1\nsemi\n x\ngen\n x\nend\n", 8, "semi-integer"),
        ("min\n x\nst\n c: x <= 1\nsos2\n s: x:1\nend\n", 5, "'sos2' can't be read"),
        ("min\n x\nst\n c: x <= 1\nSOS\n s: x:1\nend\n", 5, "'sos' can't be read"),
        ("min\n x\nst\n c: x <= 1\nGeneral Constraints\n m = MAX(x)\nend\n", 5, "general constraints"),
        ("min\n x\nst\n c: x <= 1\nlazy constraints\n d: x <= 1\nend\n", 5, "lazy constraints"),
        ("min\n x\nst\n c: x <= 1\nPWLObj\n x: (0,0)\nend\n", 5, "pwlobj"),
        ("max multi-objectives\n o1: x\nst\n c: x <= 1\nend\n", 1, "can't be read"),
        ("min\n x\nst\n c: x <= 1 ] \nend\n", 4, "follows the right-hand side"),
    ],
)
def test_lp_files_that_are_refused(text: str, line: int, said: str) -> None:
    with pytest.raises((DocumentError, DataError), match="m.lp") as caught:
        read_lp(text, "m.lp")
    assert said in caught.value.message
    assert caught.value.place == f"m.lp, line {line}"


@pytest.mark.parametrize("rows", ["c: x >= 1e30", "c: x <= -inf", "c: x = inf", "c: inf <= x <= inf"])
def test_limits_that_nothing_reaches(rows: str) -> None:
    with pytest.raises(DocumentError, match="the row 'c' is to reach infinity"):
        read_lp(f"min\n x\nst\n {rows}\nend\n", "m.lp")
    with pytest.raises(DocumentError, match="the column 'x' is to reach infinity"):
        read_mps(HEAD + BODY + "BOUNDS\n LO B x 1e30\nENDATA\n", "m.mps")


def test_files_that_can_not_be_read(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="no such file"):
        open_formulation(tmp_path / "none.lp")
    folder = tmp_path / "folder.mps"
    folder.mkdir()
    with pytest.raises(DocumentError, match="is a folder"):
        open_formulation(folder)
    for name, content, said in [
        ("zero.lp", b"min\0", "is binary"),
        ("latin.lp", b"min\n x\xe9\n", "line 2: byte 0xe9"),
        ("bad.lp.gz", b"not packed", "can't be unpacked"),
        ("cut.mps.gz", gzip.compress(b"NAME" * 1000)[:-9], "can't be unpacked"),
        ("empty.lp", b"", "the file is empty"),
        ("empty.mps", b" \n", "the file is empty"),
        ("begun.lp", b"min\n x\n", "ends without End"),
        ("begun.mps", b"NAME\n", "ends before ENDATA"),
    ]:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DocumentError, match=said):
            open_formulation(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("m.xlsx", "a table is named by a formulation; a model is named .yaml, .json, .lp or .mps"),
        ("m.csv", "a table is named by a formulation"),
        ("m.txt", "a problem in words is for quintet solve"),
        ("m.doc", "name it .yaml or .json if it is a formulation, .lp or .mps"),
        ("m", "the file name has no suffix; name it .yaml or .json if"),
    ],
)
def test_a_file_of_another_kind(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / name).write_text("x", encoding="utf-8")
    with pytest.raises(DocumentError, match=said.replace(".", r"\.")):
        open_formulation(tmp_path / name)


def test_a_packed_file_can_not_grow_beyond_the_limit(tmp_path: Path) -> None:
    (tmp_path / "big.lp.gz").write_bytes(gzip.compress(b" " * 2_000_000))
    with pytest.raises(DocumentError, match="more than 1,000,000 bytes"):
        text_of(tmp_path / "big.lp.gz", 1_000_000)


def test_packed_files_and_other_line_ends(tmp_path: Path) -> None:
    text = "\ufeffminimize\r\n x + y\r\nst\r\n c: x + y >= 2\r\nend\r\n"
    (tmp_path / "m.LP.GZ").write_bytes(gzip.compress(text.encode()))
    assert read_matrix(tmp_path / "m.LP.GZ").rows == ("c",)


def test_a_file_without_columns() -> None:
    with pytest.raises(DocumentError, match="no columns"):
        read_lp("min\nst\nend\n", "m.lp")
    with pytest.raises(DocumentError, match="no columns"):
        read_mps("NAME\nROWS\n N f\nENDATA\n", "m.mps")


WORDS = "min max st bounds end gen bin semi sos free inf - + * / ^ [ ] : <= >= = -> x y c: 1 2.5 1e9 \\"
PIECES = st.sampled_from([*WORDS.split(), "\n"])
LINES = st.sampled_from(
    [
        *("NAME t", "OBJSENSE", " MAX", "ROWS", " N f", " L a", " G b", "COLUMNS", " x f 1", " x a 2"),
        *(" y b 1 a 3", " M 'MARKER' 'INTORG'", "RHS", " R a 1", " a 1", "RANGES", " R a 2", "BOUNDS"),
        *(
            " UP B x 1",
            " FR x",
            " LO B y -1",
            " BV y",
            "QUADOBJ",
            " x y 2",
            "ENDATA",
            "* c",
            "SOS",
            "\t",
            " ",
        ),
    ]
)


@settings(max_examples=150)
@given(st.lists(PIECES, max_size=30).map(" ".join), st.lists(LINES, max_size=25).map("\n".join))
def test_whatever_stands_in_a_file_it_is_read_or_refused(lp: str, mps: str) -> None:
    for read, text in ((read_lp, lp), (read_mps, mps)):
        said = _said_of(read, text)
        assert said
        assert "\n" not in said


def _said_of(read: Callable[[str, str], MatrixFile], text: str) -> str:
    try:
        return f"{len(read(text, 'f').columns)} columns"
    except QuintetError as error:
        return str(error)
