from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from quintet.agent.checks import rationals
from quintet.agent.checks.bound import dual_bound
from quintet.agent.checks.case import Budget, Case
from quintet.agent.checks.certificates import infeasibility, unboundedness
from quintet.agent.checks.compilation import compiled_rows
from quintet.agent.checks.domain import domain, relaxation
from quintet.agent.checks.enumeration import enumeration
from quintet.agent.checks.invariance import disguised, invariance
from quintet.agent.checks.moves import neighbours
from quintet.agent.checks.resolving import Ending, resolve
from quintet.agent.checks.triviality import triviality
from quintet.agent.checks.uniqueness import uniqueness
from quintet.agent.checks.value_function import value_function
from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.evaluator import Evaluator
from quintet.problem import Finding, Severity
from quintet.solvers.arrays import Arrays, Sparse
from quintet.solvers.matrix import compile
from quintet.solvers.outcome import Outcome
from quintet.solvers.registry import solve

OPEN = {"lower": 0, "upper": None}
WHOLE = {"domain": "integer", "lower": 0, "upper": 30}
# every kind of row that the matrix form knows
ROWS: dict[str, Any] = {
    "sets": {"I": ["a", "b", "c"]},
    "parameters": {"w": {"index": ["I"], "values": [2, 3, 5]}},
    "variables": {
        "x": {"index": "i in I", "lower": 0, "upper": 9},
        "y": {"domain": "integer", "lower": 1, "upper": 7},
    },
    "objective": {"sense": "maximize", "expression": "sum(w[i] * x[i] for i in I) - y + 4"},
    "constraints": {
        "most": "sum(x[i] for i in I) <= 12",
        "least": {"for": "i in I", "expression": "2 * y >= x[i] + 1"},
        "even": "x['a'] == 2 * x['b']",
        "range": "3 <= x['b'] + y <= 11",
        "range_down": "20 >= x['a'] + x['c'] + y >= 2",
        "chain": "x['a'] <= x['b'] + 4 <= y + 9",
        "given": {"for": "i in I", "expression": "w[i] <= 5"},
    },
}
LINEAR: dict[str, Any] = {
    "variables": {"x": OPEN, "y": OPEN},
    "objective": {"sense": "maximize", "expression": "3 * x + 2 * y"},
    "constraints": {"one": "x + y <= 4.5", "two": "x + 3 * y <= 6.25", "three": "x <= 3.5"},
}
DISCRETE: dict[str, Any] = {
    "variables": {"x": WHOLE, "y": WHOLE},
    "objective": {"sense": "maximize", "expression": "5 * x + 4 * y"},
    "constraints": {"one": "6 * x + 4 * y <= 25", "two": "x + 2 * y <= 6.5"},
}


def case(document: dict[str, Any], **changes: Any) -> Case:
    """A case with its true answer."""
    model = bind(Formulation.model_validate({**document, **changes}))
    solution = solve(model)
    evaluator = Evaluator(model)
    evaluation = None if solution.point is None else evaluator.at(solution.point)
    return Case(model, solution, evaluator, evaluation, compile(model))


def claiming(true: Case, *values: float, outcome: Outcome = Outcome.OPTIMAL) -> Case:
    """The same case with another point claimed."""
    point = true.model.point(np.array(values))
    evaluation = true.evaluator.at(point)
    solution = replace(
        true.solution, point=point, outcome=outcome, objective=next(iter(evaluation.objectives.values()))
    )
    return replace(true, solution=solution, evaluation=evaluation)


def codes(found: Iterable[Finding], severity: Severity | None = None) -> list[str]:
    return [f.code for f in found if severity in (None, f.severity)]


def errors(found: Iterable[Finding]) -> list[str]:
    return codes(found, Severity.ERROR)


# compiled rows


def _entry(arrays: Arrays, change: Callable[[np.ndarray], None], of: str) -> Arrays:
    values = getattr(arrays.matrix, of).copy()
    change(values)
    return replace(arrays, matrix=replace(arrays.matrix, **{of: values}))


