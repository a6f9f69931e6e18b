from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintet.errors import DataError
from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.evaluation import Evaluation
from quintet.formulation.evaluator import Evaluator, evaluate
from quintet.formulation.model import Model

FREE = {"lower": None, "upper": None}
WHOLE = {"domain": "integer", "lower": -9, "upper": 9}


def model(**rooms: Any) -> Model:
    rooms.setdefault("objective", {"sense": "satisfy"})
    rooms.setdefault("variables", {"x": FREE, "y": FREE})
    return bind(Formulation.model_validate(rooms))


def at(bound: Model, **values: Any) -> Evaluation:
    return evaluate(bound, {name: np.atleast_1d(np.array(v, dtype=float)) for name, v in values.items()})


def value(expression: str, x: float = 0.0, y: float = 0.0, **rooms: Any) -> float:
    """An expression of x and y at a point, as an objective."""
    whole = f"{expression} + 0 * x + 0 * y"
    return at(model(objective={"sense": "minimize", "expression": whole}, **rooms), x=x, y=y).objectives[
        "objective"
    ]


# arithmetic, against Python itself

NUMBERS = st.sampled_from(["0.5", "2", "3", "x", "y", "7.25"])


def _join(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(parts, st.sampled_from([" + ", " - ", " * ", " / "]), parts).map(
        lambda t: "(" + "".join(t) + ")"
    )
    powers = parts.map(lambda part: f"({part}) ** 2")
    signs = parts.map(lambda part: f"(-{part})")
    calls = st.tuples(st.sampled_from(["abs", "max", "min"]), parts, parts).map(
        lambda t: f"{t[0]}({t[1]})" if t[0] == "abs" else f"{t[0]}({t[1]}, {t[2]})"
    )
    return pair | powers | signs | calls


@given(
    st.recursive(NUMBERS, _join, max_leaves=8),
    st.floats(-10, 10).map(lambda v: round(v, 3)),
    st.floats(-10, 10).map(lambda v: round(v, 3)),
)
def test_arithmetic_is_that_of_python(text: str, x: float, y: float) -> None:
    try:
        wanted = eval(text, {"x": x, "y": y, "abs": abs, "min": min, "max": max})
    except ZeroDivisionError:
        with pytest.raises(DataError, match="division by 0"):
            value(text, x, y)
        return
    assert value(text, x, y) == pytest.approx(wanted, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("name", ["sqrt", "exp", "log", "log10", "sin", "cos", "tanh"])
def test_functions(name: str) -> None:
    assert value(f"{name}(x)", 0.7) == pytest.approx(getattr(math, name)(0.7))


@pytest.mark.parametrize(
    ("expression", "x", "message"),
    [
        ("1 / x", 0.0, "division by 0 in '1 / x'"),
        ("log(x)", 0.0, "is not defined in 'log(x)'"),
        ("sqrt(x)", -1.0, "is not defined"),
        ("x ** 0.5", -8.0, "not a real number"),
        ("x ** (-1)", 0.0, "negative power"),
        ("exp(x)", 1000.0, "too large"),
    ],
)
def test_a_value_that_does_not_exist_is_an_error_with_its_place(
    expression: str, x: float, message: str
) -> None:
    with pytest.raises(DataError) as caught:
        value(expression, x)
    assert message in str(caught.value)
    assert "objective" in str(caught.value)


def test_an_error_names_the_row_and_the_inner_index() -> None:
    bound = model(
        sets={"I": ["a", "b"], "J": [1, 2]},
        parameters={"w": {"index": ["J"], "values": [1, 0]}},
        constraints={"c": {"for": "i in I", "expression": "sum(x / w[j] for j in J) <= 3"}},
    )
    with pytest.raises(DataError) as caught:
        at(bound, x=1, y=1)
    assert "constraints.c[a]" in str(caught.value)
    assert "j = 2" in str(caught.value)


# sets, order, slices

STEPS = {"sets": {"T": [3, 5, 8]}, "parameters": {"p": {"index": ["T"], "values": [1, 10, 100]}}}


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("sum(p[t] * ord(t) for t in T)", 321),
        ("sum(p[prev(t)] for t in T if t > 3)", 11),
        ("sum(p[next(t)] * t for t in T if t != 8)", 530),
        ("sum(p[prevw(t)] * t for t in T)", 8 * 10 + 5 * 1 + 3 * 100),
        ("sum(p[nextw(t, 2)] * t for t in T)", 3 * 100 + 5 * 1 + 8 * 10),
        ("p[first(T)] + 2 * p[last(T)] + 1000 * card(T)", 3201),
        ("sum(p[t + 2] for t in T if t + 2 in T)", 10),
        ("prod(p[t] for t in T)", 1000),
        ("prod(p[t] for t in T if t > 99)", 1),
        ("sum(p[t] for t in T if t > 99)", 0),
        ("max(p[t] for t in T) - min(p[t] for t in T)", 99),
        ("sum(p[t] for t in T if t % 2 == 1 and t // 2 >= 2)", 10),
        ("sum((p[t] if t > 3 else -p[t]) for t in T)", 109),
        ("sum(p[t] for t in T if not (t == 5 or t == 8))", 1),
        ("floor(2.5) + ceil(2.5)", 5),
    ],
)
def test_data(expression: str, wanted: float) -> None:
    assert value(expression, **STEPS) == wanted


