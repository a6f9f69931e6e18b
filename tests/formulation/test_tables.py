from __future__ import annotations

import codecs
import sys
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintet.errors import DataError, MissingDependency
from quintet.formulation import grid, tables, xlsx_reader
from quintet.formulation.cells import UnreadableNumber, read_number
from quintet.formulation.csv_reader import detect_separator
from quintet.formulation.schema import Table
from quintet.formulation.tables import TableData, read_table


def read(folder: Path, content: str | bytes, name: str = "costs.csv", **entry: Any) -> TableData:
    data = content.encode() if isinstance(content, str) else content
    (folder / name).write_bytes(data)
    return read_table(Table(file=name, **entry), folder, "tables.costs")


def refusal(folder: Path, content: str | bytes, name: str = "costs.csv", **entry: Any) -> DataError:
    with pytest.raises(DataError) as caught:
        read(folder, content, name, **entry)
    return checked(caught.value)


def checked(error: DataError) -> DataError:
    assert "\n" not in str(error)
    assert error.remedy
    assert error.place.startswith("tables.costs")
    return error


def workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)


# CSV


def test_cells_are_stripped_text(tmp_path: Path) -> None:
    table = read(
        tmp_path, 'line, drink ,cost\n007 , "cola, light", 1.5\nB,"a ""b""",\n', keys=["line", "drink"]
    )
    assert table.columns == ("line", "drink", "cost")
    assert table.rows == [("007", "cola, light", "1.5"), ("B", 'a "b"', "")]
    assert table.column("line") == ["007", "B"]
    assert (table.name, len(table), table.keys) == ("costs", 2, ("line", "drink"))


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found(tmp_path: Path, separator: str) -> None:
    lines = [["item", "price", "note"], ["A", "15", "x y"], ["B", "25", ""]]
    table = read(tmp_path, "\n".join(separator.join(line) for line in lines))
    assert table.rows == [("A", "15", "x y"), ("B", "25", "")]


def test_decimal_commas_do_not_look_like_separators(tmp_path: Path) -> None:
    table = read(tmp_path, "item;price\nA;1,5\nB;2,25\nC;1.234,5\n")
    assert table.numbers("price") == [1.5, 2.25, 1234.5]


def test_a_single_column(tmp_path: Path) -> None:
    assert read(tmp_path, "price\n1,5\n2\n", decimal=",").numbers("price") == [1.5, 2.0]


def test_a_declared_separator_wins(tmp_path: Path) -> None:
    assert read(tmp_path, "a:b,c\n1:2,3\n", separator=":").rows == [("1", "2,3")]
    assert read(tmp_path, "a\tb\n1\t2,3\n", separator="tab").rows == [("1", "2,3")]
    assert "separate" in refusal(tmp_path, "a,b\n1,2\n", separator="ab").message


def test_separators_in_quoted_cells_do_not_count() -> None:
    assert detect_separator('"a;b;c",d\n"1;2;3",4\n') == ","


@pytest.mark.parametrize(
    "content",
    [
        codecs.BOM_UTF8 + "name,n\nZürich,1\n".encode(),
        "name,n\nZürich,1\n".encode("utf-16"),
        codecs.BOM_UTF16_BE + "name,n\nZürich,1\n".encode("utf-16-be"),
        "name,n\nZürich,1\n".encode("cp1252"),
        "name,n\r\nZürich,1\r\n".encode(),
        "name,n\rZürich,1\r".encode(),
    ],
)
def test_encodings(tmp_path: Path, content: bytes) -> None:
    table = read(tmp_path, content)
    assert table.columns == ("name", "n")
    assert table.rows == [("Zürich", "1")]


def test_a_declared_encoding(tmp_path: Path) -> None:
    assert read(tmp_path, "a,b\nš,1\n".encode("iso8859-2"), encoding="iso8859-2").rows == [("š", "1")]
    assert "zebra" in refusal(tmp_path, "a,b\n1,2\n", encoding="zebra").message
    assert "line 2" in refusal(tmp_path, "a,b\nü,2\n".encode("cp1252"), encoding="utf-8").message
    assert "no text encoding" in refusal(tmp_path, "a,b\n1,2\n", encoding="zlib").message


def test_rows_are_counted_as_the_file_counts_them(tmp_path: Path) -> None:
    table = read(tmp_path, 'a,b\n\n1,"two\nlines"\n ,\n3,4\n')
    assert table.rows == [("1", "two\nlines"), ("3", "4")]
    assert [table.line(row) for row in range(2)] == [3, 6]
    assert table.where(1, "b") == "tables.costs, costs.csv, row 6, column 'b'"


