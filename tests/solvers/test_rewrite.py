"""Rewriting against brute force: Python's own abs, min, max and / over integer boxes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quintet.errors import DataError
from quintet.formulation import Formulation, bind, evaluate
from quintet.formulation.classify import classify
from quintet.formulation.model import Model, ProblemClass
from quintet.solvers.highs import Highs
from quintet.solvers.options import Options
from quintet.solvers.outcome import Outcome
from quintet.solvers.restriction import restricted
from quintet.solvers.rewrite import rewrite
from quintet.solvers.scip import Scip

BOX = range(-3, 4)


def bound(text: str) -> Model:
    return bind(Formulation.loads(text))


def document(sense: str, objective: str, constraints: dict[str, str], domain: str = "integer") -> Model:
    variables = {name: {"domain": domain, "lower": -3, "upper": 3} for name in ("x", "y")}
    return bind(
        Formulation.model_validate(
            {
                "variables": variables,
                "objective": {"sense": sense, "expression": objective},
                "constraints": constraints,
            }
        )
    )


def brute(sense: str, objective: str, constraints: dict[str, str]) -> float | None:
    values = []
    for x, y in itertools.product(BOX, BOX):
        try:
            names = {"x": x, "y": y, "abs": abs, "min": min, "max": max}
            if all(eval(c, {"__builtins__": {}}, names) for c in constraints.values()):
                values.append(float(eval(objective, {"__builtins__": {}}, names)))
        except ZeroDivisionError:
            continue
    if not values:
        return None
    return min(values) if sense == "minimize" else max(values)


def check(sense: str, objective: str, constraints: dict[str, str]) -> None:
    model, expected = document(sense, objective, constraints), brute(sense, objective, constraints)
    solution = Scip().solve(model, Options())
    if expected is None:
        assert solution.outcome is Outcome.INFEASIBLE
        return
    assert solution.outcome is Outcome.OPTIMAL
    assert solution.objective == pytest.approx(expected, abs=1e-6)
    assert solution.point is not None
    found = evaluate(model, solution.point)
    assert found.feasible(), found.worst
    assert found.objectives["objective"] == pytest.approx(expected, abs=1e-6)
    rewritten = rewrite(model)
    if classify(rewritten) in Highs().classes:
        other = restricted(Highs().solve(rewritten, Options()), model)
        assert other.outcome is Outcome.OPTIMAL
        assert other.objective == pytest.approx(expected, abs=1e-6)


def expressions() -> st.SearchStrategy[str]:
    atoms = st.sampled_from(["x", "y", "2", "-1", "3 * x", "x - y"])

    def deeper(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.one_of(
            st.builds("abs({})".format, inner),
            st.builds("min({}, {})".format, inner, inner),
            st.builds("max({}, {}, {})".format, inner, inner, atoms),
            st.builds("({} + {})".format, inner, inner),
            st.builds("(-{})".format, inner),
            st.builds("(-2 * {})".format, inner),
        )

    return st.recursive(atoms, deeper, max_leaves=6)


@settings(max_examples=60, deadline=None)
@given(
    sense=st.sampled_from(["minimize", "maximize"]),
    objective=expressions(),
    left=expressions(),
    sign=st.sampled_from(["<=", ">=", "=="]),
    right=st.integers(-3, 5),
    swapped=st.booleans(),
)
def test_nested_expressions_against_brute_force(
    sense: str, objective: str, left: str, sign: str, right: int, swapped: bool
) -> None:
    constraint = f"{right} {sign} {left} + 0 * y" if swapped else f"{left} + 0 * y {sign} {right}"
    check(sense, f"{objective} + 0 * x", {"c": constraint, "d": "x + y <= 5"})


@pytest.mark.parametrize(
    ("sense", "objective", "constraint"),
    [
        ("minimize", "abs(max(x, y) + 2)", "x + y <= -6"),
        ("maximize", "min(abs(x), 2) - abs(min(x, y) - 1)", "x <= 2"),
        ("minimize", "x + y", "1 <= abs(x - 2)"),
        ("minimize", "x * max(x, y) * 0 + y", "2 <= max(x, y)"),
        ("maximize", "max(-x, -abs(y))", "min(x, y, 1) <= abs(x) - 2"),
    ],
)
def test_uses_whose_direction_is_easily_got_wrong(sense: str, objective: str, constraint: str) -> None:
    check(sense, objective, {"c": constraint})


def test_a_named_expression_used_both_ways_is_exact() -> None:
    model = bound("""
        variables: {x: {domain: integer, lower: -3, upper: 3}, y: {domain: integer, lower: -3, upper: 3}}
        expressions: {apart: "abs(x - y)"}
        objective: {sense: minimize, expression: "apart + 0.1 * x * x"}
        constraints: {most: "apart <= 4", least: "apart >= 2.5"}
        """)
    assert Scip().solve(model, Options()).objective == pytest.approx(3)


def linear() -> st.SearchStrategy[str]:
    part = st.integers(-3, 3)
    return st.builds("({} * x + {} * y + {})".format, part, part, part)


@settings(max_examples=40, deadline=None)
@given(
    sense=st.sampled_from(["minimize", "maximize"]),
    numerator=linear(),
    a=st.integers(-2, 2),
    b=st.integers(-2, 2),
    side=st.sampled_from([1, -1]),
)
def test_a_ratio_objective_against_brute_force(sense: str, numerator: str, a: int, b: int, side: int) -> None:
    denominator = f"({a} * x + {b} * y + {side * (3 * abs(a) + 3 * abs(b) + 1)})"
    check(sense, f"{numerator} / {denominator}", {"c": "x + y <= 4"})


@settings(max_examples=40, deadline=None)
@given(
    numerator=linear(),
    denominator=linear(),
    sign=st.sampled_from(["<=", ">="]),
    right=st.sampled_from(["1", "0.5", "-0.25", "x"]),
    way=st.sampled_from(["{} / {} {} {}", "2 - {} / {} {} {}", "x - 3 * ({} / {}) {} {}"]),
    side=st.sampled_from([">= 1", "<= -1"]),
)
def test_a_ratio_constraint_against_brute_force(
    numerator: str, denominator: str, sign: str, right: str, way: str, side: str
) -> None:
    constraint = way.format(numerator, denominator, sign, right)
    check("maximize", "2 * x + y", {"c": constraint, "d": f"{denominator} {side}"})


def test_convex_uses_stay_linear_and_others_get_binaries() -> None:
    def kind(sense: str, objective: str, **constraints: str) -> ProblemClass:
        return classify(rewrite(document(sense, objective, constraints, "continuous")))

    assert kind("minimize", "abs(x) + max(x, y)") is ProblemClass.LP
    assert kind("maximize", "min(x, y) - abs(x)") is ProblemClass.LP
    assert kind("maximize", "x", c="abs(x) + abs(y) <= 2", d="min(x, y) >= -1") is ProblemClass.LP
    assert kind("maximize", "abs(x)") is ProblemClass.MILP
    assert kind("minimize", "x", c="max(x, y) >= 1") is ProblemClass.MILP
    assert kind("minimize", "x", c="max(x, y) == 1") is ProblemClass.MILP
    assert kind("minimize", "x + y", c="x / (y + 4) >= 0.25") is ProblemClass.LP


def test_sign_of_the_data_decides_row_by_row() -> None:
    model = bound("""
        sets: {I: [a, b, c]}
        parameters:
          w: {index: [I], values: {a: 2, b: -3, c: 0}}
          at: {index: [I], values: {a: 1, b: 0.5, c: 2}}
        variables: {x: {index: "i in I", lower: -2, upper: 2}}
        expressions: {off: {index: "i in I", expression: "abs(x[i] - at[i])"}}
        objective: {sense: minimize, expression: "sum(w[i] * off[i] for i in I)"}
        """)
    rewritten = rewrite(model)
    assert [len(v.family) for n, v in rewritten.variables.items() if n.endswith("_chosen")] == [1, 1]
    assert rewritten.variables["_abs_1"].family.keys == [("a",), ("b",), ("c",)]
    solution = Scip().solve(model, Options())
    assert solution.objective == pytest.approx(-7.5)  # 2 * 0 at x[a] = 1, -3 * 2.5 at x[b] = -2
    assert solution.value("x", "b") == pytest.approx(-2)


def test_minimax_over_a_filtered_comprehension() -> None:
    model = bound("""
        sets: {I: 1..3, J: 1..4}
        parameters: {cost: {index: [I, J], values: [[4, 2, 8, 9], [3, 7, 5, 9], [9, 6, 4, 9]]}}
        variables: {go: {index: "i in I for j in J", domain: binary}}
        objective: {sense: minimize, expression: "max(cost[i, j] * go[i, j] for i in I for j in J if j <= 3)"}
        constraints:
          each: {for: "i in I", expression: "sum(go[i, j] for j in J if j <= 3) == 1"}
          once: {for: "j in J", expression: "sum(go[i, j] for i in I) <= 1"}
        """)
    costs = [[4, 2, 8], [3, 7, 5], [9, 6, 4]]
    expected = min(max(costs[i][p[i]] for i in range(3)) for p in itertools.permutations(range(3)))
    assert classify(rewrite(model)) is ProblemClass.MILP
    assert Scip().solve(model, Options()).objective == pytest.approx(expected)


def test_names_rows_and_columns_of_the_model_stay() -> None:
    model = document("maximize", "abs(x) - x / (y + 4)", {"c": "max(x, y) <= 2"})
    rewritten = rewrite(model)
    assert list(rewritten.variables)[:2] == ["x", "y"]
    assert [v.first_column for v in rewritten.variables.values()] == list(_columns(rewritten))
    assert list(rewritten.constraints)[0] == "c"
    added = {*rewritten.variables, *rewritten.constraints, *rewritten.parameters} - {"x", "y", "c"}
    assert added
    assert all(name.startswith("_") for name in added)
    assert list(model.variables) == ["x", "y"]


def _columns(model: Model) -> Iterator[int]:
    first = 0
    for variable in model.variables.values():
        yield first
        first += len(variable.family)


def test_a_model_with_nothing_to_rewrite_is_itself() -> None:
    model = document("minimize", "x + y ** 2", {"c": "x * y >= 1"})
    assert rewrite(model) is model


def test_a_branch_not_taken_is_not_rewritten() -> None:
    model = bound("""
        sets: {T: 1..3}
        variables: {x: {index: [T], lower: 0, upper: 5}}
        objective: {sense: minimize, expression: "sum(x[t] for t in T)"}
        constraints: {step: {for: "t in T", expression: "(abs(x[t] - x[t-1]) if t > 1 else 1) >= 1"}}
        """)
    rewritten = rewrite(model)
    assert rewritten.variables["_abs_1"].family.keys == [(2,), (3,)]
    assert Scip().solve(model, Options()).objective == pytest.approx(1)


def test_m_comes_from_linear_constraints_where_bounds_are_open() -> None:
    text = """
        variables: {{x: {{lower: 0, upper: null}}, y: {{lower: 0, upper: null}}}}
        objective: {{sense: maximize, expression: "abs(x - y)"}}
        constraints: {{c: "x + y {} 10"}}
        """
    model = bound(text.format("<="))
    big = [p.values for name, p in rewrite(model).parameters.items() if name.startswith("_abs")]
    assert np.concatenate(big) == pytest.approx([20, 20])
    assert Scip().solve(model, Options()).objective == pytest.approx(10)
    with pytest.raises(DataError, match=r"^objective: 'abs\(x - y\)'.*give x, y a lower and an upper bound$"):
        rewrite(bound(text.format(">=")))


def test_a_large_m_is_a_finding() -> None:
    model = bound("""
        variables: {x: {lower: -5000000, upper: 5000000}}
        objective: {sense: maximize, expression: "abs(x) - x"}
        """)
    assert "large-m" in {finding.code for finding in rewrite(model).findings}


def test_a_denominator_that_may_be_zero_is_kept_off_it_and_said() -> None:
    model = bound("""
        variables: {x: {lower: 0, upper: 4}, y: {lower: 0, upper: 4}}
        objective: {sense: maximize, expression: "x / (x + y)"}
        constraints: {share: "y / (x + y) >= 0.25"}
        """)
    rewritten = rewrite(model)
    assert {f.code for f in rewritten.findings} == {"denominator-sign"}
    solution = Scip().solve(model, Options())
    assert solution.objective == pytest.approx(0.75, abs=1e-6)
    assert solution.point is not None
    assert evaluate(model, solution.point).feasible()


def test_linear_constraints_prove_the_sign_of_a_denominator() -> None:
    model = bound("""
        variables: {x: {lower: 0, upper: null}, y: {lower: 0, upper: null}}
        objective: {sense: maximize, expression: "x + y"}
        constraints: {least: "x + y >= 2", share: "x / (x + y) >= 0.6", most: "2 * x + y <= 8"}
        """)
    rewritten = rewrite(model)
    assert not rewritten.findings
    assert classify(rewritten) is ProblemClass.LP
    assert Scip().solve(model, Options()).objective == pytest.approx(5)  # x = 0.6 s, 1.6 s = 8


def test_a_denominator_of_both_signs_stays_a_ratio_and_is_said() -> None:
    model = document("maximize", "(x + 1) / (y - 0.5)", {}, "continuous")
    rewritten = rewrite(model)
    assert classify(rewritten) is ProblemClass.NLP
    assert {f.code for f in rewritten.findings} == {"denominator-sign"}


def test_a_ratio_in_a_named_expression_is_multiplied_out() -> None:
    model = bound("""
        sets: {I: [a, b]}
        variables: {x: {index: "i in I", lower: 1, upper: 9}, y: {index: "i in I", lower: 1, upper: 9}}
        expressions: {share: {index: "j in I", expression: "sum(x[i] for i in I if i == j) / (x[j] + y[j])"}}
        objective: {sense: maximize, expression: "sum(x[i] - y[i] for i in I)"}
        constraints: {most: {for: "i in I", expression: "share[i] - 0.5 <= 0.25"}}
        """)
    assert classify(rewrite(model)) is ProblemClass.LP
    solution = Scip().solve(model, Options())
    assert solution.objective == pytest.approx(12)  # x <= 3 y, so y = 3 and x = 9 twice
    assert solution.point is not None
    assert evaluate(model, solution.point).expressions["share"] == pytest.approx([0.75, 0.75])
