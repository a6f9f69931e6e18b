"""Logical constraints as rows over binaries: what they become, and what is refused or said."""

from __future__ import annotations

from textwrap import dedent

import numpy as np
import pytest

from quintet.errors import DataError
from quintet.formulation.binding import bind
from quintet.formulation.classify import classify
from quintet.formulation.document import Formulation
from quintet.formulation.evaluator import evaluate
from quintet.formulation.model import Model, ProblemClass
from quintet.solvers.arrays import Arrays
from quintet.solvers.matrix import compile
from quintet.solvers.outcome import Outcome
from quintet.solvers.registry import solve
from quintet.solvers.rewrite import rewrite
from quintet.solvers.solution import Solution
from quintet.solvers.solver import Declined

BINARIES = "variables: {a: {domain: binary}, b: {domain: binary}, c: {domain: binary}}\n"
ANY = "objective: {sense: maximize, expression: a + b + c}\n"
BOX = """
variables:
  a: {domain: binary}
  n: {domain: integer, lower: 0, upper: 9}
  x: {lower: 0, upper: 10}
  y: {lower: -5, upper: 5}
"""


def bound(text: str) -> Model:
    return bind(Formulation.loads(text))


def rows(expression: str, text: str = BINARIES + ANY) -> tuple[Model, Arrays]:
    """The rewritten model of one constraint, and its matrix."""
    model = bound(f"{text}constraints: {{c1: '{expression}'}}")
    rewritten = rewrite(model)
    return rewritten, compile(rewritten)


def solved(text: str, solver: str) -> tuple[Solution, Model]:
    model = bound(text)
    solution = solve(model, solver=solver)
    assert solution.point is not None
    assert evaluate(model, solution.point).feasible()
    return solution, model


@pytest.mark.parametrize(
    ("expression", "coefficients", "upper"),
    [
        ("implies(a, b)", [1, -1, 0], 0),
        ("implies(a and b, c)", [1, 1, -1], 1),
        ("implies(not a, b or c)", [-1, -1, -1], -1),
        ("either(a, b, not c)", [-1, -1, 1], 0),
        ("at_most(2, a, b, c)", [1, 1, 1], 2),
        ("at_least(2, a, b, c)", [-1, -1, -1], -2),
        ("at_most(1, a, not b, c)", [1, -1, 1], 0),
        ("implies(a, a + b + c <= 1)", [3, 1, 1], 3),
    ],
)
def test_logic_of_binaries_is_one_row_without_more_binaries(
    expression: str, coefficients: list[float], upper: float
) -> None:
    rewritten, arrays = rows(expression)
    assert list(rewritten.variables) == ["a", "b", "c"]
    assert arrays.rows == 1
    dense = np.zeros(3)
    dense[arrays.matrix.columns] = arrays.matrix.values
    assert dense.tolist() == coefficients
    assert arrays.row_upper[0] == upper
    assert arrays.row_lower[0] == -np.inf


def test_an_implied_bound_uses_the_least_m() -> None:
    rewritten, arrays = rows("implies(a, x <= 4)", BOX + "objective: {sense: maximize, expression: x + a}\n")
    assert list(rewritten.variables) == ["a", "n", "x", "y"]
    assert dict(zip(arrays.matrix.columns.tolist(), arrays.matrix.values.tolist(), strict=True)) == {
        0: 6.0,
        2: 1.0,
    }
    assert arrays.row_upper.tolist() == [10.0]


def test_two_comparisons_share_one_binary_and_three_have_one_each() -> None:
    text = BOX + "objective: {sense: minimize, expression: x}\n"
    two, _ = rows("either(x <= 2, y >= 3)", text)
    three, _ = rows("either(x <= 2, y >= 3, n == 4)", text)
    assert [len(v.family) for name, v in two.variables.items() if name.startswith("_")] == [1]
    assert [len(v.family) for name, v in three.variables.items() if name.startswith("_")] == [3]


def test_comparisons_that_the_bounds_settle_are_gone() -> None:
    text = BOX + "objective: {sense: minimize, expression: x}\n"
    assert not rows("either(x <= 10, y >= 3)", text)[0].constraints
    rewritten, arrays = rows("either(x <= -1, y >= 3)", text)
    assert list(rewritten.variables) == ["a", "n", "x", "y"]
    assert arrays.rows == 1
    never, _ = rows("x <= -1 and a", text)
    assert solve(never, solver="highs").outcome is Outcome.INFEASIBLE


@pytest.mark.parametrize("solver", ["highs", "scip"])
def test_data_decide_row_by_row(solver: str) -> None:
    solution, _ = solved(
        """
        sets: {I: [a, b, c, d]}
        parameters: {kind: {index: [I], values: {a: 1, b: 2, c: 3, d: 1}}}
        variables: {x: {index: "i in I", lower: 0, upper: 5}, use: {index: "i in I", domain: binary}}
        objective: {sense: maximize, expression: "sum(x[i] - 0.5 * use[i] for i in I)"}
        constraints:
          used: {for: "i in I", expression: "implies(kind[i] < 3 and x[i] >= 2, use[i])"}
          few: "at_most(1, (use[i] for i in I if kind[i] == 1))"
          odd:
            for: "i in I"
            expression: "(x[i] <= 4 if kind[i] == 2 else either(x[i] <= 4.5, kind[i] == 3))"
        """,
        solver,
    )
    # a or d is used, at 4.5; the other stays below 2; b at 4; c at 5, never used
    assert solution.objective == pytest.approx(4.5 - 0.5 + 2 + 4 - 0.5 + 5, abs=1e-5)


