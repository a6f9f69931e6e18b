from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest

from quintet.errors import DataError, SizeError, SolverError
from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.evaluator import evaluate
from quintet.formulation.model import Model, ProblemClass
from quintet.solvers.arrays import LOWER_FIRST, UPPER_FIRST, Arrays
from quintet.solvers.matrix import BeyondMatrix, compile

FREE = {"lower": None, "upper": None}


def model(**rooms: Any) -> Model:
    rooms.setdefault("objective", {"sense": "satisfy"})
    return bind(Formulation.model_validate(rooms))


def compiled(**rooms: Any) -> Arrays:
    return compile(model(**rooms))


def dense(arrays: Arrays) -> list[list[float]]:
    matrix = np.zeros((arrays.rows, arrays.columns))
    matrix[arrays.matrix.row_of_entries(), arrays.matrix.columns] = arrays.matrix.values
    return matrix.tolist()


def bounds(arrays: Arrays) -> list[tuple[float, float]]:
    return list(zip(arrays.row_lower.tolist(), arrays.row_upper.tolist(), strict=True))


INF = float("inf")


def test_a_small_lp_entry_by_entry() -> None:
    arrays = compiled(
        variables={"x": FREE, "y": {"lower": 1, "upper": 5}},
        objective={"sense": "maximize", "expression": "3 * x - y / 4 + 7"},
        constraints={"a": "2 * x + y <= 8 - x", "b": "10 >= y", "c": "x == 3", "d": "1 <= x - y <= 4"},
    )
    assert dense(arrays) == [[3, 1], [0, 1], [1, 0], [1, -1]]
    assert bounds(arrays) == [(-INF, 8), (-INF, 10), (3, 3), (1, 4)]
    assert arrays.cost.tolist() == [3, -0.25]
    assert arrays.offset == 7
    assert (arrays.column_lower.tolist(), arrays.column_upper.tolist()) == ([-INF, 1], [INF, 5])
    assert arrays.problem_class is ProblemClass.LP
    assert arrays.links == (1, 1, 1, 2)


def test_whose_row_is_whose() -> None:
    arrays = compiled(
        sets={"I": "1..3"},
        variables={"x": {"index": "i in I", **FREE}},
        constraints={
            "low": {"for": "i in I if i > 1", "expression": "1 <= x[i] <= i"},
            "high": {"for": "i in I", "expression": "9 >= x[i] >= 0"},
            "rising": {"for": "i in I if i < 3", "expression": "x[i] <= x[i+1] <= 5"},
        },
    )
    assert arrays.row_constraint.tolist() == [0, 0, 1, 1, 1, 2, 2, 2, 2]
    assert arrays.row_key.tolist() == [0, 1, 0, 1, 2, 0, 1, 0, 1]
    assert arrays.row_link.tolist() == [LOWER_FIRST] * 2 + [UPPER_FIRST] * 3 + [0, 0, 1, 1]
    assert arrays.sizes == (2, 3, 2)


def test_repeated_variables_add_up_and_zeros_vanish() -> None:
    arrays = compiled(
        variables={"x": FREE, "y": FREE},
        constraints={"a": "x + y + x - y <= 1", "b": "0 * x + y >= 2"},
    )
    assert dense(arrays) == [[2, 0], [0, 1]]
    assert arrays.nonzeros == 2


def test_true_rows_without_variables_go_and_false_ones_stay() -> None:
    arrays = compiled(
        sets={"I": "1..4"},
        variables={"x": FREE},
        constraints={
            "data": {"for": "i in I", "expression": "i <= 3"},
            "cancelled": "x - x <= 1",
            "inside": {"for": "i in I", "expression": "i in I"},
        },
    )
    assert arrays.rows == 1
    assert (arrays.row_constraint[0], arrays.row_key[0]) == (0, 3)
    assert not arrays.row_lower[0] <= 0 <= arrays.row_upper[0]


