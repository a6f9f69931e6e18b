"""Questions after the answer, as a person at a command line asks them: what once went wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import Run, runner

MODEL = """
quintet: 1
sets: {Place: ["O'Neil", "x[1]", 'say "hi"'], Nobody: {range: 1..0}}
parameters:
  need: {index: [Place], values: [3, 4, 5]}
  most: {values: 40}
variables:
  ship: {index: [Place], domain: integer, lower: 0, upper: 20}
  more: {domain: continuous, lower: 0, upper: 9}
  none: {index: "n in Nobody", domain: continuous, lower: 0, upper: null}
expressions: {nothing: {expression: "sum(none[n] for n in Nobody)"}}
objective: {sense: minimize, expression: "sum(ship[p] for p in Place) + 2 * more + nothing"}
constraints:
  enough: {for: "p in Place", expression: "ship[p] >= need[p]", kind: policy}
  room: {expression: "sum(ship[p] for p in Place) + 30 <= most + more", kind: physical}
  idle: {for: "n in Nobody", expression: "none[n] <= 1"}
"""
LP = """
Minimize
 cost: 2 x + 3 y
Subject To
 enough: x + y >= 4
 c(2): x <= 3
End
"""


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    (tmp_path / "f.yaml").write_text(MODEL, encoding="utf-8")
    (tmp_path / "f.lp").write_text(LP, encoding="utf-8")
    return runner(monkeypatch, capsys, tmp_path)


def test_repair_takes_a_limit_without_any_rows(run: Run) -> None:
    found = run("repair", "f.yaml", "--json")
    assert found.code == 0, found.err
    assert found.document["feasible"] is True
    Path("f.yaml").write_text(MODEL.replace("upper: 9", "upper: 1"), encoding="utf-8")
    found = run("repair", "f.yaml", "--hard", "enough", "--soft", "room", "--json")
    assert [(c["place"], c["amount"]) for c in found.document["smallest"]["changes"]] == [("room", 1)]


@pytest.mark.parametrize(
    "place", ["O'Neil", '"O\'Neil"', "'O''Neil'", '"x[1]"', "'x[1]'", 'say "hi"', '"say ""hi"""']
)
def test_any_element_can_be_named_in_a_change(run: Run, place: str) -> None:
    found = run("whatif", "f.yaml", "--set", f"need[{place}]+=1", "--json")
    assert found.code == 0, found.err
    assert found.document["difference"] == pytest.approx(3)  # one more, and room for it at 2 each


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        (("whatif", "f.lp", "--fix", "x=2"), "write column[x]"),
        (("whatif", "f.lp", "--drop", "enough"), "write row[enough]"),
        (("whatif", "f.lp", "--add", "x <= 2"), "write column[x]"),
        (("whatif", "f.lp", "--objective", "minimize y"), "write column[y]"),
        (("whynot", "f.lp", "y >= 2"), "write column[y]"),
    ],
)
def test_a_name_of_an_lp_file_is_answered_with_its_place(
    run: Run, arguments: tuple[str, ...], remedy: str
) -> None:
    found = run(*arguments)
    assert found.code == 2
    assert found.err.strip().endswith(remedy)


def test_a_limit_with_decisions_on_both_sides_shows_its_number(run: Run) -> None:
    room = next(p for p in run("sensitivity", "f.yaml", "--json").document["prices"] if p["name"] == "room")
    assert (room["sign"], room["value"]) == ("<=", 10)


def test_a_table_that_cannot_be_written_is_refused_before_the_sweep(run: Run) -> None:
    found = run("whatif", "f.yaml", "--sweep", "most=41:45:3", "--csv", "nowhere/t.csv")
    assert (found.code, found.out) == (2, "")
    assert "nowhere: there is no such folder" in found.err


def test_a_bound_of_0_has_no_sign(run: Run) -> None:
    assert "lower bound 0 of more" in run("whatif", "f.yaml", "--fix", "more=-1").err


def test_a_rate_of_0_is_not_said_to_hold_for_a_whole_unit(run: Run) -> None:
    curved = """
quintet: 1
parameters: {most: 2}
variables: {x: {domain: continuous, lower: null, upper: null}}
objective: {sense: minimize, expression: "(x - 2) ** 2"}
constraints: {cap: {expression: "x <= most"}}
"""
    Path("curved.yaml").write_text(curved, encoding="utf-8")
    assert "1 limit changes nothing by a little more or less" in run("sensitivity", "curved.yaml").out


def test_a_number_tried_on_one_side_is_not_said_to_change_nothing(run: Run) -> None:
    spare = """
quintet: 1
parameters: {extra: 0, cap: 5, top: 5}
variables: {x: {domain: integer, lower: 0, upper: null}}
objective: {sense: maximize, expression: x}
constraints: {one: {expression: "x <= cap + extra"}, other: {expression: "x <= top"}}
"""
    Path("spare.yaml").write_text(spare, encoding="utf-8")
    assert "1 other number changes nothing on the one side" in run("sensitivity", "spare.yaml").out


@pytest.mark.parametrize(
    "arguments",
    [("whynot", "f.yaml", "more >= 5"), ("alternatives", "f.yaml"), ("whatif", "f.yaml", "--set", "most=41")],
)
def test_a_person_at_a_terminal_is_told_what_is_being_done(
    run: Run, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert "· solving" in run(*arguments).err