def _set(name: str, place: Any, value: float) -> Callable[[Arrays], Arrays]:
    def mutate(arrays: Arrays) -> Arrays:
        values = getattr(arrays, name).copy()
        values[place] = value
        return replace(arrays, **{name: values})

    return mutate


def _row(arrays: Arrays, name: str) -> int:
    return int(np.flatnonzero(arrays.row_constraint == arrays.constraints.index(name))[0])


def _shift(name: str, side: str, by: float) -> Callable[[Arrays], Arrays]:
    def mutate(arrays: Arrays) -> Arrays:
        values = getattr(arrays, side).copy()
        values[_row(arrays, name)] += by
        return replace(arrays, **{side: values})

    return mutate


def _turned(name: str) -> Callable[[Arrays], Arrays]:
    def mutate(arrays: Arrays) -> Arrays:
        row, lower, upper = _row(arrays, name), arrays.row_lower.copy(), arrays.row_upper.copy()
        lower[row], upper[row] = (upper[row], np.inf) if np.isinf(lower[row]) else (-np.inf, lower[row])
        return replace(arrays, row_lower=lower, row_upper=upper)

    return mutate


def _coefficient(arrays: Arrays) -> Arrays:
    return _entry(arrays, lambda values: values.__setitem__(0, values[0] + 1e-4), "values")


def _swapped_column(arrays: Arrays) -> Arrays:
    def change(columns: np.ndarray) -> None:
        start = arrays.matrix.starts[_row(arrays, "even")]
        columns[start : start + 2] = columns[start : start + 2][::-1]

    return _entry(arrays, change, "columns")


def _without(name: str) -> Callable[[Arrays], Arrays]:
    def mutate(arrays: Arrays) -> Arrays:
        kept = np.arange(arrays.rows) != _row(arrays, name)
        counts = np.diff(arrays.matrix.starts)
        entries = np.repeat(kept, counts)
        starts = np.append([0], np.cumsum(counts[kept]))
        matrix = Sparse(starts, arrays.matrix.columns[entries], arrays.matrix.values[entries])
        rows = ("row_lower", "row_upper", "row_constraint", "row_key", "row_link")
        return replace(arrays, matrix=matrix, **{row: getattr(arrays, row)[kept] for row in rows})

    return mutate