def test_a_false_condition_on_data_is_an_infeasible_row() -> None:
    arrays = compiled(
        sets={"I": [1, 2], "J": [1]},
        variables={"x": FREE},
        constraints={"inside": {"for": "i in I", "expression": "i in J"}},
    )
    assert arrays.rows == 1
    assert arrays.row_lower[0] > 0


def test_rounding_in_data_does_not_make_a_row_false() -> None:
    assert compiled(variables={"x": FREE}, constraints={"a": "0.1 + 0.2 + 0 * x == 0.3"}).rows == 0


def test_conditionals_take_each_row_its_branch() -> None:
    arrays = compiled(
        sets={"T": "1..3"},
        parameters={"start": 5},
        variables={"s": {"index": "t in T", **FREE}},
        constraints={
            "carry": {"for": "t in T", "expression": "(s[t-1] if t > 1 else start) == s[t]"},
        },
    )
    assert dense(arrays) == [[-1, 0, 0], [1, -1, 0], [0, 1, -1]]
    assert bounds(arrays) == [(-5, -5), (0, 0), (0, 0)]


JOINED = {
    "sets": {"Node": [10, 20, 30], "Arc": [[10, 20], [10, 30], [20, 30], [30, 10]]},
    "parameters": {"hub": {"index": "n in Node", "in": "Node", "values": {10: 20, 20: 20, 30: 10}}},
    "variables": {"f": {"index": "(i, j) in Arc", **FREE}},
}
OUT = [[1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
INTO = [[0, 0, 0, 1], [1, 0, 0, 0], [0, 1, 1, 0]]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("sum(f[i, j] for (i, j) in Arc if i == k)", OUT),
        ("sum(f[i, j] for (i, j) in Arc if k == i)", OUT),
        ("sum(f[k, j] for j in Node if (k, j) in Arc)", OUT),
        ("sum(f[i, k] for i in Node if (i, k) in Arc)", INTO),
        ("sum(f[i, j] for i in Node for j in Node if (i, j) in Arc and j == k)", INTO),
        ("sum(f[i, j] for i in Node for j in Node if i != j if (i, j) in Arc if i == k)", OUT),
        ("sum(f[i, j] for (i, j) in Arc for n in Node if n == k if n == i)", OUT),
        ("sum(f[i, j] for (i, j) in Arc if i == k + 0)", OUT),
        ("sum(f[i, j] for (i, j) in Arc if not i != k)", OUT),
        ("sum(f[i, j] for (i, j) in Arc if (i, j) not in Arc or i == k)", OUT),
        ("sum(f[i, j] for (i, j) in Arc if (i, j) == (k, j))", OUT),
        ("sum(f[i, j] for (i, j) in Arc if i == hub[k])", [OUT[1], OUT[1], OUT[0]]),
        ("sum(f[i, j] for (i, j) in Arc if i >= k and j in Node)", [[1, 1, 1, 1], [0, 0, 1, 1], OUT[2]]),
    ],
)
def test_joins_give_what_the_filter_says(expression: str, expected: list[list[float]]) -> None:
    rows = compiled(**JOINED, constraints={"a": {"for": "k in Node", "expression": f"{expression} <= 1"}})
    assert dense(rows) == expected


def test_a_join_costs_its_matches_only() -> None:
    nodes = 300
    bound = model(
        sets={"Node": f"1..{nodes}", "Arc": {"from": f"(i, i % {nodes} + 1) for i in Node"}},
        variables={"f": {"index": "(i, j) in Arc", **FREE}},
        constraints={
            "out": {"for": "k in Node", "expression": "sum(f[k, j] for j in Node if (k, j) in Arc) == 1"},
            "into": {"for": "k in Node", "expression": "sum(f[i, j] for (i, j) in Arc if j == k) == 1"},
        },
    )
    assert compile(bound, limit=nodes).nonzeros == 2 * nodes