def test_columns_without_name_are_dropped_if_empty(tmp_path: Path) -> None:
    assert read(tmp_path, "a,,b,\n1,,2,\n3,,4,,,\n").rows == [("1", "2"), ("3", "4")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("\n \n", "is empty"),
        ("a,b\n", "no rows"),
        ("a,a\n1,2\n", "two columns are named 'a'"),
        ("a,b\n1\n", "1 cells, the header 2"),
        ("a,b\n1,2,3\n", "cell 3 holds '3'"),
        (",a,b\n0,1,2\n", "cell 1 holds '0'"),
        ('a,b\n"1,2\n', "not CSV"),
        ('a,b\n"1"x,2\n', "not CSV"),
        ('a,b\n"' + "x" * 200_000 + '",2\n', "not CSV"),
        (b"a,b\n\x00\x01,2\n", "not a text file"),
        (b"\x89PNG\r\n\x1a\n\x81\x8d\x8f", "not a text file"),
        (b"a,b\n\xff\x02,2\n", "not a text file"),
    ],
)
def test_what_is_no_table(tmp_path: Path, content: str | bytes, said: str) -> None:
    assert said in refusal(tmp_path, content).message


def test_ragged_rows_name_the_row(tmp_path: Path) -> None:
    assert refusal(tmp_path, "a,b\n1,2\n\n3\n").place == "tables.costs, costs.csv, row 4"


def test_a_csv_file_has_no_sheet(tmp_path: Path) -> None:
    assert "sheet" in refusal(tmp_path, "a,b\n1,2\n", sheet="S").message


def test_too_many_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grid, "CELL_LIMIT", 5)
    assert "more than 5 cells" in refusal(tmp_path, "a,b\n1,2\n3,4\n").message


def test_a_large_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "SIZE_LIMIT", 5)
    assert "more than 5" in refusal(tmp_path, "a,b\n1,2\n").message


# keys


def test_duplicate_keys_name_both_rows(tmp_path: Path) -> None:
    error = refusal(tmp_path, "a,b,c\nx,1,5\ny,1,5\nx,1,6\n", keys=["a", "b"])
    assert error.message == "the key 'x', '1' stands twice, in rows 2 and 4"


def test_a_missing_key_cell_names_its_place(tmp_path: Path) -> None:
    error = refusal(tmp_path, "a,b,c\nx,1,5\ny,,5\n", keys=["a", "b"])
    assert "empty" in error.message
    assert error.place.endswith("row 3, column 'b'")


def test_unknown_columns_are_guessed(tmp_path: Path) -> None:
    assert refusal(tmp_path, "line,b\nx,1\n", keys=["lime"]).remedy == "did you mean 'line'?"
    with pytest.raises(DataError, match="no column 'zzz'.*its columns are 'line', 'b'"):
        read(tmp_path, "line,b\nx,1\n").column("zzz")
    assert "twice" in refusal(tmp_path, "a,b\nx,1\n", keys=["a", "a"]).message


# crosstabs


def test_a_crosstab_melts(tmp_path: Path) -> None:
    table = read(tmp_path, "drink,1,2\ncola,5,6\nmalt,7,\n", keys=["drink"], across="week")
    assert table.column("week") == ["1", "2"]
    assert table.column("drink") == ["cola", "malt"]
    long = table.melt("week")
    assert long.columns == ("drink", "week", "value")
    assert long.rows == [("cola", "1", "5"), ("cola", "2", "6"), ("malt", "1", "7"), ("malt", "2", "")]
    assert long.keys == ("drink", "week")
    assert long.where(2, "value") == "tables.costs, costs.csv, row 3, column '1'"


def test_a_crosstab_without_keys_has_one_row(tmp_path: Path) -> None:
    assert read(tmp_path, "1,2\n5,6\n", across="week").melt("week").rows == [("1", "5"), ("2", "6")]
    assert "stands twice" in refusal(tmp_path, "1,2\n5,6\n7,8\n", across="week").message


def test_a_crosstab_needs_columns_and_names_of_its_own(tmp_path: Path) -> None:
    assert "no column is left" in refusal(tmp_path, "a\nx\n", keys=["a"], across="week").message
    for keys, across in ((["value"], "week"), (["a"], "a"), (["a"], "value")):
        head = keys[0]
        table = read(tmp_path, f"{head},2\n5,6\n", keys=keys, across=across)
        with pytest.raises(DataError, match="needed for a column of its own"):
            table.melt(across)


# numbers


@pytest.mark.parametrize(
    ("text", "value"),
    [("12", 12), ("-1.5", -1.5), ("+.5", 0.5), ("5.", 5), ("1e3", 1000), ("1,234.5", 1234.5)]
    + [("1,234,567", 1234567), ("-1,234,567.25", -1234567.25), ("007", 7)],
)
def test_numbers(text: str, value: float) -> None:
    assert read_number(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,5", 1.5), ("1.234,5", 1234.5), ("-12", -12), ("1.234.567", 1234567), ("0,123", 0.123)],
)
def test_numbers_with_a_decimal_comma(text: str, value: float) -> None:
    assert read_number(text, ",") == value