MUTATIONS: dict[str, tuple[Callable[[Arrays], Arrays], str]] = {
    "cost": (_set("cost", 1, 3.001), "compile-objective"),
    "constant": (lambda a: replace(a, offset=a.offset + 0.01), "compile-objective"),
    "coefficient": (_coefficient, "compile-row"),
    "column": (_swapped_column, "compile-row"),
    "upper side": (_shift("most", "row_upper", 0.5), "compile-row"),
    "lower side": (_shift("range", "row_lower", -0.5), "compile-row"),
    "upper side of a range": (_shift("range_down", "row_upper", 1.0), "compile-row"),
    "equation to inequality": (_set("row_lower", slice(4, 5), -np.inf), "compile-row"),
    "direction of <=": (_turned("most"), "compile-row"),
    "direction of >=": (_turned("least"), "compile-row"),
    "row left out": (_without("most"), "compile-row"),
    "row of a family left out": (_without("least"), "compile-row"),
    "link of a chain left out": (_without("chain"), "compile-row"),
    "bound": (_set("column_upper", 0, 8.0), "compile-column"),
    "domain": (_set("integrality", 3, 0), "compile-column"),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_planted_defect_in_the_matrix_is_found(name: str) -> None:
    mutate, code = MUTATIONS[name]
    true = case(ROWS)
    assert true.arrays is not None
    mutated = mutate(true.arrays)
    assert code in errors(compiled_rows(replace(true, arrays=mutated)))


def test_the_true_matrix_has_no_difference() -> None:
    assert not codes(compiled_rows(case(ROWS)))


def test_a_wrong_quadratic_term_is_found() -> None:
    true = case(LINEAR, objective={"sense": "minimize", "expression": "x ** 2 + x * y + y ** 2 - 3 * x"})
    assert true.arrays is not None
    assert not codes(compiled_rows(true))
    products = replace(true.arrays.products, values=true.arrays.products.values * 1.001)
    assert errors(compiled_rows(replace(true, arrays=replace(true.arrays, products=products)))) == [
        "compile-objective"
    ]


# incumbents


def test_enumeration_confirms_the_best_and_refutes_any_other() -> None:
    true = case(DISCRETE)
    assert codes(enumeration(true)) == ["enumerated"]
    assert errors(enumeration(claiming(true, 0, 0))) == ["enumeration"]


def test_enumeration_refutes_a_point_that_only_seems_feasible() -> None:
    # the claimed point is better than all feasible ones: whoever accepted it was wrong
    assert errors(enumeration(claiming(case(DISCRETE), 4, 4))) == ["enumeration"]


def test_enumeration_knows_that_a_box_is_empty() -> None:
    true = case(DISCRETE, constraints={"odd": "2 * x + 2 * y == 7"})
    assert codes(enumeration(true)) == ["infeasible-proved"]
    lied = case(DISCRETE)
    solution = replace(lied.solution, outcome=Outcome.INFEASIBLE, point=None)
    assert errors(enumeration(replace(lied, solution=solution, evaluation=None))) == ["enumeration"]


def test_enumeration_leaves_out_what_is_too_large() -> None:
    true = case(DISCRETE)
    assert not codes(enumeration(replace(true, budget=Budget(box=10))))


@pytest.mark.parametrize(
    ("point", "why"),
    [((2.0, 2.0), "one more x"), ((1.0, 3.0 - 1.0), "one more of x"), ((3.0, 1.0), "x for y")],
)
def test_moves_refute_what_one_or_two_steps_improve(point: tuple[float, ...], why: str) -> None:
    assert errors(neighbours(claiming(case(DISCRETE), *point))) == ["better-neighbour"], why


def test_moves_do_not_refute_the_optimum() -> None:
    assert not codes(neighbours(case(DISCRETE)))
    assert not codes(neighbours(case(ROWS)))


def test_moves_of_a_quadratic_objective_count_its_curvature() -> None:
    pytest.importorskip("pyscipopt")
    squares = {"sense": "minimize", "expression": "(x - 3) ** 2 + x * y + (y - 4) ** 2"}
    true = case(DISCRETE, objective=squares, constraints={})
    assert not codes(neighbours(true))
    best = [(x, y) for x in range(31) for y in range(31)]
    value = min((x - 3) ** 2 + x * y + (y - 4) ** 2 for x, y in best)
    assert true.objective == pytest.approx(value)
    assert errors(neighbours(claiming(true, 5, 5))) == ["better-neighbour"]


def test_an_unclaimed_optimum_is_not_refuted() -> None:
    stopped = claiming(case(DISCRETE), 0, 0, outcome=Outcome.FEASIBLE)
    for check in (enumeration, neighbours, dual_bound, invariance, domain):
        assert not codes(check(stopped))


# bounds


def test_the_dual_proves_the_optimum_of_a_linear_program() -> None:
    assert codes(dual_bound(case(LINEAR))) == ["bound-proved"]


def test_the_dual_refutes_a_point_that_is_too_good() -> None:
    assert errors(dual_bound(claiming(case(LINEAR), 4.5, 1.0))) == ["bound"]


def test_the_relaxation_refutes_a_point_that_is_too_good() -> None:
    true = case(DISCRETE)
    assert not codes(relaxation(true))
    assert errors(relaxation(claiming(true, 5, 5))) == ["relaxation"]
    assert errors(dual_bound(claiming(true, 5, 5))) == ["bound"]


def test_a_semicontinuous_range_is_stretched_to_zero() -> None:
    variables = {"x": {"domain": "semicontinuous", "lower": 2, "upper": 5}, "y": OPEN}
    true = case(LINEAR, variables=variables, objective={"sense": "minimize", "expression": "x + y"})
    assert true.objective == 0
    assert not errors([*relaxation(true), *dual_bound(true)])


def test_safe_bounds_are_safe_for_any_multipliers() -> None:
    true = case(LINEAR)
    assert true.arrays is not None
    rows, cost = rationals.Rows.of(true.arrays), -true.arrays.cost
    generator = np.random.default_rng(1)
    bounds = [
        rationals.best_bound(rows, cost, generator.normal(size=true.arrays.rows) * 3, 10_000)
        for _ in range(50)
    ]
    assert all(bound is None or bound <= Fraction(-true.objective) + Fraction(1, 10**9) for bound in bounds)
    assert any(bound is not None for bound in bounds)


def test_rows_imply_the_bounds_that_columns_lack() -> None:
    true = case(LINEAR)
    assert true.arrays is not None
    assert rationals.Rows.of(true.arrays).column_upper == [Fraction(9, 2), Fraction(9, 2)]


def test_elimination_solves_and_knows_what_has_no_solution() -> None:
    one, two, three = Fraction(1), Fraction(2), Fraction(3)
    system = [({0: one, 1: two}, Fraction(5)), ({0: three, 1: one, 2: one}, Fraction(7))]
    found = rationals.solve_exactly(system, {0: one, 1: one, 2: three})
    assert found is not None
    assert found[2] == three
    assert (found[0] + 2 * found[1], 3 * found[0] + found[1] + found[2]) == (5, 7)
    assert rationals.solve_exactly([({0: one}, one), ({0: two}, one)], {0: one}) is None


# domain


def test_a_domain_that_does_not_matter() -> None:
    whole = {"one": "x + y <= 4", "three": "x <= 3"}
    assert codes(domain(case(LINEAR, constraints=whole))) == ["domain-immaterial"]


@pytest.mark.parametrize(("document", "otherwise"), [(LINEAR, 11), (DISCRETE, 22)])
def test_a_domain_that_matters(document: dict[str, Any], otherwise: float) -> None:
    found = list(domain(case(document)))
    assert (found[0].code, found[0].severity) == ("domain-sensitive", Severity.WARNING)
    assert f"the optimum is {otherwise}" in found[0].message


def test_a_domain_that_the_formulation_states() -> None:
    stated = {"assumptions": [{"text": "whole chairs only"}]}
    assert codes(domain(case(DISCRETE, **stated))) == ["domain-decided"]
    silent = {"assumptions": [{"text": "prices hold all year"}]}
    assert codes(domain(case(DISCRETE, **silent))) == ["domain-sensitive"]


def test_whole_amounts_may_be_impossible() -> None:
    found = list(domain(case(LINEAR, constraints={"one": "2 * x + 2 * y == 7"})))
    assert found[0].code == "domain-sensitive"
    assert "no plan" in found[0].message


def test_a_yes_or_no_is_not_in_question() -> None:
    binaries = {"x": {"domain": "binary"}, "y": {"domain": "binary"}}
    assert not codes(domain(case(DISCRETE, variables=binaries)))


# value function and invariance


def test_an_honest_optimum_follows_its_limits() -> None:
    for document in (LINEAR, DISCRETE, ROWS):
        assert not codes(value_function(case(document)))


def test_a_looser_limit_refutes_a_point_that_is_too_good() -> None:
    assert "monotone" in errors(value_function(claiming(case(LINEAR), 4.5, 0.0)))


def test_a_tighter_limit_refutes_a_point_that_is_not_the_best() -> None:
    assert "monotone" in errors(value_function(claiming(case(LINEAR), 0.25, 2.0)))


def test_a_wrong_price_is_found() -> None:
    true = case(LINEAR)
    assert true.solution.duals is not None
    for factor in (0.0, 2.0, -1.0):
        duals = {name: values * factor for name, values in true.solution.duals.items()}
        lied = replace(true, solution=replace(true.solution, duals=duals))
        assert codes(value_function(lied), Severity.WARNING) == ["price"]


@pytest.mark.parametrize("sense", ["minimize", "maximize"])
@pytest.mark.parametrize("written", ["x + y >= 4", "4 <= x + y", "-x - y <= -4", "x + y == 4"])
def test_true_prices_raise_no_alarm(sense: str, written: str) -> None:
    sign = "" if sense == "minimize" else "-"
    true = case(
        LINEAR,
        objective={"sense": sense, "expression": f"{sign}(3 * x + 2 * y)"},
        constraints={"need": written, "mix": "1 <= x <= 8"},
    )
    assert not codes(value_function(true))


@pytest.mark.parametrize("document", [LINEAR, DISCRETE, ROWS], ids=["linear", "discrete", "rows"])
def test_a_disguise_keeps_the_optimum(document: dict[str, Any]) -> None:
    true = case(document)
    assert true.arrays is not None
    for seed in range(5):
        again = resolve(disguised(true.arrays, np.random.default_rng(seed)))
        assert again.objective == pytest.approx(true.objective)
    assert not codes(invariance(true))


def test_a_disguise_refutes_a_point_that_is_not_the_best() -> None:
    assert errors(invariance(claiming(case(LINEAR), 1.0, 1.0))) == ["invariance"]


# uniqueness


@pytest.mark.parametrize(
    ("document", "changes", "wanted"),
    [
        (LINEAR, {}, "optimum-unique"),
        (LINEAR, {"constraints": {"one": "3 * x + 2 * y <= 4.5"}}, "optimum-others"),
        (LINEAR, {"objective": {"sense": "satisfy"}}, "optimum-others"),
        (DISCRETE, {}, "optimum-unique"),
        (DISCRETE, {"objective": {"sense": "maximize", "expression": "x + 2 * y"}}, "optimum-others"),
        (
            LINEAR,
            {"objective": {"sense": "minimize", "expression": "x ** 2 + y ** 2 - x * y"}},
            "optimum-unique",
        ),
        (LINEAR, {"objective": {"sense": "minimize", "expression": "x ** 2"}}, "optimum-unknown"),
    ],
)
def test_uniqueness(document: dict[str, Any], changes: dict[str, Any], wanted: str) -> None:
    assert codes(uniqueness(case(document, **changes))) == [wanted]


@pytest.mark.parametrize(
    ("objective", "wanted"), [("5 * x + 4 * y", "optimum-unique"), ("x + 2 * y", "optimum-others")]
)
def test_uniqueness_of_a_box_that_is_not_enumerated(objective: str, wanted: str) -> None:
    true = case(DISCRETE, objective={"sense": "maximize", "expression": objective})
    assert codes(uniqueness(replace(true, budget=Budget(box=1, moves=0)))) == [wanted]


# trivial optima


def test_trivial_optima_are_warned_of() -> None:
    nothing = case(LINEAR, objective={"sense": "minimize", "expression": "x + y"})
    assert codes(triviality(nothing), Severity.WARNING) == ["all-zero"]
    constant = case(LINEAR, objective={"sense": "minimize", "expression": "0 * x + 7"})
    assert codes(triviality(constant), Severity.WARNING) == ["constant-objective"]
    assert not codes(triviality(case(LINEAR)))


# certificates


def test_a_farkas_certificate_needs_an_infeasible_model() -> None:
    impossible = case(LINEAR, constraints={"one": "x + y <= 1", "two": "x >= 0.7", "three": "y - x >= 0.1"})
    assert impossible.solution.outcome is Outcome.INFEASIBLE
    assert codes(infeasibility(impossible)) == ["infeasible-proved"]
    assert not codes(infeasibility(case(LINEAR)))


def test_a_ray_needs_an_unbounded_model() -> None:
    assert codes(unboundedness(case(LINEAR, constraints={"one": "x - y <= 3"}))) == ["unbounded-proved"]
    assert not codes(unboundedness(case(LINEAR)))


def test_a_discrete_model_that_took_too_long_is_not_tried_again() -> None:
    true = case(DISCRETE)
    assert true.arrays is not None
    assert replace(true, budget=Budget(discrete=0)).resolve(true.arrays).ending is Ending.UNKNOWN
    assert true.resolve(true.arrays).ending is Ending.OPTIMAL
