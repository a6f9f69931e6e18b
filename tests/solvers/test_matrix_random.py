"""Random indexed formulations: every matrix row is what the row-by-row evaluator says at any point."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from quintet.errors import DataError
from quintet.formulation.bind import bind
from quintet.formulation.document import Formulation
from quintet.formulation.evaluation import Evaluation
from quintet.formulation.evaluator import Evaluator
from quintet.formulation.model import Floats, Model
from quintet.formulation.tolerances import agree
from quintet.solvers import Options, Outcome
from quintet.solvers.arrays import LOWER_FIRST, UPPER_FIRST, Arrays
from quintet.solvers.highs import Highs
from quintet.solvers.matrix import compile

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


def of_kind(known: list[str], kind: str) -> list[str]:
    return [name for name in known if INDICES[name][0] == kind]


@st.composite
def element(draw: st.DrawFn, known: list[str], kind: str) -> str:
    """An index of that kind: a name in force, a literal, or arithmetic that may leave the set."""
    literal = {"i": ["1", "4"], "t": ["1", "3"], "d": ["'a'", "'b'"]}[kind]
    choices = of_kind(known, kind) * 4 + literal
    if kind == "t":
        choices += [f"{name} - 1" for name in of_kind(known, "t")]
        choices += [f"nextw({name})" for name in of_kind(known, "t")]
    if kind == "i":
        choices += [f"home[{name}]" for name in of_kind(known, "t")]
    return draw(st.sampled_from(choices))


@st.composite
def condition(draw: st.DrawFn, known: list[str], depth: int = 1) -> str:
    kind = draw(st.sampled_from(["i", "i", "t", "d"]))
    one, two = draw(element(known, kind)), draw(element(known, kind))
    sign = draw(st.sampled_from(["==", "==", "!=", "<", ">="]))
    shapes = [f"{one} {sign} {two}", f"{one} {sign} {two}"]
    if kind == "i":
        negated = draw(st.sampled_from(["in", "not in"]))
        shapes += [
            f"({one}, {two}) {negated} E",
            f"({one}, {two}) in E",
            f"{one} {negated} J",
            f"p[{one}] > 0",
        ]
    if kind == "d":
        shapes += [f"{one} in Of[{draw(element(known, 'i'))}]", f"g[{one}] != 0"]
    if depth:
        joint = draw(st.sampled_from(["and", "or"]))
        parts = draw(condition(known, 0)), draw(condition(known, 0))
        shapes += [f"{parts[0]} {joint} {parts[1]}", f"not ({parts[0]})"]
    return draw(st.sampled_from(shapes))


@st.composite
def generators(draw: st.DrawFn, known: list[str]) -> tuple[str, list[str]]:
    """One or two generators with filters; the index names in force after them."""
    inside, written = list(known), []
    for _ in range(draw(st.integers(1, 2))):
        free = [name for name in INDICES if name not in inside]
        name = draw(st.sampled_from(free)) if free else None
        if name is None:
            break
        pair = [n for n in of_kind(free, "i") if n != "j"]
        if len(pair) == 2 and draw(st.booleans()):
            inside += pair
            text = f"for ({pair[0]}, {pair[1]}) in E"
        elif name == "d" and of_kind(inside, "i") and draw(st.booleans()):
            text = f"for d in Of[{draw(st.sampled_from(of_kind(inside, 'i')))}]"
            inside.append(name)
        else:
            text = f"for {name} in {INDICES[name][1]}"
            inside.append(name)
        if draw(st.integers(0, 3)):
            text += f" if {draw(condition(inside))}"
        written.append(text)
    return " ".join(written), inside


@st.composite
def data(draw: st.DrawFn, known: list[str], depth: int = 1) -> str:
    i, t = draw(element(known, "i")), draw(element(known, "t"))
    shapes = ["2", "0.5", f"p[{i}]", f"q[{i}, {t}]", f"u[{i}, {draw(element(known, 'i'))}]", i, t]
    if depth:
        over, inside = draw(generators(known))
        body = draw(data(inside, 0))
        shapes += [f"sum({body} {over})", f"max({body} {over})", f"prod({body} {over})", f"card(Of[{i}])"]
        shapes += [f"{draw(data(known, 0))} / {draw(data(known, 0))}", f"abs({draw(data(known, 0))})"]
    return draw(st.sampled_from(shapes))


@st.composite
def linear(draw: st.DrawFn, known: list[str], depth: int = 2) -> str:
    i, t, d = draw(element(known, "i")), draw(element(known, "t")), draw(element(known, "d"))
    shapes = [f"x[{i}]", f"y[{t}, {d}]", f"f[{i}, {draw(element(known, 'i'))}]", f"both[{i}]"]
    if depth:
        part, other = draw(linear(known, depth - 1)), draw(linear(known, depth - 1))
        over, inside = draw(generators(known))
        body = draw(linear(inside, depth - 1))
        shapes = [
            f"{part} + {draw(data(known))} * {other}",
            f"({part} - {other}) / 2",
            f"({part} if {draw(condition(known))} else {draw(data(known))})",
            f"sum({body} {over})",
            f"sum({draw(data(inside))} * {body} {over})",
            f"sum(({body}) * 2 - 1 {over})",
        ]
    return draw(st.sampled_from(shapes))


@st.composite
def constraint(draw: st.DrawFn) -> dict[str, str]:
    over, known = draw(generators([]))
    left = draw(linear(known))
    right = draw(st.one_of(data(known), linear(known, 1)))
    sign = draw(st.sampled_from(["<=", ">=", "=="]))
    shapes = [f"{left} {sign} {right}", f"{right} {sign} {left}", f"{draw(data(known))} <= {left} <= {right}"]
    return {"for": over.removeprefix("for "), "expression": draw(st.sampled_from(shapes))}


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


@given(constraint(), st.integers(0, 2**32 - 1))
def test_rows_are_what_the_evaluator_says(entry: dict[str, str], seed: int) -> None:
    bound = bound_model({"c": entry})
    flat = np.random.default_rng(seed).uniform(-3, 3, bound.columns)
    arrays, error = outcome_of(lambda: compile(bound))
    found, other = outcome_of(lambda: Evaluator(bound).at(bound.point(flat)))
    event("no value" if error else "rows" if arrays.rows else "no rows")
    assert bool(error) == bool(other), (error, other)
    if not error:
        check_rows(arrays, found, flat)


@given(linear([]), linear([]), st.integers(0, 2**32 - 1))
def test_quadratic_objectives_are_what_the_evaluator_says(one: str, two: str, seed: int) -> None:
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
    filters = st.sampled_from(
        ["", " if i != k", " if (k, i) in E", " if i == k", " if p[i] > 0", " if i == k or i == 1"]
    )
    constraints = {
        f"c{n}": {
            "for": draw(st.sampled_from(["k in I", "k in I if k > 1", "(k, j) in E"])),
            "expression": f"sum(({draw(coefficient)} * p[i] + k) * x[i] for i in I{draw(filters)})"
            f" + {draw(coefficient)} * b {draw(st.sampled_from(['<=', '>=', '==']))} {draw(coefficient)} + p[k]",
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
