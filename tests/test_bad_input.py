"""What the whole language can be got wrong with: one line with place and remedy, code 2, nothing written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import Ran, Run, runner

PLAN = """
quintet: 1
sets: {Good: [loaf, cake], Day: 1..3}
parameters:
  hours: {index: [Good], values: {loaf: 1, cake: 2}}
  need: {index: [Day], values: [4, 5, 6]}
variables:
  bake: {index: [Good], domain: integer, lower: 0, upper: 30}
  stock: {index: [Day], lower: 0, upper: 90}
  flour: {lower: 0}
  sugar: {lower: 0, upper: 50}
  kind: {domain: integer, lower: 1, upper: 3}
objective: {sense: maximize, expression: "sum(bake[g] for g in Good) - flour - kind"}
constraints:
  week: "sum(hours[g] * bake[g] for g in Good) + sugar <= 40"
  days: {for: "d in Day", expression: "stock[d] <= need[d]"}
"""
GOAL = 'objective: {sense: maximize, expression: "sum(bake[g] for g in Good) - flour - kind"}'


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    return runner(monkeypatch, capsys, tmp_path)


def write(text: str, name: str = "plan.yaml") -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def refused(ran: Ran, *said: str) -> None:
    assert ran.code == 2, ran.out
    assert ran.out == ""
    assert ran.err.startswith("quintet: ")
    assert ran.err.count("\n") == 1
    assert len(ran.err) < 400
    for part in said:
        assert part in ran.err


def with_row(expression: str, each: str = "") -> str:
    rows = f'for: "{each}", ' if each else ""
    return f'{PLAN}  extra: {{{rows}expression: "{expression}"}}\n'


def with_goal(text: str) -> str:
    assert GOAL in PLAN
    return PLAN.replace(GOAL, text)


def with_parameter(text: str) -> str:
    return PLAN.replace("parameters:\n", f"parameters:\n  {text}\n")


BAD: dict[str, tuple[str, str, str]] = {
    # name: document, place, what is said (the remedy comes last in the line)
    "logic without a bound": (
        with_row("implies(flour >= 1, kind >= 2)"),
        "constraints.extra: 'flour < 1' ",
        "; give flour an upper bound",
    ),
    "holds without a bound": (
        with_row("holds(sugar <= flour) <= kind - 1"),
        "constraints.extra: ",
        "; give flour an upper bound",
    ),
    "a row of a family without a bound": (
        with_row("either(bake[g] >= 2, hours[g] * flour <= 3)", "g in Good"),
        "constraints.extra[loaf]: ",
        "; give flour an upper bound",
    ),
    "decision as index": (
        with_row("need[kind] <= 5"),
        "constraints.extra.expression, column 6: ",
        "; write element(…) to index by a decision",
    ),
    "decision as index of a decision": (
        with_row("stock[kind] <= 5"),
        "constraints.extra.expression, column 7: ",
        "; write element(…) to index by a decision",
    ),
    "not equal, continuous": (
        with_row("sugar != flour"),
        "constraints.extra: 'sugar != flour' of continuous values ",
        "; name the gap: either(a <= b - gap, a >= b + gap)",
    ),
    "not equal in logic, continuous": (
        with_row("either(kind >= 2, not (sugar == 3))"),
        "constraints.extra: 'sugar != 3' of continuous values ",
        "; name the gap: either(a <= b - gap, a >= b + gap)",
    ),
    "power": (
        with_row("kind ^ 2 <= 5"),
        "constraints.extra.expression, column 6: '^' ",
        "; write ** for a power",
    ),
    "empty min of decisions": (
        with_row("min(bake[g] for g in Good if hours[g] > 9) >= 1"),
        "constraints.extra: min of nothing",
        "; let its filter leave at least one element",
    ),
    "empty min of data": (
        with_parameter('least: {expression: "min(hours[g] for g in Good if hours[g] > 9)"}'),
        "parameters.least.expression: min of nothing",
        "; let its filter leave at least one element",
    ),
    "min of no arguments": (
        with_row("min() <= 2"),
        "constraints.extra.expression, column 1: min takes 1 or more",
        "not 0",
    ),
    "index outside, decisions": (
        with_row("stock[d] <= stock[d - 1]", "d in Day"),
        "constraints.extra: stock[0] does not exist",
        "; add a filter or 'a if condition else b'",
    ),
    "index outside, data": (
        with_row("stock[d] <= need[d + 1]", "d in Day"),
        "constraints.extra: need[4] does not exist",
        "at d=3; add a filter or 'a if condition else b'",
    ),
    "index outside, named": (with_row("stock[7] <= 5"), "constraints.extra", "7"),
    "circular parameters": (
        with_parameter("one: {expression: two + 1}\n  two: {expression: one - 1}"),
        "parameters.one: circular definition: parameters.one → parameters.two → parameters.one",
        "; break the circle",
    ),
    "circular expressions": (
        PLAN + "expressions: {a: b + sugar, b: a}\n",
        "expressions.a: circular definition: expressions.a → expressions.b → expressions.a",
        "; break the circle",
    ),
    "circular sets": (
        PLAN.replace("Day: 1..3", "Day: 1..days").replace(
            "need:", "days: {expression: 'card(Day)'}\n  need:"
        ),
        "sets.Day: circular definition: sets.Day → parameters.days → sets.Day",
        "; break the circle",
    ),
    "chain both ways": (
        with_row("1 <= sugar >= 0"),
        "constraints.extra.expression, column 3: the chain <= … >= runs both ways",
        "; split it in two",
    ),
    "chain with an equation": (
        with_row("1 <= sugar == flour"),
        "constraints.extra.expression, column 3: the chain <= … == runs both ways",
        "; split it in two",
    ),
    "no order": (
        with_goal("objective: [{sense: maximize, expression: sugar}, {sense: minimize, expression: flour}]"),
        "objective: 2 objectives without an order",
        "; give each a 'priority' (1 is optimised first) or a 'weight'",
    ),
    "priority that is no number": (
        with_goal("objective: [{sense: maximize, expression: sugar, priority: first}]"),
        "plan.yaml, objective[1].priority: 'first' is not a whole number",
        "; write digits without quotes",
    ),
    "two objectives of one name": (
        with_goal(
            "objective: [{sense: maximize, expression: sugar, priority: 1, name: sweet},"
            " {sense: minimize, expression: kind, priority: 2, name: sweet}]"
        ),
        "objective: two objectives are called 'sweet'",
        "; give each a 'name' of its own",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_one_line_code_2_and_nothing_written(run: Run, name: str) -> None:
    text, place, remedy = BAD[name]
    ran = run("solve", write(text), "-o", "run", "--json")
    refused(ran, remedy)
    assert ran.err.startswith(f"quintet: {place}")
    assert sorted(path.name for path in Path().iterdir()) == ["plan.yaml"]
    assert run("check", "plan.yaml") == ran


def test_the_plan_itself_is_good(run: Run) -> None:
    assert run("solve", write(PLAN), "--json").document["status"] == "optimal"
    assert run("check", "plan.yaml").code == 0


# findings


def codes(run: Run, text: str) -> dict[str, str]:
    """The findings of `quintet check` by code."""
    ran = run("check", write(text), "--json")
    assert ran.code == 0, ran.err
    return {
        finding["code"]: f"{finding['place']}: {finding['message']}" for finding in ran.document["findings"]
    }


def test_a_unit_mismatch_is_a_finding(run: Run) -> None:
    text = PLAN.replace("flour: {lower: 0}", "flour: {lower: 0, unit: kg}").replace(
        "upper: 50}", "upper: 50, unit: h}"
    )
    found = codes(run, f"{text}  extra: sugar <= flour\n")
    assert found["unit-mismatch"].startswith("constraints.extra.expression: compares h and kg; ")
    assert "unit-mismatch" not in codes(run, PLAN)


def test_a_large_m_is_a_finding_that_names_the_bound(run: Run) -> None:
    text = PLAN.replace("flour: {lower: 0}", "flour: {lower: 0, upper: 3e6}")
    row = "  extra: implies(kind >= 2, flour <= 5)\n"
    said = codes(run, text + row)["large-m"]
    assert said.startswith("constraints.extra: 'flour <= 5' needs the constant 3e+06")
    assert said.endswith("tighten the bounds of flour")
    assert "large-m" in {f["code"] for f in run("solve", "plan.yaml", "--json").document["findings"]}
    assert "large-m" not in codes(run, text.replace("3e6", "1e6") + row)


# tables

CROSS = """
quintet: 1
tables: {t: {file: t.csv, keys: [drink], across: week}}
sets: {Drink: [cola, malt], Week: 1..3}
parameters: {demand: {index: [Drink, Week], table: t}}
variables: {make: {index: "d in Drink for w in Week", lower: 0}}
objective: {sense: minimize, expression: "sum(make[d, w] for d in Drink for w in Week)"}
constraints: {meet: {for: "d in Drink for w in Week", expression: "make[d, w] >= demand[d, w]"}}
"""
LONG = """
quintet: 1
tables: {t: {file: t.csv, keys: [item]}}
sets: {Item: 1..200}
parameters: {cost: {index: [Item], table: t.cost}}
variables: {x: {index: [Item], lower: 0}}
objective: {sense: minimize, expression: "sum(cost[i] * x[i] for i in Item)"}
"""


@pytest.mark.parametrize(
    ("change", "head", "said"),
    [
        (
            ("", ""),
            "drink,1,2,3,total",
            "no elements of Week: 'total'; take them out of the table, or add them to",
        ),
        (("", ""), "drink,1,2,4,3", "no elements of Week: '4'; "),
        (("table: t}", "table: t, default: 0}"), "drink,1,2,week 3,3", "no elements of Week: 'week 3'; "),
        (("[drink]", "[drnk]"), "drink,1,2,3,4", "there is no column 'drnk'; did you mean 'drink'?"),
    ],
)
def test_a_crosstab_with_an_unknown_column(run: Run, change: tuple[str, str], head: str, said: str) -> None:
    write(f"{head}\ncola,1,2,3,4\nmalt,4,5,6,7\n", "t.csv")
    refused(run("solve", write(CROSS.replace(*change)), "-o", "run"), "tables.t, t.csv: ", said)
    assert not Path("run").exists()


def test_a_crosstab_that_fits(run: Run) -> None:
    write("drink;3;1;2\nmalt;6;4;5\ncola;3;1;2\n", "t.csv")
    assert run("solve", write(CROSS), "--json").document["objective"] == 21


def test_missing_keys_are_counted_and_the_first_shown_with_their_rows(run: Run) -> None:
    # 7 and 150 have no row; the cells of four more are empty
    rows = [f"{i},{'' if i in (40, 90, 120, 180) else i}" for i in range(1, 201) if i not in (7, 150)]
    write("item,cost\n" + "\n".join(rows) + "\n", "t.csv")
    refused(
        run("solve", write(LONG), "-o", "run"),
        "parameters.cost, from tables.t, t.csv: ",
        "6 of 200 keys have no value: 7 (no row), 40 (row 40), 90 (row 90) and 3 more; ",
        "give them, or say 'default:'",
    )
    assert not Path("run").exists()
    ran = run("check", write(LONG.replace("t.cost", "t.cost, default: 9")), "--json")
    assert any("6 of 200 keys took the default" in f["message"] for f in ran.document["findings"])


def test_missing_cells_of_a_crosstab_are_named(run: Run) -> None:
    write("drink,1,2\ncola,1,\nmalt,4,5\n", "t.csv")
    refused(
        run("solve", write(CROSS)),
        "3 of 6 keys have no value: ('cola', 2) (row 2), ('cola', 3) (no cell), ('malt', 3) (no cell); ",
    )
