"""Changes made to a formulation, against the same changes made by hand in the document."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from quintet.errors import DataError, DocumentError, QuintetError
from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.model import Model
from quintet.solvers import Outcome, solve
from quintet.solvers.arrays import Arrays
from quintet.solvers.matrix import compile
from quintet.solvers.whatif import apply, grammar
from quintet.solvers.whatif.changes import Change, FixDecision, SetParameter, UseData

DOCUMENT: dict[str, Any] = {
    "sets": {
        "Line": ["A", "B"],
        "Drink": ["cola", "malt"],
        "Week": "1..3",
        "Fast": {"in": "Line", "values": ["A"]},
    },
    "parameters": {
        "cost": {
            "index": ["Line", "Drink"],
            "values": {"A": {"cola": 3, "malt": 4}, "B": {"cola": 5, "malt": 2}},
        },
        "demand": {"index": ["Drink", "Week"], "values": [[10, 20, 30], [5, 5, 5]]},
        "capacity": {"index": ["Line"], "values": {"A": 40, "B": 25}},
        "home": {"index": ["Drink"], "in": "Line", "values": {"cola": "A", "malt": "B"}},
        "extra": 2,
        "reserve": {"expression": "extra * capacity[B] / 10"},
        "bonus": {"index": ["Drink"], "values": {"cola": 1}, "default": 0},
    },
    "variables": {
        "make": {"index": "l in Line for d in Drink for w in Week", "lower": 0, "upper": "capacity[l] * 2"},
        "run": {"index": ["Line", "Week"], "domain": "binary"},
        "crates": {"index": ["Week"], "domain": "integer", "lower": 0, "upper": 9},
    },
    "expressions": {"made": {"expression": "sum(make[l, d, w] for l in Line for d in Drink for w in Week)"}},
    "objective": {
        "sense": "minimize",
        "expression": "sum(cost[l, d] * make[l, d, w] for l in Line for d in Drink for w in Week)"
        " + 7 * sum(run[l, w] for l in Line for w in Week) + sum(crates[w] for w in Week)",
    },
    "constraints": {
        "room": {
            "for": "l in Line for w in Week",
            "expression": "sum(make[l, d, w] for d in Drink) <= capacity[l] * run[l, w]",
            "kind": "physical",
        },
        "need": {
            "for": "d in Drink for w in Week",
            "expression": "sum(make[l, d, w] for l in Line) >= demand[d, w] + bonus[d]",
        },
        "pack": {
            "for": "w in Week",
            "expression": "10 * crates[w] >= sum(make[l, d, w] for l in Fast for d in Drink)",
            "kind": "definition",
        },
    },
}


def formulation(document: dict[str, Any] | None = None) -> Formulation:
    return Formulation.model_validate(copy.deepcopy(DOCUMENT if document is None else document))


def by_hand(**sections: Any) -> Model:
    document = copy.deepcopy(DOCUMENT)
    for path, value in sections.items():
        place: Any = document
        *above, last = path.split("__")
        for step in above:
            place = place[step]
        if value is None:
            del place[last]
        else:
            place[last] = value
    return bind(formulation(document))


def made(*changes: Change) -> Model:
    return apply(formulation(), changes).bind()


def same(one: Arrays, other: Arrays) -> bool:
    names = (
        "cost",
        "row_lower",
        "row_upper",
        "column_lower",
        "column_upper",
        "integrality",
        "row_key",
        "row_constraint",
    )
    parts = [(getattr(one, name), getattr(other, name)) for name in names]
    parts += [
        (getattr(one.matrix, name), getattr(other.matrix, name)) for name in ("starts", "columns", "values")
    ]
    return one.offset == other.offset and all(np.array_equal(a, b) for a, b in parts)


EDITS: list[tuple[str, list[Change], dict[str, Any]]] = [
    ("a value", [grammar.read_set("capacity[A]=33")], {"parameters__capacity__values": {"A": 33, "B": 25}}),
    (
        "all values",
        [grammar.read_set("capacity[*]=33")],
        {"parameters__capacity__values": {"A": 33, "B": 33}},
    ),
    ("a scalar", [grammar.read_set("extra=3")], {"parameters__extra": 3}),
    (
        "a wildcard",
        [grammar.read_set("cost[A,*]*=2")],
        {"parameters__cost__values": {"A": {"cola": 6, "malt": 8}, "B": {"cola": 5, "malt": 2}}},
    ),
    (
        "one after the other",
        [grammar.read_set("demand[cola,2]+=10"), grammar.read_set("demand[*,2]*=2")],
        {"parameters__demand__values": [[10, 60, 30], [5, 10, 5]]},
    ),
    (
        "all of it",
        [grammar.read_set("demand=-50%")],
        {"parameters__demand__values": [[5, 10, 15], [2.5, 2.5, 2.5]]},
    ),
    (
        "an element",
        [grammar.read_set("home[cola]=B")],
        {"parameters__home__values": {"cola": "B", "malt": "B"}},
    ),
    ("a default", [grammar.read_set("bonus[malt]=4")], {"parameters__bonus__values": {"cola": 1, "malt": 4}}),
    ("a constraint less", [grammar.read_drop("need")], {"constraints__need": None}),
    (
        "rows less",
        [grammar.read_drop("room[A,*]")],
        {"constraints__room__for": "l in Line for w in Week if l == 'B'"},
    ),
    (
        "a constraint more",
        [grammar.read_add("for w in Week: make[A, cola, w] <= 5")],
        {"constraints__added": {"for": "w in Week", "expression": "make[A, cola, w] <= 5"}},
    ),
    (
        "another objective",
        [grammar.read_objective("maximize made")],
        {"objective": {"sense": "maximize", "expression": "made"}},
    ),
    (
        "an element less",
        [grammar.read_remove_element("Drink=malt")],
        {
            "sets__Drink": ["cola"],
            "parameters__cost__values": {"A": {"cola": 3}, "B": {"cola": 5}},
            "parameters__demand__values": [[10, 20, 30]],
            "parameters__home__values": {"cola": "A"},
        },
    ),
    (
        "a week less",
        [grammar.read_remove_element("Week=3")],
        {"sets__Week": "1..2", "parameters__demand__values": [[10, 20], [5, 5]]},
    ),
    (
        "a week more",
        [grammar.read_add_element("Week=4"), grammar.read_set("demand[*,4]=9")],
        {"sets__Week": "1..4", "parameters__demand__values": [[10, 20, 30, 9], [5, 5, 5, 9]]},
    ),
    (
        "an element more",
        [
            grammar.read_set("cost[*,tonic]=1"),
            grammar.read_set("demand[tonic,*]=8"),
            grammar.read_set("home[tonic]=A"),
            grammar.read_add_element("Drink=tonic"),
        ],
        {
            "sets__Drink": ["cola", "malt", "tonic"],
            "parameters__cost__values": {
                "A": {"cola": 3, "malt": 4, "tonic": 1},
                "B": {"cola": 5, "malt": 2, "tonic": 1},
            },
            "parameters__demand__values": [[10, 20, 30], [5, 5, 5], [8, 8, 8]],
            "parameters__home__values": {"cola": "A", "malt": "B", "tonic": "A"},
        },
    ),
]


@pytest.mark.parametrize(("changes", "sections"), [e[1:] for e in EDITS], ids=[e[0] for e in EDITS])
def test_an_edit_is_what_a_hand_would_write(changes: list[Change], sections: dict[str, Any]) -> None:
    before = formulation()
    edited = apply(before, changes)
    assert same(compile(edited.bind()), compile(by_hand(**sections)))
    assert before == formulation()


def test_nothing_changed_is_the_same_model() -> None:
    assert same(compile(made()), compile(bind(formulation())))


def test_a_fix_holds_and_the_rest_follows() -> None:
    model = made(grammar.read_fix("run[A,*]=1"), grammar.read_fix("crates[2]=5"))
    solution = solve(model)
    assert solution.outcome is Outcome.OPTIMAL
    assert [solution.value("run", "A", week) for week in (1, 2, 3)] == [1, 1, 1]
    assert solution.value("crates", 2) == 5
    held = copy.deepcopy(DOCUMENT)
    held["constraints"] |= {"f": {"for": "w in Week", "expression": "run[A, w] == 1"}, "g": "crates[2] == 5"}
    assert solve(bind(formulation(held))).objective == pytest.approx(solution.objective)


def test_a_semicontinuous_decision_is_held_above_its_gap() -> None:
    document = {
        "variables": {
            "x": {"domain": "semicontinuous", "lower": 2, "upper": 9},
            "y": {"lower": 0, "upper": 9},
        },
        "objective": {"sense": "minimize", "expression": "x + y"},
        "constraints": {"enough": "x + y >= 1"},
    }
    for value in (0, 3):
        edited = apply(formulation(document), [FixDecision(decision="x", value=value)])
        assert solve(edited.bind()).value("x") == value
    with pytest.raises(DataError, match="below the lower bound 2"):
        apply(formulation(document), [FixDecision(decision="x", value=1)]).bind()


def test_arcs_leave_with_their_node() -> None:
    document = {
        "sets": {"Node": ["a", "b", "c"], "Arc": [["a", "b"], ["b", "c"], ["a", "c"]]},
        "parameters": {"far": {"index": ["Arc"], "values": {"a": {"b": 1, "c": 5}, "b": {"c": 1}}}},
        "variables": {"go": {"index": "(i, j) in Arc", "domain": "binary"}},
        "objective": {"sense": "minimize", "expression": "sum(far[i, j] * go[i, j] for (i, j) in Arc)"},
        "constraints": {"arrive": "sum(go[i, j] for (i, j) in Arc if j == 'c') >= 1"},
    }
    edited = apply(formulation(document), [grammar.read_remove_element("Node=b")])
    assert edited.notes == ("with b of Node, (a, b), (b, c) left Arc",)
    assert solve(edited.bind()).objective == 5
    closed = apply(formulation(document), [grammar.read_remove_element("Arc=(b, c)")])
    assert list(closed.bind().variables["go"].family.keys) == [("a", "b"), ("a", "c")]
    assert solve(closed.bind()).objective == 5


def test_a_subset_loses_the_element_too() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["sets"]["Fast"] = {"in": "Line", "values": ["A", "B"]}
    changes = [grammar.read_remove_element("Line=A"), grammar.read_set("home[cola]=B")]
    document["parameters"].pop("reserve")
    edited = apply(formulation(document), changes)
    assert edited.bind().sets["Fast"].ids.shape == (1, 1)
    assert edited.notes == ("with A of Line, A left Fast",)


REFUSED: list[tuple[str, type[QuintetError], str]] = [
    ("--set capcity[A]=1", DocumentError, "did you mean 'capacity'"),
    ("--set make[A,cola,1]=1", DocumentError, "is a decision.*--fix"),
    ("--set reserve=1", DocumentError, "reserve is computed; change what it comes from: extra, capacity"),
    ("--set made=1", DocumentError, "made is a named expression"),
    ("--set Line=1", DocumentError, "Line is a set"),
    ("--set capacity[C]=1", DataError, "'C' is no key of capacity; there are: A, B"),
    ("--set capacity[a]=1", DataError, "did you mean 'A'"),
    ("--set capacity[A,1]=1", DataError, "gives 2 part\\(s\\), but a key of capacity has 1"),
    ("--set extra[A]=1", DataError, "extra has no index"),
    ("--set capacity=1", DataError, "write capacity\\[\\*\\] for all"),
    ("--set home[cola]=C", DataError, "'C' is no element of Line; there are: A, B"),
    ("--set home[cola]=1", DataError, "no element of Line"),
    ("--set home[cola]*=2", DataError, "are elements, no numbers"),
    ("--set capacity[A]=much", DataError, "'much' is not a number"),
    ("--set capacity[A]*=1e308", DataError, "too large"),
    ("--fix run[A,1]=2", DataError, "is 0 or 1, not 2"),
    ("--fix run[A,1]=0.5", DataError, "is 0 or 1, not 0.5"),
    ("--fix crates[1]=1.5", DataError, "is a whole number, not 1.5"),
    ("--fix crates[1]=10", DataError, "10 is above the upper bound 9 of crates\\[1\\]"),
    ("--fix make[A,cola,1]=-1", DataError, "-1 is below the lower bound 0"),
    ("--fix capacity[A]=1", DocumentError, "is a parameter.*--set"),
    ("--fix made=1", DocumentError, "is a named expression"),
    ("--fix runn[A,1]=1", DocumentError, "did you mean 'run'"),
    ("--fix run[A,9]=1", DataError, "'9' is no key of run at place 2"),
    ("--fix run=1", DataError, "write run\\[\\*, \\*\\]"),
    ("--drop rooms", DocumentError, "did you mean 'room'"),
    ("--drop room[C,1]", DataError, "'C' is no key of room"),
    ("--drop pack", DocumentError, "pack is all that ties crates to the rest"),
    ("--add x <= 3", DocumentError, "'x'"),
    ("--add room: made <= 3", DocumentError, "the name 'room' is taken"),
    ("--add made <", DocumentError, "column"),
    ("--add-element Drink=cola", DataError, "is in Drink already"),
    ("--add-element Drink=tonic", DataError, "cost\\[A, tonic\\], cost\\[B, tonic\\]; demand\\[tonic, 1\\]"),
    ("--add-element Week=five", DataError, "no whole number"),
    ("--add-element Week=9", DataError, "does not follow on 1..3; add 4 first"),
    ("--add-element Fast=C", DataError, "is a part of Line"),
    ("--add-element Drinks=C", DocumentError, "did you mean 'Drink'"),
    ("--add-element Drink=(a, b)", DataError, "has 1 part"),
    ("--remove-element Line=C", DataError, "C is not in Line; there are: A, B"),
    ("--remove-element Fast=A", DataError, "nothing would be left in Fast"),
    ("--remove-element Line=B", DataError, "home\\[malt\\]"),
    ("--objective minimize extra", DocumentError, "no decision"),
    ("--objective minimize mades", DocumentError, "mades"),
    ("--table costs=x.csv", DocumentError, "there is no table 'costs'"),
]
READERS = {
    "--set": grammar.read_set,
    "--fix": grammar.read_fix,
    "--drop": grammar.read_drop,
    "--add": grammar.read_add,
    "--add-element": grammar.read_add_element,
    "--remove-element": grammar.read_remove_element,
    "--objective": grammar.read_objective,
    "--table": grammar.read_table_change,
}


@pytest.mark.parametrize(("text", "kind", "said"), REFUSED, ids=[r[0] for r in REFUSED])
def test_what_can_not_be_changed(text: str, kind: type[QuintetError], said: str) -> None:
    flag, _, rest = text.partition(" ")
    with pytest.raises(kind, match=said) as caught:
        made(READERS[flag](rest))
    assert "\n" not in str(caught.value)


def test_two_values_for_one_decision() -> None:
    with pytest.raises(DataError, match="is held at 1 already; keep this or --fix"):
        made(grammar.read_fix("run[A,*]=1"), grammar.read_fix("run[*,2]=0"))


def test_a_computed_set_is_not_changed_by_hand() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["sets"]["Cheap"] = {"from": "l for l in Line if capacity[l] < 30"}
    document["sets"]["Later"] = "1..extra"
    for change, origin in (("Cheap=C", "Line, capacity"), ("Later=3", "extra")):
        with pytest.raises(DocumentError, match=f"are computed; change what they come from: .*{origin[:5]}"):
            apply(formulation(document), [grammar.read_add_element(change)])


def test_a_dropped_link_without_a_kind_is_noted() -> None:
    document = copy.deepcopy(DOCUMENT)
    del document["constraints"]["pack"]["kind"]
    edited = apply(formulation(document), [grammar.read_drop("pack")])
    assert edited.notes == ("no constraint holds crates any more",)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, price in (("one", 3), ("two", 5)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "prices.csv").write_text(f"good,price\na,{price}\nb,2\n", encoding="utf-8")
    (tmp_path / "one" / "dear.csv").write_text("good,price\na,9\nb,9\n", encoding="utf-8")
    (tmp_path / "one" / "f.yaml").write_text(
        "tables:\n  prices: {file: prices.csv, keys: [good]}\n"
        "sets:\n  Good: {table: prices.good}\n"
        "parameters:\n  price: {index: [Good], table: prices.price}\n"
        "variables:\n  buy: {index: [Good], lower: 1, upper: 2}\n"
        "objective: {sense: minimize, expression: 'sum(price[g] * buy[g] for g in Good)'}\n",
        encoding="utf-8",
    )
    return tmp_path


def test_other_data_and_tables(folder: Path) -> None:
    document = Formulation.load(folder / "one" / "f.yaml")
    assert solve(bind(document)).objective == 5
    assert solve(apply(document, [UseData(folder=str(folder / "two"))]).bind()).objective == 7
    assert solve(apply(document, [grammar.read_table_change("prices=dear.csv")]).bind()).objective == 18
    grown = [grammar.read_add_element("Good=c"), SetParameter(parameter="price", key=("c",), value=4)]
    assert solve(apply(document, grown).bind()).objective == 9
    assert solve(apply(document, [grammar.read_remove_element("Good=a")]).bind()).objective == 2
    with pytest.raises(DataError, match="no such folder"):
        apply(document, [UseData(folder=str(folder / "three"))])
    with pytest.raises(DataError, match=r"gone\.csv"):
        apply(document, [grammar.read_table_change("prices=gone.csv")]).bind()
    with pytest.raises(DataError, match="nor here"):
        apply(document, [grammar.read_table_change("prices=../two/prices.csv")]).bind()


def test_another_file_may_lie_where_the_user_says(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = Formulation.load(folder / "one" / "f.yaml")
    other = folder / "two" / "prices.csv"
    monkeypatch.chdir(folder)
    for named in (str(other), "two/prices.csv", "one/../two/prices.csv"):
        edited = apply(document, [grammar.read_table_change(f"prices={named}")])
        assert solve(edited.bind()).objective == 7
    more = [grammar.read_add_element("Good=c"), SetParameter(parameter="price", key=("c",), value=4)]
    edited = apply(document, [grammar.read_table_change("prices=two/prices.csv"), *more])
    assert solve(edited.bind()).objective == 11


def test_a_document_itself_can_not_reach_outside_its_folder(folder: Path) -> None:
    document = Formulation.load(folder / "one" / "f.yaml")
    edited = apply(document, [grammar.read_table_change(f"prices={folder / 'two' / 'prices.csv'}")])
    again = Formulation.loads(edited.formulation.dump())
    with pytest.raises(DataError, match="outside the folder"):
        bind(again, folder / "one")
    text = (folder / "one" / "f.yaml").read_text(encoding="utf-8")
    with pytest.raises(DocumentError, match="anywhere"):
        Formulation.loads(text.replace("keys: [good]", "keys: [good], anywhere: true"))


def test_the_file_is_not_touched(folder: Path) -> None:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    before = {path: path.read_bytes() for path in files}
    document = Formulation.load(folder / "one" / "f.yaml")
    apply(document, [grammar.read_remove_element("Good=a"), grammar.read_set("price*=2")]).bind()
    assert {path: path.read_bytes() for path in sorted(p for p in folder.rglob("*") if p.is_file())} == before
    assert document == Formulation.load(folder / "one" / "f.yaml")
