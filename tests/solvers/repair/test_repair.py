"""What gives way, by how much, and what is said about it: cases worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from quintet.errors import SolverError
from quintet.examples import path
from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.model import Model
from quintet.solvers import Options, Outcome, solve
from quintet.solvers.diagnosis.limit import LimitKind
from quintet.solvers.repair import Repair, apply, repair
from tests.solvers.repair.models import amount, model, policy, whole


def physical(expression: str) -> dict[str, str]:
    return {"expression": expression, "kind": "physical"}


def only(part: Repair | None) -> tuple[str, float, float | None, float | None]:
    """Place, amount, side before and after of the one change."""
    assert part is not None
    (change,) = part.changes
    return change.limit.place, change.amount, change.before, change.after


def confirmed(made_of: Model, part: Repair | None) -> Repair:
    assert part is not None
    again = solve(apply(made_of, part))
    assert again.outcome is part.outcome_after is Outcome.OPTIMAL
    return part


X = {"x": amount(0, None)}
LEAST = {"sense": "minimize", "expression": "x"}
MOST = {"sense": "maximize", "expression": "x"}

# variables, constraints, parameters, objective → place, amount, before, after, what-if, optimum after
CASES = {
    "upper": (X, {"cap": policy("x <= top"), "need": physical("x >= 8")}, {"top": 5}, LEAST,
              ("cap", 3, 5, 8), ["top=8"], 8),
    "lower": (X, {"cap": physical("x <= 8"), "need": policy("x >= low")}, {"low": 10}, LEAST,
              ("need", 2, 10, 8), ["low=8"], 8),
    "data on the left": (X, {"cap": policy("top >= x"), "need": physical("x >= 8")}, {"top": 5}, LEAST,
                         ("cap", 3, 5, 8), ["top=8"], 8),
    "an equation from above": (X, {"same": policy("x == want"), "cap": physical("x <= 3")}, {"want": 5}, MOST,
                               ("same", 2, 5, 3), ["want=3"], 3),
    "an equation from below": (X, {"same": policy("want == x"), "low": physical("x >= 7")}, {"want": 5},
                               LEAST, ("same", 2, 5, 7), ["want=7"], 7),
    "the upper end of a chain": (X, {"ends": policy("2 <= x <= top"), "low": physical("x >= 7")}, {"top": 5},
                                 LEAST, ("ends", 2, 5, 7), ["top=7"], 7),
    "the lower end of a chain": (X, {"ends": policy("9 >= x >= low"), "cap": physical("x <= 3")}, {"low": 5},
                                 MOST, ("ends", 2, 5, 3), ["low=3"], 3),
    "a computed side": (X, {"cap": policy("x <= 0.5 * top - 1"), "need": physical("x >= 8")}, {"top": 5},
                        LEAST, ("cap", 6.5, 1.5, 8), ["top=18"], 8),
    "data of two parameters": (X, {"cap": policy("x <= a + b"), "need": physical("x >= 8")}, {"a": 2, "b": 3},
                               LEAST, ("cap", 3, 5, 8), [], 8),
    "decisions on both sides": (
        {**X, "y": amount(0, 3)}, {"tie": policy("x <= y"), "need": physical("x >= 8")}, {}, LEAST,
        ("tie", 5, None, None), [], 8),
    "a strict comparison of whole numbers": (
        {"x": whole(0, 20)}, {"cap": policy("x < top"), "need": physical("x >= 8")}, {"top": 5}, LEAST,
        ("cap", 4, 5, 9), ["top=9"], 8),
    "a ratio": (
        {"x": amount(1, 10), "y": amount(1, 10)},
        {"cap": policy("x / (x + y) <= share"), "tie": physical("x >= 4 * y")}, {"share": 0.5}, LEAST,
        ("cap", 0.3, 0.5, 0.8), ["share=0.8"], 4),
    "a product": (
        {"x": amount(1, 10), "y": amount(1, 10)},
        {"cap": policy("x * y <= top"), "sum": physical("x + y >= 7")}, {"top": 4}, MOST,
        ("cap", 2, 4, 6), ["top=6"], 6),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_one_change(name: str) -> None:
    variables, constraints, parameters, objective, change, what_if, optimum = CASES[name]
    asked = model(variables, constraints, objective, parameters=parameters)
    made = repair(asked)
    part = confirmed(asked, made.smallest)
    assert only(part) == pytest.approx(change, abs=1e-5)
    assert part.proven
    assert part.objective_after == pytest.approx(optimum, abs=1e-5)
    # by nine digits of a solver's point, where the model is not linear
    pairs = [setting.change.split("=") for setting in part.settings]
    assert [(key, pytest.approx(float(value), abs=1e-5)) for key, value in pairs] == [
        (key, float(value)) for key, _, value in (text.partition("=") for text in what_if)
    ]
    assert part.settings_hold is (True if what_if else None)
    assert made.fewest == part


def test_a_feasible_model_has_nothing_to_repair() -> None:
    made = repair(model(X, {"cap": policy("x <= 5")}, MOST))
    assert made.feasible is True
    assert made.smallest == made.fewest
    assert made.smallest is not None
    assert (made.smallest.changes, made.smallest.objective_after) == ((), pytest.approx(5))
    assert "nothing to repair" in made.to_text()


def test_logic_is_dropped_as_a_whole() -> None:
    binary = {name: {"domain": "binary"} for name in "abc"}
    rows = {
        "follow": policy("implies(a == 1, b == 1)"),
        "few": policy("at_most(limit, a == 1, b == 1, c == 1)"),
        "must": physical("a == 1"),
        "third": physical("c == 1"),
    }
    asked = model(binary, rows, {"sense": "maximize", "expression": "a + b + c"}, parameters={"limit": 2})
    made = repair(asked)
    part = confirmed(asked, made.smallest)
    (change,) = part.changes
    assert change.dropped
    assert change.limit.place in ("follow", "few")
    assert part.total == 1
    assert "drop it" in made.to_text()


def test_bounds_give_way_only_when_constraints_are_not_enough() -> None:
    variables = {"x": {**amount(0, 0), "upper": "top", "unit": "hl"}}
    asked = model(
        variables, {"need": physical("x >= 5")}, LEAST, parameters={"top": {"values": 4, "unit": "hl"}}
    )
    made = repair(asked)
    assert only(made.smallest)[1:] == (1, 4, 5)
    assert made.smallest is not None
    assert made.smallest.changes[0].limit.kind is LimitKind.UPPER
    assert [setting.change for setting in made.smallest.settings] == ["top=5"]
    assert "bounds may give way too" in made.to_text()
    spared = repair(model(variables, {"need": policy("x >= 5")}, LEAST, parameters={"top": 4}))
    assert only(spared.smallest) == ("need", 1, 5, 4)


def test_signs_and_domains_stay() -> None:
    """x >= 0 and the ends of a binary are no policy: what contradicts them alone is stuck."""
    asked = model({**X, "b": {"domain": "binary"}}, {"less": physical("x + b <= -1")})
    made = repair(asked)
    assert made.stuck
    assert made.smallest is None
    assert made.conflict is not None
    assert "less" in {member.name for member in made.conflict.members}
    assert "--soft NAME" in made.to_text()
    allowed = repair(asked, soft=["x.lower"])
    assert only(allowed.smallest)[1:] == (1, 0, -1)


def test_the_user_overrides_kinds_and_prices() -> None:
    rows = {"cap": policy("x <= 5"), "need": physical("x >= 8")}
    assert only(repair(model(X, rows, LEAST)).smallest)[0] == "cap"
    assert only(repair(model(X, rows, LEAST), soft=["need"], hard=["cap"]).smallest) == ("need", 3, 8, 5)
    both = {"soft": ["need"], "weights": {"need": 0.1, "cap": 1.0}}
    made = repair(model(X, rows, LEAST), **both)
    assert only(made.smallest)[0] == "need"
    assert made.smallest is not None
    assert made.smallest.total == pytest.approx(0.3)
    assert "as you say" in made.to_text()


def test_smallest_and_fewest_can_differ() -> None:
    """Two cheap limits in the way of one dear one: 2 · 1/100 against 1 · 1, but two against one."""
    rows = {
        "a": policy("x <= 100"),
        "b": policy("y <= 100"),
        "c": policy("z <= 1"),
        "sum": physical("x + z >= 102"),
        "other": physical("y + z >= 102"),
    }
    variables = {name: amount(0, None) for name in "xyz"}
    asked = model(variables, rows, {"sense": "minimize", "expression": "x + y + z"})
    made = repair(asked)
    smallest, fewest = confirmed(asked, made.smallest), confirmed(asked, made.fewest)
    assert ({c.limit.name for c in smallest.changes}, smallest.total) == ({"a", "b"}, pytest.approx(0.02))
    assert [c.limit.name for c in fewest.changes] == ["c"]
    assert fewest.proven


def test_a_value_that_limits_share_moves_them_together() -> None:
    """Three keepers, 168 hours: 16 more each if the week's limit is one number; rows alone need 48 in all."""
    asked = bind(Formulation.load(path("infeasible")))
    made = repair(asked, hard=["lit"])
    assert made.smallest is not None
    assert sum(change.amount for change in made.smallest.changes) == pytest.approx(48)
    assert made.smallest.settings == ()
    assert made.fewest is not None
    assert made.fewest.count == 2
    assert made.values is not None
    assert [s.change for s in made.values.settings] == ["weekly=56"]
    assert (made.values.total, made.values.count) == (pytest.approx(16 / 40), 1)
    assert made.values.settings_hold
    assert made.values.objective_with_settings == pytest.approx(56)
    changed = bind(Formulation.load(path("infeasible")), changes={"weekly": 56})
    assert solve(changed).objective == pytest.approx(56)


