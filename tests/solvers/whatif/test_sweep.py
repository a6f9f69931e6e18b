"""Sweeps against cold solves, point by point."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import numpy as np
import pytest

from quintet.errors import DataError, DocumentError, SolverError
from quintet.formulation.document import Formulation
from quintet.formulation.tolerances import agree
from quintet.solvers import Options, Outcome, solve
from quintet.solvers.fake import FakeSolver
from quintet.solvers.matrix import compile
from quintet.solvers.whatif import Axis, Sweep, apply, grammar, read_axis, sweep, warm
from quintet.solvers.whatif.dependence import is_affine
from quintet.solvers.whatif.swept import Route
from quintet.solvers.whatif.warm import proves_infeasible

TRANSPORT: dict[str, Any] = {
    "sets": {"From": "1..4", "To": "1..5"},
    "parameters": {
        "far": {"index": "i in From for j in To", "expression": "(7 * i + 3 * j) % 5 + 1"},
        "supply": {"index": ["From"], "values": {"1": 30, "2": 20, "3": 25, "4": 10}, "unit": "t"},
        "demand": {"index": ["To"], "values": {"1": 9, "2": 14, "3": 7, "4": 11, "5": 20}},
        "fuel": {"values": 2, "unit": "EUR/t"},
        "loss": 0.1,
        "room": 12,
        "steep": {"expression": "max(fuel, 3)"},
        "square": {"expression": "fuel * fuel"},
        "half": {"expression": "fuel / 2"},
    },
    "variables": {"send": {"index": "i in From for j in To", "lower": 0, "upper": "room", "unit": "t"}},
    "expressions": {
        "moved": {"expression": "sum(send[i, j] for i in From for j in To)", "unit": "t"},
        "paid": {"expression": "fuel * moved", "unit": "EUR"},
    },
    "objective": {
        "sense": "minimize",
        "expression": "fuel * sum(far[i, j] * send[i, j] for i in From for j in To)",
        "unit": "EUR",
    },
    "constraints": {
        "supplied": {"for": "i in From", "expression": "sum(send[i, j] for j in To) <= supply[i]"},
        "wanted": {"for": "j in To", "expression": "(1 - loss) * sum(send[i, j] for i in From) >= demand[j]"},
    },
}


def formulation(**sections: Any) -> Formulation:
    document = {**TRANSPORT, **{name: {**TRANSPORT[name], **more} for name, more in sections.items()}}
    return Formulation.model_validate(document)


def check(found: Sweep, document: Formulation, solver: str | None = None) -> None:
    """Every point is what a cold solve says."""
    for point in found.points:
        changes = [axis.change(value) for axis, value in zip(found.axes, point.place, strict=True)]
        try:
            cold = solve(apply(document, [*found.changes, *changes]).bind(), solver)
        except DataError as error:
            assert "bounds cross" in error.message  # noqa: PT017  # which points cross is not known here
            assert point.outcome is Outcome.INFEASIBLE
            continue
        assert point.outcome is cold.outcome, point
        if cold.outcome.solved:
            assert point.objective is not None
            assert cold.objective is not None
            assert agree(point.objective, cold.objective), point


SWEEPS = [
    ("right-hand sides", ["demand*=0.6:1.6:6", "supply[1]=10:40:4"], Route.AFFINE),
    ("costs", ["fuel=-1:4:6"], Route.AFFINE),
    ("bounds", ["room=3:14:6"], Route.AFFINE),
    ("coefficients", ["loss=0:0.4:5", "room=10,14"], Route.AFFINE),
    ("costs and sides", ["fuel=1:3:3", "demand+=-5:5:3"], Route.AFFINE),
    ("down and up", ["room=14,3,9"], Route.AFFINE),
    ("one point", ["room=9"], Route.COMPILED),
    ("crossing bounds", ["room=-2:4:4"], Route.COMPILED),
]


@pytest.mark.parametrize(("axes", "route"), [s[1:] for s in SWEEPS], ids=[s[0] for s in SWEEPS])
def test_a_linear_program(axes: list[str], route: Route) -> None:
    document = formulation()
    found = sweep(document, [read_axis(text) for text in axes])
    assert found.route is route
    check(found, document)


def test_infeasible_points_are_points() -> None:
    found = sweep(formulation(), [read_axis("demand*=0.5:3:6")])
    outcomes = [point.outcome for point in found.points]
    assert outcomes[0] is Outcome.OPTIMAL
    assert outcomes[-1] is Outcome.INFEASIBLE
    assert [p.objective is None for p in found.points] == [o is Outcome.INFEASIBLE for o in outcomes]
    assert found.settled


def test_unbounded_points_are_points() -> None:
    document = Formulation.model_validate(
        {
            "parameters": {"price": 1, "most": 5},
            "variables": {"x": {"lower": 0, "upper": None}, "y": {"lower": 0, "upper": "most"}},
            "objective": {"sense": "maximize", "expression": "price * x + y"},
            "constraints": {"c": "y - x <= 3"},
        }
    )
    found = sweep(document, [read_axis("price=-1:1:5")])
    assert [p.outcome for p in found.points] == [Outcome.OPTIMAL] * 3 + [Outcome.UNBOUNDED] * 2
    assert found.best is not None
    check(found, document)


NOT_AFFINE = [
    ("a maximum", {"objective": {"expression": "steep * moved"}}),
    ("a square", {"objective": {"expression": "square * moved"}}),
    ("a product of two", {"objective": {"expression": "fuel * half * moved"}}),
    ("a divisor", {"objective": {"expression": "moved / fuel"}}),
    (
        "a filter",
        {
            "objective": {
                "expression": "sum(far[i, j] * send[i, j] for i in From for j in To if far[i, j] > fuel)"
            }
        },
    ),
    ("a condition", {"objective": {"expression": "moved if fuel > 2 else 3 * moved"}}),
    (
        "a set",
        {
            "sets": {"Near": {"from": "j for j in To if j <= fuel"}},
            "objective": {"expression": "sum(send[1, j] for j in Near) + moved"},
        },
    ),
    ("a power", {"objective": {"expression": "fuel ** 2 * moved"}}),
]


@pytest.mark.parametrize("sections", [s[1] for s in NOT_AFFINE], ids=[s[0] for s in NOT_AFFINE])
def test_what_is_not_affine_is_compiled_at_each_point(sections: dict[str, Any]) -> None:
    document = formulation(**sections)
    assert not is_affine(document, ["fuel"])
    found = sweep(document, [read_axis("fuel=1:5:5")])
    assert found.route is Route.COMPILED
    check(found, document)


def test_what_is_affine_in_one_need_not_be_in_two() -> None:
    document = formulation(objective={"expression": "fuel * loss * moved"})
    assert is_affine(document, ["fuel"])
    assert not is_affine(document, ["fuel", "loss"])
    found = sweep(document, [read_axis("fuel=1,2"), read_axis("loss=0.1,0.3")])
    check(found, document)


def test_a_row_without_decisions_decides_too() -> None:
    document = formulation(constraints={"sane": "room + 0 * send[1, 1] >= 5"})
    found = sweep(document, [read_axis("room=4:12:5")])
    check(found, document)
    assert found.points[0].outcome is Outcome.INFEASIBLE


def test_a_rewritten_linear_program() -> None:
    document = formulation(objective={"expression": "fuel * max(sum(send[i, j] for j in To) for i in From)"})
    found = sweep(document, [read_axis("demand*=0.5:1.4:4")])
    assert found.route is Route.COMPILED
    check(found, document)


def test_integers_are_solved_each_from_the_start() -> None:
    document = formulation(variables={"send": {**TRANSPORT["variables"]["send"], "domain": "integer"}})
    found = sweep(document, [read_axis("demand*=0.7:1.5:3"), read_axis("fuel=1,2")], watch=["moved"])
    assert found.route is Route.SEPARATE
    check(found, document)


def test_processes_answer_as_one_thread_does() -> None:
    document = formulation(variables={"send": {**TRANSPORT["variables"]["send"], "domain": "integer"}})
    axes, watch = [read_axis("demand*=0.7:2:3"), read_axis("fuel=1,2")], ["moved", "send[1, *]"]
    one, two = (sweep(document, axes, workers=n, watch=watch) for n in (1, 2))
    assert two.workers == 2
    assert [(p.place, p.outcome, p.objective, p.watched) for p in one.points] == [
        (p.place, p.outcome, p.objective, p.watched) for p in two.points
    ]


def test_threads_answer_as_one_does() -> None:
    axes = [read_axis("demand*=0.6:1.6:8"), read_axis("fuel=1:4:8")]
    one, four = (sweep(formulation(), axes, workers=n) for n in (1, 4))
    assert [p.outcome for p in one.points] == [p.outcome for p in four.points]
    objectives = [[p.objective if p.objective is not None else -1.0 for p in s.points] for s in (one, four)]
    np.testing.assert_allclose(*objectives, rtol=1e-9)
    assert sum(p.warm for p in one.points) > 50


def test_other_solvers_and_changes_at_every_point() -> None:
    document = formulation()
    changes = [grammar.read_fix("send[1, 1]=2"), grammar.read_drop("supplied[2]")]
    found = sweep(document, [read_axis("demand*=0.8,1")], changes=changes, solver="scip")
    assert found.route is Route.SEPARATE
    check(found, document)
    warm_found = sweep(document, [read_axis("demand*=0.8,1")], changes=changes)
    assert warm_found.route is Route.AFFINE
    check(warm_found, document)


@pytest.mark.parametrize("objective", ["fuel * moved", "steep * moved"])
def test_watched_quantities(objective: str) -> None:
    document = formulation(objective={"expression": objective})
    found = sweep(document, [read_axis("fuel=1:3:3")], watch=["moved", "paid", "send[1, *]", "moved"])
    assert [one.label for one in found.watched] == ["moved", "paid", *(f"send[1, {j}]" for j in range(1, 6))]
    for point in found.points:
        moved, paid, *_ = point.watched
        assert moved is not None
        assert paid == pytest.approx(point.place[0] * moved)


def test_watched_quantities_that_are_not_linear() -> None:
    document = formulation(expressions={"bent": {"expression": "moved ** 2"}})
    found = sweep(document, [read_axis("demand*=0.5,1,4")], watch=["bent", "moved"])
    check(found, document)
    for point in found.points[:2]:
        bent, moved = point.watched
        assert bent is not None
        assert moved is not None
        assert bent == pytest.approx(moved**2)
    assert found.points[2].watched == ()


@pytest.mark.parametrize(
    ("axes", "more", "kind", "said"),
    [
        (["fule=1,2"], {}, DocumentError, "did you mean 'fuel'"),
        (["supply[9]=1,2"], {}, DataError, "'9' is no key of supply"),
        (["supply=1,2"], {}, DataError, "has an index"),
        (["half=1,2"], {}, DocumentError, "half is computed; change what it comes from: fuel"),
        (["fuel=1,2"], {"watch": ["move"]}, DocumentError, "did you mean 'moved'"),
        (["fuel=1,2"], {"watch": ["send[9, 1]"]}, DataError, "'9' is no key"),
        (["fuel=1,2"], {"workers": 0}, SolverError, "0 workers"),
        (["fuel=1,2"], {"changes": [grammar.read_set("fule=1")]}, DocumentError, "did you mean"),
    ],
)
def test_what_can_not_be_swept(
    axes: list[str], more: dict[str, Any], kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind, match=said):
        sweep(formulation(), [read_axis(text) for text in axes], **more)


def test_data_that_make_no_model_at_some_points() -> None:
    document = formulation(objective={"expression": "moved / (fuel - 2)"})
    found = sweep(document, [read_axis("fuel=1,2,3")])
    assert [p.outcome for p in found.points][1] is Outcome.UNKNOWN
    assert "division by 0" in found.points[1].message or "0" in found.points[1].message
    assert not found.settled
    with pytest.raises(DataError, match="no point of the sweep makes a model"):
        sweep(document, [read_axis("fuel=2")])


def test_a_solver_that_knows_nothing_is_reported_point_by_point() -> None:
    solver = FakeSolver([Outcome.LIMIT_NO_SOLUTION] * 2)
    found = sweep(formulation(), [read_axis("fuel=1,2")], solver=solver)
    assert [p.outcome for p in found.points] == [Outcome.LIMIT_NO_SOLUTION] * 2
    assert not found.settled


def test_an_answer_without_proof_is_solved_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from quintet.solvers import duality

    unproven = duality.Certificate(0.0, -np.inf, 0.0)
    monkeypatch.setattr(warm, "certificate", lambda *_: unproven)
    document = formulation()
    found = sweep(document, [read_axis("fuel=1:3:3")])
    assert not any(point.warm for point in found.points)
    check(found, document)


def test_progress_counts_every_point() -> None:
    seen: list[tuple[int, int]] = []
    sweep(formulation(), [read_axis("fuel=1:3:5")], progress=lambda done, total: seen.append((done, total)))
    assert seen == [(n, 5) for n in range(1, 6)]


def test_a_time_limit_is_for_each_point() -> None:
    found = sweep(formulation(), [read_axis("fuel=1:3:5")], options=Options(time_limit=60))
    assert all(point.outcome is Outcome.OPTIMAL for point in found.points)


def test_table_csv_and_json() -> None:
    found = sweep(formulation(), [read_axis("demand*=0.8,4"), read_axis("fuel=1,2")], watch=["moved"])
    rows = list(csv.reader(io.StringIO(found.to_csv())))
    assert rows[0] == ["demand ×", "fuel (EUR/t)", "objective (EUR)", "moved (t)", "status"]
    assert len(rows) == 5
    assert rows[3][2:] == ["", "", "infeasible"]
    record = json.loads(found.to_json())
    assert record["quintet"] == 1
    assert [p["values"] for p in record["points"]] == [[0.8, 1], [0.8, 2], [4, 1], [4, 2]]
    assert record["best"] == [0.8, 1]
    text = found.to_text()
    assert "optimal\n" in text
    assert "4 points: 2 optimal, 2 no plan" in text


def test_two_parameters_make_a_crosstab() -> None:
    found = sweep(formulation(), [read_axis("demand*=0.8,4"), read_axis("fuel=1,2")])
    lines = found.to_text().splitlines()
    assert lines[2].split() == ["demand", "×", "↓", "fuel", "(EUR/t)", "→", "1", "2"]
    assert lines[4].split() == ["4", "no", "plan", "no", "plan"]


def test_multipliers_that_prove_nothing_are_not_believed() -> None:
    arrays = compile(apply(formulation(), []).bind())
    for multipliers in (np.zeros(arrays.rows), np.ones(arrays.rows), -np.ones(arrays.rows)):
        assert not proves_infeasible(arrays, multipliers)
    beyond = compile(apply(formulation(), [grammar.read_set("demand*=4")]).bind())
    ray = np.where(beyond.row_constraint == 0, -0.9, 1.0)
    assert proves_infeasible(beyond, ray)
    assert proves_infeasible(beyond, -ray)


def test_an_axis_without_values_is_none() -> None:
    with pytest.raises(DocumentError, match="no values"):
        Axis("fuel", ())