def test_sets_indexed_by_sets() -> None:
    arrays = compiled(
        sets={
            "Line": ["A", "B", "C"],
            "Drink": ["cola", "malt"],
            "Bad": ["malt"],
            "Of": {"index": "l in Line", "from": "d for d in Drink if l == 'A' or l == 'B' and d == 'malt'"},
        },
        variables={"m": {"index": "d in Drink", **FREE}},
        constraints={
            "of": {"for": "l in Line", "expression": "sum(m[d] for d in Of[l]) <= 5 + card(Of[l])"},
            "minus": {"for": "l in Line", "expression": "m['cola'] + sum(m[d] for d in Of[l] - Bad) <= 0"},
            "member": {
                "for": "l in Line",
                "expression": "sum(m[d] for d in Drink if d in Of[l]) + m['cola'] >= 0",
            },
        },
    )
    assert dense(arrays) == [[1, 1], [0, 1], [2, 0], [1, 0], [1, 0], [2, 1], [1, 1], [1, 0]]
    assert arrays.row_upper.tolist()[:2] == [7, 6]


@pytest.mark.parametrize(
    ("domain", "members"),
    [("A + B", [1, 2, 3]), ("A - B", [1]), ("A * B", [2]), ("A + B - A", [3]), ("C - A + A", [1, 2, 3, 4])],
)
def test_set_algebra(domain: str, members: list[int]) -> None:
    arrays = compiled(
        sets={"A": [1, 2], "B": [2, 3], "C": [1, 2, 3, 4]},
        variables={"x": {"index": "c in C", **FREE}},
        constraints={"a": f"sum(x[i] for i in {domain}) <= 1"},
    )
    assert (arrays.matrix.columns + 1).tolist() == members


def test_ordered_sets() -> None:
    arrays = compiled(
        sets={"T": ["mon", "tue", "wed"]},
        variables={"x": {"index": "t in T", **FREE}},
        constraints={
            "after": {"for": "t in T if t != first(T)", "expression": "x[prev(t)] <= ord(t)"},
            "wrap": {"for": "t in T", "expression": "x[nextw(t, 2)] <= card(T)"},
            "end": "x[last(T)] <= 0",
        },
    )
    assert dense(arrays) == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert arrays.row_upper.tolist() == [2, 3, 3, 3, 3, 0]


def test_named_expressions_and_reductions() -> None:
    arrays = compiled(
        sets={"I": "1..2", "T": "1..3"},
        parameters={"p": {"index": "i in I for t in T", "expression": "10 * i + t"}},
        variables={"x": {"index": "i in I for t in T", **FREE}},
        expressions={
            "total": {"index": "i in I", "expression": "sum(p[i, t] * x[i, t] for t in T)"},
            "most": {"index": "i in I", "expression": "max(p[i, t] for t in T) - min(p[i, t] for t in T)"},
            "all": "sum(total[i] for i in I)",
        },
        objective={"sense": "minimize", "expression": "2 * all + total[1]"},
        constraints={"a": {"for": "i in I", "expression": "total[i] <= most[i] * prod(t for t in T)"}},
    )
    assert arrays.cost.tolist() == [33, 36, 39, 42, 44, 46]
    assert dense(arrays) == [[11, 12, 13, 0, 0, 0], [0, 0, 0, 21, 22, 23]]
    assert arrays.row_upper.tolist() == [12, 12]


def test_quadratic_objectives() -> None:
    arrays = compiled(
        sets={"I": "1..2"},
        variables={"x": {"index": "i in I", **FREE}, "y": FREE},
        objective={
            "sense": "minimize",
            "expression": "(x[1] - 2 * x[2] + 3) ** 2 + sum(x[i] for i in I) * y / 2 + y ** 1 - y ** 0",
        },
    )
    products = arrays.products
    found = zip(products.first.tolist(), products.second.tolist(), products.values.tolist(), strict=True)
    assert {(i, j): v for i, j, v in found} == {(0, 0): 1, (0, 1): -4, (1, 1): 4, (0, 2): 0.5, (1, 2): 0.5}
    assert arrays.cost.tolist() == [6, -12, 1]
    assert arrays.offset == 8
    assert arrays.problem_class is ProblemClass.QP
    assert arrays.objective(np.array([1.0, 2.0, 4.0])) == pytest.approx(0 + 6 + 4 - 1)