def test_the_branch_not_taken_is_not_looked_at() -> None:
    assert value("sum((p[t - 3] if t == 8 else 0) for t in T)", **STEPS) == 10


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("sum(p[t - 3] for t in T)", "p[0], which is outside its index"),
        ("sum(p[prev(t)] for t in T)", "no element -1 from 3"),
        ("max(p[t] for t in T if t > 99)", "max of nothing"),
    ],
)
def test_an_index_outside_its_set_is_an_error(expression: str, message: str) -> None:
    with pytest.raises(DataError) as caught:
        value(expression, **STEPS)
    assert message in str(caught.value)


@given(st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1), st.integers(0, 4))
def test_a_slice_gives_what_a_scan_gives(pairs: set[tuple[int, int]], k: int) -> None:
    arcs = sorted(pairs)
    rooms: dict[str, Any] = {"sets": {"Arc": [list(arc) for arc in arcs]}, "parameters": {"k": k}}
    wanted = sum(10 * i + j for i, j in arcs if j == k)
    assert value("sum(10 * i + j for (i, j) in Arc if j == k)", **rooms) == wanted
    # the same, written so that no look-up is possible
    assert value("sum(10 * i + j for (i, j) in Arc if j - k == 0)", **rooms) == wanted


def test_slices_follow_an_outer_index_and_families_of_sets() -> None:
    rooms: dict[str, Any] = {
        "sets": {
            "N": [1, 2, 3],
            "Arc": [[1, 2], [1, 3], [2, 3]],
            "From": {"index": "i in N", "from": "j for (k, j) in Arc if k == i"},
        }
    }
    assert value("sum(i * j for i in N for (k, j) in Arc if k == i)", **rooms) == 2 + 3 + 6
    assert value("sum(i * j for i in N for j in From[i])", **rooms) == 2 + 3 + 6


def test_set_algebra() -> None:
    rooms: dict[str, Any] = {"sets": {"A": [1, 2, 4], "B": [2, 8]}}
    assert value("sum(i for i in A + B)", **rooms) == 15
    assert value("sum(i for i in A - B)", **rooms) == 5
    assert value("sum(i for i in A * B)", **rooms) == 2


def test_piecewise() -> None:
    points = "piecewise(x, [(0, 0), (100, 500), (250, 1100)], left=2, right=7)"
    assert [value(points, x) for x in (-1, 50, 100, 175, 250, 251)] == [-2, 250, 500, 800, 1100, 1107]


# constraints


def test_sides_violation_and_scale() -> None:
    bound = model(constraints={"c": "1000 * x + y <= 5"})
    values = at(bound, x=1, y=2).constraints["c"]
    assert (values.left[0, 0], values.right[0, 0]) == (1002, 5)
    assert (values.violation[0, 0], values.scale[0, 0]) == (997, 1000)
    assert not values.satisfied()[0]


def test_terms_are_seen_through_factors_names_and_conditionals() -> None:
    bound = model(
        sets={"I": [1, 2]},
        expressions={"net": {"index": "i in I", "expression": "3 * (x - y)"}},
        constraints={"c": {"for": "i in I", "expression": "-(net[i] if i > 1 else 2 * x) / 2 == 0"}},
    )
    values = at(bound, x=100, y=100).constraints["c"]
    assert values.left[:, 0].tolist() == [-100, 0]
    assert values.scale[:, 0].tolist() == [100, 150]


def test_a_tiny_violation_of_large_terms_is_rounding_and_of_small_ones_is_not() -> None:
    bound = model(constraints={"c": "x - y <= 0"})
    assert at(bound, x=1e6 + 0.5, y=1e6).constraints["c"].satisfied()[0]
    assert not at(bound, x=1.00001, y=1).constraints["c"].satisfied()[0]


def test_a_chain_has_one_entry_a_link() -> None:
    bound = model(constraints={"c": "2 <= x <= y"})
    values = at(bound, x=1, y=0).constraints["c"]
    assert values.violation.tolist() == [[1, 1]]
    assert at(bound, x=3, y=4).feasible()


def test_bounds_integrality_and_semicontinuous_zero() -> None:
    bound = model(
        variables={
            "x": {"domain": "integer", "lower": 0, "upper": 4},
            "y": {"domain": "semicontinuous", "lower": 10, "upper": 20},
        }
    )
    assert at(bound, x=3, y=0).feasible()
    assert at(bound, x=3, y=12).feasible()
    broken = at(bound, x=4.25, y=5).violations()
    assert [(v.place, v.what) for v in broken] == [
        ("variables.y", "bound"),
        ("variables.x", "integrality"),
        ("variables.x", "bound"),
    ]


def test_a_point_that_is_not_a_number_is_never_feasible() -> None:
    bound = model(constraints={"c": "x <= 3"})
    assert not at(bound, x=math.nan, y=0).feasible()


