from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from quintet import examples
from quintet.errors import DataError, DocumentError, SolverError
from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.solvers.export import FORMATS, export, export_file

STARTS = {
    "lp": "\\ Bottling plan\n",
    "mps": "* Bottling plan\n",
    "pyomo": '"""Bottling plan\n',
    "latex": "\\documentclass",
    "markdown": "# Bottling plan\n",
    "json": "{\n",
    "yaml": "quintet: 1\n",
}


def test_every_format_has_a_writer() -> None:
    assert list(FORMATS) == list(STARTS)


@pytest.mark.parametrize("to", STARTS)
def test_a_file_in_every_format(to: str) -> None:
    path = examples.path("bottling")
    text = export_file(path, to)
    assert text.startswith(STARTS[to])
    assert text.endswith("\n")
    assert text == export(bind(Formulation.load(path)), to)


@pytest.mark.parametrize("to", ["json", "yaml"])
def test_documents_come_back(to: str) -> None:
    path = examples.path("bottling")
    assert Formulation.loads(export_file(path, to), to) == Formulation.load(path)  # type: ignore[arg-type]  # two of its formats


def test_other_data_can_be_put_in(tmp_path: Path) -> None:
    document = {
        "tables": {"t": {"file": "t.csv", "keys": ["i"]}},
        "sets": {"I": {"table": "t.i"}},
        "parameters": {"c": {"index": ["I"], "table": "t.c"}},
        "variables": {"x": {"index": ["I"], "lower": 0, "upper": 1}},
        "objective": {"sense": "maximize", "expression": "sum(c[i] * x[i] for i in I)"},
    }
    path = tmp_path / "f.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(DataError, match=r"t\.csv"):
        export_file(path, "lp")
    other = tmp_path / "other"
    other.mkdir()
    (other / "t.csv").write_text("i,c\na,3\nb,4\n", encoding="utf-8")
    assert " obj: 3 x(a) + 4 x(b)\n" in export_file(path, "lp", other)


@pytest.mark.parametrize("call", [lambda: export_file("nowhere.yaml", "word"), lambda: export(None, "word")])  # type: ignore[arg-type]  # the format is looked at first
def test_an_unknown_format_lists_the_known(call: object) -> None:
    with pytest.raises(SolverError, match="there is no format 'word'; choose one of lp, mps, pyomo, latex"):
        call()  # type: ignore[operator]  # both are functions


def test_a_missing_file_is_named() -> None:
    with pytest.raises(DocumentError, match=r"nowhere\.yaml"):
        export_file("nowhere.yaml", "lp")


@pytest.mark.parametrize(
    ("name", "place", "remedy"),
    [
        ("lexicographic", "objective", "one after another"),
        ("pooling", "constraints.mixing", "try --to pyomo"),
    ],
)
def test_what_a_matrix_file_cant_hold_is_named(name: str, place: str, remedy: str) -> None:
    with pytest.raises(SolverError, match=remedy) as error:
        export_file(examples.path(name), "lp")
    assert error.value.place == place


def test_texts_need_no_solver() -> None:
    code = (
        "import sys\nfrom quintet import examples\nfrom quintet.solvers.export import export_file\n"
        "for to in ('pyomo', 'latex', 'markdown', 'yaml'): export_file(examples.path('bottling'), to)\n"
        "assert not {'highspy', 'pyomo', 'pyscipopt', 'ortools'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