def test_quadratic_terms_that_cancel_leave_an_lp() -> None:
    arrays = compiled(
        variables={"x": FREE, "y": FREE},
        objective={"sense": "minimize", "expression": "(x + y) ** 2 - x ** 2 - y ** 2 - 2 * x * y + x"},
    )
    assert arrays.problem_class is ProblemClass.LP


@pytest.mark.parametrize(
    "expression",
    ["x * y <= 1", "x ** 3 <= 1", "x / y <= 1", "sqrt(x) <= 1", "max(x, y) <= 1", "2 ** x <= 3", "x != y"],
)
def test_what_a_matrix_cannot_say_is_declined_with_its_place(expression: str) -> None:
    with pytest.raises(BeyondMatrix, match=r"^constraints\.a: .*--solver scip"):
        compiled(
            variables={"x": {"lower": 1, "upper": 2}, "y": {"lower": 1, "upper": 2}},
            constraints={"a": expression},
        )


@pytest.mark.parametrize("expression", ["x * x * y", "x ** 2 * y", "(x * y) ** 2", "prod(x for i in 1..2)"])
def test_beyond_quadratic_objectives(expression: str) -> None:
    expression = expression.replace("1..2", "I")
    with pytest.raises(BeyondMatrix, match=r"^objective\.expression"):
        compiled(
            sets={"I": "1..2"},
            variables={"x": FREE, "y": FREE},
            objective={"sense": "minimize", "expression": expression},
        )


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("inv[d, w-1] <= 1", r"inv\['cola', 0\] does not exist: .* has 0 there at d='cola', w=1"),
        ("inv[d, w] / (w - 2) <= 1", r"division by 0 .* at d='cola', w=2"),
        ("inv[d, w] <= (0 - w) ** 0.5", r"undefined or too large at d='cola', w=1"),
        ("inv[d, w] <= log(w - 1)", r"undefined or too large at d='cola', w=1"),
        ("inv[d, w] <= exp(1000 * w)", r"undefined or too large"),
        ("inv[d, w] <= d", r"'d' is text where a number is needed at d='cola'"),
        ("inv[d, next(w)] <= 1", r"'next\(Week, w\)' is past the end of its set at d='cola', w=2"),
        ("inv[d, prev(w, w)] <= 1", r"past the end"),
        ("inv[d, w] <= max(v for v in Week if v > w)", r"max of nothing .* at d='cola', w=2"),
        ("inv[d, w] <= 7 // (w - 1)", r"division by 0"),
        ("pair[d, w] + inv[d, w] <= 1", r"pair\['malt', 1\] does not exist at d='malt', w=1"),
    ],
)
def test_data_errors_name_place_row_and_remedy(expression: str, message: str) -> None:
    bound = model(
        sets={"Drink": ["cola", "malt"], "Week": "1..2", "Pair": [["cola", 1], ["cola", 2], ["malt", 2]]},
        variables={
            "inv": {"index": "d in Drink for w in Week", **FREE},
            "pair": {"index": "(d, w) in Pair", **FREE},
        },
        constraints={"room": {"for": "d in Drink for w in Week", "expression": expression}},
    )
    with pytest.raises(DataError, match=rf"^constraints\.room: .*{message}"):
        compile(bound)


def test_the_branch_not_taken_is_not_looked_at() -> None:
    arrays = compiled(
        sets={"T": "1..3"},
        variables={"x": {"index": "t in T", **FREE}},
        constraints={
            "a": {
                "for": "t in T",
                "expression": "(x[t-1] / (t - 1) if t > 1 and 6 / (t - 1) > 3 else 0) <= x[t]",
            },
            "b": {"for": "t in T", "expression": "sum(x[t-1] for s in T if t > 1 and s == t) >= 0"},
            "c": {"for": "t in T", "expression": "(x[t] if t == 1 or 1 / (t - 1) < 1 else 0) <= 1"},
        },
    )
    assert arrays.rows == 3 + 2 + 2


