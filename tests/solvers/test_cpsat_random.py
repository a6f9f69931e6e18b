"""Random whole and logical models: CP-SAT against every point of the box, judged by the evaluator."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, event, given, note, settings
from hypothesis import strategies as st

from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.evaluator import Evaluator
from quintet.formulation.model import Floats, Model
from quintet.formulation.tolerances import agree
from quintet.formulation.tree import Compare
from quintet.solvers import Options, Outcome
from quintet.solvers.cp.compilation import compile
from quintet.solvers.cp.data import Data
from quintet.solvers.cp.numbers import Numbers
from quintet.solvers.cp.program import Program
from quintet.solvers.cp.session import Session
from quintet.solvers.cpsat import CpSat
from quintet.solvers.highs import Highs
from tests.solvers.test_matrix_random import Writer as Indexed
from tests.solvers.test_matrix_random import bound_model, outcome_of

LOW, HIGH = -1, 2
SIGNS = ("<", "<=", "==", "!=", ">=", ">")


class Writer:
    """Writes random text of the language over x[1..2] in -1..2 and the binaries b and c.

    Args:
        seed: Decides everything.
    """

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def of(self, *choices: str) -> str:
        return self.random.choice(choices)

    def any(self, *choices: Callable[[], str]) -> str:
        return self.random.choice(choices)()

    def data(self) -> str:
        return self.of("1", "2", "-1", "p[1]", "p[2]", "0.5", "third", "0.1 * 3", "-p[2] / 4", "card(I)")

    def variable(self, inside: str = "") -> str:
        own = [f"x[{inside}]", f"double[{inside}]"] * 3 if inside else []
        return self.of("x[1]", "x[2]", "b", "c", "double[2]", *own)

    def number(self, depth: int, inside: str = "") -> str:
        """A number with decisions; `inside` is an index name in force."""
        if not depth:
            return self.variable(inside)
        return self.any(
            lambda: f"({self.number(depth - 1, inside)} + {self.data()} * {self.variable(inside)})",
            lambda: f"({self.number(depth - 1, inside)} - {self.number(depth - 1, inside)})",
            lambda: f"{self.number(depth - 1, inside)} * {self.number(depth - 1, inside)}",
            lambda: f"({self.number(depth - 1, inside)}) / {self.of('2', 'p[1]', 'third')}",
            lambda: f"({self.number(depth - 1, inside)}) ** {self.of('2', '3', '0', '1')}",
            lambda: f"abs({self.number(depth - 1, inside)} - {self.data()})",
            lambda: (
                f"{self.of('min', 'max')}({self.number(depth - 1, inside)}, {self.data()},"
                f" {self.variable(inside)})"
            ),
            lambda: f"({self.number(depth - 1, inside)} if p[{inside or 1}] > 2 else {self.data()})",
            lambda: f"holds({self.condition(depth - 1, inside)})",
            lambda: f"piecewise({self.variable(inside)}, [(0, 0), (1, 2), (1.5, -1)]{self.ends()})",
            lambda: self.reduced(depth, inside),
        )

    def ends(self) -> str:
        return self.of("", ", left=1", ", right=0.5", ", left=-1, right=third")

    def reduced(self, depth: int, inside: str) -> str:
        if inside:
            return self.number(depth - 1, inside)
        kind = self.of("sum", "max", "min", "prod")
        return f"{kind}({self.number(depth - 1, 'i')} for i in I{self.of('', ' if i >= 2', ' if p[i] > 0')})"

    def compared(self, depth: int, inside: str = "") -> str:
        left, sign = self.number(depth, inside), self.of(*SIGNS)
        if self.random.random() < 0.15:
            way = self.of("<", "<=")
            return f"{self.data()} {way} {left} {self.of(way, '<=')} {self.number(0, inside)}"
        right = self.any(self.data, lambda: self.number(max(0, depth - 1), inside))
        return f"{left} {sign} {right}"

    def condition(self, depth: int, inside: str = "") -> str:
        if not depth:
            return self.any(
                lambda: self.compared(0, inside),
                lambda: self.of("b", "not c", "not b"),
                lambda: f"p[{inside or 2}] > {self.of('0', '2')}",
            )
        part = lambda: self.condition(depth - 1, inside)  # noqa: E731  # read in place, many times
        return self.any(
            lambda: f"({self.compared(1, inside)})",
            lambda: f"({part()} and {part()})",
            lambda: f"({part()} or {part()})",
            lambda: f"not ({part()})",
            lambda: f"implies({part()}, {part()})",
            lambda: f"iff({part()}, {part()})",
            lambda: f"either({part()}, {part()}, {part()})",
            lambda: f"{self.count()}({self.of('0', '1', '2', 'p[2]')}, {part()}, {part()}, {part()})",
            lambda: f"all_different({self.number(1, inside)}, {self.number(0, inside)}, {self.data()})",
            lambda: (
                f"{self.of('sos1', 'sos2')}([{self.number(0, inside)}, {self.number(1, inside)}, x[1], c])"
            ),
            lambda: f"({self.compared(0, inside)} if p[{inside or 1}] > 2 else {self.compared(1, inside)})",
            lambda: self.over(depth, inside),
        )

    def count(self) -> str:
        return self.of("at_least", "at_most", "exactly")

    def over(self, depth: int, inside: str) -> str:
        if inside:
            return self.condition(depth - 1, inside)
        body = f"{self.condition(depth - 1, 'i')} for i in I{self.of('', ' if i > 1')}"
        return self.of(
            f"either({body})",
            f"{self.count()}({self.of('0', '1', '2')}, ({body}))",
            "all_different(x[i] for i in I)",
        )


def whole_model(constraints: dict[str, str], objective: dict[str, Any]) -> Model:
    document = {
        "sets": {"I": [1, 2]},
        "parameters": {"p": {"index": "i in I", "values": {1: 4, 2: 1}}, "third": 0.25},
        "variables": {
            "x": {"index": "i in I", "domain": "integer", "lower": LOW, "upper": HIGH},
            "b": {"domain": "binary"},
            "c": {"domain": "binary"},
        },
        "expressions": {"double": {"index": "i in I", "expression": "2 * x[i] - (b if i > 1 else c)"}},
        "objective": objective,
        "constraints": constraints,
    }
    return bind(Formulation.model_validate(document))


def box() -> list[Floats]:
    wide = range(LOW, HIGH + 1)
    return [np.array(values, dtype=float) for values in itertools.product(wide, wide, range(2), range(2))]


def enumerated(bound: Model) -> float | None:
    """The optimum by trying every point with the evaluator."""
    evaluator, values = Evaluator(bound), []
    for flat in box():
        found = evaluator.at(bound.point(flat))
        if found.feasible():
            values.append(found.objectives["objective"])
    best = max if bound.objectives[0].sense == "maximize" else min
    return best(values, default=None)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=60)
def test_optima_are_those_of_enumeration(seed: int) -> None:
    writer = Writer(seed)
    constraints = {f"c{n}": writer.condition(2) for n in range(writer.random.randint(1, 3))}
    objective = {
        "sense": writer.of("minimize", "maximize"),
        "expression": f"{writer.number(2)} - {writer.variable()}",
    }
    note(f"{constraints} {objective}")
    bound = whole_model(constraints, objective)
    expected, solution = enumerated(bound), CpSat().solve(bound, Options())
    event("infeasible" if expected is None else "feasible")
    if expected is None:
        assert solution.outcome is Outcome.INFEASIBLE
        return
    assert solution.outcome is Outcome.OPTIMAL
    assert solution.objective is not None
    assert solution.point is not None
    assert solution.bound is not None
    assert agree(solution.objective, expected)
    assert agree(solution.bound, expected)
    found = Evaluator(bound).at(solution.point)
    assert found.feasible()
    assert agree(found.objectives["objective"], expected)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=12)
def test_the_feasible_points_are_those_of_the_evaluator(seed: int) -> None:
    writer = Writer(seed)
    constraints = {"c": writer.condition(3)}
    note(str(constraints))
    bound = whole_model(constraints, {"sense": "satisfy"})
    evaluator, compiled = Evaluator(bound), compile(bound)
    expected = [evaluator.at(bound.point(flat)).feasible() for flat in box()]
    event(f"{'none' if not any(expected) else 'all' if all(expected) else 'some'} feasible")
    if compiled.broken:
        assert not any(expected)
        return
    session = Session(Options(extra={"cp_model_presolve": False}))
    for flat, feasible in zip(box(), expected, strict=True):
        model = compiled.program.model.clone()
        for column, value in enumerate(flat.astype(int).tolist()):
            model.add(model.get_int_var_from_proto_index(column) == value)
        assert (session.run(model).status == "OPTIMAL") == feasible, flat


def sides(model: Model, flat: Floats) -> list[list[float]]:
    """Values of both sides of every row, by the forms that CP-SAT would get."""
    program, data, columns = Program(), Data(model), {}
    for name, variable in model.variables.items():
        columns[name] = len(program.variables)
        for key in variable.family.keys:
            program.integer(0, 2, f"{name}{key}")
    numbers, found = Numbers(model, data, program, columns), []
    for constraint in model.constraints.values():
        assert isinstance(constraint.tree, Compare)
        for key in constraint.family.keys:
            indices = dict(zip(constraint.family.names, key, strict=True))
            forms = [numbers.form(operand, indices) for operand in constraint.tree.operands]
            found.append(
                [float(f.constant + sum(c * int(flat[v]) for v, c in f.terms.items())) for f in forms]
            )
    return found


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=200)
def test_indexed_rows_are_what_the_evaluator_says(seed: int) -> None:
    entry = Indexed(seed).constraint()
    note(str(entry))
    model, error = outcome_of(lambda: bound_model({"c": entry}, domain="integer"))
    assume(not error)
    flat = np.random.default_rng(seed).integers(-2, 3, model.columns).astype(float)
    ours, error = outcome_of(lambda: sides(model, flat))
    found, other = outcome_of(lambda: Evaluator(model).at(model.point(flat)))
    event("no value" if error else "rows" if ours else "no rows")
    assert bool(error) == bool(other), (error, other)
    if not error:
        values = found.constraints["c"]
        for row, own in enumerate(ours):
            assert own[:-1] == pytest.approx(values.left[row], rel=1e-9, abs=1e-9)
            assert own[1:] == pytest.approx(values.right[row], rel=1e-9, abs=1e-9)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=25)
def test_linear_models_have_the_optimum_of_highs(seed: int) -> None:
    random = np.random.default_rng(seed)
    columns, rows = int(random.integers(2, 8)), int(random.integers(1, 5))
    a = (random.integers(-5, 10, (rows, columns)) * random.choice([1, 1, 1, 0.1, 0.25])).round(9)
    signs = random.choice(["<=", ">=", "=="], rows, p=[0.6, 0.3, 0.1])
    rows_of = {f"c{r}": f"sum(a[{r}, i] * x[i] for i in I) {s} most[{r}]" for r, s in enumerate(signs, 1)}
    document = {
        "sets": {"I": f"1..{columns}", "R": f"1..{rows}"},
        "parameters": {
            "a": {"index": "r in R for i in I", "values": a.tolist()},
            "c": {"index": "i in I", "values": (random.integers(-9, 20, columns) / 10).tolist()},
            "most": {"index": "r in R", "values": random.integers(0, 30, rows).tolist()},
        },
        "variables": {"x": {"index": "i in I", "domain": "integer", "lower": -2, "upper": 6}},
        "objective": {"sense": "maximize", "expression": "sum(c[i] * x[i] for i in I) + 7"},
        "constraints": rows_of,
    }
    bound = bind(Formulation.model_validate(document))
    ours, theirs = CpSat().solve(bound, Options()), Highs().solve(bound, Options())
    event(str(theirs.outcome))
    assert ours.outcome is theirs.outcome
    if theirs.objective is not None:
        assert ours.objective is not None
        assert agree(ours.objective, theirs.objective)
