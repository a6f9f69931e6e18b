"""Binding: what a document means, and every way in which names and data can be wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintet.errors import DataError, DocumentError, ExpressionError, QuintetError, SizeError
from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.model import Family, Model, SetData, SetFamilyData, Universe
from quintet.formulation.structure import structure
from quintet.formulation.tree import Compare, Element, Number, ParameterRef, Sum, VariableRef

PLAN = """
quintet: 1
sets:
  Line: [A, B]
  Drink: [cola, lemon, malt]
  Week: 1..weeks
  Some: {in: Drink, values: [malt]}
  Rest: {from: "Drink - Some"}
  Can: {from: "(l, d) for l in Line for d in Drink if cost[l, d] < 90"}
  Drinks_of: {index: "l in Line", from: "d for d in Drink if (l, d) in Can"}
parameters:
  weeks: 4
  cost: {index: [Line, Drink], values: {A: {cola: 1, lemon: 95}, B: [1, 2, 3]}, default: 999}
  capacity: {index: [Line], values: {A: 400, B: 250}}
  choice: {index: [Drink], in: Line, values: {cola: A, lemon: B, malt: A}}
  per_day: {index: "l in Line", expression: "capacity[l] / 7"}
  fib: {index: "w in Week", expression: "1 if w <= 2 else fib[w-1] + fib[w-2]"}
variables:
  make: {index: "(l, d) in Can for w in Week", lower: 0, upper: "capacity[l]"}
  run: {index: "l in Line for w in Week", domain: binary}
expressions:
  setups: "sum(run[l, w] for l in Line for w in Week)"
objective: {sense: minimize, expression: "setups + sum(make[l, d, w] for (l, d) in Can for w in Week)"}
constraints:
  once: "run[A, 1] + run[B, 1] < 2"