def test_a_value_that_stands_elsewhere_too_is_said_to_fail() -> None:
    """Raising `top` loosens the policy and tightens physics by as much."""
    rows = {"cap": policy("x <= top"), "need": physical("x >= top + 3")}
    asked = model(X, rows, LEAST, parameters={"top": 5})
    part = confirmed(asked, repair(asked).smallest)
    assert [setting.change for setting in part.settings] == ["top=8"]
    assert part.settings_hold is False
    assert "other places" in repair(asked).to_text()


def test_no_kind_is_decided_by_form() -> None:
    variables = {
        "x": {"index": "p in P", **amount(0, None)},
        "run": {"index": "p in P", "domain": "binary"},
        "stock": {"index": "p in P", **amount(0, None)},
    }
    rows = {
        "link": {"for": "p in P", "expression": "x[p] <= 100 * run[p]"},
        "balance": {"for": "p in P", "expression": "x[p] - stock[p] == want[p]"},
        "quota": "sum(x[p] for p in P) == total",
        "one": "sum(run[p] for p in P) == 2",
        "cap": "sum(x[p] for p in P) <= top",
        "sign": {"for": "p in P", "expression": "x[p] - stock[p] >= 0"},
        "apart": "implies(run[A] == 1, run[B] == 0)",
        "count": "at_most(2, (run[p] == 1 for p in P))",
        "range": "1 <= sum(x[p] for p in P) <= top",
    }
    asked = model(
        variables, rows, sets={"P": ["A", "B"]},
        parameters={"want": {"index": ["P"], "values": {"A": 1, "B": 2}}, "total": 5, "top": 9},
    )  # fmt: skip
    made = repair(asked)
    soft = {
        standing.name: standing.soft for standing in made.standings if standing.kind is LimitKind.CONSTRAINT
    }
    assert soft == {
        "link": False,
        "balance": False,
        "quota": True,
        "one": False,
        "cap": True,
        "sign": False,
        "apart": False,
        "count": True,
        "range": True,
    }