@pytest.mark.parametrize("solver", ["highs", "scip"])
def test_a_conditional_of_comparisons_keeps_its_name(solver: str) -> None:
    text = """
        sets: {T: 1..3}
        variables: {x: {index: "t in T", lower: 0, upper: 9}}
        objective: {sense: minimize, expression: "sum(x[t] for t in T)"}
        constraints: {grow: {for: "t in T", expression: "(x[t] >= x[t-1] + 1 if t > 1 else x[t] >= 2)"}}
        """
    model = bound(text)
    assert list(rewrite(model).constraints) == ["grow"]
    solution = solve(model, solver=solver)
    assert solution.problem_class is ProblemClass.LP
    assert solution.objective == pytest.approx(9)


@pytest.mark.parametrize("solver", ["highs", "scip"])
def test_functions_within_logic_are_rewritten_too(solver: str) -> None:
    solution, model = solved(
        BOX
        + dedent("""
        objective: {sense: maximize, expression: "x - 3 * a + y"}
        constraints:
          near: "implies(not a, abs(x - n) <= 0.5 and max(x, y) <= 4)"
          far: "either(n <= 2, abs(y) >= 4)"
        """),
        solver,
    )
    assert classify(rewrite(model)) is ProblemClass.MILP
    assert solution.objective == pytest.approx(12)  # a: 10 - 3 + 5


@pytest.mark.parametrize("solver", ["highs", "scip"])
def test_different_numbers_by_assignment_and_by_pairs(solver: str) -> None:
    text = """
        sets: {{I: 1..4}}
        variables: {{v: {{index: "i in I", domain: integer, lower: 1, upper: {upper}}}}}
        objective: {{sense: minimize, expression: "sum(i * v[i] for i in I)"}}
        constraints: {{apart: "all_different(v[i] + i for i in I)"}}
        """
    few, many = bound(text.format(upper=5)), bound(text.format(upper=400))
    assert [len(v.family) for n, v in rewrite(few).variables.items() if n.startswith("_")] == [20]
    assert [len(v.family) for n, v in rewrite(many).variables.items() if n.startswith("_")] == [6]
    for model in (few, many):
        assert solve(model, solver=solver).objective == pytest.approx(10)  # all 1: i + 1 differ


@pytest.mark.parametrize("solver", ["highs", "scip"])
def test_soft_logic_pays_for_rows_that_do_not_hold(solver: str) -> None:
    solution, _ = solved(
        """
        sets: {I: 1..3}
        variables: {x: {index: "i in I", lower: 0, upper: 10}}
        objective: {sense: maximize, expression: "sum(x[i] for i in I)"}
        constraints:
          total: {expression: "sum(x[i] for i in I) <= 20"}
          gentle:
            for: "i in I"
            expression: "either(x[i] <= 3, x[i] >= 6 + i)"
            soft: {penalty: "i"}
        """,
        solver,
    )
    assert solution.objective == pytest.approx(20, abs=1e-5)


@pytest.mark.parametrize("solver", ["highs", "scip"])
@pytest.mark.parametrize(
    ("sense", "objective", "expected", "near"),
    [
        ("minimize", "x + 100 * holds(x <= 4)", 4, 1e-4),  # just above 4
        ("maximize", "x + 100 * holds(x <= 4)", 104, 1e-6),  # at 4 it holds
        ("minimize", "x - 100 * holds(x >= 4)", -96, 1e-6),
        ("maximize", "x - 100 * holds(x > 4)", 4, 1e-4),  # just below 4
        ("maximize", "x * 0.1 + holds(holds(x <= 2) + holds(x >= 7) >= 1)", 2, 1e-6),
    ],
)
def test_a_truth_in_arithmetic_is_that_of_the_evaluator(
    sense: str, objective: str, expected: float, near: float, solver: str
) -> None:
    text = BOX + f"objective: {{sense: {sense}, expression: '{objective}'}}\n"
    solution, model = solved(text, solver)
    assert solution.objective == pytest.approx(expected, abs=near)
    assert solution.point is not None
    found = evaluate(model, solution.point).objectives["objective"]
    assert found == pytest.approx(solution.objective, abs=1e-9)


def test_truths_in_named_expressions_and_comprehensions() -> None:
    solution, model = solved(
        """
        sets: {I: 1..3}
        parameters: {need: {index: [I], values: [2, 3, 4]}}
        variables: {x: {index: "i in I", lower: 0, upper: 5}}
        expressions:
          met: {index: "i in I", expression: "holds(x[i] >= need[i])"}
          all_met: {expression: "sum(met[i] for i in I)"}
        objective: {sense: maximize, expression: "all_met"}
        constraints: {room: "sum(x[i] for i in I) <= 6.5"}
        """,
        "highs",
    )
    assert solution.objective == pytest.approx(2)
    assert solution.point is not None
    assert evaluate(model, solution.point).expressions["all_met"].tolist() == [2]


