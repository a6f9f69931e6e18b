"""What a demanding user met once: each was a traceback, a hang or a wrong word."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import quintet
from quintet.errors import DataError, DocumentError, QuintetError, SizeError
from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.files import write_text
from quintet.problem import Verdict

SMALL = "quintet: 1\nvariables: {x: {lower: 0, upper: 1}}\nobjective: {sense: maximize, expression: x}\n"


def load(text: str) -> Formulation:
    return Formulation.loads(text)


def test_a_later_level_may_give_up_some_of_the_first() -> None:
    answer = quintet.solve(
        load("""
        quintet: 1
        variables: {a: {domain: integer, lower: 0, upper: 30}, b: {domain: integer, lower: 0, upper: 30}}
        objective:
          - {sense: maximize, name: earned, expression: 3 * a + 5 * b, priority: 1, rel_tol: 0.05}
          - {sense: minimize, name: worked, expression: a + 2 * b, priority: 2}
        constraints: {week: a + 2 * b <= 40}
        """)
    )
    assert answer.verdict is Verdict.CHECKED
    assert answer.objectives == {"earned": 110, "worked": 38}
    assert "115 could be reached" in answer.to_text()


def test_an_unlimited_later_level_is_said() -> None:
    answer = quintet.solve(
        load("""
        quintet: 1
        variables: {x: {lower: 0, upper: 5}, y: {lower: 0}}
        objective:
          - {sense: maximize, name: first, expression: x, priority: 1}
          - {sense: maximize, name: second, expression: y, priority: 2}
        """)
    )
    assert answer.status == "unbounded"
    assert "'second' (level 2)" in answer.to_text()


def test_a_device_is_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(DocumentError, match="it is a device, a pipe or a socket"):
        write_text(pipe, "x")
    assert pipe.is_fifo()


def chain(first: str, step: str, length: int) -> str:
    """Definitions of which each needs the one before it, the last first."""
    entries = [step.format(name=f"e{i}", before=f"e{i - 1}") for i in range(length, 0, -1)]
    return "{" + ", ".join([first, *entries]) + "}"


def filtered(size: int, rows: str) -> str:
    return f"sets: {{I: 1..{size}}}\nconstraints: {{c: {{for: {rows}, expression: x <= 1}}}}"


HOSTILE = {
    "infinite range": ("sets: {S: 1..1e400}", DataError),
    "chain": ("expressions: " + chain("e0: x", "{name}: {before}", 200), DocumentError),
    "chain of data": (
        "parameters: " + chain("e0: 1", "{name}: {{expression: {before}}}", 3000),
        DocumentError,
    ),
    "doubling": ("expressions: " + chain("e0: x", "{name}: {before} + {before}", 30), SizeError),
    "sum filter": (filtered(100_000, "i in I for j in I if i + j == 5"), SizeError),
    "false filter": (filtered(3000, "i in I for j in I for k in I if 1 == 2"), SizeError),
}


@pytest.mark.parametrize(("text", "error"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_documents_end_at_once_in_one_line(text: str, error: type[QuintetError]) -> None:
    with pytest.raises(error) as caught:
        bind(load(SMALL + text))
    assert "\n" not in str(caught.value)


def test_one_value_is_not_taken_from_a_table_of_many(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("b\n2\n3\n", encoding="utf-8")
    with pytest.raises(DataError, match="2 rows for one value"):
        bind(load(SMALL + "tables: {t: {file: t.csv}}\nparameters: {a: {table: t.b}}"), tmp_path)


def test_a_change_of_a_computed_parameter_reaches_later_keys() -> None:
    text = 'sets: {Y: 1..3}\nparameters: {p: {index: "y in Y", expression: "2 * p[y-1] if y > 1 else 1"}}'
    model = bind(load(SMALL + text), changes={"p": {"2": 5}})
    assert model.parameters["p"].values.tolist() == [1, 5, 10]


def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.is_char_device():
        pytest.skip("there is no /dev/full here")
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    with full.open("w", encoding="utf-8") as stdout:
        command = [sys.executable, "-m", "quintet", "solve", str(tmp_path / "small.yaml")]
        done = subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("quintet: the result can't be written")
    assert done.stderr.count("\n") == 1
