"""Tables of records: JSON and Parquet give what the same table as CSV gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from quintet.errors import DataError
from quintet.formulation.schema import Table
from quintet.formulation.tables import TableData, read_table

RECORDS = [{"item": "007", "cost": 1.5, "size": 3}, {"item": "b", "cost": 2, "size": None}]


def read(folder: Path, file: str, **entry: Any) -> TableData:
    return read_table(Table(file=file, **entry), folder, "tables.t")


def write(folder: Path, content: object) -> None:
    (folder / "t.json").write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize(
    "content", [RECORDS, {"item": ["007", "b"], "cost": [1.5, 2], "size": [3, None]}], ids=["rows", "columns"]
)
def test_json(tmp_path: Path, content: object) -> None:
    write(tmp_path, content)
    table = read(tmp_path, "t.json", keys=["item"])
    assert table.columns == ("item", "cost", "size")
    assert table.rows == [("007", "1.5", "3"), ("b", "2", "")]
    assert table.numbers("cost") == [1.5, 2.0]


def test_parquet_gives_what_json_gives(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow", reason="the parquet extra is not installed")
    from pyarrow import parquet

    write(tmp_path, RECORDS)
    parquet.write_table(pyarrow.Table.from_pylist(RECORDS), tmp_path / "t.parquet")
    assert read(tmp_path, "t.parquet", keys=["item"]).rows == read(tmp_path, "t.json", keys=["item"]).rows


def test_damaged_parquet(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="the parquet extra is not installed")
    (tmp_path / "t.parquet").write_bytes(b"PAR1 and nothing else")
    with pytest.raises(DataError, match="can't be read") as caught:
        read(tmp_path, "t.parquet")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[1, 2]", "holds no table"),
        ('{"a": [1], "b": [1, 2]}', "holds no table"),
        ('{"a": 1}', "holds no table"),
        ("[]", "no rows"),
        ('[{"item": "a", "cost": [1]}]', "row 1, column 'cost'"),
        ('[{"item": "a"}, {"item": "a"}]', "stands twice"),
        ('[{"item": "a", "item": "b"}]', "item"),
        ('[{"item": NaN}]', "NaN"),
        ('[{"item": ', "not JSON"),
        ("\udcff", "UTF-8"),
    ],
)
def test_json_that_is_no_table(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "t.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(DataError, match=r"tables\.t") as caught:
        read(tmp_path, "t.json", keys=["item"])
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
