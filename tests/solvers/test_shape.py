"""Piecewise functions and semicontinuous variables: HiGHS and SCIP against values worked out here."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from quintet.errors import DataError
from quintet.formulation.binding import bind
from quintet.formulation.classify import classify
from quintet.formulation.document import Formulation
from quintet.formulation.evaluator import evaluate
from quintet.formulation.model import Model, ProblemClass
from quintet.solvers.outcome import Outcome
from quintet.solvers.registry import solve
from quintet.solvers.rewrite import rewrite

Points = list[tuple[int, int]]


def bound(text: str) -> Model:
    return bind(Formulation.loads(text))


def document(sense: str, objective: str, constraint: str = "x <= 10", domain: str = "continuous") -> Model:
    return bound(f"""
        variables:
          x: {{domain: {domain}, lower: -2, upper: 8}}
          y: {{lower: 0, upper: 20}}
        objective: {{sense: {sense}, expression: "{objective}"}}
        constraints: {{c1: "{constraint}"}}
        """)


def value(x: float, points: Points, left: int | None, right: int | None) -> float:
    """The function by definition: the lower value at a jump, the outer slopes beyond the ends."""
    here = [v for place, v in points if place == x]
    if here:
        return min(here)
    rises = [(b, a) for a, b in itertools.pairwise(points) if a[0] < b[0]]
    slopes = [(v - y) / (z - w) for (z, v), (w, y) in rises]
    if x < points[0][0]:
        return points[0][1] + (slopes[0] if left is None else left) * (x - points[0][0])
    if x > points[-1][0]:
        return points[-1][1] + (slopes[-1] if right is None else right) * (x - points[-1][0])
    place, slope = next((a, s) for (b, a), s in zip(rises, slopes, strict=True) if a[0] < x < b[0])
    return place[1] + slope * (x - place[0])


def call(points: Points, left: int | None, right: int | None) -> str:
    ends = "".join(f", {n}={s}" for n, s in (("left", left), ("right", right)) if s is not None)
    return f"piecewise(x, {points}{ends})"


@st.composite
def functions(draw: st.DrawFn) -> tuple[Points, int | None, int | None]:
    places = sorted(draw(st.lists(st.integers(-3, 9), min_size=2, max_size=5)))
    assume(len(set(places)) > 1 and max(places.count(place) for place in places) <= 2)
    points = [(place, draw(st.integers(-6, 6))) for place in places]
    slope = st.one_of(st.none(), st.integers(-3, 3))
    return points, draw(slope), draw(slope)


@given(
    function=functions(),
    sense=st.sampled_from(["minimize", "maximize"]),
    extra=st.integers(-2, 2),
    domain=st.sampled_from(["continuous", "integer"]),
)
def test_random_functions_against_their_breakpoints(
    function: tuple[Points, int | None, int | None], sense: str, extra: int, domain: str
) -> None:
    points, left, right = function
    model = document(sense, f"{call(*function)} + {extra} * x", domain=domain)
    around = [place + step for place, _ in points for step in (-1e-5, 0.0, 1e-5)]
    places = [*map(float, range(-2, 9)), *(around if domain == "continuous" else [])]
    values = [value(x, points, left, right) + extra * x for x in places if -2 <= x <= 8]
    expected = min(values) if sense == "minimize" else max(values)
    for solver in ("highs", "scip"):
        solution = solve(model, solver=solver)
        assert solution.outcome.solved  # HiGHS may stop at a gap of 1e-6 and a bit
        assert solution.objective == pytest.approx(expected, abs=2e-4)
        assert solution.point is not None
        at = evaluate(model, solution.point)
        assert at.feasible()
        assert at.objectives["objective"] == pytest.approx(solution.bound, abs=1e-5)


@given(function=functions(), limit=st.integers(-4, 4), sign=st.sampled_from(["<=", ">=", "=="]))
def test_a_function_in_a_constraint_is_exact(
    function: tuple[Points, int | None, int | None], limit: int, sign: str
) -> None:
    points, left, right = function
    model = document("maximize", "y - x", f"{call(*function)} + y {sign} {limit}", "integer")
    found = []
    for x in range(-2, 9):
        room = limit - value(x, points, left, right)
        highest = 20.0 if sign == ">=" else room
        if max(0.0, room if sign != "<=" else 0.0) <= min(20.0, highest):
            found.append(min(20.0, highest) - x)
    for solver in ("highs", "scip"):
        solution = solve(model, solver=solver)
        if not found:
            assert solution.outcome is Outcome.INFEASIBLE
            continue
        assert solution.objective == pytest.approx(max(found), abs=1e-5)
        assert solution.point is not None
        assert evaluate(model, solution.point).feasible()


def test_scip_is_not_misled_by_bounds_a_hair_wider_than_its_rows() -> None:
    model = document("minimize", "piecewise(x, [(0, 2), (0, 0), (1, 0)])")  # bounds ±1e-9: it said 2
    assert solve(model, solver="scip").objective == pytest.approx(0)


def test_convex_and_concave_functions_need_no_binary_where_the_direction_allows() -> None:
    def kind(sense: str, objective: str, constraint: str = "x <= 10") -> ProblemClass:
        return classify(rewrite(document(sense, objective, constraint)))

    convex, concave = "piecewise(x, [(0, 0), (2, 2), (4, 8)])", "piecewise(x, [(0, 0), (2, 6), (4, 8)])"
    assert kind("minimize", convex) is ProblemClass.LP
    assert kind("maximize", f"y - {convex}") is ProblemClass.LP
    assert kind("maximize", concave) is ProblemClass.LP
    assert kind("minimize", "x", f"{convex} <= 5") is ProblemClass.LP
    assert kind("minimize", concave) is ProblemClass.MILP
    assert kind("minimize", "x", f"{convex} == 5") is ProblemClass.MILP
    assert kind("minimize", "x", "piecewise(x, [(0, 0), (2, 4), (4, 8)]) == 5") is ProblemClass.LP


@pytest.mark.parametrize("solver", ["highs", "scip"])
def test_a_fixed_charge_is_a_jump_at_zero(solver: str) -> None:
    text = """
        variables: {{x: {{lower: 0, upper: 50}}, y: {{lower: 0, upper: 50}}}}
        objective: {{sense: minimize, expression: "piecewise(x, [(0, 0), (0, 30), (50, 80)]) + 2 * y"}}
        constraints: {{need: "x + y >= {need}"}}
        """
    little = solve(bound(text.format(need=20)), solver=solver)
    assert (little.objective, little.value("x")) == (pytest.approx(40), pytest.approx(0))
    much = solve(bound(text.format(need=40)), solver=solver)
    assert (much.objective, much.value("x")) == (pytest.approx(70), pytest.approx(40))


@pytest.mark.parametrize("solver", ["highs", "scip"])
def test_breakpoints_may_differ_from_row_to_row_and_come_from_a_comprehension(solver: str) -> None:
    model = bound("""
        sets: {I: [a, b], K: 1..3}
        parameters:
          at: {index: [I, K], values: {a: [0, 2, 5], b: [0, 1, 9]}}
          cost: {index: [I, K], values: {a: [0, 8, 11], b: [0, 5, 13]}}
        variables: {x: {index: "i in I", lower: 0, upper: 6}}
        expressions:
          bill: {index: "i in I", expression: "piecewise(x[i], ((at[i, k], cost[i, k]) for k in K))"}
        objective: {sense: minimize, expression: "sum(bill[i] for i in I)"}
        constraints: {need: "sum(x[i] for i in I) >= 7"}
        """)
    solution = solve(model, solver=solver)
    bills = [
        np.interp(x, [0, 2, 5, 6], [0, 8, 11, 12]) + np.interp(7 - x, [0, 1, 9], [0, 5, 13])
        for x in np.linspace(1, 6, 501)
    ]
    assert solution.objective == pytest.approx(min(bills))
    assert solution.point is not None
    assert evaluate(model, solution.point).objectives["objective"] == pytest.approx(min(bills))


@pytest.mark.parametrize("solver", ["highs", "scip"])
def test_a_function_of_data_is_a_number(solver: str) -> None:
    model = bound("""
        sets: {I: 1..3}
        parameters: {at: {index: [I], values: [0, 2, 4]}}
        variables: {x: {index: "i in I", lower: 0, upper: 5}}
        objective:
          sense: minimize
          expression: "sum(piecewise(at[i], [(0, 1), (3, 7)], right=2) * x[i] for i in I)"
        constraints: {c: "sum(x[i] for i in I) >= 7"}
        """)
    assert solve(model, solver=solver).objective == pytest.approx(5 * 1 + 2 * 5)


@pytest.mark.parametrize("solver", ["highs", "scip"])
def test_functions_nest_with_others_and_stand_in_logic(solver: str) -> None:
    model = document(
        "maximize",
        "abs(piecewise(x, [(0, 0), (4, 4), (8, -8)])) - 0.1 * y",
        "implies(piecewise(abs(x), [(0, 0), (1, 1), (8, 15)]) >= 10, y >= 5)",
    )
    solution = solve(model, solver=solver)
    assert solution.objective == pytest.approx(7.5)  # at 8: |-8| - 0.5
    assert solution.point is not None
    assert evaluate(model, solution.point).feasible()


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ("[(0, 0), (5, 1), (3, 2)]", "the breakpoints go back from 5 to 3; list them from left to right"),
        ("[(0, 0), (0, 1), (0, 2), (3, 2)]", "a breakpoint stands three times"),
        ("[(1, 0), (1, 1)]", "fewer than two breakpoints are different"),
        ("[(1, 0), 4]", "a breakpoint is not a pair of numbers"),
    ],
)
def test_breakpoints_that_define_nothing_are_refused(points: str, message: str) -> None:
    model = document("minimize", f"piecewise(x, {points})")
    with pytest.raises(DataError, match=rf"^objective: {message}"):
        rewrite(model)


def test_the_evaluator_refuses_unsorted_breakpoints_too() -> None:
    model = document("minimize", "piecewise(x, [(0, 0), (5, 1), (3, 2)])")
    with pytest.raises(DataError, match="the breakpoints go back from 5 to 3 in 'piecewise"):
        evaluate(model, {"x": np.zeros(1), "y": np.zeros(1)})


def test_choosing_among_pieces_needs_bounds() -> None:
    text = """
        variables: {{x: {{lower: 0, upper: null}}}}
        objective: {{sense: {sense}, expression: "piecewise(x, [(0, 0), (2, 6), (4, 8)]) - 2 * x"}}
        """
    message = r"^objective: 'piecewise\(x, .*its argument has no finite range; give x a lower and an upper"
    with pytest.raises(DataError, match=message):
        rewrite(bound(text.format(sense="minimize")))
    assert solve(bound(text.format(sense="maximize")), solver="highs").objective == pytest.approx(2)


# semicontinuous variables


@pytest.mark.parametrize("solver", ["highs", "scip"])
@pytest.mark.parametrize(
    ("lower", "upper", "sense", "objective", "expected"),
    [
        ("3", "8", "minimize", "x + 2 * y", 2),
        ("3", "8", "minimize", "x + 4 * y", 3),
        ("3", "1000000", "maximize", "x - 3 * y", 1000000),
        ("-5", "-2", "maximize", "x - 2 * y", -2),
        ("-5", "-2", "minimize", "3 * x + 2 * y", -3),
        ("-5", "8", "minimize", "x + 2 * y", 1),
        ("null", "8", "minimize", "x + 2 * y", 1),
    ],
)
def test_semicontinuous_is_zero_or_between_its_bounds(
    lower: str, upper: str, sense: str, objective: str, expected: float, solver: str
) -> None:
    model = bound(f"""
        variables:
          x: {{domain: semicontinuous, lower: {lower}, upper: {upper}}}
          y: {{lower: 0, upper: 9}}
        objective: {{sense: {sense}, expression: "{objective}"}}
        constraints: {{need: "x + y >= 1"}}
        """)
    solution = solve(model, solver=solver)
    assert solution.outcome is Outcome.OPTIMAL
    assert solution.objective == pytest.approx(expected, rel=2e-6)
    assert solution.point is not None
    assert evaluate(model, solution.point).feasible()


def test_a_semicontinuous_variable_without_a_bound_is_named() -> None:
    text = """
        sets: {{I: [a, b]}}
        variables: {{x: {{index: "i in I", domain: semicontinuous, lower: 3, upper: null}}}}
        objective: {{sense: minimize, expression: "sum(x[i] for i in I)"}}
        constraints: {{need: "sum(x[i] for i in I) >= 4", {more}}}
        """
    message = r"^variables\.x\[a\]: a semicontinuous variable without 'upper'; give it both bounds$"
    with pytest.raises(DataError, match=message):
        rewrite(bound(text.format(more="")))
    model = bound(text.format(more='room: {for: "i in I", expression: "x[i] <= 7"}'))
    assert solve(model, solver="highs").objective == pytest.approx(4)