# what is refused, and what is said


def test_an_unbounded_variable_in_logic_is_named() -> None:
    text = """
        sets: {{I: [u, v]}}
        variables: {{x: {{index: "i in I", lower: 0, upper: null}}, a: {{domain: binary}}}}
        objective: {{sense: minimize, expression: "sum(x[i] for i in I) - a"}}
        constraints: {{gate: {{for: "i in I", expression: "implies(a, x[i] <= 4)"}}, {more}}}
        """
    message = (
        r"^constraints\.gate\[u\]: 'x\[i\] <= 4' stands in logic and has no finite range; "
        r"give x\[u\] an upper bound$"
    )
    with pytest.raises(DataError, match=message):
        rewrite(bound(text.format(more="")))
    tight = rewrite(bound(text.format(more='cap: "sum(x[i] for i in I) <= 30"')))
    assert compile(tight).row_upper.max() == pytest.approx(30, abs=1e-6)


def test_an_unbounded_product_in_logic_names_its_variables() -> None:
    text = """
        variables: {x: {lower: 0, upper: null}, y: {lower: 0, upper: 5}, a: {domain: binary}}
        objective: {sense: minimize, expression: "x + a"}
        constraints: {gate: "implies(a, x * y <= 4)"}
        """
    with pytest.raises(DataError, match=r"^constraints\.gate: 'x \* y <= 4'.*give x a lower and an upper bo"):
        rewrite(bound(text))


def test_a_large_m_is_a_finding_that_names_what_to_tighten() -> None:
    text = """
        variables: {cash: {lower: 0, upper: 5000000}, small: {lower: 0, upper: 9}, a: {domain: binary}}
        objective: {sense: maximize, expression: "cash + a"}
        constraints: {gate: "implies(a, cash + small <= 4)"}
        """
    solution = solve(bound(text), solver="highs")
    (finding,) = solution.findings
    assert (finding.code, finding.severity.value) == ("large-m", "warning")
    assert finding.place == "constraints.gate"
    assert finding.message.startswith("'cash + small <= 4' needs the constant 5e+06")
    assert finding.message.endswith("tighten the bounds of cash")


@pytest.mark.parametrize(
    "expression",
    ["x != y", "implies(x == 4, a)", "implies(a, x != 4)", "all_different(x, y)", "not (x == n)"],
)
def test_different_continuous_values_are_refused(expression: str) -> None:
    text = BOX + "objective: {sense: minimize, expression: x}\n"
    with pytest.raises(DataError, match=r"^constraints\.c1: '.* != .*' of continuous values.*name the gap"):
        rows(expression, text)


def test_different_whole_values_are_fine_also_with_fractions_before_them() -> None:
    text = BOX + "objective: {sense: minimize, expression: n + a}\n"
    rewritten, _ = rows("0.5 * n != a", text)
    assert solve(rewritten, solver="highs").objective == pytest.approx(1)
    assert not rows("2 * n != 5", text)[0].constraints


def test_an_open_border_is_a_finding() -> None:
    text = BOX + "objective: {sense: minimize, expression: x + a}\n"
    rewritten, _ = rows("implies(x <= 5, a)", text)
    (finding,) = rewritten.findings
    assert (finding.code, finding.place) == ("strict-continuous", "constraints.c1")
    assert finding.message.startswith("'x > 5' of continuous values is taken as true on its border")
    assert not rows("implies(n <= 5, a)", text)[0].findings


def test_scheduling_is_declined_with_the_solver_that_takes_it() -> None:
    text = """
        sets: {I: 1..2}
        variables: {s: {index: "i in I", domain: integer, lower: 0, upper: 9}}
        objective: {sense: minimize, expression: "sum(s[i] for i in I)"}
        constraints: {one: "no_overlap((s[i], 2) for i in I)"}
        """
    with pytest.raises(Declined, match=r"^constraints\.one: no_overlap\(…\).*--solver cpsat"):
        rewrite(bound(text))


def test_rewriting_twice_changes_nothing_more() -> None:
    text = BOX + "objective: {sense: minimize, expression: x + 2 * holds(y >= 1)}\n"
    rewritten, _ = rows("implies(x <= 5, a)", text)
    assert rewrite(rewritten) is rewritten


def test_names_rows_and_columns_of_the_model_stay() -> None:
    model = bound(
        BOX
        + dedent("""
        objective: {sense: minimize, expression: "x + 2 * holds(y >= 1)"}
        constraints: {plain: "x + y >= 1", gate: "either(x >= 5, n >= 3)"}
        """)
    )
    rewritten = rewrite(model)
    assert list(rewritten.variables)[:4] == list(model.variables)
    assert list(rewritten.constraints)[0] == "plain"
    added = {*rewritten.variables, *rewritten.constraints, *rewritten.parameters, *rewritten.sets}
    assert all(name.startswith("_") for name in added - {*model.variables, "plain"})
    assert len(model.universe) == 0