"""


def load(text: str, folder: Path | None = None) -> Model:
    return bind(Formulation.loads(text), folder)


def small(**parts: str) -> str:
    """A document of one set, one variable and whatever a test puts in."""
    body = {
        "sets": "I: [a, b]",
        "parameters": "p: {index: [I], values: {a: 1, b: 2}}",
        "variables": "x: {index: [I], lower: 0}",
        "objective": 'sense: minimize\n  expression: "sum(p[i] * x[i] for i in I)"',
        "constraints": 'c: {for: "i in I", expression: "x[i] >= p[i]"}',
    } | parts
    return "quintet: 1\n" + "\n".join(f"{room}:\n  {text}" for room, text in body.items())


def members(model: Model, name: str) -> list[tuple[int | str, ...]]:
    found = model.sets[name]
    assert isinstance(found, SetData)
    return found.members


def test_sets() -> None:
    model = load(PLAN)
    assert members(model, "Week") == [(1,), (2,), (3,), (4,)]
    assert members(model, "Rest") == [("cola",), ("lemon",)]
    assert members(model, "Can") == [("A", "cola"), ("B", "cola"), ("B", "lemon"), ("B", "malt")]
    family = model.sets["Drinks_of"]
    assert isinstance(family, SetFamilyData)
    assert [family.member(row).members for row in range(2)] == [
        [("cola",)],
        [("cola",), ("lemon",), ("malt",)],
    ]


def test_parameters() -> None:
    model = load(PLAN)
    assert model.parameters["cost"].values.tolist() == [1, 95, 999, 1, 2, 3]
    assert model.parameters["cost"].defaulted == 1
    assert model.parameters["fib"].values.tolist() == [1, 1, 2, 3]
    assert model.parameters["per_day"].values.tolist() == [400 / 7, 250 / 7]
    ids = model.parameters["choice"].ids
    assert ids is not None
    assert [model.universe.elements[i] for i in ids] == ["A", "B", "A"]


def test_variables_lie_side_by_side() -> None:
    model = load(PLAN)
    make, run = model.variables["make"], model.variables["run"]
    assert len(make.family) == 16
    assert make.upper.tolist() == [400] * 4 + [250] * 12
    assert (run.first_column, model.columns) == (16, 24)
    flat = np.arange(24.0)
    assert np.array_equal(model.flat(model.point(flat)), flat)


def test_bare_elements_and_strict_whole_comparison() -> None:
    tree = load(PLAN).constraints["once"].tree
    assert isinstance(tree, Compare)
    assert tree.operators == ("<=",)
    left = tree.operands[0]
    assert isinstance(left, Sum)
    assert left.terms[1] == Number(1)
    assert [f.code for f in load(PLAN).findings] == ["strict-whole"]


def test_strict_continuous_comparison_is_said() -> None:
    model = load(small(constraints='c: {for: "i in I", expression: "x[i] > p[i]"}'))
    assert [f.code for f in model.findings] == ["strict-continuous"]


def test_strict_chain_keeps_its_middle() -> None:
    text = small(variables="x: {index: [I], domain: integer, lower: 0}", constraints='c: "0 < x[a] < 9"')
    tree = load(text).constraints["c"].tree
    assert isinstance(tree, Compare)
    assert tree.operators == ("<=", "<=")
    assert isinstance(tree.operands[0], Sum)
    assert isinstance(tree.operands[2], Sum)


def test_keys_are_typed_by_their_set() -> None:
    text = small(sets="I: [7, 8]", parameters='p: {index: [I], values: {"7": 1, 8: 2}}')
    assert load(text).parameters["p"].values.tolist() == [1, 2]


def test_leading_zeros_survive(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("code,price\n007,1\n010,2\n", encoding="utf-8")
    text = small(
        tables="t: {file: t.csv, keys: [code]}",
        sets="I: {table: t.code}",
        parameters="p: {index: [I], table: t.price}",
    )
    model = load(text, tmp_path)
    assert members(model, "I") == [("007",), ("010",)]
    assert model.parameters["p"].values.tolist() == [1, 2]


def test_whole_number_columns_become_integers(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("year,price\n2025,1\n2026,2\n", encoding="utf-8")
    text = small(
        tables="t: {file: t.csv, keys: [year]}",
        sets="I: {table: t.year}",
        parameters="p: {index: [I], table: t.price}",
    )
    assert members(load(text, tmp_path), "I") == [(2025,), (2026,)]


def test_crosstab(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("drink,1,2\ncola,5,6\nmalt,7,8\n", encoding="utf-8")
    text = small(
        tables="d: {file: d.csv, keys: [drink], across: week}",
        sets="I: [cola, malt]\n  W: 1..2",
        parameters="p: {index: [I, W], table: d}",
        objective='sense: minimize\n  expression: "sum(p[i, w] * x[i] for i in I for w in W)"',
        constraints='c: {for: "i in I", expression: "x[i] >= p[i, 1]"}',
    )
    assert load(text, tmp_path).parameters["p"].values.tolist() == [5, 6, 7, 8]


@pytest.mark.parametrize(
    ("parts", "error", "place", "said"),
    [
        ({"constraints": 'c: "x[a] >= q"'}, ExpressionError, "constraints.c", "unknown name 'q'"),
        ({"constraints": 'c: "x[a] >= pp"'}, ExpressionError, "constraints.c", "did you mean 'p'"),
        ({"constraints": 'c: "x[a, b] >= 1"'}, ExpressionError, "constraints.c", "takes 1 index, not 2"),
        ({"constraints": 'c: "x >= 1"'}, ExpressionError, "constraints.c", "write x[I]"),
        ({"constraints": 'c: "x[z] >= 1"'}, ExpressionError, "constraints.c", "unknown name 'z'"),
        ({"constraints": 'c: "x[a]"'}, ExpressionError, "constraints.c", "needs a comparison"),
        ({"constraints": 'c: "p[x[a]] >= 1"'}, ExpressionError, "constraints.c", "element(…)"),
        ({"constraints": 'c: "1 <= x[a] >= 0"'}, ExpressionError, "constraints.c", "both ways"),
        (
            {"constraints": 'c: "sum(x[i] for i in I if x[i] > 0) >= 1"'},
            ExpressionError,
            "constraints.c",
            "decision 'x'",
        ),
        (
            {"constraints": 'c: "sum(x[p] for p in I) >= 1"'},
            ExpressionError,
            "constraints.c",
            "name of a parameter",
        ),
        (
            {"constraints": 'c: {for: "i in I", expression: "sum(x[i] for i in I) >= 1"}'},
            ExpressionError,
            "constraints.c",
            "in use already",
        ),
        (
            {"constraints": 'c: "sum(x[i] for (i, j) in I) >= 1"'},
            ExpressionError,
            "constraints.c",
            "2 index name(s)",
        ),
        ({"constraints": 'c: "(x[a] >= 1) + 1 >= 1"'}, ExpressionError, "constraints.c", "holds(…)"),
        ({"constraints": 'c: "I >= 1"'}, ExpressionError, "constraints.c", "card(I)"),
        (
            {"constraints": 'c: "sum(x[i] for i in p) >= 1"'},
            ExpressionError,
            "constraints.c",
            "is a parameter, and a set is needed",
        ),
        (
            {"constraints": 'c: {for: "i in J", expression: "x[a] >= 1"}'},
            ExpressionError,
            "constraints.c.for",
            "unknown name 'J'",
        ),
        (
            {"objective": 'sense: minimize\n  expression: "p[a]"'},
            ExpressionError,
            "objective",
            "no decision variable",
        ),
        ({"sets": "I: [a, b, a]"}, DataError, "sets.I", "'a' stands twice"),
        ({"sets": 'I: [1, "1"]'}, DataError, "sets.I", "look the same"),
        ({"sets": "I: [[a, b], c]"}, DataError, "sets.I", "component"),
        ({"sets": "I: a-b"}, DocumentError, "sets.I", "1..4"),
        ({"sets": "I: {in: J, values: [a]}"}, DocumentError, "sets.I.in", "unknown set 'J'"),
        ({"sets": "I: [a, b]\n  J: {in: I, values: [c]}"}, DataError, "sets.J", "'c' is not in I"),
        (
            {"sets": 'I: {from: "J + K"}\n  J: {from: "I"}\n  K: [a]'},
            DocumentError,
            "sets",
            "circular definition",
        ),
        (
            {"parameters": 'p: {index: [I], expression: "q"}\n  q: {expression: "p[a]"}'},
            DocumentError,
            "parameters",
            "circular definition: parameters.p → parameters.q → parameters.p",
        ),
        (
            {"parameters": "p: {index: [I], values: {a: 1}}"},
            DataError,
            "parameters.p",
            "1 of 2 keys have no value: 'b'",
        ),
        (
            {"parameters": "p: {index: [I], values: {a: 1, b: 2, z: 3}}"},
            DataError,
            "parameters.p.values",
            "'z' is not in I",
        ),
        (
            {"parameters": "p: {index: [I], values: {a: 1, b: two}}"},
            DataError,
            "parameters.p.values.b",
            "'two' is not a number",
        ),
        (
            {"parameters": "p: {index: [I], values: [1, 2, 3]}"},
            DataError,
            "parameters.p.values",
            "3 values for 2 elements",
        ),
        ({"parameters": "p: {index: [I], values: 3}"}, DataError, "parameters.p.values", "index level"),
        (
            {"parameters": "p: {index: [I], values: {a: {a: 1}, b: 1}}"},
            DataError,
            "parameters.p.values.a",
            "not a number",
        ),
        ({"parameters": "p: {index: [I]}"}, DocumentError, "parameters.p", "given nowhere"),
        (
            {"parameters": 'p: {index: [I], values: {a: 1, b: 2}, expression: "1"}'},
            DocumentError,
            "parameters.p",
            "given twice",
        ),
        (
            {"parameters": 'p: {index: "i in I", expression: "1 / (1 - ord(i))"}'},
            DataError,
            "parameters.p",
            "division by 0",
        ),
        (
            {"parameters": 'p: {index: [I], expression: "q[i]"}\n  q: {index: [I], values: [1, 2]}'},
            ExpressionError,
            "parameters.p",
            "i in Set",
        ),
        (
            {"parameters": 'p: {index: "i in I", expression: "x[i]"}'},
            ExpressionError,
            "parameters.p",
            "decision 'x'",
        ),
        (
            {"parameters": "p: {index: [I], table: t.c}"},
            DocumentError,
            "parameters.p.table",
            "unknown table 't'",
        ),
        (
            {"parameters": "p: {index: [I], in: Z, values: [a, b]}"},
            DocumentError,
            "parameters.p.in",
            "unknown set 'Z'",
        ),
        (
            {"parameters": "p: {index: [I], in: I, values: [a, z]}"},
            DataError,
            "parameters.p.values[2]",
            "'z' is not in I",
        ),
        ({"variables": "x: {index: [I], lower: 3, upper: 2}"}, DataError, "variables.x", "bounds cross"),
        (
            {"variables": 'x: {index: [I], lower: 0, upper: "p[i]"}'},
            ExpressionError,
            "variables.x.upper",
            "i in Set",
        ),
        (
            {"variables": 'x: {index: [I], lower: 0, upper: "x[a]"}'},
            ExpressionError,
            "variables.x.upper",
            "decision 'x'",
        ),
        (
            {
                "variables": 'x: {index: "i in I for j in I for k in I", lower: 0}',
                "sets": "I: 1..1000",
                "parameters": "p: {index: [I], values: {}, default: 1}",
            },
            SizeError,
            "variables.x.index",
            "1,000,000,000 rows",
        ),
        (
            {
                "sets": "I: 1..1000",
                "parameters": "p: {index: [I], values: {}, default: 1}",
                "constraints": 'c: {for: "i in I for j in I", expression: "sum(x[k] for k in I) >= 1"}',
            },
            SizeError,
            "constraints.c",
            "filter",
        ),
        ({"sets": "I: 1..99999999999"}, DataError, "sets.I", "more than"),
        (
            {"sets": "I: 1..x"},
            DocumentError,
            "sets.I",
            "circular definition: sets.I → variables.x.index → sets.I",
        ),
    ],
)
def test_refused_in_one_line(parts: dict[str, str], error: type[QuintetError], place: str, said: str) -> None:
    with pytest.raises(error) as caught:
        load(small(**parts))
    assert caught.value.exit_code == 2
    assert str(caught.value).startswith(place)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4)),
        min_size=1,
        max_size=12,
        unique=True,
    ),
    st.tuples(st.integers(-1, 6), st.integers(-1, 6), st.integers(-1, 6)),
)
def test_rows_are_found_by_their_ids(keys: list[tuple[int, int, int]], asked: tuple[int, int, int]) -> None:
    family = Family(("i", "j", "k"), np.array(keys, dtype=np.int64), Universe())
    expected = [keys.index(key) if key in keys else -1 for key in [*keys, asked]]
    assert family.locate(np.array([*keys, asked], dtype=np.int64)).tolist() == expected


def test_a_self_reference_to_later_elements_is_refused() -> None:
    with pytest.raises(DataError, match="outside its index"):
        load(small(sets="I: 1..3", parameters='p: {index: "i in I", expression: "p[i + 1] if i < 3 else 1"}'))


def test_conditional_does_not_look_at_the_branch_not_taken() -> None:
    text = small(
        sets="I: 1..3", parameters='p: {index: "i in I", expression: "p[i - 1] * 2 if i > 1 else 1"}'
    )
    assert load(text).parameters["p"].values.tolist() == [1, 2, 4]


def test_bare_element_needs_no_quotes_in_comparisons() -> None:
    text = small(constraints='c: {for: "i in I if i == b", expression: "x[i] >= 1"}')
    model = load(text)
    assert model.constraints["c"].family.keys == [("b",)]
    tree = load(small(constraints="c: \"x['a'] >= p[a]\"")).constraints["c"].tree
    assert tree == Compare((VariableRef("x", (Element("a"),)), ParameterRef("p", (Element("a"),))), (">=",))


def test_rows_that_the_index_does_not_hold_are_counted(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("item,price\na,1\nb,2\nc,3\nd,\n", encoding="utf-8")
    text = small(tables="t: {file: t.csv, keys: [item]}", parameters="p: {index: [I], table: t.price}")
    model = load(text, tmp_path)
    assert model.parameters["p"].ignored == 2
    assert "rows-ignored" in {finding.code for finding in structure(model)}


def test_a_conditional_of_comparisons_is_a_constraint() -> None:
    text = small(
        sets="I: 1..2", constraints='c: {for: "i in I", expression: "x[i] >= 1 if i > 1 else x[i] <= 5"}'
    )
    assert len(load(text.replace("{a: 1, b: 2}", "[1, 2]")).constraints["c"].family) == 2


def test_numbers_too_far_apart_are_a_finding() -> None:
    model = load(small(parameters="p: {index: [I], values: {a: 0.0001, b: 2000000}}"))
    found = [finding for finding in structure(model) if finding.code == "numeric-range"]
    assert len(found) == 1
    assert "0.0001 (p) to 2e+06 (p)" in found[0].message