def test_what_is_soft_already_is_left_alone() -> None:
    rows = {
        "wish": {"expression": "x <= 2", "soft": {"penalty": 1, "limit": 1}},
        "cap": policy("x <= 4"),
        "need": physical("x >= 8"),
    }
    made = repair(model(X, rows, LEAST))
    why = {
        standing.name: standing.why for standing in made.standings if standing.kind is LimitKind.CONSTRAINT
    }
    assert why["wish"] == "soft already, at a price"
    assert made.stuck


def test_several_objectives_are_solved_after_the_repair() -> None:
    objectives = [
        {"sense": "minimize", "expression": "x", "name": "cost", "priority": 1},
        {"sense": "maximize", "expression": "y", "name": "worth", "priority": 2},
    ]
    asked = bind_all(objectives)
    part = confirmed(asked, repair(asked).smallest)
    assert part.objective_after == pytest.approx(8)


def bind_all(objectives: list[dict[str, object]]) -> Model:

    return bind(
        Formulation.model_validate(
            {
                "variables": {**X, "y": amount(0, 4)},
                "constraints": {"cap": policy("x <= 5"), "need": physical("x >= 8")},
                "objective": objectives,
            }
        )
    )


def test_an_objective_without_limit_is_said() -> None:
    asked = model({"x": amount(0, None), "y": amount(0, 1)},
                  {"cap": policy("y >= 5")}, {"sense": "maximize", "expression": "x"})  # fmt: skip
    made = repair(asked)
    assert made.smallest is not None
    assert made.smallest.outcome_after is Outcome.UNBOUNDED
    assert "without limit" in made.to_text()