FILTERS = {
    "sum(x[i] for i in I for j in None_ if 1 / (i - 1) > 0)": True,
    "sum(x[i] for i in I for j in I if 1 / (i - 1) > 0)": False,
    "sum(x[i] for i in I if i != 1 for j in I if 1 / (i - 1) > 0)": True,
    "sum(x[i] for i in I if 1 / (i - 1) > 0 and i != 1)": False,
    "sum(x[i] for i in I if 1 / (i - 1) > 0 and i == 2)": True,
    "sum(x[i] for i in I for j in I if 1 / (i - 1) > 0 for k in I if i != 1)": False,
    "sum(x[i] for i in I for j in None_ if 1 / (i - 1) > 0 for k in I if i != 1)": True,
    "sum(x[i] for i in I if 1 / (i - 1) > 0 for k in I if i == 2)": False,
}


@pytest.mark.parametrize("expression", FILTERS)
def test_filters_fail_where_the_text_says_they_do(expression: str) -> None:
    bound = model(
        sets={"I": "1..3", "None_": {"from": "i for i in I if i > 3"}},
        variables={"x": {"index": "i in I", **FREE}},
        constraints={"a": f"{expression} <= 1"},
    )
    for run in (lambda: compile(bound), lambda: evaluate(bound, bound.point(np.zeros(3)))):
        with nullcontext() if FILTERS[expression] else pytest.raises(DataError, match="division by 0"):
            run()


def test_coefficients_that_are_no_numbers() -> None:
    with pytest.raises(DataError, match=r"^constraints\.a\[2\]: a coefficient is not a finite number"):
        compiled(
            sets={"I": "1..2"},
            parameters={"p": {"index": "i in I", "expression": "1e200 if i > 1 else 1"}},
            variables={"x": FREE},
            constraints={"a": {"for": "i in I", "expression": "p[i] * p[i] * x <= 1"}},
        )


def test_sizes_are_known_before_anything_is_built() -> None:
    bound = model(
        sets={"I": "1..200", "J": "1..30"},
        variables={"x": {"index": "i in I", **FREE}},
        constraints={
            "a": {"for": "j in J", "expression": "sum(x[i] for i in I for k in J if i + k > j) <= 1"}
        },
    )
    with pytest.raises(SizeError, match=r"^constraints\.a: .* 180,000 rows .*widest index is 'i' with 200"):
        compile(bound, limit=100_000)
    with pytest.raises(SizeError, match=r"^constraints\.a: the matrix would have more than 100 coefficients"):
        compile(bound, nonzeros=100)


def test_set_algebra_that_differs_from_row_to_row_is_guarded() -> None:
    bound = model(
        sets={"I": "1..200", "Of": {"index": "i in I", "from": "k for k in I if k > i"}},
        variables={"x": {"index": "i in I", **FREE}},
        constraints={"a": {"for": "i in I", "expression": "sum(x[k] for k in I - Of[i]) <= 1"}},
    )
    assert compile(bound).nonzeros == 200 * 201 // 2
    with pytest.raises(SizeError, match=r"^constraints\.a: 'I' would make 40,000 rows"):
        compile(bound, limit=30_000)


def test_products_of_long_sums_are_guarded() -> None:
    bound = model(
        sets={"I": "1..200"},
        variables={"x": {"index": "i in I", **FREE}},
        objective={"sense": "minimize", "expression": "sum(x[i] for i in I) ** 2"},
    )
    with pytest.raises(SizeError, match=r"40,000 terms .*variable of its own"):
        compile(bound, limit=10_000)


def test_several_objectives_are_refused() -> None:
    one = {"sense": "minimize", "expression": "x"}
    with pytest.raises(SolverError, match="2 objectives"):
        compiled(variables={"x": FREE}, objective=[one, {**one, "name": "second", "priority": 2}])
