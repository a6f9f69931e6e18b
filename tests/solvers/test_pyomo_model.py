"""The Pyomo model against the evaluator, which shares nothing with it but trees and data."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintet.errors import DataError, MissingDependency, QuintetError, SolverError
from quintet.formulation import Formulation, bind, evaluate
from quintet.formulation.model import Model
from quintet.solvers import pyomo_model
from quintet.solvers.pyomo_model import PyomoModel, build
from quintet.solvers.rows import selection


def bound(text: str) -> Model:
    return bind(Formulation.loads(text))


PLAN = """
sets:
  Line: [A, B]
  Drink: [cola, lemon, malt]
  Week: 1..4
  Can: {from: "(l, d) for l in Line for d in Drink if cost[l, d] < 90"}
  Drinks_of: {index: "l in Line", from: "d for d in Drink if (l, d) in Can"}
  Early: {in: Week, values: [1, 2]}
  Late: {in: Week, values: [2, 4]}
parameters:
  cost: {index: [Line, Drink], values: [[5, 99, 7], [6, 4, 8.5]]}
  demand: {index: [Drink, Week], values: [[1, 2, 3, 4], [4, 3, 2, 1], [2, 2, 2, 2]]}
  capacity: {index: [Line], values: {A: 400, B: 250}}
  favourite: {index: [Drink], in: Line, values: {cola: A, lemon: B, malt: A}}
  start: 30
variables:
  make: {index: "(l, d) in Can for w in Week", lower: 0, upper: "capacity[l]"}
  run: {index: "l in Line for w in Week", domain: binary}
  inv: {index: [Drink, Week], lower: 0, upper: 500}
  z: {lower: 1, upper: 9}
expressions:
  made: {index: "l in Line for w in Week", expression: "sum(make[l, d, w] for d in Drinks_of[l])"}
  all_made: "sum(made[l, w] for l in Line for w in Week)"
  weeks: "card(Week)"
objective:
  sense: minimize
  expression: >-
    sum(cost[l, d] * make[l, d, w] for (l, d) in Can for w in Week) / 2 +
    120 * sum(run[l, w] for l in Line for w in Week)
constraints:
  balance:
    for: "d in Drink for w in Week"
    expression: >-
      (inv[d, w-1] if w > 1 else start) +
      sum(make[l, d, w] for l in Line if (l, d) in Can) == demand[d, w] + inv[d, w]
  room: {for: "l in Line for w in Week", expression: "made[l, w] <= capacity[l] * run[l, w]"}
  slice:
    for: "l in Line"
    expression: >-
      sum(make[k, d, 1] for (k, d) in Can if k == l and d != 'malt') <= 40
  chain: {for: "w in Week if w % 2 == 0", expression: "2 <= inv['cola', w] + w // 2 <= 70"}
  both: {for: "w in Week", expression: "z - 3 <= inv['malt', w] <= 100 * z"}
  order:
    for: "w in Week"
    expression: >-
      inv[first(Drink), w] +
      ord(w) * z >= inv['lemon', prevw(w)] - inv['malt', nextw(w, 2)]
  before:
    for: "w in Week if w != first(Week)"
    expression: >-
      run['A', w] <= run['A', prev(w)] +
      run['B', prev(w)]
  union: {for: "w in Early + Late - Early * Late", expression: "z * w <= 30 * weeks"}
  symbolic:
    for: "d in Drink"
    expression: >-
      sum(make[favourite[d], e, 1] for e in Drinks_of[favourite[d]]) <= 300
  tuples: >-
    sum(make[l, d, w] for (l, d) in Can for w in Week if (l, d) != ('A', 'cola')
    and not w in Late) <= 900
  curve: >-
    exp(0.1 * z) + log(z) + log10(z) - sqrt(z) + sin(z) * cos(z) + tanh(z) + z **
    1.5 + 2 ** z + z ** 2 / 3 <= 600
  product: "prod(z + w for w in Week if w < 4) - min(demand[d, 1] for d in Drink) * max(2, weeks) >= z ** -1"
  total: "all_made <= 4000"
