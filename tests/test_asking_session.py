"""More questions at a command line, and what the answers once said wrongly or not at all."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
import typer

from quintet import cli
from tests.command import Run, runner

ODD = """
quintet: 1
sets: {S: ["x[1]", "Köln (Süd)", plain]}
parameters:
  need: {index: [S], values: [3, 4, 5]}
  price: {index: [S], values: [0.001, 40, 50]}
variables:
  amount: {index: [S], lower: 0, upper: 8}
objective: {sense: minimize, expression: "sum(price[s] * amount[s] for s in S)"}
constraints:
  enough: {for: s in S, expression: "amount[s] >= need[s]"}
"""
LEVELS = """
quintet: 1
tables: {prices: {file: prices.csv, keys: [good]}}
sets: {Good: {table: prices.good}}
parameters:
  price: {index: [Good], table: prices.price}
  hours: 10
variables:
  make: {index: [Good], domain: integer, lower: 0, upper: 6}
objective:
  - {sense: maximize, name: pieces, expression: "sum(make[g] for g in Good)", priority: 1}
  - {sense: minimize, name: cost, expression: "sum(price[g] * make[g] for g in Good)", unit: EUR, priority: 2}
constraints:
  time: "sum(make[g] for g in Good) <= hours"
"""


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    (tmp_path / "odd.yaml").write_text(ODD, encoding="utf-8")
    for folder, price in (("own", 3), ("other", 5)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "prices.csv").write_text(f"good,price\na,{price}\nb,2\n", encoding="utf-8")
    (tmp_path / "own" / "levels.yaml").write_text(LEVELS, encoding="utf-8")
    return runner(monkeypatch, capsys, tmp_path)


def test_a_table_from_a_file_that_lies_elsewhere(run: Run, tmp_path: Path) -> None:
    for file in ("other/prices.csv", str(tmp_path / "other" / "prices.csv")):
        found = run("whatif", "own/levels.yaml", "--table", f"prices={file}")
        assert found.code == 0, found.err
        assert "cost  24 → 32  EUR" in found.out  # 6 of b and 4 of a, at 3 and then at 5
    swept = run(
        *("whatif", "own/levels.yaml", "--sweep", "hours=2:8:2", "--watch", "cost", "--workers", "2"),
        *("--table", "prices=other/prices.csv", "--json"),
    )
    assert [point["watched"] for point in swept.document["points"]] == [[4], [22]]


def test_echoed_commands_can_be_read_and_given_again(run: Run) -> None:
    change = """--set 'need["Köln (Süd)"]=9'"""
    found = run("whatif", "odd.yaml", *shlex.split(change))
    assert found.code == 1
    assert f"What if {change}\n" in found.out
    assert found.out.endswith(f"quintet diagnose odd.yaml {change}\n")
    again = run(*shlex.split(found.out.splitlines()[-1].partition(": ")[2])[1:])
    assert 'enough["Köln (Süd)"]: amount["Köln (Süd)"] >= 9' in again.out


def test_the_advice_of_repair_can_be_given_again(run: Run) -> None:
    Path("odd.yaml").write_text(ODD.replace("[3, 4, 5]", "[3, 9, 5]"), encoding="utf-8")
    found = run("repair", "odd.yaml")
    advice = """--set 'need["Köln (Süd)"]=8'"""
    assert f"as a what-if: {advice}\n" in found.out
    assert run("whatif", "odd.yaml", *shlex.split(advice)).code == 0


def test_one_way_to_write_an_element_in_one_answer(run: Run) -> None:
    found = run("whatif", "odd.yaml", "--set", "need['x[1]']=4")
    assert 'it breaks enough["x[1]"].' in found.out
    assert '  amount["x[1]"]  3 → 4' in found.out


def test_a_plan_that_may_be_the_only_one_is_not_called_one_of_several(run: Run) -> None:
    found = run("whatif", "odd.yaml", "--set", "need[plain]=6")
    assert "1 of 3 decisions change, the biggest first; if other plans are as good, this is one" in found.out


def test_all_levels_are_compared(run: Run) -> None:
    found = run("whatif", "own/levels.yaml", "--set", "hours=5")
    assert "change: -5 (-50 %), worse\nThe objectives after it:\n  cost  24 → 10  EUR\n" in found.out
    record = run("whatif", "own/levels.yaml", "--set", "hours=5", "--json").document
    assert record["levels"] == [{"name": "cost", "key": [], "before": 24, "after": 10}]


def test_a_sweep_says_which_level_it_shows(run: Run) -> None:
    found = run("whatif", "own/levels.yaml", "--sweep", "hours=2,8")
    assert "pieces is the first of 2 objectives, before cost; --watch cost follows it.\n" in found.out
    found = run("whatif", "own/levels.yaml", "--sweep", "hours=2,8", "--watch", "cost")
    assert "cost (EUR)" in found.out.splitlines()[0]
    assert "--watch cost" not in found.out
    assert run("whatif", "own/levels.yaml", "--sweep", "hours=2,8", "--watch", "pieces").code == 2


@pytest.mark.parametrize(
    ("axis", "change", "refused"),
    [
        ("need[plain]=1:3:3", "need[plain]=9", True),
        ("need[*]=1:3:3", "need[plain]+=1", True),
        ("need[plain]=1:3:3", "need[*]=2", False),
        ("need[plain]=1:3:3", "need['x[1]']=2", False),
        ("need[plain]*=1:2:3", "need[plain]=2", False),
        ("need[plain]=1:3:3", "price[plain]=2", False),
    ],
)
def test_a_change_that_the_sweep_replaces_is_refused(run: Run, axis: str, change: str, refused: bool) -> None:
    found = run("whatif", "odd.yaml", "--sweep", axis, "--set", change)
    assert found.code == (2 if refused else 0), found.err
    assert ("the sweep puts its own values in place of those of need" in found.err) == refused


def test_a_small_share_is_not_none(run: Run) -> None:
    assert "x[1] 0.003 (under 1 %)" in run("explain", "odd.yaml").out


def test_large_numbers_of_a_difference_are_written_out(run: Run) -> None:
    Path("a.yaml").write_text(ODD.replace("50]", "12345678]"), encoding="utf-8")
    Path("b.yaml").write_text(ODD.replace("50]", "12345778.5]"), encoding="utf-8")
    assert "[plain]: 12,345,678 → 12,345,778.5\n" in run("diff", "a.yaml", "b.yaml").out
    for name in ("a", "b"):
        assert run("solve", f"{name}.yaml", "-o", name).code == 0
    assert "objective: 61,728,550 → 61,729,053 (+503, +0.000815 %)\n" in run("diff", "a", "b").out


@pytest.mark.parametrize("word", ["nosuchfile", "folder/nosuchfile", "model.xlsx"])
def test_one_word_is_no_problem_text(run: Run, word: str) -> None:
    found = run("solve", "--reader", word)
    assert found.code == 2
    assert found.err == (
        f"quintet: {word}: there is no such file; check the path, or give the text itself, "
        "which has several words\n"
    )


def test_a_text_in_a_script_without_spaces_is_a_text(run: Run) -> None:
    assert "no such file" not in run("solve", "--reader", "工厂每天最多生产十个产品。").err


def test_a_crosstab_takes_no_column(run: Run) -> None:
    Path("t.csv").write_text("good,mon,tue\na,1,2\nb,3,4\n", encoding="utf-8")
    text = (
        "tables: {t: {file: t.csv, keys: [good], across: day}}\nsets: {G: [a, b], D: [mon, tue]}\n"
        "parameters: {c: {index: [G, D], table: t.mon}}\nvariables: {x: {lower: 1}}\n"
        "objective: {sense: minimize, expression: \"x * c['a', 'mon']\"}\n"
    )
    Path("c.yaml").write_text(text, encoding="utf-8")
    found = run("check", "c.yaml")
    assert found.err == (
        "quintet: parameters.c.table: table 't' is a crosstab, whose columns are the elements of day; "
        "write table: t, without a column\n"
    )
    Path("c.yaml").write_text(text.replace("t.mon", "t"), encoding="utf-8")
    assert run("check", "c.yaml").code == 0


@pytest.mark.parametrize(("field", "word"), [("penalty", "penalty"), ("limit", "limit")])
def test_faults_of_soft_limits_name_them(run: Run, field: str, word: str) -> None:
    more = {"penalty: 1, limit: 1".replace(f"{field}: 1", f'{field}: "amount[s]"')}.pop()
    Path("odd.yaml").write_text(ODD.rstrip()[:-1] + f", soft: {{{more}}}}}\n", encoding="utf-8")
    found = run("check", "odd.yaml")
    assert f"soft.{field}, column 1: a {word} depends on the decision 'amount'" in found.err


def test_rounding_does_not_reach_the_json(run: Run) -> None:
    text = "parameters: {c: 0.1}\nvariables: {x: {lower: 3, upper: 9}}\n"
    text += "objective: {sense: minimize, expression: c * x + c * 0 * x}\n"
    Path("r.yaml").write_text(text, encoding="utf-8")
    assert 0.1 * 3 != 0.3
    assert '"objective": 0.3,' in run("solve", "r.yaml", "--json").out


def test_an_interrupted_verb_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], run: Run
) -> None:
    def interrupted(*_given: object, **_named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("quintet.solvers.whatif.whatif", interrupted)
    found = run("whatif", "odd.yaml", "--set", "need[plain]=6")
    assert (found.code, found.out, found.err) == (130, "", "quintet: interrupted\n")


def test_a_wrapped_verb_keeps_its_options() -> None:
    command = typer.main.get_command(cli.app)
    verbs = command.commands  # type: ignore[attr-defined]  # a group: the app has several verbs
    assert {"reader", "time_limit"} <= {parameter.name for parameter in verbs["solve"].params}
    assert verbs["whatif"].help.startswith("Compare the answers")