def test_the_worst_row_is_named_by_its_key() -> None:
    bound = model(
        sets={"I": ["a", "b"]},
        constraints={"c": {"for": "i in I", "expression": "x >= (5 if i == b else 0.5)"}},
    )
    worst = at(bound, x=0, y=0).worst
    assert (worst.place, worst.amount) == ("constraints.c[b]", 1.0)


def test_named_expressions_are_reported() -> None:
    bound = model(
        sets={"I": [1, 2]}, expressions={"e": {"index": "i in I", "expression": "i * x + y"}, "d": "2 * 3"}
    )
    found = at(bound, x=10, y=1).expressions
    assert found["e"].tolist() == [11, 21]
    assert found["d"].tolist() == [6]


def test_moving_forgets_the_last_point() -> None:
    bound = model(expressions={"e": "x + y"}, objective={"sense": "maximize", "expression": "2 * e"})
    evaluator = Evaluator(bound)
    values = [
        evaluator.at({"x": np.array([v]), "y": np.array([1.0])}).objectives["objective"] for v in (1.0, 5.0)
    ]
    assert values == [4, 12]


# logic, against truth tables over whole points

LOGIC = [
    ("implies(x >= 3, y <= 2)", lambda x, y: not x >= 3 or y <= 2),
    ("iff(x == 1, y == 1)", lambda x, y: (x == 1) == (y == 1)),
    ("either(x <= 0, y >= 4)", lambda x, y: x <= 0 or y >= 4),
    ("at_least(2, x >= 1, y >= 1, x + y == 3)", lambda x, y: (x >= 1) + (y >= 1) + (x + y == 3) >= 2),
    ("at_most(1, x >= 1, y >= 1, x + y == 3)", lambda x, y: (x >= 1) + (y >= 1) + (x + y == 3) <= 1),
    ("exactly(2, x >= 1, y >= 1, x + y == 3)", lambda x, y: (x >= 1) + (y >= 1) + (x + y == 3) == 2),
    ("not exactly(2, x >= 1, y >= 1, x + y == 3)", lambda x, y: (x >= 1) + (y >= 1) + (x + y == 3) != 2),
    ("not (x <= 2 and y > 1)", lambda x, y: not (x <= 2 and y > 1)),
    ("x != y", lambda x, y: x != y),
    ("not implies(x < y, x + y == 4)", lambda x, y: x < y and x + y != 4),
    ("all_different(x, y, 2)", lambda x, y: len({x, y, 2}) == 3),
    ("holds(x > y) + holds(y > 2) == 1", lambda x, y: (x > y) + (y > 2) == 1),
    ("x < y", lambda x, y: x < y),
    ("1 < x < 4", lambda x, y: 1 < x < 4),
    ("at_least(1, (x == t for t in T))", lambda x, y: x in (1, 3)),
    ("not at_most(1, (x + y >= t for t in T))", lambda x, y: (x + y >= 1) + (x + y >= 3) > 1),
    ("either(x == 1, (y == 1 if card(T) == 2 else y == 2))", lambda x, y: x == 1 or y == 1),
]


@pytest.mark.parametrize(("constraint", "truth"), LOGIC, ids=[text for text, _ in LOGIC])
def test_logic_has_the_truth_of_python_at_whole_points(constraint: str, truth: Any) -> None:
    bound = model(sets={"T": [1, 3]}, variables={"x": WHOLE, "y": WHOLE}, constraints={"c": constraint})
    evaluator = Evaluator(bound)
    for x, y in itertools.product(range(-1, 6), repeat=2):
        found = evaluator.at({"x": np.array([float(x)]), "y": np.array([float(y)])})
        assert bool(found.constraints["c"].satisfied()[0]) == bool(truth(x, y)), (x, y)


def test_a_negated_continuous_comparison_is_closed() -> None:
    bound = model(constraints={"c": "implies(x <= 3, y >= 1)"})
    assert at(bound, x=3, y=0).feasible()
    assert not at(bound, x=2.9, y=0).feasible()


def test_a_solver_that_is_off_by_rounding_satisfies_logic() -> None:
    bound = model(variables={"x": WHOLE, "y": WHOLE}, constraints={"c": "iff(x == 1, y == 2)"})
    assert at(bound, x=1 + 1e-9, y=2 - 1e-9).feasible()


def test_an_empty_family_has_no_rows() -> None:
    bound = model(sets={"I": [1]}, constraints={"c": {"for": "i in I if i > 1", "expression": "x >= i"}})
    values = at(bound, x=0, y=0).constraints["c"]
    assert values.left.shape == (0, 1)
    assert values.satisfied().shape == (0,)


@pytest.mark.parametrize(
    "text", ["9 ** 9 ** 9", "10 ** 60 * 10 ** 60 * 10 ** 60 * 10 ** 60 * 10 ** 60 * 10 ** 60"]
)
def test_towers_of_powers_end_at_once(text: str) -> None:
    with pytest.raises(DataError, match="too large"):
        value(f"({text}) * x", 1)


def test_text_elements_are_no_numbers() -> None:
    with pytest.raises(DataError, match="'a' is not a number"):
        value("sum(2 * i for i in I)", sets={"I": ["a"]})