"""


def at_point(built: PyomoModel, point: dict[str, Any]) -> None:
    for name, rows in built.variables.items():
        for variable, value in zip(rows, point[name], strict=True):
            variable.set_value(value, skip_validation=True)


def residuals(component: Any) -> list[float]:
    found = []
    for data in component.values():
        lower, body, upper = (None if end is None else pyo.value(end) for end in data.to_bounded_expression())
        assert body is not None
        found.append(
            max(0.0, (lower - body) if lower is not None else 0, (body - upper) if upper is not None else 0)
        )
    return found


@given(seed=st.integers(0, 2**20))
def test_every_row_agrees_with_the_evaluator_at_random_points(seed: int) -> None:
    model = bound(PLAN)
    built = build(model)
    random = np.random.default_rng(seed)
    point = {name: random.uniform(0.5, 9, len(v.family)) for name, v in model.variables.items()}
    at_point(built, point)
    expected = evaluate(model, point)
    assert pyo.value(built.objective.expr) == pytest.approx(expected.objectives["objective"], rel=1e-9)
    for name, values in expected.constraints.items():
        component = getattr(built.model, name)
        assert residuals(component) == pytest.approx(values.violation.ravel().tolist(), rel=1e-9, abs=1e-9)


def test_components_have_the_names_and_keys_of_the_formulation() -> None:
    built = build(bound(PLAN))
    assert set(built.model.make.index_set()) == {
        (line, drink, week)
        for line, drink in (("A", "cola"), ("A", "malt"), ("B", "cola"), ("B", "lemon"), ("B", "malt"))
        for week in range(1, 5)
    }
    assert built.model.make["B", "lemon", 2].bounds == (0, 250)
    assert built.model.run["A", 1].is_binary()
    assert built.model.z.bounds == (1, 9)
    assert list(built.model.union.index_set()) == [1, 4]
    assert set(built.model.chain.index_set()) == {(2, 1), (2, 2), (4, 1), (4, 2)}
    assert built.model.made["A", 1].is_named_expression_type()
    assert built.model.objective.sense is pyo.minimize


def test_names_that_pyomo_or_another_family_has_taken_step_aside() -> None:
    built = build(
        bound("""
        variables: {name: {lower: 0, upper: 1}, index: {lower: 0, upper: 2}, cap: {lower: 0, upper: 3}}
        objective: {sense: maximize, expression: "name + index + cap"}
        constraints: {cap: "name + cap <= 2", objective: "index <= 1"}
        """)
    )
    assert built.variables["name"][0].ub == 1
    assert built.model.cap.ub == 3
    assert built.model.cap_.is_indexed() is False
    assert built.objective.sense is pyo.maximize


def test_data_that_break_a_row_are_reported_and_rows_without_variables_left_out() -> None:
    built = build(
        bound("""
        sets: {I: [a, b]}
        parameters: {have: {index: [I], values: {a: 1, b: 5}}}
        variables: {x: {index: "i in I", lower: 0, upper: 1}}
        objective: {sense: minimize, expression: "sum(x[i] for i in I)"}
        constraints: {enough: {for: "i in I", expression: "have[i] + 0 * x[i] >= 3"}}
        """)
    )
    assert built.broken == ["constraints.enough[a]"]
    assert not hasattr(built.model, "enough")


def test_infinite_bounds_are_none() -> None:
    built = build(
        bound("""
        variables: {x: {lower: null, upper: 1.0e+20}}
        objective: {sense: minimize, expression: "x ** 2"}
        """)
    )
    assert built.model.x.bounds == (None, None)


@pytest.mark.parametrize(
    ("constraint", "message"),
    [
        ("x[t - 1] <= 1", r"constraints.c\[1\]: x\[0\] is outside the index of x; exclude it"),
        ("x[prev(t)] <= 1", r"constraints.c\[1\]: nothing stands 1 place\(s\) before 1; exclude it"),
        ("x[t] / (t - 2) <= 1", r"constraints.c\[2\]: division by 0"),
        ("x[t] * sqrt(t - 2) <= 1", r"constraints.c\[1\]: sqrt\(-1\) is not defined"),
        ("x[t] * (t - 1) ** -1 <= 1", r"constraints.c\[1\]: 0 \*\* -1 is not defined"),
        ("x[t] * exp(t * 500) <= 1", r"constraints.c\[2\]: exp\(1000\) is too large"),
        ("x[t] * max(s for s in T if s > t) <= 1", r"constraints.c\[3\]: max of nothing; let its filter"),
        ("(t - 4) ** x[t] <= 1", r"constraints.c\[1\]: -3 \*\* a variable is not defined; the base must"),
        ("x[t] + word[t] <= 1", r"constraints.c\[1\]: 'A' is not a number; only integer elements are"),
    ],
)
def test_a_row_without_a_value_is_an_error_that_names_it(constraint: str, message: str) -> None:
    model = bound(f"""
        sets: {{T: 1..3, L: [A, B]}}
        parameters: {{word: {{index: [T], in: L, values: {{1: A, 2: B, 3: A}}}}}}
        variables: {{x: {{index: "t in T", lower: 0, upper: 1}}}}
        objective: {{sense: minimize, expression: "sum(x[t] for t in T)"}}
        constraints: {{c: {{for: "t in T", expression: "{constraint}"}}}}
        """)
    with pytest.raises(DataError, match=f"^{message}"):
        build(model)


@pytest.mark.parametrize(
    ("constraint", "message"),
    [
        ("x != y", "'!=' of variables can't be taken here"),
        ("implies(x >= 1, y >= 1)", r"does not take implies\(…\) \(logic\)"),
        ("x >= 1 or y >= 1", "does not take 'or' over variables"),
        ("abs(x) <= 1", r"abs\(…\) of variables has not been rewritten"),
    ],
)
def test_what_the_route_does_not_take_is_refused_with_its_place(constraint: str, message: str) -> None:
    model = bound(f"""
        variables: {{x: {{domain: integer, lower: 0, upper: 1}}, y: {{domain: integer, lower: 0, upper: 1}}}}
        objective: {{sense: minimize, expression: "x + y"}}
        constraints: {{c: "{constraint}"}}
        """)
    with pytest.raises(SolverError, match=f"^constraints.c: .*{message}"):
        build(model)


def test_without_pyomo_the_error_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyomo.environ", None)
    with pytest.raises(MissingDependency, match=r"run: pip install 'quintet\[nonlinear\]'"):
        pyomo_model.load_pyomo()


def test_an_index_fixed_by_a_condition_is_looked_up_and_not_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every arc is read once for its table, and then only those of the node."""
    size, asked = 60, 0
    original = selection.Selection.slice

    def counted(self: Any, components: Any, values: Any) -> Any:
        nonlocal asked
        found = original(self, components, values)
        asked += len(found)
        return found

    monkeypatch.setattr(selection.Selection, "slice", counted)
    model = bound(f"""
        sets: {{N: 1..{size}, Arc: {{from: "(i, j) for i in N for j in N if j == i + 1"}}}}
        variables: {{f: {{index: "(i, j) in Arc", lower: 0, upper: 1}}}}
        objective: {{sense: minimize, expression: "sum(f[i, j] for (i, j) in Arc)"}}
        constraints:
          flow:
            for: "k in N if 1 < k and k < {size}"
            expression: "sum(f[i, k] for (i, j) in Arc if j == k) == sum(f[i, j] for (i, j) in Arc if k == i)"
        """)
    built = build(model)
    assert len(built.model.flow) == size - 2
    assert asked == 2 * (size - 2)


def test_errors_are_one_line() -> None:
    model = bound("""
        sets: {T: 1..3}
        variables: {x: {index: "t in T", lower: 0, upper: 1}}
        expressions: {gone: {index: "t in T", expression: "x[t + 5]"}}
        objective: {sense: minimize, expression: "sum(gone[t] for t in T)"}
        """)
    with pytest.raises(QuintetError) as caught:
        build(model)
    assert str(caught.value).startswith("expressions.gone[1]: x[6] is outside the index of x")
    assert "\n" not in str(caught.value)
