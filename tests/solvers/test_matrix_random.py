"""Random indexed formulations: every matrix row is what the row-by-row evaluator says at any point."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from random import Random
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import assume, event, given, note, settings
from hypothesis import strategies as st

from quintet.errors import DataError
from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.evaluation import Evaluation
from quintet.formulation.evaluator import Evaluator
from quintet.formulation.model import Floats, Model
from quintet.formulation.tolerances import agree
from quintet.solvers import Options, Outcome
from quintet.solvers.arrays import LOWER_FIRST, UPPER_FIRST, Arrays
from quintet.solvers.highs import Highs
from quintet.solvers.matrix import compile

Known: TypeAlias = tuple[str, ...]

# Index names and what they run over: I and T are whole numbers, D is text, E pairs of I.
SETS = {
    "I": [1, 2, 4],
    "T": "1..3",
    "D": ["a", "b"],
    "J": {"in": "I", "values": [2, 4]},
    "E": [[1, 2], [1, 4], [2, 4], [4, 1]],
    "Of": {"index": "k in I", "from": "d for d in D if k > 1 or d == 'a'"},
}
PARAMETERS = {
    "p": {"index": "i in I", "values": {1: 3, 2: -1, 4: 2}},
    "q": {"index": "i in I for t in T", "expression": "(i * t + t) % 4 - 1"},
    "u": {"index": "(i, j) in E", "expression": "i - j + 0.5"},
    "home": {"index": "t in T", "in": "I", "values": {1: 4, 2: 1, 3: 4}},
    "g": {"index": "d in D", "values": {"a": 2, "b": 0}},
}
INDICES = {
    "i": ("i", "I"),
    "j": ("i", "J"),
    "k": ("i", "I"),
    "t": ("t", "T"),
    "s": ("t", "T"),
    "d": ("d", "D"),
}


class Writer:
    """Writes random text of the language. Only the shape that is chosen is written out.

    Args:
        seed: Decides everything.
    """

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def any(self, *choices: Callable[[], str]) -> str:
        return self._random.choice(choices)()

    def of(self, *choices: str) -> str:
        return self._random.choice(choices)

    def often(self) -> bool:
        return self._random.random() < 0.7

    def element(self, known: Known, kind: str) -> str:
        """An index of that kind: a name in force, a literal, or arithmetic that may leave the set."""
        names = of_kind(known, kind)
        choices = [*names * 6, *{"i": ["1", "4"], "t": ["1", "3"], "d": ["'a'", "'b'"]}[kind]]
        if kind == "t":
            choices += [f"{name} - 1" for name in names] + [f"nextw({name})" for name in names]
        if kind == "i":
            choices += [f"home[{name}]" for name in of_kind(known, "t")]
        return self.of(*choices)

    def condition(self, known: Known, depth: int = 1) -> str:
        kind = self.of("i", "i", "t", "d")
        one, two = self.element(known, kind), self.element(known, kind)
        shapes = [f"{one} {self.of('==', '==', '!=', '<', '>=')} {two}"] * 3
        shapes += [f"1 / ({self.element(known, 't')} - 2) < 1"]
        if kind == "i":
            shapes += [f"({one}, {two}) {self.of('in', 'in', 'not in')} E", f"{one} in J", f"p[{one}] > 0"]
        if kind == "d":
            shapes += [f"{one} in Of[{self.element(known, 'i')}]", f"g[{one}] != 0"]
        plain = self.of(*shapes)
        if not depth or self.often():
            return plain
        other = self.condition(known, 0)
        return self.of(
            f"{plain} and {other}", f"{plain} or {other}", f"not ({plain})", f"{other} and {plain}"
        )

    def generators(self, known: Known) -> tuple[str, Known]:
        """One or two generators with filters, and the index names in force after them."""
        inside, written = known, []
        for _ in range(self._random.randint(1, 2)):
            text, inside = self._generator(inside)
            written.append(f"{text} if {self.condition(inside)}" if self.often() else text)
        return " ".join(written), inside

    def _generator(self, known: Known) -> tuple[str, Known]:
        free = [name for name in INDICES if name not in known]
        if not free:
            return f"for z{len(known)} in I", (*known, f"z{len(known)}")
        name = self.of(*free)
        if name in ("i", "k") and {"i", "k"} <= set(free) and self.often():
            return "for (i, k) in E", (*known, "i", "k")
        if name == "d" and of_kind(known, "i") and self.often():
            return f"for d in Of[{self.of(*of_kind(known, 'i'))}]", (*known, "d")
        return f"for {name} in {INDICES[name][1]}", (*known, name)

    def data(self, known: Known, depth: int = 1) -> str:
        i, t = self.element(known, "i"), self.element(known, "t")
        plain = [f"p[{i}]", f"q[{i}, {t}]", f"u[{i}, {self.element(known, 'i')}]", i, t, "2", "0.5"]
        if not depth or self.often():
            return self.of(*plain)
        over, inside = self.generators(known)
        body = self.data(inside, 0)
        return self.of(
            *(f"{function}({body} {over})" for function in ("sum", "sum", "max", "prod")),
            f"card(Of[{i}])",
            f"{self.data(known, 0)} / {self.data(known, 0)}",
            f"abs({self.data(known, 0)})",
        )

    def variable(self, known: Known) -> str:
        i, t, d = (self.element(known, kind) for kind in "itd")
        pair = [f"f[{a}, {b}]" for a, b in [("i", "k")] if {a, b} <= set(known)] * 3
        return self.of(f"x[{i}]", f"y[{t}, {d}]", f"both[{i}]", f"f[{i}, {self.element(known, 'i')}]", *pair)

    def linear(self, known: Known, depth: int = 2) -> str:
        if not depth:
            return self.variable(known)
        return self.any(
            lambda: f"{self.linear(known, depth - 1)} + {self.data(known)} * {self.linear(known, depth - 1)}",
            lambda: f"({self.linear(known, depth - 1)} - {self.linear(known, depth - 1)}) / 2",
            lambda: f"({self.linear(known, depth - 1)} if {self.condition(known)} else {self.data(known)})",
            lambda: self._summed(known, depth, "{body}"),
            lambda: self._summed(known, depth, "{data} * ({body})"),
            lambda: self._summed(known, depth, "(({body}) * 2 - 1)"),
        )

    def _summed(self, known: Known, depth: int, shape: str) -> str:
        over, inside = self.generators(known)
        body, data = self.linear(inside, depth - 1), self.data(inside)
        return f"sum({shape.format(body=body, data=data)} {over})"

    def constraint(self) -> dict[str, str]:
        over, known = self.generators(())
        left, sign = self.linear(known), self.of("<=", ">=", "==")
        right = self.any(lambda: self.data(known), lambda: self.linear(known, 1))
        text = self.of(
            f"{left} {sign} {right}", f"{right} {sign} {left}", f"{self.data(known)} <= {left} <= {right}"
        )
        return {"for": over.removeprefix("for "), "expression": text}


def of_kind(known: Known, kind: str) -> list[str]:
    return [name for name in known if INDICES.get(name, ("i", "I"))[0] == kind]


def bound_model(constraints: dict[str, Any], objective: str = "x[1]", domain: str = "continuous") -> Model:
    limits = {"lower": 0, "upper": 2, "domain": domain}
    document = {
        "sets": SETS,
        "parameters": PARAMETERS,
        "variables": {
            "x": {"index": "i in I", **limits},
            "y": {"index": "t in T for d in D", **limits},
            "f": {"index": "(i, j) in E", **limits},
        },
        "expressions": {
            "both": {"index": "i in I", "expression": "sum(f[i, j] for (k, j) in E if k == i) - p[i] * x[i]"}
        },
        "objective": {"sense": "maximize", "expression": objective},
        "constraints": constraints,
    }
    return bind(Formulation.model_validate(document))


def check_rows(arrays: Arrays, found: Evaluation, flat: Floats) -> None:
    """Every link's slack is its matrix row's, and rows that are left out hold whatever is decided."""
    activity = arrays.matrix.times(flat)
    seen: set[tuple[int, int, int]] = set()
    for row in range(arrays.rows):
        owner, key, link = (int(v[row]) for v in (arrays.row_constraint, arrays.row_key, arrays.row_link))
        links = {LOWER_FIRST: ["lower", "upper"], UPPER_FIRST: ["upper", "lower"]}.get(link)
        below, above = activity[row] - arrays.row_lower[row], arrays.row_upper[row] - activity[row]
        values = found.constraints[arrays.constraints[owner]]
        for at, side in enumerate(links) if links else [(link, "")]:
            signed = values.right[key, at] - values.left[key, at]
            expected = -signed if values.operators[at] == ">=" else signed
            seen.add((owner, key, at))
            slack = {"lower": below, "upper": above}.get(side, min(below, above))
            if values.operators[at] == "==":
                slack, expected = abs(below), abs(expected)
            assert slack == pytest.approx(expected, rel=1e-9, abs=1e-9)
    for owner, name in enumerate(arrays.constraints):
        violation = found.constraints[name].violation
        for key, at in itertools.product(*map(range, violation.shape)):
            assert (owner, key, at) in seen or violation[key, at] < 1e-6


def outcome_of(run: Any) -> tuple[Any, str]:
    try:
        return run(), ""
    except DataError as error:
        return None, str(error)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=250)
def test_rows_are_what_the_evaluator_says(seed: int) -> None:
    entry = Writer(seed).constraint()
    note(str(entry))
    bound, error = outcome_of(lambda: bound_model({"c": entry}))
    assume(not error)  # a filter of `for` can't be evaluated
    flat = np.random.default_rng(seed).uniform(-3, 3, bound.columns)
    arrays, error = outcome_of(lambda: compile(bound))
    found, other = outcome_of(lambda: Evaluator(bound).at(bound.point(flat)))
    event("no value" if error else "rows" if arrays.rows else "no rows")
    assert bool(error) == bool(other), (error, other)
    if not error:
        check_rows(arrays, found, flat)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=120)
def test_quadratic_objectives_are_what_the_evaluator_says(seed: int) -> None:
    writer = Writer(seed)
    one, two = writer.linear(()), writer.linear(())
    note(f"{one}, {two}")
    bound = bound_model({}, f"({one}) * ({two}) + ({one} - 1) ** 2 + x[1]")
    flat = np.random.default_rng(seed).uniform(-3, 3, bound.columns)
    arrays, error = outcome_of(lambda: compile(bound))
    found, other = outcome_of(lambda: Evaluator(bound).at(bound.point(flat)))
    assert bool(error) == bool(other), (error, other)
    if not error:
        assert arrays.objective(flat) == pytest.approx(found.objectives["objective"], rel=1e-9, abs=1e-9)


SMALL = {
    "sets": {"I": [1, 2, 3], "E": [[1, 2], [2, 3], [3, 1]]},
    "parameters": {"p": {"index": "i in I", "values": {1: 3, 2: -2, 3: 1}}},
    "variables": {
        "x": {"index": "i in I", "domain": "integer", "lower": -1, "upper": 1},
        "b": {"domain": "binary"},
    },
}


@st.composite
def small(draw: st.DrawFn) -> dict[str, Any]:
    coefficient = st.integers(-3, 3)
    ends = st.sampled_from(["<= 4 +", "<= 1 +", ">= -4 +", ">= -1 +", "=="])
    filters = st.sampled_from(
        ["", " if i != k", " if (k, i) in E", " if i == k", " if p[i] > 0", " if i == k or i == 1"]
    )
    constraints = {
        f"c{n}": {
            "for": draw(st.sampled_from(["k in I", "k in I if k > 1", "(k, j) in E"])),
            "expression": f"sum(({draw(coefficient)} * p[i] + k) * x[i] for i in I{draw(filters)})"
            f" + {draw(coefficient)} * b {draw(ends)} {draw(coefficient)} + p[k]",
        }
        for n in range(draw(st.integers(1, 3)))
    }
    objective = f"sum({draw(coefficient)} * i * x[i] - p[i] for i in I{draw(filters)})".replace("k", "2")
    sense = draw(st.sampled_from(["minimize", "maximize"]))
    return {
        **SMALL,
        "constraints": constraints,
        "objective": {"sense": sense, "expression": f"{objective} + {draw(coefficient)} * b"},
    }


def enumerated(bound: Model) -> float | None:
    """The optimum by trying every point with the evaluator."""
    evaluator = Evaluator(bound)
    best = None
    for values in itertools.product([-1, 0, 1], [-1, 0, 1], [-1, 0, 1], [0, 1]):
        found = evaluator.at(bound.point(np.array(values, dtype=float)))
        value = found.objectives["objective"]
        better = best is None or (value > best if bound.objectives[0].sense == "maximize" else value < best)
        if better and found.feasible():
            best = value
    return best


@given(small())
def test_optima_are_those_of_enumeration(document: dict[str, Any]) -> None:
    bound = bind(Formulation.model_validate(document))
    expected = enumerated(bound)
    solution = Highs().solve(bound, Options())
    event("feasible" if expected is not None else "infeasible")
    if expected is None:
        assert solution.outcome is Outcome.INFEASIBLE
        return
    assert solution.outcome is Outcome.OPTIMAL
    assert solution.objective is not None
    assert solution.point is not None
    assert agree(solution.objective, expected)
    assert Evaluator(bound).at(solution.point).feasible()