def test_apply_leaves_the_model_as_it_was() -> None:
    asked = model(X, {"cap": policy("x <= 5"), "need": physical("x >= 8")}, LEAST)
    made = repair(asked)
    assert made.smallest is not None
    apply(asked, made.smallest)
    assert solve(asked).outcome is Outcome.INFEASIBLE


def test_many_separate_contradictions_are_counted_at_once() -> None:
    """One linear program proves that each of a hundred pairs must lose a limit, without one test a pair."""
    variables = {"x": {"index": "i in I", **amount(None, None)}}
    rows = {
        "least": policy("x[i] >= low[i]", "i in I"),
        "most": policy("x[i] <= 12", "i in I"),
    }
    low = {"index": "i in I", "expression": "10 if i > 100 else 14"}
    said: list[str] = []
    made = repair(model(variables, rows, sets={"I": "1..400"}, parameters={"low": low}), progress=said.append)
    assert made.fewest is not None
    assert (made.fewest.count, made.fewest.proven) == (100, True)
    assert said[-1] == "counting limits: at most 100, 100 contradictions known"


def test_stopped_early_is_not_called_proven() -> None:
    """Eight equations of sixteen binaries in one node of branch and bound."""
    rng = np.random.default_rng(4)
    names = [f"x{n}" for n in range(16)]
    rows: dict[str, dict[str, str]] = {}
    for n in range(8):
        terms = (f"{c} * {name}" for c, name in zip(rng.integers(1, 60, 16), names, strict=True))
        rows[f"r{n}"] = policy(f"{' + '.join(terms)} == {int(rng.integers(100, 300))}")
    asked = model({name: whole(0, 1) for name in names}, rows)
    made = repair(asked, Options(extra={"mip_max_nodes": 1}))
    assert made.smallest is not None
    assert made.fewest is not None
    assert not made.smallest.proven
    assert not made.fewest.proven
    assert made.feasible is None
    assert "not proven smallest" in made.to_text()
    assert "No plan is known" in made.to_text()


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"soft": ["capp"]}, "did you mean 'cap'"),
        ({"hard": ["nothing"]}, "no constraint or variable 'nothing'"),
        ({"soft": ["cap"], "hard": ["cap"]}, "both soft and hard"),
        ({"weights": {"cap": 0}}, "give a number above 0"),
        ({"weights": {"cap": float("nan")}}, "give a number above 0"),
        ({"weights": {"missing": 1.0}}, "no constraint or variable"),
    ],
)
def test_names_and_prices_that_mean_nothing(said: dict[str, object], message: str) -> None:
    with pytest.raises(SolverError, match=message):
        repair(model(X, {"cap": policy("x <= 5")}), **said)  # type: ignore[arg-type]  # one keyword at a time