def test_a_lone_group_needs_a_declared_mark() -> None:
    assert read_number("1,234", ".", declared=True) == 1234
    assert read_number("1.234", ",", declared=True) == 1234
    assert read_number("1,234", ",") == 1.234
    for decimal, text in ((".", "1,234"), (",", "1.234")):
        with pytest.raises(UnreadableNumber) as caught:
            read_number(text, decimal)
        assert "decimal" in caught.value.remedy


@pytest.mark.parametrize(
    ("text", "word"),
    [("12%", "percentage"), ("nan", "model can use"), ("NaN", "model can use"), ("inf", "model can use")]
    + [
        ("-Infinity", "model can use"),
        ("1_000", "not a number"),
        ("0x1F", "not a number"),
        ("$5", "not a number"),
    ]
    + [
        ("1,5", "decimal mark"),
        ("12,34,567", "not a number"),
        ("1e999", "too large"),
        ("5 kg", "not a number"),
    ]
    + [("١٢", "not a number"), ("1 000", "not a number"), ("--1", "not a number"), ("9" * 500, "too large")]
    + [("1e99999999", "not a number"), (".", "not a number"), ("", "not a number")],
)
def test_what_is_no_number(text: str, word: str) -> None:
    with pytest.raises(UnreadableNumber) as caught:
        read_number(text)
    assert word in caught.value.reason
    assert caught.value.remedy


@given(st.text(alphabet="0123456789.,eE+-% _nai"))
def test_what_is_read_is_what_python_reads(text: str) -> None:
    try:
        value = read_number(text)
    except UnreadableNumber:
        return
    assert value == float(text.replace(",", ""))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_number_is_read_back(value: float) -> None:
    assert read_number(repr(value)) == value
    assert read_number(f"{value:,.3f}", ".", declared=True) == float(f"{value:.3f}")


def test_text_in_a_number_column_names_file_row_column_and_value(tmp_path: Path) -> None:
    table = read(tmp_path, "a,cost\nx,1\ny,cheap\n", keys=["a"])
    with pytest.raises(DataError) as caught:
        table.numbers("cost")
    assert str(caught.value) == (
        "tables.costs, costs.csv, row 3, column 'cost': 'cheap' is not a number; "
        "write digits only, without unit or currency"
    )
    with pytest.raises(DataError, match="the cell is empty"):
        table.number("", 0, "cost")


# paths


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("missing.csv", "is not in the folder"),
        ("../outside.csv", "outside the folder"),
        ("/etc/hostname", "outside the folder"),
        ("link.csv", "outside the folder"),
        ("sub", "is a folder"),
        ("", "is a folder"),
        ("a\0b.csv", "can't be read"),
        ("x" * 5000 + ".csv", "can't be read"),
        ("https://example.org/a.csv", "is an address"),
        ("old.xls", "can't be read"),
        ("sub/../../outside.csv", "outside the folder"),
    ],
)
def test_files_that_can_not_be_named(tmp_path: Path, file: str, said: str) -> None:
    folder = tmp_path / "home"
    (folder / "sub").mkdir(parents=True)
    (tmp_path / "outside.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (folder / "link.csv").symlink_to(tmp_path / "outside.csv")
    with pytest.raises(DataError) as caught:
        read_table(Table(file=file), folder, "tables.costs")
    assert said in checked(caught.value).message


def test_files_inside_the_folder_may_be_named_in_every_way(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    for file in ("sub/a.csv", "sub/../sub/a.csv", str(tmp_path / "sub" / "a.csv")):
        assert read_table(Table(file=file), tmp_path, "tables.costs").rows == [("1", "2")]


def test_the_remedy_for_a_file_outside_names_the_option(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read_table(Table(file="../data/a.csv"), tmp_path, "tables.costs")
    assert "--data DIR" in caught.value.remedy


# workbooks


def test_a_workbook(tmp_path: Path) -> None:
    import datetime

    day = datetime.datetime(2026, 1, 5)  # noqa: DTZ001 - a spreadsheet's dates have no zone
    rows = [[None, None], ["item", "cost", 2024, 1.0], ["007", 12, 1.5, True], [], [3.0, None, day, " x "]]
    workbook(tmp_path / "plan.xlsx", {"Notes": [["x"], ["y"]], "Costs": rows})
    table = read_table(Table(file="plan.xlsx", sheet="Costs", keys=["item"]), tmp_path, "tables.costs")
    assert table.columns == ("item", "cost", "2024", "1")
    assert table.rows == [("007", "12", "1.5", "TRUE"), ("3", "", "2026-01-05", "x")]
    assert table.where(1, "cost") == "tables.costs, plan.xlsx, sheet 'Costs', row 5, column 'cost'"
    assert table.number(table.column("2024")[0], 0, "2024") == 1.5
    first = read_table(Table(file="plan.xlsx"), tmp_path, "tables.costs")
    assert first.rows == [("y",)]


def test_a_crosstab_in_a_workbook(tmp_path: Path) -> None:
    workbook(tmp_path / "d.xlsx", {"S": [["drink", 1, 2], ["cola", 5, 6.5]]})
    table = read_table(Table(file="d.xlsx", keys=["drink"], across="week"), tmp_path, "tables.costs")
    assert table.melt("week").rows == [("cola", "1", "5"), ("cola", "2", "6.5")]


def refused_book(folder: Path, **entry: Any) -> DataError:
    with pytest.raises(DataError) as caught:
        read_table(Table(file="plan.xlsx", **entry), folder, "tables.costs")
    return checked(caught.value)


def test_sheets_are_guessed(tmp_path: Path) -> None:
    workbook(tmp_path / "plan.xlsx", {"Costs": [["a"], [1]]})
    assert refused_book(tmp_path, sheet="costs ").remedy == "did you mean 'Costs'?"
    assert refused_book(tmp_path, sheet="zzz").remedy == "its sheets are 'Costs'"


def test_an_empty_sheet_and_one_with_a_header_only(tmp_path: Path) -> None:
    workbook(tmp_path / "plan.xlsx", {"Empty": [], "Head": [["a", "b"]], "Twice": [["a", "a"], [1, 2]]})
    assert "empty" in refused_book(tmp_path).message
    assert "no rows" in refused_book(tmp_path, sheet="Head").message
    assert "two columns" in refused_book(tmp_path, sheet="Twice").message


def test_a_formula_that_was_never_computed(tmp_path: Path) -> None:
    workbook(tmp_path / "plan.xlsx", {"S": [["a", "b"], [1, "=A2+1"]]})
    error = refused_book(tmp_path)
    assert "no computed value" in error.message
    assert error.place.endswith("sheet 'S', cell B2")


def test_an_error_value(tmp_path: Path) -> None:
    workbook(tmp_path / "plan.xlsx", {"S": [["a", "b"], [1, "#DIV/0!"]]})
    assert "#DIV/0!" in refused_book(tmp_path).message


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04" + b"\0" * 50, b"\xd0\xcf\x11\xe0" * 20])
def test_what_is_no_workbook(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "plan.xlsx").write_bytes(content)
    assert "workbook" in refused_book(tmp_path).message


def test_an_archive_that_is_no_workbook(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "plan.xlsx", "w") as archive:
        archive.writestr("a.txt", "x")
    assert "workbook" in refused_book(tmp_path).message


def test_a_damaged_sheet(tmp_path: Path) -> None:
    workbook(tmp_path / "good.xlsx", {"S": [["a", "b"], [1, 2]]})
    with zipfile.ZipFile(tmp_path / "good.xlsx") as good, zipfile.ZipFile(tmp_path / "plan.xlsx", "w") as bad:
        for name in good.namelist():
            content = good.read(name)
            bad.writestr(name, content[: len(content) // 2] if "sheet1" in name else content)
    assert "can't be read as a workbook" in refused_book(tmp_path).message


def test_an_archive_that_would_unpack_to_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workbook(tmp_path / "plan.xlsx", {"S": [["a"], [1]]})
    monkeypatch.setattr(xlsx_reader, "UNPACKED_LIMIT", 1000)
    assert "unpacks to" in refused_book(tmp_path).message


def test_without_openpyxl_the_message_names_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workbook(tmp_path / "plan.xlsx", {"S": [["a"], [1]]})
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(MissingDependency, match=r"pip install 'quintet\[tables\]'"):
        read_table(Table(file="plan.xlsx"), tmp_path, "tables.costs")


@given(st.lists(st.lists(st.text(max_size=8), min_size=2, max_size=2), min_size=1, max_size=5))
def test_any_cells_are_read_back_or_refused(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    import csv
    import io

    target = io.StringIO(newline="")
    csv.writer(target).writerows([["left", "right"], *rows])
    folder = tmp_path_factory.mktemp("any")
    try:
        table = read(folder, target.getvalue().encode("utf-8", "surrogatepass"), separator=",")
    except DataError as error:
        said = checked(error).message
        assert "no rows" in said or "not a text file" in said or "not CSV" in said
        return
    stripped = [tuple(cell.strip() for cell in row) for row in rows]
    assert table.rows == [row for row in stripped if any(row)]
